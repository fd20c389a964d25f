package rag

import (
	"cmp"
	"math"
	"slices"

	"yinju/rag/bm25"
)

// Fusion names a way to make one ranking of several.
type Fusion string

const (
	// FuseMinMax adds the legs' scores, each divided by the leg's best score
	// (Bruch et al., An Analysis of Fusion Functions for Hybrid Retrieval, 2023,
	// with the theoretical minimum of zero).
	FuseMinMax Fusion = "minmax"
	// FuseRRF adds 1/(60+rank) over the legs (Cormack et al., Reciprocal Rank
	// Fusion, 2009).
	FuseRRF Fusion = "rrf"
)

const rrfK = 60

// Ranking sets how the legs become one ranking. The zero value is the default: the
// lexical legs fused by min-max, the dense leg filling the last fifth of the places.
type Ranking struct {
	Fusion Fusion
	// WordsShare is the share of Jieba's words in the lexical score; the rest is that
	// of characters and bigrams. 0 means 0.2, which is best on statutes and no worse
	// than 0.5 elsewhere.
	WordsShare float64
	// DenseWeight is the dense leg's share of the fused score, from 0 to 1. It is
	// for real embedding models. At 0 the dense leg fills the last places only and
	// never moves what the words found. Below 0 it is found by questions made out of
	// the articles: see Weighing.
	DenseWeight float64
	// DenseFill is the share of the places kept for the dense leg when its weight
	// is 0. Negative: none.
	DenseFill float64
	// Diversity is what a passage loses of its score, as a share of the best score, that
	// is all but a repetition of a better one: the 1−λ of maximal marginal relevance. 0
	// means 0.02, which decides between near equals; 0.1 cost 0.8 points of H@10 among
	// statutes. Negative: none. See diversify.
	Diversity float64
	// Pool is how many passages each leg proposes. 0 means 200.
	Pool int
	// K is how many hits a Query gets that does not say. 0 means 10.
	K int
}

func (r Ranking) withDefaults() Ranking {
	r.Fusion = cmp.Or(r.Fusion, FuseMinMax)
	r.WordsShare = cmp.Or(r.WordsShare, 0.2)
	r.DenseFill = cmp.Or(r.DenseFill, 0.2)
	r.Diversity = cmp.Or(r.Diversity, 0.02)
	r.Pool = cmp.Or(r.Pool, 200)
	r.K = cmp.Or(r.K, 10)
	return r
}

// leg is one ranking: passages with their scores, best first.
type leg []bm25.Hit

// ranked is a passage with its place in each leg.
type ranked struct {
	passage             int
	words, grams, dense LegScore
	lexical             LegScore // words and grams fused
	phrase              bool
	day                 int     // of publication
	lost                float64 // share of the score that boosts cost it
	likeness            float64 // of the passage's vector to the question's, for every candidate
	compared            bool    // likeness is known
	siblings, sentence  float64 // see Ranking.readOn
	score               float64
}

// denseLeg is the ranking by vectors.
type denseLeg struct {
	leg
	// likenesses gives the cosines of other passages, too; nil: they don't count.
	likenesses func(passages []int) map[int]float64
}

// candidates merges the legs by passage.
func candidates(words, grams leg, dense denseLeg) []ranked {
	byPassage := make(map[int]*ranked)
	note := func(l leg, field func(*ranked) *LegScore) {
		for i, h := range l {
			r := byPassage[h.Doc]
			if r == nil {
				r = &ranked{passage: h.Doc}
				byPassage[h.Doc] = r
			}
			*field(r) = LegScore{Rank: i + 1, Score: h.Score}
		}
	}
	note(words, func(r *ranked) *LegScore { return &r.words })
	note(grams, func(r *ranked) *LegScore { return &r.grams })
	note(dense.leg, func(r *ranked) *LegScore { return &r.dense })
	all := make([]ranked, 0, len(byPassage))
	var others []int
	for _, r := range byPassage {
		r.likeness, r.compared = r.dense.Score, r.dense.Rank > 0
		if !r.compared {
			others = append(others, r.passage)
		}
		all = append(all, *r)
	}
	if dense.likenesses == nil || len(others) == 0 {
		return all
	}
	known := dense.likenesses(others)
	for i := range all {
		if likeness, found := known[all[i].passage]; found {
			all[i].likeness, all[i].compared = likeness, true
		}
	}
	return all
}

// order sorts the candidates, best first. Passages that hold the quoted phrases come
// before all others.
func (r Ranking) order(all []ranked) {
	lexical, dense := r.shares(all)
	for i := range all {
		all[i].lexical.Score = lexical[i]
		all[i].score = (1-r.DenseWeight)*lexical[i] + r.DenseWeight*dense[i]
		all[i].score *= max(0, 1-all[i].lost)
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.lexical.Score, a.lexical.Score), cmp.Compare(a.passage, b.passage))
	})
	for i := range all {
		if all[i].lexical.Score > 0 {
			all[i].lexical.Rank = i + 1
		}
	}
	slices.SortFunc(all, compareRanked)
}

