// Package bm25 is an inverted index in memory, ranked by Okapi BM25 (Robertson &
// Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009). It knows
// terms, not text: the caller cuts both documents and queries into terms.
package bm25

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
)

// The usual parameters; measured here, other values change little.
const (
	k1 = 1.2  // how soon a repeated term stops counting
	b  = 0.75 // how much a long document is discounted
)

// Term is a term of a query. Its idf is multiplied by Weight.
type Term struct {
	Text   string
	Weight float64
}

// Hit is a document of the index, numbered in the order of Builder.Add from 0.
type Hit struct {
	Doc   int
	Score float64
}

// Index is immutable and safe for concurrent use.
type Index struct {
	lists  map[string]postings
	docs   []uint32  // all postings, ascending by document within a list
	freqs  []uint16  // parallel to docs: occurrences, at most 65,535
	norms  []float32 // per document: k1·(1−b+b·length/average)
	blocks []block   // of the long lists, one for each window
	rooms  sync.Pool // *room
}

// postings is a term's part of docs and freqs.
type postings struct {
	start, end uint32
	most       float32 // no document's Saturation by the term exceeds it
	blocks     int32   // the place of its first block, noBlocks for a short list
}

// block is what a list has in one window of documents.
type block struct {
	end  uint32  // of its postings, counted from the start of the list
	most float32 // no document's Saturation by the term exceeds it
}

// Builder collects documents. It is not safe for concurrent use.
type Builder struct {
	ids     map[string]uint32
	lists   [][]posting
	lengths []int
	total   int
}

type posting struct {
	doc  uint32
	freq uint16
}

// Add appends a document made of terms, in any order, repeated as they occur.
func (bd *Builder) Add(terms []string) {
	if bd.ids == nil {
		bd.ids = make(map[string]uint32)
	}
	doc := uint32(len(bd.lengths))
	for _, t := range terms {
		id, known := bd.ids[t]
		if !known {
			id = uint32(len(bd.lists))
			bd.ids[strings.Clone(t)] = id // t may be cut out of a long text, which would stay with it
			bd.lists = append(bd.lists, nil)
		}
		list := bd.lists[id]
		if n := len(list); n > 0 && list[n-1].doc == doc {
			if list[n-1].freq < math.MaxUint16 {
				list[n-1].freq++
			}
			continue
		}
		bd.lists[id] = append(list, posting{doc, 1})
	}
	bd.lengths = append(bd.lengths, len(terms))
	bd.total += len(terms)
}

// Index freezes the documents added so far. The Builder must not be used again.
func (bd *Builder) Index() *Index {
	x := &Index{
		lists: make(map[string]postings, len(bd.ids)),
		norms: make([]float32, len(bd.lengths)),
	}
	size := 0
	for _, list := range bd.lists {
		size += len(list)
	}
	average := float64(bd.total) / math.Max(1, float64(len(bd.lengths)))
	for i, n := range bd.lengths {
		x.norms[i] = float32(k1 * (1 - b + b*float64(n)/math.Max(1, average)))
	}
	x.docs = make([]uint32, 0, size)
	x.freqs = make([]uint16, 0, size)
	for term, id := range bd.ids {
		start := len(x.docs)
		for _, p := range bd.lists[id] {
			x.docs = append(x.docs, p.doc)
			x.freqs = append(x.freqs, p.freq)
		}
		bd.lists[id] = nil
		x.lists[term] = x.addBlocks(uint32(start))
	}
	x.rooms.New = func() any { return new(room) }
	return x
}

// Len is the number of documents.
func (x *Index) Len() int { return len(x.norms) }

// IDF is ln(1 + (N−n+½)/(n+½)), n of N documents holding the term: never negative,
// largest for a term that no document holds.
func (x *Index) IDF(term string) float64 {
	return x.idf(x.lists[term])
}

func (x *Index) idf(p postings) float64 {
	n := float64(p.end - p.start)
	return math.Log(1 + (float64(len(x.norms))-n+0.5)/(n+0.5))
}

// Count is the number of documents that hold a term.
func (x *Index) Count(term string) int {
	list := x.lists[term]
	return int(list.end - list.start)
}

// Saturation is what a term's occurrences in a document count for, from 0 for none
// towards 1 for many: BM25's score of the term, without idf and k1+1.
func (x *Index) Saturation(doc int, term string) float64 { return x.Postings(term).Saturation(doc) }

// Postings are the documents that hold a term, for several looks into them.
type Postings struct {
	index *Index
	list  postings
}

// Postings looks a term up; a term that no document holds has none.
func (x *Index) Postings(term string) Postings {
	list, known := x.lists[term]
	if !known {
		list.blocks = noBlocks
	}
	return Postings{x, list}
}

// Saturation is Index.Saturation of the term.
func (p Postings) Saturation(doc int) float64 {
	x, from, to := p.index, p.list.start, p.list.end
	if blocks := x.blocksOf(p.list); blocks != nil {
		n := doc / window
		if n > 0 {
			from += blocks[n-1].end
		}
		to = p.list.start + blocks[n].end
	}
	i, found := slices.BinarySearch(x.docs[from:to], uint32(doc))
	if !found {
		return 0
	}
	return saturation(x.freqs[int(from)+i], x.norms[doc])
}

// Containing returns the documents that hold all terms, in order; all documents if
// there are no terms.
func (x *Index) Containing(terms []string) []int { return slices.Collect(x.EachContaining(terms)) }

// EachContaining is Containing one document after the other, for who needs not all.
func (x *Index) EachContaining(terms []string) iter.Seq[int] {
	return func(yield func(int) bool) {
		lists := x.listsOf(terms)
		if len(lists) == 0 {
			for doc := 0; doc < x.Len() && yield(doc); doc++ {
			}
			return
		}
		for _, doc := range lists[0] {
			missing := func(list []uint32) bool {
				_, found := slices.BinarySearch(list, doc)
				return !found
			}
			if !slices.ContainsFunc(lists[1:], missing) && !yield(int(doc)) {
				return
			}
		}
	}
}

// listsOf are the documents that hold each term, the shortest list first.
func (x *Index) listsOf(terms []string) [][]uint32 {
	lists := make([][]uint32, 0, len(terms))
	for _, t := range terms {
		list := x.lists[t]
		lists = append(lists, x.docs[list.start:list.end])
	}
	slices.SortFunc(lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	return lists
}

// Weigh returns the terms of a query with their weights multiplied by idf.
func (x *Index) Weigh(query []Term) []Term {
	weighed := make([]Term, len(query))
	for i, t := range query {
		weighed[i] = Term{t.Text, t.Weight * x.IDF(t.Text)}
	}
	return weighed
}

// distinct merges equal terms. The order is fixed, because sums of floats depend on it.
func distinct(query []Term) []Term {
	sorted := slices.Clone(query)
	slices.SortStableFunc(sorted, func(a, b Term) int { return cmp.Compare(a.Text, b.Text) })
	merged := sorted[:0]
	for _, t := range sorted {
		if n := len(merged); n > 0 && merged[n-1].Text == t.Text {
			merged[n-1].Weight += t.Weight
			continue
		}
		merged = append(merged, t)
	}
	return merged
}
