package epub

import (
	"encoding/xml"
	"strings"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// metadata is what the package document says about the book.
type metadata struct {
	titles, creators, dates       []named
	publishers, subjects, sources []string
	roles, titleTypes             map[string]string // of creators and titles, by id
}

// named is a value that other elements may say more about.
type named struct{ id, value, kind string }

// read reads the element metadata of the package document.
func (m *metadata) read(x *bounded.XML) error {
	m.roles, m.titleTypes = make(map[string]string), make(map[string]string)
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		name := strings.ToLower(e.Name.Local)
		switch name {
		case "title", "creator", "date", "publisher", "subject", "source", "meta":
		default:
			return x.Each(each, nil)
		}
		text, err := x.Text()
		text = strings.Join(strings.Fields(text), " ")
		if text == "" || len(text) > 1000 {
			return err
		}
		one := named{id: bounded.Attr(e, "id"), value: text}
		switch name {
		case "title":
			m.titles = append(m.titles, one)
		case "creator":
			one.kind = bounded.Attr(e, "role")
			m.creators = append(m.creators, one)
		case "date":
			one.kind = bounded.Attr(e, "event")
			m.dates = append(m.dates, one)
		case "publisher":
			m.publishers = append(m.publishers, text)
		case "subject":
			m.subjects = append(m.subjects, text)
		case "source":
			m.sources = append(m.sources, text)
		case "meta":
			id := strings.TrimPrefix(bounded.Attr(e, "refines"), "#")
			switch bounded.Attr(e, "property") {
			case "role":
				m.roles[id] = text
			case "title-type":
				m.titleTypes[id] = text
			}
		}
		return err
	}
	return x.Each(each, nil)
}

// parsed is the metadata as those of an article.
func (m *metadata) parsed() corpus.Parsed {
	p := corpus.Parsed{Source: strings.Join(m.publishers, "、"), Author: m.authors(), Tags: corpus.ParseTags(m.subjects...)}
	for _, t := range m.titles {
		if p.Title == "" || m.titleTypes[t.id] == "main" {
			p.Title = t.value
		}
	}
	for _, d := range m.dates {
		when, ok := corpus.ParseDate(d.value)
		if ok && (d.kind == "publication" || d.kind == "" && p.Published.IsZero()) {
			p.Published = when
		}
	}
	for _, s := range m.sources {
		if link, ok := corpus.ParseURL(s); ok && p.URL == "" {
			p.URL = link
		}
	}
	return p
}

// authors are the creators whose role is that, or who have none; all if none has.
func (m *metadata) authors() string {
	var authors, all []string
	for _, c := range m.creators {
		role := c.kind
		if role == "" {
			role = m.roles[c.id]
		}
		all = append(all, c.value)
		if role == "" || role == "aut" {
			authors = append(authors, c.value)
		}
	}
	if len(authors) == 0 {
		authors = all
	}
	return strings.Join(authors, "、")
}
