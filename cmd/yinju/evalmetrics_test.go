package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"yinju/corpus"
	"yinju/rag"
)

// valueOf computes one metric; NaN if there is nothing to measure.
func valueOf(t *testing.T, name string, outcomes []outcome, weights []float64) float64 {
	t.Helper()
	for _, m := range metrics {
		if m.name == name {
			if value, ok := m.over(outcomes)(weights); ok {
				return value
			}
			return math.NaN()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

func TestMetricsByHand(t *testing.T) {
	t.Parallel()
	ranked := []outcome{
		{Right: 3, Ranks: []int{2, 5}},
		{Right: 1, Ranks: []int{1}},
		{Right: 2, Ranks: []int{11, 40}},
		{Right: 1},
		{Unanswerable: true}, // no part of the rankings
	}
	// nDCG@10 of the first: (1/log2 3 + 1/log2 6) / (1 + 1/log2 3 + 1/log2 4).
	first := (0.6309297536 + 0.3868528072) / (1 + 0.6309297536 + 0.5)
	answers := []outcome{
		{Right: 1, Gold: 1, InFirst: true, InAnswer: true, InQuote: true, Chars: 40, Citations: 3, RightCitations: 1},
		{Right: 1, Gold: 2, InAnswer: true, Chars: 60, Citations: 1},
		{Right: 1, Gold: 1}, // not answered
		{Gold: 1, Chars: 200, Citations: 4},
		{Right: 1, Chars: 100, Citations: 2, RightCitations: 2, Refused: true},
		{Unanswerable: true, Chars: 500, Citations: 9, Refused: true},
		{Unanswerable: true},
	}
	scores := []outcome{
		{Right: 1, Coverage: 0.9, Near: &near{Coverage: 0.3}},
		{Right: 1, Coverage: 0.8, Near: &near{Coverage: 0.9, Refused: true}},
		{Right: 1, Coverage: 0.5},
		{Gold: 1, Coverage: 0.5},
		{Unanswerable: true, Coverage: 0.5},
		{Unanswerable: true, Coverage: 0.1, Refused: true},
		{Coverage: 0}, // neither answerable nor unanswerable: no part
	}
	for _, c := range []struct {
		name     string
		outcomes []outcome
		want     float64
	}{
		{"h1", ranked, 25},
		{"h5", ranked, 50},
		{"h10", ranked, 50},
		{"recall1", ranked, 25},
		{"recall3", ranked, 100 * (1.0/3 + 1) / 4},
		{"recall5", ranked, 100 * (2.0/3 + 1) / 4},
		{"recall10", ranked, 100 * (2.0/3 + 1) / 4},
		{"recall20", ranked, 100 * (2.0/3 + 1.5) / 4},
		{"recall50", ranked, 100 * (2.0/3 + 2) / 4},
		{"mrr10", ranked, 100 * 1.5 / 4},
		{"ndcg10", ranked, 100 * (first + 1) / 4},
		{"refusal_auroc", ranked[:4], math.NaN()},
		{"answer_any", ranked, math.NaN()},

		{"answer_first", answers, 25},
		{"answer_any", answers, 50},
		{"answer_quoted", answers, 25},
		{"answer_chars", answers, 100},
		{"citation_precision", answers, 50},
		{"citation_recall", answers, 100 * 2.0 / 3},
		{"refused", answers, 50},
		{"false_refused", answers, 20},

		// Of eight pairs: 0.9 and 0.8 win two each, each 0.5 wins one and ties one.
		{"refusal_auroc", scores, 100 * (2 + 2 + 1.5 + 1.5) / 8},
		{"threshold_at_5", scores, 0.5},
		{"refused_at_5", scores, 50},
		// Against 0.3 all four win; 0.9 ties with 0.9.
		{"near_auroc", scores, 100 * 4.5 / 8},
		{"near_refused_at_5", scores, 50},
		{"near_refused", scores, 50},
		{"near_auroc", answers, math.NaN()},
		{"near_refused", answers, math.NaN()},
	} {
		got := valueOf(t, c.name, c.outcomes, nil)
		if math.Abs(got-c.want) > 1e-6 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// The perfect order of more than ten right documents is 100.
func TestNDCGOfManyRightDocuments(t *testing.T) {
	t.Parallel()
	o := outcome{Right: 12}
	for r := range 12 {
		o.Ranks = append(o.Ranks, r+1)
	}
	if got := ndcg10(o); math.Abs(got-1) > 1e-12 {
		t.Errorf("%v", got)
	}
}

// Of 100 answerable questions five are 5 %: the threshold is the sixth-lowest score, and
// refuses what lies below it.
func TestThresholdAtFivePercent(t *testing.T) {
	t.Parallel()
	var outcomes []outcome
	for i := range 100 {
		outcomes = append(outcomes, outcome{Right: 1, Coverage: float64(i+1) / 128})
	}
	for _, c := range []float64{1.0 / 256, 11.0 / 256, 6.0 / 128, 0.5} {
		outcomes = append(outcomes, outcome{Unanswerable: true, Coverage: c})
	}
	if got := valueOf(t, "threshold_at_5", outcomes, nil); got != 6.0/128 {
		t.Errorf("threshold %v", got)
	}
	if got := valueOf(t, "refused_at_5", outcomes, nil); got != 50 {
		t.Errorf("refused %v", got)
	}
}

// randomOutcomes are deterministic.
func randomOutcomes(n int, seed uint64) []outcome {
	random := rand.New(rand.NewPCG(seed, 0))
	list := make([]outcome, n)
	for i := range list {
		o := outcome{Coverage: float64(random.IntN(20)) / 20, Refused: random.IntN(4) == 0, Chars: random.IntN(100), Citations: random.IntN(4)}
		if o.Unanswerable = random.IntN(3) == 0; !o.Unanswerable {
			o.Right, o.Gold = 1+random.IntN(3), random.IntN(2)
			o.InAnswer, o.InFirst = random.IntN(2) == 0, random.IntN(3) == 0
			o.RightCitations = min(o.Citations, random.IntN(2))
			if random.IntN(2) == 0 {
				o.Ranks = []int{1 + random.IntN(15)}
				o.Near = &near{Coverage: float64(random.IntN(20)) / 20}
			}
		}
		list[i] = o
	}
	return list
}

// A question of weight n counts as if it stood there n times: what the bootstrap rests on.
func TestWeightsAreRepetitions(t *testing.T) {
	t.Parallel()
	outcomes := randomOutcomes(60, 7)
	random := rand.New(rand.NewPCG(8, 0))
	weights := make([]float64, len(outcomes))
	var repeated []outcome
	for i, o := range outcomes {
		weights[i] = float64(random.IntN(4))
		for range int(weights[i]) {
			repeated = append(repeated, o)
		}
	}
	for _, m := range metrics {
		weighted, wide := valueOf(t, m.name, outcomes, weights), valueOf(t, m.name, repeated, nil)
		if !(math.Abs(weighted-wide) < 1e-9) {
			t.Errorf("%s: weighted %v, repeated %v", m.name, weighted, wide)
		}
	}
}

// Documents are ranked by their best passage, each once.
func TestRanksAreOfDocuments(t *testing.T) {
	t.Parallel()
	var hits []rag.Hit
	for _, path := range []string{"a", "a", "b", "a", "c", "b", "d"} {
		hits = append(hits, rag.Hit{Article: &corpus.Article{Path: path}})
	}
	var r trial
	r.rank(hits, []label{"c", "b", "x"})
	if len(r.Ranks) != 2 || r.Ranks[0] != 2 || r.Ranks[1] != 3 {
		t.Errorf("ranks %v, want 2 and 3", r.Ranks)
	}
}

// backwards is a reranker that turns the order round, or fails.
type backwards struct{ err error }

func (b backwards) Rerank(_ context.Context, _ string, hits []rag.Hit) ([]rag.Hit, error) {
	hits = slices.Clone(hits)
	slices.Reverse(hits)
	return hits, b.err
}

// The ranking measured is the one served: reranked, and as it was where that fails.
func TestTheRerankedOrderIsMeasured(t *testing.T) {
	t.Parallel()
	var hits []rag.Hit
	for _, path := range []string{"a", "b", "c", "d"} {
		hits = append(hits, rag.Hit{Article: &corpus.Article{Path: path}})
	}
	for _, c := range []struct {
		reranker rag.Reranker
		want     string
	}{{nil, "abcd"}, {backwards{}, "cbad"}, {backwards{errors.New("down")}, "abcd"}} {
		tr := &trier{service: &service{Answerer: &rag.Answerer{Reranker: c.reranker, RerankPool: 3}}}
		got := ""
		for _, h := range tr.reranked(t.Context(), "q", hits) {
			got += h.Article.Path
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.reranker, got, c.want)
		}
	}
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	right, wrong := corpus.ArticleID("a.md"), corpus.ArticleID("b.md")
	q := testQuestion{Question: "几个？", Answers: []string{"３３４２ 萬", "x"}, DocIDs: []label{"a.md"}}
	a := &rag.Answer{
		Answered: true, Answer: "前有 3342[1]\n\n万个后[2]",
		Sentences: []rag.Sentence{{Text: "前有 **3342"}, {Text: "万**个后"}},
		Citations: []rag.Citation{{ArticleID: wrong, Quote: "无"}, {ArticleID: right, Quote: "3342万"}, {ArticleID: wrong, Quote: "3342"}},
		Stats:     rag.Stats{Coverage: 0.4, RetrieveMS: 1, TotalMS: 2},
	}
	r := trial{outcome: newOutcome(q)}
	r.judge(a, q, 0.4)
	if r.InFirst || !r.InAnswer || !r.InQuote || r.Citations != 3 || r.RightCitations != 1 || r.Refused || r.Chars != 14 || r.RetrieveMS != 1 || r.AnswerMS != 2 {
		t.Errorf("%+v", r.outcome)
	}
	if r.judge(a, q, 0.41); !r.Refused {
		t.Error("coverage below the threshold was not refused")
	}
	a.Answered, a.Stats.Coverage = false, 1
	unanswered := trial{outcome: newOutcome(q)}
	if unanswered.judge(a, q, 0.1); !unanswered.Refused || unanswered.InAnswer || unanswered.Chars != 0 {
		t.Errorf("%+v", unanswered.outcome)
	}
}

func TestQuantileIsTheNearestRank(t *testing.T) {
	t.Parallel()
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(i + 1)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 50, 0.95: 95, 0.99: 99, 1: 100} {
		if got := quantile(hundred, q); got != want {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 || quantile([]float64{7}, 0.99) != 7 {
		t.Error("the quantile of none or one")
	}
}
