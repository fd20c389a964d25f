package rag

import (
	"math"
	"slices"

	"yinju/rag/bm25"
)

// coverage says how much of a question its best passages hold, from 0 to 1: what
// BM25 makes of each term's occurrences, averaged over the terms by their weights, as
// the mean of the two lexical legs. Unlike a score it compares between questions. A
// word that no article has counts in full, so a question about something else stays
// low however many common words it shares with them.
func (s *snapshot) coverage(terms searchTerms, best []ranked) float64 {
	return (held(s.words, best, terms.words.content) + held(s.grams, best, terms.grams.content)) / 2
}

// held is how much of the terms of one leg the best of the passages holds.
func held(x *bm25.Index, best []ranked, terms []bm25.Term) float64 {
	sums, all := make([]float64, len(best)), 0.0
	for _, t := range terms {
		weight, postings := t.Weight*rarity(x, t.Text), x.Postings(t.Text)
		all += weight
		for i, r := range best {
			sums[i] += weight * postings.Saturation(r.passage)
		}
	}
	if all == 0 || len(best) == 0 {
		return 0
	}
	return slices.Max(sums) / all
}

// least is the Coverage below which the question is refused; see Answerer.MinCoverage.
func (r *Result) least(minCoverage float64) float64 {
	if minCoverage < 0 {
		return r.Threshold
	}
	return minCoverage
}

func (r *Result) covers(minCoverage float64) bool { return r.Coverage >= r.least(minCoverage) }

// background is how many passages about other things are imagined beside those there
// are. In a folder of one article every word of it is in every passage, and idf would
// give all weight to the words that it lacks.
const background = 500

// rarity is idf with the background.
func rarity(x *bm25.Index, term string) float64 {
	all, with := float64(x.Len()+background), float64(x.Count(term))
	return math.Log(1 + (all-with+0.5)/(with+0.5))
}
