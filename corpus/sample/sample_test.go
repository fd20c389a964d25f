package sample

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

type question struct {
	Question     string   `json:"question"`
	Answers      []string `json:"answers"`
	DocIDs       []string `json:"doc_ids"`
	Unanswerable bool     `json:"unanswerable"`
}

func readArticles(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(FS, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	articles := map[string]string{}
	for _, name := range names {
		data, err := FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		articles[name] = string(data)
	}
	return articles
}

func readQuestions(t *testing.T) []question {
	t.Helper()
	data, err := os.ReadFile("questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var questions []question
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		decode := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decode.DisallowUnknownFields()
		var q question
		if err := decode.Decode(&q); err != nil {
			t.Fatalf("questions.jsonl, line %d: %v", len(questions)+1, err)
		}
		questions = append(questions, q)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return questions
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// splitFrontMatter cuts an article at its closing "---"; front is empty if it has none.
func splitFrontMatter(text string) (front, body string) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", text
	}
	front, body, _ = strings.Cut(rest, "\n---\n")
	return front, body
}

func TestArticlesAreWhatTheyClaim(t *testing.T) {
	t.Parallel()
	chinese, english := 0, 0
	for name, text := range readArticles(t) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			t.Errorf("%s is not valid UTF-8 without NUL", name)
		}
		_, body := splitFrontMatter(text)
		if !strings.Contains("\n"+body, "\n# ") {
			t.Errorf("%s has no first heading", name)
		}
		length := utf8.RuneCountInString(body)
		if strings.ContainsFunc(body, isHan) {
			chinese++
			if length < 600 || length > 1500 {
				t.Errorf("%s has %d characters, want 600 to 1,500", name, length)
			}
		} else {
			english++
		}
	}
	if chinese < 14 || english < 3 {
		t.Errorf("%d Chinese and %d English articles, want at least 14 and 3", chinese, english)
	}
}

// A Latin comma or colon beside a Han character is a slip of the keyboard.
func TestChinesePunctuationIsFullWidth(t *testing.T) {
	t.Parallel()
	slip := regexp.MustCompile(`\p{Han}[,;:!?]|[,;:!?]\p{Han}`)
	for name, text := range readArticles(t) {
		_, body := splitFrontMatter(text)
		if found := slip.FindString(body); found != "" {
			t.Errorf("%s: %q mixes Chinese text and Latin punctuation", name, found)
		}
	}
}

func TestFrontMatterIsPlain(t *testing.T) {
	t.Parallel()
	field := regexp.MustCompile(`^(title|source|author|date|url|tags):( \S.*)?$`)
	item := regexp.MustCompile(`^  - \S`)
	without := 0
	for name, text := range readArticles(t) {
		front, body := splitFrontMatter(text)
		if front == "" {
			without++
			continue
		}
		if body == "" {
			t.Errorf("%s: the front matter is never closed", name)
		}
		for line := range strings.SplitSeq(front, "\n") {
			if !field.MatchString(line) && !item.MatchString(line) {
				t.Errorf("%s: %q is neither a known field nor a list item", name, line)
			}
			checkValue(t, name, line)
		}
	}
	if without == 0 {
		t.Error("every article has front matter; one should show that it may be left out")
	}
}

func checkValue(t *testing.T, name, line string) {
	t.Helper()
	key, value, _ := strings.Cut(line, ": ")
	switch key {
	case "date":
		for _, layout := range []string{time.DateOnly, time.RFC3339, "2006年1月2日"} {
			if _, err := time.Parse(layout, value); err == nil {
				return
			}
		}
		t.Errorf("%s: date %q is in none of the forms we use", name, value)
	case "source", "author":
		switch value {
		case "引据编辑部", "引據編輯部", "Yinju Editorial":
		default:
			t.Errorf("%s: source %q is not ours", name, value)
		}
	case "url":
		if !strings.HasPrefix(value, "https://example.com/yinju/") {
			t.Errorf("%s: url %q is not under example.com", name, value)
		}
	}
}

