package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is what the beginning of a line says about it.
type block uint8

const (
	blockText  block = iota
	blockBlank       // white space only
	blockHead        // "# heading"
	blockItem        // "- item", "> quotation", "1. item", and any nesting of them
	blockTable       // "| cell |", "cell | cell"
	blockRule        // "---", "===": a rule, or the underline of a heading
	blockFence       // "```": code begins or ends
)

// blockOf classifies a line, given without its end, and returns where its content
// begins, behind white space and the marks of Markdown. Numbers of ordered lists
// belong to the content, as people cite them.
func blockOf(line string) (kind block, content int) {
	line = strings.TrimSuffix(line, "\r")
	rest := strings.TrimLeftFunc(line, unicode.IsSpace)
	kind = blockText
	for {
		content = len(line) - len(rest)
		width, k := mark(rest)
		if width == 0 {
			break
		}
		kind = k
		if k != blockItem && k != blockHead {
			return k, content
		}
		rest = strings.TrimLeftFunc(rest[width:], unicode.IsSpace)
		if k == blockHead {
			return k, len(line) - len(rest)
		}
	}
	switch {
	case rest == "" && kind == blockText:
		return blockBlank, content
	case kind == blockText && strings.Contains(rest, " | "):
		return blockTable, content
	case kind == blockText && ordered(rest):
		return blockItem, content
	}
	return kind, content
}

// mark returns the width of the one Markdown mark that s begins with; 0 if none.
func mark(s string) (width int, kind block) {
	if s == "" {
		return 0, blockText
	}
	switch s[0] {
	case '#':
		n := len(s) - len(strings.TrimLeft(s, "#"))
		if n <= 6 && (n == len(s) || s[n] == ' ' || s[n] == '\t') {
			return n, blockHead
		}
	case '>':
		return 1, blockItem
	case '|':
		return 1, blockTable
	case '`': // ```code``` on one line is no fence
		if strings.HasPrefix(s, "```") && !strings.Contains(strings.TrimLeft(s, "`"), "`") {
			return 3, blockFence
		}
	case '~':
		if strings.HasPrefix(s, "~~~") {
			return 3, blockFence
		}
	case '-', '*', '+', '=', '_':
		return lineMark(s)
	}
	if strings.HasPrefix(s, "• ") {
		return len("•"), blockItem
	}
	return 0, blockText
}

// lineMark is mark for the signs that make rules and lists.
func lineMark(s string) (width int, kind block) {
	switch {
	case isRule(s):
		return len(s), blockRule
	case s[0] == '=' || s[0] == '_':
	case len(s) == 1 || s[1] == ' ' || s[1] == '\t':
		return 1, blockItem
	}
	return 0, blockText
}

// isRule says whether s is three or more of one of -=*_ and white space.
func isRule(s string) bool {
	n := 0
	for i := range len(s) {
		switch {
		case s[i] == s[0]:
			n++
		case s[i] != ' ' && s[i] != '\t':
			return false
		}
	}
	return n >= 3 && strings.IndexByte("-=*_", s[0]) >= 0
}

// ordered says whether s begins with the number of a list: 1. 1) 1、 （1）
func ordered(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "（"), "(")
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || digits > 3 {
		return false
	}
	r, size := utf8.DecodeRuneInString(s[digits:])
	switch r {
	case '、', '）', '．':
		return true
	case '.', ')':
		next, _ := utf8.DecodeRuneInString(s[digits+size:])
		return unicode.IsSpace(next) || unicode.Is(unicode.Han, next)
	}
	return false
}

// lineEnd returns the offset of the line feed that ends the line at byte i of text,
// or limit.
func lineEnd(text string, i, limit int) int {
	if n := strings.IndexByte(text[i:limit], '\n'); n >= 0 {
		return i + n
	}
	return limit
}

// trim narrows a span by the white space at both its ends.
func trim(text string, s Span) Span {
	inner := strings.TrimLeftFunc(text[s.Start:s.End], unicode.IsSpace)
	s.Start = s.End - len(inner)
	s.End = s.Start + len(strings.TrimRightFunc(inner, unicode.IsSpace))
	return s
}
