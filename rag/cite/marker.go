package cite

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// reach is how many characters a marker may have, and so how much text the parser
// holds back behind an opening bracket.
const reach = 48

// longestRange is how many numbers [1-20] may stand for.
const longestRange = 20

// verdict is the outcome of a look ahead in a stream.
type verdict int8

const (
	no   verdict = iota
	more         // what follows decides
	yes
)

// marker is a citation as a model wrote it.
type marker struct {
	size    int // bytes
	numbers []int
	list    bool // more than one number
	part    bool // names a place in its source: 【4:0†source】
	bare    bool // superscript without brackets: ^1^, <sup>1</sup>
}

// labels are the words that models put before the number of a source, folded.
var labels = []string{
	"来源", "资料", "文档", "文献", "参考", "参考资料", "参考文献", "引用", "引文", "段落", "片段", "文章", "材料", "出处",
	"source", "sources", "passage", "passages", "doc", "document", "ref", "reference", "cite", "citation", "article", "chunk",
}

// closers are the brackets that open a marker, each with the one that closes it.
var closers = map[rune]rune{'[': ']', '［': '］', '【': '】', '〔': '〕', '〖': '〗'}

func opens(r rune) bool { return closers[r] != 0 }

func closes(r rune) bool { return r == ']' || r == '］' || r == '】' || r == '〕' || r == '〗' }

// scanner reads a marker from the beginning of a text that may go on. Once it has
// decided yes or no, no continuation of the text changes that.
type scanner struct {
	s     string
	at    int
	seen  int
	final bool
	want  verdict // why the scan failed: no or more
}

// peek returns the next character, folded; 0 when there is none to be had.
func (c *scanner) peek() (r rune, size int) {
	rest := c.s[c.at:]
	switch {
	case c.seen >= reach:
		return 0, 0
	case rest == "" || !utf8.FullRuneInString(rest):
		if !c.final {
			c.want = more
		}
		return 0, 0
	}
	r, size = utf8.DecodeRuneInString(rest)
	if closers[r] == 0 && !closes(r) {
		r = fold.Rune(r)
	}
	return r, size
}

func (c *scanner) take(ok func(rune) bool) (rune, bool) {
	r, size := c.peek()
	if r == 0 || !ok(r) {
		return 0, false
	}
	c.at += size
	c.seen++
	return r, true
}

func (c *scanner) skip(ok func(rune) bool) (n int) {
	for {
		if _, took := c.take(ok); !took {
			return n
		}
		n++
	}
}

func blank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\u3000' || r == '\u00a0' || r == '\u200b'
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

func is(set string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(set, r) }
}

// scanMarker reads the marker that s begins with.
func scanMarker(s string, final bool) (marker, verdict) {
	c := &scanner{s: s, final: final}
	m, ok := c.marker()
	if !ok {
		return marker{}, c.want
	}
	return m, yes
}

func (c *scanner) marker() (m marker, ok bool) {
	closing, raised := c.raise()
	depth := c.brackets()
	if m.bare = depth == 0; m.bare && !raised {
		return m, false
	}
	if ok = c.numbered(&m, depth); !ok {
		return m, false
	}
	for range depth {
		if _, ok = c.take(closes); !ok {
			return m, false
		}
	}
	if raised && !c.word(closing) && (m.bare || closing != "^" || c.want == more) {
		return m, false
	}
	m.size = c.at
	m.list = m.list || len(m.numbers) > 1
	return m, true
}

// brackets goes past the opening ones, two at most.
func (c *scanner) brackets() (depth int) {
	for range 2 {
		if _, opened := c.take(opens); opened {
			depth++
		}
	}
	return depth
}

// numbered reads what stands in the brackets.
func (c *scanner) numbered(m *marker, depth int) bool {
	c.skip(blank)
	if depth > 0 {
		c.take(is("^"))
	}
	for {
		if !c.item(m) {
			return false
		}
		c.skip(blank)
		if _, next := c.take(is(",，、;；&和及")); !next {
			break
		}
		m.list = true
		c.skip(blank)
	}
	if depth > 0 {
		c.take(is("^"))
	}
	c.skip(blank)
	_, note := c.take(is("†"))
	if note { // 【1†source】, 【4:0†L10-L20】
		c.skip(func(r rune) bool { return r != '\n' && !opens(r) && !closes(r) })
	}
	return !m.part || note // else a slice, a ratio, a time
}

// raise reads what begins a superscript and returns what ends it. The caret behind
// ^[1] may be lacking.
func (c *scanner) raise() (closing string, ok bool) {
	if r, _ := c.peek(); r == '<' {
		return "</sup>", c.word("<sup>")
	}
	_, ok = c.take(is("^"))
	return "^", ok
}

// word reads a folded word, or nothing.
func (c *scanner) word(w string) bool {
	before := *c
	for _, r := range w {
		if _, ok := c.take(func(s rune) bool { return s == r }); !ok {
			want := c.want
			*c = before
			c.want = want
			return false
		}
	}
	return true
}

// item reads a number or a range, with a label before it or without.
func (c *scanner) item(m *marker) bool {
	if !c.label() {
		return false
	}
	first, ok := c.number()
	if !ok {
		return false
	}
	last := first
	c.skip(blank)
	if _, part := c.take(is(":")); part {
		m.part = true
		if _, ok = c.number(); !ok {
			return false
		}
	} else if _, to := c.take(is("-–—~～至到")); to {
		c.skip(blank)
		if !c.label() {
			return false
		}
		if last, ok = c.number(); !ok || last < first || last-first >= longestRange {
			return false
		}
	}
	for n := first; n <= last; n++ {
		m.numbers = append(m.numbers, n)
	}
	return true
}

// label skips a label with what ties it to its number. It fails at any other word.
func (c *scanner) label() bool {
	start := c.at
	c.skip(func(r rune) bool {
		word := fold.String(c.s[start:c.at]) + string(r)
		return slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, word) })
	})
	word := fold.String(c.s[start:c.at])
	if word == "" {
		c.take(is("#"))
		return true
	}
	if !slices.Contains(labels, word) {
		return false
	}
	c.skip(blank)
	c.take(is(":：#"))
	c.skip(blank)
	return true
}

// number reads up to nine digits.
func (c *scanner) number() (n int, ok bool) {
	for range 9 {
		r, more := c.take(digit)
		if !more {
			return n, ok
		}
		n, ok = n*10+int(r-'0'), true
	}
	return n, ok
}
