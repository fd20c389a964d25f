package rag

// repeats is the resemblance from which a passage counts as a repetition. Below it are
// those that share a form, and to whoever asks for one of ten weather reports the other
// nine are no less likely.
const repeats = 0.8

// window is how many of the best passages diversify chooses from, as a multiple of k.
const window = 4

// diversify lets passages come first that are not like those before them: maximal
// marginal relevance (Carbonell & Goldstein, The Use of MMR, Diversity-Based Reranking
// for Reordering Documents and Producing Summaries, 1998), with the resemblance that
// minHashes estimate. The best passage stays where it is, and so do those that hold the
// quoted phrases. Nothing is left out, for passages that are alike but for a number say
// different things. loss is 1−λ.
func (s *snapshot) diversify(ordered []ranked, k int, loss float64) {
	first := max(1, phrased(ordered))
	if loss <= 0 || first >= min(k, len(ordered)) || ordered[0].score <= 0 {
		return
	}
	rest := ordered[first:min(len(ordered), window*k)]
	likest := make([]float64, len(rest)) // how like each is to the likest of those chosen
	last := ordered[:first]
	for n := range rest {
		for _, chosen := range last {
			h := &s.near.hashes[chosen.passage]
			for i := n; i < len(rest); i++ {
				if alike := h.alike(&s.near.hashes[rest[i].passage]); alike >= repeats {
					likest[i] = max(likest[i], alike)
				}
			}
		}
		if first+n >= k {
			break
		}
		best := n
		marginal := func(i int) float64 { return (1-loss)*rest[i].score/ordered[0].score - loss*likest[i] }
		for i := n + 1; i < len(rest) && rest[i].score > 0; i++ {
			if marginal(i) > marginal(best) {
				best = i
			}
		}
		r, l := rest[best], likest[best]
		copy(rest[n+1:best+1], rest[n:best])
		copy(likest[n+1:best+1], likest[n:best])
		rest[n], likest[n] = r, l
		last = rest[n : n+1]
	}
}
