package rag

import "slices"

// What the words alone don't tell, as shares of a lexical score of 1. Measured on CMRC,
// DRCD, XQuAD and STARD.
const (
	// sentenceEvidence is for what the best sentence of a passage holds of the question.
	// Words that stand together in one sentence are about each other; twice as much is no
	// better, and worse for statutes.
	sentenceEvidence = 0.4
	// siblingEvidence is for the mean of the best other passages of the article, or of its
	// series: one that has the words all through is about them, one that has them once may
	// be not. More gains yet on long articles and loses on short ones.
	siblingEvidence = 0.2

	siblings  = 10 // how many other passages of an article or a series count
	readFirst = 10 // how many of the first passages are read
)

// readOn orders the candidates once more by what stands around the words: first by the
// other passages of each article, then the first ones by their sentences. The ranks that
// RRF adds up have no such scale.
func (r Ranking) readOn(s *snapshot, ordered []ranked, a *asked) {
	lexical := 1 - r.DenseWeight
	if r.Fusion == FuseRRF || lexical <= 0 {
		return
	}
	s.addSiblings(ordered)
	for i := range ordered {
		ordered[i].add(siblingEvidence * lexical * ordered[i].siblings)
	}
	slices.SortFunc(ordered, compareRanked)
	first := ordered[:min(readFirst, len(ordered))]
	for i := range first {
		first[i].sentence = a.read(s, first[i].passage).sentence
		first[i].add(sentenceEvidence * lexical * first[i].sentence)
	}
	slices.SortFunc(first, compareRanked)
	for i := range ordered {
		ordered[i].score /= 1 + (siblingEvidence+sentenceEvidence)*lexical
	}
}

// add adds to the score of what some leg led to.
func (c *ranked) add(evidence float64) {
	if c.score > 0 {
		c.score += evidence * max(0, 1-c.lost)
	}
}

// addSiblings notes for each candidate the mean lexical score of the best others of its
// article, or of its series; those that are missing score 0.
func (s *snapshot) addSiblings(ordered []ranked) {
	best := make(map[int][]int) // series → its first candidates
	for i := range ordered {
		series := s.series[s.owner[ordered[i].passage]]
		if len(best[series]) <= siblings {
			best[series] = append(best[series], i)
		}
	}
	for i := range ordered {
		sum, n := 0.0, 0
		for _, other := range best[s.series[s.owner[ordered[i].passage]]] {
			if other != i && n < siblings {
				sum += ordered[other].lexical.Score
				n++
			}
		}
		ordered[i].siblings = sum / siblings
	}
}
