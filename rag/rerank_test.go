package rag_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

// manyBridges are twelve articles that all answer alike, so that only a reranker can
// tell them apart.
func manyBridges(t *testing.T) *rag.Answerer {
	t.Helper()
	files := make(map[string]string)
	for i := range 12 {
		files[fmt.Sprintf("桥%02d.md", i)] = fmt.Sprintf("望江大桥的长度是%d米。", 100+i)
	}
	x := newIndex(t, newFolder(files))
	reload(t, x)
	return &rag.Answerer{Retriever: x, Extractor: wholePassages(1), MinCoverage: 0.2, K: 3}
}

// prefers gives score 1 to passages that hold one of texts, less to the later ones.
func prefers(texts ...string) *ragtest.Reranker {
	return &ragtest.Reranker{Score: func(_ string, h rag.Hit) float64 {
		for i, text := range texts {
			if strings.Contains(h.Passage.Text, text) {
				return 1 / float64(i+1)
			}
		}
		return -1
	}}
}

const bridge = "望江大桥的长度是多少米？"

func TestARerankerChoosesAmongMoreThanAreKept(t *testing.T) {
	t.Parallel()
	a := manyBridges(t)
	plain := ask(t, a, rag.Question{Text: bridge, Explain: true})
	r := prefers("111米", "107米")
	a.Reranker = r
	got := ask(t, a, rag.Question{Text: bridge, Explain: true})
	if !strings.Contains(got.Answer.Answer, "111米") || got.Notice != plain.Notice || got.passages != 3 || got.Stats.Hits != 3 {
		t.Errorf("answer %+v", got.Answer)
	}
	queries, pools := r.Calls()
	if len(queries) != 1 || queries[0] != bridge || len(pools[0]) != 12 {
		t.Errorf("asked %q, with %d passages", queries, len(pools[0]))
	}
	if got.Stats.Coverage != plain.Stats.Coverage {
		t.Errorf("coverage %v, without the reranker %v", got.Stats.Coverage, plain.Stats.Coverage)
	}
	first, third := got.Explain[0], got.Explain[2]
	if first.Rerank != (rag.LegScore{Rank: 1, Score: 1}) || first.Fused.Rank <= 3 || third.Rerank != (rag.LegScore{}) || third.Fused.Rank != 1 {
		t.Errorf("explained %+v", got.Explain)
	}
	if got.Stats.RerankMS < 0 || plain.Stats.RerankMS != 0 || plain.Explain[1].Fused.Rank != 2 {
		t.Errorf("stats %+v, without %+v", got.Stats, plain.Stats)
	}
}

func TestRerankPoolBoundsWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ pool, k, want int }{{0, 3, 12}, {5, 3, 5}, {2, 3, 3}, {5, 8, 8}} {
		a := manyBridges(t)
		r := prefers("111米")
		a.Reranker, a.RerankPool = r, test.pool
		got := ask(t, a, rag.Question{Text: bridge, K: test.k})
		if _, pools := r.Calls(); len(pools[0]) != test.want || got.Stats.Hits != test.k {
			t.Errorf("pool %d, K %d: %d sent, %d kept", test.pool, test.k, len(pools[0]), got.Stats.Hits)
		}
	}
}

func TestAFailedRerankerLeavesTheFusedOrder(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"timeout": &rag.ModelError{Kind: rag.ErrorTimeout, Hint: "Too slow."},
		"foreign": errors.New("dial tcp 10.0.0.1: sk-secret"),
	} {
		a := manyBridges(t)
		want := ask(t, a, rag.Question{Text: bridge, Explain: true})
		r := prefers("111米")
		r.Fail(err)
		a.Reranker = r
		got := ask(t, a, rag.Question{Text: bridge, Explain: true})
		if got.Answer.Answer != want.Answer.Answer || fmt.Sprint(got.Explain) != fmt.Sprint(want.Explain) || !got.Complete {
			t.Errorf("%s: %+v, want %+v", name, got.Answer, want.Answer)
		}
		if !strings.Contains(got.Notice, "重排未成功") || strings.Contains(got.Notice, "secret") {
			t.Errorf("%s: notice %q", name, got.Notice)
		}
		a.MinCoverage = 0
		english := ask(t, a, question("Is it 105 long?"))
		if !strings.Contains(english.Notice, "could not be reranked") {
			t.Errorf("%s: notice %q", name, english.Notice)
		}
	}
}

func TestRefusedQuestionsAreNotReranked(t *testing.T) {
	t.Parallel()
	a, r := manyBridges(t), prefers("111米")
	a.Reranker = r
	got := ask(t, a, question("深圳地铁早上几点开门？"))
	if queries, _ := r.Calls(); got.Mode != rag.ModeRefused || len(queries) != 0 || got.Stats.RerankMS != 0 {
		t.Errorf("asked %q; answer %+v", queries, got.Answer)
	}
}

func TestQuotedPhrasesStandBeforeWhatARerankerLikes(t *testing.T) {
	t.Parallel()
	a := manyBridges(t)
	a.Reranker = prefers("111米", "105米")
	got := ask(t, a, question("望江大桥的长度是“105米”吗？"))
	if !strings.Contains(got.Answer.Answer, "105米") {
		t.Errorf("answer %+v", got.Answer)
	}
}

func TestARerankerReadsTheSelfContainedQuestion(t *testing.T) {
	t.Parallel()
	a, r := manyBridges(t), prefers("111米")
	a.Reranker = r
	got := ask(t, a, rag.Question{Text: "它的长度呢？", History: []rag.Message{
		{Role: "user", Content: "望江大桥在哪里？"}, {Role: "assistant", Content: "在江上。"},
	}})
	queries, pools := r.Calls()
	if got.SearchedAs == "" || len(queries) != 1 || queries[0] != got.SearchedAs {
		t.Fatalf("asked %q, searched as %q", queries, got.SearchedAs)
	}
	var ids []string
	for _, h := range pools[0] {
		ids = append(ids, h.Article.Path)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 12 || len(pools[0]) != 12 {
		t.Errorf("%d passages, %d of them different", len(pools[0]), len(slices.Compact(ids)))
	}
	if !strings.Contains(got.Answer.Answer, "111米") {
		t.Errorf("answer %+v", got.Answer)
	}
}

func TestAReaderWhoLeavesWhileRerankingGetsNoAnswer(t *testing.T) {
	t.Parallel()
	a, r := manyBridges(t), prefers("111米")
	ctx, cancel := context.WithCancel(t.Context())
	r.Score = func(string, rag.Hit) float64 { cancel(); return 1 }
	a.Reranker = r
	if answer, err := a.Ask(ctx, question(bridge), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", answer, err)
	}
}
