package rag_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
)

// dated is an article: path, day of publication or "", source, text.
type dated [4]string

func newDatedIndex(t *testing.T, list ...dated) *rag.Index {
	t.Helper()
	x := newIndex(t, nil)
	x.Embedder = nil
	x.Now = func() time.Time { return time.Date(2024, 3, 20, 12, 0, 0, 0, time.UTC) }
	x.Load = func(context.Context, corpus.Known, func(corpus.Step)) (*corpus.Loaded, error) {
		out := &corpus.Loaded{}
		for _, d := range list {
			a := &corpus.Article{ID: corpus.ArticleID(d[0]), Path: d[0], Title: "题", Source: d[2], Text: d[3]}
			a.Published, _ = time.Parse(time.DateOnly, d[1])
			out.Articles = append(out.Articles, a)
		}
		return out, nil
	}
	reload(t, x)
	return x
}

var harvests = []dated{
	{"a", "2022-09-05", "甲报社", "苹果收成一百吨，果农满意。"},
	{"b", "2023-09-12", "乙报社", "苹果收成二百吨，果农满意。"},
	{"c", "2024-02-10", "甲报社", "苹果收成三百吨，果农满意。"},
	{"d", "", "", "苹果收成四百吨，果农满意。"},
	{"e", "2024-03-19", "乙报社", "樱桃才开花，大家在等。"},
}

