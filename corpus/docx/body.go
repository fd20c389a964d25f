package docx

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// paragraph is one as it is read.
type paragraph struct {
	text    strings.Builder
	style   string
	outline int // as in style
	list    list
	hidden  bool     // by its style
	joins   bool     // its end was deleted
	notes   []string // that it refers to
	boxes   flow     // text boxes that are anchored in it
}

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

// blocks reads the paragraphs and tables in the element that was just begun.
func (p *parser) blocks(f *flow) error {
	return p.x.Each(func(e xml.StartElement) error { return p.block(f, e) }, nil)
}

func (p *parser) block(f *flow, e xml.StartElement) error {
	switch tag(e.Name) {
	case "w:p":
		return p.paragraph(f)
	case "w:tbl":
		return p.table(f)
	case "w:sdt":
		return p.control(func(e xml.StartElement) error { return p.block(f, e) })
	case "mc:AlternateContent":
		return p.alternate(func(e xml.StartElement) error { return p.block(f, e) })
	case "w:del", "w:moveFrom":
		p.changed = true
		return p.x.Skip()
	case "w:altChunk":
		p.chunks = true
		return p.x.Skip()
	case "w:sectPr", "w:sdtPr", "w:tcPr", "background":
		return p.x.Skip()
	case "w:ins", "w:moveTo":
		p.changed = true
	}
	return p.blocks(f)
}

// control reads a content control, but for one that only asks to be filled in, and
// tables of contents.
func (p *parser) control(content func(xml.StartElement) error) error {
	drop := false
	var look func(e xml.StartElement) error
	look = func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:showingPlcHdr":
			drop = drop || on(e)
		case "w:docPartGallery":
			drop = drop || bounded.Attr(e, "val") == "Table of Contents"
		}
		return p.x.Each(look, nil)
	}
	return p.x.Each(func(e xml.StartElement) error {
		switch name := tag(e.Name); {
		case name == "w:sdtPr":
			return p.x.Each(look, nil)
		case name == "w:sdtContent" && !drop:
			return p.x.Each(content, nil)
		}
		return p.x.Skip()
	}, nil)
}

// alternate reads the first of several forms of the same content that has text.
func (p *parser) alternate(content func(xml.StartElement) error) error {
	before := p.size
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "mc:Choice", "mc:Fallback":
			if p.size == before {
				return p.x.Each(content, nil)
			}
		}
		return p.x.Skip()
	}, nil)
}

// flowing reads a whole flow.
func (p *parser) flowing(f *flow, read func(*flow) error) error {
	err := read(f)
	if last := f.open; last != nil { // nothing is there to continue it
		f.open = nil
		p.finish(f, last)
	}
	return err
}

// paragraph reads w:p.
func (p *parser) paragraph(f *flow) error {
	one := f.open
	f.open = nil
	if one == nil {
		one = &paragraph{}
	}
	one.style, one.outline, one.list, one.hidden, one.joins = "", 0, list{level: -1}, false, false
	if err := p.inline(one, &look{}); err != nil {
		return err
	}
	for i := range p.fields { // an instruction does not go on for paragraphs
		p.fields[i].result = true
	}
	if one.joins {
		f.open = one
		return nil
	}
	p.finish(f, one)
	return nil
}

// inline reads what stands in a line of text.
func (p *parser) inline(one *paragraph, l *look) error {
	return p.x.Each(func(e xml.StartElement) error { return p.element(one, l, e) }, nil)
}

