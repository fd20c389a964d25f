// Package chromem is the rag.VectorStore in process, on chromem-go. It lives in
// memory only; whoever fills it keeps the vectors elsewhere (rag.Cache).
package chromem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/philippgille/chromem-go"

	"yinju/rag"
)

// Store is an exact (exhaustive) cosine search over the vectors of one model.
// The zero value is not ready: call New. All methods are safe for concurrent use.
type Store struct {
	mu         sync.RWMutex
	collection *chromem.Collection
	known      map[string]struct{}
	dimension  int // of every stored vector; 0 while the store is empty
}

// New returns an empty store. The first Put fixes the dimension; deleting the
// last vector frees it again.
func New() *Store {
	s := &Store{}
	s.reset()
	return s
}

// reset forgets everything. A new collection, because Go's maps never shrink.
func (s *Store) reset() {
	collection, err := chromem.NewDB().CreateCollection("passages", nil, refuseToEmbed)
	if err != nil {
		panic("chromem: " + err.Error()) // only an empty name is an error
	}
	s.collection, s.known, s.dimension = collection, make(map[string]struct{}), 0
}

// refuseToEmbed stands where chromem-go would else call OpenAI's servers by default.
func refuseToEmbed(context.Context, string) ([]float32, error) {
	return nil, errors.New("chromem: texts are embedded before they come here")
}

