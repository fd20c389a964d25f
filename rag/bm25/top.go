package bm25

import (
	"cmp"
	"slices"
)

// scored is a document with its score in points.
type scored struct {
	doc int
	sum int64
}

// top keeps the k best of the documents added. Once there are k they are a heap with the worst at its root; without the interfaces of
// container/heap, which cost a tenth of a search.
type top struct {
	k    int
	best []scored
}

func newTop(k int) *top { return &top{k: k} }

// worst is the sum that a further document must exceed. One that equals the worst of k
// may have a lower number.
func (t *top) worst() int64 {
	if len(t.best) < t.k {
		return 0
	}
	return t.best[0].sum - 1
}

// add takes a document whose sum exceeds worst.
func (t *top) add(d scored) {
	if len(t.best) < t.k {
		t.best = append(t.best, d)
		for i := t.k/2 - 1; i >= 0 && len(t.best) == t.k; i-- {
			t.sink(i)
		}
		return
	}
	if t.best[0].worse(d) {
		t.best[0] = d
		t.sink(0)
	}
}

// sink moves the document at i down to its place in the heap.
func (t *top) sink(i int) {
	d := t.best[i]
	for {
		child := 2*i + 1
		if child+1 < len(t.best) && t.best[child+1].worse(t.best[child]) {
			child++
		}
		if child >= len(t.best) || !t.best[child].worse(d) {
			break
		}
		t.best[i] = t.best[child]
		i = child
	}
	t.best[i] = d
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

func (d scored) worse(e scored) bool { return d.sum < e.sum || d.sum == e.sum && d.doc > e.doc }
