package extractive

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
	"yinju/rag/bm25"
	"yinju/rag/form"
)

// What counts in a sentence's score, in shares of what all terms of the question count
// when they stand in the sentence. Found by a listwise logistic regression over CMRC,
// DRCD and XQuAD and rounded; the answers hardly change when one is moved by a third.
const (
	titleShare  = 1.0  // a term that stands in the title or a heading: every sentence below is about it
	beforeShare = 0.6  // one that stands earlier in the passage, or in the article's first sentence
	nextShare   = 0.2  // one that stands in the next sentence
	wordShare   = 0.45 // what words count of this; characters and bigrams count the rest
	focusShare  = 0.35 // the terms in the sentence once more, by how near to the question word they were asked
	kindShare   = 0.16 // something of the kind asked for: a date, a name, a reason
	unitShare   = 0.17 // a number with the very unit asked for
	defineShare = 0.16 // opens by saying what the thing is, when that is asked
	hitShare    = 0.25 // by the score of the passage
	firstShare  = 0.07 // the first sentence of the article
	echoShare   = -0.15
	leadShare   = -0.2 // ends in a colon: the answer is in what follows
	askShare    = -0.4 // a question answers nothing
	headShare   = -0.4 // nor does a heading

	focusReach = 3.0 // characters from the question word at which a term counts half
	echoTerms  = 4   // a sentence with fewer terms that were not in the question only repeats it
	leadBytes  = 600 // how far the article's first sentence is looked for
)

// term is a term of the question with its share of the whole question.
type term struct {
	text   string
	word   bool // cut by the segmenter: looked for as a substring
	weight float64
	focus  float64
}

// query is a question as sentences are scored against it.
type query struct {
	form  form.Form
	terms []term
}

func newQuery(f form.Form, found *rag.Result) query {
	share := wordShare
	switch {
	case len(found.Words) == 0:
		share = 0
	case len(found.Grams) == 0:
		share = 1
	}
	grams := terms(f, found.Grams, false, 1-share)
	words := terms(f, found.Words, true, share)
	return query{f, slices.Concat(grams, words)}
}

// terms gives the weights of a leg's terms so that they sum up to share.
func terms(f form.Form, leg []bm25.Term, words bool, share float64) []term {
	list := make([]term, 0, len(leg))
	weights, foci := 0.0, 0.0
	for _, t := range leg {
		if t.Text == "" || !(t.Weight > 0) || math.IsInf(t.Weight, 0) {
			continue
		}
		w := term{text: stem(t.Text), word: words && !latin(t.Text), weight: t.Weight}
		w.focus = w.weight / (1 + float64(f.Distance(t.Text))/focusReach)
		weights += w.weight
		foci += w.focus
		list = append(list, w)
	}
	for i := range list {
		list[i].weight *= share / weights
		list[i].focus *= share / foci
	}
	return list
}

// candidates are the sentences of a hit, scored but for the hit's own score.
func (q query) candidates(i int, h rag.Hit) []sentence {
	text := h.Article.Text
	spans := corpus.SentencesIn(text, corpus.Span{Start: h.Passage.Start, End: h.Passage.End})
	bags := make([]bag, len(spans)+1) // behind the last there is none
	for n, span := range spans {
		bags[n] = newBag(text[span.Start:span.End])
	}
	about, opening := newBag(h.Passage.Context()), openingOf(h.Article)
	before := []bag{}
	if opening.Start < h.Passage.Start {
		before = append(before, newBag(text[opening.Start:opening.End]))
	}
	list := make([]sentence, len(spans))
	for n, span := range spans {
		s := sentence{hit: i, span: span, text: text[span.Start:span.End], bag: bags[n]}
		s.fits = q.form.Fits(s.bag.folded)
		s.score = q.overlap(s.bag, about, before, bags[n+1]) + q.evidence(s.bag.folded) + q.faults(s, about, text)
		if span.Start == opening.Start {
			s.score += firstShare
		}
		list[n] = s
		before = append(before, bags[n])
	}
	return list
}

