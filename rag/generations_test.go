package rag_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/ragtest"
)

func TestRollbackPinsAnEarlierGeneration(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果一"})
	x := newIndex(t, f)
	if _, err := x.Rollback(0); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("before the first: %v", err)
	}
	reload(t, x)
	var failed *rag.GenerationError
	if _, err := x.Rollback(0); !errors.As(err, &failed) || fmt.Sprint(failed.Have) != "[1]" {
		t.Errorf("nothing before the first: %v", err)
	}
	for n := 2; n <= 4; n++ {
		f.write("a.md", fmt.Sprintf("苹果%d", n))
		reload(t, x)
	}
	if _, err := x.Rollback(1); !errors.As(err, &failed) || !strings.Contains(err.Error(), "2, 3, 4") {
		t.Errorf("one that is not kept any more: %v", err)
	}
	kept, err := x.Rollback(0)
	if err != nil || kept.Generation != 3 || !kept.Serving {
		t.Fatalf("%+v, %v", kept, err)
	}
	f.write("b.md", "香蕉")
	if _, err := x.Refresh(t.Context()); !errors.Is(err, rag.ErrPinned) {
		t.Errorf("the watcher undid it: %v", err)
	}
	r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
	if err != nil || r.Generation != 3 || r.Hits[0].Article.Text != "苹果3" || r.Hits[0].Dense.Rank == 0 {
		t.Errorf("%+v, %v; want generation 3, with its vectors", r, err)
	}
	p := x.Progress()
	if p.Generation != 3 || p.Pinned == nil || p.Pinned.Generation != 3 || !p.Pinned.Changed || len(p.Generations) != 3 || !p.Generations[1].Serving || p.Generations[2].Serving {
		t.Errorf("progress %+v, pinned %+v", p.Generations, p.Pinned)
	}
	if report := reload(t, x); report.Generation != 5 || x.Progress().Pinned != nil {
		t.Errorf("a reload that was asked for: %+v", report)
	}
	if got := first(retrieve(t, x, "香蕉")); got != "b.md" {
		t.Errorf("found %q", got)
	}
}

func TestReportsAreKeptOverAStart(t *testing.T) {
	t.Parallel()
	f, cache := newFolder(map[string]string{"a.md": "苹果"}), &ragtest.Cache{}
	x := newIndex(t, f)
	x.Cache, x.Generations = cache, 2
	reload(t, x)
	f.write("b.md", "香蕉")
	reload(t, x)
	f.write("c.md", "樱桃")
	reload(t, x)
	reload(t, x) // without changes
	if r := x.Progress().Reports; len(r) != 2 || r[0].Generation != 3 || fmt.Sprint(r[1].Added) != "[b.md]" || r[0].When.Before(r[1].When) {
		for _, one := range r {
			t.Errorf("%+v", *one)
		}
	}
	again := newIndex(t, f)
	again.Cache, again.Generations = cache, 2
	reload(t, again)
	if r := again.Progress().Reports; len(r) != 2 || fmt.Sprint(r[1].Added) != "[c.md]" || r[1].Generation != 3 {
		t.Errorf("after a start: %+v", r)
	}
}

// The vectors of what is kept stay, the others go.
func TestVectorsOfKeptGenerationsStay(t *testing.T) {
	t.Parallel()
	f, store := newFolder(map[string]string{"a.md": "苹果"}), &ragtest.Store{}
	x := newIndex(t, f)
	x.Generations, x.NewStore = 2, func() rag.VectorStore { return store }
	var ids []string
	for _, text := range []string{"苹果", "香蕉", "樱桃", "葡萄", "石榴"} {
		f.write("a.md", text)
		reload(t, x)
		ids = append(ids, retrieveFirst(t, x, text).Passage.ID)
	}
	// 4 and 5 are kept; 3 was dropped last, and may still be read.
	missing, err := store.Missing(t.Context(), ids)
	if err != nil || fmt.Sprint(missing) != fmt.Sprint(ids[:2]) {
		t.Errorf("missing %v of %v, %v", missing, ids, err)
	}
}

func retrieveFirst(t *testing.T, x *rag.Index, text string) rag.Hit {
	t.Helper()
	r, err := x.Retrieve(t.Context(), rag.Query{Text: text})
	if err != nil || len(r.Hits) == 0 {
		t.Fatalf("%s: %+v, %v", text, r, err)
	}
	return r.Hits[0]
}

// Every answer is of one generation, whatever serves before and after it.
func TestAskersDuringRollbacks(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "红苹果 v1", "b.md": "青苹果 v1"})
	x := newIndex(t, f)
	x.TestPhrases, x.FalseRefusals = -1, -1
	reload(t, x)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
				if err != nil || len(r.Hits) != 2 {
					t.Errorf("%v, %v", r, err)
					return
				}
				for _, h := range r.Hits {
					if want := fmt.Sprintf("v%d", r.Generation); !strings.HasSuffix(h.Article.Text, want) {
						t.Errorf("generation %d holds %q", r.Generation, h.Article.Text)
						return
					}
				}
			}
		})
	}
	for i := 2; i < 40; i++ {
		f.mu.Lock()
		f.files["a.md"], f.files["b.md"] = fmt.Sprintf("红苹果 v%d", i), fmt.Sprintf("青苹果 v%d", i)
		f.mu.Unlock()
		if r := reload(t, x); r.Generation != uint64(i) {
			t.Errorf("generation %d, want %d", r.Generation, i)
		}
		if _, err := x.Rollback(0); err != nil {
			t.Error(err)
		}
	}
	stop()
	readers.Wait()
}

// What a generation is made of stays in the cache while it can be served again: a start
// after a Rollback indexes nothing anew.
func TestSegmentsOfKeptGenerationsStay(t *testing.T) {
	t.Parallel()
	f, cache := newFolder(map[string]string{}), &ragtest.Cache{}
	write := func(files int, text string) {
		for i := range files {
			f.write(fmt.Sprintf("%02d.md", i), fmt.Sprintf("%s%d", text, i))
		}
	}
	var split atomic.Int64
	index := func() *rag.Index {
		x := newIndex(t, f)
		x.Cache, x.Split = cache, func(a *corpus.Article) []corpus.Passage {
			split.Add(1)
			return lines(a)
		}
		return x
	}
	x := index()
	write(20, "苹果")
	reload(t, x)
	write(15, "香蕉")
	reload(t, x)
	if _, err := x.Rollback(1); err != nil {
		t.Fatal(err)
	}
	write(21, "苹果")
	reload(t, x)
	x.Close()
	split.Store(0)
	x = index()
	reload(t, x)
	if n := split.Load(); n != 0 {
		t.Errorf("%d articles were split again", n)
	}
}
