package rag

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// trials make questions whose right article (0) the words and the vectors put at a rank
// each, among others that they score in the same even steps.
func trials(n int, words, vectors func(rng *rand.Rand) int) []weighTrial {
	rng := rand.New(rand.NewPCG(3, 4))
	list := make([]weighTrial, n)
	for i := range list {
		list[i].right = []int{0}
		lexical, dense := rng.Perm(20), rng.Perm(20)
		place := func(order []int, rank int) {
			for at, v := range order {
				if v == rank {
					order[0], order[at] = order[at], order[0]
				}
			}
		}
		place(lexical, words(rng))
		place(dense, vectors(rng))
		for article := range 20 {
			list[i].candidates = append(list[i].candidates, weighCandidate{article, 1 - float64(lexical[article])/20, 1 - float64(dense[article])/20})
		}
	}
	return list
}

func TestWeightIsChosenForWhatTheVectorsAreWorth(t *testing.T) {
	t.Parallel()
	always := func(rank int) func(*rand.Rand) int { return func(*rand.Rand) int { return rank } }
	random := func(rng *rand.Rand) int { return rng.IntN(20) }
	near := func(rng *rand.Rand) int { return rng.IntN(4) }
	for name, c := range map[string]struct {
		words, vectors func(*rand.Rand) int
		least, most    float64
	}{
		"vectors that see everything":   {near, always(0), 0.5, 1},
		"vectors that see nothing":      {near, random, 0, 0},
		"vectors no better than needed": {always(0), always(0), 0, 0},
		"both see half":                 {near, near, 0.2, 0.8},
		"words that see nothing":        {random, near, 0.6, 1},
	} {
		table := newWeighTable(trials(200, c.words, c.vectors))
		step := table.choose()
		if w := float64(step) / weighSteps; w < c.least || w > c.most {
			t.Errorf("%s: weight %v, want %v to %v", name, w, c.least, c.most)
		}
		if mean(table[step]) < mean(table[0]) {
			t.Errorf("%s: MRR %v, by words alone %v", name, mean(table[step]), mean(table[0]))
		}
	}
	if got := newWeighTable(nil).choose(); got != 0 {
		t.Errorf("without questions the step is %d", got)
	}
}

func TestReciprocalRank(t *testing.T) {
	t.Parallel()
	trial := weighTrial{right: []int{7, 9}, candidates: []weighCandidate{
		{1, 1, 0.2}, {1, 0.9, 0.1}, {7, 0.8, 0.5}, {2, 0.8, 0.4}, {9, 0.3, 1}, {3, 0, 0},
	}}
	for weight, want := range map[float64]float64{0: 1 / 2.5, 0.5: 1, 1: 1} {
		if got := trial.reciprocal(weight); math.Abs(got-want) > 1e-9 {
			t.Errorf("at %v: %v, want %v", weight, got, want)
		}
	}
	if got := (weighTrial{right: []int{3}, candidates: trial.candidates}).reciprocal(0); got != 0 {
		t.Errorf("what neither finds: %v", got)
	}
	var many weighTrial
	for i := range 30 {
		many.candidates = append(many.candidates, weighCandidate{i, 0.5, 0.5})
	}
	many.right = []int{4}
	if got := many.reciprocal(0.5); got != 0 {
		t.Errorf("one of 30 equals: %v", got)
	}
}

func TestAKindOfQuestionThatTheVectorsCannotReadIsLeftOut(t *testing.T) {
	t.Parallel()
	see, blinded := func(*rand.Rand) int { return 0 }, func(*rand.Rand) int { return 19 }
	var questions []selfMade
	tried := append(trials(60, see, see), trials(60, see, blinded)...)
	for i := range tried {
		questions = append(questions, selfMade{title: i >= 60})
	}
	if got := telling(tried, questions); len(got) != 60 || got[0].reciprocal(1) != 1 {
		t.Errorf("%d of 120 questions are left", len(got))
	}
	if got := telling(tried[60:], questions[60:]); len(got) != 60 {
		t.Errorf("of one kind only: %d of 60 are left", len(got))
	}
	for i := range tried {
		questions[i].title = i%2 == 0
	}
	if got := telling(tried, questions); len(got) != 120 {
		t.Errorf("both kinds are seen as badly: %d of 120 are left", len(got))
	}
}

func TestWeightIsOutdatedByAFifth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		then, now int
		want      bool
	}{{0, 100, true}, {100, 100, false}, {100, 120, false}, {100, 121, true}, {100, 80, false}, {100, 79, true}, {1, 2, true}} {
		if got := (weighed{Passages: c.then}).outdated(c.now); got != c.want {
			t.Errorf("%d passages then, %d now: %v", c.then, c.now, got)
		}
	}
}

func TestTryEach(t *testing.T) {
	t.Parallel()
	x := &Index{}
	x.init()
	var seen [50]bool
	if done, err := x.tryEach(t.Context(), 50, func(_ context.Context, i int) error { seen[i] = true; return nil }); done != 50 || err != nil {
		t.Errorf("%d done, %v", done, err)
	}
	for i := range seen {
		if !seen[i] {
			t.Errorf("%d was not tried", i)
		}
	}
	broken := errors.New("broken")
	if _, err := x.tryEach(t.Context(), 50, func(ctx context.Context, i int) error {
		if i == 7 {
			return fmt.Errorf("question %d: %w", i, broken)
		}
		return nil
	}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := x.tryEach(ctx, 50, func(ctx context.Context, _ int) error { cancel(); <-ctx.Done(); return ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	x.WeighTime = -1
	if done, err := x.tryEach(t.Context(), 50, nil); done != 0 || err != nil {
		t.Errorf("without time: %d done, %v", done, err)
	}
}

func TestWeighingInWords(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]Weighing{
		"embedder m: weight 0.35, +2.1 MRR points on 200 questions made out of the articles (91.2 % by words alone, 93.3 % with vectors)": {
			Embedder: "m", Weight: 0.35, Questions: 200, Words: 91.2, Fused: 93.3,
		},
		"embedder m: fills the last places only, for on 200 questions made out of the articles it is no better than words alone (MRR 91.2 %; vectors alone 12.0 %)": {
			Embedder: "m", Questions: 200, Words: 91.2, Dense: 12,
		},
		"embedder m: weight 0.50. The weight is set.":                {Embedder: "m", Weight: 0.5, Reason: "The weight is set."},
		"embedder m: fills the last places only. The weight is set.": {Embedder: "m", Reason: "The weight is set."},
		"embedder m: weight 0.40. Too few.":                          {Embedder: "m", Weight: 0.4, Questions: 3, Words: 50, Fused: 60, Reason: "Too few."},
	} {
		if got := w.Sentence(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
