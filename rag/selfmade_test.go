package rag

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// written makes a snapshot of articles, title → text, each line a passage.
func written(texts ...[2]string) (*Index, *snapshot) {
	x := &Index{Words: fold.Grams, Cut: func(s string) []string { return strings.Split(s, "") }}
	var articles []*corpus.Article
	passages := make(map[string][]corpus.Passage)
	for i, t := range texts {
		path := fmt.Sprintf("%03d.md", i)
		a := &corpus.Article{ID: corpus.ArticleID(path), Path: path, Title: t[0], Text: t[1]}
		articles = append(articles, a)
		start := 0
		for line := range strings.Lines(a.Text) {
			text := strings.TrimRight(line, "\n")
			passages[a.ID] = append(passages[a.ID], corpus.Passage{
				ID: corpus.PassageID(a.Title, nil, text), Article: a.ID, Title: a.Title, Start: start, End: start + len(text), Text: text,
			})
			start += len(line)
		}
	}
	return x, generationOf(x, articles, passages)
}

// generationOf makes a generation of articles and their passages, as a reload does.
func generationOf(x *Index, articles []*corpus.Article, passages map[string][]corpus.Passage) *snapshot {
	x.Split = func(a *corpus.Article) []corpus.Passage { return passages[a.ID] }
	x.init()
	s, err := x.build(x.ctx, nil, articles)
	if err != nil {
		panic(err)
	}
	return s
}

const bridgeText = "南浦大桥横跨黄浦江，全长八千三百多米。\n大桥由市政工程院设计，一九九一年建成通车。\n桥塔高一百五十米，呈折线形。\n本文由编辑部整理，转载须注明出处和作者。"

func TestSelfMadeQuestions(t *testing.T) {
	t.Parallel()
	x, s := written(
		[2]string{"南浦大桥的建设", bridgeText},
		[2]string{"高铁网络的规划", "中长期铁路规划提出八纵八横的高铁主通道。\n到二零三零年，高铁网络连接主要的大中城市。\n沿线的旅客平均出行时间缩短一半以上。\n本文由编辑部整理，转载须注明出处和作者。"},
		[2]string{"20231105-001", "甲。\n乙。"},
		[2]string{"每日要闻速递", "每日要闻速递：棉花的期货价格在上午略有回升。\n| 品种 | 价格 | 涨跌 | 日期 | 地点 | 备注 |\n参见 [年报](https://example.com) 里关于棉花价格的说明。"},
		[2]string{"每日要闻速递", "每日要闻速递：小麦的期货价格在下午略有下跌。"},
	)
	asked := make(map[string]int)
	titles := 0
	for _, q := range x.selfMade(s, 100) {
		asked[q.text]++
		a := s.articles[q.article]
		switch {
		case q.title && q.text != a.Title, !q.title && !strings.Contains(a.Text, q.text):
			t.Errorf("%q does not stand in %q", q.text, a.Title)
		case asked[q.text] > 1:
			t.Errorf("%q is asked twice", q.text)
		case strings.Contains(q.text, "转载") || strings.ContainsAny(q.text, "|[") || q.text == "20231105-001" || q.text == "每日要闻速递":
			t.Errorf("%q is no question", q.text)
		}
		if q.title {
			titles++
		} else if n := utf8.RuneCountInString(q.text); n < sentenceMin || n > sentenceMax {
			t.Errorf("a sentence of %d characters", n)
		}
		for _, p := range s.passagesOf(q.article) {
			if strings.Contains(q.rest(p), q.text) {
				t.Errorf("%q is in the rest of its article", q.text)
			}
		}
	}
	if titles != 2 || len(asked) < 5 {
		t.Errorf("%d questions, %d of them titles", len(asked), titles)
	}
	first, again := x.selfMade(s, 4), x.selfMade(s, 4)
	if len(first) != 4 || fmt.Sprint(first) != fmt.Sprint(again) {
		t.Errorf("the same articles give %v, then %v", first, again)
	}
}

func TestNothingToAsk(t *testing.T) {
	t.Parallel()
	x, s := written()
	if got := x.selfMade(s, 10); len(got) != 0 {
		t.Errorf("no articles: %v", got)
	}
	x, s = written([2]string{"甲", ""}, [2]string{"乙", "一句话。"}, [2]string{"的", "的是了。\n的是了吗呢吧。"})
	if got := x.selfMade(s, 10); len(got) != 0 {
		t.Errorf("articles that say nothing: %v", got)
	}
}

func TestWhatWordsFindOfSelfMadeQuestions(t *testing.T) {
	t.Parallel()
	x, s := written(
		[2]string{"南浦大桥的建设", bridgeText},
		[2]string{"桥塔施工的笔记", "南浦大桥的桥塔由两家公司施工，历时两年。\n施工的笔记里写道，桥塔的测量最难。"},
	)
	sentence := selfMade{text: "大桥由市政工程院设计，一九九一年建成通车。", article: 0}
	found := func(nth int, q selfMade) (passages []int) {
		_, grams := x.byWords(s, q, nth)
		for _, h := range grams {
			passages = append(passages, h.Doc)
		}
		return passages
	}
	if full := found(0, sentence); len(full) == 0 || full[0] == 1 {
		t.Errorf("asked in full it finds %v: its own place first", full)
	}
	if thin := found(1, sentence); len(thin) == 0 || thin[0] != 1 {
		t.Errorf("thinned it finds %v, not its own place first", thin)
	}
	title := selfMade{text: "南浦大桥的建设", article: 0, title: true}
	_, own := x.byWords(s, title, 0)
	for _, h := range own {
		if s.owner[h.Doc] == 0 && h.Doc == 3 { // which has no character of it
			t.Errorf("passage %d is found by its title", h.Doc)
		}
	}
	if thinned := x.thinned(sentence.text, 0.5); len(thinned) >= len(sentence.text) || thinned != x.thinned(sentence.text, 0.5) {
		t.Errorf("thinned to %q", thinned)
	}
}
