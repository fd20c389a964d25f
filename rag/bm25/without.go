package bm25

// ScoreAs is what Search would give a document if it held these terms only. Its length
// counts as it is.
func (x *Index) ScoreAs(doc int, terms []string, query []Term) float64 {
	freqs := make(map[string]int, len(terms))
	for _, t := range terms {
		freqs[t]++
	}
	at, sum := x.places[doc], 0.0
	length := x.parts[at.part].norms[at.doc]
	for _, t := range distinct(query) {
		if n := min(freqs[t.Text], maxFreq); n > 0 && t.Weight > 0 {
			sum += t.Weight * x.IDF(t.Text) * (k1 + 1) * saturation(uint8(n), length)
		}
	}
	return sum
}
