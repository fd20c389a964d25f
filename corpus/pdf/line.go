package pdf

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// line is glyphs that stand side by side, or the cells of a row.
type line struct {
	glyphs []glyph // from left to right
	x0, x1 float64
	y      float64 // of the baseline
	size   float64 // of the largest font
	seq    int     // place in the order of the file
	row    bool    // made of cells
	typed  bool    // the file holds the spaces between Chinese characters
	alone  bool    // never a cell
}

// Distances in units of the font's size.
const (
	sameBase  = 0.25 // baselines differ less on one line
	raised    = 0.6  // superior and inferior figures differ less
	sameLine  = 0.6  // wider gaps may be gutters between columns
	piece     = 0.35 // wider gaps part the pieces of a line that is not written at once
	cellGap   = 1.5  // wider gaps part the cells of a row
	wordGap   = 0.2  // wider gaps part Latin words
	pieceLeft = -0.7 // glyphs may overlap as much: Chinese punctuation is set half as wide
)

// linesOf cuts the glyphs of a page into lines: where text jumps or leaves a gap that
// may be a gutter, a new one begins. typed says that the file holds its spaces; some
// programs leave gaps for them, others leave gaps between Chinese and Latin letters.
func linesOf(glyphs []glyph, typed bool) []line {
	var lines []line
	var open *line
	space := false
	for _, g := range glyphs {
		if g.r == ' ' {
			space = true
			continue
		}
		g.spaced = space
		space = false
		if open == nil || !open.goesOn(g) {
			lines = append(lines, line{x0: g.x0, x1: g.x1, y: g.y, size: g.size, seq: len(lines), typed: typed})
			open = &lines[len(lines)-1]
		}
		open.add(g)
	}
	return lines
}

// goesOn says whether a glyph stands behind the last one of the line.
func (l *line) goesOn(g glyph) bool {
	last := l.glyphs[len(l.glyphs)-1]
	em := max(l.size, g.size)
	gap := g.x0 - last.x1
	return onBase(l.y, l.size, g.y, g.size) && gap > pieceLeft*em && gap < sameLine*em
}

// onBase says whether text of two sizes stands on one line.
func onBase(y1, size1, y2, size2 float64) bool {
	big, small := max(size1, size2), min(size1, size2)
	away := math.Abs(y1 - y2)
	return away < sameBase*big || small < 0.92*big && away < raised*big
}

func (l *line) add(g glyph) {
	l.glyphs = append(l.glyphs, g)
	l.x0, l.x1 = min(l.x0, g.x0), max(l.x1, g.x1)
	if g.size > l.size*1.05 {
		l.size, l.y = g.size, g.y
	}
}

// take adds the glyphs of a line to the right of l.
func (l *line) take(other line) {
	l.glyphs = append(l.glyphs, other.glyphs...)
	l.x0, l.x1 = min(l.x0, other.x0), max(l.x1, other.x1)
	if other.size > l.size*1.05 {
		l.size, l.y = other.size, other.y
	}
}

// leavesRoomFor says whether a piece belongs between the glyphs of the line: quotation
// marks, say, which come from another font and are printed behind the rest.
func (l *line) leavesRoomFor(p line) bool {
	if p.x0 < l.x0 || p.x0 > l.x1 || len(p.glyphs) > len(l.glyphs) {
		return false
	}
	for _, g := range p.glyphs {
		room := math.Inf(1)
		for _, h := range l.glyphs {
			room = min(room, math.Abs(h.x0-g.x0))
		}
		if em := max(l.size, p.size); room < 0.2*em || room > 1.5*em {
			return false
		}
	}
	return true
}

// mended joins the lines that some programs write in pieces, one font after the other.
func mended(lines []line) []line {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if math.Abs(lines[a].y-lines[b].y) < 0.01 { // as printed
			return cmpFloat(lines[a].x0, lines[b].x0)
		}
		return cmpFloat(lines[a].y, lines[b].y)
	})
	gone := make([]bool, len(lines))
	for i, a := range order {
		if gone[a] {
			continue
		}
		for _, b := range order[i+1:] {
			l, next := &lines[a], lines[b]
			if next.y-l.y >= sameBase*max(l.size, next.size) {
				break
			}
			gap, em := next.x0-l.x1, max(l.size, next.size)
			switch {
			case gone[b]:
				continue
			case gap > pieceLeft*em && gap < piece*em:
				l.take(next)
			case l.leavesRoomFor(next):
				l.take(next)
				slices.SortStableFunc(l.glyphs, func(a, b glyph) int { return cmpFloat(a.x0, b.x0) })
			default:
				continue
			}
			l.seq = min(l.seq, next.seq)
			gone[b] = true
		}
	}
	var out []line
	for i, l := range lines {
		if !gone[i] {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b line) int { return a.seq - b.seq })
	for i := range out {
		out[i].seq = i
	}
	return out
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// text is what the line says. Between the cells of a row there is a tab.
func (l *line) text() string {
	var b strings.Builder
	loose := l.looseness()
	for i, g := range l.glyphs {
		if i > 0 {
			b.WriteString(l.between(i, loose))
		}
		b.WriteString(standard(g.r))
	}
	return b.String()
}

// looseness is the usual gap between the Chinese characters of the line: where lines
// are stretched to both edges, each character stands away from the next.
func (l *line) looseness() float64 {
	var gaps []float64
	for i := 1; i < len(l.glyphs); i++ {
		if a, b := l.glyphs[i-1], l.glyphs[i]; isWide(a.r) && isWide(b.r) {
			gaps = append(gaps, b.x0-a.x1)
		}
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	return max(0, gaps[len(gaps)/2])
}

// between is the white space before glyph i of the line.
func (l *line) between(i int, loose float64) string {
	a, b := l.glyphs[i-1], l.glyphs[i]
	gap, em, least := b.x0-a.x1, max(a.size, b.size), wordGap
	if isWide(a.r) || isWide(b.r) {
		gap -= loose
		if l.typed {
			least = sameLine
		}
	}
	switch {
	case l.row && gap > cellGap*em:
		return "\t"
	case b.spaced, gap > least*em:
		return " "
	}
	return ""
}

// isWide says whether a character takes the place of a Chinese one, so that no space
// stands beside it.
func isWide(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xff60 || r >= 0xfe10 && r <= 0xfe4f ||
		strings.ContainsRune("“”‘’…—·", r)
}
