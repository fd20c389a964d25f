package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
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
	Support  *supportReport `json:"support,omitempty"`
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
	Simplified  bool    `json:"simplified,omitempty"`
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
			Version: version(), Embedder: results[0].embedder, Model: set.Model, K: set.K, Depth: set.eval.Depth, Limit: set.eval.Limit, Simplified: set.eval.Simplified,
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
