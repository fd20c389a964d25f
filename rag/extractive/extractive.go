// Package extractive answers without a model: it picks the sentences of the passages
// that answer the question and leaves them as they are.
//
// A sentence is scored by the question's terms in it and around it and by whether it
// holds something of the kind asked for (score.go, form); sentences are shown until
// the answer is probably among them (choose.go).
package extractive

import (
	"cmp"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
	"yinju/rag/form"
)

// Extractor implements rag.Extractor. The zero value is ready to use. It is safe for
// concurrent use, and the same question and hits give the same excerpts.
type Extractor struct {
	Passages  int // how many of the best passages are read; 0 means 5
	Sentences int // how many sentences an answer has at most; 0 means 5
}

// sentence is a candidate.
type sentence struct {
	hit   int
	span  corpus.Span // in the hit's article
	text  string
	bag   bag
	score float64
	fits  bool // holds something of the kind asked for
}

// Extract returns excerpts of one sentence each, or of two neighbours where the second
// cannot be read without the first. The best comes first, with the list that it leads
// in; the others follow in reading order.
func (e Extractor) Extract(question string, found *rag.Result) []rag.Excerpt {
	hits := found.Hits[:min(len(found.Hits), cmp.Or(max(0, e.Passages), 5))]
	asked := form.Of(fold.String(question))
	query := newQuery(asked, found)
	type place struct {
		article string
		start   int
	}
	seen := make(map[place]bool) // passages overlap
	var all []sentence
	for i, h := range hits {
		for _, s := range query.candidates(i, h) {
			at := place{h.Article.ID, s.span.Start}
			if !seen[at] {
				seen[at] = true
				s.score += hitShare * relative(h.Score, hits[0].Score)
				all = append(all, s)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	most := cmp.Or(max(0, e.Sentences), 5)
	chosen := choose(all, most, asked.List, asked.Hard)
	return query.arrange(chosen, hits, most)
}

// relative is score as a share of the best one.
func relative(score, best float64) float64 {
	if !(best > 0) { // also if it is no number
		return 1
	}
	return min(1, max(0, score/best))
}