// overlap is how much of the question a sentence and its surroundings hold.
func (q query) overlap(in, about bag, before []bag, next bag) float64 {
	score := 0.0
	for _, t := range q.terms {
		switch {
		case in.holds(t):
			score += t.weight + focusShare*t.focus
		case about.holds(t):
			score += titleShare * t.weight
		case slices.ContainsFunc(before, func(b bag) bool { return b.holds(t) }):
			score += beforeShare * t.weight
		case next.holds(t):
			score += nextShare * t.weight
		}
	}
	return score
}

// evidence is what a folded sentence gains by holding what is asked for.
func (q query) evidence(sentence string) float64 {
	score := 0.0
	if q.form.Kind != nil && q.form.Fits(sentence) {
		score += kindShare
	}
	if q.form.Unit != nil && q.form.Unit.MatchString(sentence) {
		score += unitShare
	}
	if q.form.Subject != "" && q.form.Defines(sentence) {
		score += defineShare
	}
	return score
}

// faults is what makes a sentence no answer, however much of the question it holds.
func (q query) faults(s sentence, about bag, text string) float64 {
	score, fresh := 0.0, 0
	for t := range s.bag.terms {
		if !about.terms[t] && !strings.Contains(q.form.Question, t) {
			fresh++
		}
	}
	if fresh < echoTerms {
		score += echoShare
	}
	if asks(s.text) {
		score += askShare
	}
	if leads(s.text) {
		score += leadShare
	}
	if heading(text, s.span) {
		score += headShare
	}
	return score
}

// openingOf is the first sentence of an article that is no heading.
func openingOf(a *corpus.Article) corpus.Span {
	start := min(max(0, a.Body), len(a.Text))
	for _, span := range corpus.SentencesIn(a.Text, corpus.Span{Start: start, End: runeStart(a.Text, start+leadBytes)}) {
		if !heading(a.Text, span) {
			return span
		}
	}
	return corpus.Span{Start: len(a.Text), End: len(a.Text)}
}

// runeStart is the boundary of runes at or before byte i.
func runeStart(text string, i int) int {
	i = min(i, len(text))
	for i > 0 && i < len(text) && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// bag is a text as terms are looked for in it.
type bag struct {
	folded string
	terms  map[string]bool // characters, bigrams and stems
}

func newBag(text string) bag {
	b := bag{fold.String(text), make(map[string]bool)}
	for _, t := range fold.Grams(text) {
		b.terms[stem(t)] = true
	}
	return b
}

func (b bag) holds(t term) bool {
	if t.word {
		return strings.Contains(b.folded, t.text)
	}
	return b.terms[t.text]
}

func latin(term string) bool { return term[0] < utf8.RuneSelf }

// endings are those of English that are cut from words, the longest first.
var endings = []string{"ations", "ation", "ings", "ing", "ions", "ment", "ies", "ied", "ion", "es", "ed", "ly", "s", "e", "y"}

// stem brings the forms of an English word together, roughly: it is enough that
// installed and installation meet. Other terms stay as they are.
func stem(term string) string {
	if !latin(term) || !unicode.IsLetter(rune(term[0])) {
		return term
	}
	for _, e := range endings {
		if len(term)-len(e) >= 3 && strings.HasSuffix(term, e) {
			return term[:len(term)-len(e)]
		}
	}
	return term
}

// closers may stand behind the sign that ends a sentence.
const closers = " \t*_”’」』\"'）)】]"

func asks(text string) bool {
	text = strings.TrimRight(text, closers)
	return strings.HasSuffix(text, "？") || strings.HasSuffix(text, "?")
}

func leads(text string) bool {
	text = strings.TrimRight(text, closers)
	return strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":")
}

func heading(text string, span corpus.Span) bool {
	line := text[strings.LastIndexByte(text[:span.Start], '\n')+1 : span.Start]
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "#")
}
