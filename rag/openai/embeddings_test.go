package openai

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func quickEmbeddings(base string) *Embeddings {
	return &Embeddings{BaseURL: base, Key: secret, Name: "e", FirstWait: time.Millisecond}
}

func texts(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("第%d段：大模型", i)
	}
	return out
}

// near fails unless got are the vectors that the fake makes of texts.
func near(t *testing.T, got [][]float32, texts []string, dimensions int) {
	t.Helper()
	if len(got) != len(texts) {
		t.Fatalf("%d vectors for %d texts", len(got), len(texts))
	}
	for i, text := range texts {
		want := openaitest.Characters(text, dimensions)
		for j := range want {
			if len(got[i]) != dimensions || math.Abs(float64(got[i][j]-want[j])) > 1e-6 {
				t.Fatalf("vector %d is not that of %q", i, text)
			}
		}
	}
}

func TestEmbedPassages(t *testing.T) {
	t.Parallel()
	failing := func(status, times int) fault {
		return fault{Kind: openaitest.ErrorStatus, Status: status, Times: times, Body: "upstream words " + secret}
	}
	tests := []struct {
		name     string
		fault    fault
		kind     rag.ErrorKind
		requests int
	}{
		{"plain", fault{}, "", 1},
		{"shuffled", fault{Kind: openaitest.Shuffled}, "", 1},
		{"without index", fault{Kind: openaitest.NoIndex}, "", 1},
		{"not of unit length", fault{Kind: openaitest.Longer, N: 7}, "", 1},
		{"500 twice", failing(500, 2), "", 3},
		{"429 with Retry-After", fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "0.01", Times: 3}, "", 4},
		{"503 always", failing(503, 99), rag.ErrorUnavailable, 5},
		{"401", failing(401, 99), rag.ErrorAuth, 1},
		{"404", failing(404, 99), rag.ErrorRequest, 1},
		{"connection lost once", fault{Kind: openaitest.Abort}, "", 2},
		{"fewer", fault{Kind: openaitest.Fewer}, rag.ErrorProtocol, 1},
		{"other dimension", fault{Kind: openaitest.Dimension, N: 3}, rag.ErrorProtocol, 1},
		{"no dimension", fault{Kind: openaitest.Dimension, N: 0}, rag.ErrorProtocol, 1},
		{"NaN", fault{Kind: openaitest.NaN}, rag.ErrorProtocol, 1},
		{"overflow", fault{Kind: openaitest.Huge}, rag.ErrorProtocol, 1},
		{"zero", fault{Kind: openaitest.Zero}, rag.ErrorProtocol, 1},
		{"index twice", fault{Kind: openaitest.Twice}, rag.ErrorProtocol, 1},
		{"base64", fault{Kind: openaitest.Base64}, rag.ErrorProtocol, 1},
		{"HTML", fault{Kind: openaitest.HTML}, rag.ErrorProtocol, 1},
		{"empty body", fault{Kind: openaitest.Raw}, rag.ErrorProtocol, 1},
		{"null", fault{Kind: openaitest.Raw, Body: "null"}, rag.ErrorProtocol, 1},
		{"index out of range", fault{Kind: openaitest.Raw, Body: `{"data":[{"index":5,"embedding":[1]},{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}]}`}, rag.ErrorProtocol, 1},
		{"error with status 200", fault{Kind: openaitest.Raw, Body: `{"error":{"message":"upstream words","code":"invalid_api_key"}}`}, rag.ErrorAuth, 1},
		{"too much", fault{Kind: openaitest.Raw, Body: strings.Repeat(" ", 1<<20)}, rag.ErrorProtocol, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{})
			if test.fault.Kind != "" {
				s.Script(test.fault)
			}
			e := quickEmbeddings(base)
			e.MaxBytes = 1 << 19
			got, err := e.EmbedPassages(t.Context(), texts(3))
			if kind := kindOf(t, err, base); kind != test.kind {
				t.Errorf("kind %q, want %q (%v)", kind, test.kind, err)
			}
			if err == nil {
				near(t, got, texts(3), 64)
			}
			if n := len(s.Requests("")); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
		})
	}
}

func TestEmbedBatches(t *testing.T) {
	t.Parallel()
	long := append(texts(3), strings.Repeat("长", 50), "短")
	tests := []struct {
		name         string
		texts        []string
		batch, chars int
		maxBatch     int
		requests     int
	}{
		{"by count", texts(25), 10, 0, 0, 3},
		{"by default", texts(21), 0, 0, 0, 3},
		{"by characters", long, 10, 20, 0, 4},
		{"halved where the server takes less", texts(8), 8, 0, 3, 7},
		{"none", nil, 10, 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{MaxBatch: test.maxBatch})
			e := quickEmbeddings(base)
			e.Batch, e.MaxBatchChars = test.batch, test.chars
			got, err := e.EmbedPassages(t.Context(), test.texts)
			if err != nil {
				t.Fatal(err)
			}
			near(t, got, test.texts, 64)
			if n := len(s.Requests("")); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if s.Embedded() != len(test.texts) {
				t.Errorf("%d texts embedded of %d", s.Embedded(), len(test.texts))
			}
		})
	}
}

func TestEmbedParallelIsBounded(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	full := make(chan struct{})
	_, base := serve(t, &openaitest.Server{Embed: func(text string, n int) []float32 {
		defer now.Add(-1)
		if running := now.Add(1); running > most.Load() {
			most.Store(running)
			if running == 3 {
				close(full)
			}
		}
		select {
		case <-full: // the first wait for each other
		case <-time.After(5 * time.Second):
		}
		return openaitest.Characters(text, n)
	}})
	e := quickEmbeddings(base)
	e.Batch, e.Parallel = 1, 3
	got, err := e.EmbedPassages(t.Context(), texts(12))
	if err != nil {
		t.Fatal(err)
	}
	near(t, got, texts(12), 64)
	if most.Load() != 3 {
		t.Errorf("%d requests at a time, want 3", most.Load())
	}
}

