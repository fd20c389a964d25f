package corpus

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxHeading bounds a heading, in runes: a longer line is text.
const maxHeading = 100

// heading is a line that names what follows it.
type heading struct {
	level int    // 1 is outermost
	text  string // without marks
	line  Span   // the content, without marks
	lines Span   // all lines it takes, underline and line feed included
}

// section is a stretch of an article under one path of headings.
type section struct {
	path []string
	body Span
	head bool // the body is headings under which nothing stands
}

// headings finds the headings behind byte body of text, outside of fenced code.
func headings(text string, body int) []heading {
	var found []heading
	fence, paragraph := false, false // paragraph: the line before is text
	for at := body; at < len(text); {
		end := lineEnd(text, at, len(text))
		next := min(end+1, len(text))
		kind, content := blockOf(text[at:end])
		if kind == blockFence {
			fence = !fence
		}
		h := heading{line: trim(text, Span{at + content, end}), lines: Span{at, next}}
		h.text = text[h.line.Start:h.line.End]
		switch {
		case fence || kind == blockFence || countTo(h.text, maxHeading+1) > maxHeading:
		case kind == blockHead:
			h.level = strings.IndexFunc(strings.TrimLeftFunc(text[at:end], unicode.IsSpace), func(r rune) bool { return r != '#' })
			if h.level < 0 { // "##" alone
				h.level = 0
			}
			h.text = closed(h.text)
		case kind == blockText && !paragraph:
			if under := text[next:lineEnd(text, next, len(text))]; underline(under) > 0 {
				h.level = underline(under)
				next = min(next+len(under)+1, len(text))
				h.lines.End = next
				break
			}
			h.level = chinese(h.text)
		case kind == blockText || kind == blockItem:
			h.level = chinese(h.text)
		}
		if h.level > 0 && h.text != "" {
			found = append(found, h)
			kind = blockHead
		}
		paragraph = kind == blockText
		at = next
	}
	return found
}

// closed removes the #s that may close a heading.
func closed(s string) string {
	t := strings.TrimRight(s, "#")
	if t == "" || t != s && strings.HasSuffix(t, " ") {
		return strings.TrimSpace(t)
	}
	return s
}

// underline returns the level of the heading that a line of === or --- makes of the
// line above it; 0 if it is no such line.
func underline(line string) int {
	line = strings.TrimRight(line, " \t\r")
	switch {
	case len(line) < 3:
	case strings.Trim(line, "=") == "":
		return 1
	case strings.Trim(line, "-") == "":
		return 2
	}
	return 0
}

// The headings of Chinese statutes and reports, outermost first. They come below
// those of Markdown.
var chineseHeadings = []*regexp.Regexp{
	regexp.MustCompile(`^第[一二三四五六七八九十百千零〇0-9０-９]{1,7}[编編篇卷部](分|[\s　：:、]|$)`),
	regexp.MustCompile(`^第[一二三四五六七八九十百千零〇0-9０-９]{1,7}章`),
	regexp.MustCompile(`^第[一二三四五六七八九十百千零〇0-9０-９]{1,7}[节節]([\s　：:、]|$)`),
	regexp.MustCompile(`^[一二三四五六七八九十百]{1,4}、`),
	regexp.MustCompile(`^[（(][一二三四五六七八九十百]{1,4}[）)]`),
}

const (
	maxChineseHeading = 40 // runes
	markdownLevels    = 6
)

// chinese returns the level of a line that is a heading by its wording; 0 if it is
// none. What ends in punctuation is an item of an enumeration, not its heading.
func chinese(line string) int {
	if line == "" || !strings.ContainsRune("第（(一二三四五六七八九十百", firstRune(line)) || countTo(line, maxChineseHeading+1) > maxChineseHeading {
		return 0
	}
	last, _ := utf8.DecodeLastRuneInString(line)
	if isEnd(last) || strings.ContainsRune("，、,：:", last) || strings.ContainsAny(line, "。；") {
		return 0
	}
	for i, re := range chineseHeadings {
		if re.MatchString(line) {
			return markdownLevels + 1 + i
		}
	}
	return 0
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// sections cuts text behind byte body at its headings. A heading with nothing under it
// would be lost, so it becomes text of the section around it.
func sections(text string, body int) []section {
	heads := headings(text, body)
	first := len(text)
	if len(heads) > 0 {
		first = heads[0].lines.Start
	}
	all := []section{{body: trim(text, Span{body, first})}}
	var open []heading
	for i, h := range heads {
		end, last := len(text), true
		if i+1 < len(heads) {
			end, last = heads[i+1].lines.Start, heads[i+1].level <= h.level
		}
		for len(open) > 0 && open[len(open)-1].level >= h.level {
			open = open[:len(open)-1]
		}
		path := make([]string, 0, len(open)+1)
		for _, o := range open {
			path = append(path, o.text)
		}
		open = append(open, h)
		inner := trim(text, Span{h.lines.End, end})
		switch before := &all[len(all)-1]; {
		case !bare(text, inner):
			all = append(all, section{path: append(path, h.text), body: inner})
		case last && before.head && slices.Equal(before.path, path):
			before.body.End = h.line.End
		case last:
			all = append(all, section{path: path, body: h.line, head: true})
		}
	}
	return all
}

// bare says whether a span holds nothing but white space and marks of lines.
func bare(text string, s Span) bool {
	for at := s.Start; at < s.End; {
		end := lineEnd(text, at, s.End)
		kind, content := blockOf(text[at:end])
		if kind != blockRule && strings.TrimSpace(text[at+content:end]) != "" {
			return false
		}
		at = end + 1
	}
	return true
}
