package rag_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/ragtest"
)

func TestReloadReportsWhatChanged(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果很甜", "b.md": "香蕉很长", "c.md": "樱桃很小"})
	x := newIndex(t, f)
	if r := reload(t, x); fmt.Sprint(r.Added, r.Generation, r.Embedded) != "[a.md b.md c.md] 1 3" {
		t.Errorf("first load: %+v", r)
	}
	f.write("b.md", "香蕉很弯")
	f.write("d.md", "葡萄很圆")
	f.remove("c.md")
	f.skipped = []corpus.Skipped{{Path: "e.bin", Reason: "no article"}}
	r := reload(t, x)
	if got := fmt.Sprint(r.Added, r.Changed, r.Removed, r.Unchanged, r.Skipped, r.Generation, r.Embedded); got != "[d.md] [b.md] [c.md] 1 [{e.bin no article}] 2 2" {
		t.Errorf("second load: %s", got)
	}
	if f.parsed != 5 {
		t.Errorf("%d files parsed, want 5: what has not changed is parsed once", f.parsed)
	}
	for question, want := range map[string]string{"哪里的葡萄": "d.md", "香蕉弯": "b.md", "香蕉长": "b.md", "苹果": "a.md"} {
		if got := first(retrieve(t, x, question)); got != want {
			t.Errorf("%s → %q, want %s", question, got, want)
		}
	}
	if got := retrieve(t, x, "樱桃"); slices.Contains(got, "c.md") {
		t.Errorf("an article that was removed is still found: %v", got)
	}
}

func TestReloadWithoutChangesKeepsTheGeneration(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果"}))
	reload(t, x)
	if r := reload(t, x); r.Generation != 1 || r.Unchanged != 1 {
		t.Errorf("%+v, want generation 1 with one article unchanged", r)
	}
}

func TestFailedLoadKeepsTheOldGeneration(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	reload(t, x)
	f.err = errors.New("the disk is gone")
	if _, err := x.Reload(t.Context(), false); !errors.Is(err, f.err) {
		t.Errorf("reload: %v, want %v", err, f.err)
	}
	if p := x.Progress(); p.LastError != "the disk is gone" || p.Generation != 1 || p.Phase != rag.PhaseIdle {
		t.Errorf("progress %+v", p)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q after a failed reload", got)
	}
}

func TestAnEmptiedFolderEmptiesNothingUnlessForced(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	reload(t, x)
	f.remove("a.md")
	if _, err := x.Reload(t.Context(), false); !errors.Is(err, rag.ErrEmptied) {
		t.Errorf("reload: %v, want ErrEmptied", err)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q, want the article that was there", got)
	}
	if r, err := x.Reload(t.Context(), true); err != nil || r.Generation != 2 {
		t.Errorf("forced: %+v, %v", r, err)
	}
	if got := retrieve(t, x, "苹果"); len(got) != 0 {
		t.Errorf("found %v after a forced reload of an empty folder", got)
	}
}

