// Package frontmatter reads what a file says about itself: the block of YAML before a
// text, or a file of its own beside one.
package frontmatter

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Metadata is what front matter says, as it is written there.
type Metadata struct {
	Title, Source, Author, Date, URL string
	Tags                             []string
}

// Parse reads a block of front matter. What is not valid YAML is read line by line, and
// err says why; known tells whether any of its keys belongs to front matter.
func Parse(block string) (m Metadata, known bool, err error) {
	f, err := parseYAML(block)
	if err != nil {
		f, _ = parseLines(block)
	}
	return Metadata{
		Title:  strings.Join(strings.Fields(f.first(" ", titleKeys...)), " "),
		Source: f.first("、", sourceKeys...),
		Author: f.first("、", authorKeys...),
		Date:   f.first(" ", dateKeys...),
		URL:    f.first(" ", urlKeys...),
		Tags:   f.list(tagKeys...),
	}, f.known(), err
}

// The keys of front matter, best first.
var (
	titleKeys  = []string{"title", "标题", "標題"}
	sourceKeys = []string{"source", "来源", "來源", "publisher", "site", "media", "媒体", "媒體"}
	authorKeys = []string{"author", "authors", "作者", "记者", "記者", "by", "byline"}
	dateKeys   = []string{
		"date", "published", "publish_date", "publishdate", "published_at", "publish_time", "published_time", "pubdate",
		"datepublished", "日期", "发布日期", "发布时间", "發布日期", "發佈日期", "时间", "created", "created_at",
	}
	urlKeys = []string{"url", "link", "canonical", "canonical_url", "source_url", "original_url", "链接", "原文链接", "網址", "网址"}
	tagKeys = []string{"tags", "tag", "keywords", "keyword", "标签", "標籤", "关键词", "關鍵詞"}
	// otherKeys are not used, but tell front matter from a text between two rules.
	otherKeys = []string{
		"layout", "draft", "categories", "category", "description", "summary", "id", "slug", "lang", "language",
		"permalink", "cover", "weight", "aliases", "updated", "modified", "type", "version", "ver", "toc", "subtitle",
	}
)

// fields are the values of front matter by lower-case key. All values are strings:
// YAML would make a number of 1.10 and of 0123, and neither is one.
type fields map[string][]string

func (f fields) first(sep string, keys ...string) string {
	for _, k := range keys {
		if v := strings.TrimSpace(strings.Join(f[k], sep)); v != "" {
			return v
		}
	}
	return ""
}

func (f fields) list(keys ...string) []string {
	var all []string
	for _, k := range keys {
		all = append(all, f[k]...)
	}
	return all
}

func (f fields) known() bool {
	for _, keys := range [][]string{titleKeys, sourceKeys, authorKeys, dateKeys, urlKeys, tagKeys, otherKeys} {
		if slices.ContainsFunc(keys, func(k string) bool { _, ok := f[k]; return ok }) {
			return true
		}
	}
	return false
}

// maxBytes bounds the front matter, in bytes; a rule further down is a rule.
const maxBytes = 64 << 10

// maxStray bounds, in bytes, what may stand between the keys of front matter without
// belonging to one: more is prose.
const maxStray = 200

// Find finds the block between a first line of --- and the next, and the byte offset of
// the body behind it. It is front matter only if it has a key of it: otherwise the lines
// are thematic breaks and what stands between them belongs to the article.
func Find(text string) (block string, body int, ok bool) {
	start := 0
	for start < len(text) && strings.TrimSpace(FirstLine(text[start:])) == "" {
		start += len(FirstLine(text[start:]))
	}
	if strings.TrimRight(FirstLine(text[start:]), " \t\r\n") != "---" {
		return "", 0, false
	}
	start += len(FirstLine(text[start:]))
	for at := start; at < len(text) && at-start <= maxBytes; {
		l := FirstLine(text[at:])
		if end := strings.TrimRight(l, " \t\r\n"); end == "---" || end == "..." {
			f, stray := parseLines(text[start:at])
			return text[start:at], at + len(l), f.known() && stray <= maxStray
		}
		at += len(l)
	}
	return "", 0, false
}

