package rag

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinju/rag/bm25"
)

// embedQueryTimeout bounds what a reader waits for an embedding server before the
// answer is looked for without it.
const embedQueryTimeout = 5 * time.Second

// Retrieve finds the passages that bear on a question, all in one generation.
func (x *Index) Retrieve(ctx context.Context, q Query) (*Result, error) {
	x.init()
	s := x.current.Load()
	if s == nil {
		return nil, ErrNotReady
	}
	return x.widen(ctx, s, q, x.wishes(s, q))
}

// search finds passages by one query, with the boosts of w.
func (x *Index) search(ctx context.Context, s *snapshot, q Query, w wishes) (*Result, error) {
	k := q.K
	if k <= 0 {
		k = x.Ranking.K
	}
	result := &Result{Generation: s.generation, Passages: len(s.passages)}
	terms, keep := x.searchTerms(q.Text), s.allowed(q)
	pool := max(x.Ranking.Pool, k+q.Spare)
	words := leg(s.words.Search(terms.words.all, pool, keep))
	grams := leg(s.grams.Search(terms.grams.all, pool, keep))
	dense, err := x.nearest(ctx, s, q, k, keep)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		lang := languageOf(q.Text)
		result.Notice = noticeNotDense[lang] + reason(err, lang)
		x.Log.Warn("a question was answered without the dense ranking", "error", err)
	}
	all := candidates(words, grams, dense)
	all = s.withPhrases(all, terms.phrases, k+q.Spare, pool, keep)
	lifted, newest := s.lift(all, w.hints)
	x.Ranking.order(all)
	if newest {
		newestFirst(all)
	}
	result.lifted = lifted
	all = s.distinct(all)
	s.spread(all, k)
	best := x.Ranking.best(all, k)
	result.Hits, result.Spare = s.hits(best, terms), s.hits(spare(all, best, q.Spare), terms)
	result.Words, result.Grams = s.words.Weigh(terms.words.content), s.grams.Weigh(terms.grams.content)
	switch held := slices.ContainsFunc(best, func(r ranked) bool { return r.phrase }); {
	case held && !x.says(quotedPart.ReplaceAllString(q.Text, " ")):
		result.Coverage = 1 // nothing but the phrase was asked for, and here it is
	case held || terms.says:
		result.Coverage = s.answerable(q.Text, terms, best)
	}
	return result, ctx.Err()
}

// distinct drops the passages whose text a better one has already. Whoever asks for a
// phrase is told each article that holds it.
func (s *snapshot) distinct(ordered []ranked) []ranked {
	type place struct {
		text    string
		article int
	}
	seen := make(map[place]bool, len(ordered))
	return slices.DeleteFunc(ordered, func(r ranked) bool {
		here := place{s.passages[r.passage].Text, -1}
		again := seen[here]
		seen[here] = true
		if r.phrase {
			here.article = s.owner[r.passage]
			again = seen[here]
			seen[here] = true
		}
		return again
	})
}

// hits describes the ranked passages.
func (s *snapshot) hits(best []ranked, terms searchTerms) []Hit {
	weighed := s.words.Weigh(terms.words.content)
	postings := make([]bm25.Postings, len(weighed))
	for i, t := range weighed {
		postings[i] = s.words.Postings(t.Text)
	}
	hits := make([]Hit, 0, len(best))
	for _, r := range best {
		h := Hit{
			Passage: s.passages[r.passage], Article: s.article(r.passage), Score: r.score,
			Lexical: r.lexical, Words: r.words, Grams: r.grams, Dense: r.dense, Phrase: r.phrase, Lost: r.lost,
		}
		for i, t := range weighed {
			if found := postings[i].Saturation(r.passage); found > 0 {
				h.Terms = append(h.Terms, t.Text)
				h.Matched = append(h.Matched, TermWeight{t.Text, t.Weight * found})
			}
		}
		slices.SortStableFunc(h.Matched, func(a, b TermWeight) int { return cmp.Compare(b.Weight, a.Weight) })
		hits = append(hits, h)
	}
	return hits
}

// nearest is the dense leg. What the store knows but the generation doesn't is
// dropped, so it is asked for more until enough is left.
func (x *Index) nearest(ctx context.Context, s *snapshot, q Query, k int, keep func(int) bool) (leg, error) {
	if !s.dense || len(s.passages) == 0 || q.lexical {
		return nil, nil
	}
	embedCtx, cancel := context.WithTimeout(ctx, embedQueryTimeout)
	defer cancel()
	vector, err := s.space.embedder.EmbedQuery(embedCtx, q.Text)
	if err != nil {
		return nil, err
	}
	want := max(x.Ranking.Pool, k)
	for ask := want; ; ask *= 4 {
		matches, err := s.space.store.Nearest(ctx, vector, ask)
		if err != nil {
			return nil, err
		}
		found := s.place(matches, want, keep)
		if len(found) == want || len(matches) < ask {
			return found, nil
		}
	}
}

// place turns matches into passages of the generation, want of them at most.
func (s *snapshot) place(matches []Match, want int, keep func(int) bool) leg {
	var found leg
	for _, m := range matches {
		for _, passage := range s.places[m.ID] {
			if len(found) < want && (keep == nil || keep(passage)) {
				found = append(found, bm25.Hit{Doc: passage, Score: m.Score})
			}
		}
	}
	return found
}
