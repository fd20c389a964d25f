package form_test

import (
	"testing"

	"yinju/rag/form"
)

func TestFits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ question, fits, lacks string }{
		{"研究院是哪一年成立的?", "研究院于1987年成立。", "研究院成立已久。"},
		{"活动几点开始?", "活动上午9点开始。", "活动在礼堂开始。"},
		{"有多少人参加?", "参加的有三百人。", "参加的人很踊跃。"},
		{"湖有多深?", "湖深91米。", "湖很深。"},
		{"为什么推迟?", "因为天气不好,比赛推迟。", "比赛推迟了。"},
		{"谁认为会这样?", "罗启年认为会这样。", "事情会这样。"},
		{"大会在哪里举行?", "大会在临江市举行。", "大会已经举行。"},
		{"外墙是什么颜色?", "外墙是灰色的。", "外墙很旧。"},
		{"when was it built?", "it was built in 1871.", "it was built long ago."},
		{"how many rooms are there?", "there are twelve or 12 rooms.", "there are rooms."},
		{"why did it close?", "it closed because of rain.", "it closed."},
	} {
		f := form.Of(c.question)
		if !f.Fits(c.fits) || f.Fits(c.lacks) {
			t.Errorf("%s: %s %v, %s %v; want true, false", c.question, c.fits, f.Fits(c.fits), c.lacks, f.Fits(c.lacks))
		}
	}
	if f := form.Of("介绍观澜湖"); !f.Fits("随便什么") || f.Lacks("随便什么") {
		t.Error("a question for nothing in particular is not met by everything")
	}
}

func TestLacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		question, sentence string
		want               bool
	}{
		{"2022年收入是多少?", "2022年收入很高。", true}, // the question's own figure is no answer
		{"2022年收入是多少?", "2022年收入为18.6亿元。", false},
		{"2022年收入是多少?", "收入为2022。", true},
		{"研究院是哪一年成立的?", "研究院成立已久。", true},
		{"研究院是哪一年成立的?", "研究院于一九八七年成立。", false},
		{"谁写的?", "书是写的。", false}, // a name has no sure form
	} {
		if got := form.Of(c.question).Lacks(c.sentence); got != c.want {
			t.Errorf("%s Lacks(%s) = %v", c.question, c.sentence, got)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	f := form.Of("商量和多少家客户建立了合作?")
	if f.Unit == nil || !f.Unit.MatchString("500多家客户") || f.Unit.MatchString("500亿元") || !f.Hard || f.List {
		t.Errorf("多少家: %+v", f)
	}
	if d := f.Distance("客户"); d != 1 {
		t.Errorf("客户 is %d characters from 多少, want 1", d)
	}
	if d, all := f.Distance("没有"), 14; d != all {
		t.Errorf("a term that is not there is %d away, want all %d", d, all)
	}
	d := form.Of("什么是断层湖?")
	if d.Subject != "断层湖" || !d.Defines("断层湖是由断层陷落而成的湖。") || d.Defines("湖边有断层。") {
		t.Errorf("definition: %+v", d)
	}
	if !form.Of("有哪些措施?").List || !form.Of("what are the steps?").List {
		t.Error("a question for several things is not seen")
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"", "多少", "什么是", "几\xff家", "2022 2022.2022,", "what is ?"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, question, sentence string) {
		of := form.Of(question)
		if of.Lacks(sentence) && !of.Hard {
			t.Errorf("%q lacks what %q does not need", sentence, question)
		}
		if n := of.Distance(sentence); n < 0 || n > len(question) {
			t.Errorf("%q is %d from the word of %q", sentence, n, question)
		}
		of.Defines(sentence)
	})
}
