package rag_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/ragtest"
)

// wholePassages is an Extractor that takes the first n passages as they are.
type wholePassages int

func (n wholePassages) Extract(_ string, found *rag.Result) []rag.Excerpt {
	var list []rag.Excerpt
	for i, h := range found.Hits[:min(int(n), len(found.Hits))] {
		list = append(list, rag.Excerpt{Hit: i, Span: corpus.Span{Start: h.Passage.Start, End: h.Passage.End}})
	}
	return list
}

func newAnswerer(t *testing.T, replies ...rag.ChatModel) *rag.Answerer {
	t.Helper()
	x := newIndex(t, newFolder(map[string]string{
		"星火.md": "前言没有内容\n讯飞星火上线14小时，用户数量突破100万。",
		"文心.md": "文心一言开放首日回复网友超3342万个问题。",
		"脚注.md": "腾讯混元[3]支持50多个业务[^2]，见[12]。",
	}))
	reload(t, x)
	a := &rag.Answerer{Retriever: x, Extractor: wholePassages(2), MinCoverage: 0.2}
	if len(replies) > 0 {
		a.Chat = replies[0]
	}
	return a
}

func says(pieces ...string) *ragtest.Chat {
	return &ragtest.Chat{Replies: []ragtest.Reply{{Pieces: pieces}}}
}

// asked is an answer with what was told on the way.
type asked struct {
	*rag.Answer
	deltas    string
	passages  int
	sentences []rag.Sentence
}

func ask(t *testing.T, a *rag.Answerer, q rag.Question) asked {
	t.Helper()
	got := asked{}
	answer, err := a.Ask(t.Context(), q, func(e rag.Event) error {
		got.deltas += e.Delta
		got.passages += len(e.Passages)
		if e.Sentence != nil {
			got.sentences = append(got.sentences, *e.Sentence)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("ask %q: %v", q.Text, err)
	}
	got.Answer = answer
	for _, c := range slices.Concat(answer.Citations, answer.Closest) {
		info, found := a.Retriever.(*rag.Index).Article(c.ArticleID)
		if !found || string([]rune(info.Article.Text)[c.Start:c.End]) != c.Quote || c.Quote == "" {
			t.Errorf("citation %+v does not cut its quote out of the article", c)
		}
	}
	return got
}

func question(text string) rag.Question { return rag.Question{Text: text} }

func TestAModelsAnswerIsCitedAndChecked(t *testing.T) {
	t.Parallel()
	chat := says("讯飞星火上线14小时，用户", "突破100万【", "1】。用户还有200万[1]。没有出处[9]。")
	got := ask(t, newAnswerer(t, chat), question("讯飞星火上线14小时用户突破多少？"))
	if got.Mode != rag.ModeModel || !got.Answered || !got.Complete || got.Model != "fake" {
		t.Errorf("answer %+v", got.Answer)
	}
	if want := "讯飞星火上线14小时，用户突破100万[1]。用户还有200万[1]。没有出处。"; got.Answer.Answer != want || got.deltas != want {
		t.Errorf("answer %q, told %q", got.Answer.Answer, got.deltas)
	}
	if len(got.Citations) != 1 || !strings.Contains(got.Citations[0].Quote, "100万") || got.Citations[0].Title != "星火" {
		t.Errorf("citations %+v", got.Citations)
	}
	var support []string
	for _, s := range got.Sentences {
		support = append(support, s.Support)
	}
	if fmt.Sprint(support) == "[supported supported supported]" || support[0] != "supported" || len(got.Sentences[1].Missing) == 0 {
		t.Errorf("sentences %+v", got.Sentences)
	}
	if fmt.Sprint(got.sentences) != fmt.Sprint(got.Sentences) {
		t.Errorf("told %+v, answered %+v", got.sentences, got.Sentences)
	}
	prompt := chat.Calls()[0]
	if last := prompt[len(prompt)-1]; !strings.Contains(last.Content, "[1] 讯飞星火") || !strings.Contains(last.Content, "突破多少") {
		t.Errorf("prompt %+v", prompt)
	}
}

func TestAMarkerHoldsForTheSentencesBeforeIt(t *testing.T) {
	t.Parallel()
	got := ask(t, newAnswerer(t, says("讯飞星火上线14小时；用户数量突破", "100万。用户数量突破100万。[1]\n用户数量突破200万。讯飞星火上线14小时。[1]")), question("讯飞星火上线14小时用户突破多少？"))
	cited := ""
	for _, s := range got.Sentences {
		cited += fmt.Sprint(s.Text, s.Citations, s.Support, " ")
	}
	want := "讯飞星火上线14小时；[1]supported 用户数量突破100万。[1]supported 用户数量突破100万。[1]supported " +
		"用户数量突破200万。[]unsupported 讯飞星火上线14小时。[1]supported "
	if cited != want || fmt.Sprint(got.sentences) != fmt.Sprint(got.Sentences) {
		t.Errorf("sentences %s\ntold %+v", cited, got.sentences)
	}
}

func TestAQuestionOfStopWordsAsksForNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"的", "是什么？", "Who is it?"} {
		if got := ask(t, newAnswerer(t), question(text)); got.Answered {
			t.Errorf("%s → %s", text, got.Answer.Answer)
		}
	}
}

