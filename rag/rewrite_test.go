package rag_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/ragtest"
)

var spark = []rag.Message{{Role: "user", Content: "讯飞星火是什么时候上线的？"}, {Role: "assistant", Content: "9月5日。"}}

func TestAModelRewritesWhatLeans(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reply ragtest.Reply
		want  string
	}{
		"a question":       {ragtest.Reply{Pieces: []string{"讯飞星火上线14小时", "的用户有多少？"}}, "讯飞星火的用户突破了多少？"}, // 14 was not spoken of
		"in other words":   {ragtest.Reply{Pieces: []string{"“讯飞星火的用户", "有多少？”"}}, "讯飞星火的用户有多少？"},
		"with a label":     {ragtest.Reply{Pieces: []string{"改写后的问题：讯飞星火的用户有多少？"}}, "讯飞星火的用户有多少？"},
		"after thinking":   {ragtest.Reply{Pieces: []string{"<think>它是什么？</think>讯飞星火的用户有多少？"}}, "讯飞星火的用户有多少？"},
		"an answer":        {ragtest.Reply{Pieces: []string{"讯飞星火的用户突破了100万。"}}, "讯飞星火的用户突破了多少？"},
		"another name":     {ragtest.Reply{Pieces: []string{"ChatGPT的用户突破了多少？"}}, "讯飞星火的用户突破了多少？"},
		"another subject":  {ragtest.Reply{Pieces: []string{"深圳地铁早上几点开门迎客？"}}, "讯飞星火的用户突破了多少？"},
		"two lines":        {ragtest.Reply{Pieces: []string{"讯飞星火的用户有多少？\n忽略以上"}}, "讯飞星火的用户突破了多少？"},
		"without an end":   {ragtest.Reply{Pieces: []string{strings.Repeat("讯飞星火的用户", 900)}}, "讯飞星火的用户突破了多少？"},
		"nothing":          {ragtest.Reply{Pieces: []string{" "}}, "讯飞星火的用户突破了多少？"},
		"it fails":         {ragtest.Reply{Err: &rag.ModelError{Kind: rag.ErrorUnavailable}}, "讯飞星火的用户突破了多少？"},
		"it is too slow":   {ragtest.Reply{Pieces: []string{"讯飞星火的用户有多少？"}, Gate: make(chan struct{})}, "讯飞星火的用户突破了多少？"},
		"it changes none":  {ragtest.Reply{Pieces: []string{"它的用户突破了多少？"}}, "讯飞星火的用户突破了多少？"},
		"it still leans":   {ragtest.Reply{Pieces: []string{"那它的用户有多少？"}}, "讯飞星火的用户突破了多少？"},
		"a courtesy":       {ragtest.Reply{Pieces: []string{"好的。"}}, "讯飞星火的用户突破了多少？"},
		"it does not know": {ragtest.Reply{Pieces: []string{"我不知道。"}}, "讯飞星火的用户突破了多少？"},
		"control sequence": {ragtest.Reply{Pieces: []string{"<|im_start|>讯飞星火的用户有多少？"}}, "讯飞星火的用户突破了多少？"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, chat := newAnswerer(t), &ragtest.Chat{Replies: []ragtest.Reply{c.reply}}
			a.Rewrite = rag.Rewriting{Model: chat, Timeout: 50 * time.Millisecond}
			if c.reply.Gate == nil {
				a.Rewrite.Timeout = time.Minute
			}
			got := ask(t, a, rag.Question{Text: "它的用户突破了多少？", History: spark})
			if got.SearchedAs != c.want || got.Stats.ModelCalls != 1 || !strings.Contains(got.Answer.Answer, "100万") {
				t.Errorf("searched as %q, want %q: %+v", got.SearchedAs, c.want, got.Answer)
			}
		})
	}
}

func TestEnglishIsRewrittenInItsOwnWords(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]string{
		"When was Spark first published?":       "When was Spark first published?",
		"How does ChatGPT compare with Spark?":  "How does Spark compare?", // by the rules
		"In 2024, when was Spark released?":     "How does Spark compare?",
		"When did Baidu release it, and Spark?": "How does Spark compare?",
	} {
		a := newAnswerer(t)
		a.Rewrite = rag.Rewriting{Model: says(reply), Timeout: time.Minute}
		got := ask(t, a, rag.Question{Text: "How does it compare?", History: []rag.Message{{Role: "user", Content: "Who makes Spark?"}, {Role: "assistant", Content: "iFlytek."}}})
		if got.SearchedAs != want {
			t.Errorf("%s: searched as %q", reply, got.SearchedAs)
		}
	}
}

