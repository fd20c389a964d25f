package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

var conversationsFile = filepath.Join(root, "corpus", "sample", "conversations.jsonl")

// What the project promises of follow-ups, without a model and with the real index.
func TestFollowUpsFindTheRightPassage(t *testing.T) {
	t.Parallel()
	out, _, err := runEval(t, "-conversations", conversationsFile, "-json", "-")
	if err != nil {
		t.Fatal(err)
	}
	var r talkReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Conversations < 90 || r.Found < 90 || r.Found < r.Raw {
		t.Errorf("%d conversations: %.1f %% found, %.1f %% by the bare question", r.Conversations, r.Found, r.Raw)
	}
	for _, k := range r.Kinds {
		if k.Found < k.Raw {
			t.Errorf("%s: the reading finds %d, the bare question %d", k.Kind, k.Found, k.Raw)
		}
	}
	for _, talk := range r.Talks {
		if strings.HasPrefix(talk.Kind, "new topic") && strings.Contains(talk.SearchedAs, "呢") {
			t.Errorf("a new topic was searched as %q", talk.SearchedAs)
		}
	}
}

// A question that stands for itself is searched as it is, whatever was spoken of before.
func TestANewTopicDragsNothingAlong(t *testing.T) {
	t.Parallel()
	var questions []testQuestion
	err := readLines(t.Context(), filepath.Join(root, "corpus", "sample", "questions.jsonl"), 1<<20, questionForm, func(q testQuestion, _ string) error {
		if q.Unanswerable {
			q.Answers, q.DocIDs = []string{"nowhere"}, []label{"none.md"}
		}
		questions = append(questions, q)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	enc := json.NewEncoder(&lines)
	for i, q := range questions {
		for n := range 3 {
			before := questions[(i+len(questions)*(n+1)/4)%len(questions)]
			c := conversation{Kind: "new", Turns: []string{before.Question, before.Answers[0] + "。[1]", q.Question}, Phrase: q.Answers[0]}
			for _, id := range q.DocIDs {
				c.DocIDs = append(c.DocIDs, string(id))
			}
			if err := enc.Encode(c); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, _, err := runEval(t, "-conversations", write(t, t.TempDir(), "new.jsonl", lines.String()), "-json", "-")
	if err != nil {
		t.Fatal(err)
	}
	var r talkReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	for _, talk := range r.Talks {
		if talk.SearchedAs != "" {
			t.Errorf("%s after %s was searched as %s", talk.Turns[2], talk.Turns[0], talk.SearchedAs)
		}
	}
}

func TestConversationsAreReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "articles/tower.md", "# 望江塔\n\n望江塔共有九层，建于1621年。")
	file := write(t, dir, "talk.jsonl", `{"kind":"pronoun","turns":["望江塔有几层？","九层。","它建于哪一年？"],"doc_ids":["tower.md"],"phrase":"1621年"}
{"kind":"absent","turns":["望江塔有几层？","九层。","它有多高？"],"doc_ids":["tower.md"],"phrase":"三十米"}`)
	out, _, err := runEval(t, "-articles", filepath.Join(dir, "articles"), "-conversations", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pronoun", "50.0%", "missed (absent, rank 0", "望江塔有多高？"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestWrongConversations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct{ line, want string }{
		"no question last": {`{"turns":["a","b"],"doc_ids":["a.md"],"phrase":"x"}`, "begin and end with a question"},
		"no phrase":        {`{"turns":["a"],"doc_ids":["a.md"]}`, "phrase"},
		"no object":        {`["a"]`, "write one object a line"},
		"nothing":          {``, "there is no conversation"},
	} {
		file := write(t, dir, strings.ReplaceAll(name, " ", "-")+".jsonl", c.line)
		if _, _, err := runEval(t, "-conversations", file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, _, err := runEval(t, "-conversations", dir); err == nil || !strings.Contains(err.Error(), "no file") {
		t.Errorf("a folder: %v", err)
	}
	if _, _, err := runEval(t, "-conversations", conversationsFile, "-set", dir); err == nil || !strings.Contains(err.Error(), "by itself") {
		t.Errorf("with a set: %v", err)
	}
}
