package main

import (
	"math"
	"slices"
	"testing"
)

// The curve is that of the scores: two of four absent questions lie below every
// answerable one, the third below one of the two, the last above both.
func TestRefusalCurve(t *testing.T) {
	t.Parallel()
	var scores []score
	for _, v := range []float64{0.1, 0.2, 0.6, 0.9} {
		scores = append(scores, score{value: v, refuse: true})
	}
	scores = append(scores, score{value: 0.5}, score{value: 0.8})
	slices.SortFunc(scores, func(a, b score) int { return int(math.Copysign(1, a.value-b.value)) })
	if got, want := rocCurve(scores, 100), []float64{0, 0, 0, 25, 0, 50, 50, 50, 50, 75, 100, 75, 100, 100}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := rocCurve(scores, 20), []float64{0, 0, 0, 25, 0, 50, 20, 50}; !slices.Equal(got, want) {
		t.Errorf("cut: %v, want %v", got, want)
	}
	if rocCurve(scores[:2], 20) != nil {
		t.Error("a curve of one side")
	}
}

// Every question is in a bar, whatever its time.
func TestHistogramHoldsAll(t *testing.T) {
	t.Parallel()
	for _, times := range [][]float64{{0}, {1}, {0.001, 10, 10, 99999}, {0.99, 1, 1.01, 10, 100}} {
		d := histogram("t", times)
		for _, r := range d.Rects {
			if !(r.X >= marginLeft-1 && r.X+r.W <= plotWidth && r.Y >= 0 && r.H > 0) {
				t.Errorf("%v: a bar outside: %+v", times, r)
			}
		}
		// Heights are counts: the whole plot stands for a multiple of four, at least four.
		sum := 0.0
		for _, r := range d.Rects {
			sum += r.H / (plotHeight - marginTop - marginFoot) * 4
		}
		if math.Abs(sum-float64(len(times))) > 1e-9 && len(times) <= 4 {
			t.Errorf("%v: bars hold %v", times, sum)
		}
	}
}

func TestShortenKeepsTheBeginning(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"一二三": "一二三", "一 二\n三四": "一 …", "": ""} {
		if got := shorten(text, 3); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWorstMistakesOfEachSetInTurn(t *testing.T) {
	t.Parallel()
	missed := func(q string, ranks ...int) trial {
		return trial{outcome: outcome{Question: q, Right: 1, Ranks: ranks}}
	}
	r := &report{Sets: []*setResult{
		{Name: "a", trials: []trial{missed("a2", 2), missed("a∞"), missed("a1", 1), missed("a9", 9)}},
		{Name: "b", trials: []trial{missed("b3", 3)}},
	}}
	m := r.mistakesOf(kindsOfMistake[0], 3)
	var asked []string
	for _, e := range m.Examples {
		asked = append(asked, e.Question)
	}
	if m.Of != 4 || !slices.Equal(asked, []string{"a∞", "b3", "a9"}) {
		t.Errorf("%d, %v", m.Of, asked)
	}
}
