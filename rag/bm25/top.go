package bm25

import (
	"cmp"
	"container/heap"
	"slices"
)

// top keeps the k best hits: a heap with the worst of them at its root.
type top struct {
	k    int
	hits worstFirst
}

func newTop(k int) *top { return &top{k: k} }

func (t *top) wants(doc int, score float64) bool {
	return len(t.hits) < t.k || better(Hit{doc, score}, t.hits[0])
}

func (t *top) add(h Hit) {
	if len(t.hits) < t.k {
		heap.Push(&t.hits, h)
		return
	}
	t.hits[0] = h
	heap.Fix(&t.hits, 0)
}

func (t *top) sorted() []Hit {
	slices.SortFunc(t.hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return t.hits
}

func better(a, b Hit) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Doc < b.Doc
}

type worstFirst []Hit

func (h worstFirst) Len() int           { return len(h) }
func (h worstFirst) Less(i, j int) bool { return better(h[j], h[i]) }
func (h worstFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *worstFirst) Push(x any)        { *h = append(*h, x.(Hit)) }
func (h *worstFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