func TestAQuestionTheArticlesDoNotAnswerReachesNoModel(t *testing.T) {
	t.Parallel()
	chat := says("不该被问到")
	got := ask(t, newAnswerer(t, chat), question("深圳地铁早上几点开门？"))
	if got.Mode != rag.ModeRefused || got.Answered || len(got.Citations) != 0 || got.deltas != got.Answer.Answer {
		t.Errorf("answer %+v", got.Answer)
	}
	if len(chat.Calls()) != 0 || got.Stats.ModelCalls != 0 {
		t.Error("the model was called")
	}
}

func TestExtractiveAnswers(t *testing.T) {
	t.Parallel()
	a := newAnswerer(t)
	a.Extractor = wholePassages(1)
	got := ask(t, a, question("腾讯混元支持多少业务？"))
	if got.Mode != rag.ModeExtractive || !got.Complete || got.Notice == "" {
		t.Errorf("answer %+v", got.Answer)
	}
	if want := `腾讯混元\[3\]支持50多个业务\[^2\]，见\[12\]。[1]`; got.Answer.Answer != want || got.deltas != want {
		t.Errorf("answer %q; want %q: the article's own footnotes would read as citations", got.Answer.Answer, want)
	}
	if text := got.Sentences[0].Text; text != "腾讯混元[3]支持50多个业务[^2]，见[12]。" {
		t.Errorf("sentence %q is not the article's text", text)
	}
	if q := got.Citations[0].Quote; q != "腾讯混元[3]支持50多个业务[^2]，见[12]。" {
		t.Errorf("quote %q is not the article's text", q)
	}
}

// sentencesOfTheFirst is an Extractor that takes all sentences of the first passage.
type sentencesOfTheFirst struct{}

func (sentencesOfTheFirst) Extract(_ string, found *rag.Result) []rag.Excerpt {
	var list []rag.Excerpt
	p := found.Hits[0].Passage
	for _, s := range corpus.Sentences(p.Text) {
		list = append(list, rag.Excerpt{Hit: 0, Span: corpus.Span{Start: p.Start + s.Start, End: p.Start + s.End}})
	}
	return list
}

func TestExcerptsKeepTheLinesOfTheArticle(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"肉.md": "1. 五花肉切成四厘米见方的块。冷水下锅。\n2. 砂锅底铺葱姜。\n\n不要加水。"}))
	x.Split = func(a *corpus.Article) []corpus.Passage {
		return []corpus.Passage{{ID: "p", Article: a.ID, Title: a.Title, End: len(a.Text), Text: a.Text}}
	}
	reload(t, x)
	got := ask(t, &rag.Answerer{Retriever: x, Extractor: sentencesOfTheFirst{}, MinCoverage: 0.2}, question("五花肉切成多大的块？"))
	if want := "1. 五花肉切成四厘米见方的块。[1]冷水下锅。[2]\n\n2. 砂锅底铺葱姜。[3]\n\n不要加水。[4]"; got.Answer.Answer != want {
		t.Errorf("got  %q\nwant %q", got.Answer.Answer, want)
	}
}

func TestAModelThatFails(t *testing.T) {
	t.Parallel()
	down := &rag.ModelError{Kind: rag.ErrorUnavailable, Hint: "start the server"}
	for name, c := range map[string]struct {
		reply    ragtest.Reply
		mode     rag.Mode
		complete bool
		holds    string
		notice   string
	}{
		"before its first word":  {ragtest.Reply{Err: down}, rag.ModeExtractive, false, "100万", "连不上"},
		"after white space":      {ragtest.Reply{Pieces: []string{"  \n", "\u3000\n"}, Err: down}, rag.ModeExtractive, false, "100万", "连不上"},
		"in the middle":          {ragtest.Reply{Pieces: []string{"突破100万[1]，而且"}, Err: down}, rag.ModeModel, false, "突破100万[1]，而且", "中断"},
		"at its length limit":    {ragtest.Reply{Pieces: []string{"突破100万[1]，而且"}, Finish: "length"}, rag.ModeModel, false, "突破100万", "长度"},
		"by its filter":          {ragtest.Reply{Pieces: []string{"突破100万[1]"}, Finish: "content_filter"}, rag.ModeModel, false, "突破100万", "过滤"},
		"not, but cites nothing": {ragtest.Reply{Pieces: []string{"突破100万。"}}, rag.ModeModel, true, "突破100万", "没有引用"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, newAnswerer(t, &ragtest.Chat{Replies: []ragtest.Reply{c.reply}}), question("讯飞星火上线14小时用户突破多少？"))
			if got.Mode != c.mode || got.Complete != c.complete || !strings.Contains(got.Answer.Answer, c.holds) || !strings.Contains(got.Notice, c.notice) {
				t.Errorf("answer %+v", got.Answer)
			}
		})
	}
}

