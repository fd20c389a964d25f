package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readAll(t *testing.T, set evalSettings) ([]testSet, string, error) {
	t.Helper()
	if set.MaxLine == 0 {
		set.MaxLine = 1 << 20
	}
	var notes bytes.Buffer
	sets, err := readSets(t.Context(), set, &notes)
	return sets, notes.String(), err
}

func TestFilesAreReadAsTheyCome(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	docs := write(t, dir, "docs.jsonl", "\ufeff{\"id\":2,\"title\":\" 题 \",\"text\":\"文\",\"more\":[1]}\r\n\r\n{\"id\":\"1\",\"text\":\"\"}")
	questions := write(t, dir, "q.jsonl", "\ufeff{\"question\":\"甲？\",\"doc_ids\":[2,\"2\",\"1\"],\"answers\":[\" \",\"文\"]}\r\n \n"+
		"{\"question\":\"  \"}\n{\"question\":\"乙？\",\"unanswerable\":true,\"doc_ids\":[\"1\"],\"answers\":[\"x\"]}\n{\"question\":\"丙？\"}\n")
	sets, notes, err := readAll(t, evalSettings{Docs: docs, Questions: []string{questions}})
	if err != nil {
		t.Fatal(err)
	}
	s := sets[0]
	if len(sets) != 1 || s.Name != filepath.Base(dir) || len(s.Docs) != 2 || len(s.Questions) != 3 {
		t.Fatalf("%+v", sets)
	}
	if a, b := s.Docs[0], s.Docs[1]; a.Path != "1" || a.Title != "1" || b.Path != "2" || b.Title != "题" || b.Text != "文" {
		t.Errorf("%+v, %+v", a, b)
	}
	if q := s.Questions[0]; len(q.DocIDs) != 2 || len(q.Answers) != 1 {
		t.Errorf("%+v", q)
	}
	if q := s.Questions[1]; !q.Unanswerable || q.DocIDs != nil || q.Answers != nil {
		t.Errorf("an unanswerable question keeps answers: %+v", q)
	}
	if !strings.Contains(notes, "1 lines without a question") || !strings.Contains(notes, "1 questions of") || !strings.Contains(notes, "for the times only") {
		t.Errorf("notes %q", notes)
	}
}

func TestQuestionsAreAskedInSimplified(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	docs := write(t, dir, "docs.jsonl", `{"id":"1","title":"臺灣","text":"圖書館"}`)
	questions := write(t, dir, "q.jsonl", `{"question":"「圖書館」由誰建，GPT-4Ｏ？","doc_ids":["1"],"answers":["臺灣"]}`)
	for simplified, want := range map[bool]string{false: "「圖書館」由誰建，GPT-4Ｏ？", true: "「图书馆」由谁建，GPT-4Ｏ？"} {
		sets, _, err := readAll(t, evalSettings{Docs: docs, Questions: []string{questions}, Simplified: simplified})
		if err != nil {
			t.Fatal(err)
		}
		if q := sets[0].Questions[0]; q.Question != want || q.Answers[0] != "臺灣" || sets[0].Docs[0].Text != "圖書館" {
			t.Errorf("simplified %v: %+v of %+v", simplified, q, sets[0].Docs[0])
		}
	}
}

func TestSetsAreFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c/a"} {
		write(t, dir, name+"/docs.jsonl", `{"id":"1","title":"t","text":"x"}`)
		write(t, dir, name+"/queries.jsonl", `{"question":"x?","doc_ids":["1"]}`)
	}
	write(t, dir, "b/absent.jsonl", `{"question":"y?","unanswerable":true}`)
	sets, _, err := readAll(t, evalSettings{Set: []string{dir + "/a", dir + "/b/"}})
	if err != nil || len(sets) != 2 || sets[0].Name != "a" || sets[1].Name != "b" || len(sets[1].Questions) != 2 || !sets[1].Questions[1].Unanswerable {
		t.Errorf("%+v, %v", sets, err)
	}
	if _, _, err = readAll(t, evalSettings{Set: []string{dir + "/a", dir + "/c/a"}}); err == nil || !strings.Contains(err.Error(), "different names") {
		t.Errorf("two sets of one name: %v", err)
	}
}

