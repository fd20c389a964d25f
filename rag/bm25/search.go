package bm25

import (
	"cmp"
	"math"
	"slices"
)

// window is how many documents are scored at a time: few enough for their sums to stay
// in the processor's nearest cache.
const window = 2048

// dense is how many postings are read, about, in the time that it takes to look for one.
const dense = 8

// points is what a score of 1 is in fixed point. Sums of whole numbers do not depend
// on their order, so a document's score is the same whichever lists were skipped.
const points = 1 << 36

// list is a term's postings while a query runs.
type list struct {
	docs   []uint32 // not yet passed, ascending
	freqs  []uint16
	weight float64 // of the term, times idf, k1+1 and points
	bound  int64   // no document gets more from this list
}

// lists returns the postings of a query's terms, smallest bound first.
func (x *Index) query(query []Term) []list {
	var lists []list
	for _, t := range distinct(query) {
		p, known := x.lists[t.Text]
		weight := t.Weight * x.IDF(t.Text) * (k1 + 1) * points
		if !known || weight <= 0 {
			continue
		}
		lists = append(lists, list{
			docs: x.docs[p.start:p.end], freqs: x.freqs[p.start:p.end],
			weight: weight, bound: int64(weight*float64(p.most)) + 1,
		})
	}
	slices.SortStableFunc(lists, func(a, b list) int { return cmp.Compare(a.bound, b.bound) })
	return lists
}

// Search returns the k documents with the highest scores above zero, best first,
// equal scores by document number. A term that occurs twice in the query counts
// once, with the sum of its weights. keep, if not nil, limits the search to the
// documents it is true for.
//
// It is MaxScore (Turtle & Flood, Query Evaluation: Strategies and Optimizations,
// 1995) over windows of documents: once k documents are found, the lists whose bounds
// together cannot lift a document above the worst of them are no longer read, only
// looked into for documents that other lists have brought up.
func (x *Index) Search(query []Term, k int, keep func(doc int) bool) []Hit {
	if k <= 0 || x.Len() == 0 {
		return nil
	}
	s := search{index: x, lists: x.query(query), keep: keep, top: newTop(min(k, x.Len()))}
	s.below = make([]int64, len(s.lists)+1)
	for i, l := range s.lists {
		s.below[i+1] = s.below[i] + l.bound
	}
	r := x.rooms.Get().(*room)
	for base := 0; base < x.Len() && s.skipped < len(s.lists); base += window {
		s.collect(&r.sums, uint32(base))
		s.consider(r, uint32(base))
		for s.skipped < len(s.lists) && s.below[s.skipped+1] <= s.top.worst() {
			s.skipped++
		}
	}
	x.rooms.Put(r) // not deferred: if keep panics, the sums are not zero
	return s.top.sorted()
}

// search is a query under way.
type search struct {
	index   *Index
	lists   []list
	below   []int64 // below[i] is the sum of the bounds of lists[:i]
	skipped int     // lists[:skipped] are only looked into
	keep    func(doc int) bool
	top     *top
}

// collect adds up what the lists that are read give to the documents of a window.
func (s *search) collect(sums *[window]int64, base uint32) {
	for i := s.skipped; i < len(s.lists); i++ {
		l := &s.lists[i]
		l.pass(l.addAll(sums, base, s.index.norms))
	}
}

// consider takes the documents of a window that can be among the best, and clears
// the sums. The skipped lists are looked into one after the other, the largest bounds
// first, each for the documents that it can still lift.
func (s *search) consider(r *room, base uint32) {
	worst := s.top.worst()
	open := r.above(max(0, worst-s.below[s.skipped]))
	if s.keep != nil {
		open = slices.DeleteFunc(open, func(n uint16) bool { return !s.keep(int(base) + int(n)) })
	}
	for i := s.skipped - 1; i >= 0 && len(open) > 0; i-- {
		open = r.still(open, worst-s.below[i+1])
		s.lists[i].complete(&r.sums, base, open, s.index.norms)
	}
	for _, n := range open {
		if sum := r.sums[n]; sum > s.top.worst() {
			s.top.add(scored{int(base) + int(n), sum})
		}
	}
	clear(r.sums[:])
}

// room is what a search works in: the sums of a window's documents, all zero before
// and after, and those of them that can be among the best.
type room struct {
	sums [window]int64
	open [window]uint16
}

// above returns the documents of the window whose sums exceed least. It stores first and
// counts then, without a branch, which would be mispredicted every third time.
func (r *room) above(least int64) []uint16 {
	n := 0
	for i, sum := range r.sums {
		r.open[n] = uint16(i)
		more := 0
		if sum > least {
			more = 1
		}
		n += more
	}
	return r.open[:n]
}

// still returns those of open whose sums exceed least, in place.
func (r *room) still(open []uint16, least int64) []uint16 {
	n := 0
	for _, i := range open {
		open[n] = i
		more := 0
		if r.sums[i] > least {
			more = 1
		}
		n += more
	}
	return open[:n]
}

// complete adds what the list gives to the open documents of a window, at least. If
// they are many it is quicker to add all than to look for each.
func (l *list) complete(sums *[window]int64, base uint32, open []uint16, norms []float32) {
	l.pass(seek(l.docs, 0, base))
	if end := seek(l.docs, 0, base+window); end < dense*len(open) {
		l.pass(l.addAll(sums, base, norms))
		return
	}
	n := 0
	for _, i := range open {
		doc := base + uint32(i)
		n = seek(l.docs, n, doc)
		if n < len(l.docs) && l.docs[n] == doc {
			sums[i] += gain(l.weight, l.freqs[n], norms[doc])
		}
	}
	l.pass(n)
}

// addAll adds what the list gives to the documents of a window, and returns how many
// postings that took.
func (l *list) addAll(sums *[window]int64, base uint32, norms []float32) int {
	freqs, weight := l.freqs, l.weight
	for n, doc := range l.docs {
		if doc-base >= window {
			return n
		}
		sums[doc-base] += gain(weight, freqs[n], norms[doc])
	}
	return len(l.docs)
}

func (l *list) pass(n int) { l.docs, l.freqs = l.docs[n:], l.freqs[n:] }

func gain(weight float64, freq uint16, norm float32) int64 {
	f := float64(freq)
	return int64(weight * f / (f + float64(norm)))
}

// seek returns the first place from n on whose document is not before doc, in steps
// that double.
func seek(docs []uint32, n int, doc uint32) int {
	if n >= len(docs) || docs[n] >= doc {
		return n
	}
	step := 1
	for n+step < len(docs) && docs[n+step] < doc {
		n += step
		step *= 2
	}
	// docs[n] is before doc, docs[n+step] is not.
	for end := min(n+step, len(docs)); n+1 < end; {
		if middle := int(uint(n+end) / 2); docs[middle] < doc {
			n = middle
		} else {
			end = middle
		}
	}
	return n + 1
}

// saturation is what freq occurrences count for, from 0 towards 1.
func saturation(freq uint16, norm float32) float64 {
	return float64(freq) / (float64(freq) + float64(norm))
}

// mostOf is a bound, rounded up, on the saturation in a list.
func mostOf(docs []uint32, freqs []uint16, norms []float32) float32 {
	most := 0.0
	for i, doc := range docs {
		most = max(most, saturation(freqs[i], norms[doc]))
	}
	return math.Nextafter32(float32(most), 2)
}
