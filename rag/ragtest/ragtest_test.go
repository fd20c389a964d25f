package ragtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	ragtest.TestVectorStore(t, func(*testing.T) rag.VectorStore { return new(ragtest.Store) })
}

func TestCache(t *testing.T) {
	t.Parallel()
	ragtest.TestCache(t, func(*testing.T) rag.Cache { return new(ragtest.Cache) })
}

func TestEmbedder(t *testing.T) {
	t.Parallel()
	ragtest.TestEmbedder(t, new(ragtest.Embedder))
}

func TestEmbedderCountsAndFails(t *testing.T) {
	t.Parallel()
	e := &ragtest.Embedder{Dim: 8, Name: "other"}
	if v, err := e.EmbedPassages(t.Context(), []string{"a", "b"}); err != nil || len(v) != 2 || len(v[0]) != 8 {
		t.Fatalf("%v, %v", v, err)
	}
	down := errors.New("down")
	e.Fail(down)
	if _, err := e.EmbedPassages(t.Context(), []string{"c"}); !errors.Is(err, down) {
		t.Errorf("got %v, want %v", err, down)
	}
	if _, err := e.EmbedQuery(t.Context(), "c"); !errors.Is(err, down) {
		t.Errorf("got %v, want %v", err, down)
	}
	e.Fail(nil)
	if _, err := e.EmbedQuery(t.Context(), "c"); err != nil || e.Embedded() != 2 || e.Queries() != 1 || e.Model() != "other" {
		t.Errorf("%v, %d passages, %d queries, model %q", err, e.Embedded(), e.Queries(), e.Model())
	}
}

func TestChat(t *testing.T) {
	t.Parallel()
	down, enough := errors.New("down"), errors.New("enough")
	gate := make(chan struct{})
	chat := &ragtest.Chat{Replies: []ragtest.Reply{
		{Pieces: []string{"a", "b"}},
		{Thinks: []string{"hm"}, Pieces: []string{"c"}, Finish: "length"},
		{Pieces: []string{"d"}, Err: down},
		{Pieces: []string{"e", "f"}},
		{Pieces: []string{"g"}, Gate: gate},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i, want := range []struct {
		pieces []string
		finish string
		err    error
	}{
		{[]string{"a", "b"}, "stop", nil},
		{[]string{"(hm)", "c"}, "length", nil},
		{[]string{"d"}, "", down},
		{[]string{"e"}, "", enough},
		{nil, "", context.Canceled},
		{nil, "", context.Canceled},
	} {
		if i == 4 {
			cancel()
		}
		var pieces []string
		finish, err := chat.Chat(ctx, []rag.Message{{Role: "user", Content: "?"}}, func(p rag.Piece) error {
			if p.Thinking {
				pieces = append(pieces, "("+p.Text+")")
				return nil
			}
			pieces = append(pieces, p.Text)
			if p.Text == "e" {
				return enough
			}
			return nil
		})
		if !slices.Equal(pieces, want.pieces) || finish != want.finish || !errors.Is(err, want.err) {
			t.Errorf("call %d: %q, %q, %v; want %v", i, pieces, finish, err, want)
		}
		if calls := chat.Calls(); len(calls) != i+1 || calls[i][0].Content != "?" {
			t.Errorf("call %d was noted as %v", i, calls)
		}
	}
}