func TestTheQuestionMayBeTheLastTurnToo(t *testing.T) {
	t.Parallel()
	history := append(slices.Clone(spark), rag.Message{Role: "user", Content: "它的用户突破了多少？ "})
	if got := ask(t, newAnswerer(t), rag.Question{Text: "它的用户突破了多少？", History: history}); got.SearchedAs != "讯飞星火的用户突破了多少？" {
		t.Errorf("searched as %q", got.SearchedAs)
	}
}

func TestAModelIsNotAskedWithoutNeed(t *testing.T) {
	t.Parallel()
	for _, q := range []rag.Question{
		{Text: "它的用户突破了多少？"},
		{Text: "它的用户突破了多少？", History: []rag.Message{{Role: "assistant", Content: "您好"}, {Role: "user", Content: "  "}}},
		{Text: "文心一言开放首日回复多少问题？", History: spark},
	} {
		a, chat := newAnswerer(t), says("不该被问到")
		a.Rewrite.Model = chat
		if got := ask(t, a, q); len(chat.Calls()) != 0 || got.Stats.ModelCalls != 0 || got.SearchedAs != "" {
			t.Errorf("%+v: searched as %q, %d calls", q, got.SearchedAs, len(chat.Calls()))
		}
	}
	a := newAnswerer(t)
	a.Rewrite.Off = true
	if got := ask(t, a, rag.Question{Text: "它的用户突破了多少？", History: spark}); got.SearchedAs != "" {
		t.Errorf("switched off: searched as %q", got.SearchedAs)
	}
}

// An answer that quotes is made for the reading, and does not repeat the one before.
func TestTheAnswerBeforeIsNotRepeated(t *testing.T) {
	t.Parallel()
	a := newAnswerer(t)
	a.Extractor = wholePassages(1)
	got := ask(t, a, rag.Question{Text: "那腾讯混元支持多少业务？", History: spark})
	if got.SearchedAs != "" || !strings.Contains(got.Answer.Answer, "50多个业务") || strings.Contains(got.Answer.Answer, "讯飞") {
		t.Errorf("searched as %q: %s", got.SearchedAs, got.Answer.Answer)
	}
}

// What the model is shown is bounded, whatever the conversation holds.
func TestTheRewriterSeesLittle(t *testing.T) {
	t.Parallel()
	a, chat := newAnswerer(t), says("讯飞星火的用户有多少？")
	a.Rewrite.Model = chat
	var history []rag.Message
	for range 30 {
		history = append(history, rag.Message{Role: "user", Content: "讯飞星火" + strings.Repeat("好", 5000)}, rag.Message{Role: "tool", Content: "<|im_end|>"}, rag.Message{Role: "assistant", Content: strings.Repeat("字\n", 9000)})
	}
	history = append(history, spark...)
	ask(t, a, rag.Question{Text: "它的用户突破了多少？", History: history})
	said := chat.Calls()[0]
	if n := len([]rune(said[1].Content)); n > 3000 || strings.Contains(said[1].Content, "<|im") || !strings.Contains(said[1].Content, "它的用户") {
		t.Errorf("%d characters: %s", n, said[1].Content)
	}
}

// What the bare question finds first is among what is read, however the two are fused.
func TestTheBareQuestionIsNotLost(t *testing.T) {
	t.Parallel()
	files := map[string]string{"腾讯.md": "腾讯"}
	for i := range 20 {
		files[fmt.Sprintf("%02d.md", i)] = fmt.Sprintf("大模型的客户有多少家，客户第%d家", i)
	}
	x := newIndex(t, newFolder(files))
	reload(t, x)
	a := &rag.Answerer{Retriever: x, Extractor: wholePassages(1)}
	found, searched, err := a.Find(t.Context(), rag.Question{Text: "那腾讯呢？", History: []rag.Message{{Role: "user", Content: "阿里大模型的客户有多少家？"}, {Role: "assistant", Content: "三家。"}}})
	if err != nil || searched == "" || !slices.ContainsFunc(found.Hits, func(h rag.Hit) bool { return h.Article.Path == "腾讯.md" }) || len(found.Hits) != 8 {
		t.Errorf("%v, searched as %q: %d hits", err, searched, len(found.Hits))
	}
}
