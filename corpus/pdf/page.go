package pdf

import (
	"context"
	"errors"
	"math"
	"unicode"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// glyph is a character where it stands: x grows along the line, y from line to line,
// both in points. White space has no size of its own.
type glyph struct {
	r      rune
	x0, x1 float64
	y      float64 // of the baseline
	size   float64 // of the font
	turn   turn
	spaced bool // white space stands before it
}

// turn is the direction in which text runs, in quarters of a turn against the clock.
type turn int8

const (
	level turn = iota
	up
	upsideDown
	down
	slanted turn = -1
)

// sheet is a page as PDFium gives it.
type sheet struct {
	glyphs   []glyph // in the order of the file
	failed   bool    // PDFium could not read it
	unmapped int     // characters whose font does not say what they are
	typed    bool    // its spaces are in the file, not left out for gaps
	vertical bool    // lines run downwards, from right to left
	height   float64 // in the direction of glyph.y
	top      float64 // least y of the page
}

// readPage reads the characters of a page.
func readPage(ctx context.Context, in pdfium.Pdfium, doc references.FPDF_DOCUMENT, index, most int) (sheet, error) {
	page, err := in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return sheet{}, err
	}
	defer in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}) //nolint:errcheck // the instance ends with the file
	box, err := in.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return sheet{}, err
	}
	p, err := readText(ctx, in, page.Page, box.Rect, most)
	if err != nil {
		return sheet{}, err
	}
	if upright, err := turnUpright(in, page.Page, p.main()); err != nil {
		return sheet{}, err
	} else if upright {
		if p, err = readText(ctx, in, page.Page, box.Rect, most); err != nil {
			return sheet{}, err
		}
	}
	return p.sheet(), nil
}

// turnUpright turns a page whose text would be shown upside down, which PDFium takes for
// text that runs from right to left. It says whether it did.
func turnUpright(in pdfium.Pdfium, page references.FPDF_PAGE, main turn) (bool, error) {
	rotated, err := in.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: requests.Page{ByReference: &page}})
	if err != nil || (int(main)-int(rotated.PageRotation)+4)%4 != int(upsideDown) {
		return false, err
	}
	_, err = in.FPDFPage_SetRotation(&requests.FPDFPage_SetRotation{
		Page: requests.Page{ByReference: &page}, Rotate: enums.FPDF_PAGE_ROTATION(main),
	})
	return true, err
}

// readText reads the characters of a page as it is turned now.
func readText(ctx context.Context, in pdfium.Pdfium, page references.FPDF_PAGE, box structs.FPDF_FS_RECTF, most int) (*pageReader, error) {
	text, err := in.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page}})
	if err != nil {
		return nil, err
	}
	defer in.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage}) //nolint:errcheck // the instance ends with the file
	count, err := in.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return nil, err
	}
	if count.Count > most {
		return nil, errTooLong
	}
	p := &pageReader{in: in, text: text.TextPage, box: box}
	for i := range count.Count {
		if err := p.read(i); err != nil {
			return nil, errors.Join(ctx.Err(), err)
		}
	}
	return p, nil
}

// pageReader reads the characters of one page.
type pageReader struct {
	in       pdfium.Pdfium
	text     references.FPDF_TEXTPAGE
	box      structs.FPDF_FS_RECTF
	glyphs   []placed
	last     placed // the last one that has a place
	high     rune   // the first half of a surrogate pair
	unmapped int
	typed    bool
}

// placed is a glyph in the coordinates of the file.
type placed struct {
	r                        rune
	left, right, bottom, top float64
	x, y                     float64 // origin
	size                     float64
	turn                     turn
	tail                     bool // of a ligature: one glyph stands for it and for the one before
}

// read takes in the character i of PDFium's list. An error means that PDFium failed,
// not that the character has no place.
func (p *pageReader) read(i int) error {
	code, err := p.in.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: p.text, Index: i})
	if err != nil {
		return err
	}
	r := rune(uint32(code.Unicode))
	switch {
	case r == 0:
		p.unmapped++
		return nil
	case utf16.IsSurrogate(r) && p.high == 0:
		p.high = r
		return nil
	case utf16.IsSurrogate(r):
		r = utf16.DecodeRune(p.high, r)
	}
	p.high = 0
	if unicode.IsSpace(r) {
		p.space(i)
		return nil
	}
	g := placed{r: r}
	if !p.place(i, &g) {
		return nil
	}
	if n := len(p.glyphs); n > 0 {
		last := p.glyphs[n-1]
		g.tail = (last.x == g.x || last.left == g.left && last.right == g.right) && last.y == g.y &&
			(unicode.IsLower(last.r) && unicode.IsLower(r) || r == last.r && (r == '—' || r == '…'))
		if !g.tail && twice(p.glyphs[max(0, n-64):], g) {
			return nil
		}
	}
	p.glyphs = append(p.glyphs, g)
	return nil
}

// space takes in a space. PDFium puts some where it sees gaps; those of the file mean
// more.
func (p *pageReader) space(i int) {
	made, err := p.in.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: p.text, Index: i})
	if err == nil && !made.IsGenerated {
		p.glyphs = append(p.glyphs, placed{r: ' '})
		p.typed = true
	}
}

