package rag_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinju/corpus/segment"
	"yinju/rag"
	"yinju/rag/cite"
)

// shops are passages for one question, which retrieval brings up in an order of its
// own: the tests learn the numbers by article.
var shops = map[string]string{
	"绿禾.md": "超市绿禾2024年营收186.4亿元，净利润5.3亿元。董事长陆海生说，社区小店是重点。绿禾在无锡有48家门店。",
	"蓝田.md": "超市蓝田2024年营收92.7亿元，员工1.1万人。总裁顾青在南京宣布，将进入餐饮业。",
	"红枫.md": "超市红枫[12]于1998年在成都开业，年末会员达320万人，见[3]。",
}

// shopAnswerer answers from shops; say takes the numbers of the three passages.
func shopAnswerer(t *testing.T, say func(green, blue, red int) []string) (a *rag.Answerer, numbers [3]int) {
	t.Helper()
	x := newIndex(t, newFolder(shops))
	reload(t, x)
	words, err := segment.New(segment.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a = &rag.Answerer{Retriever: x, Extractor: wholePassages(2), Checker: cite.Checker{Names: words.Names, Rare: words.Rare}}
	found, err := x.Retrieve(t.Context(), rag.Query{Text: shopQuestion.Text, K: 8})
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range found.Hits {
		for k, title := range []string{"绿禾", "蓝田", "红枫"} {
			if h.Article.Title == title {
				numbers[k] = i + 1
			}
		}
	}
	if slices.Contains(numbers[:], 0) {
		t.Fatalf("not all passages were found: %v", numbers)
	}
	a.Chat = says(say(numbers[0], numbers[1], numbers[2])...)
	return a, numbers
}

var shopQuestion = question("超市绿禾、超市蓝田和超市红枫2024年营收怎样？")

func TestCitationsAreRepaired(t *testing.T) {
	t.Parallel()
	a, n := shopAnswerer(t, func(green, blue, _ int) []string {
		return []string{
			"绿禾2024年营收186.4亿元。\n",                                   // no citation
			fmt.Sprintf("蓝田2024年营收92.7亿元[%d]。", green),              // the wrong one
			fmt.Sprintf("绿禾净利润5.3亿元[%d]。\n\n", green),               // right
			fmt.Sprintf("- **蓝田有员工1.1万人。**\n- 蓝田有员工8万人[%d]。", blue), // none; false
			"\n\n谢谢。",
		}
	})
	got := ask(t, a, shopQuestion)
	var lines []string
	for _, s := range got.Sentences {
		lines = append(lines, fmt.Sprint(s.Text, s.Citations, s.Support, s.Repaired))
	}
	want := []string{
		fmt.Sprintf("绿禾2024年营收186.4亿元。[%d]supportedadded", n[0]),
		fmt.Sprintf("蓝田2024年营收92.7亿元。[%d]supportedmoved", n[1]),
		fmt.Sprintf("绿禾净利润5.3亿元。[%d]supported", n[0]),
		fmt.Sprintf("蓝田有员工1.1万人。[%d]supportedadded", n[1]),
		fmt.Sprintf("蓝田有员工8万人。[%d]unsupported", n[1]),
		"谢谢。[]none",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got  %q\nwant %q", lines, want)
	}
	text := fmt.Sprintf("绿禾2024年营收186.4亿元[%[1]d]。\n蓝田2024年营收92.7亿元[%[2]d]。绿禾净利润5.3亿元[%[1]d]。\n\n- **蓝田有员工1.1万人[%[2]d]。**\n- 蓝田有员工8万人[%[2]d]。\n\n谢谢。", n[0], n[1])
	if got.Answer.Answer != text {
		t.Errorf("answer %q\nwant   %q", got.Answer.Answer, text)
	}
	if fmt.Sprint(got.sentences) != fmt.Sprint(got.Sentences) {
		t.Errorf("told %+v\nansw %+v", got.sentences, got.Sentences)
	}
	for _, s := range got.Sentences {
		for _, span := range s.Spans {
			checkSpan(t, a, got.Answer, span)
		}
	}
	if s := got.Sentences[3].Spans; len(s) != 1 || s[0].Quote != "超市蓝田2024年营收92.7亿元，员工1.1万人。" {
		t.Errorf("spans %+v", s)
	}
}

func TestAMarkerThatMovesLeavesOneBehind(t *testing.T) {
	t.Parallel()
	a, n := shopAnswerer(t, func(green, _, _ int) []string {
		return []string{fmt.Sprintf("绿禾2024年营收186.4亿元。蓝田2024年营收92.7亿元[%d]。", green)}
	})
	got := ask(t, a, shopQuestion)
	if want := fmt.Sprintf("绿禾2024年营收186.4亿元[%d]。蓝田2024年营收92.7亿元[%d]。", n[0], n[1]); got.Answer.Answer != want {
		t.Errorf("answer %q, want %q", got.Answer.Answer, want)
	}
	if got.Sentences[0].Repaired != "added" || got.Sentences[1].Repaired != "moved" {
		t.Errorf("sentences %+v", got.Sentences)
	}
}

func checkSpan(t *testing.T, a *rag.Answerer, answer *rag.Answer, span rag.CitedSpan) {
	t.Helper()
	i := slices.IndexFunc(answer.Citations, func(c rag.Citation) bool { return c.Number == span.Citation })
	if i < 0 {
		t.Errorf("span %+v is of no citation", span)
		return
	}
	info, _ := a.Retriever.(*rag.Index).Article(answer.Citations[i].ArticleID)
	if string([]rune(info.Article.Text)[span.Start:span.End]) != span.Quote || span.Quote == "" {
		t.Errorf("span %+v does not cut its quote out of the article", span)
	}
}

func TestNothingIsRepairedThatNoPassageBearsOut(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"绿禾2024年营收999亿元。",
		"大家都喜欢逛超市。",
		"蓝田董事长陆海波来了。",
		"```\n绿禾2024年营收186.4亿元。\n```",
		"# 绿禾2024年营收186.4亿元",
	} {
		a, _ := shopAnswerer(t, func(_, _, _ int) []string { return []string{said} })
		got := ask(t, a, shopQuestion)
		if strings.ContainsAny(got.Answer.Answer, "[]") || len(got.Citations) > 0 || got.Answer.Answer != said {
			t.Errorf("%q became %q with %d citations", said, got.Answer.Answer, len(got.Citations))
		}
	}
}

