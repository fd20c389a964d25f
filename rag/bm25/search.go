package bm25

import (
	"cmp"
	"math"
	"slices"
)

// window is how many documents are scored at a time.
const window = 4096

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
	sums := x.sums.Get().(*[window]int64)
	defer x.sums.Put(sums)
	for base := 0; base < x.Len() && s.skipped < len(s.lists); base += window {
		s.collect(sums, uint32(base))
		s.consider(sums, base)
		for s.skipped < len(s.lists) && s.below[s.skipped+1] <= s.top.worst() {
			s.skipped++
		}
	}
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
		n := 0
		for ; n < len(l.docs) && l.docs[n]-base < window; n++ {
			sums[l.docs[n]-base] += l.gain(l.freqs[n], s.index.norms[l.docs[n]])
		}
		l.docs, l.freqs = l.docs[n:], l.freqs[n:]
	}
}

// consider takes the documents of a window that can be among the best, and clears
// the sums.
func (s *search) consider(sums *[window]int64, base int) {
	for i, sum := range sums {
		if sum == 0 {
			continue
		}
		sums[i] = 0
		doc := base + i
		if sum+s.below[s.skipped] <= s.top.worst() || s.keep != nil && !s.keep(doc) {
			continue
		}
		if sum = s.complete(uint32(doc), sum); sum > s.top.worst() {
			s.top.add(scored{doc, sum})
		}
	}
}

// complete adds what the skipped lists give, the largest bounds first, until it is
// clear that the document is not among the best.
func (s *search) complete(doc uint32, sum int64) int64 {
	for i := s.skipped - 1; i >= 0 && sum+s.below[i+1] > s.top.worst(); i-- {
		l := &s.lists[i]
		l.seek(doc)
		if len(l.docs) > 0 && l.docs[0] == doc {
			sum += l.gain(l.freqs[0], s.index.norms[doc])
		}
	}
	return sum
}

func (l *list) gain(freq uint16, norm float32) int64 {
	f := float64(freq)
	return int64(l.weight * f / (f + float64(norm)))
}

// seek passes all documents before doc, in steps that double.
func (l *list) seek(doc uint32) {
	step := 1
	for step < len(l.docs) && l.docs[step] < doc {
		step *= 2
	}
	from := step / 2
	n, _ := slices.BinarySearch(l.docs[from:min(step+1, len(l.docs))], doc)
	l.docs, l.freqs = l.docs[from+n:], l.freqs[from+n:]
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