// place finds where character i stands; false if nowhere on the page.
func (p *pageReader) place(i int, g *placed) bool {
	box, err := p.in.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: p.text, Index: i})
	if err != nil {
		return false
	}
	g.left, g.right = float64(box.Rect.Left), float64(box.Rect.Right)
	g.bottom, g.top = float64(box.Rect.Bottom), float64(box.Rect.Top)
	if last := p.last; last.size > 0 && last.turn == level && last.top == g.top && last.bottom == g.bottom {
		// The same font on the same line: half of the calls are saved.
		g.x, g.y, g.size, g.turn = g.left, last.y, last.size, last.turn
	} else if !p.set(i, g) {
		return false
	}
	p.last = *g
	for _, v := range []float64{g.left, g.right, g.bottom, g.top, g.x, g.y} {
		if !(math.Abs(v) < 1e6) {
			return false
		}
	}
	x, y := (g.left+g.right)/2, (g.bottom+g.top)/2
	return g.size > 0.5 && g.turn != slanted && // a slanted line is a watermark
		x > float64(p.box.Left)-1 && x < float64(p.box.Right)+1 && y > float64(p.box.Bottom)-1 && y < float64(p.box.Top)+1
}

// set finds the origin, the size and the direction of character i.
func (p *pageReader) set(i int, g *placed) bool {
	origin, err := p.in.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: p.text, Index: i})
	if err != nil {
		return false
	}
	size, err := p.in.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: p.text, Index: i})
	if err != nil {
		return false
	}
	g.x, g.y, g.size = origin.X, origin.Y, size.FontSize
	if m, err := p.in.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: p.text, Index: i}); err == nil {
		g.size *= math.Hypot(float64(m.Matrix.C), float64(m.Matrix.D))
		g.turn = turnOf(float64(m.Matrix.A), float64(m.Matrix.B))
	}
	// The boxes of some fonts are those of the ink: that of a dash is flat.
	if height, width := g.top-g.bottom, g.right-g.left; !(g.size > height/4 && g.size < 20*max(height, width)) {
		g.size = height // a font that lies about its size
	}
	return true
}

// turnOf is the direction of text under a matrix whose first row is (a, b).
func turnOf(a, b float64) turn {
	quarters := math.Atan2(b, a) / (math.Pi / 2)
	nearest := math.Round(quarters)
	if math.Abs(quarters-nearest) > 0.15 {
		return slanted
	}
	return turn((int(nearest) + 4) % 4)
}

// twice says whether a glyph was printed over itself a moment ago, to look bold or to
// have a shadow.
func twice(before []placed, g placed) bool {
	for i := len(before) - 1; i >= 0; i-- {
		b := before[i]
		if b.r == g.r && math.Abs(b.x-g.x) < g.size/5 && math.Abs(b.y-g.y) < g.size/5 {
			return true
		}
	}
	return false
}

// main is the direction of most of the text.
func (p *pageReader) main() turn {
	var count [4]int
	for _, g := range p.glyphs {
		if g.r != ' ' {
			count[g.turn]++
		}
	}
	main := level
	for t := up; t <= down; t++ {
		if count[t] > count[main] {
			main = t
		}
	}
	return main
}

// sheet turns the page so that its text runs level. Text in another direction is laid
// out as if the page were turned for it, below the rest.
func (p *pageReader) sheet() sheet {
	s := sheet{unmapped: p.unmapped, typed: p.typed, glyphs: make([]glyph, 0, len(p.glyphs))}
	main := p.main()
	s.vertical = main == level && p.runsDown()
	left, right, bottom, top := float64(p.box.Left), float64(p.box.Right), float64(p.box.Bottom), float64(p.box.Top)
	s.height, s.top = top-bottom, -top
	switch {
	case s.vertical, main == down:
		s.height, s.top = right-left, -right
	case main == up:
		s.height, s.top = right-left, left
	case main == upsideDown:
		s.top = bottom
	}
	for i, g := range p.glyphs {
		out := g.turned(s.vertical, main, s.height)
		if g.tail {
			before := s.glyphs[i-1]
			out.x0, out.x1, out.y = before.x1, max(before.x1, out.x1), before.y
		}
		s.glyphs = append(s.glyphs, out)
	}
	return s
}

// turned is the glyph on a page turned for the main direction of its text.
func (g placed) turned(vertical bool, main turn, height float64) glyph {
	out := glyph{r: g.r, size: g.size, turn: g.turn}
	if g.r == ' ' {
		return out
	}
	if vertical && (g.turn == level || g.turn == down) {
		if g.turn == down {
			out.x0, out.x1, out.y = -g.y, -g.bottom, -g.x
			return out
		}
		out.x0, out.x1 = -g.y-0.88*g.size, -g.y+0.12*g.size
		out.y = -g.x - 0.12*g.size // as if the glyph lay on its side
		return out
	}
	switch g.turn {
	case up:
		out.x0, out.x1, out.y = min(g.y, g.top), g.top, g.x
	case upsideDown:
		out.x0, out.x1, out.y = -g.x, -g.left, g.y
	case down:
		out.x0, out.x1, out.y = -g.y, -g.bottom, -g.x
	default:
		out.x0, out.x1, out.y = g.x, g.right, -g.y
	}
	if isWide(g.r) {
		out.x1 = max(out.x1, out.x0+0.98*g.size) // the boxes of some fonts are those of the ink
	}
	if out.x1 < out.x0 {
		out.x0, out.x1 = out.x1, out.x0
	}
	if g.turn != main {
		out.y += 10 * height
	}
	return out
}

// runsDown says whether the characters follow each other downwards.
func (p *pageReader) runsDown() bool {
	across, along := 0, 0
	for i := 1; i < len(p.glyphs); i++ {
		a, b := p.glyphs[i-1], p.glyphs[i]
		if a.r == ' ' || b.r == ' ' || !isWide(a.r) || !isWide(b.r) {
			continue
		}
		dx, dy := (b.left+b.right-a.left-a.right)/2, (a.bottom+a.top-b.bottom-b.top)/2
		switch {
		case dx > a.size/2 && dx < 2*a.size && math.Abs(dy) < a.size:
			along++
		case dy > a.size/2 && dy < 2*a.size && math.Abs(dx) < a.size:
			across++
		}
	}
	return across > along
}
