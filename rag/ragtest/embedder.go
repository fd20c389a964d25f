package ragtest

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"

	"yinju/rag"
)

// TestEmbedder checks what rag.Embedder promises, of one embedder that is ready:
// on odd texts too every vector is finite, of unit length and of one dimension;
// a text's vector does not depend on the texts beside it, nor on the call; no
// slice is shared between calls; a cancelled context is its error.
func TestEmbedder(t *testing.T, e rag.Embedder) {
	texts := []string{
		"通义千问是阿里云的大模型。", "The model has 72 billion parameters.", "通义千问是阿里云的大模型。",
		"", " ", "\n\t", "。", "?!", "é e\u0301", "🙂👨‍👩‍👧", "\x00", "a\x00b", "\xff\xfe坏", "\ufeff", "1", "的",
		strings.Repeat("长文", 5000),
	}
	alone := make([][]float32, len(texts))
	for i, text := range texts {
		v, err := e.EmbedPassages(t.Context(), []string{text})
		if err != nil || len(v) != 1 {
			t.Fatalf("EmbedPassages(%.20q): %d vectors, %v", text, len(v), err)
		}
		alone[i] = v[0]
	}
	dimension := len(alone[0])
	together, err := e.EmbedPassages(t.Context(), texts)
	if err != nil || len(together) != len(texts) {
		t.Fatalf("EmbedPassages of %d texts: %d vectors, %v", len(texts), len(together), err)
	}
	for i, v := range together {
		wantUnit(t, texts[i], v, dimension)
		wantSame(t, "alone and among others", texts[i], alone[i], v)
	}
	for _, text := range texts {
		q, err := e.EmbedQuery(t.Context(), text)
		if err != nil {
			t.Fatalf("EmbedQuery(%.20q): %v", text, err)
		}
		wantUnit(t, text, q, dimension)
		before := append([]float32(nil), q...)
		clear(q)
		again, err := e.EmbedQuery(t.Context(), text)
		must(t, err)
		wantSame(t, "twice", text, before, again)
	}
	if cosine(alone[0], alone[1]) > 0.999 {
		t.Error("two texts that have nothing in common have the same vector")
	}
	embedderEdges(t, e)
	embedderConcurrent(t, e, texts, alone)
}

func embedderEdges(t *testing.T, e rag.Embedder) {
	for _, none := range [][]string{nil, {}} {
		if v, err := e.EmbedPassages(t.Context(), none); err != nil || len(v) != 0 {
			t.Errorf("EmbedPassages of no text: %v, %v", v, err)
		}
	}
	if first, second := e.Model(), e.Model(); first == "" || first != second {
		t.Errorf("Model() = %q, then %q; want a lasting name", first, second)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := e.EmbedPassages(ctx, []string{"a"})
	wantCancelled(t, "EmbedPassages", err)
	_, err = e.EmbedQuery(ctx, "a")
	wantCancelled(t, "EmbedQuery", err)
}

func embedderConcurrent(t *testing.T, e rag.Embedder, texts []string, want [][]float32) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range texts {
				i = (i + w) % len(texts)
				v, err := e.EmbedPassages(t.Context(), texts[i:i+1])
				if err != nil || len(v) != 1 {
					t.Errorf("at once: EmbedPassages(%.20q): %d vectors, %v", texts[i], len(v), err)
					return
				}
				wantSame(t, "at once", texts[i], want[i], v[0])
			}
		})
	}
	wg.Wait()
}

func wantUnit(t *testing.T, text string, v []float32, dimension int) {
	t.Helper()
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	// NaN and Inf fail here too.
	if len(v) != dimension || dimension == 0 || !(math.Abs(squares-1) < 1e-4) {
		t.Errorf("vector of %.20q: %d dimensions (want %d), squared length %v (want 1)", text, len(v), dimension, squares)
	}
}

func wantSame(t *testing.T, when, text string, a, b []float32) {
	t.Helper()
	if len(a) != len(b) || !(cosine(a, b) > 0.9999) {
		t.Errorf("%s: %.20q has two vectors", when, text)
	}
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range min(len(a), len(b)) {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}
