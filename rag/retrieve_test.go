package rag_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

func TestNothingIsFoundBeforeTheFirstLoad(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(nil))
	if _, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"}); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("retrieve: %v", err)
	}
	if _, _, err := x.Articles(rag.ArticleQuery{}); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("articles: %v", err)
	}
	reload(t, x)
	if got := retrieve(t, x, "苹果"); len(got) != 0 {
		t.Errorf("an empty folder gave %v", got)
	}
}

func TestFiltersNarrowEveryLeg(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	f := newFolder(map[string]string{"a.md": "苹果", "b.md": "苹果派", "c.md": "苹果树"})
	x := newIndex(t, f)
	meta := map[string]corpus.Article{
		"a.md": {Source: "晨报", Author: "张三、李 四", Published: day("2023-09-01"), Tags: []string{"AI", "水果"}},
		"b.md": {Source: "晚報", Author: "張三丰", Published: day("2023-10-01")},
	}
	load := x.Load
	x.Load = func(ctx context.Context, known corpus.Known, p func(corpus.Step)) (*corpus.Loaded, error) {
		l, err := load(ctx, known, p)
		for _, a := range l.Articles {
			a.Source, a.Author, a.Published, a.Tags = meta[a.Path].Source, meta[a.Path].Author, meta[a.Path].Published, meta[a.Path].Tags
		}
		return l, err
	}
	reload(t, x)
	for name, c := range map[string]struct {
		filter rag.Filter
		want   string
	}{
		"none":             {rag.Filter{}, "[a.md b.md c.md]"},
		"source, folded":   {rag.Filter{Sources: []string{"晚报"}}, "[b.md]"},
		"author, one of":   {rag.Filter{Authors: []string{"张三"}}, "[a.md]"},
		"author, folded":   {rag.Filter{Authors: []string{"张三丰", "王五"}}, "[b.md]"},
		"author, whole":    {rag.Filter{Authors: []string{"张三、李 四"}}, "[a.md]"},
		"tag, folded":      {rag.Filter{Tags: []string{"ai", "x"}}, "[a.md]"},
		"since, inclusive": {rag.Filter{Since: day("2023-10-01")}, "[b.md]"},
		"until, inclusive": {rag.Filter{Until: day("2023-09-01")}, "[a.md]"},
		"article":          {rag.Filter{Articles: []string{corpus.ArticleID("c.md")}}, "[c.md]"},
		"all must agree":   {rag.Filter{Sources: []string{"晨报"}, Since: day("2023-10-01")}, "[]"},
	} {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果", Filter: c.filter})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, h := range r.Hits {
			paths = append(paths, h.Article.Path)
		}
		slices.Sort(paths)
		if got := fmt.Sprint(paths); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestQuotedPhrasesComeFirst(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{
		"a.md": "大模型剩者为王是一种看法，大模型，大模型，剩者",
		"b.md": "有人说，未来是垂直大模型百花齐放的局面",
		"c.md": "GPT-4o 与其他模型",
		"d.md": "模型很大，GPT 很多，4o 也有",
	}))
	reload(t, x)
	for question, want := range map[string]string{
		"大模型剩者为王，“垂直大模型百花齐放”": "b.md",
		"「垂直大模型」":           "b.md",
		"\"gpt-4o\" 模型 GPT": "c.md",
		"“ＰＴ-４Ｏ”":           "c.md",
		"谁说“剩者为王之后的事”":      "a.md", // stands nowhere: its words count as usual
	} {
		if got := first(retrieve(t, x, question)); got != want {
			t.Errorf("%s → %q, want %s", question, got, want)
		}
	}
}

// Every run of 2 to 20 characters of an article, asked in quotes, brings the article,
// also across passages and in the other script, case and width.
func TestEveryPhraseIsFound(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"a.md": "大模型的價值在於應用\nGPT-4o 上线，３３４２万次\n只有在多樣化的場景中",
		"b.md": "大模型的应用在于价值\n上线 GPT-4，3342 次\n场景只有中",
	}
	x := newIndex(t, newFolder(texts))
	reload(t, x)
	for path, text := range texts {
		runes := []rune(text)
		for length := 2; length <= 20; length += 3 {
			for start := 0; start+length <= len(runes); start++ {
				phrase := strings.TrimSpace(string(runes[start : start+length]))
				if len([]rune(phrase)) < 2 {
					continue
				}
				found := retrieve(t, x, "哪里说「"+strings.ToUpper(phrase)+"」？")
				if !slices.Contains(found, path) || !holds(texts[first(found)], phrase) {
					t.Errorf("%q of %s → %v", phrase, path, found)
				}
			}
		}
	}
}

func holds(text, phrase string) bool { return strings.Contains(fold.String(text), fold.String(phrase)) }

func TestAPhraseAloneIsCovered(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "见 https://example.com/yinju，是的是的", "b.md": "其他"}))
	reload(t, x)
	for text, want := range map[string]bool{"「e.com/yi」": true, "“是的是”在哪里？": true, "「不在」": false, "“是的是”与地铁几点开门": false} {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: text})
		if err != nil || (r.Coverage == 1) != want {
			t.Errorf("%s: coverage %v, %v", text, r.Coverage, err)
		}
	}
}

func TestArticlesArePaged(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{})
	for i := range 25 {
		f.write(fmt.Sprintf("%02d.md", i), "文章")
	}
	x := newIndex(t, f)
	reload(t, x)
	var paths []string
	after := ""
	for range 10 {
		list, next, err := x.Articles(rag.ArticleQuery{Limit: 10, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			paths = append(paths, a.Article.Path)
		}
		if after = next; next == "" {
			break
		}
	}
	if len(paths) != 25 || !slices.IsSorted(paths) || after != "" {
		t.Errorf("%d paths, next %q: %v", len(paths), after, paths)
	}
	if list, _, _ := x.Articles(rag.ArticleQuery{Text: "１3"}); len(list) != 1 || list[0].Passages != 1 {
		t.Errorf("search for 13: %v", list)
	}
}

// What is excluded counts for nothing, in any leg and in the coverage; its neighbours
// in the same article stay.
func TestExcludedPassagesAreAsIfAbsent(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果树开花了\n苹果派出炉了\n“苹果树开花了”", "b.md": "天气晴朗"}))
	reload(t, x)
	find := func(q rag.Query) *rag.Result {
		r, err := x.Retrieve(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, question := range []string{"苹果树开花", "「苹果树开花」"} {
		all := find(rag.Query{Text: question})
		rest := find(rag.Query{Text: question, Exclude: func(p corpus.Passage) bool { return strings.Contains(p.Text, "开花") }})
		for _, h := range rest.Hits {
			if strings.Contains(h.Passage.Text, "开花") {
				t.Errorf("%s found what was excluded: %s", question, h.Passage.Text)
			}
		}
		if len(rest.Hits) == 0 || rest.Hits[0].Passage.Text != "苹果派出炉了" || rest.Coverage >= all.Coverage {
			t.Errorf("%s: %+v, coverage %v of %v", question, rest.Hits, rest.Coverage, all.Coverage)
		}
	}
}
