package chromem_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"yinju/rag"
	"yinju/rag/chromem"
	"yinju/rag/ragtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	ragtest.TestVectorStore(t, func(*testing.T) rag.VectorStore { return chromem.New() })
}

// cancelAfter is cancelled once Err has been asked n times: in the midst of a
// scan, which asks before each vector.
type cancelAfter struct {
	context.Context
	mu   sync.Mutex
	n    int
	done chan struct{}
}

func (c *cancelAfter) Done() <-chan struct{} { return c.done }

func (c *cancelAfter) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n > 0 {
		return nil
	}
	if c.n == 0 {
		close(c.done)
	}
	return context.Canceled
}

func TestCancelledInTheMidst(t *testing.T) {
	t.Parallel()
	s := chromem.New()
	fill(t, s, 3000, 8)
	for n := 1; n < 6; n++ {
		ctx := &cancelAfter{Context: t.Context(), n: n, done: make(chan struct{})}
		matches, err := s.Nearest(ctx, []float32{1, 1, 1, 1, 1, 1, 1, 1}, 10)
		if err == nil && len(matches) != 10 || err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at check %d: %d matches, error %v; want a whole answer or context.Canceled", n, len(matches), err)
		}
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
