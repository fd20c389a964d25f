package rag

import (
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// holdsByTerms is bag.holds by the terms of the whole text.
func holdsByTerms(text, term string) bool {
	for _, t := range fold.Grams(text) {
		if t == term {
			return true
		}
	}
	return term[0] >= utf8.RuneSelf && strings.Contains(fold.String(text), term)
}

// Looking for a term in the text is as good as cutting the text into terms.
func FuzzBagHoldsWhatTheTermsSay(f *testing.F) {
	for _, s := range [][2]string{
		{"白鸥队以3比1战胜青松队。", "青松队和3个队员"},
		{"大\u200b模型，葛\U000E0100城；か\u3099き", "大模型 葛城 がき"},
		{"營收３３４２万元，增长百分之五十", "营收33420000元 50%"},
		{"naïve nai\u0308ve Привет studies “planned”, don’t", "naïve привет study plan don"},
		{"二〇二三年九月七日·临江—— 3·5 ㎡㎏①", "2023-09-07 〇 3.5 ①"},
		{"a\xff\x00b\xe4\xb8", "a b \xff"},
		{"GPT-4o Qwen2.5-72B C++", "gpt 4o 72b c++"},
		{"", "x"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, text, question string) {
		b := newBag(text)
		for _, terms := range [][]string{fold.Grams(question), fold.Grams(text), strings.Fields(fold.String(question))} {
			for _, term := range terms[:min(len(terms), 200)] {
				if got, want := b.holds(term), holdsByTerms(text, term); got != want {
					t.Errorf("%q holds %q: %v, want %v", text, term, got, want)
				}
			}
		}
	})
}
