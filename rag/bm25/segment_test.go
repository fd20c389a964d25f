package bm25

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// collection is documents that come and go, in segments, and the same in one.
type collection struct {
	rng      *rand.Rand
	docs     map[int][]string // by their key, which orders them
	segments []*Segment
	keys     [][]int // by segment: the keys of its documents
	dead     map[[2]int]bool
}

// add indexes new documents in a segment of their own.
func (c *collection) add(n int) {
	var keys []int
	for range n {
		for key := c.rng.IntN(1 << 20); c.docs[key] == nil; {
			keys = append(keys, key)
			c.docs[key] = randomTerms(c.rng)
		}
	}
	slices.Sort(keys)
	var bd Builder
	for _, key := range keys {
		bd.Add(c.docs[key])
	}
	c.segments, c.keys = append(c.segments, bd.Segment()), append(c.keys, keys)
}

func randomTerms(rng *rand.Rand) []string {
	terms := make([]string, rng.IntN(30))
	for i := range terms {
		terms[i] = fmt.Sprint("t", int(rng.ExpFloat64()*12))
	}
	return terms
}

// remove takes one of n documents away.
func (c *collection) remove(n int) {
	for i, keys := range c.keys {
		for j, key := range keys {
			if c.docs[key] != nil && !c.dead[[2]int{i, j}] && c.rng.IntN(n) == 0 {
				delete(c.docs, key)
				c.dead[[2]int{i, j}] = true
			}
		}
	}
}

// merge makes one segment of several.
func (c *collection) merge(from, to int) {
	parts, keys := c.parts(from, to)
	c.segments = slices.Replace(c.segments, from, to, Merge(parts))
	c.keys = slices.Replace(c.keys, from, to, keys)
	dead := make(map[[2]int]bool)
	for at := range c.dead {
		if at[0] >= to {
			at[0] -= to - from - 1
		} else if at[0] >= from {
			continue
		}
		dead[at] = true
	}
	c.dead = dead
}

// parts numbers the documents of some segments by their keys.
func (c *collection) parts(from, to int) (parts []Part, keys []int) {
	for i := from; i < to; i++ {
		for j, key := range c.keys[i] {
			if !c.dead[[2]int{i, j}] {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	for i := from; i < to; i++ {
		p := Part{c.segments[i], make([]int32, len(c.keys[i]))}
		for j, key := range c.keys[i] {
			p.Numbers[j] = Gone
			if !c.dead[[2]int{i, j}] {
				n, _ := slices.BinarySearch(keys, key)
				p.Numbers[j] = int32(n)
			}
		}
		parts = append(parts, p)
	}
	return parts, keys
}

// whole indexes the documents at once.
func (c *collection) whole(keys []int) *Index {
	var bd Builder
	for _, key := range keys {
		bd.Add(c.docs[key])
	}
	return bd.Index()
}

// However documents came and went, an Index of segments finds and scores as one of all
// documents at once, to the last bit.
func TestSegmentsAreAsOneWhole(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		c := &collection{rng: rand.New(rand.NewPCG(seed, 1)), docs: make(map[int][]string), dead: make(map[[2]int]bool)}
		var before *Index
		for step := range 12 {
			switch n := len(c.segments); {
			case step == 0:
				c.add(1000 + c.rng.IntN(4*window))
			case c.rng.IntN(3) == 0:
				c.remove(2 + c.rng.IntN(50))
			case n > 1 && c.rng.IntN(3) == 0:
				from := c.rng.IntN(n - 1)
				c.merge(from, from+1+c.rng.IntN(n-from))
			default:
				c.add(c.rng.IntN(300))
			}
			parts, keys := c.parts(0, len(c.segments))
			x := New(parts, before)
			before = x
			checkSame(t, c.rng, x, c.whole(keys))
			if t.Failed() {
				t.Fatalf("seed %d, step %d, %d segments, %d documents, %d dead", seed, step, len(c.segments), len(keys), len(c.dead))
			}
		}
	}
}

func checkSame(t *testing.T, rng *rand.Rand, got, want *Index) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Fatalf("%d documents, want %d", got.Len(), want.Len())
	}
	for range 20 {
		var q []Term
		for range 1 + rng.IntN(8) {
			q = append(q, Term{fmt.Sprint("t", int(rng.ExpFloat64()*12)), float64(1+rng.IntN(4)) / 3})
		}
		k := 1 + rng.IntN(60)
		var keep func(int) bool
		if rng.IntN(2) == 0 {
			keep = func(doc int) bool { return doc%3 != 0 }
		}
		if g, w := got.Search(q, k, keep), want.Search(q, k, keep); !slices.Equal(g, w) {
			t.Fatalf("%v:\n%v\nat once:\n%v", q, g, w)
		}
		if g, w := got.Weigh(q), want.Weigh(q); !slices.Equal(g, w) {
			t.Fatalf("weights %v, at once %v", g, w)
		}
		terms := []string{q[0].Text, q[len(q)-1].Text}
		if g, w := got.Containing(terms), want.Containing(terms); !slices.Equal(g, w) {
			t.Fatalf("%v are in %v, at once in %v", terms, g, w)
		}
		if got.Count(terms[0]) != want.Count(terms[0]) {
			t.Fatalf("%s is in %d, at once in %d", terms[0], got.Count(terms[0]), want.Count(terms[0]))
		}
		if doc := rng.IntN(max(1, got.Len())); got.Len() > 0 {
			if g, w := got.Saturation(doc, terms[0]), want.Saturation(doc, terms[0]); g != w {
				t.Fatalf("%s in %d: %v, at once %v", terms[0], doc, g, w)
			}
			if g, w := got.ScoreAs(doc, terms, q), want.ScoreAs(doc, terms, q); g != w {
				t.Fatalf("%d as %v: %v, at once %v", doc, terms, g, w)
			}
		}
	}
}