func TestUnsupportedSentencesCanBeDropped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		say  func(green, blue, red int) []string
		want func(green, blue, red int) string
	}{
		"in a paragraph": {
			func(g, _, _ int) []string {
				return []string{fmt.Sprintf("绿禾营收186.4亿元[%[1]d]。绿禾营收", g), fmt.Sprintf("777亿元[%[1]d]。绿禾净利润5.3亿元[%[1]d]。", g)}
			},
			func(g, _, _ int) string {
				return fmt.Sprintf("绿禾营收186.4亿元[%[1]d]。绿禾净利润5.3亿元[%[1]d]。", g)
			},
		},
		"first in a list": {
			func(g, b, _ int) []string {
				return []string{fmt.Sprintf("- 绿禾营收777亿元[%d]。\n- 蓝田员工1.1万人[%d]。", g, b)}
			},
			func(_, b, _ int) string { return fmt.Sprintf("- 蓝田员工1.1万人[%d]。", b) },
		},
		"within a list": {
			func(g, b, _ int) []string {
				return []string{fmt.Sprintf("以下是结果：\n\n1. 绿禾营收186.4亿元[%d]。\n2. **蓝田员工88万人[%[2]d]。**\n3. 蓝田员工1.1万人[%[2]d]。", g, b)}
			},
			func(g, b, _ int) string {
				return fmt.Sprintf("以下是结果：\n\n1. 绿禾营收186.4亿元[%d]。\n3. 蓝田员工1.1万人[%d]。", g, b)
			},
		},
		"last": {
			func(g, _, _ int) []string {
				return []string{fmt.Sprintf("绿禾营收186.4亿元[%[1]d]。\n\n- 绿禾营收777亿元[%[1]d]。", g)}
			},
			func(g, _, _ int) string { return fmt.Sprintf("绿禾营收186.4亿元[%d]。", g) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, n := shopAnswerer(t, test.say)
			a.Unsupported = rag.DropUnsupported
			got := ask(t, a, shopQuestion)
			if want := test.want(n[0], n[1], n[2]); got.Answer.Answer != want || got.deltas != want {
				t.Errorf("answer %q, told %q\nwant %q", got.Answer.Answer, got.deltas, want)
			}
			if got.Dropped != 1 || !strings.Contains(got.Notice, "1") || !got.Answered {
				t.Errorf("%d dropped, notice %q", got.Dropped, got.Notice)
			}
			for _, s := range slices.Concat(got.Sentences, got.sentences) {
				if s.Support == cite.Unsupported {
					t.Errorf("%q was shown", s.Text)
				}
			}
		})
	}
}

