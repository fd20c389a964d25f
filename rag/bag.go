package rag

import (
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

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

// sentenceBags are the sentences of a text, each folded, and all of them one behind the
// other with a line end between, so that a term is looked for in all at once.
type sentenceBags struct {
	bags   []*bag
	folded string
	ends   []int // of each sentence in folded
	plain  bool  // every one is
}

func newSentenceBags(text string) *sentenceBags {
	s := &sentenceBags{plain: true}
	var all strings.Builder
	all.Grow(len(text))
	for _, span := range corpus.SentencesIn(text, corpus.Span{Start: 0, End: len(text)}) {
		b := newBag(text[span.Start:span.End])
		s.bags = append(s.bags, b)
		s.plain = s.plain && b.plain
		all.WriteString(b.folded)
		s.ends = append(s.ends, all.Len())
		all.WriteByte('\n')
	}
	s.folded = all.String()
	return s
}

// each calls found for every sentence that holds a term.
func (s *sentenceBags) each(term string, found func(n int)) {
	if !s.plain || term[0] < utf8.RuneSelf || strings.Contains(term, "\n") {
		for n, b := range s.bags {
			if b.holds(term) {
				found(n)
			}
		}
		return
	}
	for n, from := 0, 0; n < len(s.bags); from = s.ends[n-1] {
		at := strings.Index(s.folded[from:], term)
		if at < 0 {
			return
		}
		for s.ends[n] <= from+at {
			n++
		}
		found(n)
		n++
	}
}
