package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// label is an identifier in a data file: a string, or a number as it is written.
type label string

// UnmarshalJSON implements json.Unmarshaler.
func (l *label) UnmarshalJSON(data []byte) error {
	var n json.Number
	if len(data) > 0 && data[0] != '"' && json.Unmarshal(data, &n) == nil {
		*l = label(n)
		return nil
	}
	return json.Unmarshal(data, (*string)(l))
}

// testQuestion is a line of a question file.
type testQuestion struct {
	ID           label    `json:"id"`
	Question     string   `json:"question"`
	Answers      []string `json:"answers"`
	DocIDs       []label  `json:"doc_ids"`
	Unanswerable bool     `json:"unanswerable"`
}

// testDoc is a line of a document file.
type testDoc struct {
	ID    label   `json:"id"`
	Title string  `json:"title"`
	Text  *string `json:"text"`
}

// testSet is what is measured together: a corpus and its questions.
type testSet struct {
	Name      string
	Docs      []*corpus.Article // nil: the articles of -articles
	Questions []testQuestion
	Path      string // of the file of documents
}

const (
	questionForm = `{"question":"…","answers":["…"],"doc_ids":["…"]}`
	docForm      = `{"id":"…","title":"…","text":"…"}`
)

// testFiles are where a set stands.
type testFiles struct {
	name, docs string
	questions  []string
}

// filesOf lists the sets that are asked for, each under a name of its own.
func filesOf(set evalSettings) ([]testFiles, error) {
	var list []testFiles
	for _, dir := range set.Set {
		f := testFiles{name: folderName(dir), docs: filepath.Join(dir, "docs.jsonl"), questions: []string{filepath.Join(dir, "queries.jsonl")}}
		absent := filepath.Join(dir, "absent.jsonl")
		if _, err := os.Stat(absent); err == nil {
			f.questions = append(f.questions, absent)
		}
		list = append(list, f)
	}
	switch {
	case len(set.Questions) > 0:
		f := testFiles{name: "articles", docs: set.Docs, questions: set.Questions}
		if name := strings.TrimSuffix(filepath.Base(f.docs), filepath.Ext(f.docs)); f.docs != "" && name != "docs" {
			f.name = name
		} else if f.docs != "" {
			f.name = folderName(filepath.Dir(f.docs))
		}
		list = append(list, f)
	case set.Docs != "":
		return nil, errors.New("-docs needs -questions: a file with one question a line, " + questionForm)
	case len(list) == 0:
		return nil, errors.New("there is nothing to ask: give -questions FILE with one question a line, " + questionForm + ", or -set DIR")
	}
	for i, f := range list {
		if slices.ContainsFunc(list[:i], func(other testFiles) bool { return other.name == f.name }) {
			return nil, fmt.Errorf("two sets are called %q; put them into folders of different names", f.name)
		}
	}
	return list, nil
}

func folderName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// readSets reads all files, so that a mistake in one shows before anything is
// measured. What is odd but no mistake is told to notes.
func readSets(ctx context.Context, set evalSettings, notes io.Writer) ([]testSet, error) {
	files, err := filesOf(set)
	if err != nil {
		return nil, err
	}
	sets := make([]testSet, len(files))
	for i, f := range files {
		s := testSet{Name: f.name, Path: f.docs}
		if f.docs != "" {
			if s.Docs, err = readDocs(ctx, f.docs, int(set.MaxLine)); err != nil {
				return nil, err
			}
		}
		if s.Questions, err = readQuestions(ctx, f.questions, set, notes); err != nil {
			return nil, err
		}
		if s.Docs != nil {
			if err := s.checkIDs(s.Docs); err != nil {
				return nil, err
			}
		}
		sets[i] = s
	}
	return sets, nil
}

