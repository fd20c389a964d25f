package rag

import (
	"slices"
	"testing"

	"yinju/corpus"
)

func TestSeriesName(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"渡口管理办法 第三条":     "渡口管理办法",
		"渡口管理办法第十二条之一":   "渡口管理办法",
		"渡口管理辦法　第12條":    "渡口管理辦法",
		"山中旧事：第２３回":      "山中旧事",
		"渡口管理办法":         "",
		"第三条":            "",
		"第":              "",
		"":               "",
		"三百六十条":          "",
		"县里第三条公交线路":      "",
		"办法 第条":          "",
		"Ferry rules 12": "",
	} {
		if got := seriesName(title); got != want {
			t.Errorf("seriesName(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestSeriesOf(t *testing.T) {
	t.Parallel()
	var articles []*corpus.Article
	for _, title := range []string{"甲法 第一条", "短讯", "乙法 第一条", "甲法 第二条", "短讯"} {
		articles = append(articles, &corpus.Article{Title: title})
	}
	if got, want := seriesOf(articles), []int{0, 1, 2, 0, 4}; !slices.Equal(got, want) {
		t.Errorf("seriesOf = %v, want %v", got, want)
	}
}

// The article whose series is about the question comes before one that says the same
// by chance.
func TestSeriesCountsForItsArticles(t *testing.T) {
	t.Parallel()
	s := newSnapshot(1, []*corpus.Article{
		{ID: "a", Title: "甲法 第一条"}, {ID: "b", Title: "乙法 第一条"}, {ID: "c", Title: "乙法 第二条"},
	}, map[string][]corpus.Passage{"a": {{ID: "a"}}, "b": {{ID: "b"}}, "c": {{ID: "c"}}})
	all := make([]ranked, 3)
	for i, score := range []float64{1, 1, 0.5} {
		all[i] = ranked{passage: i, lexical: LegScore{Score: score}}
	}
	s.addSiblings(all)
	for i, want := range []float64{0, 0.05, 0.1} {
		if all[i].siblings != want {
			t.Errorf("passage %d has siblings %v, want %v", i, all[i].siblings, want)
		}
	}
}
