package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// paragraph is what belongs together of a page, or of several.
type paragraph struct {
	text   string
	size   float64 // of most of its characters
	page   int     // on which it begins, from 0
	breaks []pageBreak
	row    bool // the cells of a table's row
	note   bool // a footnote
	open   bool // the last line is full, and its sentence goes on
	ended  bool // the last line is full, but ends a sentence
	indent bool // the first line is indented

	x0, x1, y0, y1 float64 // of its last block
}

// pageBreak is where in a paragraph another page begins.
type pageBreak struct{ at, page int }

// marker says whether text begins like an item of a list, or is nothing but its mark.
func marker(text string) bool { return marks.MatchString(text) }

var (
	marks     = regexp.MustCompile(`^(?:[•●■◆▪▶※*–-]|[(（]?[0-9]{1,3}[.)）、．]|[(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[①-⑳])(?:[\s\p{Han}]|$)`)
	noteMarks = regexp.MustCompile(`^(?:[*†‡①-⑳¹²³⁴-⁹]|[[［(（〔]?[0-9]{1,3}[\]］)）〕]?(?:[^0-9.%]|$)|注[0-9]*[：:])`)
)

const (
	heads   = 1.15 // times the size of the body: a heading
	notes   = 0.93 // times: a footnote
	resized = 1.12 // times: another paragraph
	pause   = 4    // times: a gap that is no picture in the text
)

// composer makes paragraphs of pages.
type composer struct {
	body   float64 // size of most of the text
	pitch  float64 // from line to line, in units of the size
	spaces bool    // a space stands between Chinese and Latin letters
	words  map[string]bool
	out    []paragraph
	notes  []paragraph // of the page before, not yet in out
}

// compose makes paragraphs of pages.
func compose(pages []page) []paragraph {
	c := newComposer(pages)
	for i, p := range pages {
		c.page(p, i)
	}
	c.out = append(c.out, c.notes...)
	return c.out
}

func newComposer(pages []page) *composer {
	c := &composer{words: make(map[string]bool)}
	sizes, pitches := map[float64]int{}, map[float64]int{}
	apart, together := 0, 0
	for _, p := range pages {
		for _, b := range p.blocks {
			for i, l := range b.lines {
				sizes[math.Round(l.size*2)/2] += len(l.glyphs)
				if i > 0 {
					pitches[math.Round((l.y-b.lines[i-1].y)/l.size*10)/10]++
				}
				text := l.text()
				for _, w := range latinWord.FindAllString(text, -1) {
					c.words[strings.ToLower(w)] = true
				}
				apart += len(spacedOut.FindAllString(text, -1))
				together += len(setClose.FindAllString(text, -1))
			}
		}
	}
	c.body, c.pitch, c.spaces = most(sizes, 10), most(pitches, 1.5), apart > together
	return c
}

