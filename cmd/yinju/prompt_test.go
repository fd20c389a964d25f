package main

import (
	"path/filepath"
	"strings"
	"testing"

	"yinju/corpus/segment"
)

func TestTheSystemPromptOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := write(t, dir, "good.txt", "\ufeff只按段落回答。没有就说：{{no_answer}}")
	_, set, err := parse(system{Args: []string{"-prompt", good, "-context-tokens", "4096"}, Env: environment(nil), Stdout: &strings.Builder{}, Stderr: &strings.Builder{}})
	if err != nil || !strings.HasPrefix(set.system, "只按段落") {
		t.Fatalf("%v", err)
	}
	if a := newAnswerer(set, newIndex(set, &service{}, &segment.Segmenter{}, nil)); a.Prompt.System != set.system || a.Prompt.Context != 4096 {
		t.Errorf("%+v", a.Prompt)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such file":         {[]string{"-prompt", filepath.Join(dir, "none.txt")}, "can't be read"},
		"without the sentence": {[]string{"-prompt", write(t, dir, "bad.txt", "只按段落回答。")}, "bad.txt (-prompt): it lacks {{no_answer}}"},
		"unknown placeholder":  {[]string{"-prompt", write(t, dir, "odd.txt", "{{no_answer}}{{passages}}")}, "{{passages}}"},
		"a small context":      {[]string{"-context-tokens", "100"}, "-context-tokens"},
		"no such rewriting":    {[]string{"-rewrite", "always"}, "rewrite"},
	} {
		_, _, err := parse(system{Args: c.args, Env: environment(nil), Stdout: &strings.Builder{}, Stderr: &strings.Builder{}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestDoctorLooksAtTheSystemPrompt(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	d := &diagnosis{printer: &printer{w: &out}}
	d.prompt(&settings{Prompt: "a.txt", system: "没有就说：{{no_answer}}", Context: 4096})
	d.prompt(&settings{Prompt: "b.txt", system: strings.Repeat("长", 3000), Context: 4096})
	d.prompt(&settings{Context: 4096})
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "ok    prompt") || !strings.Contains(got, "warn  prompt      b.txt takes about 3000 of 4096 tokens") {
		t.Error(got)
	}
}

// A model that answers also rewrites, unless the settings say otherwise.
func TestWhoRewrites(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]bool{"auto": true, "rules": false, "off": false} {
		_, set, err := parse(system{Args: []string{"-rewrite", mode, "-model", "m", "-model-url", "http://127.0.0.1:1/v1"}, Env: environment(nil), Stdout: &strings.Builder{}, Stderr: &strings.Builder{}})
		if err != nil {
			t.Fatal(err)
		}
		a := newAnswerer(set, newIndex(set, &service{}, &segment.Segmenter{}, nil))
		if (a.Rewrite.Model != nil) != want || a.Rewrite.Off != (mode == "off") {
			t.Errorf("%s: %+v", mode, a.Rewrite)
		}
	}
}
