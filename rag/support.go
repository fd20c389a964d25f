package rag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinju/corpus"
	"yinju/rag/cite"
)

// scrutiny holds the sentences of one answer against the passages shown to the model.
type scrutiny struct {
	checker cite.Checker
	shown   int // passages shown to the model: only these are cited
	sources map[int]*cite.Source
	spans   map[int][]corpus.Span // sentences of a passage's text
	done    map[string]Sentence   // as a stream asks for the same sentence again and again
}

// What Sentence.Repaired says.
const (
	repairedAdded = "added" // a citation that was lacking
	repairedMoved = "moved" // from a passage that does not support the sentence
)

// hear takes what the model says. Where unsupported sentences are left out, nothing is
// told before it is checked.
func (w *writing) hear(text string) error {
	w.heard.WriteString(text)
	if w.drops {
		return nil
	}
	return w.say(text)
}

// tellSentences tells the sentences that are finished, each once. The last one may
// still get a marker, and those before it that have none may take it over.
func (w *writing) tellSentences(all bool) error {
	if w.emit == nil {
		return nil
	}
	text := w.heard.String()
	claims := w.claims(text)
	if n := len(claims); !all && n > 0 {
		for n--; n > 0 && len(claims[n-1].Numbers) == 0 && oneLine(text, claims[n-1], claims[n]); n-- {
		}
		claims = claims[:n]
	}
	for ; w.told < len(claims); w.told++ {
		s := w.check(claims[w.told])
		if w.drops {
			piece := w.kept.next(text, claims[w.told], text[claims[w.told].Start:claims[w.told].End], s.dropped())
			if err := w.say(piece); err != nil {
				return err
			}
			if s.dropped() {
				continue
			}
		}
		if err := w.tell(Event{Kind: EventSentence, Sentence: &s}); err != nil {
			return err
		}
	}
	if all && w.drops {
		return w.say(w.kept.rest(text))
	}
	return nil
}

func (w *writing) sentences(claims []cite.Claim) []Sentence {
	sentences := []Sentence{}
	for _, c := range claims {
		sentences = append(sentences, w.check(c))
	}
	return sentences
}

// claims are the sentences of an answer with the numbers they cite. Models put one
// marker behind several sentences, or behind the last clause of one: what has none
// takes over that of the sentence that follows on the line, if its passages bear it out.
func (w *writing) claims(text string) []cite.Claim {
	claims := cite.Split(text)
	for i := range claims {
		claims[i].Numbers = slices.DeleteFunc(claims[i].Numbers, func(n int) bool { return n < 1 || n > len(w.found.Hits) })
	}
	for i := len(claims) - 2; i >= 0; i-- {
		c, next := &claims[i], claims[i+1]
		if len(c.Numbers) > 0 || c.Heading || len(next.Numbers) == 0 || !oneLine(text, *c, next) {
			continue
		}
		borne := *c
		borne.Numbers = next.Numbers
		if strings.HasSuffix(c.Text, "；") || w.check(borne).bornOut(next.Numbers) {
			c.Numbers = slices.Clone(next.Numbers)
		}
	}
	return claims
}

// bornOut tells whether the passages of these numbers support the sentence.
func (s Sentence) bornOut(numbers []int) bool {
	return s.Support == cite.Supported && slices.Equal(s.Citations, numbers)
}

func oneLine(text string, a, b cite.Claim) bool {
	return a.End <= b.Start && !strings.Contains(text[a.End:b.Start], "\n")
}

// check holds a sentence against the passages it cites, and repairs its citations.
func (w *writing) check(c cite.Claim) Sentence {
	key := fmt.Sprint(c.Heading, c.Numbers, c.Text)
	if s, ok := w.support.done[key]; ok {
		return s.clone()
	}
	s := w.examine(c, true)
	if w.support.done == nil {
		w.support.done = make(map[string]Sentence)
	}
	w.support.done[key] = s
	return s.clone()
}

// clone is s with lists of its own.
func (s Sentence) clone() Sentence {
	s.Citations, s.Missing, s.Spans = slices.Clone(s.Citations), slices.Clone(s.Missing), slices.Clone(s.Spans)
	return s
}

// examine is check, with repair or without.
func (w *writing) examine(c cite.Claim, repair bool) Sentence {
	s := Sentence{Text: c.Text, Citations: append([]int{}, c.Numbers...), Support: cite.None, Missing: []string{}, Spans: []CitedSpan{}}
	if !c.Heading {
		statement := w.support.checker.Read(c.Text)
		found := statement.Check(w.sources(c.Numbers))
		if repair {
			found = w.repair(statement, &s, found)
		}
		s.Support = found.Verdict
		s.Missing = append(s.Missing, found.Missing...)
	}
	if s.Support != cite.None {
		s.Spans = w.spansOf(s)
	}
	return s
}

// dropped tells the sentences that are left out where the unsupported are.
func (s Sentence) dropped() bool { return s.Support == cite.Unsupported }

// How well a passage must support a sentence, by cite.Best, to be cited for it without
// the model's having done so: with facts all of them must stand in one or two
// sentences, with a quarter of the words; without facts, most of the words.
const (
	repairScore = 0.7
	repairWords = 0.6
)

