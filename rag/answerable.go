package rag

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag/bm25"
	"yinju/rag/form"
)

// What counts in whether the best passages answer a question, found by logistic
// regression over CMRC, DRCD and XQuAD, with passages taken out, and rounded. The first
// three add up to 1.
const (
	coveredShare  = 0.4 // coverage: how much of the question a passage holds
	sentenceShare = 0.5 // how much of it one sentence holds, with the titles above it
	titleShare    = 0.1 // how much of it the titles hold: the article is about it

	beforeShare = 0.5 // what a term counts that stands in an earlier sentence
	lackShare   = 0.1 // lost where that sentence has not the date or the number asked for
	figureShare = 1.0 // lost, by its weight, for a year or a number that the passage lacks

	readPassages = 3 // how many of the best passages are read
)

// answerable says, from 0 to 1, how well the best passages answer a question. Coverage
// alone is deceived by passages about the same things that lack the fact asked for:
// those have its words here and there, but no sentence has most of them, or they are
// about another year.
func (s *snapshot) answerable(question string, terms searchTerms, best []ranked) float64 {
	a := s.newAsked(question, terms)
	sentence, title, strange := 0.0, 0.0, 1.0
	for _, r := range best[:min(readPassages, len(best))] {
		p := s.passages[r.passage]
		above := newBag(p.Context())
		sentence = max(sentence, a.inSentences(p.Text, above))
		title = max(title, a.share(above))
		strange = min(strange, a.strange(s, r.passage))
	}
	score := coveredShare*s.coverage(terms, best) + sentenceShare*sentence + titleShare*title - strange
	return min(1, max(0, score))
}

// asked is a question as sentences are held against it.
type asked struct {
	form  form.Form
	terms []askedTerm
}

// askedTerm is a term of the question with its share of the whole question.
type askedTerm struct {
	text   string
	weight float64
	word   bool // of the words' leg
}

func (s *snapshot) newAsked(question string, terms searchTerms) asked {
	folded := fold.String(question)
	a := asked{form: form.Of(folded)}
	for _, leg := range []struct {
		index *bm25.Index
		terms []bm25.Term
		word  bool
	}{{s.words, terms.words.content, true}, {s.grams, terms.grams.content, false}} {
		from, all := len(a.terms), 0.0
		for _, t := range leg.terms {
			weight := t.Weight * rarity(leg.index, t.Text)
			a.terms = append(a.terms, askedTerm{t.Text, weight, leg.word})
			all += weight
		}
		for i := from; i < len(a.terms); i++ {
			a.terms[i].weight /= 2 * all
		}
	}
	return a
}

// inSentences is what the best sentence of a passage holds of the question.
func (a asked) inSentences(text string, above bag) float64 {
	best := 0.0
	before := make([]bool, len(a.terms))
	for _, span := range corpus.SentencesIn(text, corpus.Span{Start: 0, End: len(text)}) {
		in := newBag(text[span.Start:span.End])
		score := 0.0
		for i, t := range a.terms {
			switch {
			case in.holds(t.text):
				score += t.weight
				before[i] = true
			case above.holds(t.text):
				score += t.weight
			case before[i]:
				score += beforeShare * t.weight
			}
		}
		if a.form.Lacks(in.folded) {
			score -= lackShare / sentenceShare
		}
		best = max(best, score)
	}
	return best
}

// share is how much of the question a text holds.
func (a asked) share(in bag) float64 {
	sum := 0.0
	for _, t := range a.terms {
		if in.holds(t.text) {
			sum += t.weight
		}
	}
	return sum
}

// figure is a year, say; small numbers are written in several ways.
var figure = regexp.MustCompile(`^\d[\d.,]{2,}$`)

// strange is what is lost for the figures of the question that a passage and its titles
// lack. Latin names are not treated so: they are misspelt too often. A passage of 2022
// needs not say so if that is when it was published.
func (a asked) strange(s *snapshot, passage int) float64 {
	year := s.article(passage).Published.Format("2006")
	lost := 0.0
	for _, t := range a.terms {
		index := s.grams
		if t.word {
			index = s.words
		}
		if figure.MatchString(t.text) && t.text != year && index.Saturation(passage, t.text) == 0 {
			lost += figureShare * t.weight
		}
	}
	return lost
}

// bag is a text as terms are looked for in it.
type bag struct {
	folded string
	terms  map[string]bool // characters, bigrams, Latin words and numbers
}

func newBag(text string) bag {
	b := bag{fold.String(text), make(map[string]bool)}
	for _, t := range fold.Grams(text) {
		b.terms[t] = true
	}
	return b
}

// holds looks for a Chinese word as characters, for it may have been cut otherwise.
func (b bag) holds(term string) bool {
	return b.terms[term] || term[0] >= utf8.RuneSelf && strings.Contains(b.folded, term)
}
