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
	c := &cleaner{answer: answer, at: b.Start, end: b.End}
	c.row = c.begins("|")
	for c.at < c.end {
		switch {
		case c.takeBackticks():
		case c.code > 0:
			c.keep()
		case c.takeEscape(), c.takeMarker(), c.takeLink(), c.takeNoise():
		default:
			c.keep()
		}
	}
	if text := string(c.kept); strings.TrimSpace(text) != "" {
		c.text = text
	}
	return &c.cleaned
}

// cleaner cleans the block answer[at:end], from at on. Each of its take methods goes
// past one kind of mark if it stands at at, and tells whether it does.
type cleaner struct {
	cleaned
	kept    []byte // will be text
	answer  string
	at, end int
	row     bool // of a table: bars stand between its cells
	code    int  // length of the run of backticks that opened inline code
}

func (c *cleaner) begins(prefix string) bool {
	return strings.HasPrefix(c.answer[c.at:c.end], prefix)
}

// keep goes past a character that belongs to the text.
func (c *cleaner) keep() {
	_, size := utf8.DecodeRuneInString(c.answer[c.at:c.end])
	char := c.answer[c.at : c.at+size]
	if c.row && char == "|" {
		char = " "
	}
	c.kept = append(c.kept, char...)
	for range size {
		c.places, c.ends = append(c.places, c.at), append(c.ends, c.at+size)
	}
	c.at += size
}

// takeBackticks goes past the backticks that open or close inline code, and past
// such as do neither.
func (c *cleaner) takeBackticks() bool {
	rest := c.answer[c.at:c.end]
	behind := strings.TrimLeft(rest, "`")
	run := len(rest) - len(behind)
	switch {
	case run == 0:
		return false
	case c.code == run:
		c.code = 0
	case c.code == 0 && closesCode(behind, run):
		c.code = run
	}
	c.at += run
	return true
}

// takeEscape keeps the punctuation behind a backslash as it is.
func (c *cleaner) takeEscape() bool {
	rest := c.answer[c.at:c.end]
	if rest[0] != '\\' || len(rest) < 2 || rest[1] >= utf8.RuneSelf || !unicode.IsPunct(rune(rest[1])) {
		return false
	}
	c.at++
	c.keep()
	return true
}

// takeMarker notes where a marker stood.
func (c *cleaner) takeMarker() bool {
	if !c.begins("[") {
		return false
	}
	n, size := finalMarker(c.answer, c.at, c.end)
	if size == 0 {
		return false
	}
	start := c.at
	c.at += size
	if c.at < c.end && strings.IndexByte(".,;:!?", c.answer[c.at]) >= 0 {
		c.dropBlank() // none before the full stop
	}
	c.markers = append(c.markers, placed{n, len(c.kept), start, c.at})
	return true
}

// dropBlank takes back a blank that was kept last.
func (c *cleaner) dropBlank() {
	if last := len(c.kept) - 1; last >= 0 && c.kept[last] == ' ' {
		c.kept, c.places, c.ends = c.kept[:last], c.places[:last], c.ends[:last]
	}
}

// takeLink keeps the text of a link, and nothing of an image.
func (c *cleaner) takeLink() bool {
	if !c.begins("[") && !c.begins("![") {
		return false
	}
	size, content := link(c.answer[c.at:c.end])
	if size == 0 {
		return false
	}
	behind := c.at + size
	c.at++
	for textEnd := c.at + content; c.at < textEnd; {
		c.keep()
	}
	c.at = behind
	return true
}

// takeNoise goes past emphasis and HTML tags.
func (c *cleaner) takeNoise() bool {
	size := noise(c.answer, c.at, c.end)
	c.at += size
	return size > 0
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
