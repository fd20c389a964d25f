package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
)

// amount is a number with a measure word in a Chinese sentence: what a reader may
// ask for by 多少.
var amount = regexp.MustCompile(`\**(?:\d[\d,.]*)\**[万亿]?(个|家|款|项|名|位|人|元|台|篇|种|次|倍|米|公里|小时|分钟|天|张|座|亩|吨|户|件|条)`)

// exampleCount is how many example questions a reader is offered.
const exampleCount = 3

// exampleQuestions makes questions out of sentences of the articles, from different
// articles, spread over the folder: questions that the articles answer. Articles
// that state no amounts are asked about by their titles.
func exampleQuestions(s *snapshot) (byLanguage [2][]string) {
	step := max(1, len(s.articles)/(8*exampleCount))
	add := func(question string) {
		lang := languageOf(question)
		if question != "" && len(byLanguage[lang]) < exampleCount {
			byLanguage[lang] = append(byLanguage[lang], question)
		}
	}
	for i := 0; i < len(s.articles); i += step {
		add(questionAbout(s.articles[i], s.passagesOf(i)))
	}
	for i := 0; i < len(s.articles); i += step {
		if title := s.articles[i].Title; utf8.RuneCountInString(title) <= 60 {
			add(titleQuestion(title))
		}
	}
	return byLanguage
}

// questionAbout turns the first clause that states an amount into a question for it.
func questionAbout(a *corpus.Article, passages []corpus.Passage) string {
	for _, p := range passages[:min(4, len(passages))] {
		for _, span := range corpus.SentencesIn(a.Text, corpus.Span{Start: p.Start, End: p.End}) {
			if q := amountQuestion(a.Text[span.Start:span.End]); q != "" {
				return q
			}
		}
	}
	return ""
}

// clauseEnds part a sentence where a question can end.
const clauseEnds = "。！？；，,;!?\n"

func amountQuestion(sentence string) string {
	at := amount.FindStringSubmatchIndex(sentence)
	if at == nil || strings.ContainsAny(sentence, "“”「」\"《》（）()") {
		return ""
	}
	head := sentence[:at[0]]
	tail := sentence[at[1]:]
	if end := strings.IndexAny(tail, clauseEnds); end >= 0 {
		tail = tail[:end]
	}
	if from := strings.LastIndexAny(head, "。！？；"); from >= 0 {
		_, size := utf8.DecodeRuneInString(head[from:])
		head = head[from+size:]
	}
	for _, about := range []string{"超过", "约", "近", "超", "至少", "大约", "共计", "达到", "达", "逾"} {
		head = strings.TrimSuffix(head, about)
	}
	question := strings.NewReplacer("*", "", "#", "", "\n", "").Replace(strings.TrimSpace(head) + "多少" + sentence[at[2]:at[3]] + tail)
	if n := utf8.RuneCountInString(question); n < 10 || n > 40 || utf8.RuneCountInString(head) < 5 || amount.MatchString(question) {
		return ""
	}
	return question + "？"
}

func titleQuestion(title string) string {
	if languageOf(title) == chinese {
		return "《" + title + "》讲了什么？"
	}
	return "What does “" + title + "” say?"
}

// Examples returns up to three questions that the articles answer, those in the
// reader's language ("zh", "en") first.
func (x *Index) Examples(lang string) []string {
	s := x.current.Load()
	if s == nil {
		return nil
	}
	questions := s.examples()
	first, second := questions[chinese], questions[english]
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		first, second = second, first
	}
	all := slices.Concat(first, second)
	return all[:min(exampleCount, len(all))]
}
