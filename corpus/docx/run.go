package docx

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// look is how a run of text looks, as far as it matters.
type look struct {
	hidden bool
	raised bool
	font   string // a symbol font
}

// field is a complex field: its instruction up to the separator, then its result.
type field struct {
	instruction string // its beginning
	result      bool
}

const (
	maxInstruction = 1000 // bytes of a field's instruction that are looked at
	maxFields      = 100  // fields in each other
)

// inline reads what stands in a line of text.
func (p *parser) inline(one *paragraph, l *look) error {
	return p.x.Each(func(e xml.StartElement) error { return p.element(one, l, e) }, nil)
}

func (p *parser) element(one *paragraph, l *look, e xml.StartElement) error {
	again := func(e xml.StartElement) error { return p.element(one, l, e) }
	name := tag(e.Name)
	if p.unread(name) {
		return p.x.Skip()
	}
	switch name {
	case "w:pPr":
		return p.paragraphProperties(one)
	case "w:rPr":
		return p.runProperties(l)
	case "w:r", "m:r":
		return p.inline(one, &look{hidden: one.hidden})
	case "w:t", "m:t":
		text, err := p.x.Text()
		if err != nil {
			return err
		}
		return p.write(one, l, text)
	case "w:footnoteReference", "w:endnoteReference":
		return p.refer(one, l, e)
	case "w:fldChar":
		return p.fieldMark(one, l, e)
	case "w:instrText":
		text, err := p.x.Text()
		if n := len(p.fields); n > 0 && len(p.fields[n-1].instruction)+len(text) <= maxInstruction {
			p.fields[n-1].instruction += text
		}
		return err
	case "w:sdt":
		return p.control(again)
	case "mc:AlternateContent":
		return p.alternate(again)
	case "w:txbxContent":
		return p.story(func() error { return p.flowing(&one.boxes, p.blocks) })
	case "w:p", "w:tbl": // where it should not be
		return p.block(&one.boxes, e)
	case "m:d":
		return p.brackets(one, l)
	default:
		if err := p.write(one, l, symbolOf(name, e)); err != nil {
			return err
		}
	}
	return p.inline(one, l)
}

// signs are elements that stand for characters. Of equations they keep apart what the
// layout keeps apart.
var signs = map[string]string{
	"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-",
	"m:den": "/", "m:sup": "^", "m:sub": "_", "m:rad": "√", "m:mr": " ",
}

// symbolOf is the character that an element stands for, or "".
func symbolOf(name string, e xml.StartElement) string {
	switch name {
	case "w:sym":
		code, err := strconv.ParseUint(bounded.Attr(e, "char"), 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return ""
		}
		return symbol(bounded.Attr(e, "font"), rune(code))
	case "m:chr":
		return bounded.Attr(e, "val")
	}
	return signs[name]
}

// brackets reads a part of an equation in brackets, round ones if it does not say.
func (p *parser) brackets(one *paragraph, l *look) error {
	before, behind, begun := "(", ")", false
	err := p.x.Each(func(e xml.StartElement) error {
		if tag(e.Name) == "m:dPr" {
			return p.x.Each(func(e xml.StartElement) error {
				switch tag(e.Name) {
				case "m:begChr":
					before = bounded.Attr(e, "val")
				case "m:endChr":
					behind = bounded.Attr(e, "val")
				}
				return p.x.Skip()
			}, nil)
		}
		sign := before
		if begun {
			sign = "|"
		}
		begun = true
		if err := p.write(one, l, sign); err != nil {
			return err
		}
		return p.inline(one, l)
	}, nil)
	if err != nil || !begun {
		return err
	}
	return p.write(one, l, behind)
}

// write adds text to a paragraph, unless nobody would see it.
func (p *parser) write(one *paragraph, l *look, text string) error {
	if text == "" || l.hidden {
		return nil
	}
	for i := range p.fields {
		if !p.fields[i].result {
			return nil
		}
	}
	if p.size += len(text); p.size > p.MaxText {
		return fmt.Errorf("%w of %d bytes; split it", errTooLong, p.MaxText)
	}
	if text == "\n" {
		one.text.WriteString(text)
		return nil
	}
	if l.raised {
		text = corpus.Superscript(text)
	}
	for _, r := range text {
		if 0xf000 <= r && r <= 0xf0ff {
			one.text.WriteString(symbol(l.font, r))
		} else if r = clean(r); r >= 0 {
			one.text.WriteRune(r)
		}
	}
	return nil
}

// enclosed is the text of fields which the older Word wrote for characters in circles
// and for readings above characters, and which have no result.
var enclosed = regexp.MustCompile(`(?is)^\s*eq\b.*\\o\s*\\a[a-z]\s*\(.*[,;，]([^,;，()]*)\)\s*$`)

func (p *parser) fieldMark(one *paragraph, l *look, e xml.StartElement) error {
	last := len(p.fields) - 1
	switch kind := bounded.Attr(e, "fldCharType"); {
	case kind == "begin" && last >= maxFields:
		return errors.New("its fields nest too deep; save the document again in Word or LibreOffice")
	case kind == "begin":
		p.fields = append(p.fields, field{})
	case last < 0:
	case kind == "separate":
		p.fields[last].result = true
	case kind == "end":
		instruction, result := p.fields[last].instruction, p.fields[last].result
		p.fields = p.fields[:last]
		if m := enclosed.FindStringSubmatch(instruction); m != nil && !result {
			if err := p.write(one, l, m[1]); err != nil {
				return err
			}
		}
	}
	return p.x.Skip()
}

// story reads text that has a flow of its own, fields included.
func (p *parser) story(read func() error) error {
	fields := p.fields
	p.fields = nil
	err := read()
	p.fields = fields
	return err
}

func (p *parser) runProperties(l *look) error {
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:rStyle":
			l.hidden = l.hidden || p.style(bounded.Attr(e, "val")).isHidden()
		case "w:vanish":
			l.hidden = on(e)
		case "w:vertAlign":
			l.raised = bounded.Attr(e, "val") == "superscript"
		case "w:position": // in half points; LibreOffice raises so what a web page has in <sup>
			if n, err := strconv.Atoi(bounded.Attr(e, "val")); err == nil && n >= 6 {
				l.raised = true
			}
		case "w:rFonts":
			l.font = bounded.Attr(e, "ascii")
		}
		return p.x.Skip()
	}, nil)
}