func TestEmbedOneFailureEndsAll(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	s.Script(fault{Kind: openaitest.Silent}, fault{Kind: openaitest.ErrorStatus, Status: 403})
	e := quickEmbeddings(base)
	e.Batch = 1
	_, err := e.EmbedPassages(t.Context(), texts(20))
	if kind := kindOf(t, err, base); kind != rag.ErrorAuth {
		t.Errorf("got %v", err)
	}
	gone(t, s)
	if n := len(s.Requests("")); n > 3 {
		t.Errorf("%d requests after the failure", n)
	}
}

func TestEmbedTextTooLong(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{MaxChars: 30})
	_, err := quickEmbeddings(base).EmbedPassages(t.Context(), append(texts(4), strings.Repeat("长", 31)))
	if kind := kindOf(t, err, base); kind != rag.ErrorRequest || !strings.Contains(err.Error(), "longer than the model can read") {
		t.Errorf("got %v", err)
	}
}

func TestEmbedBlankAndBroken(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	got, err := quickEmbeddings(base).EmbedPassages(t.Context(), []string{"", " \n\t", "\xff", "好"})
	if err != nil {
		t.Fatal(err)
	}
	near(t, got, []string{"-", "-", "\uFFFD", "好"}, 64)
	if s.Requests("")[0].Input[0] != "-" {
		t.Errorf("sent %q", s.Requests("")[0].Input)
	}
}

func TestEmbedDimensionIsRemembered(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	e := quickEmbeddings(base)
	if _, err := e.EmbedQuery(t.Context(), "一"); err != nil {
		t.Fatal(err)
	}
	s.Script(fault{Kind: openaitest.Dimension, N: 63})
	if _, err := e.EmbedQuery(t.Context(), "二"); kindOf(t, err, base) != rag.ErrorProtocol {
		t.Errorf("another dimension in a later call: %v", err)
	}
	if _, err := e.EmbedQuery(t.Context(), "二"); err != nil {
		t.Errorf("a good answer after another dimension: %v", err)
	}
	s.Script(fault{Kind: openaitest.Dimension, N: 63}, fault{Kind: openaitest.Dimension, N: 63})
	_, first := e.EmbedQuery(t.Context(), "二")
	if _, err := e.EmbedQuery(t.Context(), "二"); first == nil || err != nil {
		t.Errorf("another dimension twice: %v, then %v", first, err)
	}
	e = quickEmbeddings(base)
	e.Dimensions = 32
	got, err := e.EmbedPassages(t.Context(), texts(2))
	if err != nil {
		t.Fatal(err)
	}
	near(t, got, texts(2), 32)
	s.Script(fault{Kind: openaitest.Dimension, N: 64})
	if _, err := e.EmbedQuery(t.Context(), "三"); kindOf(t, err, base) != rag.ErrorProtocol {
		t.Errorf("a dimension that was not asked for: %v", err)
	}
	if quickEmbeddings(base).Model() != "openai:e" || e.Model() != "openai:e/32" {
		t.Errorf("models %q", e.Model())
	}
}

func TestEmbedTimeouts(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	e := quickEmbeddings(base)
	e.Timeout, e.QueryTimeout = 300*time.Millisecond, time.Minute
	s.Script(fault{Kind: openaitest.Silent})
	if _, err := e.EmbedPassages(t.Context(), texts(1)); err != nil {
		t.Errorf("one timeout was not tried again: %v", err)
	}
	s.Script(fault{Kind: openaitest.Silent, Times: 2})
	if _, err := e.EmbedPassages(t.Context(), texts(1)); kindOf(t, err, base) != rag.ErrorTimeout {
		t.Errorf("two timeouts: %v", err)
	}
	if n := len(s.Requests("")); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
	s.Reset()
	e.Timeout, e.QueryTimeout = time.Minute, 300*time.Millisecond
	s.Script(fault{Kind: openaitest.Silent}, fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "20"})
	if _, err := e.EmbedQuery(t.Context(), "q"); kindOf(t, err, base) != rag.ErrorTimeout {
		t.Errorf("a question waits: %v", err)
	}
	if _, err := e.EmbedQuery(t.Context(), "q"); kindOf(t, err, base) != rag.ErrorRateLimited {
		t.Errorf("a question waits for a limit: %v", err)
	}
	s.Reset()
	e.QueryTimeout = time.Minute
	s.Script(fault{Kind: openaitest.ErrorStatus, Status: 503, Times: 9})
	if _, err := e.EmbedQuery(t.Context(), "q"); kindOf(t, err, base) != rag.ErrorUnavailable || len(s.Requests("")) != 2 {
		t.Errorf("a question tried %d times: %v", len(s.Requests("")), err)
	}
}

func TestEmbedCancelled(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	s.Script(fault{Kind: openaitest.Silent, Times: 3})
	ctx := cancelledOnArrival(t, s, 2)
	if _, err := quickEmbeddings(base).EmbedPassages(ctx, texts(50)); !errors.Is(err, context.Canceled) {
		t.Errorf("passages: %v", err)
	}
	gone(t, s)
	if _, err := quickEmbeddings(base).EmbedQuery(ctx, "q"); !errors.Is(err, context.Canceled) {
		t.Errorf("query: %v", err)
	}
	if _, err := quickEmbeddings(base).EmbedPassages(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing to embed, but cancelled: %v", err)
	}
}
