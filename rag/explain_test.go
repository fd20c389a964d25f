package rag_test

import (
	"slices"
	"testing"

	"yinju/rag"
)

// What is told of a passage: each of its terms once, the rarest first, with what it adds.
func TestExplainedTermsAreWeighed(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果树在山上", "b.md": "苹果甜", "c.md": "苹果贵", "d.md": "梨"}))
	reload(t, x)
	r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果山"})
	if err != nil {
		t.Fatal(err)
	}
	h := r.Hits[0]
	if h.Article.Path != "a.md" || len(h.Matched) != len(h.Terms) || h.Matched[0].Term != "山" || h.Lost != 0 {
		t.Fatalf("%s: terms %v, matched %v, lost %v", h.Article.Path, h.Terms, h.Matched, h.Lost)
	}
	for i, m := range h.Matched {
		if m.Weight <= 0 || i > 0 && m.Weight > h.Matched[i-1].Weight || !slices.Contains(h.Terms, m.Term) {
			t.Errorf("matched %v of %v", h.Matched, h.Terms)
		}
	}
}
