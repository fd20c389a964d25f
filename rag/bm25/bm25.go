// Package bm25 is an inverted index in memory, ranked by Okapi BM25 (Robertson &
// Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009). It knows
// terms, not text: the caller cuts both documents and queries into terms.
//
// Documents are indexed in immutable Segments, as in a log-structured merge tree (O'Neil
// et al., 1996): an Index puts Segments together, without the documents of them that are
// gone. What depends on all documents is computed for the Index, so that it ranks and
// scores to the last bit as if they had been indexed at once.
package bm25

import (
	"cmp"
	"iter"
	"math"
	"runtime"
	"slices"
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

// Hit is a document of the index by its number.
type Hit struct {
	Doc   int
	Score float64
}

// Part is a Segment of an Index. Numbers has the number of each of its documents in the
// Index, ascending, or Gone. It must not be changed any more.
type Part struct {
	Segment *Segment
	Numbers []int32
}

// Gone is the number of a document that an Index is to leave out.
const Gone = -1

// Index is immutable and safe for concurrent use.
type Index struct {
	parts   []part // the largest first
	places  []place
	average float64   // length of a document
	rooms   sync.Pool // *room
}

// part is a shard in an Index.
type part struct {
	*shard
	numbers []int32
	norms   []float32 // per document, see norm
	gone    []uint32  // by term: documents of its list that are gone; nil if none are
	dead    int       // documents that are gone
	tight   float64   // see list.bound
}

// place is where a document is.
type place struct {
	part uint32
	doc  uint32 // of it
}

// New makes an Index of parts. Their numbers must be those from 0 on, each once. before,
// which may be nil, is another Index: what it has found out about the same parts is not
// found out again.
func New(parts []Part, before *Index) *Index {
	shards, docs := shardsOf(parts)
	x := &Index{parts: shards}
	slices.SortStableFunc(x.parts, func(a, b part) int { return cmp.Compare(len(b.docs), len(a.docs)) })
	total := 0
	x.places = make([]place, docs)
	for i, p := range x.parts {
		for doc, n := range p.numbers {
			if n != Gone {
				x.places[n] = place{uint32(i), uint32(doc)}
				total += int(p.lengths[doc])
			}
		}
	}
	x.average = float64(total) / math.Max(1, float64(docs))
	eachOf(x.parts, func(p *part) {
		p.norms = make([]float32, len(p.lengths))
		for doc, n := range p.lengths {
			p.norms[doc] = norm(n, x.average)
		}
		p.tight = min(1, math.Max(1, p.average)/math.Max(1, x.average))
		p.countGone(before)
	})
	x.rooms.New = func() any { return new(room) }
	return x
}

// shardsOf lays the parts out as shards, and counts the documents that are not gone.
func shardsOf(parts []Part) (shards []part, docs int) {
	for _, p := range parts {
		from := 0
		for _, s := range p.Segment.shards {
			one := part{shard: s, numbers: p.Numbers[from:][:len(s.lengths)]}
			from += len(s.lengths)
			for _, n := range one.numbers {
				if n == Gone {
					one.dead++
				}
			}
			docs += len(s.lengths) - one.dead
			shards = append(shards, one)
		}
	}
	return shards, docs
}

// eachOf calls do for all parts, on all processors.
func eachOf(parts []part, do func(p *part)) {
	var working sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(parts))
	for w := range workers {
		working.Go(func() {
			for i := w; i < len(parts); i += workers {
				do(&parts[i])
			}
		})
	}
	working.Wait()
}

// countGone counts by term the documents that are gone, or takes that over.
func (p *part) countGone(before *Index) {
	if p.dead == 0 {
		return
	}
	if before != nil {
		same := func(o part) bool {
			return o.shard == p.shard && o.dead == p.dead &&
				slices.EqualFunc(o.numbers, p.numbers, func(a, b int32) bool { return (a == Gone) == (b == Gone) })
		}
		if i := slices.IndexFunc(before.parts, same); i >= 0 {
			p.gone = before.parts[i].gone
			return
		}
	}
	dead := make([]uint32, len(p.numbers))
	for doc, n := range p.numbers {
		if n == Gone {
			dead[doc] = 1
		}
	}
	p.gone = make([]uint32, p.terms())
	for id := range p.gone {
		docs, _ := p.list(id)
		for _, doc := range docs {
			p.gone[id] += dead[doc]
		}
	}
}