// The names must survive go:embed and a module archive, which allow letters of any
// script but no punctuation beyond ASCII.
func TestNamesSuitModules(t *testing.T) {
	t.Parallel()
	for name := range readArticles(t) {
		for _, r := range name {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
				t.Errorf("%s: %q does not belong in a file name here", name, r)
			}
		}
	}
}

func TestAnswersStandInTheArticles(t *testing.T) {
	t.Parallel()
	articles := readArticles(t)
	answerable, unanswerable := 0, 0
	asked := map[string]bool{}
	for _, q := range readQuestions(t) {
		if q.Question == "" || asked[q.Question] {
			t.Errorf("question %q is empty or asked twice", q.Question)
		}
		asked[q.Question] = true
		if q.Unanswerable {
			unanswerable++
			if len(q.Answers)+len(q.DocIDs) > 0 {
				t.Errorf("%s: an unanswerable question has answers", q.Question)
			}
			continue
		}
		answerable++
		if len(q.Answers) == 0 || len(q.DocIDs) == 0 {
			t.Errorf("%s: answers or doc_ids are missing", q.Question)
		}
		for _, problem := range unsupported(q, articles) {
			t.Errorf("%s: %s", q.Question, problem)
		}
	}
	if answerable < 40 || unanswerable < 15 {
		t.Errorf("%d answerable and %d unanswerable questions, want at least 40 and 15", answerable, unanswerable)
	}
}

// unsupported names each answer that stands in none of the question's articles and
// each article that holds none of its answers.
func unsupported(q question, articles map[string]string) (problems []string) {
	held := map[string]bool{}
	for _, id := range q.DocIDs {
		useful := false
		_, body := splitFrontMatter(articles[id])
		for _, answer := range q.Answers {
			if answer != "" && strings.Contains(body, answer) {
				held[answer], useful = true, true
			}
		}
		if !useful {
			problems = append(problems, id+" holds none of the answers")
		}
	}
	for _, answer := range q.Answers {
		if !held[answer] {
			problems = append(problems, "“"+answer+"” stands in none of "+strings.Join(q.DocIDs, ", "))
		}
	}
	return problems
}

func TestUnsupportedFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	articles := map[string]string{"a.md": "---\ntitle: 一百\n---\n有130个。", "b.md": "无。"}
	for _, test := range []struct {
		name     string
		question question
		want     int
	}{
		{"held", question{Answers: []string{"130个"}, DocIDs: []string{"a.md"}}, 0},
		{"answer missing", question{Answers: []string{"130个", "64个"}, DocIDs: []string{"a.md"}}, 1},
		{"article useless", question{Answers: []string{"130个"}, DocIDs: []string{"a.md", "b.md"}}, 1},
		{"article unknown", question{Answers: []string{"130个"}, DocIDs: []string{"c.md"}}, 2},
		{"only in the front matter", question{Answers: []string{"一百"}, DocIDs: []string{"a.md"}}, 2},
	} {
		if got := unsupported(test.question, articles); len(got) != test.want {
			t.Errorf("%s: %q, want %d problems", test.name, got, test.want)
		}
	}
}

// A conversation must be answerable: its phrase stands in one of its articles.
func TestConversationsAreAnswered(t *testing.T) {
	t.Parallel()
	articles := readArticles(t)
	data, err := os.ReadFile("conversations.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	count, long := 0, 0
	for line := range bytes.Lines(data) {
		var c struct {
			Kind   string   `json:"kind"`
			Turns  []string `json:"turns"`
			DocIDs []string `json:"doc_ids"`
			Phrase string   `json:"phrase"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		count++
		if len(c.Turns) > 3 {
			long++
		}
		held := false
		for _, id := range c.DocIDs {
			text, found := articles[id]
			if !found {
				t.Errorf("%q: there is no %s", c.Turns, id)
			}
			held = held || strings.Contains(text, c.Phrase)
		}
		if !held || c.Kind == "" || len(c.Turns)%2 == 0 {
			t.Errorf("%q: %q stands in none of %q", c.Turns, c.Phrase, c.DocIDs)
		}
	}
	if count < 48 || long < 6 {
		t.Errorf("%d conversations, %d of three turns", count, long)
	}
}
