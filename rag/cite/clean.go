package cite

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanBlock takes markers, emphasis, backticks, link addresses, images and HTML
// tags out of a block.
func cleanBlock(answer string, b block) *cleaned {
	c := &cleaned{}
	var text []byte
	keep := func(i, size int) {
		r := answer[i : i+size]
		if r == "|" && strings.HasPrefix(answer[b.Start:b.End], "|") {
			r = " "
		}
		text = append(text, r...)
		for range len(r) {
			c.places, c.ends = append(c.places, i), append(c.ends, i+size)
		}
	}
	code := 0 // length of the run of backticks that opened inline code
	for i := b.Start; i < b.End; {
		rest := answer[i:b.End]
		_, size := utf8.DecodeRuneInString(rest)
		switch {
		case rest[0] == '`':
			run := len(rest) - len(strings.TrimLeft(rest, "`"))
			if code == 0 && closesCode(rest[run:], run) {
				code = run
			} else if code == run {
				code = 0
			}
			i += run
			continue
		case code > 0:
		case rest[0] == '\\' && len(rest) > 1 && rest[1] < utf8.RuneSelf && unicode.IsPunct(rune(rest[1])):
			keep(i+1, 1)
			i += 2
			continue
		case rest[0] == '[' || strings.HasPrefix(rest, "!["):
			if n, size := finalMarker(answer, i, b.End); size > 0 {
				i += size
				if k := len(text) - 1; k >= 0 && text[k] == ' ' && i < b.End && strings.IndexByte(".,;:!?", answer[i]) >= 0 {
					text, c.places, c.ends = text[:k], c.places[:k], c.ends[:k] // no blank before the full stop
				}
				c.markers = append(c.markers, placed{n, len(text), i})
				continue
			}
			if skip, content := link(rest); skip > 0 {
				for j := i + 1; j < i+1+content; {
					_, size := utf8.DecodeRuneInString(answer[j:])
					keep(j, size)
					j += size
				}
				i += skip
				continue
			}
		default:
			if n := noise(answer, i, b.End); n > 0 {
				i += n
				continue
			}
		}
		keep(i, size)
		i += size
	}
	c.text = string(text)
	if strings.TrimSpace(c.text) == "" {
		c.text = ""
	}
	return c
}

func closesCode(s string, run int) bool {
	for len(s) > 0 {
		i := strings.IndexByte(s, '`')
		if i < 0 {
			return false
		}
		s = s[i:]
		n := len(s) - len(strings.TrimLeft(s, "`"))
		if n == run {
			return true
		}
		s = s[n:]
	}
	return false
}

// finalMarker reads, at i, [n] as the Parser writes it.
func finalMarker(answer string, i, limit int) (n, size int) {
	rest := answer[i:limit]
	end := strings.IndexByte(rest[:min(len(rest), 5)], ']')
	if end < 2 {
		return 0, 0
	}
	n, err := strconv.Atoi(rest[1:end])
	if err != nil || n < 0 || rest[1] == '+' {
		return 0, 0
	}
	start := i
	for start > 0 && i-start < 32 && (wordly(rune(answer[start-1])) || answer[start-1] == '_' || answer[start-1] == '$') {
		start--
	}
	p := Parser{word: []byte(answer[start:i])}
	behind := rest[end+1:]
	if p.index(behind, true) == yes || strings.HasPrefix(behind, "(") && address(behind[1:], true) == yes {
		return 0, 0
	}
	return n, end + 1
}

// longestLink bounds, in bytes, how far the end of a link is sought.
const longestLink = 2048

// link measures [text](address), and how much of it, behind the first byte, is its
// text; of an image none is.
func link(s string) (size, content int) {
	s = s[:min(len(s), longestLink)]
	image := s[0] == '!'
	middle := strings.Index(s, "](")
	if middle < 0 || strings.ContainsAny(s[:middle], "\n`") || !image && strings.ContainsRune(s[1:middle], '[') {
		return 0, 0
	}
	depth := 0
	for i, r := range s[middle+1:] {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case '\n':
			return 0, 0
		}
		if depth == 0 {
			if image {
				return middle + 2 + i, 0
			}
			return middle + 2 + i, middle - 1
		}
	}
	return 0, 0
}

// noise measures emphasis and HTML tags at i.
func noise(s string, i, limit int) int {
	rest := s[i:limit]
	switch rest[0] {
	case '*', '_', '~':
		n := len(rest) - len(strings.TrimLeft(rest, rest[:1]))
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(rest[n:])
		apart := func(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }
		switch {
		case apart(before) && apart(after), rest[0] == '~' && n != 2:
			return 0
		case rest[0] == '_' && wordly(before) && wordly(after), n == 1 && digit(before) && digit(after):
			return 0
		}
		return n
	case '<':
		end := strings.IndexByte(rest[:min(len(rest), 80)], '>')
		if end < 2 || !latin(unicode.ToLower(rune(rest[1]))) && rest[1] != '/' || strings.Contains(rest[:end], "://") {
			return 0
		}
		return end + 1
	}
	return 0
}
