package main

import (
	"io"
	"math"
	"slices"
)

// metrics are in percent, but for counts and milliseconds. Rankings are measured over
// questions with right documents, answers over questions with known answers.
type metrics struct {
	Questions    int     `json:"questions"`
	H1           float64 `json:"h1"`
	H5           float64 `json:"h5"`
	H10          float64 `json:"h10"`
	Recall10     float64 `json:"recall10"`
	MRR10        float64 `json:"mrr10"`
	NDCG10       float64 `json:"ndcg10"` // Järvelin & Kekäläinen 2002, binary gains
	AnswerFirst  float64 `json:"answer_first"`
	AnswerAny    float64 `json:"answer_any"`
	AnswerChars  float64 `json:"answer_chars"`   // mean length of an answer in characters
	RefusalAUROC float64 `json:"refusal_auroc"`  // of coverage, unanswerable against others
	RefusedAt5   float64 `json:"refused_at_5"`   // of the unanswerable, when 5 % of the others are refused
	Threshold5   float64 `json:"threshold_at_5"` // the coverage at which that is so, 0 to 1
	FalseRefused float64 `json:"false_refused"`  // of the answerable, as configured
	Refused      float64 `json:"refused"`        // of the unanswerable, as configured
	P50          float64 `json:"p50_ms"`
	P95          float64 `json:"p95_ms"`
	P99          float64 `json:"p99_ms"`
	Passages     int     `json:"passages"`
	IndexMS      float64 `json:"index_ms"`
}

func measure(outcomes []outcome) metrics {
	m := metrics{Questions: len(outcomes)}
	ranked := selected(outcomes, func(o outcome) bool { return o.Right > 0 })
	asked := selected(outcomes, func(o outcome) bool { return len(o.Gold) > 0 && !o.Unanswerable })
	absent := selected(outcomes, func(o outcome) bool { return o.Unanswerable })
	present := selected(outcomes, func(o outcome) bool { return !o.Unanswerable })

	m.H1 = percent(ranked, func(o outcome) float64 { return o.within(1) })
	m.H5 = percent(ranked, func(o outcome) float64 { return o.within(5) })
	m.H10 = percent(ranked, func(o outcome) float64 { return o.within(10) })
	m.Recall10 = percent(ranked, outcome.recall10)
	m.MRR10 = percent(ranked, outcome.mrr10)
	m.NDCG10 = percent(ranked, outcome.ndcg10)
	m.AnswerFirst = percent(asked, func(o outcome) float64 { return truth(o.InFirst) })
	m.AnswerAny = percent(asked, func(o outcome) float64 { return truth(o.InAnswer) })
	m.AnswerChars = percent(asked, func(o outcome) float64 { return float64(len([]rune(o.Answer))) }) / 100
	m.FalseRefused = percent(present, func(o outcome) float64 { return truth(o.Refused) })
	m.Refused = percent(absent, func(o outcome) float64 { return truth(o.Refused) })
	m.RefusalAUROC = 100 * auroc(present, absent)
	m.Threshold5, m.RefusedAt5 = refusedAt(0.05, present, absent)

	ms := make([]float64, len(outcomes))
	for i, o := range outcomes {
		ms[i] = o.MS
	}
	slices.Sort(ms)
	m.P50, m.P95, m.P99 = quantile(ms, 0.50), quantile(ms, 0.95), quantile(ms, 0.99)
	return m
}

func (o outcome) within(k int) float64 { return truth(len(o.Ranks) > 0 && o.Ranks[0] <= k) }

func (o outcome) recall10() float64 {
	n := 0
	for _, r := range o.Ranks {
		if r <= 10 {
			n++
		}
	}
	return float64(n) / float64(o.Right)
}

func (o outcome) mrr10() float64 {
	if o.within(10) == 0 {
		return 0
	}
	return 1 / float64(o.Ranks[0])
}

func (o outcome) ndcg10() float64 {
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

// auroc is the chance that an answerable question has more coverage than an
// unanswerable one, ties counting half; 0 if there are none of either.
func auroc(present, absent []outcome) float64 {
	if len(present) == 0 || len(absent) == 0 {
		return 0
	}
	low := coverages(absent)
	wins := 0.0
	for _, o := range present {
		below, _ := slices.BinarySearch(low, o.Coverage)
		upTo, _ := slices.BinarySearch(low, math.Nextafter(o.Coverage, 2))
		wins += float64(below) + float64(upTo-below)/2
	}
	return wins / float64(len(present)) / float64(len(absent))
}

// refusedAt returns the threshold that refuses a share of the answerable, and the
// percentage of the unanswerable that it refuses.
func refusedAt(share float64, present, absent []outcome) (threshold, refused float64) {
	if len(present) == 0 || len(absent) == 0 {
		return 0, 0
	}
	high := coverages(present)
	threshold = high[int(share*float64(len(high)))]
	return threshold, percent(absent, func(o outcome) float64 { return truth(o.Coverage < threshold) })
}

func coverages(list []outcome) []float64 {
	values := make([]float64, len(list))
	for i, o := range list {
		values[i] = o.Coverage
	}
	slices.Sort(values)
	return values
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func selected(list []outcome, want func(outcome) bool) []outcome {
	return slices.DeleteFunc(slices.Clone(list), func(o outcome) bool { return !want(o) })
}

// percent is the mean, times 100; 0 for none.
func percent(list []outcome, value func(outcome) float64) float64 {
	sum := 0.0
	for _, o := range list {
		sum += value(o)
	}
	return 100 * sum / math.Max(1, float64(len(list)))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (m metrics) table(w io.Writer) error {
	out := &printer{w: w}
	out.printf("%d questions, %d passages, indexed in %.1f s\n", m.Questions, m.Passages, m.IndexMS/1000)
	out.printf("documents    H@1 %.1f  H@5 %.1f  H@10 %.1f  recall@10 %.1f  MRR@10 %.1f  nDCG@10 %.1f\n", m.H1, m.H5, m.H10, m.Recall10, m.MRR10, m.NDCG10)
	out.printf("answers      in the first sentence %.1f  in the answer %.1f  characters %.0f\n", m.AnswerFirst, m.AnswerAny, m.AnswerChars)
	out.printf("refusal      AUROC %.1f  refused at 5 %% false %.1f (threshold %.3f)  as configured: %.1f, false %.1f\n", m.RefusalAUROC, m.RefusedAt5, m.Threshold5, m.Refused, m.FalseRefused)
	out.printf("search       p50 %.2f ms  p95 %.2f ms  p99 %.2f ms\n", m.P50, m.P95, m.P99)
	return out.err
}