// Missing implements rag.VectorStore.
func (s *Store) Missing(ctx context.Context, ids []string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var missing []string
	for _, id := range ids {
		if _, ok := s.known[id]; !ok {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

// Put implements rag.VectorStore. It refuses, and then stores nothing: an empty
// ID, a dimension other than the store's, NaN or Inf, and a vector without
// length. Of several vectors under one ID the last one counts. Vectors need not
// be of unit length; they are copied.
func (s *Store) Put(ctx context.Context, vectors []rag.Vector) error {
	if len(vectors) == 0 {
		return ctx.Err()
	}
	documents := make([]chromem.Document, len(vectors))
	for i, v := range vectors {
		if v.ID == "" {
			return fmt.Errorf("vector %d of %d has no ID; give every vector the ID of its passage", i+1, len(vectors))
		}
		if want := len(vectors[0].Values); len(v.Values) != want {
			return fmt.Errorf("vector %q has %d dimensions and %q has %d; vectors of two models don't belong in one store",
				v.ID, len(v.Values), vectors[0].ID, want)
		}
		unit, err := normalise(v.Values)
		if err != nil {
			return fmt.Errorf("vector %q %w", v.ID, err)
		}
		documents[i] = chromem.Document{ID: v.ID, Embedding: unit}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	dimension := len(vectors[0].Values)
	if s.dimension != 0 && s.dimension != dimension {
		return fmt.Errorf("%w: vector %q has %d, those in the store have %d; vectors of another model need a store of their own",
			rag.ErrDimension, vectors[0].ID, dimension, s.dimension)
	}
	// One by one: AddDocuments starts a goroutine for each document at once. It
	// refuses nothing that is not refused above, so all are stored.
	whole := context.WithoutCancel(ctx)
	for _, d := range documents {
		if err := s.collection.AddDocument(whole, d); err != nil {
			return fmt.Errorf("vector %q could not be stored: %w", d.ID, err)
		}
		s.known[d.ID] = struct{}{}
	}
	s.dimension = dimension
	return nil
}

// Delete implements rag.VectorStore.
func (s *Store) Delete(ctx context.Context, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	stored := make([]string, 0, len(ids))
	for _, id := range ids {
		if _, ok := s.known[id]; ok {
			stored = append(stored, id)
			delete(s.known, id)
		}
	}
	if len(s.known) == 0 {
		s.reset()
		return nil
	}
	if len(stored) == 0 {
		return nil
	}
	// Nil filters: a filter that is empty but not nil would match every document.
	if err := s.collection.Delete(context.WithoutCancel(ctx), nil, nil, stored...); err != nil {
		return fmt.Errorf("%d vectors could not be deleted: %w", len(stored), err)
	}
	return nil
}

// Nearest implements rag.VectorStore. The query need not be of unit length; it is
// refused under the conditions of Put. k below 1, or an empty store, finds nothing.
func (s *Store) Nearest(ctx context.Context, query []float32, k int) ([]rag.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	unit, err := normalise(query)
	if err != nil {
		return nil, fmt.Errorf("the query's vector %w", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	count := len(s.known)
	if count == 0 || k < 1 {
		return nil, nil
	}
	if len(unit) != s.dimension {
		return nil, s.otherDimension(unit)
	}
	k = min(k, count)
	// chromem-go keeps any of several equal scores at the cut. So ask for more
	// until the last one found is worse than the k-th: then no equal is left out.
	for ask := min(k+1, count); ; ask = min(ask*8, count) {
		matches, err := s.search(ctx, unit, ask)
		if err != nil {
			return nil, err
		}
		if ask == count || matches[ask-1].Score < matches[k-1].Score {
			return slices.Clone(matches[:k]), nil
		}
	}
}

// Scores implements rag.VectorStore. It refuses a query as Nearest does.
func (s *Store) Scores(ctx context.Context, query []float32, ids []string) ([]rag.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	unit, err := normalise(query)
	if err != nil {
		return nil, fmt.Errorf("the query's vector %w", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.known) > 0 && len(unit) != s.dimension {
		return nil, s.otherDimension(unit)
	}
	matches := make([]rag.Match, 0, len(ids))
	for _, id := range ids {
		if _, ok := s.known[id]; !ok {
			continue
		}
		d, err := s.collection.GetByID(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("vector %q could not be read: %w", id, err)
		}
		var dot float32 // summed as chromem-go does
		for i, x := range d.Embedding {
			dot += x * unit[i]
		}
		matches = append(matches, match(id, dot))
	}
	return matches, nil
}

func (s *Store) otherDimension(query []float32) error {
	return fmt.Errorf("%w: the query's vector has %d, those in the store have %d; embed questions and passages with one model",
		rag.ErrDimension, len(query), s.dimension)
}

func match(id string, similarity float32) rag.Match {
	// Rounding can push a product of unit vectors past one.
	return rag.Match{ID: id, Score: max(-1, min(1, float64(similarity)))}
}

// search returns the n best matches, n being at most the number stored.
func (s *Store) search(ctx context.Context, unit []float32, n int) ([]rag.Match, error) {
	results, err := s.collection.QueryEmbedding(ctx, unit, n, nil, nil)
	if ctx.Err() != nil { // when cancelled it returns what it has so far, and no error
		return nil, ctx.Err()
	}
	if err == nil && len(results) != n {
		err = fmt.Errorf("%d results instead of %d", len(results), n)
	}
	if err != nil {
		return nil, fmt.Errorf("the vectors could not be searched: %w", err)
	}
	matches := make([]rag.Match, n)
	for i, r := range results {
		matches[i] = match(r.ID, r.Similarity)
	}
	slices.SortFunc(matches, func(a, b rag.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return matches, nil
}

// normalise returns a copy of unit length. It sums in float64, since the squares
// of very large or very small values leave float32's range.
func normalise(values []float32) ([]float32, error) {
	if len(values) == 0 {
		return nil, errors.New("is empty; the embedder returned nothing for it")
	}
	var squares float64
	for i, x := range values {
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("has %v at dimension %d; the embedder must return finite numbers", x, i)
		}
		squares += float64(x) * float64(x)
	}
	if squares == 0 {
		return nil, errors.New("is zero in every dimension, so it is similar to nothing; the embedder must return vectors with a length")
	}
	norm := math.Sqrt(squares)
	unit := make([]float32, len(values))
	for i, x := range values {
		unit[i] = float32(float64(x) / norm)
	}
	return unit, nil
}
