package docx

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"yinju/corpus/bounded"
)

// levels is how deep lists nest.
const levels = 9

// level is how the items of a list are marked on one of its levels.
type level struct {
	start   int
	format  string // "decimal", "chineseCounting", "bullet", ...
	text    string // "%1.", with %n for the number on level n
	style   string // of the paragraphs on it
	tight   bool   // nothing stands between the mark and the text
	legal   bool   // all numbers are decimal
	restart int    // the number of the level whose items begin it anew; -1: each above it
}

// pattern is a definition of lists, with the numbers reached in them: lists of one
// pattern go on counting where another of them stopped.
type pattern struct {
	levels  [levels]level
	link    string // the style that has the definition instead
	counts  [levels]int
	started [levels]bool
}

// numbered is a list that refers to a pattern.
type numbered struct {
	pattern *pattern
	own     map[int]level // levels of its own
	starts  map[int]int   // where it begins, whatever the pattern's numbers are
	used    map[int]bool
}

// numbering knows the marks of all lists.
type numbering struct {
	patterns map[string]*pattern
	lists    map[string]*numbered
}

// readNumbering reads the part with the lists.
func (p *parser) readNumbering(xml.StartElement) error {
	n := &p.numbering
	n.patterns, n.lists = make(map[string]*pattern), make(map[string]*numbered)
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:abstractNum":
			one := &pattern{}
			for i := range one.levels {
				one.levels[i] = level{start: 1, format: "decimal", restart: -1}
			}
			n.patterns[bounded.Attr(e, "abstractNumId")] = one
			return p.readPattern(one)
		case "w:num":
			one := &numbered{own: make(map[int]level), starts: make(map[int]int), used: make(map[int]bool)}
			n.lists[bounded.Attr(e, "numId")] = one
			return p.readNum(one)
		}
		return p.x.Skip()
	}, nil)
}

func (p *parser) readPattern(one *pattern) error {
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:numStyleLink":
			one.link = bounded.Attr(e, "val")
		case "w:lvl":
			i, l, err := p.readLevel(e)
			if i >= 0 {
				one.levels[i] = l
			}
			return err
		}
		return p.x.Skip()
	}, nil)
}

func (p *parser) readNum(one *numbered) error {
	return p.x.Each(func(e xml.StartElement) error {
		switch tag(e.Name) {
		case "w:abstractNumId":
			one.pattern = p.numbering.patterns[bounded.Attr(e, "val")]
		case "w:lvlOverride":
			at, err := strconv.Atoi(bounded.Attr(e, "ilvl"))
			if err != nil || at < 0 || at >= levels {
				return p.x.Skip()
			}
			return p.x.Each(func(e xml.StartElement) error {
				switch tag(e.Name) {
				case "w:startOverride":
					if start, err := strconv.Atoi(bounded.Attr(e, "val")); err == nil {
						one.starts[at] = start
					}
				case "w:lvl":
					_, l, err := p.readLevel(e)
					one.own[at] = l
					return err
				}
				return p.x.Skip()
			}, nil)
		}
		return p.x.Skip()
	}, nil)
}

// readLevel returns a level and its index, -1 if it has none.
func (p *parser) readLevel(e xml.StartElement) (int, level, error) {
	l := level{start: 1, format: "decimal", restart: -1}
	index, err := strconv.Atoi(bounded.Attr(e, "ilvl"))
	if err != nil || index < 0 || index >= levels {
		index = -1
	}
	err = p.x.Each(func(e xml.StartElement) error {
		value := bounded.Attr(e, "val")
		switch tag(e.Name) {
		case "w:start":
			if n, err := strconv.Atoi(value); err == nil {
				l.start = n
			}
		case "w:numFmt":
			l.format = value
		case "w:lvlText":
			l.text = value
		case "w:pStyle":
			l.style = value
		case "w:suff":
			l.tight = value == "nothing"
		case "w:isLgl":
			l.legal = on(e)
		case "w:lvlRestart":
			if n, err := strconv.Atoi(value); err == nil {
				l.restart = n
			}
		}
		return p.x.Skip()
	}, nil)
	return index, l, err
}

// link gives the patterns that refer to a style the one of its list.
func (n *numbering) link(styles map[string]*style) {
	for _, one := range n.lists {
		for range levels {
			if one.pattern == nil || one.pattern.link == "" {
				break
			}
			s := styles[one.pattern.link]
			if s == nil || n.lists[s.list.num] == nil {
				break
			}
			one.pattern = n.lists[s.list.num].pattern
		}
	}
}

// levelOf is the level of a list that belongs to a style, or 0.
func (n *numbering) levelOf(num, style string) int {
	if one := n.lists[num]; one != nil && one.pattern != nil {
		for i, l := range one.pattern.levels {
			if l.style == style && style != "" {
				return i
			}
		}
	}
	return 0
}

// count counts one item more on a level, of levels as at tells.
func (n *numbered) count(on int, at func(int) level) {
	p := n.pattern
	start, override := n.starts[on]
	switch {
	case override && !n.used[on]:
		p.counts[on] = start
	case p.started[on]:
		p.counts[on]++
	default:
		p.counts[on] = at(on).start
	}
	n.used[on], p.started[on] = true, true
	for i := range levels {
		switch {
		case i < on && !p.started[i]:
			p.counts[i], p.started[i] = at(i).start, true
		case i > on && (at(i).restart < 0 || at(i).restart > on):
			p.started[i] = false
		}
	}
}

var placeholder = regexp.MustCompile(`%[1-9]`)

// next counts one item more of a list, and returns its mark with the white space behind
// it, and how deep it nests: "1. ", "（二）", "- ". There may be none.
func (n *numbering) next(l list) (mark string) {
	one := n.lists[l.num]
	if one == nil || one.pattern == nil || l.level < 0 || l.level >= levels {
		return ""
	}
	at := func(i int) level {
		if own, ok := one.own[i]; ok {
			return own
		}
		return one.pattern.levels[i]
	}
	one.count(l.level, at)
	here := at(l.level)
	if here.format == "bullet" {
		return "- "
	}
	mark = placeholder.ReplaceAllStringFunc(here.text, func(s string) string {
		i := int(s[1] - '1')
		format := at(i).format
		if here.legal {
			format = "decimal"
		}
		return numeral(one.pattern.counts[i], format)
	})
	mark = strings.TrimSpace(mark)
	if last, _ := utf8.DecodeLastRuneInString(mark); mark != "" && !here.tight && !strings.ContainsRune("、）．：】", last) {
		mark += " "
	}
	return mark
}
