package ragtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"yinju/rag"
)

// Store is the naive rag.VectorStore: a map and a full scan in float64. The zero
// value is empty and ready. It is what the suite measures other stores by.
type Store struct {
	mu      sync.RWMutex
	vectors map[string][]float64 // of unit length
}

// Missing implements rag.VectorStore.
func (s *Store) Missing(ctx context.Context, ids []string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var missing []string
	for _, id := range ids {
		if _, ok := s.vectors[id]; !ok {
			missing = append(missing, id)
		}
	}
	return missing, ctx.Err()
}

// Put implements rag.VectorStore.
func (s *Store) Put(ctx context.Context, vectors []rag.Vector) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	dimension := -1
	for _, known := range s.vectors {
		dimension = len(known)
		break
	}
	units := make([][]float64, len(vectors))
	for i, v := range vectors {
		unit, err := unitOf(v.Values)
		if err != nil || v.ID == "" {
			return fmt.Errorf("vector %q: %w", v.ID, cmp.Or(err, errors.New("no ID")))
		}
		if dimension < 0 {
			dimension = len(unit)
		}
		if len(unit) != dimension {
			return fmt.Errorf("%w: vector %q has %d, want %d", rag.ErrDimension, v.ID, len(unit), dimension)
		}
		units[i] = unit
	}
	if s.vectors == nil {
		s.vectors = make(map[string][]float64)
	}
	for i, v := range vectors {
		s.vectors[v.ID] = units[i]
	}
	return nil
}

// Delete implements rag.VectorStore.
func (s *Store) Delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.vectors, id)
	}
	return nil
}

// Nearest implements rag.VectorStore.
func (s *Store) Nearest(ctx context.Context, query []float32, k int) ([]rag.Match, error) {
	unit, err := unitOf(query)
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	matches := make([]rag.Match, 0, len(s.vectors))
	for id, v := range s.vectors {
		if len(v) != len(unit) {
			return nil, fmt.Errorf("%w: the query has %d, want %d", rag.ErrDimension, len(unit), len(v))
		}
		var dot float64
		for i := range v {
			dot += v[i] * unit[i]
		}
		matches = append(matches, rag.Match{ID: id, Score: max(-1, min(1, dot))})
	}
	slices.SortFunc(matches, func(a, b rag.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return matches[:min(max(k, 0), len(matches))], nil
}

// Scores implements rag.VectorStore.
func (s *Store) Scores(ctx context.Context, query []float32, ids []string) ([]rag.Match, error) {
	all, err := s.Nearest(ctx, query, math.MaxInt)
	if err != nil {
		return nil, err
	}
	scores := make(map[string]float64, len(all))
	for _, m := range all {
		scores[m.ID] = m.Score
	}
	matches := make([]rag.Match, 0, len(ids))
	for _, id := range ids {
		if score, known := scores[id]; known {
			matches = append(matches, rag.Match{ID: id, Score: score})
		}
	}
	return matches, nil
}

func unitOf(values []float32) ([]float64, error) {
	var squares float64
	for _, x := range values {
		squares += float64(x) * float64(x)
	}
	if squares == 0 || math.IsNaN(squares) || math.IsInf(squares, 0) {
		return nil, errors.New("not finite, or without a length")
	}
	unit := make([]float64, len(values))
	for i, x := range values {
		unit[i] = float64(x) / math.Sqrt(squares)
	}
	return unit, nil
}
