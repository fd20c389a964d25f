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

// list is a term's postings while a query runs.
type list struct {
	docs     []uint32 // ascending
	freqs    []uint16
	blocks   []block // by window; none for a short list
	weight   float64 // of the term, times idf, k1+1 and points
	bound    int64   // no document gets more from this list
	here     int64   // no document of the window does
	from, to int     // the postings of the window
}

// query returns the postings of a query's terms, smallest bound first.
func (x *Index) query(query []Term) []list {
	var lists []list
	for _, t := range distinct(query) {
		p, known := x.lists[t.Text]
		weight := t.Weight * x.idf(p) * (k1 + 1) * points
		if !known || weight <= 0 {
			continue
		}
		lists = append(lists, list{
			docs: x.docs[p.start:p.end], freqs: x.freqs[p.start:p.end], blocks: x.blocksOf(p),
			weight: weight, bound: boundOf(weight, p.most),
		})
	}
	slices.SortStableFunc(lists, func(a, b list) int { return cmp.Compare(a.bound, b.bound) })
	return lists
}

func boundOf(weight float64, most float32) int64 { return int64(weight*float64(most)) + 1 }

// enter goes on to the window that is the nth and begins at base.
func (l *list) enter(n int, base uint32) {
	l.from, l.here = l.to, 0
	if l.blocks != nil {
		l.to = int(l.blocks[n].end)
		if l.from < l.to {
			l.here = boundOf(l.weight, l.blocks[n].most)
		}
		return
	}
	for l.to < len(l.docs) && l.docs[l.to] < base+window {
		l.to++
	}
	if l.from < l.to {
		l.here = l.bound
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
	s := search{index: x, lists: x.query(query), keep: keep, top: newTop(min(k, x.Len()))}
	s.below = make([]int64, len(s.lists)+1)
	r := x.rooms.Get().(*room)
	for n := range x.windows() {
		s.enter(n)
		if s.skipped < len(s.lists) {
			s.collect(&r.sums)
			s.consider(r)
		}
	}
	x.rooms.Put(r) // not deferred: if keep panics, the sums are not zero
	return s.top.sorted()
}

// search is a query under way, in one window after the other.
type search struct {
	index   *Index
	lists   []list
	base    uint32  // the first document of the window
	below   []int64 // below[i] is the sum of the bounds of lists[:i] in the window
	skipped int     // lists[:skipped] are only looked into
	keep    func(doc int) bool
	top     *top
}

// enter goes on to the nth window.
func (s *search) enter(n int) {
	s.base, s.skipped = uint32(n)*window, 0
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
		s.lists[i].addAll(sums, s.base, s.index.norms)
	}
}

// consider takes the documents of the window that can be among the best, and clears
// the sums. The skipped lists are looked into one after the other, the largest bounds
// first, each for the documents that it can still lift.
func (s *search) consider(r *room) {
	worst := s.top.worst()
	open := r.above(max(0, worst-s.below[s.skipped]))
	if s.keep != nil {
		open = slices.DeleteFunc(open, func(n uint16) bool { return !s.keep(int(s.base) + int(n)) })
	}
	for i := s.skipped - 1; i >= 0 && len(open) > 0; i-- {
		open = r.still(open, worst-s.below[i+1])
		s.lists[i].complete(&r.sums, s.base, open, s.index.norms)
	}
	for _, n := range open {
		if sum := r.sums[n]; sum > s.top.worst() {
			s.top.add(scored{int(s.base) + int(n), sum})
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
func (l *list) complete(sums *[window]int64, base uint32, open []uint16, norms []float32) {
	if l.to-l.from < dense*len(open) {
		l.addAll(sums, base, norms)
		return
	}
	docs, freqs, n := l.docs[l.from:l.to], l.freqs[l.from:l.to], 0
	for _, i := range open {
		doc := base + uint32(i)
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
func (l *list) addAll(sums *[window]int64, base uint32, norms []float32) {
	docs, freqs := l.docs[l.from:l.to], l.freqs[l.from:l.to]
	norms = norms[base:min(int(base)+window, len(norms))]
	for n, doc := range docs {
		i := doc - base
		sums[i%window] += gain(l.weight, freqs[n], norms[i])
	}
}

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
