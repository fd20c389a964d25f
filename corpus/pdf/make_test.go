package pdf_test

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
)

// paper writes PDF files as a program would that knows only where each line stands.
type paper struct {
	pages  []string // what is drawn on each, as PDF operators
	info   string   // entries of the information dictionary
	page   string   // more entries of each page
	mapped bool     // the font says which characters it shows
}

const fontSize = 10.0

// newPaper has one empty page of 600 by 800 points.
func newPaper() *paper { return &paper{pages: []string{""}, mapped: true} }

// put writes text with its baseline at (x, y) from the lower left corner.
func (p *paper) put(x, y float64, text string) *paper { return p.sized(x, y, fontSize, text) }

func (p *paper) sized(x, y, size float64, text string) *paper {
	return p.matrix(fmt.Sprintf("1 0 0 1 %.2f %.2f", x, y), size, text)
}

func (p *paper) matrix(m string, size float64, text string) *paper {
	var hex strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&hex, "%04X", u)
	}
	p.pages[len(p.pages)-1] += fmt.Sprintf("BT /F1 %g Tf %s Tm <%s> Tj ET\n", size, m, hex.String())
	return p
}

// next begins another page.
func (p *paper) next() *paper {
	p.pages = append(p.pages, "")
	return p
}

// bytes is the file.
func (p *paper) bytes() []byte {
	font := "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[4 0 R]>>"
	if !p.mapped {
		font = "<</Type/Font/Subtype/Type0/BaseFont/Nameless/Encoding/Identity-H/DescendantFonts[4 0 R]>>"
	}
	registry := map[bool]string{true: "Adobe)/Ordering(GB1)/Supplement 2", false: "Adobe)/Ordering(Identity)/Supplement 0"}[p.mapped]
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "", font,
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(" + registry +
			">>/DW 1000/W[1 95 500 814 939 500]/FontDescriptor 5 0 R>>",
		"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
		"<<" + p.info + ">>",
	}
	var kids strings.Builder
	for _, content := range p.pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R%s>>", n+1, p.page),
			fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content)+1, content))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(p.pages))
	return assemble(objects)
}

// assemble makes a file of objects, the first of which is the catalogue and the sixth
// the information dictionary.
func assemble(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
