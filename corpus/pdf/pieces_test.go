package pdf

import "testing"

// row sets text at x on one baseline, an em a character.
func row(text string, x, y float64) []glyph {
	var glyphs []glyph
	for _, r := range text {
		glyphs = append(glyphs, glyph{r: r, x0: x, x1: x + 12, y: y, size: 12})
		x += 12
	}
	return glyphs
}

// TestPiecesOfOneLine has what word processors do with quotation marks: they come from a
// Latin font, half as wide, and are printed behind the text that they stand in.
func TestPiecesOfOneLine(t *testing.T) {
	t.Parallel()
	quote := func(r rune, x float64) glyph { return glyph{r: r, x0: x, x1: x + 11.8, y: 700, size: 12} }
	glyphs := row("优质", 72, 700)
	glyphs = append(glyphs, row("试验田", 102.2, 700)...)
	glyphs = append(glyphs, quote('“', 96.1), quote('”', 138.2))
	glyphs = append(glyphs, row("，一大批", 144.4, 700)...)
	lines := mended(linesOf(glyphs, true))
	if len(lines) != 1 || lines[0].text() != "优质“试验田”，一大批" {
		for _, l := range lines {
			t.Errorf("a line %q", l.text())
		}
	}
}

// TestPiecesOverALine: what is printed over a line, a stamp say, is no part of it.
func TestPiecesOverALine(t *testing.T) {
	t.Parallel()
	glyphs := append(row("合同编号如下所示", 72, 700), row("作废", 97, 701)...)
	if lines := mended(linesOf(glyphs, true)); len(lines) != 2 || lines[0].text() != "合同编号如下所示" {
		t.Errorf("%d lines, the first %q", len(lines), lines[0].text())
	}
}