// A reload asked for while another one reads the folder must see what was written
// before it was asked for.
func TestReloadsThatComeMeanwhileShareOneThatStartsAfterThem(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	f.opened, f.entered = make(chan struct{}, 8), make(chan struct{}, 8)
	x := newIndex(t, f)
	x.Embedder = nil // nothing is given up, so that nobody else looks at the folder
	first := make(chan error, 1)
	go func() {
		_, err := x.Reload(context.Background(), false)
		first <- err
	}()
	<-f.opened // the first one has read the files
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() { _, _ = x.Reload(canceled(t), false) }) // joins, and doesn't wait
	}
	wg.Wait()
	f.write("b.md", "香蕉")
	_, _ = x.Reload(canceled(t), false)
	f.entered <- struct{}{}
	<-f.opened // the one that all others share
	f.entered <- struct{}{}
	if err := <-first; err != nil {
		t.Errorf("reload: %v", err)
	}
	for x.Progress().Generation < 2 {
		time.Sleep(time.Millisecond)
	}
	if got := retrieve(t, x, "香蕉"); len(got) == 0 || got[0] != "b.md" {
		t.Errorf("found %q: the reload missed a file written before it was asked for", got)
	}
	select {
	case <-f.opened:
		t.Error("a third reload ran")
		f.entered <- struct{}{}
	case <-time.After(10 * time.Millisecond):
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestVectorsAreReusedByContent(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果很甜\n梨也很甜", "b.md": "香蕉"})
	cache, embedder := &ragtest.Cache{}, &ragtest.Embedder{}
	x := newIndex(t, f)
	x.Cache, x.Embedder = cache, embedder
	reload(t, x)
	f.write("a.md", "新的一行\n苹果很甜\n梨也很甜")
	if r := reload(t, x); r.Embedded != 1 {
		t.Errorf("%d passages embedded after one line was added", r.Embedded)
	}

	restarted := newIndex(t, f)
	restarted.Cache, restarted.Embedder = cache, embedder
	before := f.parsed
	if r := reload(t, restarted); r.Embedded != 0 || f.parsed != before {
		t.Errorf("after a restart %d passages were embedded, %d files parsed", r.Embedded, f.parsed-before)
	}

	other := newIndex(t, f)
	other.Cache, other.Embedder = cache, &ragtest.Embedder{Name: "another", Dim: 16}
	r := reload(t, other)
	if r.Embedded != 4 || !strings.Contains(strings.Join(r.Warnings, " "), "from fake to another") {
		t.Errorf("after a change of the embedder: %+v", r)
	}
}

func TestAFailingEmbedderAtTheStartLeavesTheWords(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	embedder := &ragtest.Embedder{}
	embedder.Fail(errors.New("no server"))
	x.Embedder, x.RetryAfter = embedder, 5*time.Millisecond
	if r := reload(t, x); len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "no server") {
		t.Errorf("report %+v, want one warning", r)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q without vectors", got)
	}
	embedder.Fail(nil)
	deadline := time.Now().Add(5 * time.Second)
	for embedder.Embedded() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("the embedder was not asked again")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestASlowEmbedderAtTheStartKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果", "b.md": "苹果派"}))
	embedder := &slowEmbedder{begun: make(chan struct{}), release: make(chan struct{})}
	x.Embedder, x.ServeAfter = embedder, time.Millisecond
	reports := make(chan *rag.Report)
	go func() {
		r, err := x.Reload(context.Background(), false)
		if err != nil {
			t.Errorf("reload: %v", err)
		}
		reports <- r
	}()
	<-embedder.begun
	for {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
		if errors.Is(err, rag.ErrNotReady) {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil || len(r.Hits) != 2 || r.Generation != 1 {
			t.Errorf("meanwhile: %+v, %v", r, err)
		}
		break
	}
	close(embedder.release)
	if r := <-reports; r.Generation != 2 || r.Embedded != 2 || len(r.Added) != 2 {
		t.Errorf("report %+v", r)
	}
	if r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"}); err != nil || r.Generation != 2 || r.Hits[0].Dense.Rank == 0 {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// slowEmbedder waits for its release.
type slowEmbedder struct {
	ragtest.Embedder
	once           sync.Once
	begun, release chan struct{}
}

func (e *slowEmbedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	e.once.Do(func() { close(e.begun) })
	<-e.release
	return e.Embedder.EmbedPassages(ctx, texts)
}

func TestAFailingEmbedderLaterChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	embedder := &ragtest.Embedder{}
	x.Embedder = embedder
	reload(t, x)
	embedder.Fail(errors.New("no server"))
	f.write("b.md", "香蕉")
	if _, err := x.Reload(t.Context(), false); err == nil {
		t.Error("the reload succeeded without vectors")
	}
	r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
	if err != nil || len(r.Hits) != 1 || r.Generation != 1 || r.Notice == "" {
		t.Errorf("%+v, %v; want the old generation, with a notice that the embedder is down", r, err)
	}
	embedder.Fail(nil)
	if r := reload(t, x); r.Embedded != 1 || r.Generation != 2 {
		t.Errorf("afterwards %+v", r)
	}
}

func TestFailingCacheIsNoObstacle(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果"}))
	cache := &ragtest.Cache{}
	cache.Fail(errors.New("disk full"))
	x.Cache = cache
	if r := reload(t, x); r.Generation != 1 {
		t.Errorf("%+v", r)
	}
}

// Every answer comes from one generation: the two files always agree in it.
func TestAReaderSeesOneGeneration(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "红苹果 v0", "b.md": "青苹果 v0"})
	x := newIndex(t, f)
	x.TestPhrases, x.FalseRefusals = -1, -1 // 200 reloads beside busy readers are test enough
	reload(t, x)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for ctx.Err() == nil {
				r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
				if err != nil || len(r.Hits) != 2 {
					t.Errorf("%v, %v", r, err)
					return
				}
				for _, h := range r.Hits {
					if h.Article.Text[len("红苹果"):] != r.Hits[0].Article.Text[len("红苹果"):] {
						t.Errorf("generation %d holds %q and %q", r.Generation, h.Article.Text, r.Hits[0].Article.Text)
						return
					}
				}
			}
		})
	}
	for i := range 200 {
		f.mu.Lock()
		f.files["a.md"], f.files["b.md"] = fmt.Sprintf("红苹果 v%d", i+1), fmt.Sprintf("青苹果 v%d", i+1)
		f.mu.Unlock()
		reload(t, x)
	}
	stop()
	readers.Wait()
	if g := x.Progress().Generation; g != 201 {
		t.Errorf("generation %d after 200 changes, want 201", g)
	}
}

// fullDisk is a cache that can't be written.
type fullDisk struct{ *ragtest.Cache }

func (fullDisk) Commit(context.Context, []rag.Blob) error { return errors.New("the disk is full") }

func TestAReportTellsThatTheCacheIsNotWritten(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	x.Cache = fullDisk{&ragtest.Cache{}}
	if r := reload(t, x); r.Generation != 1 || !strings.Contains(strings.Join(r.Warnings, "\n"), "the disk is full") {
		t.Errorf("%+v", r)
	}
}
