package ragtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"yinju/rag"
)

// tolerance is how far a similarity may be from the one computed in float64.
const tolerance = 1e-5

// TestVectorStore checks what rag.VectorStore promises. open returns an empty
// store, a new one for each call; what it needs to close goes into t.Cleanup.
//
// Beyond the interface's words a store passes only if it refuses, storing
// nothing, a Put with an empty ID, another dimension, NaN or Inf or a zero
// vector; lets the last of several vectors under one ID count; takes any
// dimension again once it is empty; keeps no slice of the caller's; answers
// bad queries with an error, and a cancelled context with its error.
func TestVectorStore(t *testing.T, open func(t *testing.T) rag.VectorStore) {
	for name, check := range map[string]func(*testing.T, rag.VectorStore){
		"empty":             storeEmpty,
		"missing":           storeMissing,
		"put replaces":      storeReplaces,
		"put all or none":   storeAllOrNone,
		"put copies":        storeCopies,
		"extreme values":    storeExtremes,
		"delete":            storeDelete,
		"dimension is free": storeDimension,
		"k":                 storeK,
		"ties":              storeTies,
		"bad queries":       storeBadQueries,
		"cancelled":         storeCancelled,
		"naive scan":        storeNaive,
		"scores":            storeScores,
		"concurrent":        storeConcurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

func storeEmpty(t *testing.T, s rag.VectorStore) {
	ctx := t.Context()
	wantNearest(t, s, []float32{1, 0}, 5)
	wantMissing(t, s, []string{"a"}, "a")
	must(t, s.Put(ctx, nil))
	must(t, s.Delete(ctx, nil))
	must(t, s.Delete(ctx, []string{"a"}))
}

func storeMissing(t *testing.T, s rag.VectorStore) {
	must(t, s.Put(t.Context(), []rag.Vector{vec("b", 1, 0), vec("d", 0, 1), vec("中文 \"'%\n", 1, 1)}))
	wantMissing(t, s, []string{"z", "b", "a", "d", "中文 \"'%\n", "c", "B", "b "}, "z", "a", "c", "B", "b ")
	wantMissing(t, s, []string{"b", "d"})
	wantMissing(t, s, nil)
	wantMissing(t, s, []string{""}, "")
}

func storeReplaces(t *testing.T, s rag.VectorStore) {
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 1, 0), vec("b", 1, 1)}))
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 0, 2)}))
	wantNearest(t, s, []float32{0, 1}, 5, "a", "b")
	wantNearest(t, s, []float32{1, 0}, 5, "b", "a")
	// Several under one ID are as if they had come one after another.
	must(t, s.Put(t.Context(), []rag.Vector{vec("c", 1, 0), vec("c", 0, 1), vec("c", -1, 0)}))
	wantNearest(t, s, []float32{-1, 0}, 1, "c")
	wantNearest(t, s, []float32{1, 0}, 5, "b", "a", "c")
}

func storeAllOrNone(t *testing.T, s rag.VectorStore) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	bad := map[string]rag.Vector{
		"dimension":   vec("bad", 1, 0, 0),
		"no values":   vec("bad"),
		"NaN":         vec("bad", 1, nan),
		"Inf":         vec("bad", inf, 1),
		"-Inf":        vec("bad", -inf, 1),
		"zero vector": vec("bad", 0, 0),
		"empty ID":    vec("", 1, 0),
	}
	refused := func(name string, vectors []rag.Vector) {
		t.Helper()
		if err := s.Put(t.Context(), vectors); err == nil {
			t.Errorf("%s: Put accepted a bad vector", name)
		}
	}
	for name, v := range bad {
		if name != "dimension" {
			refused(name+", alone in an empty store", []rag.Vector{v})
		}
		refused(name+", in an empty store", []rag.Vector{vec("x", 1, 0), v, vec("y", 0, 1)})
	}
	wantMissing(t, s, []string{"x", "y", "bad", ""}, "x", "y", "bad", "")
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 1, 0)}))
	for name, v := range bad {
		refused(name, []rag.Vector{vec("x", 1, 0), vec("a", 0, 1), v})
		refused(name+" first", []rag.Vector{v, vec("x", 1, 0), vec("a", 0, 1)})
	}
	refused("another dimension for a known ID", []rag.Vector{vec("a", 1, 0, 0)})
	wantMissing(t, s, []string{"a", "x", "bad"}, "x", "bad")
	wantNearest(t, s, []float32{1, 0}, 5, "a")
	if m, _ := s.Nearest(t.Context(), []float32{1, 0}, 1); len(m) == 1 && math.Abs(m[0].Score-1) > tolerance {
		t.Errorf("a refused Put replaced a vector: score %v, want 1", m[0].Score)
	}
}

