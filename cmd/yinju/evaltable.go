package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// column is one of a table's.
type column struct {
	head, name string
	digits     int
}

// tables are what the terminal shows, each with a row a set.
var tables = []struct {
	title   string
	columns []column
}{
	{"documents found, %", []column{
		{"questions", "questions", 0},
		{"H@1", "h1", 1},
		{"H@5", "h5", 1},
		{"H@10", "h10", 1},
		{"MRR@10", "mrr10", 1},
		{"nDCG@10", "ndcg10", 1},
		{"R@5", "recall5", 1},
		{"R@10", "recall10", 1},
		{"R@20", "recall20", 1},
		{"R@50", "recall50", 1},
	}},
	{"gold answers found, % (before any refusal)", []column{
		{"first sentence", "answer_first", 1},
		{"answer", "answer_any", 1},
		{"quotes", "answer_quoted", 1},
		{"characters", "answer_chars", 0},
		{"citation precision", "citation_precision", 1},
		{"recall", "citation_recall", 1},
	}},
	{"questions refused, %", []column{
		{"absent", "absent_questions", 0},
		{"AUROC", "refusal_auroc", 1},
		{"at 5 % false", "refused_at_5", 1},
		{"threshold", "threshold_at_5", 3},
		{"as configured", "refused", 1},
		{"falsely, as configured", "false_refused", 1},
		{"near misses", "near_questions", 0},
		{"AUROC", "near_auroc", 1},
		{"at 5 % false", "near_refused_at_5", 1},
		{"as configured", "near_refused", 1},
	}},
	{"cost", []column{
		{"documents", "documents", 0},
		{"passages", "passages", 0},
		{"index s", "index_s", 1},
		{"heap MB", "heap_mb", 0},
		{"peak MB", "peak_mb", 0},
		{"search p50 ms", "p50_ms", 2},
		{"p95", "p95_ms", 2},
		{"p99", "p99_ms", 2},
		{"answer p50 ms", "answer_p50_ms", 2},
		{"p95", "answer_p95_ms", 2},
		{"p99", "answer_p99_ms", 2},
	}},
}

func (r *report) table(w io.Writer) error {
	rows := r.rows()
	out := &printer{w: w}
	for i, t := range tables {
		columns := slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool {
			return !slices.ContainsFunc(rows, func(row setResult) bool { v, ok := row.Metrics.get(c.name); return ok && (v != 0 || c.digits > 0) })
		})
		if len(columns) == 0 {
			continue
		}
		if i > 0 {
			out.printf("\n")
		}
		grid := [][]string{{t.title}}
		for _, c := range columns {
			grid[0] = append(grid[0], c.head)
		}
		for _, row := range rows {
			line := []string{row.Name}
			for _, c := range columns {
				line = append(line, row.text(c))
			}
			grid = append(grid, line)
		}
		printGrid(out, grid)
	}
	if r.Support != nil {
		r.Support.table(out)
	}
	if len(r.Compare) > 0 {
		out.printf("\nagainst the earlier run, with the 95 %% interval of a paired bootstrap over the questions\n")
		if grid := changeGrid(r.Compare); len(grid) > 1 {
			printGrid(out, grid)
		} else {
			out.printf("no difference in any question\n")
		}
	}
	return out.err
}

// text is a figure as tables show it.
func (r setResult) text(c column) string {
	value, ok := r.Metrics.get(c.name)
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.*f", c.digits, value)
}

// printGrid aligns the first column left, the others right.
func printGrid(out *printer, grid [][]string) {
	wide := make([]int, len(grid[0]))
	for _, line := range grid {
		for i, cell := range line {
			wide[i] = max(wide[i], displayWidth(cell))
		}
	}
	for _, line := range grid {
		for i, cell := range line {
			gap := strings.Repeat(" ", wide[i]-displayWidth(cell))
			if i == 0 {
				out.printf("%s%s", cell, gap)
			} else {
				out.printf("  %s%s", gap, cell)
			}
		}
		out.printf("\n")
	}
}

// displayWidth counts the columns of a terminal: two for a wide character.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x20000 && r <= 0x3ffff {
			n++
		}
	}
	return n
}

// rows are the sets, and all together if there are several.
func (r *report) rows() []setResult {
	var rows []setResult
	for _, s := range r.Sets {
		rows = append(rows, *s)
	}
	if len(rows) == 1 {
		rows[0].Metrics = r.Metrics
		return rows
	}
	return append(rows, setResult{Name: allSets, Metrics: r.Metrics})
}

// allSets is the row of the mean over the sets.
const allSets = "all (mean of sets)"

func changeGrid(changes []change) [][]string {
	grid := [][]string{{"set", "metric", "before", "now", "change", "interval", "verdict"}}
	number := func(v float64) string { return fmt.Sprintf("%.2f", v) }
	for _, c := range changes {
		if c.Low == 0 && c.High == 0 {
			continue // no question came out otherwise
		}
		grid = append(grid, []string{
			c.Set, c.Metric, number(c.Before), number(c.Now), fmt.Sprintf("%+.2f", c.Change),
			fmt.Sprintf("%+.2f to %+.2f", c.Low, c.High), c.Verdict,
		})
	}
	return grid
}