func TestAModelMayDecline(t *testing.T) {
	t.Parallel()
	got := ask(t, newAnswerer(t, says("资料中没有找到", "这个问题的答案。")), question("讯飞星火的用户数量翻倍了吗？"))
	if got.Answered || len(got.Closest) == 0 || got.Mode != rag.ModeModel || !got.Complete {
		t.Errorf("answer %+v", got.Answer)
	}
}

func TestAskEndsWithItsReader(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	a := newAnswerer(t, says("突破100万[1]"))
	_, err := a.Ask(t.Context(), question("讯飞星火用户突破多少？"), func(e rag.Event) error {
		if e.Kind == rag.EventDelta {
			return gone
		}
		return nil
	})
	if !errors.Is(err, gone) {
		t.Errorf("error %v, want that of emit", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	a.Chat = &ragtest.Chat{Replies: []ragtest.Reply{{Pieces: []string{"a"}, Gate: make(chan struct{})}}}
	done := make(chan error)
	go func() {
		_, err := a.Ask(ctx, question("讯飞星火用户突破多少？"), nil)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestFollowUpsKeepTheirSubject(t *testing.T) {
	t.Parallel()
	a := newAnswerer(t)
	history := []rag.Message{{Role: "user", Content: "讯飞星火是什么时候上线的？"}, {Role: "assistant", Content: "…"}}
	got := ask(t, a, rag.Question{Text: "它的用户突破了多少？", History: history})
	if got.SearchedAs == "" || !strings.Contains(got.Answer.Answer, "100万") {
		t.Errorf("answer %+v", got.Answer)
	}
	if got := ask(t, a, rag.Question{Text: "文心一言开放首日回复多少问题？", History: history}); got.SearchedAs != "" {
		t.Errorf("a new topic was searched as %q", got.SearchedAs)
	}
}

func TestAnEmptyQuestionIsRefused(t *testing.T) {
	t.Parallel()
	var wrong *rag.InputError
	if _, err := newAnswerer(t).Ask(t.Context(), question(" \n"), nil); !errors.As(err, &wrong) || wrong.Field != "question" {
		t.Errorf("error %v", err)
	}
}

func TestQuestionsWithoutLettersGetChineseSentences(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]string{"？？？": "文章", "90210": "文章", "Nothing?": "articles"} {
		if got := ask(t, newAnswerer(t), question(q)); !strings.Contains(got.Answer.Answer, want) {
			t.Errorf("%s: %q", q, got.Answer.Answer)
		}
	}
}

func TestEnglishQuestionsGetEnglishSentences(t *testing.T) {
	t.Parallel()
	got := ask(t, newAnswerer(t), question("When does the subway open?"))
	if !strings.HasPrefix(got.Answer.Answer, "The articles do not") {
		t.Errorf("refused with %q", got.Answer.Answer)
	}
}

// What the retriever has found out decides only where the operator has not.
func TestWhoDecidesToRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		coverage, threshold, least float64
		refused                    bool
	}{
		{0.3, 0.31, -1, true},
		{0.31, 0.31, -1, false},
		{0.3, 0.9, 0.3, false},
		{0.3, 0.1, 0.4, true},
		{0, 0.1, 0, false},
	} {
		a := &rag.Answerer{Retriever: found{coverage: test.coverage, threshold: test.threshold}, Extractor: wholePassages(1), MinCoverage: test.least}
		got, err := a.Ask(t.Context(), question("星火有多少用户？"), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := test.least
		if want < 0 {
			want = test.threshold
		}
		if got.Answered == test.refused || got.Stats.Threshold != want {
			t.Errorf("%+v: answered %v, by %v", test, got.Answered, got.Stats.Threshold)
		}
	}
}

// found is a Retriever with one hit.
type found struct{ coverage, threshold float64 }

func (f found) Retrieve(context.Context, rag.Query) (*rag.Result, error) {
	a := &corpus.Article{ID: "1", Title: "星火", Text: "星火有一百万用户。"}
	p := corpus.Passage{ID: "1", Article: "1", Title: "星火", End: len(a.Text), Text: a.Text}
	return &rag.Result{Coverage: f.coverage, Threshold: f.threshold, Hits: []rag.Hit{{Passage: p, Article: a}}}, nil
}
