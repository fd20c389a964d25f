package docx

import (
	"encoding/xml"
	"strings"

	"yinju/corpus/bounded"
)

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
