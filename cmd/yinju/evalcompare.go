package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
)

// change is how a metric differs between two runs over the same questions.
type change struct {
	Set     string  `json:"set"`
	Metric  string  `json:"metric"`
	Before  float64 `json:"before"`
	Now     float64 `json:"now"`
	Change  float64 `json:"change"`
	Low     float64 `json:"low"` // of the 95 % interval of the change
	High    float64 `json:"high"`
	Verdict string  `json:"verdict"` // "better", "worse", "higher", "lower" or "no difference"
}

// fewest is how many questions must differ before two runs are said to: with five, all
// to one side, a sign test still finds 6 % chance.
const fewest = 6

// oldSet is what a comparison needs of an earlier run.
type oldSet struct {
	Name      string    `json:"name"`
	Questions []outcome `json:"questions"`
}

// readBefore reads an earlier run's JSON and refuses one over other questions. The
// sets it returns are in the order of sets, the questions in that of theirs.
func readBefore(path string, sets []testSet) ([]oldSet, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("-compare: %w", err)
	}
	var old struct {
		Sets []oldSet `json:"sets"`
	}
	if err := json.Unmarshal(data, &old); err != nil || len(old.Sets) == 0 {
		return nil, fmt.Errorf("-compare: %s holds no run; write one by yinju eval -json %s", path, path)
	}
	before := make([]oldSet, len(sets))
	for i, s := range sets {
		at := slices.IndexFunc(old.Sets, func(o oldSet) bool {
			return o.Name == s.Name || len(old.Sets) == 1 && len(sets) == 1
		})
		if at < 0 || len(old.Sets) != len(sets) {
			return nil, fmt.Errorf("-compare: %s was measured on other sets; give both runs the same -set and -questions", path)
		}
		paired, problem := pairUp(old.Sets[at].Questions, s.Questions)
		if problem != "" {
			return nil, fmt.Errorf("-compare: %s was measured on other questions of %s: %s; give both runs the same files and the same -limit", path, s.Name, problem)
		}
		before[i] = oldSet{Name: s.Name, Questions: paired}
	}
	return before, nil
}

// pairUp puts the old outcomes into the order of the questions.
func pairUp(old []outcome, questions []testQuestion) (paired []outcome, problem string) {
	if len(old) != len(questions) {
		return nil, fmt.Sprintf("it has %d, this run %d", len(old), len(questions))
	}
	now := make([]outcome, len(questions))
	for i, q := range questions {
		now[i] = newOutcome(q)
	}
	byKey := make(map[string]outcome, len(old))
	for i, key := range keysOf(old) {
		byKey[key] = old[i]
	}
	for i, key := range keysOf(now) {
		o, found := byKey[key]
		if !found || o.Question != now[i].Question {
			return nil, fmt.Sprintf("it lacks %q", now[i].Question)
		}
		if o.Right != now[i].Right || o.Gold != now[i].Gold || o.Unanswerable != now[i].Unanswerable {
			return nil, fmt.Sprintf("it has other right answers to %q", now[i].Question)
		}
		paired = append(paired, o)
	}
	return paired, ""
}

// keysOf name each question: by its id, or by its text and how often that came before.
func keysOf(outcomes []outcome) []string {
	keys, seen := make([]string, len(outcomes)), make(map[string]int)
	for i, o := range outcomes {
		if keys[i] = "id " + string(o.ID); o.ID == "" {
			seen[o.Question]++
			keys[i] = fmt.Sprintf("%d %s", seen[o.Question], o.Question)
		}
	}
	return keys
}

