package extractive

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
)

// windowBytes is how far around a sentence its neighbours are looked for.
const windowBytes = 3000

// dangling begins a sentence that speaks of something said before it. Folded.
var dangling = regexp.MustCompile(`^(?:他|她|它|牠|祂|其(?:[^他余实]|$)|该|此|这|两者|二者|前者|后者|但|然而|不过|因此|所以|于是|同时|而且|并且|另外|还|(?:he|she|it|they|his|her|its|their|this|these|those|but|however|therefore|moreover)\b)`)

// answer collects the excerpts of an answer.
type answer struct {
	query    query
	hits     []rag.Hit
	most     int // sentences
	count    int
	excerpts []rag.Excerpt
}

// arrange puts the chosen sentences in order: the best with what belongs to it, then the
// others as they stand in their articles, those of better articles first.
func (q query) arrange(chosen []sentence, hits []rag.Hit, most int) []rag.Excerpt {
	a := &answer{query: q, hits: hits, most: most}
	best := chosen[0]
	ordered := byPlace(chosen, hits)
	var same []corpus.Span // chosen from the article of the best
	for _, s := range ordered {
		if hits[s.hit].Article.ID == hits[best.hit].Article.ID {
			same = append(same, s.span)
		}
	}
	for _, span := range q.group(hits[best.hit].Article, best.span, same) {
		a.add(best.hit, span)
	}
	a.add(best.hit, best.span)
	for _, s := range ordered {
		a.add(s.hit, s.span)
	}
	return a.excerpts
}

// group returns what is to be read with the best sentence, in order: the list that it
// leads in or is a point of, the clauses of the sentence that semicolons cut it from.
func (q query) group(article *corpus.Article, best corpus.Span, chosen []corpus.Span) []corpus.Span {
	text := article.Text
	if above, ok := leadAbove(article, best); ok && q.form.List {
		best = above
	}
	if leads(text[best.Start:best.End]) {
		return append([]corpus.Span{best}, below(text, best)...)
	}
	spans := []corpus.Span{best}
	for _, s := range slices.Backward(sentencesAbove(article, best.Start)) {
		if !adjoins(text, s, spans[0]) || !clause(text, s) || !q.form.List && !slices.Contains(chosen, s) {
			break
		}
		spans = slices.Insert(spans, 0, s)
	}
	for _, s := range sentencesBelow(text, best.End) {
		last := spans[len(spans)-1]
		if !q.form.List || !adjoins(text, last, s) || !clause(text, last) {
			break
		}
		spans = append(spans, s)
	}
	return spans
}

// clause tells whether a semicolon cut a sentence off.
func clause(text string, span corpus.Span) bool {
	last, _ := utf8.DecodeLastRuneInString(text[:span.End])
	return last == '；' || last == ';'
}

// adjoins tells whether next follows directly on span in its paragraph.
func adjoins(text string, span, next corpus.Span) bool {
	return span.End <= next.Start && strings.TrimLeft(text[span.End:next.Start], " ") == ""
}

// byPlace sorts sentences by article, that of the best hit first, then by their place.
func byPlace(chosen []sentence, hits []rag.Hit) []sentence {
	first := make(map[string]int) // article → its best hit
	for i, h := range slices.Backward(hits) {
		first[h.Article.ID] = i
	}
	return slices.SortedStableFunc(slices.Values(chosen), func(s, t sentence) int {
		return cmp.Or(
			cmp.Compare(first[hits[s.hit].Article.ID], first[hits[t.hit].Article.ID]),
			cmp.Compare(s.span.Start, t.span.Start),
		)
	})
}

// add shows a sentence, with the one before it if it cannot be read alone.
func (a *answer) add(hit int, span corpus.Span) {
	article := a.hits[hit].Article
	if a.count >= a.most || a.shows(article, span) {
		return
	}
	a.count++
	if before, ok := a.needed(hit, span); ok && a.count < a.most && !a.shows(article, before) {
		a.count++
		span.Start = before.Start
	}
	a.excerpts = append(a.excerpts, rag.Excerpt{Hit: hit, Span: span})
}

// shows tells whether something of a span is shown already.
func (a *answer) shows(article *corpus.Article, span corpus.Span) bool {
	return slices.ContainsFunc(a.excerpts, func(e rag.Excerpt) bool {
		return a.hits[e.Hit].Article.ID == article.ID && e.Span.Start < span.End && span.Start < e.Span.End
	})
}

