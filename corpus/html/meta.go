package html

import (
	"regexp"
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
	site := oneLine(m.first("og:site_name", "sitename", "application-name"))
	p.Title = headline(oneLine(m.title), oneLine(m.first("og:title", "headline", "articletitle")), heading, site)
	p.Source = oneLine(m.first("contentsource", "og:site_name", "source", "mediaid", "source_baidu", "dc.publisher", "dc.source", "publisher"))
	for _, name := range m.all("author_baidu", "author", "article:author", "byl", "dc.creator", "authors") {
		m.author(p, oneLine(name))
	}
	p.Tags = corpus.ParseTags(m.first("keywords", "news_keywords", "article:tag"))
	for _, date := range append(m.all("article:published_time", "og:published_time", "og:release_date", "datepublished",
		"publishdate", "publish_date", "pubdate", "publish-date", "dc.date", "dc.date.issued", "weibo:article:create_at",
		"apub:time", "pubtime_baidu", "date"), m.time) {
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
		if id := held(n); id != "" {
			m.set(id, afterColon(textOf(n)))
		}
		switch n.DataAtom {
		case atom.Script:
			if isLinked(n) {
				m.linked(n)
			}
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
				m.set(strings.ToLower(strings.TrimSpace(attr(n, key))), attr(n, "content"))
			}
		}
	}
}

// set keeps the first value of a name.
func (m *meta) set(name, value string) {
	if name != "" && m.byName[name] == "" {
		m.byName[name] = value
	}
}

// linked takes over what linked data says, under the names of the elements that say the
// same.
func (m *meta) linked(n *dom.Node) {
	l, ok := readLinked(n)
	if !ok {
		return
	}
	m.set("headline", string(l.Headline))
	m.set("datepublished", string(l.DatePublished))
	m.set("authors", strings.Join(l.Author, "、"))
	m.set("publisher", strings.Join(l.Publisher, "、"))
	m.set("og:url", string(l.URL))
}

// notAuthors are what systems write for an author who is not known.
var notAuthors = map[string]bool{"admin": true, "administrator": true, "root": true, "webmaster": true, "editor": true, "user": true, "管理员": true, "小编": true}

// author takes a name for the author's, or for the source's if it is no person's.
func (m *meta) author(p *corpus.Parsed, name string) {
	switch {
	case notAuthors[strings.ToLower(name)] || strings.Contains(name, "://") || p.Author != "":
	case corpus.ParseNames(name) != nil:
		p.Author = strings.Join(corpus.ParseNames(name), "、")
	case p.Source == "" && utf8.RuneCountInString(name) <= 40:
		p.Source = name
	}
}

// afterColon is what stands behind the word for it: 来源：新华网.
func afterColon(s string) string {
	if i := strings.IndexAny(s, ":："); i >= 0 && utf8.RuneCountInString(s[:i]) <= 5 && !strings.ContainsAny(s[:i], "0123456789") {
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	return strings.TrimSpace(s)
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

// headline is the page's title without the name of the site behind it: where the page
// says elsewhere what the bare title is, or where what stands behind it is plainly a
// site's or a section's name.
func headline(title, open, heading, site string) string {
	for _, bare := range []string{open, heading} {
		rest, ok := strings.CutPrefix(title, bare)
		rest = strings.TrimSpace(rest)
		if sep, _ := utf8.DecodeRuneInString(rest); ok && bare != "" && rest != "" && strings.ContainsRune(titleMarks+"<:：", sep) {
			return bare
		}
	}
	bare := withoutSite(title, site)
	for _, other := range []string{open, heading} {
		if other != "" && (bare == site || siteName.MatchString(bare) && utf8.RuneCountInString(bare) <= 8) {
			return withoutSite(other, site)
		}
	}
	for _, s := range []string{bare, withoutSite(open, site), heading} {
		if s != "" {
			return s
		}
	}
	return ""
}

// titleMarks stand between a title and the names of section and site.
const titleMarks = "-_|—–－｜·»"

var (
	// siteName ends as the names of sites do.
	siteName = regexp.MustCompile(`^[\p{Han}A-Za-z0-9.]{1,12}(?:网|网站|新闻|时报|日报|晚报|晨报|早报|都市报|报社|在线|门户|频道|电视台|新闻中心|客户端|博客|论坛|官网|网易|百科|通讯社|资讯|\.com|\.cn|\.net|\.org)$|^(?:新华社|人民日报|光明日报|搜狐|网易|腾讯|新浪|凤凰|澎湃|知乎|豆瓣|简书|百度)$`)
	// lastPart is what stands behind the last mark of a title.
	lastPart = regexp.MustCompile(`^(.*[^\s` + `\-_|—–－｜·»` + `])\s*(?:[-_|—–－｜·»]+)\s*([^-_|—–－｜·»]+)$`)
)

// withoutSite cuts off the name of the site, and of the sections before it.
func withoutSite(title, site string) string {
	for cut := false; ; {
		m := lastPart.FindStringSubmatch(title)
		if m == nil {
			return title
		}
		last := strings.TrimSpace(m[2])
		section := cut && utf8.RuneCountInString(last) <= 4 && utf8.RuneCountInString(m[1]) >= 6
		if last != site && !siteName.MatchString(last) && !section {
			return title
		}
		title, cut = m[1], true
	}
}
