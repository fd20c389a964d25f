package main

import (
	"cmp"
	"math"
	"slices"
)

// metric is one figure over the questions of a set.
type metric struct {
	name   string
	better int // 1: more is better, -1: less is, 0: neither
	// perSet metrics have no meaning as a mean over sets.
	perSet bool
	// basis is what the figure is made of for one question. Two runs can differ in
	// the figure only if they differ in the basis of some question.
	basis func(outcome) (float64, float64)
	// over prepares the figure for these questions.
	over func([]outcome) estimate
}

// estimate is a figure over questions that count weights[i] times each; nil: once.
// It is not ok where there is nothing to measure.
type estimate func(weights []float64) (value float64, ok bool)

// ranksKept are the k of the recall curve.
var ranksKept = []int{1, 3, 5, 10, 20, 50}

// metrics are all of them, in the order of the JSON. Unless said otherwise they are in
// percent; rankings are of documents, over the questions that have right ones.
var metrics = []metric{
	mean("h1", 1, over(outcome.ranked, hit(1))), // a right document among the first k
	mean("h5", 1, over(outcome.ranked, hit(5))),
	mean("h10", 1, over(outcome.ranked, hit(10))),
	mean("recall1", 1, over(outcome.ranked, recall(1))), // right documents found among the first k
	mean("recall3", 1, over(outcome.ranked, recall(3))),
	mean("recall5", 1, over(outcome.ranked, recall(5))),
	mean("recall10", 1, over(outcome.ranked, recall(10))),
	mean("recall20", 1, over(outcome.ranked, recall(20))),
	mean("recall50", 1, over(outcome.ranked, recall(50))),
	mean("mrr10", 1, over(outcome.ranked, mrr10)),
	mean("ndcg10", 1, over(outcome.ranked, ndcg10)),

	// Answers as they are before any refusal, over the questions with gold answers.
	mean("answer_first", 1, over(outcome.asked, func(o outcome) float64 { return truth(o.InFirst) })),
	mean("answer_any", 1, over(outcome.asked, func(o outcome) float64 { return truth(o.InAnswer) })),
	mean("answer_quoted", 1, over(outcome.asked, func(o outcome) float64 { return truth(o.InQuote) })),
	mean("answer_chars", 0, over(outcome.answered, func(o outcome) float64 { return float64(o.Chars) / 100 })), // characters, not percent
	// Citations of right documents among all, and answers with at least one of them.
	mean("citation_precision", 1, func(o outcome) (float64, float64) {
		return float64(o.RightCitations), float64(o.Citations) * truth(o.ranked())
	}),
	mean("citation_recall", 1, over(func(o outcome) bool { return o.ranked() && o.answered() }, func(o outcome) float64 { return truth(o.RightCitations > 0) })),

	// Refusal by coverage: of unanswerable questions against answerable ones.
	{name: "refusal_auroc", better: 1, basis: coverage, over: scored(outcome.absence, aurocOf)},
	{name: "refused_at_5", better: 1, basis: coverage, over: scored(outcome.absence, refusedAt5)},
	{name: "threshold_at_5", perSet: true, basis: coverage, over: scored(outcome.absence, thresholdAt5)}, // 0 to 1, as -refuse-below
	mean("refused", 1, over(outcome.absent, func(o outcome) float64 { return truth(o.Refused) })),        // as configured
	mean("false_refused", -1, over(outcome.answerable, func(o outcome) float64 { return truth(o.Refused) })),
	// The same with near misses in the place of the unanswerable questions.
	{name: "near_auroc", better: 1, basis: nearCoverage, over: scored(outcome.nearness, aurocOf)},
	{name: "near_refused_at_5", better: 1, basis: nearCoverage, over: scored(outcome.nearness, refusedAt5)},
	mean("near_refused", 1, over(func(o outcome) bool { return o.Near != nil }, func(o outcome) float64 { return truth(o.Near.Refused) })),
}

// mean is a ratio of sums, in percent.
func mean(name string, better int, of func(outcome) (value, count float64)) metric {
	return metric{name: name, better: better, basis: of, over: func(outcomes []outcome) estimate {
		values, counts := make([]float64, len(outcomes)), make([]float64, len(outcomes))
		for i, o := range outcomes {
			values[i], counts[i] = of(o)
		}
		return func(weights []float64) (float64, bool) {
			value, count := 0.0, 0.0
			for i := range values {
				w := weightOf(weights, i)
				value += w * values[i]
				count += w * counts[i]
			}
			return 100 * value / count, count > 0
		}
	}}
}

