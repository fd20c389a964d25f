package rag

import (
	"context"
	"slices"
	"time"
)

// rerank lets the Reranker choose the hits to answer from. Whatever it does, the
// question is answered: when it fails, the hits stay as they were found. Questions that
// are refused don't reach it, for the refusal rests on what was found.
func (a *Answerer) rerank(ctx context.Context, w *writing) error {
	// A Retriever may share its Result with other questions.
	found, pool := *w.found, slices.Concat(w.found.Hits, w.found.Spare)
	for i := range pool {
		pool[i].fused = i + 1
	}
	found.Hits, found.Spare = pool[:len(found.Hits):len(found.Hits)], nil
	w.found = &found
	if a.Reranker == nil || a.refuses(w) {
		return nil
	}
	started := time.Now()
	hits, err := a.Reranker.Rerank(ctx, w.searched(), pool)
	w.answer.Stats.RerankMS = milliseconds(time.Since(started))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		w.answer.notice(w.text(noticeUnranked) + reason(err, w.lang))
		return nil
	}
	// A phrase in quotes is a demand, and no model is asked whether it is met.
	slices.SortStableFunc(hits, func(x, y Hit) int { return -compareBool(x.Phrase, y.Phrase) })
	w.found.Hits = hits[:min(a.k(w.question), len(hits))]
	return nil
}

// searched is the question that stands for itself.
func (w *writing) searched() string {
	if w.answer.SearchedAs != "" {
		return w.answer.SearchedAs
	}
	return w.question.Text
}
