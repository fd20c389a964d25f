package bm25

import (
	"math"
	"strings"
	"testing"
)

func TestScoreAs(t *testing.T) {
	t.Parallel()
	docs := []string{"a b c d", "a a b", "c d e f g"}
	x := build(docs...)
	q := []Term{{"a", 1}, {"c", 0.5}, {"a", 1}, {"z", 1}, {"d", 0}}
	for _, h := range x.Search(q, 3, nil) {
		if got := x.ScoreAs(h.Doc, strings.Fields(docs[h.Doc]), q); math.Abs(got-h.Score) > 1e-6 {
			t.Errorf("document %d as it is: %v, want %v", h.Doc, got, h.Score)
		}
	}
	for terms, doc := range map[string]int{"b d": 0, "": 1, "x y": 2} {
		if got := x.ScoreAs(doc, strings.Fields(terms), q); got != 0 {
			t.Errorf("document %d as %q: %v, want 0", doc, terms, got)
		}
	}
	if less, all := x.ScoreAs(1, []string{"a", "b"}, q), x.ScoreAs(1, []string{"a", "a", "b"}, q); less <= 0 || less >= all {
		t.Errorf("with one a %v, with two %v", less, all)
	}
}
