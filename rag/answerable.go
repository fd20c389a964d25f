package rag

import (
	"regexp"

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
func (s *snapshot) answerable(a *asked, terms searchTerms, best []ranked) float64 {
	sentence, title, strange := 0.0, 0.0, 1.0
	for _, r := range best[:min(readPassages, len(best))] {
		read := a.read(s, r.passage)
		sentence, title = max(sentence, read.sentence), max(title, read.title)
		strange = min(strange, a.strange(s, r.passage))
	}
	score := coveredShare*s.coverage(terms, best) + sentenceShare*sentence + titleShare*title - strange
	return min(1, max(0, score))
}

// asked is a question as sentences are held against it.
type asked struct {
	form     form.Form
	terms    []askedTerm
	readings map[int]answering // by passage: each is read once
}

// answering is what a passage holds of a question.
type answering struct {
	sentence float64 // its best sentence, with the titles above it
	title    float64 // those titles
}

// askedTerm is a term of the question with its share of the whole question.
type askedTerm struct {
	text   string
	weight float64
	word   bool // of the words' leg
}

func (s *snapshot) newAsked(question string, terms searchTerms) *asked {
	a := &asked{form: form.Of(fold.String(question)), readings: make(map[int]answering)}
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

func (a *asked) read(s *snapshot, passage int) answering {
	r, done := a.readings[passage]
	if !done {
		p := s.passages[passage]
		above := a.in(newBag(p.Context()))
		r = answering{a.inSentences(p.Text, above), a.share(above)}
		a.readings[passage] = r
	}
	return r
}

// in tells which terms a text holds.
func (a *asked) in(b *bag) []bool {
	held := make([]bool, len(a.terms))
	for i, t := range a.terms {
		held[i] = b.holds(t.text)
	}
	return held
}

// inSentences is what the best sentence of a passage holds of the question, with the
// terms that stand above it.
func (a *asked) inSentences(text string, above []bool) float64 {
	best := 0.0
	before := make([]bool, len(a.terms))
	sentences := newSentenceBags(text)
	held := a.inEach(sentences)
	for n := range sentences.bags {
		score := 0.0
		for i, t := range a.terms {
			switch {
			case held[n][i]:
				score += t.weight
				before[i] = true
			case above[i]:
				score += t.weight
			case before[i]:
				score += beforeShare * t.weight
			}
		}
		if score > best && a.form.Lacks(sentences.bags[n].folded) {
			score -= lackShare / sentenceShare
		}
		best = max(best, score)
	}
	return best
}

// inEach tells which terms each sentence holds.
func (a *asked) inEach(s *sentenceBags) [][]bool {
	all := make([]bool, len(s.bags)*len(a.terms))
	held := make([][]bool, len(s.bags))
	for n := range held {
		held[n] = all[n*len(a.terms) : (n+1)*len(a.terms)]
	}
	for i, t := range a.terms {
		s.each(t.text, func(n int) { held[n][i] = true })
	}
	return held
}

// share is how much of the question the terms are that a text holds.
func (a *asked) share(held []bool) float64 {
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
func (a *asked) strange(s *snapshot, passage int) float64 {
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
