package rag_test

import (
	"fmt"
	"strings"
	"testing"

	"yinju/rag"
)

func firstOf(t *testing.T, question string, files map[string]string, set func(*rag.Index)) rag.Hit {
	t.Helper()
	x := newIndex(t, newFolder(files))
	x.Cut = runs
	if set != nil {
		set(x)
	}
	reload(t, x)
	r, err := x.Retrieve(t.Context(), rag.Query{Text: question, Literal: true})
	if err != nil || len(r.Hits) == 0 {
		t.Fatalf("%q: %v, %v", question, r, err)
	}
	for _, h := range r.Hits {
		if h.Score < 0 || h.Score > 1 || h.Sentence < 0 || h.Sentence > 1 || h.Siblings < 0 || h.Siblings > 1 {
			t.Errorf("%q: score %v, sentence %v, siblings %v", question, h.Score, h.Sentence, h.Siblings)
		}
	}
	return r.Hits[0]
}

// Of two passages with the same words the one that has them in one sentence comes first.
func TestWordsInOneSentenceCountMore(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"散.md": "灯塔在湖边。温斯洛是工程师。书院的设计很好。天气晴朗，游客很多。",
		"聚.md": "灯塔是工程师温斯洛的设计。湖边很静，书院在山上。天气晴朗，游客很多。",
	}
	for i := range 20 {
		files[fmt.Sprint("z", i, ".md")] = fmt.Sprint("别的事情", i)
	}
	if h := firstOf(t, "灯塔由谁设计？温斯洛？", files, nil); h.Article.Path != "聚.md" {
		t.Errorf("%s comes first, with a sentence of %.2f", h.Article.Path, h.Sentence)
	}
	rrf := func(x *rag.Index) { x.Ranking.Fusion = rag.FuseRRF }
	if h := firstOf(t, "灯塔由谁设计？温斯洛？", files, rrf); h.Sentence != 0 {
		t.Errorf("a sentence counts %.2f among ranks", h.Sentence)
	}
}

// Of two passages alike that of the article which is about the question all through
// comes first.
func TestAnArticleAboutTheQuestionCountsMore(t *testing.T) {
	t.Parallel()
	var about, other []string
	for i := range 12 {
		about = append(about, fmt.Sprintf("细鳞鱼的第%d种习性与鳗鱼不同。", i))
		other = append(other, fmt.Sprintf("临江体育场的第%d场决赛照常举行。", i))
	}
	files := map[string]string{
		"a.md": strings.Join(other, "\n") + "\n细鳞鱼每年四月产卵，在湖的北岸。",
		"b.md": strings.Join(about, "\n") + "\n细鳞鱼每年五月产卵，在湖的南岸。",
	}
	h := firstOf(t, "细鳞鱼什么时候产卵？", files, nil)
	if h.Article.Path != "b.md" || !strings.Contains(h.Passage.Text, "产卵") || h.Siblings == 0 {
		t.Errorf("%s comes first: %s, siblings %.2f", h.Article.Path, h.Passage.Text, h.Siblings)
	}
}