func (p *parser) element(one *paragraph, l *look, e xml.StartElement) error {
	again := func(e xml.StartElement) error { return p.element(one, l, e) }
	switch name := tag(e.Name); name {
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
	case "w:del", "w:moveFrom":
		p.changed = true
		return p.x.Skip()
	case "w:delText", "w:delInstrText", "w:rt", "w:rubyPr", "w:pPrChange", "w:rPrChange", "w:fldData", "w:ffData", "m:ctrlPr":
		return p.x.Skip()
	case "m:d":
		return p.brackets(one, l)
	case "w:ins", "w:moveTo":
		p.changed = true
	default:
		if sign, ok := signs[name]; ok {
			if err := p.write(one, l, sign); err != nil {
				return err
			}
		} else if err := p.write(one, l, symbolOf(name, e)); err != nil {
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
	return ""
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

func (p *parser) paragraphProperties(one *paragraph) error {
	err := p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:pStyle":
			one.style = bounded.Attr(e, "val")
		case "w:outlineLvl":
			one.outline = outlineLevel(e)
		case "w:numPr":
			return p.readList(&one.list)
		case "w:rPr":
			return p.x.Each(func(e xml.StartElement) error {
				switch tag(e.Name) {
				case "w:del", "w:moveFrom":
					one.joins, p.changed = true, true
				}
				return p.x.Skip()
			}, nil)
		}
		return p.x.Skip()
	}, nil)
	one.hidden = p.style(one.style).isHidden()
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

const (
	maxHeading     = 100 // characters; a longer paragraph is text, whatever its style
	markdownLevels = 6
)

// finish adds a paragraph to its flow, with what hangs on it.
func (p *parser) finish(f *flow, one *paragraph) {
	text := tidy(one.text.String())
	s := p.style(one.style)
	if contentsName.MatchString(s.name) {
		return
	}
	p.addText(f, one, s, text)
	for _, note := range one.notes {
		if p.inTable > 0 {
			p.noteLines = append(p.noteLines, note)
		} else {
			f.add(block{text: note})
		}
	}
	f.blocks = append(f.blocks, one.boxes.blocks...)
}

// addText adds the text of a paragraph as a heading, an item or a plain one.
func (p *parser) addText(f *flow, one *paragraph, s style, text string) {
	place := one.list
	if place.num == "" {
		place.num = s.list.num
	}
	if place.level < 0 {
		place.level = s.list.level
	}
	if place.level < 0 {
		place.level = p.numbering.levelOf(place.num, one.style)
	}
	number := p.numbering.next(place)
	if text == "" {
		return
	}
	level := one.outline
	if level == 0 {
		level = s.outline
	}
	isTitle := s.isTitle() && !f.cell
	switch {
	case isTitle || level > 0 && utf8.RuneCountInString(number+text) <= maxHeading:
		number = strings.TrimPrefix(number, "- ")
		text = number + joined(text)
		if isTitle && p.title == "" && len(f.blocks) < 10 {
			p.title = noteMark.ReplaceAllString(text, "")
			level = 1
		} else if p.title != "" {
			level = max(level, 1) + 1 // below the title
		}
		f.add(block{mark: strings.Repeat("#", min(max(level, 1), markdownLevels)) + " ", text: text})
	case orderedMark.MatchString(number) || number == "- ":
		f.add(block{mark: strings.Repeat("  ", max(place.level, 0)) + number, text: text, group: itemGroup})
	default:
		f.add(block{text: number + text})
	}
}

// orderedMark are the numbers of lists whose items are told apart without a blank line
// between them.
var orderedMark = regexp.MustCompile(`^[（(]?\d{1,3}(?:[、）．]|[.)] )$`)

// table reads w:tbl: a row is a line.
func (p *parser) table(f *flow) error {
	p.tables++
	p.inTable++
	group := itemGroup + p.tables
	err := p.rows(f, group)
	p.inTable--
	if p.inTable == 0 {
		for _, note := range p.noteLines {
			f.add(block{text: note})
		}
		p.noteLines = nil
	}
	return err
}

func (p *parser) rows(f *flow, group int) error {
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:tr":
			return p.row(f, group)
		case "w:sdt":
			return p.control(each)
		case "w:tblPr", "w:tblGrid":
			return p.x.Skip()
		}
		return p.x.Each(each, nil)
	}
	return p.x.Each(each, nil)
}

// longCell is the size of a cell, in bytes, from which a table is taken for one that
// only lays out a page.
const longCell = 1000

func (p *parser) row(f *flow, group int) error {
	var cells []string
	deleted := false
	end := func() {
		if line := strings.Join(cells, " | "); strings.Trim(line, " |") != "" {
			f.add(block{text: strings.TrimRight(line, " "), group: group})
		}
		cells = nil
	}
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:trPr":
			return p.x.Each(func(e xml.StartElement) error {
				deleted = deleted || tag(e.Name) == "w:del"
				return p.x.Skip()
			}, nil)
		case "w:tblPrEx":
			return p.x.Skip()
		case "w:sdt":
			return p.control(each)
		case "w:tc":
			inner := &flow{cell: true}
			continued := false
			err := p.flowing(inner, func(f *flow) (err error) {
				continued, err = p.cell(f)
				return err
			})
			switch line := inner.line(); {
			case err != nil || continued || deleted:
				return err
			case len(line) > longCell:
				end()
				f.blocks = append(f.blocks, inner.blocks...)
			default:
				cells = append(cells, line)
			}
			return nil
		}
		return p.x.Each(each, nil)
	}
	err := p.x.Each(each, nil)
	end()
	p.changed = p.changed || deleted
	return err
}

// cell reads w:tc, and reports whether it only continues another.
func (p *parser) cell(inner *flow) (continued bool, err error) {
	err = p.story(func() error {
		return p.x.Each(func(e xml.StartElement) error {
			if tag(e.Name) != "w:tcPr" {
				return p.block(inner, e)
			}
			return p.x.Each(func(e xml.StartElement) error {
				switch tag(e.Name) {
				case "w:vMerge", "w:hMerge":
					continued = continued || bounded.Attr(e, "val") != "restart"
				case "w:cellDel":
					continued = true
				}
				return p.x.Skip()
			}, nil)
		}, nil)
	})
	return continued, err
}
