// Package extractive answers without a model: it picks the sentences of the passages
// that answer the question and leaves them as they are.
package extractive

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

// Extractor scores each sentence of the best passages by the terms of the question
// it holds, weighted by idf, and by whether it has something of the kind asked for.
// The zero value is ready to use. It is safe for concurrent use.
type Extractor struct {
	Passages  int // how many of the best passages are read; 0 means 5
	Sentences int // how many sentences an answer has at most; 0 means 3
}

// sentence is a candidate.
type sentence struct {
	hit   int
	span  corpus.Span // in the article
	text  string
	terms map[string]bool
	score float64
}

// Extract implements rag.Extractor. The best sentence comes first; those that add
// to it follow in reading order.
func (e Extractor) Extract(question string, found *rag.Result) []rag.Excerpt {
	hits := found.Hits[:min(len(found.Hits), cmp.Or(e.Passages, 5))]
	kind := kindOf(question)
	total := 1e-9
	for _, t := range found.Grams {
		total += t.Weight
	}
	var all []sentence
	for i, h := range hits {
		all = append(all, candidates(i, h, found, kind, total)...)
	}
	if len(all) == 0 {
		return nil
	}
	chosen := choose(all, cmp.Or(e.Sentences, 3))
	excerpts := make([]rag.Excerpt, len(chosen))
	for i, s := range chosen {
		excerpts[i] = rag.Excerpt{Hit: s.hit, Span: s.span}
	}
	return excerpts
}

// candidates are the sentences of a hit, scored. The title and headings above the
// passage count for every sentence, a little: they say what it is about.
func candidates(i int, h rag.Hit, found *rag.Result, kind kind, total float64) []sentence {
	text := h.Article.Text
	about := termSet(h.Passage.Context())
	var list []sentence
	spans := corpus.SentencesIn(text, corpus.Span{Start: h.Passage.Start, End: h.Passage.End})
	for n, span := range spans {
		s := sentence{hit: i, span: span, text: text[span.Start:span.End]}
		s.terms = termSet(s.text)
		near := make(map[string]bool)
		for _, m := range []int{n - 1, n + 1} {
			if m >= 0 && m < len(spans) {
				near = union(near, termSet(text[spans[m].Start:spans[m].End]))
			}
		}
		for _, t := range found.Grams {
			switch {
			case s.terms[t.Text]:
				s.score += t.Weight
			case about[t.Text]:
				s.score += aboutShare * t.Weight
			case near[t.Text]:
				s.score += nearShare * t.Weight
			}
		}
		s.score = s.score/total + kindShare*kind.in(s.text)
		s.score *= 1 - rankDiscount*float64(i)
		if heading(text, span) || strings.HasSuffix(strings.TrimSpace(s.text), "？") || strings.HasSuffix(s.text, "?") {
			s.score *= questionShare
		}
		list = append(list, s)
	}
	return list
}

// The shares by which a sentence's surroundings count, tuned on the dev sets.
const (
	aboutShare    = 0.3  // a term that stands in the title only
	nearShare     = 0.15 // a term that stands in a neighbour only
	kindShare     = 0.15 // something of the kind asked for
	rankDiscount  = 0.06 // by place of the passage
	questionShare = 0.4  // headings and questions tell little
	repeatShare   = 0.6  // overlap above which a sentence repeats another
	followShare   = 0.6  // of the best score that a further sentence must have
)

// choose takes the best sentence, then those that are nearly as good and say
// something else. All but the first stand in reading order.
func choose(all []sentence, most int) []sentence {
	slices.SortStableFunc(all, func(a, b sentence) int { return cmp.Compare(b.score, a.score) })
	chosen := all[:1:1]
	for _, s := range all[1:] {
		if len(chosen) == most || s.score < followShare*all[0].score {
			break
		}
		if !slices.ContainsFunc(chosen, func(c sentence) bool { return repeats(s, c) }) {
			chosen = append(chosen, s)
		}
	}
	slices.SortStableFunc(chosen[1:], func(a, b sentence) int {
		return cmp.Or(cmp.Compare(a.hit, b.hit), cmp.Compare(a.span.Start, b.span.Start))
	})
	return chosen
}

// repeats tells whether a says nothing that b doesn't.
func repeats(a, b sentence) bool {
	if len(a.terms) == 0 {
		return true
	}
	common := 0
	for t := range a.terms {
		if b.terms[t] {
			common++
		}
	}
	return float64(common) >= repeatShare*float64(len(a.terms))
}

func heading(text string, span corpus.Span) bool {
	line := text[strings.LastIndexByte(text[:span.Start], '\n')+1 : span.Start]
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "#")
}

func termSet(text string) map[string]bool {
	set := make(map[string]bool)
	for _, t := range fold.Grams(text) {
		set[t] = true
	}
	return set
}

func union(a, b map[string]bool) map[string]bool {
	for t := range b {
		a[t] = true
	}
	return a
}
