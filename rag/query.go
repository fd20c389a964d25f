package rag

import (
	"regexp"
	"strings"

	"yinju/corpus/fold"
	"yinju/rag/bm25"
)

// searchTerms is a question as the lexical legs see it.
type searchTerms struct {
	words   []bm25.Term
	grams   []bm25.Term
	phrases []string // quoted, folded; the passages that hold them come first
}

// quoted finds what stands in quotes: “…”, 「…」, 『…』, "…", ＂…＂. A phrase has at
// least two characters: one in quotes is emphasis, not a phrase.
var quoted = regexp.MustCompile(`“([^“”]{2,100})”|「([^「」]{2,100})」|『([^『』]{2,100})』|["＂]([^"＂]{2,100})["＂]`)

func phrasesOf(question string) []string {
	var phrases []string
	for _, groups := range quoted.FindAllStringSubmatch(question, 8) {
		phrase := strings.TrimSpace(fold.String(strings.Join(groups[1:], "")))
		if phrase != "" {
			phrases = append(phrases, phrase)
		}
	}
	return phrases
}

// searchTerms drops question and stop words, on the query's side only: the surest
// gain in ranking that was measured. A question made of nothing else keeps them.
func (x *Index) searchTerms(question string) searchTerms {
	content := x.contentOf(question)
	if len(fold.Grams(content)) == 0 {
		content = question
	}
	return searchTerms{
		words:   weighted(x.Words(content)),
		grams:   weighted(fold.Grams(content)),
		phrases: phrasesOf(question),
	}
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

func weighted(terms []string) []bm25.Term {
	query := make([]bm25.Term, 0, len(terms))
	seen := make(map[string]bool, len(terms))
	for _, t := range terms {
		if !seen[t] {
			seen[t] = true
			query = append(query, bm25.Term{Text: t, Weight: 1})
		}
	}
	return query
}
