package rag

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Gate is what a new generation must pass to serve: questions that were answered before
// must not fail now. The zero value lets every generation pass.
type Gate struct {
	// Questions returns them; it is called in each reload. nil: there are none.
	Questions func() ([]Golden, error)
	// MinCoverage is the Answerer's: the Coverage below which a question is refused.
	MinCoverage float64
}

// Golden is a question whose answer is known to stand in one of some articles, or nowhere.
type Golden struct {
	Question     string   `json:"question"`
	Articles     []string `json:"articles"`     // paths of articles or files, any of which is right
	K            int      `json:"k"`            // hits among which it must be; 0 means 10
	Unanswerable bool     `json:"unanswerable"` // it must be refused
}

// GateReport says how the questions went. Failed are those that failed, the ones that had
// not failed before first.
type GateReport struct {
	Questions int           `json:"questions"`
	Passed    int           `json:"passed"`
	Failed    []GateFailure `json:"failed"`
}

// GateFailure is a question that failed.
type GateFailure struct {
	Question   string   `json:"question"`
	Expected   []string `json:"expected"`   // paths; empty: a refusal
	Came       []string `json:"came"`       // paths of the articles found, best first
	Refused    bool     `json:"refused"`    // the question is refused
	Regression bool     `json:"regression"` // the generation that serves passes
}

func (f GateFailure) String() string {
	came := "nothing"
	switch {
	case len(f.Expected) == 0:
		return fmt.Sprintf("%q is answered from %s, expected was a refusal", f.Question, shown(f.Came))
	case len(f.Came) > 0:
		came = shown(f.Came)
	}
	if f.Refused {
		came += ", and it is refused"
	}
	return fmt.Sprintf("%q: expected %s, came %s", f.Question, shown(f.Expected), came)
}

// shown names the first of paths.
func shown(paths []string) string {
	const few = 3
	if more := len(paths) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(paths[:few], ", "), more)
	}
	return strings.Join(paths, ", ")
}

// GateError says that a new generation does worse than the one that goes on serving.
type GateError struct{ GateReport }

// Regressions are the questions for which it is refused.
func (e *GateError) Regressions() []GateFailure {
	return slices.DeleteFunc(slices.Clone(e.Failed), func(f GateFailure) bool { return !f.Regression })
}

func (e *GateError) Error() string {
	worse := e.Regressions()
	var sb strings.Builder
	fmt.Fprintf(&sb, "the gate: %d of %d questions that were answered fail with what is in the folder now, so the generation before goes on serving: ", len(worse), e.Questions)
	for i, f := range worse {
		if i == gateShown {
			fmt.Fprintf(&sb, "; and %d more", len(worse)-i)
			break
		}
		if i > 0 {
			sb.WriteString("; ")
		}
		sb.WriteString(f.String())
	}
	sb.WriteString(". Mend the articles or the gate's file, or reload with force")
	return sb.String()
}

const (
	gateK     = 10
	gateShown = 5 // failures that a sentence names
)

// gate asks the golden questions of a new generation. A *GateError is returned if one
// fails that the old one passes, unless the reload is forced. Without an old one failures
// are warnings.
func (x *Index) gate(ctx context.Context, old, next *snapshot, force bool, report *Report) error {
	if x.Gate.Questions == nil {
		return nil
	}
	golden, err := x.Gate.Questions()
	if err != nil && force {
		report.Warnings = append(report.Warnings, fmt.Sprintf("The gate was left open: %v.", err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("the gate: %w", err)
	}
	x.status.enter(PhaseGate, len(golden))
	lexical := x.embedGolden(ctx, next, golden, report)
	failed, err := x.failing(ctx, next, golden, lexical)
	if err != nil {
		return err
	}
	result := GateReport{Questions: len(golden), Passed: len(golden) - len(failed), Failed: []GateFailure{}}
	if old != nil && len(failed) > 0 {
		if err := x.compareGolden(ctx, old, golden, failed, lexical); err != nil {
			return err
		}
	}
	worse := 0
	for _, i := range slices.Sorted(maps.Keys(failed)) {
		f := failed[i]
		if f.Regression {
			result.Failed = slices.Insert(result.Failed, worse, f)
			worse++
		} else {
			result.Failed = append(result.Failed, f)
		}
	}
	if worse > 0 && !force {
		return &GateError{result}
	}
	report.Gate = &result
	for i, f := range result.Failed {
		if i == warningsShown {
			report.Warnings = append(report.Warnings, fmt.Sprintf("Gate: %d more questions fail.", len(result.Failed)-i))
			break
		}
		report.Warnings = append(report.Warnings, "Gate: "+f.String()+".")
	}
	return nil
}

// failing asks all questions of a generation, and returns those that fail by their place.
func (x *Index) failing(ctx context.Context, s *snapshot, golden []Golden, lexical bool) (map[int]GateFailure, error) {
	failures := make([]*GateFailure, len(golden))
	errs := make([]error, len(golden))
	var mu sync.Mutex
	done := 0
	inParallel(len(golden), func(i int) {
		if ctx.Err() != nil {
			return
		}
		failures[i], errs[i] = x.askGolden(ctx, s, golden[i], lexical)
		mu.Lock()
		done++
		x.status.advance(done, len(golden))
		mu.Unlock()
	})
	failed := make(map[int]GateFailure)
	for i, f := range failures {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if f != nil {
			failed[i] = *f
		}
	}
	return failed, ctx.Err()
}

// compareGolden marks the failures that are none in the old generation.
func (x *Index) compareGolden(ctx context.Context, old *snapshot, golden []Golden, failed map[int]GateFailure, lexical bool) error {
	places := slices.Sorted(maps.Keys(failed))
	again := make([]Golden, len(places))
	for n, i := range places {
		again[n] = golden[i]
	}
	before, err := x.failing(ctx, old, again, lexical)
	if err != nil {
		return err
	}
	for n, i := range places {
		if _, fails := before[n]; !fails {
			f := failed[i]
			f.Regression = true
			failed[i] = f
		}
	}
	return nil
}

// askGolden asks as the Answerer does; nil means that the question passes.
func (x *Index) askGolden(ctx context.Context, s *snapshot, g Golden, lexical bool) (*GateFailure, error) {
	k := g.K
	if k == 0 {
		k = gateK
	}
	q := Query{Text: g.Question, K: k, MinCoverage: x.Gate.MinCoverage, lexical: lexical, vectors: &x.golden}
	found, err := x.widen(ctx, s, q, x.wishes(s, q))
	if err != nil {
		return nil, err
	}
	f := &GateFailure{Question: g.Question, Expected: g.Articles, Came: []string{}}
	f.Refused = len(found.Hits) == 0 || !found.covers(x.Gate.MinCoverage)
	right := false
	for _, h := range found.Hits {
		right = right || slices.Contains(g.Articles, h.Article.Path) || slices.Contains(g.Articles, h.Article.File)
		right = right || slices.ContainsFunc(h.AlsoIn, func(c Copy) bool { return slices.Contains(g.Articles, s.articles[s.byID[c.ArticleID]].Path) })
		if !slices.Contains(f.Came, h.Article.Path) {
			f.Came = append(f.Came, h.Article.Path)
		}
	}
	if g.Unanswerable && f.Refused || right && !f.Refused {
		return nil, nil //nolint:nilnil // nothing failed
	}
	f.Expected = append([]string{}, f.Expected...)
	return f, nil
}
