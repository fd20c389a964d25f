package rag

import (
	"cmp"
	"context"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag/bm25"
	"yinju/rag/guard"
)

// segment is some articles with all that is computed of each of them alone. It never
// changes: a generation is made of segments, without the articles of them that are gone,
// so that a reload indexes only what is new.
type segment struct {
	key      string            // a content address, by which the cache has it; empty without one
	articles []*corpus.Article // by path
	passages []corpus.Passage  // article by article
	first    []int             // index in articles → its first passage; one more at the end
	words    *bm25.Segment     // of the passages
	grams    *bm25.Segment
	hashes   []minHash // of the passages
	signs    []sign    // of the articles
	flagged  []bool    // the articles that give instructions to a model
}

// origin is where an article is indexed: the index of it in a segment.
type origin struct {
	segment *segment
	at      int
}

func (o origin) article() *corpus.Article { return o.segment.articles[o.at] }

func (o origin) passages() []corpus.Passage {
	return o.segment.passages[o.segment.first[o.at]:o.segment.first[o.at+1]]
}

func (o origin) hashes() []minHash {
	return o.segment.hashes[o.segment.first[o.at]:o.segment.first[o.at+1]]
}

const (
	segmentPassages = 8192     // of a new segment, about
	segmentBytes    = 32 << 20 // of the texts in it, about

	// Segments are merged by size, so that a passage is merged a few times in its life and
	// a question meets few segments: see Index.compact.
	tierBits  = 3 // a tier's segments are less than 2³ times as large as one another
	tierFull  = 8 // of which so many are merged
	mostDead  = 3 // a segment of which more than one passage in so many is gone is made anew
	mergeMost = 2 * segmentPassages
)

// indexed returns where each of the articles is indexed. What old, which may be nil, does
// not have is indexed now.
func (x *Index) indexed(ctx context.Context, old *snapshot, articles []*corpus.Article) ([]origin, error) {
	from := make([]origin, len(articles))
	var fresh []int // indexes in articles
	for i, a := range articles {
		if at, found := old.find(a); found {
			from[i] = old.from[at]
		} else if o, found := x.shelf.find(a); found {
			from[i] = o
		} else {
			fresh = append(fresh, i)
		}
	}
	passages, err := x.splitAll(ctx, articles, fresh)
	if err != nil {
		return nil, err
	}
	all := 0
	for _, p := range passages {
		all += len(p)
	}
	x.status.enter(PhaseIndex, all)
	batches := batched(articles, fresh, passages, all)
	var done atomic.Int64
	inParallel(len(batches), func(n int) {
		b := batches[n]
		s := newSegment(len(b.fresh))
		for k, i := range fresh[b.from : b.from+len(b.fresh)] {
			s.add(articles[i], passages[b.from+k])
		}
		if x.indexWords(ctx, s, func() { x.status.advance(int(done.Add(1)), all) }); ctx.Err() != nil {
			return
		}
		x.saveSegment(ctx, s)
		for k, i := range b.fresh {
			from[i] = origin{s, k}
		}
	})
	return from, ctx.Err()
}

// splitAll cuts some of the articles into passages.
func (x *Index) splitAll(ctx context.Context, articles []*corpus.Article, fresh []int) ([][]corpus.Passage, error) {
	x.status.enter(PhaseSplit, len(fresh))
	passages := make([][]corpus.Passage, len(fresh))
	var done atomic.Int64
	inParallel(len(fresh), func(n int) {
		if ctx.Err() == nil {
			passages[n] = x.Split(articles[fresh[n]])
			x.status.advance(int(done.Add(1)), len(fresh))
		}
	})
	return passages, ctx.Err()
}

// batch is a run of the fresh articles that become one segment.
type batch struct {
	from  int   // of the fresh ones
	fresh []int // indexes in the articles
}

// batched parts the fresh articles, which have so many passages in all, so that all
// processors have work.
func batched(articles []*corpus.Article, fresh []int, passages [][]corpus.Passage, all int) (batches []batch) {
	most := min(segmentPassages, max(segmentPassages/8, 1+all/runtime.GOMAXPROCS(0)))
	from, size, bytes := 0, 0, 0
	for n, i := range fresh {
		if n > from && (size+len(passages[n]) > most || bytes+len(articles[i].Text) > segmentBytes) {
			batches = append(batches, batch{from, fresh[from:n]})
			from, size, bytes = n, 0, 0
		}
		size += len(passages[n])
		bytes += len(articles[i].Text)
	}
	if from < len(fresh) {
		batches = append(batches, batch{from, fresh[from:]})
	}
	return batches
}

func newSegment(articles int) *segment {
	return &segment{articles: make([]*corpus.Article, 0, articles), first: make([]int, 1, articles+1)}
}

func (s *segment) add(a *corpus.Article, passages []corpus.Passage) {
	s.articles = append(s.articles, a)
	s.passages = append(s.passages, passages...)
	s.first = append(s.first, len(s.passages))
}

// indexWords computes all that a segment has beside its articles and passages. each is
// called after each passage.
func (x *Index) indexWords(ctx context.Context, s *segment, each func()) {
	var words, grams bm25.Builder
	s.hashes = make([]minHash, len(s.passages))
	for i, p := range s.passages {
		if ctx.Err() != nil {
			return
		}
		text := indexedText(p)
		words.Add(x.Words(text))
		grams.Add(fold.Grams(text))
		s.hashes[i] = minHashOf(p.Text)
		each()
	}
	s.words, s.grams = words.Segment(), grams.Segment()
	for _, a := range s.articles {
		s.signs, s.flagged = append(s.signs, signOf(a)), append(s.flagged, guard.Instructs(a.Text))
	}
}

