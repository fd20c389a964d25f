package main

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"yinju/corpus"
	"yinju/rag"
)

// simulated is an embedding model as good as one likes, for questions with known answers:
// each document has a random direction, and a text has that of its document, or of the
// document that answers it, with noise of its own. A text that belongs nowhere gets a
// direction of its own.
type simulated struct {
	noise     float64           // length of what is added to a direction, which is 1
	documents []*corpus.Article // in any order
	questions map[string]int    // → document
	titled    map[string][]int  // title → documents
	sentences map[string]int    // → document
}

const simulatedDim = 128

var _ rag.Embedder = (*simulated)(nil)

func newSimulated(ts testSet, noise float64) *simulated {
	m := &simulated{noise: noise, documents: ts.Docs, questions: make(map[string]int), titled: make(map[string][]int), sentences: make(map[string]int)}
	places := make(map[string]int)
	for i, a := range ts.Docs {
		places[a.Path] = i
		m.titled[a.Title] = append(m.titled[a.Title], i)
		for _, span := range corpus.Sentences(a.Text) {
			m.sentences[a.Text[span.Start:span.End]] = i
		}
	}
	for _, q := range ts.Questions {
		if len(q.DocIDs) > 0 {
			m.questions[q.Question] = places[string(q.DocIDs[0])]
		}
	}
	return m
}

// Model implements rag.Embedder.
func (m *simulated) Model() string { return fmt.Sprintf("simulated, noise %g", m.noise) }

// EmbedPassages implements rag.Embedder. A passage comes with its title in a line above.
func (m *simulated) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = m.vector(text, m.ofPassage(text), 0)
	}
	return vectors, ctx.Err()
}

// EmbedQuery implements rag.Embedder.
func (m *simulated) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	document, known := m.questions[text]
	if !known {
		document, known = m.sentences[text]
	}
	if same := m.titled[text]; !known && len(same) > 0 {
		document, known = same[0], true
	}
	if !known {
		document = -1
	}
	return m.vector(text, document, m.noise), ctx.Err()
}

// ofPassage finds the document of a passage, -1 if it is of none.
func (m *simulated) ofPassage(text string) int {
	title, rest, _ := strings.Cut(text, "\n")
	last := rest[strings.LastIndexByte(rest, '\n')+1:]
	for _, i := range m.titled[title] {
		if strings.Contains(m.documents[i].Text, last) {
			return i
		}
	}
	return -1
}

// vector is that of a document, -1 for none, with the text's noise.
func (m *simulated) vector(text string, document int, noise float64) []float32 {
	own := direction("text " + text)
	if document < 0 {
		return own
	}
	v := direction(fmt.Sprint("document ", document))
	var squares float64
	for i := range v {
		v[i] += float32(noise) * own[i]
		squares += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(squares))
	}
	return v
}

// direction is a random one, always the same for a name.
func direction(name string) []float32 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))               // a hash takes everything
	rng := rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // noise, no secret
	v := make([]float32, simulatedDim)
	var squares float64
	for i := range v {
		v[i] = float32(rng.NormFloat64())
		squares += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(squares))
	}
	return v
}

// simulate prints, for each set and level of noise, what the weight found from self-made
// questions gives on the real ones, beside the best weight that a search over the real
// ones finds.
func simulate(ctx context.Context, sys system, set *settings, sets []testSet) error {
	set.DenseWeight = -1
	if err := printRow(sys.Stdout, "set", "noise", "words", "vectors", "weight", "MRR@10", "best", "MRR@10", "lost"); err != nil {
		return err
	}
	for _, ts := range sets {
		if ts.Docs == nil {
			return fmt.Errorf("an embedder can be simulated for documents in a file only; give -docs, or -set")
		}
		for _, noise := range set.eval.SimulateEmbedder {
			if err := simulateOne(ctx, sys.Stdout, set, ts, noise); err != nil {
				return err
			}
		}
	}
	return nil
}

func simulateOne(ctx context.Context, out io.Writer, set *settings, ts testSet, noise float64) error {
	s, err := buildFor(ctx, set, ts, io.Discard)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Index.Embedder, s.Index.Fitter, s.Index.Ranking.DenseWeight = newSimulated(ts, noise), nil, set.DenseWeight
	report, err := s.Index.Reload(ctx, false)
	if err != nil {
		return err
	}
	var questions []rag.Judged
	for _, q := range ts.Questions {
		if len(q.DocIDs) == 0 {
			continue
		}
		judged := rag.Judged{Question: q.Question}
		for _, id := range q.DocIDs {
			judged.Articles = append(judged.Articles, corpus.ArticleID(string(id)))
		}
		questions = append(questions, judged)
	}
	weights := []float64{report.Weighing.Weight}
	for w := range 21 {
		weights = append(weights, float64(w)/20)
	}
	mrr, err := s.Index.MRRByWeight(ctx, questions, weights)
	if err != nil {
		return err
	}
	found, grid := mrr[0], mrr[1:]
	best := slices.Index(grid, slices.Max(grid))
	percent := func(v float64) string { return fmt.Sprintf("%.1f", v) }
	return printRow(out, ts.Name, fmt.Sprint(noise), percent(grid[0]), percent(grid[len(grid)-1]),
		fmt.Sprintf("%.2f", report.Weighing.Weight), percent(found), fmt.Sprintf("%.2f", weights[best+1]), percent(grid[best]), percent(grid[best]-found))
}

func printRow(out io.Writer, cells ...string) error {
	_, err := fmt.Fprintf(out, "%-18s %6s %8s %8s %8s %8s %8s %8s %8s\n", toAny(cells)...)
	return err
}

func toAny(cells []string) []any {
	list := make([]any, len(cells))
	for i, c := range cells {
		list[i] = cmp.Or(c, "-")
	}
	return list
}
