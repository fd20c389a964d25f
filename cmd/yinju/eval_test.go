package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tinySet writes a set whose every outcome is known.
func tinySet(t *testing.T, dir string) string {
	t.Helper()
	long := func(about string) string { return strings.Repeat(about, 30) }
	write(t, dir, "docs.jsonl", `{"id":"桥","title":"青石桥","text":"青石桥建于一七六二年，由石匠罗启明主持修建。桥长四十二米。\n\n`+long("青石桥两岸遍植垂柳，春日游人如织，孩童在桥上放纸鸢。")+`"}
{"id":"茶","title":"云雾茶","text":"云雾茶产自南屏山，每年清明前采摘，一斤约需三万个芽头。"}
{"id":"塔","title":"望江塔","text":"望江塔共有九层，高五十六米，顶层悬有铜钟一口。"}
`)
	write(t, dir, "queries.jsonl", `{"id":"1","question":"青石桥由谁主持修建？","answers":["罗启明"],"doc_ids":["桥"]}
{"id":"1b","question":"青石桥长多少米？","answers":["四十二米"],"doc_ids":["桥"]}
{"id":"2","question":"云雾茶产自哪座山？","answers":["南屏山"],"doc_ids":["茶"]}
{"id":"3","question":"望江塔有几层？","answers":["九层"],"doc_ids":["塔"]}
{"id":"4","question":"望江塔有几层<script>alert(1)</script>？","answers":["十二层"],"doc_ids":["茶"]}
`)
	write(t, dir, "absent.jsonl", `{"id":"5","question":"潜水艇的螺旋桨用什么合金铸造？","unanswerable":true}
`)
	return dir
}

func runEval(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, notes bytes.Buffer
	err = run(t.Context(), system{
		Args: append([]string{"eval"}, args...), Env: environment(map[string]string{"YINJU_DATA": t.TempDir()}),
		Stdout: &out, Stderr: &notes,
	})
	return out.String(), notes.String(), err
}

// parsedReport is the JSON as a program reads it.
type parsedReport struct {
	Metrics map[string]float64
	Sets    []struct {
		Name      string
		Metrics   map[string]float64
		Questions []outcome
	}
	Compare []change
}

