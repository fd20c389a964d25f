package corpus

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Splitter cuts articles into passages. The zero value works. It is safe for
// concurrent use if Words is.
type Splitter struct {
	// Size is how many characters (runes) a passage should have; 0 means 300. No
	// passage has more than one and a half times as many.
	Size int
	// Overlap is how many characters, about, a passage repeats of the one before, in
	// whole sentences; 0 means 60, a negative number none. At most half of Size.
	Overlap int
	// Words cuts a text into words without loss; a sentence that is too long is cut
	// between them. nil means between characters.
	Words func(string) []string
}

// Version names what Split does, apart from Words. Passages kept under another version
// must be made anew.
func (s Splitter) Version() string {
	s = s.withDefaults()
	return fmt.Sprintf("split-2 size=%d overlap=%d", s.Size, s.Overlap)
}

func (s Splitter) withDefaults() Splitter {
	if s.Size <= 0 {
		s.Size = 300
	}
	if s.Overlap == 0 {
		s.Overlap = 60
	}
	s.Overlap = min(max(s.Overlap, 0), s.Size/2)
	return s
}

// most is the hard limit of a passage, in runes.
func (s Splitter) most() int { return s.Size + s.Size/2 }

// Split cuts an article into passages, in order of their place. Headings begin new
// passages and make up Passage.Heading; within a section passages end with sentences,
// and with paragraphs where that fits. All of the article's body but white space,
// rules and headings is in some passage; a heading with nothing under it is in one,
// too. Equal articles give equal passages. It takes linear time.
func (s Splitter) Split(a *Article) []Passage {
	s = s.withDefaults()
	body := min(max(a.Body, 0), len(a.Text))
	var passages []Passage
	for _, sec := range sections(a.Text, body) {
		for _, span := range s.group(s.units(a.Text, sec.body)) {
			text := a.Text[span.Start:span.End]
			passages = append(passages, Passage{
				ID: PassageID(a.Title, sec.path, text), Article: a.ID, Title: a.Title, Heading: sec.path,
				Start: span.Start, End: span.End, Text: text,
			})
		}
	}
	return passages
}

// unit is a sentence, or a piece of a long one: what passages are made of.
type unit struct {
	Span
	from, to  int  // counted in runes from the beginning of the section
	paragraph bool // it begins one
}

// units cuts a section into units that leave out nothing but white space between them:
// the marks that begin a line go with the sentence behind them.
func (s Splitter) units(text string, body Span) []unit {
	var units []unit
	at, runes := body.Start, 0
	sentences := sentencesIn(text, body, math.MaxInt) // cutUnit knows words
	for i, sentence := range sentences {
		if i+1 == len(sentences) {
			sentence.End = body.End
		}
		whole := trim(text, Span{at, sentence.End})
		paragraph := i == 0 || strings.Contains(text[at:sentence.Start], "\n")
		for whole.Start < whole.End {
			runes += utf8.RuneCountInString(text[at:whole.Start])
			piece := trim(text, Span{whole.Start, s.cutUnit(text, whole)})
			u := unit{Span: piece, from: runes, paragraph: paragraph}
			runes += utf8.RuneCountInString(text[piece.Start:piece.End])
			u.to = runes
			units = append(units, u)
			at, paragraph = piece.End, false
			whole = trim(text, Span{piece.End, whole.End})
		}
	}
	return units
}

// cutUnit returns where a unit that begins with span ends: at its end if a passage can
// hold it, else behind a comma, a word or a character.
func (s Splitter) cutUnit(text string, span Span) int {
	if countTo(text[span.Start:span.End], s.most()+1) <= s.most() {
		return span.End
	}
	window := head(text[span.Start:span.End], s.Size)
	if i := strings.LastIndexFunc(window, func(r rune) bool { return strings.ContainsRune("，、；,：", r) }); i > len(window)/2 {
		_, size := utf8.DecodeRuneInString(window[i:])
		return span.Start + i + size
	}
	if s.Words == nil {
		return span.Start + len(window)
	}
	// A few characters more, so that a word across the limit is seen whole.
	cut := 0
	for _, word := range s.Words(head(text[span.Start:span.End], s.Size+16)) {
		if cut+len(word) > len(window) {
			break
		}
		cut += len(word)
	}
	if cut == 0 || !utf8.RuneStart(text[span.Start+cut]) || strings.TrimFunc(window[:cut], unicode.IsSpace) == "" {
		cut = len(window)
	}
	return span.Start + cut
}

// head returns the first n runes of text.
func head(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// group makes passages of the units of a section.
func (s Splitter) group(units []unit) []Span {
	var spans []Span
	first := 0 // of the passage, repeated units included
	for next := 0; next < len(units); {
		last := s.fill(units, first, next)
		switch fresh := units[last].to - units[next].from; {
		case last+1 == len(units) && next > 0 && fresh < s.Size/4 && s.fits(units, spans[len(spans)-1], last):
			spans[len(spans)-1].End = units[last].End
		default:
			spans = append(spans, Span{units[first].Start, units[last].End})
		}
		first, next = s.repeat(units, first, last), last+1
	}
	return spans
}

// fits says whether the passage at span can be continued up to the unit last.
func (s Splitter) fits(units []unit, span Span, last int) bool {
	for i := last; i >= 0; i-- {
		if units[i].Start == span.Start {
			return units[last].to-units[i].from <= s.most()
		}
		if units[last].to-units[i].from > s.most() {
			return false
		}
	}
	return false
}

// fill returns the last unit of the passage that begins with the unit first and has to
// hold the unit next.
func (s Splitter) fill(units []unit, first, next int) (last int) {
	last = next
	for i := next + 1; i < len(units); i++ {
		length, have := units[i].to-units[first].from, units[last].to-units[first].from
		if length > s.Size && (have >= s.Size/2 || length > s.most()) {
			break
		}
		if units[i].paragraph && have >= s.Size/2 && !s.holdsParagraph(units, first, i) {
			break
		}
		last = i
	}
	return last
}

// holdsParagraph says whether the whole paragraph that begins with the unit i fits
// into the passage that begins with the unit first.
func (s Splitter) holdsParagraph(units []unit, first, i int) bool {
	for ; units[i].to-units[first].from <= s.Size; i++ {
		if i+1 == len(units) || units[i+1].paragraph {
			return true
		}
	}
	return false
}

// repeat returns the first unit of the passage behind the one of units first to last:
// some of the last units, if they are short enough, are repeated in it.
func (s Splitter) repeat(units []unit, first, last int) int {
	next := last + 1
	if next == len(units) {
		return next
	}
	start := next
	for i := last; i > first; i-- {
		length := units[last].to - units[i].from
		enough := units[last].to-units[start].from >= s.Overlap && start < next
		if enough || length > s.Overlap*3/2 || units[next].to-units[i].from > s.most() {
			break
		}
		start = i
	}
	return start
}
