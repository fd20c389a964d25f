// Package hint reads out of a question what it says of the articles that are to
// answer it: when they were published, by whom, and whether the newest count.
//
// A date in a question is mostly that of an event, and an event is reported later.
// So only what is said of articles (「9月份的新闻」, "articles from last month") is a
// filter; a date or a name that merely stands there is weak evidence, a boost.
// Everything here is a pure function of question, clock and names.
package hint

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// Kind says what a Hint is about.
type Kind string

// The kinds of hints.
const (
	Published Kind = "published"
	Source    Kind = "source"
	Newest    Kind = "newest"
)

// Hint is one thing that a question says of the articles.
type Hint struct {
	Kind   Kind
	Filter bool   // it is said of the articles; otherwise it is only named
	Words  string // how the question puts it
	Period        // of publication, or of the event; only of Published
	Source string // as the articles spell it; only of Source
}

// Reading is what a question says of the articles, and the rest of it.
type Reading struct {
	Hints []Hint // in the order of the question
	// Rest is the question without the words that its filters stand for: they are
	// about the articles' front matter and seldom stand in their text.
	Rest string
}

// limits on what is read: a question is short, and a text of a thousand dates is none.
const (
	maxRunes = 2000
	maxHints = 8
)

// Read reads a question. now gives the day that "yesterday" is before, in its zone.
func Read(question string, now time.Time, names *Names) Reading {
	s := []rune(fold.String(question))
	s = unquoted(s[:min(len(s), maxRunes)])
	marks := names.find(s)
	today := dayOf(now)
	marks = add(marks, englishDates(s, today))
	marks = add(marks, chineseDates(s, today))
	marks = add(marks, bareYears(s, today))
	marks = add(marks, newest(s))
	slices.SortFunc(marks, func(a, b mark) int { return a.start - b.start })
	said := publication(s, marks)
	marks = slices.DeleteFunc(marks, func(m mark) bool { return m.onlyFilter && !m.hint.Filter })
	marks = marks[:min(len(marks), maxHints)]
	at := offsets(question)
	r := Reading{Rest: without(question, at, said)}
	for _, m := range marks {
		m.hint.Words = question[at[m.start]:at[m.end]]
		r.Hints = append(r.Hints, m.hint)
	}
	return r
}

// mark is a hint at its place in the question, in runes.
type mark struct {
	start, end int
	onlyFilter bool // by itself it says nothing: 「今天」
	hint       Hint
}

// add appends those of more that overlap none of marks.
func add(marks, more []mark) []mark {
	for _, m := range more {
		if !slices.ContainsFunc(marks, func(o mark) bool { return m.start < o.end && o.start < m.end }) {
			marks = append(marks, m)
		}
	}
	return marks
}

// quotes open what is taken as it stands: a phrase, a title.
var quotes = map[rune]rune{'“': '”', '「': '」', '『': '』', '"': '"', '《': '》', '〈': '〉', '‘': '’'}

// longestQuote bounds a quotation, in runes.
const longestQuote = 100

// unquoted blanks what stands in quotes: its dates and names are part of a phrase
// that is looked for.
func unquoted(s []rune) []rune {
	for i := 0; i < len(s); i++ {
		end, opens := quotes[s[i]]
		if !opens {
			continue
		}
		within := s[i+1 : min(i+1+longestQuote, len(s))]
		if n := slices.Index(within, end); n >= 0 {
			for j := range within[:n] {
				within[j] = blank
			}
			i += n + 1
		}
	}
	return s
}

// offsets gives the byte at which each rune begins, and the end.
func offsets(s string) []int {
	at := make([]int, 0, utf8.RuneCountInString(s)+1)
	for i := range s {
		at = append(at, i)
	}
	return append(at, len(s))
}

// without cuts spans of runes out of the question.
func without(question string, at []int, spans [][2]int) string {
	var sb strings.Builder
	done := 0
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	for _, span := range spans {
		if from := at[span[0]]; from >= done {
			sb.WriteString(question[done:from])
			sb.WriteByte(' ')
		}
		done = max(done, at[span[1]])
	}
	sb.WriteString(question[done:])
	return strings.TrimSpace(sb.String())
}
