package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

// outcome is what came of a question, as far as the metrics need it.
type outcome struct {
	ID             label   `json:"id,omitempty"`
	Question       string  `json:"question"`
	Unanswerable   bool    `json:"unanswerable"`
	Right          int     `json:"right"` // how many right documents there are
	Gold           int     `json:"gold"`  // how many gold answers are known
	Ranks          []int   `json:"ranks"` // of the right documents that were found, from 1
	Coverage       float64 `json:"coverage"`
	Refused        bool    `json:"refused"` // as configured
	InFirst        bool    `json:"in_first"`
	InAnswer       bool    `json:"in_answer"`
	InQuote        bool    `json:"in_quote"`
	Chars          int     `json:"chars"` // of the answer; 0: there was none
	Citations      int     `json:"citations"`
	RightCitations int     `json:"right_citations"` // of right documents
	Near           *near   `json:"near,omitempty"`
	RetrieveMS     float64 `json:"retrieve_ms"`
	AnswerMS       float64 `json:"answer_ms"`
}

// near is what came of the question when the passages that answer it were taken out.
type near struct {
	Coverage float64 `json:"coverage"`
	Refused  bool    `json:"refused"`
}

// trial is an outcome with what a person wants to see of it.
type trial struct {
	outcome
	Answers []string `json:"answers"` // the gold ones
	DocIDs  []label  `json:"doc_ids"`
	Found   []string `json:"found"` // the first documents
	First   string   `json:"first"` // the answer's first sentence
	Answer  string   `json:"answer"`
	wanted  []string // titles of the right documents
	got     string   // the best passage
	notice  string
	byModel bool
}

func newOutcome(q testQuestion) outcome {
	return outcome{ID: q.ID, Question: q.Question, Unanswerable: q.Unanswerable, Right: len(q.DocIDs), Gold: len(q.Answers), Ranks: []int{}}
}

func (o outcome) ranked() bool     { return o.Right > 0 }
func (o outcome) asked() bool      { return o.Gold > 0 }
func (o outcome) answered() bool   { return o.Chars > 0 && !o.Unanswerable }
func (o outcome) absent() bool     { return o.Unanswerable }
func (o outcome) answerable() bool { return o.ranked() || o.asked() }

// absence is the question's part in the measure of refusal.
func (o outcome) absence() []score {
	if !o.absent() && !o.answerable() {
		return nil
	}
	return []score{{value: o.Coverage, refuse: o.absent()}}
}

// nearness is its part in the measure by near misses.
func (o outcome) nearness() []score {
	if !o.answerable() {
		return nil
	}
	scores := []score{{value: o.Coverage}}
	if o.Near != nil {
		scores = append(scores, score{value: o.Near.Coverage, refuse: true})
	}
	return scores
}

// trier asks questions of one set, one after the other: times measured side by side
// would be those of waiting.
type trier struct {
	*service
	depth      int     // passages looked at for the ranking
	threshold  float64 // of refusal, as configured; negative: as calibrated
	calibrated float64 // that of the last question
	nearMiss   bool
	articles   map[string]*corpus.Article // by path
	passages   map[string][]corpus.Passage
	exclude    func(corpus.Passage) bool
}

// Retrieve implements rag.Retriever: what is excluded now is as if absent.
func (t *trier) Retrieve(ctx context.Context, q rag.Query) (*rag.Result, error) {
	q.Exclude = t.exclude
	found, err := t.Index.Retrieve(ctx, q)
	if err == nil {
		t.calibrated = found.Threshold
	}
	return found, err
}

// refusesBelow is the Coverage below which the last question is refused.
func (t *trier) refusesBelow() float64 {
	if t.threshold < 0 {
		return t.calibrated
	}
	return t.threshold
}

// newTrier turns the refusal off: it is measured at every threshold, so none may cut
// an answer off.
func newTrier(s *service, set *settings) (*trier, error) {
	t := &trier{
		service: s, depth: set.eval.Depth, threshold: s.Answerer.MinCoverage, nearMiss: set.eval.NearMisses,
		articles: make(map[string]*corpus.Article), passages: make(map[string][]corpus.Passage),
	}
	s.Answerer.MinCoverage = 0
	s.Answerer.Retriever = t
	for after, more := "", true; more; more = after != "" {
		list, next, err := s.Index.Articles(rag.ArticleQuery{Limit: 1000, After: after})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			t.articles[a.Article.Path] = a.Article
		}
		after = next
	}
	return t, nil
}