func TestAnAnswerWithoutASupportedSentenceIsRefused(t *testing.T) {
	t.Parallel()
	a, _ := shopAnswerer(t, func(g, _, _ int) []string {
		return []string{"以下是结果：\n", fmt.Sprintf("绿禾营收777亿元[%d]。", g), "绿禾将进军火星。"}
	})
	a.Unsupported = rag.DropUnsupported
	got := ask(t, a, shopQuestion)
	if got.Answered || got.Mode != rag.ModeRefused || len(got.Closest) == 0 || len(got.Citations) > 0 || strings.Contains(got.Answer.Answer+got.deltas, "777") {
		t.Errorf("answer %+v, told %q", got.Answer, got.deltas)
	}
	if got.Dropped != 2 || !strings.Contains(got.Notice, "核实") {
		t.Errorf("%d dropped, notice %q", got.Dropped, got.Notice)
	}
}

// fixedJudge says the same of every sentence.
type fixedJudge struct {
	verdict string
	err     error
	slow    bool
}

func (fixedJudge) Name() string { return "fixed" }

func (j fixedJudge) Judge(ctx context.Context, list []rag.Cited) ([]string, error) {
	if j.slow {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return slices.Repeat([]string{j.verdict}, len(list)), j.err
}

func TestAJudgeOnlyLowers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		judge      rag.Judge
		want       string
		judgedBy   string
		hasNotices bool
	}{
		"lower":             {fixedJudge{verdict: cite.Unsupported}, "unsupported unsupported", "fixed", false},
		"partly":            {fixedJudge{verdict: cite.Partial}, "partial unsupported", "fixed", false},
		"higher":            {fixedJudge{verdict: cite.Supported}, "supported unsupported", "", false},
		"none":              {fixedJudge{}, "supported unsupported", "", false},
		"fails":             {fixedJudge{verdict: cite.Unsupported, err: errors.New("down")}, "supported unsupported", "", true},
		"too slow":          {fixedJudge{slow: true}, "supported unsupported", "", true},
		"model":             {rag.ModelJudge{Chat: says("1: ", "no\n")}, "unsupported unsupported", "model", false},
		"model that thinks": {rag.ModelJudge{Chat: says("**1. partly**")}, "partial unsupported", "model", false},
		"model that chats":  {rag.ModelJudge{Chat: says("I cannot tell.")}, "supported unsupported", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _ := shopAnswerer(t, func(g, _, _ int) []string {
				return []string{fmt.Sprintf("绿禾营收186.4亿元[%[1]d]。绿禾营收777亿元[%[1]d]。", g)}
			})
			a.Judge, a.JudgeTimeout = test.judge, 50*time.Millisecond
			got := ask(t, a, shopQuestion)
			verdicts := got.Sentences[0].Support + " " + got.Sentences[1].Support
			if verdicts != test.want || got.Sentences[0].JudgedBy != test.judgedBy || (got.Notice != "") != test.hasNotices {
				t.Errorf("%s, judged by %q, notice %q; want %+v", verdicts, got.Sentences[0].JudgedBy, got.Notice, test)
			}
		})
	}
}

// FuzzAnswer: whatever a model says, in whatever pieces, every shown citation exists,
// every span cuts its quote, and what was told agrees with the answer.
func FuzzAnswer(f *testing.F) {
	f.Add("绿禾2024年营收186.4亿元[1]。蓝田[2,3]92.7亿元【1†source】。**员工1.1万人。**\n- `x[1]` 1998年\n|红枫|320万人[9]|", 3, true)
	f.Add("“超市红枫[12]于1998年在成都开业”[3]。a[1] = [1, 2]\n[1]\n```\n绿禾[1]", 1, false)
	x := newIndex(f, newFolder(shops))
	reload(f, x)
	f.Fuzz(func(t *testing.T, said string, size int, drop bool) {
		var pieces []string
		for rest := strings.ToValidUTF8(said, "?"); rest != ""; {
			n := min(len(rest), max(1, size%7))
			for n < len(rest) && rest[n]&0xC0 == 0x80 {
				n++
			}
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if pieces == nil {
			return
		}
		a := &rag.Answerer{Retriever: x, Extractor: wholePassages(2), Chat: says(pieces...)}
		if drop {
			a.Unsupported = rag.DropUnsupported
		}
		got, err := a.Ask(t.Context(), shopQuestion, func(rag.Event) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		exists := func(n int) bool {
			return slices.ContainsFunc(got.Citations, func(c rag.Citation) bool { return c.Number == n })
		}
		for _, s := range got.Sentences {
			for i, n := range s.Citations {
				if !exists(n) || slices.Contains(s.Citations[:i], n) {
					t.Fatalf("%q cites %v of %d", s.Text, s.Citations, len(got.Citations))
				}
			}
			for _, span := range s.Spans {
				checkSpan(t, a, got, span)
			}
			if drop && s.Support == cite.Unsupported {
				t.Fatalf("%q was shown", s.Text)
			}
		}
	})
}
