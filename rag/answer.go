package rag

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"yinju/rag/cite"
)

// Answerer answers questions from passages. Set the fields before the first call and
// don't change them after. It is safe for concurrent use.
type Answerer struct {
	Retriever Retriever
	Chat      ChatModel // nil: answers are extractive
	Extractor Extractor
	Reranker  Reranker // nil: the passages stand in the Retriever's order
	// Checker holds sentences of a model against their passages.
	Checker cite.Checker
	// Unsupported says what becomes of sentences that fail; "" means that they are marked.
	Unsupported Unsupported
	// Judge, if set, is asked about sentences that the Checker lets pass; nil: nobody is.
	Judge Judge
	// JudgeTimeout bounds what the Judge may take; 0 means 10 s.
	JudgeTimeout time.Duration
	Prompt       Prompt
	K            int // passages to answer from when the question doesn't say; 0 means 8
	// RerankPool is how many passages the Reranker chooses K from; 0 means 30.
	RerankPool int
	// MinCoverage is the Result.Coverage below which the articles are taken not to
	// hold the answer. At 0 only a question that leads nowhere is refused. Negative: what
	// the Retriever has found out, Result.Threshold.
	MinCoverage float64
	Rewrite     Rewriting
	Log         *slog.Logger // nil: nothing is logged
}

// Ask answers a question. What it knows on the way it tells emit, which may be nil;
// the Answer it returns is the whole and checked one, and replaces what was told.
// An error of emit ends the work. Errors are ErrNotReady, *InputError, ctx's, emit's,
// or the Retriever's: a model that fails is no error, the Answer says so.
func (a *Answerer) Ask(ctx context.Context, q Question, emit func(Event) error) (*Answer, error) {
	w := &writing{question: q, lang: languageOf(q.Text), emit: emit, drops: a.Unsupported == DropUnsupported, support: scrutiny{checker: a.Checker}, started: time.Now()}
	if strings.TrimSpace(q.Text) == "" {
		return nil, &InputError{Field: "question", Message: "the question is empty", Hint: "Ask something."}
	}
	if err := a.find(ctx, w); err != nil {
		return nil, err
	}
	w.answer.Stats.RetrieveMS = w.elapsed()
	if err := a.rerank(ctx, w); err != nil {
		return nil, err
	}
	if err := a.write(ctx, w); err != nil {
		return nil, err
	}
	w.tellFlagged()
	w.answer.Stats.TotalMS = w.elapsed()
	return &w.answer, nil
}

// find retrieves the passages: for the question as asked and, where it leans on the
// conversation, also for the question made self-contained.
func (a *Answerer) find(ctx context.Context, w *writing) error {
	q := Query{Text: w.question.Text, K: a.k(w.question), Filter: w.question.Filter, Literal: w.question.Literal, MinCoverage: a.MinCoverage}
	if a.Reranker != nil {
		q.Spare = max(0, cmp.Or(a.RerankPool, 30)-q.K)
	}
	found, err := a.Retriever.Retrieve(ctx, q)
	if err != nil {
		return err
	}
	if rewritten, share := a.rewrite(ctx, w, found); rewritten != "" {
		q.Text = rewritten
		more, err := a.Retriever.Retrieve(ctx, q)
		if err != nil {
			return err
		}
		if more.Generation == found.Generation {
			found = merge(more, found, q, share)
			w.answer.SearchedAs = rewritten
		}
	}
	w.found = found
	w.answer.Generation = found.Generation
	w.answer.Notice = found.Notice
	w.answer.SearchedFilters = append([]SearchedFilter{}, found.SearchedFilters...)
	w.dropped()
	w.answer.Stats.Passages = found.Passages
	w.answer.Stats.Coverage, w.answer.Stats.Threshold = found.Coverage, found.least(a.MinCoverage)
	return nil
}

func (a *Answerer) k(q Question) int {
	if q.K > 0 {
		return q.K
	}
	if a.K > 0 {
		return a.K
	}
	return 8
}