func storeCopies(t *testing.T, s rag.VectorStore) {
	values := []float32{1, 0}
	must(t, s.Put(t.Context(), []rag.Vector{{ID: "a", Values: values}, vec("b", 1, 1)}))
	values[0], values[1] = float32(math.NaN()), 7
	wantNearest(t, s, []float32{1, 0}, 2, "a", "b")
	query := []float32{3, 4}
	if _, err := s.Nearest(t.Context(), query, 2); err != nil || query[0] != 3 || query[1] != 4 {
		t.Errorf("Nearest changed the caller's query to %v (%v)", query, err)
	}
}

func storeExtremes(t *testing.T, s rag.VectorStore) {
	const big, small = math.MaxFloat32, math.SmallestNonzeroFloat32
	must(t, s.Put(t.Context(), []rag.Vector{vec("big", big, big), vec("small", small, 0), vec("minus", -big, 0)}))
	wantNearest(t, s, []float32{1, 0}, 3, "small", "big", "minus")
	wantNearest(t, s, []float32{big, 0}, 3, "small", "big", "minus")
	wantNearest(t, s, []float32{0, small}, 1, "big")
}

func storeDelete(t *testing.T, s rag.VectorStore) {
	ctx := t.Context()
	must(t, s.Put(ctx, []rag.Vector{vec("a", 1, 0), vec("b", 1, 1), vec("c", 0, 1)}))
	must(t, s.Delete(ctx, nil))
	must(t, s.Delete(ctx, []string{}))
	must(t, s.Delete(ctx, []string{"unknown", ""}))
	wantNearest(t, s, []float32{1, 0}, 9, "a", "b", "c")
	must(t, s.Delete(ctx, []string{"b", "unknown", "b"}))
	wantNearest(t, s, []float32{1, 0}, 9, "a", "c")
	wantMissing(t, s, []string{"a", "b", "c"}, "b")
	must(t, s.Put(ctx, []rag.Vector{vec("b", 1, 1)}))
	wantNearest(t, s, []float32{1, 0}, 9, "a", "b", "c")
}

func storeDimension(t *testing.T, s rag.VectorStore) {
	ctx := t.Context()
	must(t, s.Put(ctx, []rag.Vector{vec("a", 1, 0), vec("b", 0, 1)}))
	must(t, s.Delete(ctx, []string{"a"}))
	if err := s.Put(ctx, []rag.Vector{vec("c", 1, 0, 0)}); !errors.Is(err, rag.ErrDimension) {
		t.Errorf("another dimension while a vector was left: %v, want ErrDimension", err)
	}
	if _, err := s.Nearest(ctx, []float32{1, 0, 0}, 1); !errors.Is(err, rag.ErrDimension) {
		t.Errorf("a query of another dimension: %v, want ErrDimension", err)
	}
	must(t, s.Delete(ctx, []string{"b"}))
	wantNearest(t, s, []float32{1, 0}, 3)
	must(t, s.Put(ctx, []rag.Vector{vec("c", 1, 0, 0)}))
	wantNearest(t, s, []float32{1, 0, 0}, 3, "c")
}

func storeK(t *testing.T, s rag.VectorStore) {
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 3, 0), vec("b", 2, 1), vec("c", 0, 5)}))
	for k, want := range map[int][]string{
		math.MinInt: nil, -1: nil, 0: nil, 1: {"a"}, 2: {"a", "b"},
		3: {"a", "b", "c"}, 4: {"a", "b", "c"}, 1 << 20: {"a", "b", "c"}, math.MaxInt: {"a", "b", "c"},
	} {
		wantNearest(t, s, []float32{1, 0}, k, want...)
	}
}

