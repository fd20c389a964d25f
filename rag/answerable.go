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
		above := a.in(newBag(p.Context()))
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

// in tells which terms a text holds.
func (a asked) in(b *bag) []bool {
	held := make([]bool, len(a.terms))
	for i, t := range a.terms {
		held[i] = b.holds(t.text)
	}
	return held
}

// inSentences is what the best sentence of a passage holds of the question, with the
// terms that stand above it.
func (a asked) inSentences(text string, above []bool) float64 {
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
			case above[i]:
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

// share is how much of the question the terms are that a text holds.
func (a asked) share(held []bool) float64 {
	sum := 0.0
	for i, t := range a.terms {
		if held[i] {
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
	text, folded string
	plain        bool            // every Chinese term of the text stands in folded as it is
	terms        map[string]bool // those of list, once one was asked for
}

func newBag(text string) *bag {
	folded := fold.String(text)
	return &bag{text: text, folded: folded, plain: !strings.ContainsFunc(folded, special)}
}

// special are the characters that may be left out of terms or put together in them,
// and more: all but ASCII, Chinese characters and the punctuation between those.
func special(r rune) bool {
	switch {
	case r < utf8.RuneSelf, 0x4e00 <= r && r <= 0x9fff, 0x3000 <= r && r <= 0x3020, 0x2010 <= r && r <= 0x2027, r == '·':
		return false
	}
	return true
}

// holds looks for a Chinese word as characters, for it may have been cut otherwise.
func (b *bag) holds(term string) bool {
	switch chinese := term[0] >= utf8.RuneSelf; {
	case chinese && strings.Contains(b.folded, term):
		return true
	case chinese && b.plain:
		return false
	}
	if b.terms == nil {
		b.terms = make(map[string]bool)
		for _, t := range b.list() {
			b.terms[t] = true
		}
	}
	return b.terms[term]
}

// list returns the terms that are not found in folded.
func (b *bag) list() []string {
	if !b.plain {
		return fold.Grams(b.text)
	}
	terms := fold.Quantities(b.text)
	for run := range fold.Runs(b.text) {
		if run.Kind == fold.Word {
			terms = append(append(terms, fold.Stem(run.Text)), fold.Parts(run.Text)...)
		}
	}
	return terms
}