var (
	latinWord = regexp.MustCompile(`\pL[\pL-]*`)
	spacedOut = regexp.MustCompile(`\p{Han} [A-Za-z0-9]|[A-Za-z0-9] \p{Han}`)
	setClose  = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`)
)

// most is the key with the greatest count, or other if there is none.
func most(counts map[float64]int, other float64) float64 {
	best := 0
	for key, n := range counts {
		if n > best || n == best && key < other {
			best, other = n, key
		}
	}
	return other
}

// page adds the paragraphs of a page.
func (c *composer) page(p page, index int) {
	var all []paragraph
	for i := 0; i < len(p.blocks); {
		end := i + 1
		for end < len(p.blocks) && p.blocks[end].cell {
			end++
		}
		if end > i+1 {
			all = append(all, c.row(p.blocks[i:end], index))
		} else {
			all = append(all, c.block(p, p.blocks[i], index)...)
		}
		i = end
	}
	first := slices.IndexFunc(all, func(p paragraph) bool { return !p.note })
	last := len(c.out) - 1
	joined := first >= 0 && last >= 0 && continues(c.out[last], all[first])
	if joined {
		c.out = slices.Insert(c.out, last, c.notes...)
	} else {
		c.out = append(c.out, c.notes...)
	}
	c.notes = nil
	for i, next := range all {
		switch {
		case next.note:
			c.notes = append(c.notes, next)
		case i == first && joined, i > first && continues(c.out[len(c.out)-1], next):
			c.join(&c.out[len(c.out)-1], next)
		default:
			c.out = append(c.out, next)
		}
	}
}

// row makes a paragraph of the cells of a table's row.
func (c *composer) row(cells []block, index int) paragraph {
	p := paragraph{page: index, row: true, size: cells[0].lines[0].usual()}
	for i, cell := range cells {
		if i > 0 {
			p.text += "\t"
		}
		text := ""
		for _, l := range cell.lines {
			text = c.joinText(text, strings.TrimSpace(l.text()))
		}
		p.text += text
	}
	return p
}

// continues says whether a paragraph goes on in another column or on another page.
func continues(a, b paragraph) bool {
	if a.row || b.row || a.note || b.note || b.indent || marker(b.text) ||
		max(a.size, b.size) > resized*min(a.size, b.size) {
		return false
	}
	if gap := b.y0 - a.y1; a.page == b.page && len(a.breaks) == 0 && gap > 0 && gap < pause*b.size && a.x0 < b.x1 && b.x0 < a.x1 {
		return false // it stands right below
	}
	return a.open || a.ended && a.indent
}

// join adds b to a.
func (c *composer) join(a *paragraph, b paragraph) {
	text := c.joinText(a.text, b.text)
	at := len(text) - len(b.text)
	if last := len(a.breaks) - 1; b.page != a.page && (last < 0 || a.breaks[last].page != b.page) {
		a.breaks = append(a.breaks, pageBreak{at, b.page})
	}
	a.text, a.open, a.ended = text, b.open, b.ended
	a.x0, a.x1, a.y0, a.y1 = b.x0, b.x1, b.y0, b.y1
}

// joinText joins the end of a line with the beginning of the next.
func (c *composer) joinText(a, b string) string {
	last, size := utf8.DecodeLastRuneInString(a)
	next, _ := utf8.DecodeRuneInString(b)
	switch {
	case a == "" || b == "":
		return a + b
	case last == softHyphen:
		return a[:len(a)-size] + b
	case last == '-' || last == '‐':
		before, _ := utf8.DecodeLastRuneInString(a[:len(a)-size])
		if unicode.IsLetter(before) && unicode.IsLower(next) && c.hyphenOfLine(a[:len(a)-size], b) {
			return a[:len(a)-size] + b
		}
		return a + b
	case isWide(last) && isWide(next), unicode.IsPunct(last) && isWide(last), unicode.IsPunct(next) && isWide(next):
		return a + b
	case isWide(last) != isWide(next) && !c.spaces:
		return a + b
	case (last == '/' || last == '_') && strings.Contains(lastField(a), "://"):
		return a + b
	}
	return a + " " + b
}

// hyphenOfLine says whether a hyphen is there only because the line ends: the word is
// not written with it elsewhere and has none of its own.
func (c *composer) hyphenOfLine(a, b string) bool {
	head := latinWord.FindString(reversedWord(a))
	tail := latinWord.FindString(b)
	whole, parted := strings.ToLower(head+tail), strings.ToLower(head+"-"+tail)
	if c.words[whole] {
		return true
	}
	return !c.words[parted] && !strings.Contains(head, "-")
}

// reversedWord is the Latin word at the end of a.
func reversedWord(a string) string {
	return a[strings.LastIndexFunc(a, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' || isWide(r) })+1:]
}

func lastField(s string) string {
	return s[strings.LastIndexFunc(s, unicode.IsSpace)+1:]
}

// block makes paragraphs of the lines of a block.
func (c *composer) block(p page, b block, index int) []paragraph {
	left, right, known := p.column(b)
	var out []paragraph
	var first line // of the paragraph
	for i, l := range b.lines {
		text := strings.TrimSpace(l.text())
		if i == 0 || c.begins(b.lines[i-1], l, first, left, right) {
			first = l
			out = append(out, paragraph{
				text: text, size: l.usual(), page: index, row: l.row,
				indent: l.x0-left > 0.8*l.size, note: c.isNote(p, l, text),
				x0: b.x0, x1: b.x1, y0: l.y - l.size, y1: b.y1,
			})
		} else {
			last := &out[len(out)-1]
			last.text = c.joinText(last.text, text)
		}
		full := known && right-l.x1 < 2.5*l.size
		end := lastRune(strings.TrimRight(text, "”’」』）)\""))
		terminal := strings.ContainsRune("。！？!?；;：:….", end)
		last := &out[len(out)-1]
		last.open, last.ended = (full || len(b.lines) > 1 && !isWide(end)) && !terminal, full && terminal
	}
	return out
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// usual is the size of most of a line's glyphs.
func (l *line) usual() float64 {
	sizes := map[float64]int{}
	for _, g := range l.glyphs {
		sizes[math.Round(g.size*4)/4]++
	}
	return most(sizes, l.size)
}

// column returns where the lines of a block may begin and end: the edges of the
// narrowest text around it whose lines fill it; without such text it is not known
// whether a line is full.
func (p *page) column(b block) (left, right float64, known bool) {
	left, right = b.x0, b.x1
	best := math.Inf(1)
	for i := range p.blocks {
		o := &p.blocks[i]
		em := o.lines[0].size
		if w := o.x1 - o.x0; w < best && o.x0 < b.x0+em && o.x1 > b.x1-em && o.filled() {
			left, right, best = min(o.x0, b.x0), max(o.x1, b.x1), w
		}
	}
	return left, right, !math.IsInf(best, 1)
}

// filled says whether most lines of the block reach its right edge.
func (b *block) filled() bool {
	full := 0
	for _, l := range b.lines {
		if b.x1-l.x1 < 2.5*l.size {
			full++
		}
	}
	return len(b.lines) >= 3 && 2*full >= len(b.lines)
}

// begins says whether a line begins a paragraph below the line before it.
func (c *composer) begins(before, l, first line, left, right float64) bool {
	size, last := l.usual(), before.usual()
	em := max(size, last)
	text, above := l.text(), before.text()
	switch down := (l.y - before.y) / em; {
	case before.row || l.row, em > resized*min(size, last):
		return true
	case down > c.pitch*1.35 && down > 1.35:
		return true
	case size > heads*c.body:
		return false // a heading of several lines
	}
	indented, was := l.x0-left > 0.8*em, before.x0-left > 0.8*em
	short := right-before.x1 > firstWidth(&l)+0.5*em
	ends := strings.ContainsRune("。！？!?：:；;….", lastRune(strings.TrimRight(above, "”’」』）)\"")))
	switch {
	case short:
		return true
	case indented && !was:
		return true
	case indented && was && first.y == before.y:
		return ends && math.Abs(l.x0-before.x0) < em/2
	}
	return ends && marker(text)
}

// firstWidth is how much of a line must stand together: a word, or a character and
// the punctuation behind it.
func firstWidth(l *line) float64 {
	for i, g := range l.glyphs {
		switch {
		case i == 0:
		case l.between(i, 0) != "",
			(isWide(g.r) || isWide(l.glyphs[i-1].r)) && !unicode.IsPunct(g.r):
			return l.glyphs[i-1].x1 - l.x0
		}
	}
	return l.x1 - l.x0
}

// isNote says whether a line begins a footnote: it is small, begins with a mark, and
// no text of the body's size stands below it in its column.
func (c *composer) isNote(p page, l line, text string) bool {
	if l.usual() > notes*c.body || l.row || !noteMarks.MatchString(text) {
		return false
	}
	for _, b := range p.blocks {
		for _, o := range b.lines {
			if o.y > l.y && o.x0 < l.x1 && o.x1 > l.x0 && o.usual() > notes*c.body {
				return false
			}
		}
	}
	return true
}
