package html

import (
	"strings"
	"unicode"
	"unicode/utf8"

	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"yinju/corpus"
)

// fillMeta finds what the head of a page, or the first heading, says about it.
func fillMeta(p *corpus.Parsed, doc *dom.Node) {
	m := meta{byName: make(map[string]string)}
	m.collect(doc)
	heading := oneLine(m.heading)
	p.Title = headline(oneLine(m.title), oneLine(m.byName["og:title"]), heading)
	p.Source = oneLine(m.first("og:site_name", "source", "mediaid", "author", "article:author", "byl", "dc.creator", "dc.publisher"))
	p.Tags = corpus.ParseTags(m.first("keywords", "news_keywords", "article:tag"))
	for _, date := range append(m.all("article:published_time", "og:published_time", "og:release_date", "datepublished",
		"publishdate", "publish_date", "pubdate", "publish-date", "dc.date", "dc.date.issued", "weibo:article:create_at",
		"apub:time", "date"), m.time) {
		if when, ok := corpus.ParseDate(date); ok {
			p.Published = when
			break
		}
	}
	for _, address := range append([]string{m.canonical}, m.all("og:url")...) {
		if link, ok := corpus.ParseURL(address); ok {
			p.URL = link
			break
		}
	}
}

// meta is what a page says about itself.
type meta struct {
	title, heading, canonical, time string
	byName                          map[string]string
}

func (m *meta) first(names ...string) string {
	for _, v := range m.all(names...) {
		return v
	}
	return ""
}

func (m *meta) all(names ...string) []string {
	var out []string
	for _, name := range names {
		if v := strings.TrimSpace(m.byName[name]); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (m *meta) collect(doc *dom.Node) {
	for n := range doc.Descendants() {
		if n.Type != dom.ElementNode || n.Namespace != "" {
			continue
		}
		switch n.DataAtom {
		case atom.Title:
			setOnce(&m.title, textOf(n))
		case atom.H1:
			setOnce(&m.heading, textOf(n))
		case atom.Time:
			setOnce(&m.time, attr(n, "datetime"))
			setOnce(&m.time, textOf(n))
		case atom.Link:
			if strings.EqualFold(attr(n, "rel"), "canonical") {
				setOnce(&m.canonical, attr(n, "href"))
			}
		case atom.Meta:
			for _, key := range []string{"property", "name", "itemprop"} {
				if name := strings.ToLower(strings.TrimSpace(attr(n, key))); name != "" && m.byName[name] == "" {
					m.byName[name] = attr(n, "content")
				}
			}
		}
	}
}

func setOnce(field *string, value string) {
	if *field == "" {
		*field = strings.TrimSpace(value)
	}
}

func attr(n *dom.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

// maxMeta bounds the text that is read for a title or a date, in bytes.
const maxMeta = 2000

func textOf(n *dom.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == dom.TextNode && b.Len() < maxMeta {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:199]) + "…"
	}
	return s
}

// headline is the page's title without the name of the site behind it, which is cut
// off only where the page says elsewhere what the bare title is.
func headline(title, open, heading string) string {
	for _, bare := range []string{open, heading} {
		rest, ok := strings.CutPrefix(title, bare)
		rest = strings.TrimSpace(rest)
		if sep, _ := utf8.DecodeRuneInString(rest); ok && bare != "" && rest != "" && strings.ContainsRune("-_|—–－｜·»<:：", sep) {
			return bare
		}
	}
	for _, s := range []string{title, open, heading} {
		if s != "" {
			return s
		}
	}
	return ""
}
