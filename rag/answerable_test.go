package rag_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

// about are articles that near misses are asked about. Every line is a passage.
var about = map[string]string{
	"启明精工年报.md": "启明精工2022年营业收入为18.6亿元，同比增长9%。\n启明精工的总部设在临江市，员工约2300人。",
	"滨海杯决赛.md":  "滨海杯决赛中，白鸥队以3比1战胜青松队。白鸥队的主教练罗启年表示，球队准备得很充分。\n决赛在临江体育场举行，青松队的队长赛后没有接受采访。",
	"画家宋砚秋.md":  "宋砚秋是临江人，1931年生，擅长山水画。\n宋砚秋的代表作是《云岭秋色》，现藏于临江美术馆。",
	"观澜湖.md":    "观澜湖的湖面面积为58平方公里，最大水深91米。\n观澜湖特产细鳞鱼，湖边有一座灯塔。",
	"青石书院.md":   "青石书院建于清代，因为年久失修，于去年闭馆。",
	"Lamp.md":   "The harbour lighthouse was built in 1871 by Ada Winslow. Its lamp burns 12 litres of oil each night.",
	"模型.md":     "星河公司的SKY-3模型有700亿个参数，通过了备案。",
}

// runs cuts Chinese into characters and leaves Latin words whole.
func runs(s string) []string {
	var words []string
	for r := range fold.Runs(s) {
		if text := s[r.Start:r.End]; r.Kind == fold.Han {
			words = append(words, characters(text)...)
		} else {
			words = append(words, text)
		}
	}
	return words
}

func newScored(t *testing.T) func(question string) float64 {
	t.Helper()
	x := newIndex(t, newFolder(about))
	x.Cut = runs
	reload(t, x)
	return func(question string) float64 {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: question})
		if err != nil {
			t.Fatalf("retrieve %q: %v", question, err)
		}
		return r.Coverage
	}
}

// A question that names what the articles hold but asks for a fact that they lack, or
// for that of another year or thing, counts less than the one they answer.
func TestNearMissesCountLess(t *testing.T) {
	t.Parallel()
	score := newScored(t)
	for _, pair := range []struct{ what, answered, missed string }{
		{"another year", "启明精工2022年营业收入是多少？", "启明精工2019年营业收入是多少？"},
		{"another fact", "启明精工的总部设在哪里？", "启明精工的股票代码是多少？"},
		{"another company", "启明精工2022年营业收入是多少？", "远航重工2022年营业收入是多少？"},
		{"the other team's", "白鸥队的主教练是谁？", "青松队的主教练是谁？"},
		{"another person's role", "白鸥队的主教练是谁？", "白鸥队的老板是谁？"},
		{"not the birth", "宋砚秋是哪一年生的？", "宋砚秋是哪一年去世的？"},
		{"a relative", "宋砚秋的代表作是什么？", "宋砚秋的妻子是谁？"},
		{"another measure", "观澜湖的最大水深是多少米？", "观澜湖有多少家酒店？"},
		{"another model", "SKY-3模型有多少个参数？", "SKY-9模型有多少个参数？"},
		{"another name in Latin letters", "SKY-3模型有多少个参数？", "Luna模型有多少个参数？"},
		{"no date", "青石书院为什么闭馆？", "青石书院哪一天重新开放？"},
		{"another lighthouse", "When was the harbour lighthouse built?", "When was the northern windmill built?"},
		{"no bedrooms", "How much oil does the lamp burn each night?", "How many bedrooms does the lighthouse have?"},
		{"another subject", "观澜湖特产什么鱼？", "深圳地铁早上几点开门？"},
	} {
		got, missed := score(pair.answered), score(pair.missed)
		if got < missed+0.05 {
			t.Errorf("%s: %s %.2f, but %s %.2f", pair.what, pair.answered, got, pair.missed, missed)
		}
		if got < 0.35 {
			t.Errorf("%s %.2f, too little for what the articles say", pair.answered, got)
		}
	}
}

// Of two articles the one that has what a question is about counts more.
func TestWhatAnswersCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, question, title, more, otherTitle, less string }{
		{"the date asked for", "研究院是哪一年成立的？", "甲", "研究院成立于1987年。", "甲", "研究院成立于多年前。"},
		{"the title", "观澜湖的灯塔建于何时？", "观澜湖的灯塔", "灯塔建于1871年。", "灯塔", "观澜湖的灯塔建于1871年。"},
		{"one sentence", "灯塔由谁设计建造？", "甲", "灯塔由温斯洛设计建造。湖很大。", "甲", "湖边的灯塔。温斯洛设计了书院。书院由他建造。"},
	} {
		score := func(title, text string) float64 {
			x := newIndex(t, newFolder(map[string]string{title + ".md": text, "z.md": "别的事情"}))
			x.Cut = runs
			reload(t, x)
			r, err := x.Retrieve(t.Context(), rag.Query{Text: c.question})
			if err != nil {
				t.Fatal(err)
			}
			return r.Coverage
		}
		if more, less := score(c.title, c.more), score(c.otherTitle, c.less); more < less+0.04 {
			t.Errorf("%s: %.2f with, %.2f without", c.what, more, less)
		}
	}
}

// A year that an article need not name, because it was published then, is not missed.
func TestTheYearOfPublicationIsKnown(t *testing.T) {
	t.Parallel()
	score := func(published time.Time) float64 {
		f := newFolder(map[string]string{"渔讯.md": "渔民喜获丰收，鳗鱼产量为300吨。", "b.md": "湖边有一座灯塔。"})
		x := newIndex(t, f)
		x.Split = func(a *corpus.Article) []corpus.Passage {
			a.Published = published
			return lines(a)
		}
		reload(t, x)
		r, err := x.Retrieve(t.Context(), rag.Query{Text: "鳗鱼2021年的产量是多少？", Literal: true})
		if err != nil {
			t.Fatal(err)
		}
		return r.Coverage
	}
	then, later := score(time.Date(2021, 8, 1, 0, 0, 0, 0, time.UTC)), score(time.Date(2022, 8, 1, 0, 0, 0, 0, time.UTC))
	if then < later+0.05 {
		t.Errorf("published in 2021: %.2f, in 2022: %.2f", then, later)
	}
}

func TestAnEnglishQuestionInOtherWordForms(t *testing.T) {
	t.Parallel()
	score := newScored(t)
	if got, want := score("Which lamps burned oil nightly in harbours?"), 0.4; got < want {
		t.Errorf("coverage %.2f, want %.2f at least", got, want)
	}
}

func FuzzCoverageIsAShare(f *testing.F) {
	for _, s := range []string{"", "的", "？？？", "1386", "2019", "「白鸥队」", "What is 3.14.15?", "观澜湖\x00\xff", strings.Repeat("观澜湖 2019 SKY-9 ", 50)} {
		f.Add(s)
	}
	fl := newFolder(about)
	x := &rag.Index{Load: fl.load, Split: lines, Words: fold.Grams, Cut: runs, Version: "test"}
	f.Cleanup(x.Close)
	if _, err := x.Reload(f.Context(), false); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: s})
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Coverage; !(c >= 0 && c <= 1) || math.IsNaN(c) || c > 0 && len(r.Hits) == 0 {
			t.Errorf("%q has coverage %v with %d hits", s, c, len(r.Hits))
		}
	})
}
