package bm25

import (
	"cmp"
	"container/heap"
	"slices"
)

// scored is a document with its score in points.
type scored struct {
	doc int
	sum int64
}

// top keeps the k best of the documents added, which must come in ascending order: a
// heap with the worst of them at its root.
type top struct {
	k    int
	best worstFirst
}

func newTop(k int) *top { return &top{k: k} }

// worst is the sum that a further document must exceed: one that equals it comes
// later, and so ranks behind.
func (t *top) worst() int64 {
	if len(t.best) < t.k {
		return 0
	}
	return t.best[0].sum
}

// add takes a document whose sum exceeds worst.
func (t *top) add(d scored) {
	if len(t.best) < t.k {
		heap.Push(&t.best, d)
		return
	}
	t.best[0] = d
	heap.Fix(&t.best, 0)
}

func (t *top) sorted() []Hit {
	slices.SortFunc(t.best, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.sum, a.sum), cmp.Compare(a.doc, b.doc))
	})
	hits := make([]Hit, len(t.best))
	for i, d := range t.best {
		hits[i] = Hit{Doc: d.doc, Score: float64(d.sum) / points}
	}
	return hits
}

type worstFirst []scored

func (h worstFirst) Len() int { return len(h) }
func (h worstFirst) Less(i, j int) bool {
	return h[i].sum < h[j].sum || h[i].sum == h[j].sum && h[i].doc > h[j].doc
}
func (h worstFirst) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *worstFirst) Push(x any)   { *h = append(*h, x.(scored)) }
func (h *worstFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