// FirstLine is the first line of s with its end: LF, CRLF or CR.
func FirstLine(s string) string {
	i := strings.IndexAny(s, "\r\n")
	switch {
	case i < 0:
		return s
	case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
		return s[:i+2]
	default:
		return s[:i+1]
	}
}

// parseYAML reads a block without ever expanding an alias into its contents more
// than once a field, so that no small file becomes a large one.
func parseYAML(block string) (f fields, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("%v", r)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(block), &doc); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it is not a list of keys and values")
	}
	f = make(fields)
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		key := strings.ToLower(strings.TrimSpace(pairs[i].Value))
		// A full-width colon makes YAML take the whole line, and those after it, for a key.
		if strings.ContainsAny(key, "：\n") {
			return nil, errors.New("there is a full-width colon behind a key")
		}
		if len(f[key]) == 0 {
			f[key] = values(pairs[i+1])
		}
		if pairs[i+1].Kind == yaml.ScalarNode && fullWidthKey.MatchString(pairs[i+1].Value) {
			return nil, errors.New("there is a full-width colon behind a key")
		}
	}
	return f, nil
}

// fullWidthKey finds a key that YAML took for the continuation of a value.
var fullWidthKey = regexp.MustCompile(`\s(?:title|source|author|date|url|link|tags|keywords|标题|来源|作者|日期|链接|标签)\s*：`)

// values are the strings of a scalar, of the scalars in a list, or the name in a
// mapping such as an author's.
func values(n *yaml.Node) []string {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		return scalar(n)
	}
	var all []string
	for _, item := range n.Content[:min(len(n.Content), 100)] {
		all = append(all, scalar(item)...)
	}
	return all
}

func scalar(n *yaml.Node) []string {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null" && n.Value != "":
		return []string{n.Value}
	case n.Kind == yaml.AliasNode && n.Alias.Kind == yaml.ScalarNode:
		return scalar(n.Alias)
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := strings.ToLower(n.Content[i].Value); k == "name" || k == "title" || k == "名称" {
				if n.Content[i+1].Kind == yaml.ScalarNode {
					return []string{n.Content[i+1].Value}
				}
			}
		}
	}
	return nil
}

// keyLine is "key: value" with an ASCII or a full-width colon.
var keyLine = regexp.MustCompile(`^["']?([\pL][\pL\pN_ -]{0,39}?)["']?\s*(?::(?:\s+|$)|：\s*|:)(.*)$`)

// parseLines reads what YAML refuses: keys with full-width colons, tabs, values with
// colons in them, quotes without end. Nothing is an error; other lines count as
// stray bytes.
func parseLines(block string) (f fields, stray int) {
	f = make(fields)
	key := ""
	for rest := block; rest != ""; {
		l := FirstLine(rest)
		rest = rest[len(l):]
		text := strings.TrimSpace(l)
		indented := text != "" && (l[0] == ' ' || l[0] == '\t')
		switch m := keyLine.FindStringSubmatch(text); {
		case text == "" || text[0] == '#':
		case key != "" && strings.HasPrefix(text, "- "):
			f[key] = append(f[key], unquote(text[2:]))
		case m != nil && !indented:
			key = strings.ToLower(strings.TrimSpace(m[1]))
			if _, twice := f[key]; twice {
				key = ""
				continue
			}
			f[key] = inlineValues(m[2])
		case key != "" && indented:
			f[key] = append(f[key], unquote(text))
		default:
			stray += len(text)
		}
	}
	return f, stray
}

func inlineValues(s string) []string {
	s = strings.TrimSpace(s)
	switch {
	case s == "", s == "|", s == ">", s == "|-", s == ">-", s == "~", s == "null":
		return nil
	case s[0] == '[' && s[len(s)-1] == ']':
		var all []string
		for item := range strings.SplitSeq(s[1:len(s)-1], ",") {
			all = append(all, unquote(item))
		}
		return all
	}
	return []string{unquote(s)}
}

// unquote removes quotes around a value, also one that was never closed.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	for _, q := range []string{`"`, `'`} {
		if strings.HasPrefix(s, q) {
			return strings.TrimSuffix(s[1:], q)
		}
	}
	return s
}
