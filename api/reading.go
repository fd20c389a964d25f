package api

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
	"yinju/rag"
)

// readingView fills readingTemplate.
type readingView struct {
	Lang, Assets           string
	ID, Title, Source, URL string
	Author                 string // "" where it stands for the source already
	Published              string
	Notice                 string
	Words                  readingWords
	Body                   template.HTML // written by writeArticle, which escapes
}

// readingWords are the page's own words.
type readingWords struct {
	Site, Nav, Ask, Articles, Original string
}

var readingWordsIn = map[string]readingWords{
	"zh": {"引据", "主导航", "提问", "文章", "原网页"},
	"en": {"Yinju", "Main", "Ask", "Articles", "Original page"},
}

// readingTemplate is an article as a page. The element with data-article holds the
// article's text and nothing else; the chat page shows the outer element in its panel.
var readingTemplate = template.Must(template.New("reading").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}} · {{.Words.Site}}</title>
{{- with .Assets}}
<link rel="icon" type="image/svg+xml" href="{{.}}icon.svg">
<link rel="stylesheet" href="{{.}}style.css">
<script type="module" src="{{.}}reading.js"></script>
{{- end}}
</head>
<body>
{{- if .Assets}}
<header class="masthead">
<a class="brand" href="/">{{.Words.Site}}</a>
<nav aria-label="{{.Words.Nav}}"><a href="/">{{.Words.Ask}}</a> <a href="/#view=articles">{{.Words.Articles}}</a></nav>
</header>
{{- end}}
<main>
<article class="reading">
<header>
<h1>{{.Title}}</h1>
{{- if or .Source .Published .URL}}
<p class="meta">{{.Source}}{{with .Author}} · <span class="author">{{.}}</span>{{end}}{{if and .Source .Published}} · {{end}}{{with .Published}}<time datetime="{{.}}">{{.}}</time>{{end}}
{{- if .URL}}{{if or .Source .Published}} · {{end}}<a href="{{.URL}}" target="_blank" rel="nofollow noopener noreferrer">{{.Words.Original}}</a>{{end}}</p>
{{- end}}
</header>
{{- with .Notice}}
<p class="notice">{{.}}</p>
{{- end}}
{{- if .ID}}
<section data-article="{{.ID}}">{{.Body}}</section>
{{- end}}
</article>
</main>
</body>
</html>
`))

// readingNotice is what a reading page says of the cited words, by language.
type readingNotice map[string]string

var (
	noticeLost = readingNotice{
		"zh": "原文已变化，找不到引用的句子。",
		"en": "The article has changed; the cited sentence is no longer in it.",
	}
	noticeChanged = readingNotice{
		"zh": "原文已变化，标出的是与引用最接近的一处。",
		"en": "The article has changed; marked is what comes closest to the cited sentence.",
	}
)

func noticeOf(asked, found, changed bool) readingNotice {
	switch {
	case changed:
		return noticeChanged
	case asked && !found:
		return noticeLost
	}
	return nil
}

// readingPage sends an article as a page with the span marked.
func (s *Server) readingPage(c *gin.Context, a *corpus.Article, span corpus.Span, notice readingNotice) error {
	var body strings.Builder
	writeArticle(&body, a, span)
	view := readingView{
		ID: a.ID, Title: a.Title, Source: a.Source, Published: date(a.Published),
		Body: template.HTML(body.String()), //nolint:gosec // writeArticle escapes every character of the article
	}
	if a.Author != a.Source {
		view.Author = a.Author
	}
	if web := strings.ToLower(a.URL); strings.HasPrefix(web, "http://") || strings.HasPrefix(web, "https://") {
		view.URL = a.URL
	}
	lang := language(c.Request)
	view.Notice = notice[lang]
	return s.sendPage(c, http.StatusOK, view)
}

// missingPage tells a reader in words why there is no article. Other errors are
// left to fail.
func (s *Server) missingPage(c *gin.Context, err error) error {
	if !errors.Is(err, rag.ErrNotFound) {
		return err
	}
	p := s.problemOf(err)
	title := map[string]string{"zh": "没有这篇文章", "en": "No such article"}[language(c.Request)]
	return s.sendPage(c, p.status, readingView{Title: title, Notice: p.message(language(c.Request))})
}

func (s *Server) sendPage(c *gin.Context, status int, view readingView) error {
	view.Lang, view.Assets = language(c.Request), s.assets.base()
	view.Words = readingWordsIn[view.Lang]
	var page bytes.Buffer
	if err := readingTemplate.Execute(&page, view); err != nil {
		return err
	}
	s.send(c, status, "text/html; charset=utf-8", page.Bytes())
	return nil
}
