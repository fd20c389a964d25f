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
	dense, err := x.nearest(ctx, s, q, k, keep)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		lang := languageOf(q.Text)
		result.Notice = noticeNotDense[lang] + reason(err, lang)
		x.Log.Warn("a question was answered without the dense ranking", "error", err)
	}
	a := s.newAsked(q.Text, terms)
	all, full := x.rank(s, q, w, terms, a, dense, pool, keep, result)
	for full && len(all) < k+q.Spare && pool < maxPool { // copies took the places
		pool *= 4
		all, full = x.rank(s, q, w, terms, a, dense, pool, keep, result)
	}
	s.diversify(all, k, x.Ranking.Diversity)
	s.spread(all, k)
	best := x.ranking(s).best(all, k)
	result.Threshold = s.refusal.threshold(languageOf(q.Text), s.strangeness(terms))
	result.Hits, result.Spare = s.hits(best, terms, keep), s.hits(spare(all, best, q.Spare), terms, keep)
	result.Words, result.Grams = s.words.Weigh(terms.words.content), s.grams.Weigh(terms.grams.content)
	switch held := slices.ContainsFunc(best, func(r ranked) bool { return r.phrase }); {
	case held && !x.says(quotedPart.ReplaceAllString(q.Text, " ")):
		result.Coverage = 1 // nothing but the phrase was asked for, and here it is
	case held || terms.says:
		result.Coverage = s.answerable(a, terms, best)
	}
	return result, ctx.Err()
}

// maxPool bounds how many passages each lexical leg proposes when most are copies.
const maxPool = 10_000

// rank orders the candidates of a pool, near-duplicates left out. full tells that a
// larger pool would hold more.
func (x *Index) rank(s *snapshot, q Query, w wishes, terms searchTerms, a *asked, dense denseLeg, pool int, keep func(int) bool, result *Result) (all []ranked, full bool) {
	words := leg(s.words.Search(terms.words.all, pool, keep))
	grams := leg(s.grams.Search(terms.grams.all, pool, keep))
	all = candidates(words, grams, dense)
	all = s.withPhrases(all, terms.phrases, cmp.Or(q.K, x.Ranking.K)+q.Spare, pool, keep)
	lifted, newest := s.lift(all, w.hints)
	x.ranking(s).order(all)
	if newest {
		newestFirst(all)
	}
	result.lifted = lifted
	all = s.distinct(all, terms)
	if !newest {
		x.Ranking.readOn(s, all, a)
	}
	return all, len(words) == pool || len(grams) == pool
}

// hits describes the ranked passages.
func (s *snapshot) hits(best []ranked, terms searchTerms, keep func(int) bool) []Hit {
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
			Sentence: r.sentence, Siblings: r.siblings,
		}
		h.AlsoIn, h.AlsoInCount = s.copies(r, best, keep)
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

// nearest is the dense leg.
func (x *Index) nearest(ctx context.Context, s *snapshot, q Query, k int, keep func(int) bool) (denseLeg, error) {
	if !s.dense || len(s.passages) == 0 || q.lexical {
		return denseLeg{}, nil
	}
	vector, err := x.vectorOf(ctx, s.space, q)
	if err != nil {
		return denseLeg{}, err
	}
	found, err := s.nearestTo(ctx, vector, max(x.Ranking.Pool, k), keep)
	x.suspect(err)
	if x.ranking(s).DenseWeight == 0 {
		found.likenesses = nil // nothing depends on them
	}
	return found, err
}

// vectorOf is a question's vector in a space.
func (x *Index) vectorOf(ctx context.Context, in *space, q Query) ([]float32, error) {
	if in.isStale() {
		return nil, ErrDimension
	}
	if q.vectors != nil {
		return q.vectors.of(ctx, in, q.Text)
	}
	ctx, cancel := context.WithTimeout(ctx, embedQueryTimeout)
	defer cancel()
	vector, err := in.embedder.EmbedQuery(ctx, q.Text)
	x.suspect(err)
	return vector, err
}

// nearestTo finds the want passages whose vectors are most similar. What the store knows
// but the generation doesn't is dropped, so it is asked for more until enough is left.
func (s *snapshot) nearestTo(ctx context.Context, vector []float32, want int, keep func(int) bool) (denseLeg, error) {
	for ask := want; ; ask *= 4 {
		matches, err := s.space.store.Nearest(ctx, vector, ask)
		if err != nil {
			return denseLeg{}, err
		}
		found := s.place(matches, want, keep)
		if len(found) == want || len(matches) < ask {
			return denseLeg{found, func(passages []int) map[int]float64 { return s.likenesses(ctx, vector, passages) }}, nil
		}
	}
}

// likenesses are the cosines of passages. Those of a store that fails are unknown.
func (s *snapshot) likenesses(ctx context.Context, vector []float32, passages []int) map[int]float64 {
	ids := make([]string, len(passages))
	for i, p := range passages {
		ids[i] = s.passages[p].ID
	}
	matches, err := s.space.store.Scores(ctx, vector, ids)
	if err != nil {
		return nil
	}
	byID := make(map[string]float64, len(matches))
	for _, m := range matches {
		byID[m.ID] = m.Score
	}
	known := make(map[int]float64, len(passages))
	for i, p := range passages {
		if likeness, found := byID[ids[i]]; found {
			known[p] = likeness
		}
	}
	return known
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