// try asks one question, first for its answer, as readers do, then for its ranking.
func (t *trier) try(ctx context.Context, q testQuestion) (trial, error) {
	r := trial{outcome: newOutcome(q), Answers: q.Answers, DocIDs: q.DocIDs}
	answer, err := t.Answerer.Ask(ctx, rag.Question{Text: q.Question}, nil)
	if err != nil {
		return r, err
	}
	r.judge(answer, q, t.refusesBelow())
	found, err := t.Retrieve(ctx, rag.Query{Text: q.Question, K: t.depth})
	if err != nil {
		return r, err
	}
	found.Hits = t.reranked(ctx, q.Question, found.Hits)
	r.rank(found.Hits, q.DocIDs)
	if len(found.Hits) > 0 {
		r.got = found.Hits[0].Passage.Title + "：" + found.Hits[0].Passage.Text
	}
	for _, id := range q.DocIDs {
		r.wanted = append(r.wanted, t.articles[string(id)].Title)
	}
	if t.nearMiss {
		r.Near, err = t.tryNear(ctx, q)
	}
	return r, err
}

// reranked puts the first hits into the order of the reranker, if there is one that
// answers; as many as it chooses from for an answer.
func (t *trier) reranked(ctx context.Context, question string, hits []rag.Hit) []rag.Hit {
	if t.Answerer.Reranker == nil {
		return hits
	}
	pool := min(cmp.Or(t.Answerer.RerankPool, 30), len(hits))
	first, err := t.Answerer.Reranker.Rerank(ctx, question, hits[:pool])
	if err != nil {
		return hits // as an answer does; ctx's end shows in the caller
	}
	return slices.Concat(first, hits[pool:])
}

// judge holds the answer against the gold ones.
func (r *trial) judge(a *rag.Answer, q testQuestion, threshold float64) {
	r.RetrieveMS, r.AnswerMS = a.Stats.RetrieveMS, a.Stats.TotalMS
	r.Coverage = a.Stats.Coverage
	r.Refused = r.Coverage < threshold || !a.Answered
	r.byModel, r.notice = a.Mode == rag.ModeModel, a.Notice
	if !a.Answered {
		return
	}
	r.Answer = a.Answer
	var text strings.Builder
	for i, s := range a.Sentences {
		if i == 0 {
			r.First = s.Text
			r.InFirst = holdsOne(s.Text, q.Answers)
		}
		text.WriteString(s.Text)
	}
	r.InAnswer = holdsOne(text.String(), q.Answers)
	r.Chars = utf8.RuneCountInString(text.String())
	r.Citations = len(a.Citations)
	for _, c := range a.Citations {
		r.InQuote = r.InQuote || holdsOne(c.Quote, q.Answers)
		if slices.ContainsFunc(q.DocIDs, func(id label) bool { return corpus.ArticleID(string(id)) == c.ArticleID }) {
			r.RightCitations++
		}
	}
}

// rank notes the places of the right documents among the documents of the hits.
func (r *trial) rank(hits []rag.Hit, right []label) {
	seen := make(map[string]bool)
	for _, h := range hits {
		path := h.Article.Path
		if seen[path] {
			continue
		}
		seen[path] = true
		if len(r.Found) < 5 {
			r.Found = append(r.Found, path)
		}
		if slices.Contains(right, label(path)) {
			r.Ranks = append(r.Ranks, len(seen))
		}
	}
}

// tryNear asks again without the passages of right documents that hold a gold answer.
// It returns nil if there is none, or if no other passage of those documents is left.
func (t *trier) tryNear(ctx context.Context, q testQuestion) (*near, error) {
	holding, left := make(map[string]bool), false
	for _, id := range q.DocIDs {
		for _, p := range t.passagesOf(string(id)) {
			if holdsOne(p.Text, q.Answers) {
				holding[p.ID] = true
			} else {
				left = true
			}
		}
	}
	if len(holding) == 0 || !left {
		return nil, nil //nolint:nilnil // no near miss can be made of this question
	}
	t.exclude = func(p corpus.Passage) bool { return holding[p.ID] }
	defer func() { t.exclude = nil }()
	a, err := t.Answerer.Ask(ctx, rag.Question{Text: q.Question}, nil)
	if err != nil {
		return nil, err
	}
	return &near{Coverage: a.Stats.Coverage, Refused: a.Stats.Coverage < t.refusesBelow() || !a.Answered}, nil
}

// passagesOf cuts an article as the index has done.
func (t *trier) passagesOf(path string) []corpus.Passage {
	list, known := t.passages[path]
	if !known {
		list = t.Index.Split(t.articles[path])
		t.passages[path] = list
	}
	return list
}

// holdsOne compares without white space, emphasis, case, width and script.
func holdsOne(text string, answers []string) bool {
	text = squeeze(text)
	return slices.ContainsFunc(answers, func(a string) bool { return a != "" && strings.Contains(text, squeeze(a)) })
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n\t\r\u00a0\u3000*", r) {
			return -1
		}
		return r
	}, fold.String(s))
}