// Len is the number of documents.
func (x *Index) Len() int { return len(x.places) }

// IDF is ln(1 + (N−n+½)/(n+½)), n of N documents holding the term: never negative,
// largest for a term that no document holds.
func (x *Index) IDF(term string) float64 { return x.Postings(term).idf() }

// Count is the number of documents that hold a term.
func (x *Index) Count(term string) int { return x.Postings(term).count }

// Saturation is what a term's occurrences in a document count for, from 0 for none
// towards 1 for many: BM25's score of the term, without idf and k1+1.
func (x *Index) Saturation(doc int, term string) float64 { return x.Postings(term).Saturation(doc) }

// Postings are the documents that hold a term, for several looks into them.
type Postings struct {
	index *Index
	ids   []int // by part: the number of the term there, or none
	count int   // documents
}

// Postings looks a term up; a term that no document holds has none.
func (x *Index) Postings(term string) Postings {
	ps := Postings{index: x, ids: make([]int, len(x.parts))}
	for i := range x.parts {
		p := &x.parts[i]
		id := p.find(term)
		if ps.ids[i] = id; id != none {
			ps.count += p.count(id)
		}
	}
	return ps
}

// count is the number of documents of the part that hold a term.
func (p *part) count(id int) int {
	n := int(p.starts[id+1] - p.starts[id])
	if p.gone != nil {
		n -= int(p.gone[id])
	}
	return n
}

func (ps Postings) idf() float64 {
	n := float64(ps.count)
	return math.Log(1 + (float64(ps.index.Len())-n+0.5)/(n+0.5))
}

// Saturation is Index.Saturation of the term.
func (ps Postings) Saturation(doc int) float64 {
	at := ps.index.places[doc]
	id := ps.ids[at.part]
	if id == none {
		return 0
	}
	p := &ps.index.parts[at.part]
	docs, freqs := p.list(id)
	from, to := 0, len(docs)
	if blocks := p.blocksOf(id); blocks != nil {
		n := at.doc / window
		if n > 0 {
			from = int(blocks[n-1].end)
		}
		to = int(blocks[n].end)
	}
	i, found := slices.BinarySearch(docs[from:to], uint16(at.doc))
	if !found {
		return 0
	}
	return saturation(freqs[from+i], p.norms[at.doc])
}

// Containing returns the documents that hold all terms, in order; all documents if
// there are no terms.
func (x *Index) Containing(terms []string) []int {
	return slices.Sorted(x.EachContaining(terms))
}

// EachContaining is Containing one document after the other, in any order, for who needs
// not all.
func (x *Index) EachContaining(terms []string) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(terms) == 0 {
			for doc := 0; doc < x.Len() && yield(doc); doc++ {
			}
			return
		}
		for i := range x.parts {
			if !x.parts[i].eachContaining(terms, yield) {
				return
			}
		}
	}
}

func (p *part) eachContaining(terms []string, yield func(int) bool) bool {
	lists := make([][]uint16, 0, len(terms))
	for _, t := range terms {
		id := p.find(t)
		if id == none {
			return true
		}
		docs, _ := p.list(id)
		lists = append(lists, docs)
	}
	slices.SortFunc(lists, func(a, b []uint16) int { return cmp.Compare(len(a), len(b)) })
	for _, doc := range lists[0] {
		missing := func(list []uint16) bool {
			_, found := slices.BinarySearch(list, doc)
			return !found
		}
		if n := p.numbers[doc]; n != Gone && !slices.ContainsFunc(lists[1:], missing) && !yield(int(n)) {
			return false
		}
	}
	return true
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