func storeTies(t *testing.T, s rag.VectorStore) {
	var vectors []rag.Vector
	for i := range 200 {
		v := vec(fmt.Sprintf("tie%03d", i), 0.6, 0.3, 0.1)
		if i%10 == 0 {
			v = vec(fmt.Sprintf("best%03d", i), 1, 0, 0)
		}
		vectors = append(vectors, v)
	}
	var want []string
	for i := range vectors {
		v := vectors[i*77%len(vectors)] // all of them, in another order than that of their IDs
		must(t, s.Put(t.Context(), []rag.Vector{v}))
		want = append(want, v.ID)
	}
	slices.Sort(want) // "best…" comes before "tie…"
	for _, k := range []int{1, 7, 20, 21, 50, 199, 200, 300} {
		wantNearest(t, s, []float32{1, 0, 0}, k, want[:min(k, len(want))]...)
	}
}

func storeBadQueries(t *testing.T, s rag.VectorStore) {
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 1, 0)}))
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, query := range [][]float32{nil, {}, {1}, {1, 0, 0}, {nan, 0}, {1, nan}, {inf, 0}, {0, 0}} {
		if m, err := s.Nearest(t.Context(), query, 1); err == nil {
			t.Errorf("Nearest(%v) = %v, want an error", query, m)
		}
		if m, err := s.Scores(t.Context(), query, []string{"a"}); err == nil {
			t.Errorf("Scores(%v) = %v, want an error", query, m)
		}
	}
}

