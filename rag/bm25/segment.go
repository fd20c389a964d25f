package bm25

import (
	"bytes"
	"math"
	"slices"
	"strings"
)

const (
	// shardDocs is how many documents a shard has at most.
	shardDocs = 1 << 15
	// maxFreq is how often a term is counted in a document at most: more is no more.
	maxFreq = math.MaxUint8
)

// Segment is an inverted index of some documents, numbered in the order of Builder.Add
// from 0. It knows nothing of other documents: an Index puts Segments together. It is
// immutable and safe for concurrent use.
type Segment struct {
	shards []*shard // each has the documents that follow on those of the one before
}

// Len is the number of documents.
func (s *Segment) Len() int {
	n := 0
	for _, sh := range s.shards {
		n += len(sh.lengths)
	}
	return n
}

// shard is an inverted index of up to shardDocs documents.
type shard struct {
	dictionary
	starts  []uint32 // by term: its first posting; one more at the end
	docs    []uint16 // all postings, ascending by document within a list
	freqs   []uint8  // parallel to docs: occurrences, at most maxFreq
	lengths []uint32 // per document: its terms, repeated ones too
	total   int      // of lengths
	average float64  // of lengths

	// most is, by term, the largest occurrences/norm in its list, with norms by the
	// average length of this shard: see list.bound.
	most       []float32
	firstBlock []int32 // by term: the place of its first block, noBlocks for a short list
	blocks     []block // of the long lists, one for each window
}

func (s *shard) terms() int { return len(s.ends) }

// list are the postings of a term.
func (s *shard) list(id int) (docs []uint16, freqs []uint8) {
	from, to := s.starts[id], s.starts[id+1]
	return s.docs[from:to], s.freqs[from:to]
}

// norm is what the length of a document makes of the occurrences in it:
// k1·(1−b+b·length/average).
func norm(length uint32, average float64) float32 {
	return float32(k1 * (1 - b + b*float64(length)/math.Max(1, average)))
}

// finish makes the shard ready whose postings are set.
func (s *shard) finish() {
	s.total = 0
	for _, n := range s.lengths {
		s.total += int(n)
	}
	s.average = float64(s.total) / math.Max(1, float64(len(s.lengths)))
	s.bound()
}

// Builder collects documents. It is not safe for concurrent use.
type Builder struct {
	done []*shard
	now  building
}

// building is a shard that grows. Its postings stand in the order of documents.
type building struct {
	ids     map[string]uint32
	names   []string // by id, in the order of appearance
	last    []uint32 // by id: its last posting
	counts  []uint32 // by id: its postings
	terms   []uint32 // of each posting
	docs    []uint16
	freqs   []uint8
	lengths []uint32
}

// Add appends a document made of terms, in any order, repeated as they occur.
func (bd *Builder) Add(terms []string) {
	if len(bd.now.lengths) == shardDocs {
		bd.done = append(bd.done, bd.now.shard())
		bd.now = building{}
	}
	bd.now.add(terms)
}

// Segment freezes the documents added so far. The Builder must not be used again.
func (bd *Builder) Segment() *Segment {
	return &Segment{append(bd.done, bd.now.shard())}
}

// Index is the Index of the documents added so far, and of no others.
func (bd *Builder) Index() *Index {
	s := bd.Segment()
	numbers := make([]int32, s.Len())
	for i := range numbers {
		numbers[i] = int32(i)
	}
	return New([]Part{{s, numbers}}, nil)
}

func (n *building) add(terms []string) {
	if n.ids == nil {
		n.ids = make(map[string]uint32)
	}
	doc := uint16(len(n.lengths))
	for _, t := range terms {
		id, known := n.ids[t]
		if !known {
			id = uint32(len(n.names))
			t = strings.Clone(t) // t may be cut out of a long text, which would stay with it
			n.ids[t] = id
			n.names, n.last, n.counts = append(n.names, t), append(n.last, 0), append(n.counts, 0)
		} else if at := n.last[id]; n.docs[at] == doc {
			if n.freqs[at] < maxFreq {
				n.freqs[at]++
			}
			continue
		}
		n.last[id] = uint32(len(n.docs))
		n.counts[id]++
		n.terms, n.docs, n.freqs = append(n.terms, id), append(n.docs, doc), append(n.freqs, 1)
	}
	n.lengths = append(n.lengths, uint32(len(terms)))
}