func TestEvalOfATinySet(t *testing.T) {
	t.Parallel()
	dir := tinySet(t, t.TempDir())
	page := filepath.Join(dir, "report.html")
	out, notes, err := runEval(t, "-set", dir, "-near-misses", "-json", "-", "-html", page, "-dump", filepath.Join(dir, "dump.jsonl"))
	if err != nil || notes != "" {
		t.Fatalf("%v, notes %q", err, notes)
	}
	var r parsedReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for name, want := range map[string]float64{
		"questions": 6, "absent_questions": 1, "near_questions": 2, "documents": 3,
		"h1": 80, "recall1": 80, "answer_any": 80, "answer_quoted": 80, "citation_precision": 80, "citation_recall": 80, "refusal_auroc": 100, "refused_at_5": 100, "refused": 100, "false_refused": 0,
	} {
		if got, ok := r.Metrics[name]; !ok || got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if h10 := r.Metrics["h10"]; h10 < 80 || r.Metrics["passages"] < 4 {
		t.Errorf("%v", r.Metrics)
	}
	if len(r.Sets) != 1 || r.Sets[0].Name != filepath.Base(dir) || len(r.Sets[0].Questions) != 6 {
		t.Fatalf("%+v", r.Sets)
	}
	first := r.Sets[0].Questions[0]
	if first.Near == nil || first.Near.Coverage >= first.Coverage || !slices.Equal(first.Ranks, []int{1}) || first.AnswerMS < first.RetrieveMS {
		t.Errorf("%+v, near %+v", first, first.Near)
	}
	dump, err := os.ReadFile(filepath.Join(dir, "dump.jsonl"))
	if err != nil || strings.Count(string(dump), "\n") != 6 || !strings.Contains(string(dump), "罗启明") {
		t.Errorf("%v: %s", err, dump)
	}
	checkPage(t, page, "云雾茶", "&lt;script&gt;alert(1)")
}

// checkPage holds a page against what it promises: it asks nothing of any address and
// runs nothing.
func checkPage(t *testing.T, path string, want ...string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if found := regexp.MustCompile(`(?i)https?:|\ssrc=|\shref=|url\(|@import|<link|<script|<iframe|<img|\son[a-z]+=`).FindString(text); found != "" {
		t.Errorf("the page holds %q", found)
	}
	if regexp.MustCompile(`NaN|Inf\b|ZgotmplZ|%!`).MatchString(text) {
		t.Error("the page holds a value that is none")
	}
	for _, w := range append(want, "default-src 'none'", "<svg", "召回率", "p99") {
		if !strings.Contains(text, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

// The same input gives the same figures, but for times and memory.
func TestEvalRepeatsItself(t *testing.T) {
	t.Parallel()
	dir := tinySet(t, t.TempDir())
	vary := regexp.MustCompile(`"(\w*_ms|index_s|heap_mb|peak_mb)":\s*[0-9.e+-]+`)
	var runs []string
	for range 2 {
		out, _, err := runEval(t, "-set", dir, "-near-misses", "-json", "-")
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, vary.ReplaceAllString(out, `"$1":0`))
	}
	if runs[0] != runs[1] {
		t.Errorf("%s\nand then\n%s", runs[0], runs[1])
	}
}

func TestEvalOfSeveralSetsAndComparison(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	one, two := tinySet(t, filepath.Join(base, "one")), tinySet(t, filepath.Join(base, "二"))
	old := filepath.Join(base, "old.json")
	out, _, err := runEval(t, "-set", one, "-set", two, "-limit", "2", "-json", old)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one ", "二 ", "all (mean of sets)", "H@1", "100.0", "AUROC", "falsely", "p99"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "near misses") {
		t.Errorf("the table shows what was not measured:\n%s", out)
	}
	page := filepath.Join(base, "r.html")
	out, _, err = runEval(t, "-set", one, "-set", two, "-limit", "2", "-compare", old, "-html", page, "-json", "-")
	if err != nil {
		t.Fatal(err)
	}
	var r parsedReport
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Compare) == 0 || r.Metrics["questions"] != 6 {
		t.Fatalf("%v in %s", err, out)
	}
	for _, c := range r.Compare {
		if c.Change != 0 || c.Verdict != "no difference" {
			t.Errorf("%+v", c)
		}
	}
	checkPage(t, page, "合计")
	if out, _, err = runEval(t, "-set", one, "-set", two, "-limit", "2", "-compare", old); err != nil || !strings.Contains(out, "no difference in any question") {
		t.Errorf("%v: %s", err, out)
	}
	if _, _, err = runEval(t, "-set", one, "-set", two, "-limit", "1", "-compare", old); err == nil || !strings.Contains(err.Error(), "the same -limit") {
		t.Errorf("other questions were compared: %v", err)
	}
}

// The command of the README: the bundled articles and their questions.
func TestEvalOfTheSample(t *testing.T) {
	t.Parallel()
	questions := filepath.Join(root, "corpus", "sample", "questions.jsonl")
	out, notes, err := runEval(t, "-questions", questions, "-json", "-")
	if err != nil {
		t.Fatal(err)
	}
	var r parsedReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Sets[0].Name != "articles" || r.Metrics["h10"] < 95 || r.Metrics["absent_questions"] == 0 || r.Metrics["questions"] < 50 {
		t.Errorf("%v, notes %s", r.Metrics, notes)
	}
}

func TestEvalOfAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "articles/news/a.md", "# 望江塔\n\n望江塔共有九层。")
	questions := write(t, dir, "q.jsonl", `{"question":"望江塔有几层？","answers":["九层"],"doc_ids":["news/a.md"]}`)
	args := []string{"-articles", filepath.Join(dir, "articles"), "-questions", questions}
	out, _, err := runEval(t, append(args, "-json", "-")...)
	if err != nil || !strings.Contains(out, `"h1":100`) && !strings.Contains(out, `"h1": 100`) {
		t.Errorf("%v: %s", err, out)
	}
	// What is refused is judged all the same: refusal and answers are measured apart.
	out, _, err = runEval(t, append(args, "-refuse-below", "1", "-json", "-")...)
	var r parsedReport
	if err := errors.Join(err, json.Unmarshal([]byte(out), &r)); err != nil || r.Metrics["false_refused"] != 100 || r.Metrics["answer_any"] != 100 {
		t.Errorf("%v: %s", err, out)
	}
	wrong := write(t, dir, "wrong.jsonl", `{"question":"望江塔有几层？","doc_ids":["a.md"]}`)
	_, _, err = runEval(t, append(args, "-questions", wrong)...)
	if err == nil || !strings.Contains(err.Error(), "paths of articles inside the folder") {
		t.Errorf("%v", err)
	}
}

// What is measured must leave the data folder as it was.
func TestEvalKeepsOutOfTheDataFolder(t *testing.T) {
	t.Parallel()
	dir, data := tinySet(t, t.TempDir()), t.TempDir()
	if _, _, err := runEval(t, "-set", dir, "-data", data, "-json", "-"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(data); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWrongEvalSettings(t *testing.T) {
	t.Parallel()
	dir := tinySet(t, t.TempDir())
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no folder":     {[]string{"-html", dir + "/none/r.html"}, "make it first"},
		"a folder":      {[]string{"-json", dir}, "name a file"},
		"limit":         {[]string{"-limit=-1"}, "-limit"},
		"depth":         {[]string{"-depth", "0"}, "-depth"},
		"resamples":     {[]string{"-resamples", "10"}, "from 2000"},
		"examples":      {[]string{"-examples=-1"}, "-examples"},
		"no such run":   {[]string{"-compare", dir + "/none.json"}, "-compare"},
		"a short -line": {[]string{"-max-line", "10"}, "raise -max-line"},
	} {
		_, _, err := runEval(t, append([]string{"-set", dir}, c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// stopAt cancels when something is written.
type stopAt struct {
	bytes.Buffer
	stop func()
}

func (s *stopAt) Write(p []byte) (int, error) { s.stop(); return s.Buffer.Write(p) }

func TestEvalEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := tinySet(t, t.TempDir())
	write(t, dir, "queries.jsonl", `{"question":""}`+"\n"+`{"question":"望江塔有几层？","doc_ids":["塔"]}`) // the empty one is told
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	err := run(ctx, system{
		Args: []string{"eval", "-set", dir}, Env: environment(map[string]string{"YINJU_DATA": t.TempDir()}), Stdout: &out, Stderr: &stopAt{stop: cancel},
	})
	if err == nil || ctx.Err() == nil || out.Len() > 0 {
		t.Errorf("%v, %s", err, &out)
	}
}