// over counts the value of the questions for which a condition holds.
func over(counts func(outcome) bool, value func(outcome) float64) func(outcome) (float64, float64) {
	return func(o outcome) (float64, float64) {
		if !counts(o) {
			return 0, 0
		}
		return value(o), 1
	}
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

func hit(k int) func(outcome) float64 {
	return func(o outcome) float64 { return truth(len(o.Ranks) > 0 && o.Ranks[0] <= k) }
}

func recall(k int) func(outcome) float64 {
	return func(o outcome) float64 {
		found := 0
		for _, r := range o.Ranks {
			if r <= k {
				found++
			}
		}
		return float64(found) / float64(o.Right)
	}
}

func mrr10(o outcome) float64 {
	if len(o.Ranks) == 0 || o.Ranks[0] > 10 {
		return 0
	}
	return 1 / float64(o.Ranks[0])
}

// ndcg10 is Järvelin & Kekäläinen 2002, with a gain of 1 for a right document.
func ndcg10(o outcome) float64 {
	gain, ideal := 0.0, 0.0
	for _, r := range o.Ranks {
		if r <= 10 {
			gain += 1 / math.Log2(float64(r)+1)
		}
	}
	for i := range min(o.Right, 10) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	return gain / ideal
}

// score is what a refusal is decided on, of a question that should be answered or of
// one that should not.
type score struct {
	value    float64
	question int // whose weight counts
	refuse   bool
}

// scored sorts the scores of the questions, lowest first, for figures of the refusal.
func scored(scores func(outcome) []score, of func(sorted []score, weights []float64) float64) func([]outcome) estimate {
	return func(outcomes []outcome) estimate {
		all := scoresOf(outcomes, scores)
		return func(weights []float64) (float64, bool) {
			answer, refuse := sides(all, weights)
			if answer == 0 || refuse == 0 {
				return 0, false
			}
			return of(all, weights), true
		}
	}
}

func scoresOf(outcomes []outcome, scores func(outcome) []score) []score {
	var all []score
	for i, o := range outcomes {
		for _, s := range scores(o) {
			s.question = i
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b score) int { return cmp.Compare(a.value, b.value) })
	return all
}

// sides sums the weights of what should be answered and of what should be refused.
func sides(all []score, weights []float64) (answer, refuse float64) {
	for _, s := range all {
		if s.refuse {
			refuse += weightOf(weights, s.question)
		} else {
			answer += weightOf(weights, s.question)
		}
	}
	return answer, refuse
}

// aurocOf is the chance, in percent, that a question to be answered scores higher than
// one to be refused, ties counting half (Hanley & McNeil 1982).
func aurocOf(sorted []score, weights []float64) float64 {
	wins, below := 0.0, 0.0
	for i := 0; i < len(sorted); {
		answer, refuse := 0.0, 0.0
		for value := sorted[i].value; i < len(sorted) && sorted[i].value == value; i++ {
			if w := weightOf(weights, sorted[i].question); sorted[i].refuse {
				refuse += w
			} else {
				answer += w
			}
		}
		wins += answer * (below + refuse/2)
		below += refuse
	}
	answer, refuse := sides(sorted, weights)
	return 100 * wins / (answer * refuse)
}

// thresholdAt5 is the highest threshold below which no more than 5 % of the questions
// lie that should be answered.
func thresholdAt5(sorted []score, weights []float64) float64 {
	answer, _ := sides(sorted, weights)
	so, last := 0.0, 0.0
	for _, s := range sorted {
		if s.refuse {
			continue
		}
		last = s.value
		if so += weightOf(weights, s.question); so > 0.05*answer+1e-9 {
			break
		}
	}
	return last
}

// refusedAt5 is the percentage refused, of what should be, at that threshold.
func refusedAt5(sorted []score, weights []float64) float64 {
	threshold := thresholdAt5(sorted, weights)
	refused := 0.0
	for _, s := range sorted {
		if s.refuse && s.value < threshold {
			refused += weightOf(weights, s.question)
		}
	}
	_, refuse := sides(sorted, weights)
	return 100 * refused / refuse
}

func coverage(o outcome) (float64, float64) { return o.Coverage, 0 }

func nearCoverage(o outcome) (float64, float64) {
	if o.Near == nil {
		return o.Coverage, -1
	}
	return o.Coverage, o.Near.Coverage
}

// quantile is the nearest rank: the smallest value with a share q of all at or below.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))-1e-9))-1)]
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