// retrieved writes the paths found and the filters: "!" for dropped ones.
func retrieved(t *testing.T, x *rag.Index, q rag.Query) (paths, filters string) {
	t.Helper()
	r, err := x.Retrieve(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Hits {
		paths += h.Article.Path
	}
	var list []string
	for _, f := range r.SearchedFilters {
		sign := map[bool]string{true: "", false: "!"}[f.Applied]
		list = append(list, fmt.Sprint(sign, f.Mode, " ", f.Kind, " ", f.Label, " ", f.Words))
	}
	return paths, strings.Join(list, "; ")
}

func TestDatesAndSourcesOfTheQuestionNarrowTheSearch(t *testing.T) {
	t.Parallel()
	x := newDatedIndex(t, harvests...)
	for _, test := range []struct {
		question, paths, filters string
		all                      bool // paths are all that is found, not the beginning
	}{
		{"苹果收成？", "cbad", "", true},
		{"2023年9月的报道里苹果收成？", "b", "filter published 2023-09 2023年9月", true},
		{"今年的文章里苹果收成？", "c", "filter published 2024 今年", true},
		{"甲报社的报道里苹果收成？", "ca", "filter source 甲报社 甲报社", true},
		{"甲报社去年以前的报道里苹果收成？", "a", "filter source 甲报社 甲报社; filter published – 2022-12-31 去年以前", true},
		{"乙报社和甲报社的报道里苹果收成？", "cba", "filter source 乙报社 乙报社; filter source 甲报社 甲报社", true},
		{"2022年和2023年的文章里苹果收成？", "ba", "filter published 2022 2022年; filter published 2023 2023年", true},
		{"最新的报道里苹果收成？", "cbad", "filter newest  最新", true},
		// Named, not said of articles: all are found, near equals are parted.
		{"2022年9月苹果收成？", "a", "boost published 2022-09 2022年9月", false},
		{"2022年8月20日苹果收成？", "a", "boost published 2022-08-20 2022年8月20日", false},
		{"乙报社报社长说苹果收成？", "b", "boost source 乙报社 乙报社", false},
		{"苹果最近收成？", "cbad", "boost newest  最近", true},
		{"1998年苹果收成？", "cbad", "", true},
		// Nothing, or nothing about it, was published then: dropped, and said.
		{"2019年的报道里苹果收成？", "cbad", "!filter published 2019 2019年", true},
		{"昨天的新闻里苹果收成？", "cbad", "!filter published 2024-03-19 昨天", false},
		{"甲报社2023年的报道里苹果收成？", "ca", "filter source 甲报社 甲报社; !filter published 2023 2023年", true},
	} {
		paths, filters := retrieved(t, x, rag.Query{Text: test.question, MinCoverage: 0.4})
		if filters != test.filters || !strings.HasPrefix(paths, test.paths) || test.all && paths != test.paths {
			t.Errorf("%s: %s [%s], want %s [%s]", test.question, paths, filters, test.paths, test.filters)
		}
	}
}

func TestExplicitFiltersWin(t *testing.T) {
	t.Parallel()
	x := newDatedIndex(t, harvests...)
	day := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	const question = "甲报社2023年9月的报道里苹果收成？"
	for name, test := range map[string]struct {
		q              rag.Query
		paths, filters string
	}{
		"literal": {rag.Query{Literal: true}, "cbad", ""},
		"date":    {rag.Query{Filter: rag.Filter{Until: day.AddDate(1, 0, -1)}}, "a", "filter source 甲报社 甲报社"},
		"source":  {rag.Query{Filter: rag.Filter{Sources: []string{"乙报社"}}}, "b", "filter published 2023-09 2023年9月"},
		"article": {rag.Query{Filter: rag.Filter{Articles: []string{corpus.ArticleID("d")}}}, "d", ""},
	} {
		test.q.Text = question
		paths, filters := retrieved(t, x, test.q)
		// A literal search weighs the words of the date: only what is found counts.
		if name == "literal" && len(paths) == 4 {
			paths = test.paths
		}
		if paths != test.paths || filters != test.filters {
			t.Errorf("%s: %s [%s], want %s [%s]", name, paths, filters, test.paths, test.filters)
		}
	}
}

func TestTheNewestOfEqualsComeFirst(t *testing.T) {
	t.Parallel()
	x := newDatedIndex(t,
		dated{"a", "", "", "苹果收成一百吨"}, dated{"b", "2020-01-01", "", "苹果收成二百吨"},
		dated{"c", "2024-01-01", "", "苹果收成三百吨"}, dated{"d", "2022-01-01", "", "苹果收成四百吨"},
	)
	if paths, _ := retrieved(t, x, rag.Query{Text: "苹果收成"}); paths != "cdba" {
		t.Errorf("found %s, want the newest first, the undated last", paths)
	}
}

// Where nothing meets a boost, every score is what it is without it.
func TestABoostThatNothingMeetsChangesNothing(t *testing.T) {
	t.Parallel()
	x := newDatedIndex(t, harvests...)
	for _, question := range []string{"1998年苹果的收成", "去年9月7日苹果的收成"} {
		with, err := x.Retrieve(t.Context(), rag.Query{Text: question})
		if err != nil {
			t.Fatal(err)
		}
		without, err := x.Retrieve(t.Context(), rag.Query{Text: question, Literal: true})
		if err != nil {
			t.Fatal(err)
		}
		lifted := len(with.SearchedFilters) > 0
		if same := fmt.Sprint(scores(with)) == fmt.Sprint(scores(without)); same == lifted {
			t.Errorf("%s: scores %v, without hints %v; lifted %v", question, scores(with), scores(without), lifted)
		}
	}
}

func scores(r *rag.Result) []float64 {
	var list []float64
	for _, h := range r.Hits {
		list = append(list, h.Score)
	}
	return list
}

// A boost parts near equals and never lifts what fits worse.
func TestABoostLiftsNothingThatFitsWorse(t *testing.T) {
	t.Parallel()
	x := newDatedIndex(t,
		dated{"right", "2023-12-01", "", "2023年9月，苹果园的收成是一百吨。"}, dated{"wrong", "2023-09-05", "", "樱桃园的苗木卖了一百株。"},
	)
	if paths, _ := retrieved(t, x, rag.Query{Text: "2023年9月苹果园的收成是多少？"}); !strings.HasPrefix(paths, "right") {
		t.Errorf("found %s", paths)
	}
}

func TestAnAnswerTellsItsFilters(t *testing.T) {
	t.Parallel()
	a := &rag.Answerer{Retriever: newDatedIndex(t, harvests...), Extractor: wholePassages(1), MinCoverage: 0.4}
	got := ask(t, a, question("2023年9月的报道里苹果收成？"))
	if !strings.Contains(got.Answer.Answer, "二百吨") || len(got.SearchedFilters) != 1 || got.SearchedFilters[0].Since != "2023-09-01" ||
		got.SearchedFilters[0].Until != "2023-09-30" || strings.Contains(got.Notice, "条件") {
		t.Errorf("%+v", got.Answer)
	}
	got = ask(t, a, question("2019年的报道里苹果收成？"))
	if !got.Answered || len(got.SearchedFilters) != 1 || got.SearchedFilters[0].Applied || !strings.Contains(got.Notice, "“2019年”") {
		t.Errorf("a dropped filter: %+v", got.Answer)
	}
	got = ask(t, a, rag.Question{Text: "2023年9月的报道里苹果收成？", Literal: true})
	if len(got.SearchedFilters) != 0 || got.SearchedFilters == nil {
		t.Errorf("switched off: %+v", got.SearchedFilters)
	}
	// A follow-up is searched twice; what its filter leaves out must not come back.
	got = ask(t, a, rag.Question{Text: "那2023年的报道呢？", K: 3, History: []rag.Message{{Role: "user", Content: "苹果收成？"}}})
	if got.SearchedAs == "" || !strings.Contains(got.Answer.Answer, "二百吨") || got.passages != 1 {
		t.Errorf("a follow-up: %+v, %d passages", got.Answer, got.passages)
	}
}
