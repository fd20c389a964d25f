package api

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
	"yinju/rag"
)

// articleInfo is a line of the list of articles.
type articleInfo struct {
	ID        string   `json:"id"`
	Path      string   `json:"path"`
	Title     string   `json:"title"`
	Source    string   `json:"source"`
	Author    string   `json:"author"`
	Published string   `json:"published"`
	URL       string   `json:"url"`
	Tags      []string `json:"tags"`
	Passages  int      `json:"passages"`
	Format    string   `json:"format"`
	Encoding  string   `json:"encoding"`
	// Decoding says how well the encoding is known, and what of the text is suspect.
	Decoding decoding `json:"decoding"`
	Bytes    int64    `json:"bytes"`
	Warnings []string `json:"warnings"`
}

func articleInfoOf(info rag.ArticleInfo) articleInfo {
	a := info.Article
	return articleInfo{
		ID: a.ID, Path: a.Path, Title: a.Title, Source: a.Source, Author: a.Author,
		Published: date(a.Published), URL: a.URL, Tags: list(a.Tags),
		Passages: info.Passages, Format: a.Format, Encoding: a.Encoding, Decoding: decodingOf(a.Decoding),
		Bytes: a.Bytes, Warnings: list(a.Warnings),
	}
}

// decoding is a corpus.Decoding without nulls.
type decoding struct {
	Sure     float64          `json:"sure"`  // 0 to 1
	Proof    corpus.Proof     `json:"proof"` // "mark", "utf-8", "declared", "likeness", or "" where the format leaves no choice
	Suspects []corpus.Suspect `json:"suspects"`
}

func decodingOf(d corpus.Decoding) decoding {
	if d.Proof == "" {
		d.Sure = 1
	}
	return decoding{d.Sure, d.Proof, list(d.Suspects)}
}

// article is an article with its text, untouched.
type article struct {
	articleInfo
	Text      string     `json:"text"`
	Pages     []int      `json:"pages,omitempty"` // where its pages begin, in code points
	Selection *selection `json:"selection,omitempty"`
}

// selection is the cited span as it stands now, in code points into the text.
type selection struct {
	Found   bool `json:"found"`
	Changed bool `json:"changed"` // the cited words are gone; this is the place most alike
	Start   int  `json:"start"`
	End     int  `json:"end"`
	Page    int  `json:"page,omitempty"` // on which it begins, from 1
}

// Bounds of parameters that hold pieces of articles or names of files.
const (
	maxQuote  = 4000 // characters
	maxAround = 500
	maxPath   = 4096
)

// listArticles lists the articles by path, a page at a time.
func (s *Server) listArticles(c *gin.Context) error {
	p := paramsOf(c)
	q := rag.ArticleQuery{
		Text:    strings.TrimSpace(p.text("q", filterValue)),
		Authors: p.values["authors"],
		Limit:   p.number("limit", 1, s.Limits.Articles, min(100, s.Limits.Articles)),
		After:   p.exact("after", maxPath),
	}
	p.known["authors"] = true
	p.fail(checkValues("authors", q.Authors, s.Limits))
	if err := p.err(); err != nil {
		return err
	}
	infos, next, err := s.Index.Articles(q)
	if err != nil {
		return err
	}
	out := struct {
		Articles []articleInfo `json:"articles"`
		Next     string        `json:"next"`
	}{make([]articleInfo, 0, len(infos)), next}
	for _, info := range infos {
		out.Articles = append(out.Articles, articleInfoOf(info))
	}
	return s.respond(c, http.StatusOK, out)
}

// readArticle sends an article as JSON, or as a page for readers whose Accept
// names text/html. The place may be given by position, by quote, or by both.
func (s *Server) readArticle(c *gin.Context) error {
	asPage := accepts(c.Request, "text/html")
	c.Header("Vary", "Accept, Accept-Language")
	info, err := s.findArticle(c.Param("id"))
	if err != nil {
		if asPage {
			return s.missingPage(c, err)
		}
		return err
	}
	place, asked, err := placeOf(c)
	if err != nil {
		return err
	}
	var span corpus.Span
	found, changed := false, false
	if asked {
		span, changed, found = place.find(info.Article.Text)
	}
	if asPage {
		return s.readingPage(c, info.Article, span, noticeOf(asked, found, changed))
	}
	out := article{articleInfo: articleInfoOf(info), Text: info.Article.Text, Pages: codePoints(info.Article.Text, info.Article.Pages)}
	if asked {
		out.Selection = &selection{Found: found, Changed: changed}
		if found {
			out.Selection.Start = utf8.RuneCountInString(out.Text[:span.Start])
			out.Selection.End = out.Selection.Start + utf8.RuneCountInString(out.Text[span.Start:span.End])
			out.Selection.Page = info.Article.Page(span.Start)
		}
	}
	return s.respond(c, http.StatusOK, out)
}

func (s *Server) findArticle(id string) (rag.ArticleInfo, error) {
	if len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return rag.ArticleInfo{}, rag.ErrNotFound
	}
	info, ok := s.Index.Article(id)
	switch {
	case ok:
		return info, nil
	case s.Index.Progress().Generation == 0:
		return rag.ArticleInfo{}, rag.ErrNotReady
	}
	return rag.ArticleInfo{}, rag.ErrNotFound
}

// placeOf reads where in an article the client wants to be.
func placeOf(c *gin.Context) (p place, asked bool, err error) {
	const most = 1 << 30
	q := paramsOf(c)
	p = place{
		start:  q.number("start", 0, most, -1),
		end:    q.number("end", 0, most, -1),
		quote:  q.exact("quote", maxQuote),
		prefix: q.exact("prefix", maxAround),
		suffix: q.exact("suffix", maxAround),
	}
	switch {
	case p.start >= 0 && p.end < 0:
		q.fail(fault("missing", "end"))
	case p.end >= 0 && p.start < 0:
		q.fail(fault("missing", "start"))
	case p.start > p.end:
		q.fail(fault("bad_range", "start", "end"))
	}
	return p, p.start >= 0 || p.quote != "", q.err()
}