// repair gives a sentence without citation the passage that supports it, moves a
// citation whose passage does not to one that does, and adds one that holds what the
// cited passages lack. Only passages shown to the model are cited.
func (w *writing) repair(statement cite.Statement, s *Sentence, found cite.Support) cite.Support {
	if found.Verdict == cite.None || found.Verdict == cite.Supported || found.Verdict == cite.Partial && len(found.Missing) == 0 {
		return found
	}
	if n, support := w.bearer(statement, s, nil); n > 0 {
		s.Repaired = repairedMoved
		if len(s.Citations) == 0 {
			s.Repaired = repairedAdded
		}
		s.Citations = []int{n}
		return support
	}
	if found.Verdict == cite.Partial {
		if n, support := w.bearer(statement, s, s.Citations); n > 0 {
			s.Repaired, s.Citations = repairedAdded, append(s.Citations, n)
			return support
		}
	}
	return found
}

// bearer is the passage that clearly supports the sentence, together with others or
// alone; 0 if none does.
func (w *writing) bearer(statement cite.Statement, s *Sentence, others []int) (best int, support cite.Support) {
	top, several := 0.0, false
	for n := 1; n <= w.support.shown; n++ {
		if slices.Contains(s.Citations, n) {
			continue
		}
		there := statement.Check(w.sources(append([]int{n}, others...)))
		if there.Verdict != cite.Supported {
			continue
		}
		_, score := cite.Best(s.Text, w.found.Hits[n-1].Passage.Text, w.sentencesOf(n))
		several = several || best > 0
		if score > top {
			best, top, support = n, score, there
		}
	}
	switch {
	case best == 0:
		return 0, support
	case len(others) > 0: // it need not hold all
		return best, support
	case top >= repairScore, top >= repairWords && statement.Facts() == 0:
		return best, support
	case !several && statement.Facts() > 1 && w.source(best).Han() != statement.Han():
		return best, support // in another language only numbers and dates can be found
	}
	return 0, support
}

func (w *writing) sources(numbers []int) []*cite.Source {
	var list []*cite.Source
	for _, n := range numbers {
		list = append(list, w.source(n))
	}
	return list
}

// source is passage n, read once.
func (w *writing) source(n int) *cite.Source {
	if w.support.sources[n] == nil {
		if w.support.sources == nil {
			w.support.sources = make(map[int]*cite.Source)
		}
		w.support.sources[n] = cite.NewSource(sourceText(w.found.Hits[n-1]))
	}
	return w.support.sources[n]
}

// sentencesOf are the sentences of passage n, cut once.
func (w *writing) sentencesOf(n int) []corpus.Span {
	if w.support.spans[n] == nil {
		if w.support.spans == nil {
			w.support.spans = make(map[int][]corpus.Span)
		}
		w.support.spans[n] = corpus.Sentences(w.found.Hits[n-1].Passage.Text)
	}
	return w.support.spans[n]
}

// sourceText is all that a passage may be cited for: a headline or the date of
// publication supports a sentence as well as the text does.
func sourceText(h Hit) string {
	text := indexedText(h.Passage)
	if !h.Article.Published.IsZero() {
		text += "\n" + h.Article.Published.Format(time.DateOnly)
	}
	return text
}

// spansOf are the places, one in each cited passage, that support the sentence best.
// A passage that has nothing of it (but its title, say) gives none.
func (w *writing) spansOf(s Sentence) []CitedSpan {
	spans := []CitedSpan{}
	for _, n := range s.Citations {
		h := w.found.Hits[n-1]
		span, score := cite.Best(s.Text, h.Passage.Text, w.sentencesOf(n))
		if score == 0 {
			continue
		}
		at := corpus.Span{Start: h.Passage.Start + span.Start, End: h.Passage.Start + span.End}
		quote, prefix, suffix, start, end := cite.Anchor(h.Article.Text, at.Start, at.End, quoteContext)
		spans = append(spans, CitedSpan{Citation: n, Start: start, End: end, Quote: quote, Prefix: prefix, Suffix: suffix, Page: h.Article.Page(at.Start), bytes: at})
	}
	return spans
}

// span is the citation's own place.
func (c Citation) span() CitedSpan {
	return CitedSpan{Citation: c.Number, Start: c.Start, End: c.End, Quote: c.Quote, Prefix: c.Prefix, Suffix: c.Suffix, Page: c.Page}
}

// citations are those the sentences use, by number. Each quotes what best supports
// the sentences that cite it.
func (w *writing) citations() []Citation {
	spans := make(map[int][]corpus.Span)
	for _, s := range w.answer.Sentences {
		for _, n := range s.Citations {
			spans[n] = slices.Grow(spans[n], 1)
		}
		for _, span := range s.Spans {
			spans[span.Citation] = append(spans[span.Citation], span.bytes)
		}
	}
	list := []Citation{}
	for n, places := range spans {
		h := w.found.Hits[n-1]
		list = append(list, citation(n, h, joined(h.Passage, places)))
	}
	slices.SortFunc(list, func(a, b Citation) int { return cmp.Compare(a.Number, b.Number) })
	return list
}

// longQuote is the length in bytes beyond which a quote no longer joins the places
// that support several sentences, about 200 Chinese characters.
const longQuote = 600

// joined is one span around all places of a passage if they are near each other, else
// that of the first. Without a place it is the passage's first sentence.
func joined(p corpus.Passage, places []corpus.Span) corpus.Span {
	if len(places) == 0 {
		first, _ := cite.Best(p.Text, p.Text, corpus.Sentences(p.Text))
		return corpus.Span{Start: p.Start + first.Start, End: p.Start + first.End}
	}
	span := places[0]
	for _, other := range places[1:] {
		around := corpus.Span{Start: min(span.Start, other.Start), End: max(span.End, other.End)}
		if around.End-around.Start <= longQuote {
			span = around
		}
	}
	return span
}