func TestLimitSpreadsOverTheFile(t *testing.T) {
	t.Parallel()
	if got := spread([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 3); len(got) != 3 || got[0] != 0 || got[1] != 3 || got[2] != 6 {
		t.Errorf("%v", got)
	}
	if got := spread([]int{1, 2}, 0); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestWrongFilesSayWhereAndWhatToWrite(t *testing.T) {
	t.Parallel()
	const doc = `{"id":"1","title":"t","text":"x"}`
	const question = `{"question":"x?","doc_ids":["1"]}`
	for name, c := range map[string]struct {
		docs, questions string
		want            []string
	}{
		"no JSON":              {doc, "\n" + question + "\nx?", []string{"q.jsonl, line 3", `write one object a line, {"question"`}},
		"an array":             {"[" + doc + "]", question, []string{"d.jsonl, line 1", "JSON array", `{"id"`}},
		"cut":                  {doc, question[:20], []string{"line 1", "unexpected end"}},
		"two on a line":        {doc + doc, question, []string{"line 1", "after top-level value"}},
		"answers no list":      {doc, `{"question":"x?","answers":"x"}`, []string{"line 1", `"answers" is a JSON string`, `"answers":["…"]`}},
		"question no text":     {doc, `{"question":7}`, []string{`"question" is a JSON number`}},
		"no id":                {`{"title":"t","text":"x"}`, question, []string{"d.jsonl, line 1", "has no id"}},
		"no text":              {`{"id":"1","content":"x"}`, question, []string{"has no text", docForm}},
		"an id twice":          {doc + "\n" + doc, question, []string{"line 2", `"1" is also that of`, "line 1"}},
		"a question twice":     {doc, `{"id":"q","question":"x?"}` + "\n" + `{"id":"q","question":"y?"}`, []string{"line 2", `"q" is also that of`}},
		"doc_ids of nothing":   {doc, question + "\n" + `{"question":"y?","doc_ids":["2","3"]}`, []string{"2 doc_ids", `"2" (of "y?")`, "ids of "}},
		"GBK":                  {doc, "{\"question\":\"\xc4\xe3\xba\xc3\"}", []string{"line 1 is not UTF-8", "iconv"}},
		"a long line":          {doc, question + "\n" + `{"question":"` + strings.Repeat("x", 5000) + `"}`, []string{"line 2 is longer than 4500 bytes", "-max-line"}},
		"no documents":         {" \n", question, []string{"no document in", docForm}},
		"no questions":         {doc, "\n", []string{"no question in", questionForm}},
		"only empty questions": {doc, `{"question":""}`, []string{"no question in"}},
	} {
		dir := t.TempDir()
		set := evalSettings{Docs: write(t, dir, "d.jsonl", c.docs), Questions: []string{write(t, dir, "q.jsonl", c.questions)}, MaxLine: 4500}
		_, _, err := readAll(t, set)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", name, err, want)
			}
		}
	}
	for name, c := range map[string]struct {
		set  evalSettings
		want string
	}{
		"nothing":       {evalSettings{}, "give -questions FILE"},
		"no questions":  {evalSettings{Docs: "d"}, "-docs needs -questions"},
		"no file":       {evalSettings{Questions: []string{"none.jsonl"}}, "none.jsonl"},
		"no such set":   {evalSettings{Set: []string{"none"}}, filepath.Join("none", "docs.jsonl")},
		"a folder read": {evalSettings{Questions: []string{t.TempDir()}}, "directory"},
	} {
		if _, _, err := readAll(t, c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := write(t, t.TempDir(), "q.jsonl", `{"question":"x?"}`)
	if _, err := readSets(ctx, evalSettings{Questions: []string{path}, MaxLine: 1 << 20}, os.Stderr); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func FuzzQuestions(f *testing.F) {
	f.Add([]byte("\ufeff{\"question\":\"x?\",\"doc_ids\":[1]}\r\n"))
	f.Add([]byte(`{"id":{},"question":"x"}`))
	f.Add([]byte("{\"question\":\"\\ud800\",\"answers\":[null]}\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := write(t, t.TempDir(), "q.jsonl", string(data))
		list, err := readQuestions(t.Context(), []string{path}, evalSettings{MaxLine: 1000}, new(bytes.Buffer))
		if (err == nil) != (len(list) > 0) {
			t.Fatalf("%d questions, %v", len(list), err)
		}
		for _, q := range list {
			if strings.TrimSpace(q.Question) == "" || q.Unanswerable && len(q.DocIDs)+len(q.Answers) > 0 {
				t.Fatalf("%+v", q)
			}
		}
	})
}