// compareRuns gives for each set, and for all together, the change of each metric with
// the percentile interval of a paired bootstrap (Efron & Tibshirani 1993, chapter 13):
// questions are drawn with replacement, each with its outcome in both runs. The draws
// are the same in every run of the program.
func compareRuns(ctx context.Context, before []oldSet, now []*setResult, resamples int) ([]change, error) {
	var changes []change
	byMetric := make(map[string][]pair)
	for i, r := range now {
		pairs, err := bootstrap(ctx, before[i].Questions, r.Questions, resamples, uint64(i))
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			changes = append(changes, p.conclude(r.Name))
			byMetric[p.name] = append(byMetric[p.name], p)
		}
	}
	for _, m := range metrics {
		if pairs := byMetric[m.name]; len(now) > 1 && len(pairs) > 0 && !m.perSet {
			changes = append(changes, meanOf(pairs).conclude(allSets))
		}
	}
	return changes, nil
}

// pair is a metric in both runs.
type pair struct {
	metric
	before, now float64
	draws       []float64 // the change in each resample; NaN: nothing to measure in it
	differ      int       // questions whose outcomes differ
}

func bootstrap(ctx context.Context, before, now []outcome, resamples int, stream uint64) ([]pair, error) {
	before, now = sameNearMisses(before, now)
	var pairs []pair
	var was, is []estimate
	for _, m := range metrics {
		first, second := m.over(before), m.over(now)
		a, okA := first(nil)
		b, okB := second(nil)
		if okA && okB {
			pairs = append(pairs, pair{metric: m, before: a, now: b, differ: differing(m, before, now), draws: make([]float64, resamples)})
			was, is = append(was, first), append(is, second)
		}
	}
	random := rand.New(rand.NewPCG(2026, stream)) //nolint:gosec // draws that can be repeated, not secrets
	weights := make([]float64, len(now))
	for n := range resamples {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		clear(weights)
		for range weights {
			weights[random.IntN(len(weights))]++
		}
		for i := range pairs {
			a, okA := was[i](weights)
			b, okB := is[i](weights)
			if pairs[i].draws[n] = b - a; !okA || !okB {
				pairs[i].draws[n] = math.NaN()
			}
		}
	}
	return pairs, nil
}

// sameNearMisses keeps those that both runs have: which questions have one depends on
// where the passages are cut.
func sameNearMisses(before, now []outcome) (was, is []outcome) {
	was, is = slices.Clone(before), slices.Clone(now)
	for i := range is {
		if was[i].Near == nil || is[i].Near == nil {
			was[i].Near, is[i].Near = nil, nil
		}
	}
	return was, is
}

func differing(m metric, before, now []outcome) int {
	n := 0
	for i := range now {
		a1, a2 := m.basis(before[i])
		b1, b2 := m.basis(now[i])
		if a1 != b1 || a2 != b2 {
			n++
		}
	}
	return n
}

// meanOf is the same metric over several sets, each counting the same.
func meanOf(pairs []pair) pair {
	n := float64(len(pairs))
	all := pair{metric: pairs[0].metric, draws: make([]float64, len(pairs[0].draws))}
	for _, p := range pairs {
		all.before += p.before / n
		all.now += p.now / n
		all.differ += p.differ
		for i, d := range p.draws {
			all.draws[i] += d / n
		}
	}
	return all
}

// conclude calls a change one only if the interval leaves zero out and enough
// questions differ.
func (p pair) conclude(set string) change {
	draws := slices.DeleteFunc(slices.Clone(p.draws), math.IsNaN)
	slices.Sort(draws)
	c := change{
		Set: set, Metric: p.name, Before: p.before, Now: p.now, Change: p.now - p.before,
		Low: quantile(draws, 0.025), High: quantile(draws, 0.975), Verdict: "no difference",
	}
	const rounding = 1e-9 // of sums in different orders
	up, down := c.Low > rounding, c.High < -rounding
	if p.differ < fewest || !up && !down {
		return c
	}
	words := map[int][2]string{1: {"better", "worse"}, -1: {"worse", "better"}, 0: {"higher", "lower"}}[p.better]
	if c.Verdict = words[0]; down {
		c.Verdict = words[1]
	}
	return c
}
