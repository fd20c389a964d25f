package docx

import (
	"encoding/xml"
	"regexp"
	"strings"
	"unicode/utf8"

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
	case "w:altChunk":
		p.chunks = true
		return p.x.Skip()
	case "w:sectPr", "w:sdtPr", "w:tcPr", "background":
		return p.x.Skip()
	}
	if p.unread(tag(e.Name)) {
		return p.x.Skip()
	}
	return p.blocks(f)
}

// unread reports whether an element is no part of the final text, and notes tracked
// changes.
func (p *parser) unread(name string) bool {
	switch name {
	case "w:ins", "w:moveTo":
		p.changed = true
	case "w:del", "w:moveFrom":
		p.changed = true
		return true
	case "w:delText", "w:delInstrText", "w:rt", "w:rubyPr", "w:pPrChange", "w:rPrChange", "w:fldData", "w:ffData", "m:ctrlPr":
		return true
	}
	return false
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
