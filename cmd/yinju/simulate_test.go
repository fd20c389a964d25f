package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

// askedSet is documents of sentences whose characters are drawn from few, the same for
// four neighbours, and questions that have three of a sentence's characters and six of
// another's: words find most of the right documents.
func askedSet(documents int) (docs []testDoc, questions []testQuestion) {
	rng := rand.New(rand.NewPCG(5, 6))
	run := func(group, n int) string {
		var sb strings.Builder
		for range n {
			sb.WriteRune(rune(0x5000 + 50*group + rng.IntN(50)))
		}
		return sb.String()
	}
	for i := range documents {
		id := label(fmt.Sprintf("%03d.md", i))
		var sentences []string
		for range 5 {
			sentences = append(sentences, run(i/4, 14)+"。")
		}
		text := strings.Join(sentences, "")
		docs = append(docs, testDoc{ID: id, Title: run(i/4, 5), Text: &text})
		for n := range 3 {
			from := []rune(sentences[n])
			questions = append(questions, testQuestion{Question: string(from[2:5]) + run(rng.IntN(documents/4), 6), DocIDs: []label{id}})
		}
	}
	return docs, questions
}

func writeSet(t *testing.T, docs []testDoc, questions []testQuestion) string {
	t.Helper()
	dir := t.TempDir()
	var lines [2]strings.Builder
	for _, d := range docs {
		if err := json.NewEncoder(&lines[0]).Encode(d); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range questions {
		if err := json.NewEncoder(&lines[1]).Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "docs.jsonl", lines[0].String())
	write(t, dir, "queries.jsonl", lines[1].String())
	return dir
}

// The weight found by questions made out of the articles is as good as the best one, for
// questions that were not made out of them, however good the vectors are.
func TestTheWeightFoundIsWithinAPointOfTheBest(t *testing.T) {
	t.Parallel()
	docs, questions := askedSet(100)
	out, _, err := runEval(t, "-set", writeSet(t, docs, questions), "-simulate-embedder", "0.5,2.5,4.5,1000")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(out), "\n")
	if len(rows) != 5 {
		t.Fatalf("%d lines:\n%s", len(rows), out)
	}
	for i, row := range rows[1:] {
		cells := strings.Fields(row)
		number := func(i int) float64 {
			v, err := strconv.ParseFloat(cells[i], 64)
			if err != nil {
				t.Fatalf("%q: %v", row, err)
			}
			return v
		}
		words, weight, found, lost := number(2), number(4), number(5), number(8)
		if lost > 1 || found < words-0.5 {
			t.Errorf("a weight that loses much:\n%s\n%s", rows[0], row)
		}
		if senseless := i == 3; senseless != (weight == 0) {
			t.Errorf("weight %v:\n%s\n%s", weight, rows[0], row)
		}
	}
}

// The same over the wire, as the service tells it.
func TestTheServiceTellsWhatAnEmbeddingServerIsWorth(t *testing.T) {
	t.Parallel()
	docs, questions := askedSet(60)
	ts := testSet{Questions: questions}
	dir, data := t.TempDir(), t.TempDir()
	for _, d := range docs {
		write(t, dir, string(d.ID), "# "+d.Title+"\n\n"+*d.Text)
		ts.Docs = append(ts.Docs, &corpus.Article{Path: string(d.ID), Title: d.Title, Text: *d.Text})
	}
	m := newSimulated(ts, 0.5)
	fake := &openaitest.Server{Embed: func(text string, _ int) []float32 {
		if v, err := m.EmbedQuery(t.Context(), text); err == nil && !strings.Contains(text, "\n") {
			return v
		}
		return m.vector(text, m.ofPassage(text), 0)
	}, Dimensions: simulatedDim}
	url, stop := fake.Start()
	t.Cleanup(stop)
	env := map[string]string{"YINJU_DATA": data, "YINJU_ARTICLES": dir, "YINJU_EMBED_MODEL": "m", "YINJU_EMBED_URL": url}
	s := start(t, env)
	var report rag.Report
	if status, text := s.call("POST", "/reload", "", &report); status != 200 {
		t.Fatalf("reload: %d %s", status, text)
	}
	if w := report.Weighing; w == nil || w.Weight < 0.3 || w.Questions < 100 || w.Fused < w.Words+5 || w.Embedder != "openai:m" {
		t.Errorf("%+v", report.Weighing)
	}
	var progress rag.Progress
	if status, text := s.call("GET", "/reload", "", &progress); status != 200 || progress.Weighing == nil || *progress.Weighing != *report.Weighing {
		t.Errorf("%d %s", status, text)
	}
	findings, err := examine(t, env)
	if err == nil { // beside the running server
		expect(t, findings, "ok", "embeddings", "the last line of its page")
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if findings, err = examine(t, env); err != nil {
		t.Errorf("%v\n%s", err, findings)
	}
	expect(t, findings, "ok", "embeddings", "MRR points on")
}
