package main

import (
	"fmt"
	"slices"

	"yinju/rag/cite"
	"yinju/rag/cite/cases"
)

// supportReport says how well sentences are checked against their sources, on cases
// that are part of the program.
type supportReport struct {
	Metrics   figures        `json:"metrics"`
	Classes   []supportClass `json:"classes"`
	Confusion []supportRow   `json:"confusion"`
}

// supportClass counts the cases of one kind. What is right is said by cases.Truth.
type supportClass struct {
	Class string `json:"class"`
	Text  string `json:"text"`
	Truth string `json:"truth"`
	Cases int    `json:"cases"`
	Right int    `json:"right"`
}

// supportRow counts the verdicts on cases that should have had one verdict. Those
// beyond lexical checks are rows of their own.
type supportRow struct {
	Want        string `json:"want"`
	Supported   int    `json:"supported"`
	Partial     int    `json:"partial"`
	Unsupported int    `json:"unsupported"`
	None        int    `json:"none"`
}

// checkSupport tries the checker on all cases.
func checkSupport(c cite.Checker) (*supportReport, error) {
	all, err := cases.All()
	if err != nil {
		return nil, err
	}
	r := &supportReport{}
	shown := 0 // false sentences shown as supported
	for _, k := range all {
		got := c.Check(k.Sentence, k.Sources).Verdict
		class := cases.Classes[slices.IndexFunc(cases.Classes, func(x cases.Class) bool { return x.Name == k.Class })]
		r.count(class, k.Verdict, got)
		if class.Truth == cases.False && got != cite.Partial && got != cite.Unsupported {
			shown++
		}
	}
	total := map[string][2]int{}
	for _, x := range r.Classes {
		t := total[x.Truth]
		total[x.Truth] = [2]int{t[0] + x.Right, t[1] + x.Cases}
	}
	share := func(truth cases.Truth) float64 {
		t := total[truth.String()]
		return 100 * float64(t[0]) / float64(max(1, t[1]))
	}
	wrong := total[cases.False.String()][1]
	r.Metrics = figures{
		{"support_cases", float64(len(all))},
		{"support_recognised", share(cases.False)},
		{"support_flagged", 100 * float64(wrong-shown) / float64(max(1, wrong))},
		{"support_not_accused", share(cases.True)},
		{"support_left_alone", share(cases.Nothing)},
		{"support_beyond", share(cases.Beyond)},
	}
	return r, nil
}

func (r *supportReport) count(class cases.Class, want, got string) {
	i := slices.IndexFunc(r.Classes, func(x supportClass) bool { return x.Class == class.Name })
	if i < 0 {
		i = len(r.Classes)
		r.Classes = append(r.Classes, supportClass{Class: class.Name, Text: class.Text, Truth: class.Truth.String()})
	}
	r.Classes[i].Cases++
	if class.Truth.Right(want, got) {
		r.Classes[i].Right++
	}
	if class.Truth == cases.Beyond {
		want = class.Truth.String()
	}
	i = slices.IndexFunc(r.Confusion, func(x supportRow) bool { return x.Want == want })
	if i < 0 {
		i = len(r.Confusion)
		r.Confusion = append(r.Confusion, supportRow{Want: want})
	}
	row := &r.Confusion[i]
	switch got {
	case cite.Supported:
		row.Supported++
	case cite.Partial:
		row.Partial++
	case cite.Unsupported:
		row.Unsupported++
	default:
		row.None++
	}
}

// supportColumns are the figures as the table shows them.
var supportColumns = []column{
	{"cases", "support_cases", 0},
	{"false, recognised", "support_recognised", 1},
	{"flagged at all", "support_flagged", 1},
	{"true, not accused", "support_not_accused", 1},
	{"left alone", "support_left_alone", 1},
	{"beyond words", "support_beyond", 1},
}

// grids are the tables of the report: the figures, by class, and the verdicts.
func (r *supportReport) grids() (summary, classes, confusion [][]string) {
	summary = [][]string{{"sentences checked, %"}, {"own cases"}}
	row := setResult{Metrics: r.Metrics}
	for _, c := range supportColumns {
		summary[0] = append(summary[0], c.head)
		summary[1] = append(summary[1], row.text(c))
	}
	classes = [][]string{{"class", "cases", "right"}}
	for _, x := range r.Classes {
		classes = append(classes, []string{x.Text, fmt.Sprint(x.Cases), fmt.Sprint(x.Right)})
	}
	confusion = [][]string{{"should be \\ is", cite.Supported, cite.Partial, cite.Unsupported, cite.None}}
	for _, x := range r.Confusion {
		confusion = append(confusion, []string{x.Want, fmt.Sprint(x.Supported), fmt.Sprint(x.Partial), fmt.Sprint(x.Unsupported), fmt.Sprint(x.None)})
	}
	return summary, classes, confusion
}

// table prints the report.
func (r *supportReport) table(out *printer) {
	summary, classes, confusion := r.grids()
	for _, grid := range [][][]string{summary, classes, confusion} {
		out.printf("\n")
		printGrid(out, grid)
	}
}
