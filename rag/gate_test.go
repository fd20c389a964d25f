package rag_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"yinju/rag"
)

func TestTheGateKeepsWhatAnswers(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果园在山坡上", "b.md": "香蕉树在河边"})
	x := newIndex(t, f)
	golden := []rag.Golden{
		{Question: "苹果园在哪里", Articles: []string{"a.md"}, K: 1},
		{Question: "香蕉树在哪里", Articles: []string{"other.md", "b.md"}, K: 1},
		{Question: "樱桃种在哪里", Articles: []string{"c.md"}, K: 1},
	}
	var broken error
	x.Gate.Questions = func() ([]rag.Golden, error) { return golden, broken }
	r := reload(t, x)
	if r.Gate == nil || r.Gate.Questions != 3 || r.Gate.Passed != 2 || len(r.Gate.Failed) != 1 || r.Gate.Failed[0].Regression {
		t.Errorf("the first generation: %+v", r.Gate)
	}
	if w := strings.Join(r.Warnings, "\n"); !strings.Contains(w, "樱桃种在哪里") || !strings.Contains(w, "c.md") {
		t.Errorf("warnings %q", r.Warnings)
	}

	f.remove("a.md")
	f.write("d.md", "葡萄架在院子里")
	var failed *rag.GateError
	_, err := x.Reload(t.Context(), false)
	if !errors.As(err, &failed) || len(failed.Regressions()) != 1 || failed.Regressions()[0].Question != "苹果园在哪里" {
		t.Fatalf("a.md is gone: %v", err)
	}
	if p := x.Progress(); p.Generation != 1 || !strings.Contains(p.LastError, "苹果园在哪里") || !strings.Contains(p.LastError, "expected a.md, came ") {
		t.Errorf("generation %d, last error %q", p.Generation, p.LastError)
	}
	if _, err := x.Refresh(t.Context()); !errors.As(err, &failed) {
		t.Errorf("the watcher: %v", err)
	}
	if r, err := x.Reload(t.Context(), true); err != nil || r.Generation != 2 || !r.Gate.Failed[0].Regression {
		t.Errorf("forced: %+v, %v", r, err)
	}
	f.write("d.md", "葡萄架在屋后")
	if r := reload(t, x); r.Generation != 3 || r.Gate.Passed != 1 {
		t.Errorf("what failed before is no regression: %+v", r.Gate)
	}
	broken = errors.New("line 7: no JSON")
	f.write("e.md", "石榴")
	if _, err := x.Reload(t.Context(), false); !errors.Is(err, broken) || x.Progress().Generation != 3 {
		t.Errorf("a broken file: %v", err)
	}
	if r, err := x.Reload(t.Context(), true); err != nil || r.Generation != 4 || !strings.Contains(strings.Join(r.Warnings, "\n"), "line 7") {
		t.Errorf("a broken file, forced: %+v, %v", r, err)
	}
}

func TestTheGateWantsRefusals(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果园在山坡上"})
	x := newIndex(t, f)
	x.Gate.MinCoverage = 0.5
	x.Gate.Questions = func() ([]rag.Golden, error) {
		return []rag.Golden{{Question: "火星面馆几点开门", Unanswerable: true}}, nil
	}
	if r := reload(t, x); r.Gate.Passed != 1 {
		t.Errorf("%+v", r.Gate)
	}
	f.write("b.md", "火星面馆几点开门？早上开门")
	var failed *rag.GateError
	if _, err := x.Reload(t.Context(), false); !errors.As(err, &failed) || !strings.Contains(err.Error(), "expected was a refusal") {
		t.Errorf("it is answered: %v", err)
	}
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	good := "\ufeff" + `{"question": "问", "articles": ["./a.md", "b/../c.md"], "k": 3}` + "\r\n\n" + `{"question":"无","unanswerable":true}`
	list, err := rag.ReadGolden(strings.NewReader(good))
	if err != nil || fmt.Sprint(list) != "[{问 [a.md c.md] 3 false} {无 [] 0 true}]" {
		t.Errorf("%v, %v", list, err)
	}
	for text, want := range map[string]string{
		"":                                    "no question",
		"\n\nx":                               "line 3:",
		`{"question":"q","article":["a"]}`:    "line 1:",
		`{"question":"q"}`:                    "either articles",
		`{"question":" ","articles":["a"]}`:   "question is missing",
		`{"question":"q","articles":[""]}`:    "path of an article is empty",
		`{"question":"q","articles":["a"]} 1`: "behind the object",
		`{"question":"q","articles":["a"],"unanswerable":true}`: "either articles",
		`{"question":"q","articles":["a"],"k":101}`:             "k is 101",
		`[` + strings.Repeat("[", 1<<21):                        "line 1: it is longer",
	} {
		if _, err := rag.ReadGolden(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func FuzzReadGolden(f *testing.F) {
	f.Add(`{"question":"q","articles":["a"]}`)
	f.Add("{}\n[]")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := rag.ReadGolden(strings.NewReader(text))
		for _, g := range list {
			if err != nil || strings.TrimSpace(g.Question) == "" || g.Unanswerable == (len(g.Articles) > 0) {
				t.Errorf("%+v, %v", g, err)
			}
		}
	})
}

// BenchmarkGate asks 200 questions of 10,000 passages.
func BenchmarkGate(b *testing.B) {
	files := make(map[string]string)
	var golden []rag.Golden
	for i := range 1000 {
		var sb strings.Builder
		for j := range 10 {
			fmt.Fprintf(&sb, "第%d号仓库的第%d排货架上放着%d箱苹果和%d箱香蕉，由编号%d的管理员看管，每天清点一次。\n", i, j, i*7%31, j*5%17, i*13+j)
		}
		name := fmt.Sprintf("%d.md", i)
		files[name] = sb.String()
		if len(golden) < 200 {
			golden = append(golden, rag.Golden{Question: fmt.Sprintf("第%d号仓库的管理员是谁？", i), Articles: []string{name}})
		}
	}
	f := newFolder(files)
	x := newIndex(b, f)
	x.TestPhrases, x.FalseRefusals = -1, -1
	x.Embedder = nil // the naive store takes longer than all the rest
	reload(b, x)
	x.Gate.Questions = func() ([]rag.Golden, error) { return golden, nil }
	for b.Loop() {
		reload(b, x)
	}
}
