package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

// evalSettings say what is measured. Without Docs the articles of -articles are asked.
type evalSettings struct {
	Docs      string   `help:"Documents as JSON lines: {\"id\",\"title\",\"text\"}. Default: the articles." placeholder:"FILE"`
	Questions []string `help:"Questions as JSON lines: {\"question\",\"answers\",\"doc_ids\",\"unanswerable\"}. doc_ids are ids of -docs, or paths of articles. May be given several times." placeholder:"FILE" required:""`
	Limit     int      `help:"At most so many questions of each file, spread over it. 0: all." default:"0"`
	JSON      string   `help:"Write the metrics as JSON to this file, - for the terminal." placeholder:"FILE"`
	Dump      string   `help:"Write what came of each question as JSON lines to this file." placeholder:"FILE"`
}

// testQuestion is a line of a question file.
type testQuestion struct {
	ID           string   `json:"id"`
	Question     string   `json:"question"`
	Answers      []string `json:"answers"`
	DocIDs       []string `json:"doc_ids"`
	Unanswerable bool     `json:"unanswerable"`
}

// testDoc is a line of a document file.
type testDoc struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// outcome is what came of a question.
type outcome struct {
	Question     string   `json:"question"`
	Unanswerable bool     `json:"unanswerable"`
	Ranks        []int    `json:"ranks"` // of the right documents that were found, from 1
	Right        int      `json:"right"` // how many right documents there are
	Coverage     float64  `json:"coverage"`
	Refused      bool     `json:"refused"`
	Gold         []string `json:"gold"`
	First        string   `json:"first"` // the answer's first sentence
	Answer       string   `json:"answer"`
	InFirst      bool     `json:"in_first"`
	InAnswer     bool     `json:"in_answer"`
	MS           float64  `json:"ms"`
}

// evalDepth is how many passages are looked at for the ranking of documents.
const evalDepth = 50

// eval asks all questions and reports how well they were answered.
func eval(ctx context.Context, sys system, set *settings) error {
	set.LogLevel = "warn"
	questions, err := readQuestions(set.eval)
	if err != nil {
		return err
	}
	s, err := build(ctx, set, sys.Stderr)
	if err != nil {
		return err
	}
	defer s.Close()
	if set.eval.Docs != "" {
		articles, err := readDocs(set.eval.Docs)
		if err != nil {
			return err
		}
		s.Index.Load = func(context.Context, func(string, [32]byte) *corpus.Article, func(int, int)) (*corpus.Loaded, error) {
			return &corpus.Loaded{Articles: articles}, nil
		}
	}
	started := time.Now()
	if err := s.firstLoad(ctx, sys); err != nil {
		return err
	}
	indexed := time.Since(started)
	// The refusal is measured at every threshold, so none may cut an answer off.
	threshold := s.Answerer.MinCoverage
	s.Answerer.MinCoverage = 0
	outcomes := make([]outcome, len(questions))
	for i, q := range questions {
		if outcomes[i], err = s.try(ctx, q, threshold); err != nil {
			return err
		}
	}
	m := measure(outcomes)
	m.Passages, m.IndexMS = s.Index.Progress().Passages, float64(indexed.Milliseconds())
	if err := writeDump(set.eval.Dump, outcomes); err != nil {
		return err
	}
	return writeMetrics(sys.Stdout, set.eval.JSON, m)
}

// try asks one question, for its ranking and for its answer.
func (s *service) try(ctx context.Context, q testQuestion, threshold float64) (outcome, error) {
	o := outcome{Question: q.Question, Unanswerable: q.Unanswerable, Gold: q.Answers, Right: len(q.DocIDs)}
	started := time.Now()
	found, err := s.Index.Retrieve(ctx, rag.Query{Text: q.Question, K: evalDepth})
	if err != nil {
		return o, err
	}
	o.MS = float64(time.Since(started).Microseconds()) / 1000
	o.Ranks = ranksOf(found.Hits, q.DocIDs)
	answer, err := s.Answerer.Ask(ctx, rag.Question{Text: q.Question}, nil)
	if err != nil {
		return o, err
	}
	o.Coverage = answer.Stats.Coverage
	o.Refused = o.Coverage < threshold || !answer.Answered
	o.Answer = answer.Answer
	if len(answer.Sentences) > 0 && answer.Answered {
		o.First = answer.Sentences[0].Text
		o.InFirst = holdsOne(o.First, q.Answers)
		o.InAnswer = holdsOne(o.Answer, q.Answers)
	}
	return o, nil
}

// ranksOf returns the places of the right documents among the documents found.
func ranksOf(hits []rag.Hit, right []string) []int {
	var ranks []int
	seen := make(map[string]bool)
	for _, h := range hits {
		if seen[h.Article.Path] {
			continue
		}
		seen[h.Article.Path] = true
		if slices.Contains(right, h.Article.Path) {
			ranks = append(ranks, len(seen))
		}
	}
	return ranks
}

// holdsOne compares without white space, case, width and script.
func holdsOne(text string, answers []string) bool {
	text = squeeze(text)
	return slices.ContainsFunc(answers, func(a string) bool { return a != "" && strings.Contains(text, squeeze(a)) })
}

func squeeze(s string) string {
	var out []rune
	for _, r := range fold.String(s) {
		if r != ' ' && r != '\n' && r != '\t' && r != '*' {
			out = append(out, r)
		}
	}
	return string(out)
}

func readQuestions(set evalSettings) ([]testQuestion, error) {
	var all []testQuestion
	for _, path := range set.Questions {
		list, err := readLines[testQuestion](path)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(q testQuestion) bool { return strings.TrimSpace(q.Question) == "" })
		if set.Limit > 0 && len(list) > set.Limit {
			spread := make([]testQuestion, set.Limit)
			for i := range spread {
				spread[i] = list[i*len(list)/set.Limit]
			}
			list = spread
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return nil, errors.New("there are no questions in the files of -questions")
	}
	return all, nil
}

func readDocs(path string) ([]*corpus.Article, error) {
	docs, err := readLines[testDoc](path)
	if err != nil {
		return nil, err
	}
	var articles []*corpus.Article
	for _, d := range docs {
		articles = append(articles, &corpus.Article{ID: corpus.ArticleID(d.ID), Path: d.ID, Title: d.Title, Text: d.Text, Format: "text"})
	}
	slices.SortFunc(articles, func(a, b *corpus.Article) int { return cmp.Compare(a.Path, b.Path) })
	return articles, nil
}

// readLines reads a file with one JSON value a line.
func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	var list []T
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s, line %d is no JSON object of the right form: %w", path, n, err)
		}
		list = append(list, v)
	}
	return list, lines.Err()
}

func writeDump(path string, outcomes []outcome) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, o := range outcomes {
		if err := enc.Encode(o); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}

func writeMetrics(stdout io.Writer, path string, m metrics) error {
	if path == "" {
		return m.table(stdout)
	}
	data, err := json.MarshalIndent(struct {
		Metrics metrics `json:"metrics"`
	}{m}, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if path == "-" {
		_, err = stdout.Write(data)
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
