package docx

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"

	"yinju/corpus/bounded"
)

// style is what matters of a style, its own or that of those it is based on.
type style struct {
	based   string
	name    string // lower case
	outline int    // level, 1 is outermost; 0 if it says nothing, -1 if it is body text
	list    list
	hidden  *bool
}

// list is the place of a paragraph in a list. A num of "" says nothing, "0" that it is
// in none; a level of -1 says nothing.
type list struct {
	num   string
	level int
}

var (
	headingName  = regexp.MustCompile(`^(?:heading|标题|標題)\s*([1-9])$`)
	contentsName = regexp.MustCompile(`^(?:(?:toc|contents|目录|目錄)\s*(?:[1-9]|heading|标题|標題)|table of (?:figures|contents)|图表目录)$`)
)

// readStyles reads the part with the styles.
func (p *parser) readStyles(xml.StartElement) error {
	p.styles = make(map[string]*style)
	return p.x.Each(func(e xml.StartElement) error {
		if tag(e.Name) != "w:style" {
			return p.x.Skip()
		}
		s := &style{list: list{level: -1}}
		p.styles[bounded.Attr(e, "styleId")] = s
		return p.x.Each(func(e xml.StartElement) error {
			switch tag(e.Name) {
			case "w:name":
				s.name = strings.ToLower(strings.TrimSpace(bounded.Attr(e, "val")))
				if m := headingName.FindStringSubmatch(s.name); m != nil && s.outline == 0 {
					s.outline, _ = strconv.Atoi(m[1])
				}
			case "w:basedOn":
				s.based = bounded.Attr(e, "val")
			case "w:pPr":
				return p.x.Each(func(e xml.StartElement) error {
					switch tag(e.Name) {
					case "w:outlineLvl":
						s.outline = outlineLevel(e)
					case "w:numPr":
						return p.readList(&s.list)
					}
					return p.x.Skip()
				}, nil)
			case "w:rPr":
				return p.x.Each(func(e xml.StartElement) error {
					if tag(e.Name) == "w:vanish" {
						hidden := on(e)
						s.hidden = &hidden
					}
					return p.x.Skip()
				}, nil)
			}
			return p.x.Skip()
		}, nil)
	}, nil)
}

// outlineLevel reads w:outlineLvl, whose 0 is the outermost and whose 9 is body text.
func outlineLevel(e xml.StartElement) int {
	level, err := strconv.Atoi(bounded.Attr(e, "val"))
	if err != nil || level < 0 || level > 8 {
		return -1
	}
	return level + 1
}

// readList reads w:numPr.
func (p *parser) readList(l *list) error {
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:numId":
			l.num = bounded.Attr(e, "val")
		case "w:ilvl":
			if level, err := strconv.Atoi(bounded.Attr(e, "val")); err == nil && 0 <= level && level < levels {
				l.level = level
			}
		}
		return p.x.Skip()
	}, nil)
}

// style returns a style with what it takes from those it is based on. One that the
// document does not define goes by its identifier.
func (p *parser) style(id string) style {
	own := p.styles[id]
	if own == nil {
		s := style{name: strings.ToLower(id), list: list{level: -1}}
		if m := headingName.FindStringSubmatch(s.name); m != nil {
			s.outline, _ = strconv.Atoi(m[1])
		}
		return s
	}
	s := *own
	next := own.based
	for range 20 { // they may be based on each other
		base := p.styles[next]
		if base == nil {
			break
		}
		if s.outline == 0 {
			s.outline = base.outline
		}
		if s.list.num == "" {
			s.list.num = base.list.num
		}
		if s.list.level < 0 {
			s.list.level = base.list.level
		}
		if s.hidden == nil {
			s.hidden = base.hidden
		}
		next = base.based
	}
	return s
}

func (s style) isHidden() bool { return s.hidden != nil && *s.hidden }

func (s style) isTitle() bool {
	return s.name == "title" || s.name == "标题" || s.name == "標題"
}
