package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func changesOf(t *testing.T, before, now []outcome) map[string]change {
	t.Helper()
	list, err := compareRuns(t.Context(), []oldSet{{"s", before}}, []*setResult{{Name: "s", Questions: now}}, 2000)
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]change)
	for _, c := range list {
		byName[c.Metric] = c
	}
	return byName
}

func TestIdenticalRunsDoNotDiffer(t *testing.T) {
	t.Parallel()
	outcomes := randomOutcomes(80, 3)
	changes := changesOf(t, outcomes, slices.Clone(outcomes))
	if len(changes) != len(metrics) {
		t.Errorf("%d metrics compared of %d", len(changes), len(metrics))
	}
	for name, c := range changes {
		if c.Verdict != "no difference" || c.Change != 0 || c.Low != 0 || c.High != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// The change of a mean is normal: its interval must be mean ± 1.96 s/√n.
func TestIntervalOfANormalChange(t *testing.T) {
	t.Parallel()
	const n, mean, sd = 500, 4.0, 20.0
	random := rand.New(rand.NewPCG(1, 1))
	before, now := make([]outcome, n), make([]outcome, n)
	sum, squares := 0.0, 0.0
	for i := range n {
		before[i] = outcome{Right: 1, Chars: 1000 + random.IntN(5000)} // the spread of questions cancels out
		now[i] = before[i]
		now[i].Chars += int(math.Round(mean + sd*random.NormFloat64()))
		d := float64(now[i].Chars - before[i].Chars)
		sum, squares = sum+d, squares+d*d
	}
	m := sum / n
	half := 1.96 * math.Sqrt((squares/n-m*m)/n)
	c := changesOf(t, before, now)["answer_chars"]
	if math.Abs(c.Change-m) > 1e-9 || math.Abs(c.Low-(m-half)) > 0.15*half || math.Abs(c.High-(m+half)) > 0.15*half {
		t.Errorf("%+v; want %v ± %v", c, m, half)
	}
	if c.Verdict != "higher" {
		t.Errorf("verdict %q: longer is neither better nor worse", c.Verdict)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	// flip answers n more of 40 questions rightly, and m fewer.
	flip := func(n, m int) (before, now []outcome) {
		for i := range 40 {
			o := outcome{Right: 1, Gold: 1, Ranks: []int{1}, Refused: i < n}
			o.InAnswer = i >= n
			before = append(before, o)
			o.InAnswer, o.Refused = i < 40-m, false
			now = append(now, o)
		}
		return before, now
	}
	for _, c := range []struct {
		name, metric string
		more, fewer  int
		want         string
	}{
		{"many more", "answer_any", 12, 0, "better"},
		{"many fewer", "answer_any", 0, 12, "worse"},
		{"as many", "answer_any", 12, 12, "no difference"},
		{"too few to tell", "answer_any", 5, 0, "no difference"},
		{"less of what is bad", "false_refused", 12, 0, "better"},
		{"nothing", "h1", 12, 0, "no difference"},
	} {
		before, now := flip(c.more, c.fewer)
		if got := changesOf(t, before, now)[c.metric]; got.Verdict != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
	before, now := flip(12, 0)
	if got := changesOf(t, now, before)["false_refused"]; got.Verdict != "worse" {
		t.Errorf("more of what is bad: %+v", got)
	}
}

// Sets count the same together, however many questions they have.
func TestTogetherIsTheMeanOfSets(t *testing.T) {
	t.Parallel()
	make1 := func(n int, found bool) []outcome {
		list := make([]outcome, n)
		for i := range list {
			list[i] = outcome{Right: 1, RetrieveMS: float64(n)}
			if found {
				list[i].Ranks = []int{1}
			}
		}
		return list
	}
	small, large := &setResult{Name: "small"}, &setResult{Name: "large"}
	for _, o := range make1(10, true) {
		small.trials = append(small.trials, trial{outcome: o})
	}
	for _, o := range make1(90, false) {
		large.trials = append(large.trials, trial{outcome: o})
	}
	small.finish()
	large.finish()
	all := together([]*setResult{small, large})
	for name, want := range map[string]float64{"h1": 50, "questions": 100, "p50_ms": 90} {
		if got, ok := all.get(name); !ok || got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	changes, err := compareRuns(t.Context(), []oldSet{{"small", make1(10, false)}, {"large", make1(90, false)}}, []*setResult{small, large}, 2000)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(changes, func(c change) bool { return c.Set == allSets && c.Metric == "h1" })
	if i < 0 || changes[i].Change != 50 || changes[i].Verdict != "better" {
		t.Errorf("%+v", changes)
	}
}

// Only near misses that both runs have are compared.
func TestNearMissesAreComparedWhereBothRunsHaveThem(t *testing.T) {
	t.Parallel()
	var before, now []outcome
	for i := range 40 {
		o := outcome{Right: 1, Gold: 1, Coverage: 0.5 + float64(i)/100, Near: &near{Coverage: 0.1}}
		before = append(before, o)
		if i < 20 {
			o.Near = nil
		}
		now = append(now, o)
	}
	for i := range 20 {
		before[i].Near = &near{Coverage: 1}
	}
	if c := changesOf(t, before, now)["near_auroc"]; c.Before != 100 || c.Now != 100 || c.Verdict != "no difference" {
		t.Errorf("%+v", c)
	}
}

func TestComparingNeedsTheSameQuestions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	questions := []testQuestion{{Question: "甲？", DocIDs: []label{"a"}}, {Question: "甲？", DocIDs: []label{"b", "c"}}, {ID: "7", Question: "乙？", Unanswerable: true}}
	sets := []testSet{{Name: "s", Questions: questions}}
	good := `{"sets":[{"name":"t","questions":[{"id":"7","question":"乙？","unanswerable":true,"coverage":0.5},{"question":"甲？","right":1,"coverage":0.1},{"question":"甲？","right":2,"coverage":0.2}]}]}`
	old, err := readBefore(write(t, dir, "good.json", good), sets)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(old[0].Questions[0].Coverage, old[0].Questions[1].Coverage, old[0].Questions[2].Coverage); got != "0.1 0.2 0.5" {
		t.Errorf("paired as %s", got)
	}
	for name, c := range map[string]struct{ old, want string }{
		"no JSON":           {"x", "holds no run"},
		"no run":            {`{"metrics":{}}`, "yinju eval -json"},
		"fewer":             {strings.Replace(good, `{"question":"甲？","right":1,"coverage":0.1},`, "", 1), "it has 2, this run 3"},
		"another question":  {strings.Replace(good, "乙？", "丙？", 1), `it lacks "乙？"`},
		"another id":        {strings.Replace(good, `"7"`, `"8"`, 1), `it lacks "乙？"`},
		"other right ones":  {strings.Replace(good, `"right":2`, `"right":1`, 1), "other right answers"},
		"one set of two":    {strings.Replace(good, `"sets":[`, `"sets":[{"name":"u","questions":[]},`, 1), "other sets"},
		"another set's run": {strings.Replace(good, `"sets":[`, `"sets":[{"name":"s","questions":[]},`, 1), "other sets"},
	} {
		_, err := readBefore(write(t, dir, name, c.old), sets)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, err := readBefore(dir+"/none.json", sets); err == nil {
		t.Error("a missing file was compared with")
	}
}

// The JSON's shape, to the byte: programs read it.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	r := &setResult{Name: "s", documents: 2, passages: 3, trials: []trial{{outcome: outcome{
		ID: "1", Question: "甲<乙？", Right: 3, Gold: 1, Ranks: []int{1}, Coverage: 0.5, InAnswer: true, Chars: 7, Citations: 1,
		RightCitations: 1, RetrieveMS: 1.5, AnswerMS: 2, Near: &near{Coverage: 0.25, Refused: true},
	}, Answer: "no part of it"}}}
	r.finish()
	var out strings.Builder
	if err := (&report{Metrics: r.Metrics, Sets: []*setResult{r}}).json(&out); err != nil {
		t.Fatal(err)
	}
	const figures = `"h1":100,"h5":100,"h10":100,"recall1":33.3333,"recall3":33.3333,"recall5":33.3333,"recall10":33.3333,"recall20":33.3333,"recall50":33.3333,` +
		`"mrr10":100,"ndcg10":46.9279,"answer_first":0,"answer_any":100,"answer_quoted":0,"answer_chars":7,"citation_precision":100,"citation_recall":100,` +
		`"false_refused":0,"near_auroc":100,"near_refused_at_5":100,"near_refused":100,"questions":1,"absent_questions":0,"near_questions":1,` +
		`"p50_ms":1.5,"p95_ms":1.5,"p99_ms":1.5,"answer_p50_ms":2,"answer_p95_ms":2,"answer_p99_ms":2,"documents":2,"passages":3,"index_s":0,"heap_mb":0`
	const want = `{"metrics":{` + figures + `},"sets":[{"name":"s","metrics":{` + figures + `},"questions":[` +
		`{"id":"1","question":"甲<乙？","unanswerable":false,"right":3,"gold":1,"ranks":[1],"coverage":0.5,"refused":false,"in_first":false,"in_answer":true,` +
		`"in_quote":false,"chars":7,"citations":1,"right_citations":1,"near":{"coverage":0.25,"refused":true},"retrieve_ms":1.5,"answer_ms":2}]}],` +
		`"settings":{"version":"","embedder":"","model":"","k":0,"depth":0,"limit":0,"fusion":"","dense_weight":0,"dense_fill":0,"refuse_below":0,"passage_size":0}}`
	got := regexp.MustCompile(`\n *`).ReplaceAllString(strings.ReplaceAll(out.String(), `": `, `":`), "")
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
