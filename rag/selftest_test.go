package rag_test

import (
	"encoding/json"
	"strings"
	"testing"

	"yinju/corpus"
)

const prose = "大模型的價值在於應用。GPT-4o 上线，３３４２万次。\n## 场景\n只有在“多樣化”的场景中，它才「有用」。\n"

func TestReloadsTestPhrases(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": prose, "b.md": strings.Repeat("香蕉很长，苹果很甜。\n", 9), "c.md": ""})
	x := newIndex(t, f)
	r := reload(t, x)
	if r.PhrasesTested < 40 || r.PhrasesFound != r.PhrasesTested || len(r.PhrasesMissed) > 0 || len(r.Warnings) > 0 {
		t.Errorf("%d tested, %d found, missed %v, warnings %v", r.PhrasesTested, r.PhrasesFound, r.PhrasesMissed, r.Warnings)
	}
	none := newIndex(t, f)
	none.TestPhrases = -1
	if r := reload(t, none); r.PhrasesTested != 0 {
		t.Errorf("%d phrases tested, want none", r.PhrasesTested)
	}
	few := newIndex(t, f)
	few.TestPhrases = 3
	if r := reload(t, few); r.PhrasesTested != 3 {
		t.Errorf("%d phrases tested, want 3", r.PhrasesTested)
	}
}

func TestAnIndexThatLiesIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, split := range map[string]func(*corpus.Article) []corpus.Passage{
		"places that are not theirs": func(a *corpus.Article) []corpus.Passage {
			passages := lines(a)
			for i := range passages {
				passages[i].Start++
				passages[i].End++
			}
			return passages
		},
		"texts of another": func(a *corpus.Article) []corpus.Passage {
			passages := lines(a)
			for i := range passages {
				passages[i].Text = "别的话"
			}
			return passages
		},
	} {
		x := newIndex(t, newFolder(map[string]string{"secret.md": prose, "b.md": "香蕉很长"}))
		x.Split = split
		r := reload(t, x)
		if r.PhrasesTested == 0 || r.PhrasesFound == r.PhrasesTested || len(r.PhrasesMissed) == 0 || !strings.Contains(strings.Join(r.Warnings, " "), "Self-test") {
			t.Errorf("%s: %d of %d found, missed %v, warnings %v", name, r.PhrasesFound, r.PhrasesTested, r.PhrasesMissed, r.Warnings)
		}
		if data, err := json.Marshal(r.PhrasesMissed); err != nil || strings.Contains(string(data), ".md") {
			t.Errorf("%s: %s, %v: the report names the article", name, data, err)
		}
	}
}