// refuses tells whether the articles are taken not to hold the answer.
func (a *Answerer) refuses(w *writing) bool {
	return len(w.found.Hits) == 0 || !w.found.covers(a.MinCoverage)
}

// write chooses who answers.
func (a *Answerer) write(ctx context.Context, w *writing) error {
	w.answer.Stats.Hits = len(w.found.Hits)
	if w.question.Explain {
		w.answer.Explain = explain(w.found.Hits)
	}
	if a.refuses(w) {
		return w.refuse()
	}
	if err := w.tell(Event{Kind: EventPassages, Passages: w.passages()}); err != nil {
		return err
	}
	if a.Chat == nil {
		w.answer.notice(w.text(noticeExtractive))
		w.answer.Complete = true
		return a.extract(w)
	}
	err := a.chat(ctx, w)
	var failed *ModelError
	if !errors.As(err, &failed) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.Log != nil {
		a.Log.Warn("the chat model failed", "error", failed)
	}
	if w.heard.Len() > 0 {
		w.answer.notice(w.text(noticeCut) + reason(failed, w.lang))
		return nil
	}
	// Nothing of the model's has been shown: the articles' own sentences serve.
	w.answer.notice(w.text(noticeFallback) + reason(failed, w.lang))
	return a.extract(w)
}

// merge fuses two results of one generation by reciprocal ranks, of which those of
// second count as the share says; first wins ties. The hits that find no place in q.K
// become spare ones.
func merge(first, second *Result, q Query, share float64) *Result {
	if !slices.Equal(first.narrowed, second.narrowed) {
		return first // what is left out of one must not come in by the other
	}
	merged := *first
	if second.Coverage-second.Threshold > first.Coverage-first.Threshold {
		merged.Coverage, merged.Threshold = second.Coverage, second.Threshold
	}
	ranks := make(map[string]float64)
	hits := make(map[string]Hit)
	var order []string
	keys := make(map[string]string) // what is a copy of one that is there already counts as that
	for n, r := range []*Result{first, second} {
		for i, h := range r.Hits {
			key := h.sameAs(keys)
			if _, seen := hits[key]; !seen {
				hits[key] = h
				order = append(order, key)
			}
			ranks[key] += []float64{1, share}[n] / float64(mergeK+i+1)
		}
	}
	sortByRank(order, ranks)
	if share > 0 {
		for i, h := range second.Hits[:min(q.K/4, len(second.Hits))] {
			order = notBeyond(order, h.sameAs(keys), q.K-1-i)
		}
	}
	all := make([]Hit, 0, len(order))
	for _, key := range order {
		all = append(all, hits[key])
	}
	for _, h := range slices.Concat(first.Spare, second.Spare) {
		if _, seen := hits[h.sameAs(keys)]; !seen {
			hits[h.key()] = h
			all = append(all, h)
		}
	}
	k := min(q.K, len(order))
	merged.Hits, merged.Spare = all[:k:k], all[k:min(k+q.Spare, len(all))]
	return &merged
}

// notBeyond moves a key up to a place if it stands behind it: what a question finds by
// itself is read in any case, for its reading may be wrong.
func notBeyond(order []string, key string, place int) []string {
	if at := slices.Index(order, key); at > place {
		order = slices.Insert(slices.Delete(order, at, at+1), place, key)
	}
	return order
}

// Find returns the passages that q would be answered from, and what was searched for if
// the question was not self-contained. Errors are those of Ask.
func (a *Answerer) Find(ctx context.Context, q Question) (found *Result, searchedAs string, err error) {
	w := &writing{question: q, lang: languageOf(q.Text), started: time.Now()}
	if err := a.find(ctx, w); err != nil {
		return nil, "", err
	}
	if err := a.rerank(ctx, w); err != nil {
		return nil, "", err
	}
	return w.found, w.answer.SearchedAs, nil
}
