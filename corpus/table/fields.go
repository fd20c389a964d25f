package table

import (
	"fmt"
	"slices"
	"strings"

	"yinju/corpus/fold"
)

// Fields names the columns that hold the parts of an article; nested ones of JSON by
// dotted paths. What is empty is found by the usual names.
type Fields struct {
	Text                                 []string // joined by empty lines, in this order
	Title, Source, Author, Date, URL, ID string
	Tags                                 string
}

type field int

const (
	fieldText field = iota
	fieldTitle
	fieldSource
	fieldAuthor
	fieldDate
	fieldURL
	fieldTags
	fieldID
	fieldSummary  // the text where there is no other
	fieldQuestion // the title of an answer
	fieldAnswer
	fields
)

// usual are the names of columns, best first, as usualName writes them.
var usual = [fields][]string{
	fieldText: {
		"正文", "全文", "文章正文", "正文内容", "文章内容", "新闻内容", "新闻正文", "内容", "文本", "文章", "articlebody", "bodytext",
		"fulltext", "contenttext", "contenthtml", "maintext", "content", "contents", "text", "body", "article", "story", "passage", "context", "document", "html",
	},
	fieldTitle: {
		"标题", "文章标题", "新闻标题", "题目", "题名", "title", "headline", "articletitle", "newstitle", "subject", "heading",
		"名称", "name", "姓名", "产品名称", "产品", "词条", "主题",
	},
	fieldSource: {
		"来源", "出处", "媒体", "媒体名称", "发布媒体", "来源媒体", "报纸", "source", "sourcename", "publisher", "publication",
		"media", "site", "sitename", "newspaper", "outlet",
	},
	fieldAuthor: {"作者", "记者", "撰稿", "撰文", "author", "authors", "authorname", "byline", "writer", "creator", "by"},
	fieldDate: {
		"发布时间", "发布日期", "发表时间", "发表日期", "出版日期", "刊登日期", "日期", "时间", "publishedat", "publisheddate", "publishedtime",
		"datepublished", "publishdate", "publishtime", "published", "pubdate", "pubtime", "publicationdate", "releasedate", "posttime",
		"date", "datetime", "time", "创建时间", "createdat", "createtime", "created",
	},
	fieldURL:      {"链接", "原文链接", "文章链接", "网址", "原文网址", "url", "link", "href", "sourceurl", "articleurl", "originalurl", "canonicalurl", "permalink"},
	fieldTags:     {"标签", "关键词", "关键字", "主题词", "tags", "tag", "keywords", "keyword", "labels"},
	fieldID:       {"编号", "文章编号", "序列号", "id", "文章id", "新闻id", "articleid", "newsid", "docid", "documentid", "uuid", "guid", "key", "slug"},
	fieldSummary:  {"摘要", "简介", "描述", "概要", "导语", "summary", "abstract", "description", "desc", "excerpt", "intro", "digest"},
	fieldQuestion: {"问题", "提问", "问", "question", "questions", "query", "prompt", "instruction", "q"},
	fieldAnswer:   {"答案", "回答", "解答", "回复", "答", "answer", "answers", "response", "reply", "output", "completion", "a"},
}

// usualName is a column's name as usual has it: simplified, lower case, without spaces,
// hyphens and underscores.
func usualName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-　*：:", r) {
			return -1
		}
		return r
	}, strings.ToLower(fold.String(name)))
}

// ParseFields reads the setting: text=正文,title=标题,date=meta.date. text may be given
// several times.
func ParseFields(list []string) (f Fields, err error) {
	one := map[string]*string{
		"title": &f.Title, "source": &f.Source, "author": &f.Author, "date": &f.Date,
		"url": &f.URL, "tags": &f.Tags, "id": &f.ID,
	}
	for _, item := range list {
		name, column, found := strings.Cut(item, "=")
		name, column = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(column)
		to := one[name]
		switch {
		case !found || column == "":
			return f, fmt.Errorf("%q is no mapping; write field=column, as in text=正文", item)
		case name == "text":
			f.Text = append(f.Text, column)
		case to == nil:
			return f, fmt.Errorf("there is no field %q; the fields are text, title, source, author, date, url, tags and id", name)
		case *to != "":
			return f, fmt.Errorf("the field %s is mapped twice; only text may have several columns", name)
		default:
			*to = column
		}
	}
	return f, nil
}

