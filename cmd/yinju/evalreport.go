package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// figure is a metric's value, or a count, a time, a size.
type figure struct {
	Name  string
	Value float64
}

// figures are a JSON object whose order is theirs. What could not be measured (refusal
// without unanswerable questions, say) is not in it.
type figures []figure

// MarshalJSON implements json.Marshaler. Values are rounded to four decimals.
func (f figures) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteByte('{')
	for i, x := range f {
		value, err := json.Marshal(math.Round(x.Value*1e4) / 1e4)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Name, err)
		}
		if i > 0 {
			buf.WriteByte(',')
		}
		fmt.Fprintf(&buf, "%q:%s", x.Name, value)
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

func (f figures) get(name string) (float64, bool) {
	i := slices.IndexFunc(f, func(x figure) bool { return x.Name == name })
	if i < 0 {
		return 0, false
	}
	return f[i].Value, true
}

// setResult is what was measured on one set.
type setResult struct {
	Name      string    `json:"name"`
	Metrics   figures   `json:"metrics"`
	Questions []outcome `json:"questions"`

	trials              []trial
	documents, passages int
	embedder            string
	indexS, heapMB      float64
}

// finish computes the figures from the trials.
func (r *setResult) finish() {
	r.Questions = make([]outcome, len(r.trials))
	for i, t := range r.trials {
		r.Questions[i] = t.outcome
	}
	for _, m := range metrics {
		if value, ok := m.over(r.Questions)(nil); ok {
			r.Metrics = append(r.Metrics, figure{m.name, value})
		}
	}
	r.Metrics = append(r.Metrics, counts(r.Questions)...)
	r.Metrics = append(r.Metrics,
		figure{"documents", float64(r.documents)}, figure{"passages", float64(r.passages)},
		figure{"index_s", r.indexS}, figure{"heap_mb", r.heapMB})
}

// counts are the numbers of questions and the quantiles of the times.
func counts(outcomes []outcome) figures {
	absent, nearMisses := 0, 0
	for _, o := range outcomes {
		if o.absent() {
			absent++
		}
		if o.Near != nil {
			nearMisses++
		}
	}
	list := figures{{"questions", float64(len(outcomes))}, {"absent_questions", float64(absent)}, {"near_questions", float64(nearMisses)}}
	for _, times := range []struct {
		name string
		of   func(outcome) float64
	}{{"", retrieveMS}, {"answer_", answerMS}} {
		sorted := sortedTimes(outcomes, times.of)
		for _, p := range []int{50, 95, 99} {
			list = append(list, figure{fmt.Sprintf("%sp%d_ms", times.name, p), quantile(sorted, float64(p)/100)})
		}
	}
	return list
}

func retrieveMS(o outcome) float64 { return o.RetrieveMS }
func answerMS(o outcome) float64   { return o.AnswerMS }

func sortedTimes(outcomes []outcome, of func(outcome) float64) []float64 {
	ms := make([]float64, len(outcomes))
	for i, o := range outcomes {
		ms[i] = of(o)
	}
	slices.Sort(ms)
	return ms
}

// report is the JSON, and what the table and the page are made of.
type report struct {
	// Metrics are those of the set, or of several together: the mean over the sets
	// that have the metric, each set counting the same whatever its size (as BEIR
	// does, Thakur et al. 2021). Times are over all questions; counts are sums.
	Metrics  figures        `json:"metrics"`
	Sets     []*setResult   `json:"sets"`
	Compare  []change       `json:"compare,omitempty"`
	Settings reportSettings `json:"settings"`
}

// reportSettings are what figures may depend on.
type reportSettings struct {
	Version     string  `json:"version"`
	Embedder    string  `json:"embedder"`
	Model       string  `json:"model"`
	K           int     `json:"k"`
	Depth       int     `json:"depth"`
	Limit       int     `json:"limit"`
	Fusion      string  `json:"fusion"`
	DenseWeight float64 `json:"dense_weight"`
	DenseFill   float64 `json:"dense_fill"`
	RefuseBelow float64 `json:"refuse_below"`
	PassageSize int     `json:"passage_size"`
}

func newReport(set *settings, results []*setResult) *report {
	return &report{
		Metrics: together(results), Sets: results,
		Settings: reportSettings{
			Version: version(), Embedder: results[0].embedder, Model: set.Model, K: set.K, Depth: set.eval.Depth, Limit: set.eval.Limit,
			Fusion: set.Fusion, DenseWeight: set.DenseWeight, DenseFill: set.DenseFill, RefuseBelow: set.RefuseBelow, PassageSize: set.PassageSize,
		},
	}
}

func together(results []*setResult) figures {
	var all figures
	var outcomes []outcome
	for _, r := range results {
		outcomes = append(outcomes, r.Questions...)
	}
	for _, m := range metrics {
		sum, n := 0.0, 0
		for _, r := range results {
			if value, ok := r.Metrics.get(m.name); ok {
				sum += value
				n++
			}
		}
		if n > 0 && (!m.perSet || len(results) == 1) {
			all = append(all, figure{m.name, sum / float64(n)})
		}
	}
	all = append(all, counts(outcomes)...)
	documents, passages, indexS, heap := 0, 0, 0.0, 0.0
	for _, r := range results {
		documents, passages, indexS, heap = documents+r.documents, passages+r.passages, indexS+r.indexS, max(heap, r.heapMB)
	}
	all = append(all, figure{"documents", float64(documents)}, figure{"passages", float64(passages)}, figure{"index_s", indexS}, figure{"heap_mb", heap})
	if peak := peakMB(); peak > 0 {
		all = append(all, figure{"peak_mb", peak})
	}
	return all
}

// write puts the report where the settings want it.
func (r *report) write(stdout io.Writer, e evalSettings) error {
	if e.Dump != "" {
		if err := toFile(e.Dump, r.dump); err != nil {
			return err
		}
	}
	if e.HTML != "" {
		if err := toFile(e.HTML, func(w io.Writer) error { return r.page(w, e.Examples) }); err != nil {
			return err
		}
	}
	switch e.JSON {
	case "":
	case "-":
		return r.json(stdout)
	default:
		if err := toFile(e.JSON, r.json); err != nil {
			return err
		}
	}
	return r.table(stdout)
}

func toFile(path string, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	return os.WriteFile(path, buf.Bytes(), 0o600)
}

func (r *report) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

func (r *report) dump(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, s := range r.Sets {
		for _, t := range s.trials {
			if err := enc.Encode(struct {
				Set string `json:"set"`
				trial
			}{s.Name, t}); err != nil {
				return err
			}
		}
	}
	return nil
}

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
			return !slices.ContainsFunc(rows, func(row setResult) bool { v, ok := row.Metrics.get(c.name); return ok && v != 0 })
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