// shard sorts the postings by term.
func (n *building) shard() *shard {
	order := make([]uint32, len(n.names))
	for id := range order {
		order[id] = uint32(id)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(n.names[a], n.names[b]) })
	s := &shard{
		starts: make([]uint32, 1, len(order)+1), docs: make([]uint16, len(n.docs)), freqs: make([]uint8, len(n.freqs)), lengths: n.lengths,
	}
	var text []byte
	ends, next := make([]uint32, len(order)), make([]uint32, len(order))
	for i, id := range order {
		text = append(text, n.names[id]...)
		ends[i], next[id] = uint32(len(text)), s.starts[i]
		s.starts = append(s.starts, s.starts[i]+n.counts[id])
	}
	for i, id := range n.terms {
		s.docs[next[id]], s.freqs[next[id]] = n.docs[i], n.freqs[i]
		next[id]++
	}
	s.dictionary = newDictionary(text, ends)
	s.finish()
	return s
}

// MergedDocs is how many documents a Segment that was merged has at most.
const MergedDocs = shardDocs

// Merge makes one Segment of parts. The document of number n in a part becomes the
// document n of it; there must be MergedDocs of them at most, from 0 without gaps.
func Merge(parts []Part) *Segment {
	sources, docs := shardsOf(parts)
	m := &shard{starts: []uint32{0}, lengths: make([]uint32, docs)}
	for _, p := range sources {
		for doc, n := range p.numbers {
			if n != Gone {
				m.lengths[n] = p.lengths[doc]
			}
		}
	}
	var text []byte
	var ends []uint32
	for t := newTermMerger(sources); t.next(); {
		start := len(m.docs)
		for _, i := range t.holders {
			p := sources[i]
			list, freqs := p.list(t.at[i])
			for k, doc := range list {
				if n := p.numbers[doc]; n != Gone {
					m.docs, m.freqs = append(m.docs, uint16(n)), append(m.freqs, freqs[k])
				}
			}
		}
		if len(m.docs) == start {
			continue // all are gone
		}
		sortPostings(m.docs[start:], m.freqs[start:])
		text = append(text, t.term...)
		ends, m.starts = append(ends, uint32(len(text))), append(m.starts, uint32(len(m.docs)))
	}
	m.docs, m.freqs = slices.Clip(m.docs), slices.Clip(m.freqs)
	m.dictionary = newDictionary(text, ends)
	m.finish()
	return &Segment{[]*shard{m}}
}

func sortPostings(docs []uint16, freqs []uint8) {
	if slices.IsSorted(docs) {
		return
	}
	both := make([]uint32, len(docs))
	for i, doc := range docs {
		both[i] = uint32(doc)<<8 | uint32(freqs[i])
	}
	slices.Sort(both)
	for i, v := range both {
		docs[i], freqs[i] = uint16(v>>8), uint8(v)
	}
}

// termMerger walks through the terms of several shards in order.
type termMerger struct {
	sources []part
	at      []int  // by source: the number of the term there that comes next
	holders []int  // the sources that have the term
	term    []byte // the term
}

func newTermMerger(sources []part) *termMerger {
	at := make([]int, len(sources))
	for i := range at {
		at[i] = -1
	}
	t := &termMerger{sources: sources, at: at}
	for i := range sources {
		t.holders = append(t.holders, i) // as if all had been at an empty term before the first
	}
	return t
}

func (t *termMerger) next() bool {
	for _, i := range t.holders {
		t.at[i]++
	}
	t.holders = t.holders[:0]
	for i, p := range t.sources {
		if t.at[i] >= p.terms() {
			continue
		}
		term := p.term(t.at[i])
		order := -1
		if len(t.holders) > 0 {
			order = bytes.Compare(term, t.term)
		}
		if order < 0 {
			t.term, t.holders = term, append(t.holders[:0], i)
		} else if order == 0 {
			t.holders = append(t.holders, i)
		}
	}
	return len(t.holders) > 0
}
