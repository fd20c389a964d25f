package corpus

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/frontmatter"
)

// Metadata is what is known of an article beside its text. Empty fields are unknown.
type Metadata struct {
	Title, Source, Author, URL string
	Published                  time.Time
	Tags                       []string
	Warnings                   []string // about what was not understood
}

// ParseMetadata reads a block of YAML, or of lines like it; what names it in warnings.
func ParseMetadata(what, block string) Metadata {
	f, known, err := frontmatter.Parse(block)
	m := Metadata{Title: f.Title, Source: f.Source, Author: f.Author, Tags: ParseTags(f.Tags...)}
	switch {
	case err != nil:
		m.warn("%s is not valid YAML (%v); it was read line by line", what, err)
	case !known:
		m.warn("%s says nothing that is known; its keys are title, source, author, date, url and tags", what)
	}
	if f.Date != "" {
		when, ok := ParseDate(f.Date)
		if m.Published = when; !ok {
			m.warn("the date %q is not understood; write it as 2006-01-02", shorten(f.Date, 40))
		}
	}
	if f.URL != "" {
		link, ok := ParseURL(f.URL)
		if m.URL = link; !ok {
			m.warn("the address %q is not used; write it whole, with https://", shorten(f.URL, 80))
		}
	}
	return m
}

func (m *Metadata) warn(sentence string, args ...any) {
	m.Warnings = append(m.Warnings, fmt.Sprintf(sentence, args...))
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// or fills what is unknown from other metadata.
func (m Metadata) or(other Metadata) Metadata {
	m.Title = cmp.Or(m.Title, other.Title)
	m.Source = cmp.Or(m.Source, other.Source)
	m.Author = cmp.Or(m.Author, other.Author)
	m.URL = cmp.Or(m.URL, other.URL)
	if m.Published.IsZero() {
		m.Published = other.Published
	}
	if len(m.Tags) == 0 {
		m.Tags = other.Tags
	}
	return m
}

// metadata is what a format found beside the text.
func (p Parsed) metadata() Metadata {
	return Metadata{Title: p.Title, Source: p.Source, Author: p.Author, URL: p.URL, Published: p.Published, Tags: p.Tags}
}

// Fill takes over metadata, but for what is unknown, with its warnings.
func (p *Parsed) Fill(m Metadata) {
	warnings := m.Warnings
	m = m.or(p.metadata())
	m.Warnings = warnings
	*p = p.with(m)
}

// ParseNames reads a list of persons as bylines write it: names of two to four Han
// characters, or of words in other scripts, between commas, 、 or spaces. It returns nil
// if anything in it is no name.
func ParseNames(s string) []string {
	var names []string
	single := "" // a name set apart: 张 三
	spaced := strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return spaced && unicode.IsSpace(r) || strings.ContainsRune("、,，/；;", r) }) {
		word = strings.TrimSpace(word)
		if han := onlyHan(word); han && utf8.RuneCountInString(word) == 1 {
			if single += word; utf8.RuneCountInString(single) < 2 {
				continue
			}
			word, single = single, ""
		}
		if word == "通讯员" || word == "摄影记者" || word == "实习生" {
			break
		}
		if !isName(word) {
			return nil
		}
		names = append(names, word)
	}
	if single != "" || len(names) > 12 {
		return nil
	}
	return names
}

func onlyHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}

// notNames are words of two to four characters that bylines have beside names.
var notNames = map[string]bool{
	"本报": true, "本刊": true, "本网": true, "本台": true, "本社": true, "记者": true, "编辑": true, "综合": true, "报道": true, "佚名": true,
	"未知": true, "匿名": true, "网络": true, "整理": true, "转载": true, "编译": true, "摄影": true, "讯": true, "供稿": true, "特约": true, "评论员": true,
}

// office ends the names of offices, houses and posts.
var office = regexp.MustCompile(`(?:报道|报|网|社|台|大学|学院|教授|研究所|公司|中心|医院|集团|编辑部|编辑|记者|网友|局|委|办|办公室|部|协会|学会)$`)

// isName reports whether a word can be a person's name.
func isName(word string) bool {
	n := utf8.RuneCountInString(word)
	if onlyHan(word) {
		return n >= 2 && n <= 4 && !notNames[word] && !office.MatchString(word)
	}
	parts := strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("·•・.-' ", r) })
	letters := 0
	for _, p := range parts {
		for _, r := range p {
			if !unicode.IsLetter(r) && !unicode.IsMark(r) {
				return false
			}
			letters++
		}
	}
	return letters >= 2 && n <= 24
}

// maxTitle bounds a title, in characters: it travels with every passage.
const maxTitle = 200

// describe fills in what is said of an article elsewhere than in it: by the file beside
// it, which knows better than the article, then by its dateline, by its address and by its
// path. Of several articles in one file, the file beside it and the path say what they
// have in common.
func (p part) describe(parsed *Parsed, rules []PathRule) {
	known, side := parsed.metadata(), p.side
	path := pathMetadata(p.place, rules)
	if p.row {
		side.Title, side.URL = "", ""
		known = known.or(side)
		if p.format.Rows != nil {
			path.Title = ""
		}
	} else {
		known = side.or(known)
	}
	line := readDateline(parsed.Text[parsed.Body:])
	near := path.Published
	if when := datedURL(known.URL); !when.IsZero() {
		near = when
	}
	line.Published = line.dated(near, path.year)
	if line.Published.IsZero() {
		line.Published = datedURL(known.URL)
	}
	known = known.or(line.Metadata).or(path.Metadata)
	known.Title, known.Warnings = shorten(known.Title, maxTitle), side.Warnings
	*parsed = parsed.with(known)
}

// with is the same with other metadata, and its warnings too.
func (p Parsed) with(m Metadata) Parsed {
	p.Title, p.Source, p.Author, p.URL, p.Published, p.Tags = m.Title, m.Source, m.Author, m.URL, m.Published, m.Tags
	p.Warnings = append(slices.Clip(p.Warnings), m.Warnings...)
	return p
}
