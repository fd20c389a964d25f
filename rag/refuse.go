package rag

// coverage says how much of a question its best hits hold, from 0 to 1: the BM25 score
// of the words over the score that no passage can exceed. Unlike the score itself it
// compares between questions. Words that no article has count in full, so a question
// about something else stays low however many common words it shares.
func (s *snapshot) coverage(terms searchTerms, hits []Hit) float64 {
	best := s.words.Best(terms.words)
	if best == 0 {
		return 0
	}
	top := 0.0
	for _, h := range hits {
		top = max(top, h.Words.Score)
	}
	return top / best
}
