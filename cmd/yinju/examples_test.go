package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/rag"
)

var updateGolden = flag.Bool("update-answers", false, "write testdata/answers.golden anew")

// Every example question is answered, and each from another article; one about a title
// from the article of that title.
func TestExamplesAreAnswered(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, lang := range []string{"zh", "en"} {
		var got struct{ Questions []string }
		s.call("GET", "/examples?lang="+lang, "", &got)
		if len(got.Questions) != 3 {
			t.Fatalf("%s: %q, want three questions", lang, got.Questions)
		}
		seen := make(map[string]bool)
		for _, q := range got.Questions {
			a := s.ask(q)
			if !a.Answered || len(a.Citations) == 0 {
				t.Errorf("%s was refused", q)
				continue
			}
			title := a.Citations[0].Title
			if seen[title] {
				t.Errorf("%s is answered from %q, as another example is", q, title)
			}
			seen[title] = true
			if quoted := strings.ContainsAny(q, "《“"); quoted && !strings.Contains(q, title) {
				t.Errorf("%s is answered from %q first", q, title)
			}
		}
	}
}

// The extractive answers to the questions that come with the bundled articles, so that a
// change of them shows in review.
func TestExtractiveAnswersGolden(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "corpus", "sample", "questions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, nil)
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		var q struct{ Question string }
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			t.Fatal(err)
		}
		a := s.ask(q.Question)
		out.WriteString("# " + q.Question + "\n")
		if a.Mode == rag.ModeRefused {
			out.WriteString("(refused)\n\n")
			continue
		}
		out.WriteString(a.Answer + "\n\n")
	}
	golden := filepath.Join("testdata", "answers.golden")
	if *updateGolden {
		if err := os.WriteFile(golden, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() == string(want) {
		return
	}
	old := strings.Split(string(want), "\n# ")
	for i, answer := range strings.Split(out.String(), "\n# ") {
		if i >= len(old) || old[i] != answer {
			t.Errorf("an answer has changed (go test ./cmd/yinju -run Golden -update-answers accepts it):\n%s", answer)
		}
	}
}