// needed returns the sentence without which the one at span cannot be read: the one
// before it in its paragraph, or the paragraph before it if that breaks off. It is short
// and tells what was asked for, or names what was asked about when neither the sentence
// at span nor the title does.
func (a *answer) needed(hit int, span corpus.Span) (corpus.Span, bool) {
	h := a.hits[hit]
	text := h.Article.Text
	above := sentencesAbove(h.Article, span.Start)
	if len(above) == 0 || item(text, span) || heading(text, span) {
		return corpus.Span{}, false
	}
	before := above[len(above)-1]
	s := text[before.Start:before.End]
	broken := !ends(s) // a page or a layout has cut a sentence in two
	if !broken && (strings.Contains(text[before.End:span.Start], "\n") || !dangles(text[span.Start:span.End])) ||
		heading(text, before) || item(text, before) || asks(s) || dangles(s) || utf8.RuneCountInString(s) > contextMax {
		return corpus.Span{}, false
	}
	in, about, added := newBag(text[span.Start:span.End]), newBag(h.Passage.Context()), newBag(s)
	named := 0.0
	for _, t := range a.query.terms {
		if added.holds(t) && !in.holds(t) && !about.holds(t) {
			named += t.weight
		}
	}
	return before, named >= contextShare || a.query.evidence(added.folded) > a.query.evidence(in.folded)
}

// ends tells whether a sentence comes to its end.
func ends(text string) bool {
	text = strings.TrimRight(text, closers+"|")
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("。！？；…：.!?;:", last)
}

func dangles(text string) bool {
	return dangling.MatchString(strings.TrimLeft(fold.String(text), " *_\"“「『'"))
}

// numbered begins an item of a numbered list.
var numbered = regexp.MustCompile(`^\**(?:\d{1,2}[.、)）]|[（(]\d{1,2}[)）]|[（(]?[一二三四五六七八九十]{1,3}[)）、])`)

// item tells whether a sentence begins an item of a list.
func item(text string, span corpus.Span) bool {
	line := strings.TrimSpace(text[strings.LastIndexByte(text[:span.Start], '\n')+1 : span.Start])
	switch line {
	case "-", "*", "+", "•", "·":
		return true
	case "":
		return numbered.MatchString(text[span.Start:span.End])
	}
	return false
}

// leadAbove returns the sentence that leads in the list that an item belongs to.
func leadAbove(article *corpus.Article, span corpus.Span) (corpus.Span, bool) {
	text := article.Text
	if !item(text, span) {
		return corpus.Span{}, false
	}
	for _, s := range slices.Backward(sentencesAbove(article, span.Start)) {
		switch {
		case leads(text[s.Start:s.End]) && !item(text, s) && !heading(text, s):
			return s, true
		case heading(text, s) || !item(text, s) && strings.Contains(text[s.End:span.Start], "\n\n"):
			return corpus.Span{}, false
		}
	}
	return corpus.Span{}, false
}

// below returns what a sentence that ends in a colon leads in: the first sentence of
// each item of the list below it, or else the next sentence.
func below(text string, lead corpus.Span) []corpus.Span {
	var items []corpus.Span
	for n, s := range sentencesBelow(text, lead.End) {
		switch {
		case heading(text, s):
			return items
		case item(text, s):
			items = append(items, s)
		case n == 0:
			return []corpus.Span{s}
		case startsLine(text, s):
			return items
		}
	}
	return items
}

func startsLine(text string, span corpus.Span) bool {
	return strings.TrimSpace(text[strings.LastIndexByte(text[:span.Start], '\n')+1:span.Start]) == ""
}

// sentencesAbove returns the sentences of the body before byte at, those nearby.
func sentencesAbove(article *corpus.Article, at int) []corpus.Span {
	body := max(0, article.Body)
	start := max(body, runeStart(article.Text, max(0, at-windowBytes)))
	spans := corpus.SentencesIn(article.Text, corpus.Span{Start: start, End: at})
	if start > body && len(spans) > 0 {
		return spans[1:] // the first may be cut
	}
	return spans
}

// sentencesBelow returns the sentences from byte at on, those nearby.
func sentencesBelow(text string, at int) []corpus.Span {
	return corpus.SentencesIn(text, corpus.Span{Start: at, End: runeStart(text, at+windowBytes)})
}