func TestMoreDocumentsThanAShardHolds(t *testing.T) {
	t.Parallel()
	var bd Builder
	for doc := range shardDocs + 100 {
		bd.Add([]string{"all", fmt.Sprint("t", doc%1000)})
	}
	s := bd.Segment()
	if len(s.shards) != 2 || s.Len() != shardDocs+100 {
		t.Fatalf("%d shards, %d documents", len(s.shards), s.Len())
	}
	s, rest, err := Decode(append(s.Append(nil), "rest"...))
	if err != nil || string(rest) != "rest" {
		t.Fatalf("%q, %v", rest, err)
	}
	numbers := make([]int32, s.Len())
	for i := range numbers {
		numbers[i] = int32(i)
	}
	x := New([]Part{{s, numbers}}, nil)
	if n := len(x.Containing([]string{"t7", "all"})); n != 33 {
		t.Errorf("t7 is in %d documents, want 33", n)
	}
	if hits := x.Search([]Term{{"t50", 1}}, 100, nil); len(hits) != 33 || hits[32].Doc != shardDocs+50-shardDocs%1000 {
		t.Errorf("%d hits, the last %v", len(hits), hits[len(hits)-1])
	}
}

// What is stored of a segment is the segment; and whatever else is read as one is an
// error, or else a segment that can be searched.
func FuzzDecode(f *testing.F) {
	for _, docs := range [][]string{{}, {"a b a", "", "b c"}, {"x", "x", "x x x"}} {
		var bd Builder
		for _, d := range docs {
			bd.Add(terms(d))
		}
		f.Add(bd.Segment().Append(nil), "a b")
	}
	f.Add([]byte{1, 1, 1, 1, 1, 1, 1, 'a', 1, 0}, "a")
	f.Fuzz(func(t *testing.T, data []byte, asked string) {
		s, rest, err := Decode(data)
		if err != nil {
			return
		}
		if again, left, err := Decode(s.Append(nil)); err != nil || len(left) != 0 || again.Len() != s.Len() || len(rest) > len(data) {
			t.Fatalf("what was read can't be written and read again: %v", err)
		}
		numbers := make([]int32, s.Len())
		for i := range numbers {
			numbers[i] = int32(i)
		}
		x := New([]Part{{s, numbers}}, nil)
		var q []Term
		for _, word := range terms(asked) {
			q = append(q, Term{word, 1})
		}
		for _, h := range x.Search(q, 3, nil) {
			x.Saturation(h.Doc, asked)
		}
	})
}