// compact merges segments of which much is gone, and such as are small and many: a
// log-structured merge (O'Neil et al., The Log-Structured Merge-Tree, 1996) in tiers of
// sizes. What changed has paid for it: merging a passage is much cheaper than indexing it.
func (x *Index) compact(ctx context.Context, from []origin) error {
	left := make(map[*segment]int) // its passages that are not gone
	for _, o := range from {
		left[o.segment] += len(o.passages())
	}
	tiers := make(map[int][]*segment)
	var merge []*segment
	for _, s := range segmentsOf(from) {
		n := len(s.passages)
		switch tier := bits.Len(uint(left[s])) / tierBits; {
		case left[s] > mergeMost:
		case mostDead*(n-left[s]) > n:
			merge = append(merge, s)
		case left[s] <= mergeMost/tierFull:
			tiers[tier] = append(tiers[tier], s)
		}
	}
	for _, tier := range tiers {
		if len(tier) >= tierFull {
			merge = append(merge, tier...)
		}
	}
	slices.SortStableFunc(merge, func(a, b *segment) int { return cmp.Compare(left[a], left[b]) })
	for len(merge) > 0 {
		size, n := left[merge[0]], 1
		for n < len(merge) && size+left[merge[n]] <= mergeMost {
			size += left[merge[n]]
			n++
		}
		if err := x.merge(ctx, from, merge[:n]); err != nil {
			return err
		}
		merge = merge[n:]
	}
	return nil
}

// segmentsOf are the segments that articles are in, in the order of the articles.
func segmentsOf(from []origin) []*segment {
	var segments []*segment
	seen := make(map[*segment]bool)
	for _, o := range from {
		if !seen[o.segment] {
			seen[o.segment] = true
			segments = append(segments, o.segment)
		}
	}
	return segments
}

// merge makes one segment of what is left of some, and lets the articles come from there.
func (x *Index) merge(ctx context.Context, from []origin, segments []*segment) error {
	numbers := make(map[*segment][]int32, len(segments))
	for _, s := range segments {
		numbers[s] = gone(len(s.passages))
	}
	merged := newSegment(0)
	moved := make(map[int]int) // index in from → in merged
	for i, o := range from {   // by path
		if numbers[o.segment] == nil {
			continue
		}
		for k := range o.passages() {
			numbers[o.segment][o.segment.first[o.at]+k] = int32(len(merged.passages) + k)
		}
		moved[i] = len(merged.articles)
		merged.add(o.article(), o.passages())
		merged.hashes = append(merged.hashes, o.hashes()...)
		merged.signs = append(merged.signs, o.segment.signs[o.at])
		merged.flagged = append(merged.flagged, o.segment.flagged[o.at])
	}
	words, grams := partsOf(segments, numbers)
	var beside sync.WaitGroup
	beside.Go(func() { merged.words = bm25.Merge(words) })
	merged.grams = bm25.Merge(grams)
	beside.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	x.saveSegment(ctx, merged)
	for i, at := range moved {
		from[i] = origin{merged, at}
	}
	return nil
}

// gone are the numbers of passages that are all gone.
func gone(n int) []int32 { return slices.Repeat([]int32{bm25.Gone}, n) }

// partsOf are the segments as the indexes take them.
func partsOf(segments []*segment, numbers map[*segment][]int32) (words, grams []bm25.Part) {
	for _, s := range segments {
		words = append(words, bm25.Part{Segment: s.words, Numbers: numbers[s]})
		grams = append(grams, bm25.Part{Segment: s.grams, Numbers: numbers[s]})
	}
	return words, grams
}

// assemble makes a generation of indexed articles, which must be sorted by path. old may
// be nil; known are pairs of passages that have been read.
func assemble(generation uint64, old *snapshot, from []origin, known map[kin]kinship) *snapshot {
	articles := make([]*corpus.Article, len(from))
	passages := make(map[string][]corpus.Passage, len(from))
	for i, o := range from {
		articles[i] = o.article()
		passages[o.article().ID] = o.passages()
	}
	next := newSnapshot(generation, articles, passages)
	next.from = from
	segments := segmentsOf(from)
	numbers := make(map[*segment][]int32, len(segments))
	for i, o := range from {
		if numbers[o.segment] == nil {
			numbers[o.segment] = gone(len(o.segment.passages))
		}
		for k := range o.passages() {
			numbers[o.segment][o.segment.first[o.at]+k] = int32(next.first[i] + k)
		}
		next.signs = append(next.signs, o.segment.signs[o.at])
	}
	words, grams := partsOf(segments, numbers)
	var wordsBefore, gramsBefore *bm25.Index
	if old != nil {
		wordsBefore, gramsBefore = old.words, old.grams
	}
	var beside sync.WaitGroup
	beside.Go(func() {
		next.words, next.grams = bm25.New(words, wordsBefore), bm25.New(grams, gramsBefore)
	})
	next.near = next.nearAfter(known)
	beside.Wait()
	return next
}

// indexedText is what a passage is found by, in every leg: the titles above it too.
func indexedText(p corpus.Passage) string { return p.Context() + "\n" + p.Text }

// sameArticle tells whether two articles are the same to readers and indexes.
func sameArticle(a, b *corpus.Article) bool {
	return a == b || a.ID == b.ID && a.Hash == b.Hash && a.Title == b.Title && a.Source == b.Source && a.Author == b.Author &&
		a.URL == b.URL && a.Published.Equal(b.Published) && slices.Equal(a.Tags, b.Tags) && a.Body == b.Body &&
		strings.Compare(a.Text, b.Text) == 0 && slices.Equal(a.Pages, b.Pages) && slices.Equal(a.Warnings, b.Warnings)
}
