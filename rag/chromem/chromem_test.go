package chromem_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"yinju/rag"
	"yinju/rag/chromem"
	"yinju/rag/ragtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	ragtest.TestVectorStore(t, func(*testing.T) rag.VectorStore { return chromem.New() })
}

// late is cancelled right after it was first asked: between Nearest's own check
// and the scan, which then finds nothing and calls that no error.
type late struct {
	context.Context
	asked atomic.Bool
}

func (c *late) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func (c *late) Err() error {
	if c.asked.CompareAndSwap(false, true) {
		return nil
	}
	return context.Canceled
}

func TestCancelledInTheMidst(t *testing.T) {
	t.Parallel()
	s := chromem.New()
	fill(t, s, 100, 2)
	matches, err := s.Nearest(&late{Context: t.Context()}, []float32{1, 1}, 10)
	if !errors.Is(err, context.Canceled) || len(matches) != 0 {
		t.Errorf("%d matches, error %v; want context.Canceled", len(matches), err)
	}
}

func TestConcurrentAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	s := chromem.New()
	fill(t, s, 500, 16)
	query := make([]float32, 16)
	query[3], query[7] = 1, -2
	want, err := s.Nearest(t.Context(), query, 20)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := s.Nearest(t.Context(), query, 20); err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
	wg.Wait()
}

func fill(tb testing.TB, s *chromem.Store, count, dimension int) {
	tb.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	vectors := make([]rag.Vector, count)
	for i := range vectors {
		vectors[i] = rag.Vector{ID: fmt.Sprintf("p%06d", i), Values: make([]float32, dimension)}
		for j := range vectors[i].Values {
			vectors[i].Values[j] = float32(r.NormFloat64())
		}
	}
	if err := s.Put(tb.Context(), vectors); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkNearest(b *testing.B) {
	s := chromem.New()
	fill(b, s, 10_000, 256)
	query := make([]float32, 256)
	for i := range query {
		query[i] = float32(i%7) - 3
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Nearest(b.Context(), query, 50); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		fill(b, chromem.New(), 10_000, 256)
	}
}