// String writes the fields as ParseFields reads them, for the version of what is read.
func (f Fields) String() string {
	return fmt.Sprintf("%q", []any{f.Text, f.Title, f.Source, f.Author, f.Date, f.URL, f.ID, f.Tags})
}

// set is what the operator says of a field.
func (f Fields) set(which field) []string {
	one := [fields]string{
		fieldTitle: f.Title, fieldSource: f.Source, fieldAuthor: f.Author, fieldDate: f.Date,
		fieldURL: f.URL, fieldTags: f.Tags, fieldID: f.ID,
	}[which]
	if which == fieldText {
		return f.Text
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

// columns are the names of the columns of each field in one file, best first.
type columns struct {
	by     [fields][]string
	record bool // there is no text: all columns are
	join   bool // all text columns count, not the first that is not empty
}

func (c columns) of(f field) []string { return c.by[f] }

// columns finds the columns of the fields among the names that the records have.
func (f Fields) columns(records []record) columns {
	var names []string
	seen := make(map[string]bool)
	for _, rec := range records {
		for _, c := range rec.cells {
			if !seen[c.name] {
				seen[c.name] = true
				names = append(names, c.name)
			}
		}
	}
	var c columns
	found := find(names)
	for which := range fields {
		c.by[which] = found[which]
		// A mapping made for other files of the folder says nothing of this one.
		if set := f.set(which); slices.ContainsFunc(set, func(name string) bool { return seen[name] }) {
			c.by[which] = set
			c.join = c.join || which == fieldText
		}
	}
	switch {
	case len(c.by[fieldText]) > 0:
	case len(c.by[fieldQuestion]) > 0 && len(c.by[fieldAnswer]) > 0:
		c.by[fieldText] = c.by[fieldAnswer]
		if !seen[f.Title] {
			c.by[fieldTitle] = append(slices.Clip(c.by[fieldQuestion]), c.by[fieldTitle]...)
		}
	case len(c.by[fieldSummary]) > 0 && !slices.ContainsFunc(names, c.unknown):
		c.by[fieldText] = c.by[fieldSummary]
	default:
		c.record = true
	}
	return c
}

// unknown tells a column of none of the fields: a fact that must not be lost.
func (c columns) unknown(name string) bool {
	for which := range fields {
		if slices.Contains(c.by[which], name) {
			return false
		}
	}
	return true
}

// maxNames bounds how many columns are searched for the usual names.
const maxNames = 1000

// bare is a path without the last part that says only that it is the value: author.name,
// content.rendered.
func bare(path string) string {
	if at := strings.LastIndexByte(path, '.'); at > 0 && slices.Contains([]string{"name", "rendered", "value", "#text"}, path[at+1:]) {
		return path[:at]
	}
	return path
}

// find returns the columns with usual names. Of nested ones the last part of the path
// counts; those in lists don't.
func find(names []string) (found [fields][]string) {
	type place struct{ which, rank int }
	places := make(map[string]place)
	for which := range fields {
		for rank, name := range usual[which] {
			places[name] = place{int(which), rank}
		}
	}
	type match struct {
		name        string
		rank, depth int
	}
	var matches [fields][]match
	for _, name := range names[:min(len(names), maxNames)] {
		parts := strings.Split(bare(name), ".")
		at, known := places[usualName(parts[len(parts)-1])]
		if known && !slices.ContainsFunc(parts, isIndex) {
			matches[at.which] = append(matches[at.which], match{name, at.rank, len(parts)})
		}
	}
	for which, list := range matches {
		slices.SortStableFunc(list, func(a, b match) int { return (a.depth-b.depth)*1000 + a.rank - b.rank })
		for _, m := range list {
			found[which] = append(found[which], m.name)
		}
	}
	return found
}

// isIndex tells the place in a list from the name of a value.
func isIndex(part string) bool {
	return part != "" && strings.Trim(part, "0123456789") == ""
}
