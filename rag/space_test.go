package rag_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

// fitter makes embedders whose names tell from what they were made.
type fitter struct {
	mu   sync.Mutex
	fits []int // passages of each
}

func (f *fitter) Fit(_ context.Context, texts []string) (rag.Fitted, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fits = append(f.fits, len(texts))
	return f.Restore(fmt.Appendf(nil, "fitted-%x", sha256.Sum256([]byte(strings.Join(texts, "\n")))))
}

func (*fitter) Restore(data []byte) (rag.Fitted, error) {
	if !strings.HasPrefix(string(data), "fitted-") {
		return nil, errors.New("not a model")
	}
	return fitted{&ragtest.Embedder{Name: string(data)}}, nil
}

func (*fitter) Rules() string { return "test" }

type fitted struct{ *ragtest.Embedder }

func (f fitted) Marshal() []byte { return []byte(f.Name) }

// fruits are n passages.
func fruits(n int) string {
	var sb strings.Builder
	for i := range n {
		fmt.Fprintf(&sb, "第%d种水果很甜\n", i)
	}
	return sb.String()
}

func TestTheEmbedderIsFittedAnewWhenAFifthIsNew(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": fruits(20)})
	cache, by := &ragtest.Cache{}, &fitter{}
	start := func() *rag.Index {
		x := newIndex(t, f)
		x.Embedder, x.Fitter, x.Cache = nil, by, cache
		return x
	}
	x := start()
	steps := []struct {
		passages, embedded, fits int
		restart                  bool
	}{
		{passages: 20, embedded: 20, fits: 1},
		{passages: 23, embedded: 3, fits: 1},
		{passages: 23, embedded: 0, fits: 1, restart: true},
		{passages: 24, embedded: 1, fits: 1}, // 4 of 20: just a fifth
		{passages: 25, embedded: 25, fits: 2},
		{passages: 25, embedded: 0, fits: 2, restart: true},
		{passages: 26, embedded: 1, fits: 2},
		{passages: 5, embedded: 0, fits: 2},
	}
	for i, step := range steps {
		f.write("a.md", fruits(step.passages))
		if step.restart {
			x = start()
		}
		before := x.Progress().Embedder
		r := reload(t, x)
		if r.Embedded != step.embedded || len(by.fits) != step.fits {
			t.Fatalf("step %d: %d embedded by fit %d; want %d by fit %d", i, r.Embedded, len(by.fits), step.embedded, step.fits)
		}
		if got := retrieve(t, x, "水果"); first(got) != "a.md" {
			t.Errorf("step %d: found %v", i, got)
		}
		if changed := before != x.Progress().Embedder; i > 0 && !step.restart && changed != (step.embedded == step.passages) {
			t.Errorf("step %d: the embedder was %s and is %s", i, before, x.Progress().Embedder)
		}
		if len(r.Warnings) > 0 {
			t.Errorf("step %d: warnings %q", i, r.Warnings)
		}
	}
}

// A question that began before the embedder was fitted anew ends in the space in which
// it began, so none ever meets vectors of another embedder.
func TestQuestionsGoOnWhileTheEmbedderIsFittedAnew(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": fruits(4)})
	x := newIndex(t, f)
	x.Embedder, x.Fitter = nil, &fitter{}
	reload(t, x)
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for ctx.Err() == nil {
				r, err := x.Retrieve(t.Context(), rag.Query{Text: "甜的水果"})
				if err != nil || len(r.Hits) == 0 || r.Notice != "" {
					t.Errorf("%d hits, notice %q, error %v", len(r.Hits), r.Notice, err)
					return
				}
			}
		})
	}
	for n := 8; n <= 64; n *= 2 {
		f.write("a.md", fruits(n))
		reload(t, x)
	}
	cancel()
	asking.Wait()
}