func storeCancelled(t *testing.T, s rag.VectorStore) {
	must(t, s.Put(t.Context(), []rag.Vector{vec("a", 1, 0)}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, missing := s.Missing(ctx, []string{"a"})
	_, nearest := s.Nearest(ctx, []float32{1, 0}, 1)
	for method, err := range map[string]error{
		"Missing": missing, "Nearest": nearest,
		"Put":    s.Put(ctx, []rag.Vector{vec("a", 0, 1), vec("b", 1, 0)}),
		"Delete": s.Delete(ctx, []string{"a"}),
	} {
		wantCancelled(t, method, err)
	}
	wantMissing(t, s, []string{"a", "b"}, "b")
	m, err := s.Nearest(t.Context(), []float32{1, 0}, 5)
	if err != nil || len(m) != 1 || math.Abs(m[0].Score-1) > tolerance {
		t.Errorf("cancelled calls changed the store: %v, %v", m, err)
	}
}

func storeNaive(t *testing.T, s rag.VectorStore) {
	const dimension = 24
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same vectors every time
	var naive Store
	var ids []string
	for i := range 600 {
		v := randomVector(r, fmt.Sprintf("p%03d", i), dimension)
		ids = append(ids, v.ID)
		must(t, s.Put(t.Context(), []rag.Vector{v}))
		must(t, naive.Put(t.Context(), []rag.Vector{v}))
	}
	gone := ids[100:250]
	must(t, s.Delete(t.Context(), gone))
	must(t, naive.Delete(t.Context(), gone))
	wantMissing(t, s, ids, gone...)
	for range 20 {
		query := randomVector(r, "query", dimension).Values
		all, err := naive.Nearest(t.Context(), query, len(ids))
		must(t, err)
		score := make(map[string]float64)
		for _, m := range all {
			score[m.ID] = m.Score
		}
		got, err := s.Nearest(t.Context(), query, 40)
		must(t, err)
		if len(got) != 40 {
			t.Fatalf("%d matches, want 40", len(got))
		}
		for i, m := range got {
			// By score, since an order within rounding is as good as the other.
			if math.Abs(m.Score-all[i].Score) > tolerance || math.Abs(m.Score-score[m.ID]) > tolerance {
				t.Fatalf("place %d: %v; the naive scan has %v, and %v for this ID", i, m, all[i], score[m.ID])
			}
			if i > 0 && got[i-1].Score < m.Score {
				t.Fatalf("place %d: %v stands after %v", i, m, got[i-1])
			}
		}
	}
}

func storeScores(t *testing.T, s rag.VectorStore) {
	if m, err := s.Scores(t.Context(), []float32{1, 0}, []string{"a"}); err != nil || len(m) != 0 {
		t.Errorf("Scores in an empty store: %v, %v", m, err)
	}
	r := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // random vectors, no secrets
	var ids []string
	for i := range 50 {
		v := randomVector(r, fmt.Sprintf("p%03d", i), 24)
		ids = append(ids, v.ID)
		must(t, s.Put(t.Context(), []rag.Vector{v}))
	}
	query := randomVector(r, "query", 24).Values
	nearest, err := s.Nearest(t.Context(), query, 50)
	must(t, err)
	want := make(map[string]float64)
	for _, m := range nearest {
		want[m.ID] = m.Score
	}
	asked := append([]string{"unknown", "", "p007"}, ids...)
	got, err := s.Scores(t.Context(), query, asked)
	must(t, err)
	if len(got) != len(ids)+1 {
		t.Fatalf("%d scores, want %d", len(got), len(ids)+1)
	}
	for i, m := range got {
		if m.ID != asked[i+2] || m.Score != want[m.ID] {
			t.Errorf("Scores: %v in place %d, want %q with Nearest's %v", m, i, asked[i+2], want[m.ID])
		}
	}
	must(t, s.Delete(t.Context(), []string{"p007"}))
	if m, err := s.Scores(t.Context(), query, []string{"p007"}); err != nil || len(m) != 0 {
		t.Errorf("the score of a deleted vector: %v, %v", m, err)
	}
}

func storeConcurrent(t *testing.T, s rag.VectorStore) {
	ctx := t.Context()
	must(t, s.Put(ctx, []rag.Vector{vec("anchor", 1, 0, 0)}))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 30 {
				id := fmt.Sprintf("w%d-%d", w, i%7)
				if err := s.Put(ctx, []rag.Vector{vec(id, 1, float32(i+1), 0), vec(id+"b", 0, 1, 1)}); err != nil {
					t.Errorf("Put: %v", err)
				}
				m, err := s.Nearest(ctx, []float32{1, 0, 0}, 3)
				if err != nil || len(m) == 0 || m[0].ID != "anchor" {
					t.Errorf("Nearest: %v, %v; want the anchor first", m, err)
				}
				if missing, err := s.Missing(ctx, []string{"anchor", id, "never"}); err != nil || !slices.Equal(missing, []string{"never"}) {
					t.Errorf("Missing: %q, %v", missing, err)
				}
				if err := s.Delete(ctx, []string{id, id + "b"}); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
	}
	wg.Wait()
	wantNearest(t, s, []float32{1, 0, 0}, 9, "anchor")
}

func vec(id string, values ...float32) rag.Vector { return rag.Vector{ID: id, Values: values} }

func randomVector(r *rand.Rand, id string, dimension int) rag.Vector {
	values := make([]float32, dimension)
	for i := range values {
		values[i] = float32(r.NormFloat64())
	}
	return rag.Vector{ID: id, Values: values}
}

func wantNearest(t *testing.T, s rag.VectorStore, query []float32, k int, want ...string) {
	t.Helper()
	matches, err := s.Nearest(t.Context(), query, k)
	if err != nil {
		t.Errorf("Nearest(%v, %d): %v", query, k, err)
		return
	}
	var got []string
	for _, m := range matches {
		got = append(got, m.ID)
		if !(m.Score >= -1 && m.Score <= 1) {
			t.Errorf("Nearest(%v, %d): score %v of %q is no cosine", query, k, m.Score, m.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("Nearest(%v, %d) = %q, want %q", query, k, got, want)
	}
}

func wantMissing(t *testing.T, s rag.VectorStore, ids []string, want ...string) {
	t.Helper()
	if got, err := s.Missing(t.Context(), ids); err != nil || !slices.Equal(got, want) {
		t.Errorf("Missing(%q) = %q, %v; want %q", ids, got, err, want)
	}
}