// compareRanked puts passages that hold the quoted phrases first, then those of higher
// scores, then the newer ones.
func compareRanked(a, b ranked) int {
	return cmp.Or(-compareBool(a.phrase, b.phrase), cmp.Compare(equalish(b.score), equalish(a.score)),
		cmp.Compare(b.day, a.day), cmp.Compare(a.passage, b.passage))
}

// shares are what the words and the vectors add to each candidate's score, before they
// are weighed: in [0, 1].
func (r Ranking) shares(all []ranked) (lexical, dense []float64) {
	lexical = shareOf(r.Fusion, all, func(c ranked) LegScore { return c.words })
	grams := shareOf(r.Fusion, all, func(c ranked) LegScore { return c.grams })
	for i := range lexical {
		lexical[i] = r.WordsShare*lexical[i] + (1-r.WordsShare)*grams[i]
	}
	if r.Fusion == FuseRRF {
		return lexical, shareOf(r.Fusion, all, func(c ranked) LegScore { return c.dense })
	}
	return lexical, likenessShare(all)
}

// likenessShare spreads the likenesses over [0, 1]: the least of all candidates' is 0,
// the greatest 1. Cosines are flat (all between 0.6 and 0.9, with many models), so that
// zero would be no zero. To compare every candidate, not only those that the dense leg
// proposes, makes the best weight a broad plateau instead of a cliff at ½, where what the
// leg did not propose can't win any more: measured with noisy vectors, MRR@10 at the best
// weight rises by up to 11 points.
func likenessShare(all []ranked) []float64 {
	least, most := math.Inf(1), math.Inf(-1)
	for _, c := range all {
		if c.compared {
			least, most = min(least, c.likeness), max(most, c.likeness)
		}
	}
	shares := make([]float64, len(all))
	for i, c := range all {
		switch {
		case !c.compared:
		case most > least:
			shares[i] = (c.likeness - least) / (most - least)
		default:
			shares[i] = 1
		}
	}
	return shares
}

// equalish makes scores equal that differ by rounding, so that the newest of equals
// come first.
func equalish(score float64) float64 { return math.Round(score * 1e9) }

// best returns the first k of the ordered candidates, or lets the dense leg fill the
// last places.
func (r Ranking) best(ordered []ranked, k int) []ranked {
	if r.DenseWeight > 0 {
		return ordered[:min(k, len(ordered))]
	}
	return fillLast(ordered, k, r.DenseFill)
}

// shareOf is what a leg adds to each candidate's score, in [0, 1].
func shareOf(f Fusion, all []ranked, of func(ranked) LegScore) []float64 {
	best := 0.0
	for _, c := range all {
		best = max(best, of(c).Score)
	}
	shares := make([]float64, len(all))
	for i, c := range all {
		switch s := of(c); {
		case s.Rank == 0:
		case f == FuseRRF:
			shares[i] = (rrfK + 1) / float64(rrfK+s.Rank)
		case best > 0:
			shares[i] = max(0, s.Score/best)
		}
	}
	return shares
}

// fillLast keeps the last share of k places for the best passages of the dense leg
// that the ranking does not have among those before.
func fillLast(sorted []ranked, k int, share float64) []ranked {
	k = min(k, len(sorted))
	kept := max(k-int(share*float64(k)), min(k, phrased(sorted)))
	if share <= 0 || kept == k {
		return onlyLexical(sorted, k)
	}
	first := onlyLexical(sorted, kept)
	rest := slices.Clone(sorted[len(first):])
	slices.SortStableFunc(rest, func(a, b ranked) int { return compareRank(a.dense.Rank, b.dense.Rank) })
	return append(slices.Clone(first), rest[:min(k-len(first), len(rest))]...)
}

// spare returns the first n of the ordered candidates that are not among the best. What
// adds nothing to the fused score is none: the vectors of an embedder without weight
// lead to no more passages than Ranking.best lets in.
func spare(ordered, best []ranked, n int) []ranked {
	chosen := make(map[int]bool, len(best))
	for _, r := range best {
		chosen[r.passage] = true
	}
	var rest []ranked
	for _, r := range ordered {
		if len(rest) < n && !chosen[r.passage] && (r.score > 0 || r.phrase) {
			rest = append(rest, r)
		}
	}
	return rest
}

// onlyLexical returns the first n candidates that some word led to. Those stand
// before all others, whose score is 0.
func onlyLexical(sorted []ranked, n int) []ranked {
	for i, c := range sorted[:n] {
		if c.score == 0 && !c.phrase {
			return sorted[:i]
		}
	}
	return sorted[:n]
}

// compareRank puts rank 0, not found, behind all others.
func compareRank(a, b int) int {
	if a == 0 || b == 0 {
		return -cmp.Compare(a, b)
	}
	return cmp.Compare(a, b)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
