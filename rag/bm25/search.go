package bm25

import (
	"cmp"
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

// list is a term's postings in a part while a query runs.
type list struct {
	docs     []uint16 // ascending
	freqs    []uint8
	blocks   []block // by window; none for a short list
	weight   float64 // of the term, times idf, k1+1 and points
	tight    float64 // see bound
	most     int64   // no document gets more from this list
	here     int64   // no document of the window does
	from, to int     // the postings of the window
}

// weighted is a term of a query, with its weight times idf, k1+1 and points.
type weighted struct {
	Postings
	weight float64
}

// weights looks the terms of a query up.
func (x *Index) weights(query []Term) []weighted {
	var terms []weighted
	for _, t := range distinct(query) {
		postings := x.Postings(t.Text)
		weight := t.Weight * postings.idf() * (k1 + 1) * points
		if postings.count > 0 && weight > 0 {
			terms = append(terms, weighted{postings, weight})
		}
	}
	return terms
}

// lists returns the postings of the ith part, smallest bound first.
func (x *Index) lists(i int, terms []weighted) []list {
	p := &x.parts[i]
	lists := make([]list, 0, len(terms))
	for _, t := range terms {
		id := t.ids[i]
		if id == none {
			continue
		}
		docs, freqs := p.list(id)
		l := list{docs: docs, freqs: freqs, blocks: p.blocksOf(id), weight: t.weight, tight: p.tight}
		l.most = l.bound(p.most[id])
		lists = append(lists, l)
	}
	slices.SortStableFunc(lists, func(a, b list) int { return cmp.Compare(a.most, b.most) })
	return lists
}

// slack is more than what rounding can add to a bound.
const slack = 1 + 1e-6

// bound is what a document gets at most whose occurrences/norm is most by the average
// length of the shard. By that of the Index the norm is at least tight times as large:
// it grows more slowly than the average falls.
func (l *list) bound(most float32) int64 {
	return int64(slack*l.weight*float64(most)/(float64(most)+l.tight)) + 1
}

// enter goes on to the window that is the nth and begins at base.
func (l *list) enter(n, base int) {
	l.from, l.here = l.to, 0
	if l.blocks != nil {
		l.to = int(l.blocks[n].end)
		if l.from < l.to {
			l.here = l.bound(l.blocks[n].most)
		}
		return
	}
	for l.to < len(l.docs) && int(l.docs[l.to]) < base+window {
		l.to++
	}
	if l.from < l.to {
		l.here = l.most
	}
}

// Search returns the k documents with the highest scores above zero, best first,
// equal scores by document number. A term that occurs twice in the query counts
// once, with the sum of its weights. keep, if not nil, limits the search to the
// documents it is true for.
//
// It is MaxScore (Turtle & Flood, Query Evaluation: Strategies and Optimizations,
// 1995) with bounds by block (Ding & Suel, Faster Top-k Document Retrieval Using
// Block-Max Indexes, 2011), over windows of documents: once k documents are found, the
// lists whose bounds in a window cannot together lift a document above the worst of
// them are not read there, only looked into for documents that other lists have
// brought up. A window that no list can lift a document in is not read at all.
func (x *Index) Search(query []Term, k int, keep func(doc int) bool) []Hit {
	if k <= 0 || x.Len() == 0 {
		return nil
	}
	terms, top := x.weights(query), newTop(min(k, x.Len()))
	if len(terms) == 0 {
		return nil
	}
	r := x.rooms.Get().(*room)
	for i := range x.parts {
		p := &x.parts[i]
		s := search{part: p, lists: x.lists(i, terms), top: top}
		if keep != nil || p.dead > 0 {
			s.leave = func(doc int) bool {
				n := p.numbers[doc]
				return n == Gone || keep != nil && !keep(int(n))
			}
		}
		s.run(r)
	}
	x.rooms.Put(r) // not deferred: if keep panics, the sums are not zero
	return top.sorted()
}

// search is a query under way in a part, in one window after the other.
type search struct {
	part    *part
	lists   []list
	base    int                // the first document of the window
	below   []int64            // below[i] is the sum of the bounds of lists[:i] in the window
	skipped int                // lists[:skipped] are only looked into
	leave   func(doc int) bool // tells the documents of the part to leave out; may be nil
	top     *top
}

func (s *search) run(r *room) {
	if len(s.lists) == 0 {
		return
	}
	s.below = make([]int64, len(s.lists)+1)
	for n := range s.part.windows() {
		s.enter(n)
		if s.skipped < len(s.lists) {
			s.collect(&r.sums)
			s.consider(r)
		}
	}
}

// enter goes on to the nth window.
func (s *search) enter(n int) {
	s.base, s.skipped = n*window, 0
	worst := s.top.worst()
	for i := range s.lists {
		l := &s.lists[i]
		l.enter(n, s.base)
		s.below[i+1] = s.below[i] + l.here
		if s.below[i+1] <= worst {
			s.skipped = i + 1
		}
	}
}

// collect adds up what the lists that are read give to the documents of the window.
func (s *search) collect(sums *[window]int64) {
	for i := s.skipped; i < len(s.lists); i++ {
		s.lists[i].addAll(sums, s.base, s.part.norms)
	}
}

// consider takes the documents of the window that can be among the best, and clears
// the sums. The skipped lists are looked into one after the other, the largest bounds
// first, each for the documents that it can still lift.
func (s *search) consider(r *room) {
	worst := s.top.worst()
	open := r.above(max(0, worst-s.below[s.skipped]))
	if s.leave != nil {
		open = slices.DeleteFunc(open, func(n uint16) bool { return s.leave(s.base + int(n)) })
	}
	for i := s.skipped - 1; i >= 0 && len(open) > 0; i-- {
		open = r.still(open, worst-s.below[i+1])
		s.lists[i].complete(&r.sums, s.base, open, s.part.norms)
	}
	for _, n := range open {
		if sum := r.sums[n]; sum > s.top.worst() {
			s.top.add(scored{int(s.part.numbers[s.base+int(n)]), sum})
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

// complete adds what the list gives to the open documents of the window, at least. If
// they are many it is quicker to add all than to look for each.
func (l *list) complete(sums *[window]int64, base int, open []uint16, norms []float32) {
	if l.to-l.from < dense*len(open) {
		l.addAll(sums, base, norms)
		return
	}
	docs, freqs, n := l.docs[l.from:l.to], l.freqs[l.from:l.to], 0
	for _, i := range open {
		doc := uint16(base + int(i))
		n = seek(docs, n, doc)
		if n == len(docs) {
			return
		}
		if docs[n] == doc {
			sums[i] += gain(l.weight, freqs[n], norms[doc])
		}
	}
}

// addAll adds what the list gives to the documents of the window.
func (l *list) addAll(sums *[window]int64, base int, norms []float32) {
	docs, freqs := l.docs[l.from:l.to], l.freqs[l.from:l.to]
	norms = norms[base:min(base+window, len(norms))]
	for n, doc := range docs {
		i := int(doc) - base
		sums[i%window] += gain(l.weight, freqs[n], norms[i])
	}
}

func gain(weight float64, freq uint8, norm float32) int64 {
	f := float64(freq)
	return int64(weight * f / (f + float64(norm)))
}

// seek returns the first place from n on whose document is not before doc, in steps
// that double.
func seek(docs []uint16, n int, doc uint16) int {
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
func saturation(freq uint8, norm float32) float64 {
	return float64(freq) / (float64(freq) + float64(norm))
}
