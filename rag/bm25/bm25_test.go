package bm25

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

func terms(text string) []string { return strings.Fields(text) }

func build(docs ...string) *Index {
	var bd Builder
	for _, d := range docs {
		bd.Add(terms(d))
	}
	return bd.Index()
}

func query(s string) []Term {
	var q []Term
	for _, f := range strings.Fields(s) {
		q = append(q, Term{f, 1})
	}
	return q
}

// naive scores by the textbook formula, document by document.
func naive(docs []string, q []Term, k int) []Hit {
	total := 0
	for _, d := range docs {
		total += len(strings.Fields(d))
	}
	average := float64(total) / float64(len(docs))
	var hits []Hit
	for i, d := range docs {
		words := strings.Fields(d)
		score := 0.0
		for _, t := range q {
			tf, n := 0.0, 0.0
			for _, w := range words {
				if w == t.Text {
					tf++
				}
			}
			for _, other := range docs {
				if slices.Contains(strings.Fields(other), t.Text) {
					n++
				}
			}
			idf := math.Log(1 + (float64(len(docs))-n+0.5)/(n+0.5))
			score += t.Weight * idf * tf * (k1 + 1) / (tf + k1*(1-b+b*float64(len(words))/average))
		}
		if score > 0 {
			hits = append(hits, Hit{i, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits[:min(k, len(hits))]
}

func TestSearchEqualsTheTextbook(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		docs := make([]string, 1+rng.IntN(60))
		for i := range docs {
			var words []string
			for range 1 + rng.IntN(30) {
				words = append(words, fmt.Sprint("t", int(math.Abs(rng.NormFloat64()*8))))
			}
			docs[i] = strings.Join(words, " ")
		}
		q := []Term{{"t1", 1}, {"t5", 0.5}, {"t13", 2}, {"absent", 1}}
		k := 1 + rng.IntN(20)
		got, want := build(docs...).Search(q, k, nil), naive(docs, q, k)
		if len(got) != len(want) {
			t.Fatalf("round %d: %d hits, want %d", round, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i].Score-want[i].Score) > 1e-5 {
				t.Fatalf("round %d, hit %d: %v, want %v", round, i, got[i], want[i])
			}
		}
	}
}

// Over several windows, with few hits wanted, lists are skipped: the hits must be
// those of a search that reads all of them.
func TestSkippingChangesNothing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	zipf := rand.NewZipf(rng, 1.2, 2, 300)
	var bd Builder
	for doc := range 3*window + 17 {
		var terms []string
		for range 1 + rng.IntN(20) {
			term := zipf.Uint64()
			if term%3 == 0 && doc/window%2 == 0 && rng.IntN(50) > 0 { // much oftener in some windows than in others
				term++
			}
			terms = append(terms, fmt.Sprint("t", term))
		}
		bd.Add(terms)
	}
	x := bd.Index()
	skipped := false
	for range 200 {
		var q []Term
		for range 1 + rng.IntN(9) {
			q = append(q, Term{fmt.Sprint("t", zipf.Uint64()), float64(1 + rng.IntN(3))})
		}
		keep := func(doc int) bool { return true }
		if rng.IntN(2) == 0 {
			third := rng.IntN(3)
			keep = func(doc int) bool { return doc%3 != third }
		}
		all := x.Search(q, x.Len(), keep)
		k := 1 + rng.IntN(30)
		if got, want := x.Search(q, k, keep), all[:min(k, len(all))]; !slices.Equal(got, want) {
			t.Fatalf("best %d of %v:\n%v\nof all:\n%v", k, q, got, want)
		}
		lists := x.lists(0, x.weights(q))
		skipped = skipped || len(lists) > 1 && len(all) > k && all[k-1].Score*points > float64(lists[0].most)
	}
	if !skipped {
		t.Error("no query had a list to skip")
	}
}

func TestEqualScoresComeInDocumentOrder(t *testing.T) {
	t.Parallel()
	x := build("b", "a", "b", "a", "a", "a")
	for _, k := range []int{1, 2, 3, 4, 10} {
		var docs []int
		for _, h := range x.Search(query("a"), k, nil) {
			docs = append(docs, h.Doc)
		}
		if want := []int{1, 3, 4, 5}[:min(k, 4)]; !slices.Equal(docs, want) {
			t.Errorf("k=%d: documents %v, want %v", k, docs, want)
		}
	}
}

func TestSearchEdges(t *testing.T) {
	t.Parallel()
	x := build("a b", "", "c")
	for name, got := range map[string][]Hit{
		"k of zero":    x.Search(query("a"), 0, nil),
		"no terms":     x.Search(nil, 5, nil),
		"unknown term": x.Search(query("z"), 5, nil),
		"zero weight":  x.Search([]Term{{"a", 0}}, 5, nil),
		"all filtered": x.Search(query("a"), 5, func(int) bool { return false }),
		"empty index":  build().Search(query("a"), 5, nil),
	} {
		if len(got) != 0 {
			t.Errorf("%s: %v, want no hits", name, got)
		}
	}
	if got := x.Search(query("a c"), 5, func(doc int) bool { return doc == 2 }); len(got) != 1 || got[0].Doc != 2 {
		t.Errorf("filtered to document 2: %v", got)
	}
	once, twice := x.Search([]Term{{"a", 2}}, 1, nil), x.Search(query("a a"), 1, nil)
	if once[0] != twice[0] {
		t.Errorf("a repeated term scores %v, a term of weight 2 %v", twice, once)
	}
}

func TestSaturationIsTheScoreWithoutIDF(t *testing.T) {
	t.Parallel()
	x := build("a a b", "b c", "")
	if got, want := x.Saturation(0, "a")*x.IDF("a")*(k1+1), x.Search(query("a"), 1, nil)[0].Score; math.Abs(got-want) > 1e-9 {
		t.Errorf("%v, want %v", got, want)
	}
	for _, c := range []struct {
		doc  int
		term string
	}{{1, "a"}, {2, "a"}, {0, "absent"}} {
		if got := x.Saturation(c.doc, c.term); got != 0 {
			t.Errorf("Saturation(%d, %q) = %v, want 0", c.doc, c.term, got)
		}
	}
	if got := []int{x.Count("a"), x.Count("b"), x.Count("absent")}; !slices.Equal(got, []int{1, 2, 0}) {
		t.Errorf("documents counted: %v", got)
	}
}

// A term of many documents is looked up by the window, one of few is not.
func TestSaturationInLongAndShortLists(t *testing.T) {
	t.Parallel()
	var bd Builder
	holds := map[string]func(doc int) bool{
		"often":  func(doc int) bool { return doc%3 == 0 },
		"late":   func(doc int) bool { return doc >= 2*window && doc%5 == 0 },
		"early":  func(doc int) bool { return doc < window/2 },
		"seldom": func(doc int) bool { return doc == 5 || doc == 2*window+5 },
		"absent": func(doc int) bool { return false },
	}
	const docs = 2*window + 50
	for doc := range docs {
		var terms []string
		for _, term := range []string{"often", "late", "early", "seldom"} {
			if holds[term](doc) {
				terms = append(terms, term)
			}
		}
		bd.Add(terms)
	}
	x := bd.Index()
	for term, held := range holds {
		postings := x.Postings(term)
		for doc := range docs {
			if got := postings.Saturation(doc); (got > 0) != held(doc) || got != x.Saturation(doc, term) {
				t.Fatalf("%s in document %d: %v", term, doc, got)
			}
		}
	}
}

func TestContaining(t *testing.T) {
	t.Parallel()
	x := build("a b c", "b c", "a c", "")
	for terms, want := range map[string]string{
		"a c": "[0 2]", "b": "[0 1]", "a b c": "[0]", "a z": "[]", "": "[0 1 2 3]",
	} {
		if got := fmt.Sprint(x.Containing(strings.Fields(terms))); got != want {
			t.Errorf("documents with all of %q: %s, want %s", terms, got, want)
		}
	}
}

func TestConcurrentSearchesDoNotMix(t *testing.T) {
	t.Parallel()
	x := build("a a b", "b c", "c d a", "d")
	want := fmt.Sprint(x.Search(query("a c"), 3, nil))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if got := fmt.Sprint(x.Search(query("a c"), 3, nil)); got != want {
					t.Errorf("%s, want %s", got, want)
					return
				}
				x.Search(query("b d"), 2, nil)
			}
		})
	}
	wg.Wait()
}

func BenchmarkSearch(bm *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(rng, 1.1, 4, 200_000)
	var bd Builder
	for range 100_000 {
		terms := make([]string, 200)
		for i := range terms {
			terms[i] = fmt.Sprint("t", zipf.Uint64())
		}
		bd.Add(terms)
	}
	x := bd.Index()
	queries := make([][]Term, 256)
	for i := range queries {
		for range 8 {
			queries[i] = append(queries[i], Term{fmt.Sprint("t", 20+zipf.Uint64()), 1})
		}
	}
	for i := 0; bm.Loop(); i++ {
		x.Search(queries[i%len(queries)], 100, nil)
	}
}
