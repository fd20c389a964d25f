package api

import (
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/rag"
)

// hit is a rag.Hit as clients see it. Start and End are code points into the
// article's text.
type hit struct {
	PassageID string       `json:"passage_id"`
	ArticleID string       `json:"article_id"`
	Title     string       `json:"title"`
	Source    string       `json:"source"`
	Author    string       `json:"author"`
	Published string       `json:"published"`
	URL       string       `json:"url"`
	Heading   []string     `json:"heading"`
	Text      string       `json:"text"`
	Start     int          `json:"start"`
	End       int          `json:"end"`
	Score     float64      `json:"score"` // that of Fused
	Fused     rag.LegScore `json:"fused"`
	Lexical   rag.LegScore `json:"lexical"`
	Words     rag.LegScore `json:"words"`
	Grams     rag.LegScore `json:"grams"`
	Dense     rag.LegScore `json:"dense"`
	Rerank    rag.LegScore `json:"rerank"` // rank 0: answers are reranked, searches are not
	Phrase    bool         `json:"phrase"`
	Terms     []string     `json:"terms"`
	// Sentence is how much of the question the best sentence holds, from 0 to 1 (0: not
	// among the first ten), Siblings the mean lexical score of the best other passages of the
	// article, or of its series. Both add to the fused score.
	Sentence float64 `json:"sentence"`
	Siblings float64 `json:"siblings"`
	// Matched are the terms with their weights, heaviest first; Lost is the
	// share of the score that the dates and sources of the query cost the hit.
	Matched []rag.TermWeight `json:"matched"`
	Lost    float64          `json:"lost"`
	// AlsoIn are other articles in which the passage stands too, ten at most;
	// AlsoInCount counts all of them.
	AlsoIn      []rag.Copy `json:"also_in"`
	AlsoInCount int        `json:"also_in_count"`
	// Page is where the passage begins, from 1; 0 if the article has no pages.
	Page int `json:"page,omitempty"`
}

type searchResult struct {
	Generation uint64  `json:"generation"`
	Hits       []hit   `json:"hits"`
	Passages   int     `json:"passages"` // searched
	Coverage   float64 `json:"coverage"`
	Threshold  float64 `json:"threshold"`
	Notice     string  `json:"notice"`
	// SearchedFilters are the dates and sources that the query itself asked for.
	SearchedFilters []rag.SearchedFilter `json:"searched_filters"`
}

// search finds passages without answering.
func (s *Server) search(c *gin.Context) error {
	p := paramsOf(c)
	raw, _ := p.raw("q")
	text, err := s.Limits.question("q", raw)
	p.fail(err)
	q := rag.Query{Text: text, K: p.number("k", 1, s.Limits.K, 0), Filter: p.filter(s.Limits), Literal: !p.flag("auto", true)}
	if err := p.err(); err != nil {
		return err
	}
	found, err := s.Index.Retrieve(c.Request.Context(), q)
	if err != nil {
		return err
	}
	return s.respond(c, http.StatusOK, searchResult{found.Generation, hitsOf(found.Hits), found.Passages, found.Coverage, found.Threshold, found.Notice, list(found.SearchedFilters)})
}

func hitsOf(hits []rag.Hit) []hit {
	out := make([]hit, 0, len(hits))
	for i, h := range hits {
		p := h.Passage
		o := hit{
			PassageID: p.ID, ArticleID: p.Article, Title: p.Title,
			Heading: list(p.Heading), Text: p.Text, Score: h.Score,
			Fused: rag.LegScore{Rank: i + 1, Score: h.Score}, Lexical: h.Lexical,
			Words: h.Words, Grams: h.Grams, Dense: h.Dense, Rerank: h.Rerank,
			Phrase: h.Phrase, Terms: list(h.Terms), Matched: list(h.Matched), Lost: h.Lost,
			Sentence: h.Sentence, Siblings: h.Siblings,
			AlsoIn: list(h.AlsoIn), AlsoInCount: h.AlsoInCount,
		}
		if a := h.Article; a != nil {
			o.Source, o.Author, o.Published, o.URL = a.Source, a.Author, date(a.Published), a.URL
			o.Start = utf8.RuneCountInString(a.Text[:min(p.Start, len(a.Text))])
			o.End = o.Start + utf8.RuneCountInString(p.Text)
			o.Page = a.Page(p.Start)
		}
		out = append(out, o)
	}
	return out
}