// checkIDs refuses doc_ids that no document has: each would count as never found.
func (s *testSet) checkIDs(docs []*corpus.Article) error {
	known := make(map[label]bool, len(docs))
	for _, d := range docs {
		known[label(d.Path)] = true
	}
	var unknown []string
	for _, q := range s.Questions {
		for _, id := range q.DocIDs {
			if !known[id] {
				unknown = append(unknown, fmt.Sprintf("%q (of %q)", id, q.Question))
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	what, some := "ids of "+s.Path, strings.Join(unknown[:min(3, len(unknown))], ", ")
	if s.Path == "" {
		what = "paths of articles inside the folder, as in news/a.md"
	}
	return fmt.Errorf("%d doc_ids of %s name nothing, among them %s; doc_ids are %s", len(unknown), s.Name, some, what)
}

// readQuestions reads the files of one set, and of each no more than the limit.
func readQuestions(ctx context.Context, paths []string, set evalSettings, notes io.Writer) ([]testQuestion, error) {
	var all []testQuestion
	ids := make(map[label]string)
	var empty []string
	idle := 0
	for _, path := range paths {
		var list []testQuestion
		err := readLines(ctx, path, int(set.MaxLine), questionForm, func(q testQuestion, at string) error {
			if strings.TrimSpace(q.Question) == "" {
				empty = append(empty, at)
				return nil
			}
			if q.ID != "" && ids[q.ID] != "" {
				return fmt.Errorf("%s: the id %q is also that of %s; give each question its own, or none", at, q.ID, ids[q.ID])
			}
			ids[q.ID] = at
			if set.Simplified {
				q.Question = simplified(q.Question)
			}
			q.clean()
			if !q.Unanswerable && len(q.DocIDs) == 0 && len(q.Answers) == 0 {
				idle++
			}
			list = append(list, q)
			return nil
		})
		if err != nil {
			return nil, err
		}
		all = append(all, spread(list, set.Limit)...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no question in %s; write one a line, %s", strings.Join(paths, ", "), questionForm)
	}
	if len(empty) > 0 {
		if _, err := fmt.Fprintf(notes, "%d lines without a question are left out, among them %s\n", len(empty), empty[0]); err != nil {
			return nil, err
		}
	}
	if idle > 0 {
		_, err := fmt.Fprintf(notes, "%d questions of %s have neither doc_ids nor answers, nor \"unanswerable\":true: they count for the times only\n", idle, strings.Join(paths, ", "))
		return all, err
	}
	return all, nil
}

// simplified writes Chinese characters in Simplified and leaves the rest as it is.
func simplified(question string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return fold.Rune(r)
		}
		return r
	}, question)
}

// clean takes out what would count for nothing or twice. An unanswerable question has
// no right documents, whatever its line says.
func (q *testQuestion) clean() {
	q.Answers = slices.DeleteFunc(q.Answers, func(a string) bool { return squeeze(a) == "" })
	if q.Unanswerable {
		q.DocIDs, q.Answers = nil, nil
	}
	slices.Sort(q.DocIDs)
	q.DocIDs = slices.Compact(q.DocIDs)
}

// spread takes limit elements at equal distances; all if limit is 0.
func spread[T any](list []T, limit int) []T {
	if limit == 0 || len(list) <= limit {
		return list
	}
	some := make([]T, limit)
	for i := range some {
		some[i] = list[i*len(list)/limit]
	}
	return some
}

func readDocs(ctx context.Context, path string, maxLine int) ([]*corpus.Article, error) {
	var articles []*corpus.Article
	ids := make(map[label]string)
	err := readLines(ctx, path, maxLine, docForm, func(d testDoc, at string) error {
		switch {
		case d.ID == "":
			return fmt.Errorf("%s: the document has no id; write %s", at, docForm)
		case ids[d.ID] != "":
			return fmt.Errorf("%s: the id %q is also that of %s; give each document its own", at, d.ID, ids[d.ID])
		case d.Text == nil:
			return fmt.Errorf("%s: the document has no text; write %s", at, docForm)
		}
		ids[d.ID] = at
		id := string(d.ID)
		articles = append(articles, &corpus.Article{
			ID: corpus.ArticleID(id), Path: id, Title: cmp.Or(strings.TrimSpace(d.Title), id), Text: *d.Text,
			Hash: sha256.Sum256([]byte(d.Title + "\x00" + *d.Text)), Format: "text", Encoding: "UTF-8", Bytes: int64(len(*d.Text)),
		})
		return nil
	})
	if err == nil && len(articles) == 0 {
		err = fmt.Errorf("there is no document in %s; write one a line, %s", path, docForm)
	}
	slices.SortFunc(articles, func(a, b *corpus.Article) int { return cmp.Compare(a.Path, b.Path) })
	return articles, err
}

// readLines hands the JSON object of each line to take, with its place for messages.
// form is how a line should look. Blank lines and a byte order mark are passed over.
func readLines[T any](ctx context.Context, path string, maxLine int, form string, take func(v T, at string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		line, at := lines.Bytes(), fmt.Sprintf("%s, line %d", path, n)
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if !utf8.Valid(line) {
			return fmt.Errorf("%s is not UTF-8; convert the file, by iconv -f gb18030 -t utf-8 for one", at)
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return fmt.Errorf("%s: %w; write one object a line, %s", at, plainly(err), form)
		}
		if err := cmp.Or(take(v, at), ctx.Err()); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%s, line %d is longer than %d bytes; raise -max-line", path, n+1, maxLine)
	}
	return lines.Err()
}

// plainly names a field as the file does, not as the code does.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	if wrong.Field == "" {
		return fmt.Errorf("this is a JSON %s", wrong.Value)
	}
	return fmt.Errorf("%q is a JSON %s", wrong.Field, wrong.Value)
}
