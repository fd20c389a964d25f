package rag

import (
	"strings"

	"yinju/corpus/fold"
	"yinju/rag/bm25"
)

// searchTerms is a question as the lexical legs see it.
type searchTerms struct {
	words, grams searchLeg
	phrases      [][]string // quoted, in each reading; the passages that hold them come first
	says         bool       // there is more to the question than stop words
}

// searchLeg is a question as one lexical leg sees it.
type searchLeg struct {
	all     []bm25.Term // stop words among them, at stopShare
	content []bm25.Term // without stop words: what the question is about
}

// stopShare is what a stop word counts for in the ranking. To drop them altogether is
// a little better on encyclopedic questions and worse on lay questions about statutes,
// where 能不能 and 多久 are half of what there is to go by.
const stopShare = 0.6

// copula keeps its full weight in the ranking: 是什么 asks for a sentence that says what
// something is, which has it. It is no content all the same.
const copula = "是"

// searchTerms weighs question and stop words down, on the query's side only. A
// question made of nothing else counts them in full.
func (x *Index) searchTerms(question string) searchTerms {
	content := x.contentOf(question)
	words, grams := x.Words(question), fold.Grams(question)
	if terms := fold.Grams(content); len(terms) > 0 {
		return searchTerms{newSearchLeg(x.Words(content), words), newSearchLeg(terms, grams), phrasesOf(question), true}
	}
	return searchTerms{newSearchLeg(words, nil), newSearchLeg(grams, nil), phrasesOf(question), false}
}

// says tells whether there is more to a question than stop words.
func (x *Index) says(question string) bool { return len(fold.Grams(x.contentOf(question))) > 0 }

// contentOf is the question with its stop words blanked out, so that no bigram
// reaches across the place where one stood.
func (x *Index) contentOf(question string) string {
	var sb strings.Builder
	for _, w := range x.Cut(question) {
		if isStopWord(fold.String(w)) {
			sb.WriteByte('\n')
		} else {
			sb.WriteString(w)
		}
	}
	return sb.String()
}

// newSearchLeg weighs each term once: content in full, what else stands in the
// question at stopShare.
func newSearchLeg(content, question []string) searchLeg {
	var l searchLeg
	seen := make(map[string]bool, len(question))
	add := func(terms []string, weight float64) {
		for _, t := range terms {
			if seen[t] {
				continue
			}
			seen[t] = true
			l.all = append(l.all, bm25.Term{Text: t, Weight: weight})
			if t == copula {
				l.all[len(l.all)-1].Weight = 1
			}
		}
	}
	add(content, 1)
	l.content = l.all[:len(l.all):len(l.all)]
	add(question, stopShare)
	return l
}
