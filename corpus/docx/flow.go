package docx

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is a paragraph or a row of a table.
type block struct {
	mark  string // "## ", "- ", "1. ": what stands before the text
	text  string
	group int // blocks of one group, but 0, stand on lines next to each other
}

// flow is text from top to bottom: that of the document, of a cell, of a note.
type flow struct {
	blocks []block
	open   *paragraph // one whose end was deleted, so that the next continues it
	cell   bool
}

func (f *flow) add(b block) {
	if strings.TrimSpace(b.text) != "" {
		f.blocks = append(f.blocks, b)
	}
}

// itemGroup is the group of list items; tables have groups of their own.
const itemGroup = 1

// String is the flow as light Markdown.
func (f *flow) String() string {
	var b strings.Builder
	for i, one := range f.blocks {
		switch {
		case i == 0:
		case one.group != 0 && one.group == f.blocks[i-1].group:
			b.WriteByte('\n')
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(one.mark)
		b.WriteString(one.text)
	}
	return b.String()
}

// line is the flow on one line, without the marks of headings.
func (f *flow) line() string {
	var parts []string
	for _, one := range f.blocks {
		text := strings.ReplaceAll(one.text, "\n", " ")
		if !strings.HasPrefix(one.mark, "#") {
			text = strings.TrimLeft(one.mark, " ") + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// tidy puts the text of a paragraph in order: no white space at the ends of its lines,
// none twice, no empty lines at its ends.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "  ") {
			line = collapse(line)
		}
		lines[i] = line
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// collapse makes one of several spaces in a row.
func collapse(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	last := rune(0)
	for _, r := range s {
		if r != ' ' || last != ' ' {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// joined puts the lines of a heading on one.
func joined(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		last, _ := utf8.DecodeLastRuneInString(b.String())
		first, _ := utf8.DecodeRuneInString(line)
		if b.Len() > 0 && !(wide(last) && wide(first)) {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// wide tells characters between which Chinese puts no spaces.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || 0x3000 <= r && r <= 0x303f || 0xff00 <= r && r <= 0xffef || strings.ContainsRune("“”‘’—…", r)
}

// clean maps a character of a run: white space to a space; what nobody sees away.
func clean(r rune) rune {
	switch {
	case r == '\u3000':
		return r
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), r == '\u00ad', r == '\u200b', r == '\u2060', r == '\ufeff', r == utf8.RuneError:
		return -1
	case r == '\u2011': // a hyphen that does not break
		return '-'
	}
	return r
}

// Characters of symbol fonts, by their place in the font.
const (
	greekFrom = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	greekTo   = "αβχδεφγηιϕκλμνοπθρστυϖωξψζΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
)

var symbols = map[string]map[rune]rune{
	"symbol": {
		0xa3: '≤', 0xa5: '∞', 0xac: '←', 0xad: '↑', 0xae: '→', 0xaf: '↓', 0xb0: '°', 0xb1: '±', 0xb3: '≥', 0xb4: '×',
		0xb7: '•', 0xb8: '÷', 0xb9: '≠', 0xbb: '≈', 0xd6: '√', 0xd7: '⋅', 0xe5: '∑',
	},
	"wingdings": {
		0x4a: '☺', 0x6c: '●', 0x6e: '■', 0x6f: '□', 0x71: '❑', 0x75: '◆', 0x76: '❖', 0x9f: '•', 0xa7: '▪', 0xa8: '□', 0xab: '★',
		0xd8: '➢', 0xdf: '←', 0xe0: '→', 0xe1: '↑', 0xe2: '↓', 0xfb: '✗', 0xfc: '✓', 0xfd: '☒', 0xfe: '☑',
	},
	"wingdings 2": {0x50: '✓', 0x51: '☒', 0x52: '☑', 0x53: '☒', 0x54: '☒', 0xa3: '□', 0x2a: '□', 0x98: '●'},
}

// symbol is a character of a symbol font, or "" if it says nothing.
func symbol(font string, c rune) string {
	font = strings.ToLower(strings.TrimSpace(font))
	if 0xf000 <= c && c <= 0xf0ff {
		c -= 0xf000
	} else if symbols[font] == nil && c >= 0x20 && c < 0xe000 {
		return string(c)
	}
	if r := symbols[font][c]; r != 0 {
		return string(r)
	}
	if i := strings.IndexRune(greekFrom, c); font == "symbol" && i >= 0 {
		return string([]rune(greekTo)[i])
	}
	if font == "symbol" && 0x20 <= c && c < 0x7f {
		return string(c)
	}
	if first := rune(0x81); font == "wingdings" && first <= c && c < first+10 {
		return string('①' + c - first)
	}
	return ""
}
