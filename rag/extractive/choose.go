package extractive

import (
	"cmp"
	"math"
	"slices"
)

const (
	sharpness   = 10.0 // of scores as logits: how the regression that found the shares saw them
	enough      = 0.9  // sentences are shown until the answer is among them with this probability
	enoughList  = 0.95 // for a question that asks for several things
	leastChance = 0.05 // that a sentence is the answer, to that of the best: below it is but filler
	repeatShare = 0.6  // of its terms that a sentence has in common with one shown: it says nothing new

	contextShare = 0.15 // of the question that a sentence names which is shown for the next one's sake
	contextMax   = 100  // its characters at most
)

// choose takes sentences, the best first, until the answer is probably among them.
// Later ones that repeat an earlier one are left out, and so are those that lack the
// date or the number that was asked for and that the best one has.
func choose(all []sentence, most int, list, hard bool) []sentence {
	slices.SortStableFunc(all, func(a, b sentence) int { return cmp.Compare(b.score, a.score) })
	chance := func(s sentence) float64 { return math.Exp(sharpness * (s.score - all[0].score)) }
	total := 0.0
	for _, s := range all {
		total += chance(s)
	}
	goal := enough
	if list {
		goal = enoughList
	}
	var chosen []sentence
	sum := 0.0
	for _, s := range all {
		if len(chosen) == most || sum >= goal*total || chance(s) < leastChance {
			break
		}
		sum += chance(s)
		lacks := hard && !list && all[0].fits && !s.fits
		if !lacks && !slices.ContainsFunc(chosen, func(c sentence) bool { return repeats(s, c) }) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// repeats tells whether a says nothing that b doesn't.
func repeats(a, b sentence) bool {
	common := 0
	for t := range a.bag.terms {
		if b.bag.terms[t] {
			common++
		}
	}
	return float64(common) >= repeatShare*float64(len(a.bag.terms))
}
