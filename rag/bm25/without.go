package bm25

import "math"

// ScoreAs is what Search would give a document if it held these terms only. Its length
// counts as it is.
func (x *Index) ScoreAs(doc int, terms []string, query []Term) float64 {
	freqs := make(map[string]int, len(terms))
	for _, t := range terms {
		freqs[t]++
	}
	sum := 0.0
	for _, t := range distinct(query) {
		if n := min(freqs[t.Text], math.MaxUint16); n > 0 && t.Weight > 0 {
			sum += t.Weight * x.IDF(t.Text) * (k1 + 1) * saturation(uint16(n), x.norms[doc])
		}
	}
	return sum
}
