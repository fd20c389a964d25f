package cite

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// Verdicts of a check.
const (
	Supported   = "supported"   // every fact stands in the sources, and the words fit
	Partial     = "partial"     // some facts are missing, or the words fit only in part
	Unsupported = "unsupported" // no source is cited, or it does not hold what is said
	None        = "none"        // nothing to check: a greeting, a transition, a question
)

// Support is what was found of a sentence in its sources.
type Support struct {
	Verdict string
	Missing []string // facts not found, as the sentence writes them
}

// Checker checks sentences against sources. The zero Checker is ready and safe for
// concurrent use.
type Checker struct {
	// Names, if set, returns further words of a sentence that its sources must hold:
	// names of people, places and organisations, as a segmenter knows them.
	Names func(sentence string) []string
	// Rare, if set, returns words of a sentence so rare that its sources should hold
	// them as they are, or it is supported in part only.
	Rare func(sentence string) []string
}

// Check tells whether the facts of a sentence (without its markers) stand in the
// sources it cites. See Statement.Check.
func Check(sentence string, sources []string) Support { return Checker{}.Check(sentence, sources) }

// Check reads the sentence and the sources and compares them. See Statement.Check.
func (c Checker) Check(sentence string, sources []string) Support {
	return c.Read(sentence).Check(Sources(sources))
}

// Statement is a sentence made ready to be held against sources. It is never changed.
type Statement struct {
	text  script
	facts []fact
	none  bool // there is nothing to check
}

// Read reads a sentence (without its markers).
func (c Checker) Read(sentence string) Statement {
	s := Statement{text: newScript(sentence)}
	if s.none = idle(s.text); s.none {
		return s
	}
	var given []fact
	if c.Names != nil {
		given = s.text.mentions(c.Names(sentence), nameFact)
	}
	s.facts = s.text.facts(true)
	s.facts = append(without(s.facts, given), apart(given, s.facts)...)
	own := slices.ContainsFunc(s.facts, func(f fact) bool { return !f.given })
	s.none = !own && trivial(s.text) || len(s.facts) == 0 && transition(s.text)
	s.facts = append(s.facts, s.text.periods()...)
	if len(s.facts) > 0 {
		s.facts = append(s.facts, apart(s.text.denial(), s.facts)...)
	}
	if c.Rare != nil {
		s.facts = append(s.facts, apart(s.text.mentions(c.Rare(sentence), rareFact), s.facts)...)
	}
	return s
}

// Overlap thresholds, in shares of a sentence's words that stand in the sources.
const (
	fits       = 0.45 // without hard facts: supported
	hardlyFits = 0.20 // without hard facts: partial
	factsFit   = 0.20 // with every hard fact found: supported
	foreign    = 0.05 // with every hard fact found, and below: unsupported
)

// Check compares hard facts (numbers with magnitude and unit, dates, names, quoted
// words) and the words around them. Both sides are folded, so width, case,
// Traditional and Simplified, Chinese and Arabic numerals are the same. A sentence in
// another language than its sources is judged by its numbers, dates and names with
// digits in them alone; if it has none the verdict is partial. Units must agree or be
// multiples of one another, and a number must be said of the same day or year, and
// rise where the source has it rise.
func (s Statement) Check(sources []*Source) Support {
	switch {
	case s.none:
		return Support{Verdict: None}
	case len(sources) == 0:
		return Support{Verdict: Unsupported}
	}
	e := evidence{sources: sources, from: s.text}
	return e.judge(s.facts)
}

// Han tells whether the sentence is Chinese.
func (s Statement) Han() bool { return s.text.han }

// Facts counts the hard facts of the sentence.
func (s Statement) Facts() int {
	n := 0
	for _, f := range s.facts {
		if f.kind != rareFact {
			n++
		}
	}
	return n
}

// mentions are the facts of words that stand in t.
func (t script) mentions(words []string, k kind) (found []fact) {
	all := string(t.folded)
	for _, w := range words {
		word := letters([]rune(fold.String(w)))
		i := strings.Index(all, fold.String(w))
		if len(word) < 2 || i < 0 {
			continue
		}
		start := utf8.RuneCountInString(all[:i])
		found = append(found, fact{kind: k, start: start, end: start + utf8.RuneCountInString(w), word: word, given: true})
	}
	return found
}

// without leaves out the numbers in names: 第二医院.
func without(facts, names []fact) []fact {
	return slices.DeleteFunc(facts, func(f fact) bool {
		return f.kind == numberFact && slices.ContainsFunc(names, func(n fact) bool { return n.start <= f.start && f.end <= n.end })
	})
}

// apart leaves out the words that are part of another fact.
func apart(words, facts []fact) []fact {
	return slices.DeleteFunc(words, func(w fact) bool {
		return slices.ContainsFunc(facts, func(f fact) bool { return f.start < w.end && w.start < f.end })
	})
}

// judge weighs what is missing. A name that is found speaks for nothing, as every
// sentence about something holds it; one that is missing counts like a wrong number.
// A rare word that is missing may be a synonym: it keeps a sentence from being
// supported, and no more.
func (e *evidence) judge(facts []fact) Support {
	sameLanguage := e.any(func(s *Source) bool { return s.text.han == e.from.han })
	if sameLanguage {
		e.claim = map[string]bool{}
		eachWord(e.from.folded, func(word string) { e.claim[word] = true })
	}
	var t tally
	for _, f := range facts {
		if f.kind == numberFact && sameLanguage && slices.ContainsFunc(facts, func(q fact) bool { return q.kind == quoteFact && q.start <= f.start && f.end <= q.end }) {
			continue // it stands and falls with the quotation
		}
		found, elsewhen := e.finds(f)
		if found || sameLanguage || !f.translatable() {
			t.count(f, found)
		}
		if d, ok := e.from.dateOf(f); elsewhen && ok {
			t.misdated = append(t.misdated, d)
		}
	}
	support := t.support(e.from)
	support.Verdict = e.verdict(t, sameLanguage)
	return support
}

// finds tells whether the sources state f, and whether only of another day or year.
func (e *evidence) finds(f fact) (found, elsewhen bool) {
	if f.kind == numberFact {
		return e.holdsNumber(f)
	}
	return e.holds(f) && !e.borrowed(f), false
}

// verdict weighs what was found, and the words around it.
func (e *evidence) verdict(t tally, sameLanguage bool) (verdict string) {
	overlap := e.overlap()
	switch {
	case t.missing*2 > t.checked:
		return Unsupported
	case t.missing > 0:
		return Partial
	case !sameLanguage && t.checked > 0:
		return Supported
	case !sameLanguage:
		return Partial
	case t.checked > 0:
		verdict = grade(overlap, factsFit, foreign)
		if verdict == Unsupported && (t.checked > 1 || e.characters() >= nearCharShare) {
			verdict = Partial // said in other words
		}
	default:
		verdict = grade(overlap, fits, hardlyFits)
	}
	if t.rare > 0 && verdict == Supported {
		return Partial
	}
	return verdict
}

// tally counts what was found of a sentence.
type tally struct {
	checked, missing, rare int
	lost                   []fact
	misdated               []fact
}

func (t *tally) count(f fact, found bool) {
	switch {
	case f.kind == rareFact && !found:
		t.rare++
	case f.kind == rareFact, found && f.given, found && f.unit == ordinal:
		return // 第二工厂 is rather a name
	default:
		t.checked++
		if !found {
			t.missing++
		}
	}
	if !found {
		t.lost = append(t.lost, f)
	}
}

// support lists what is missing as the sentence writes it. A date that the sources have
// for something else is missing once.
func (t *tally) support(from script) (s Support) {
	for _, d := range t.misdated {
		if !slices.ContainsFunc(t.lost, func(f fact) bool { return f.start == d.start }) {
			t.lost = append(t.lost, d)
			t.missing++
		}
	}
	slices.SortStableFunc(t.lost, func(a, b fact) int { return a.start - b.start })
	for _, f := range t.lost {
		if written := string(from.written[f.start:f.end]); !slices.Contains(s.Missing, written) {
			s.Missing = append(s.Missing, written)
		}
	}
	return s
}

// translatable tells facts that a text in another language has in its own words.
func (f fact) translatable() bool {
	switch f.kind {
	case quoteFact, nameFact, rareFact:
		return true
	case termFact:
		return !slices.ContainsFunc(f.word, digit)
	}
	return false
}

func grade(overlap, supported, partial float64) string {
	switch {
	case overlap >= supported:
		return Supported
	case overlap >= partial:
		return Partial
	}
	return Unsupported
}

// findTerm looks for a Latin name as a whole word; hyphens, blanks and underscores
// do not count (GPT-4, GPT 4, GPT4), but GPT-4 is not GPT-4o, nor GPT-4.5.
func findTerm(s, term []rune) bool {
	first, last := term[0], term[len(term)-1]
	for i, r := range s {
		if r != first || goesOn(at(s, i-1), first) {
			continue
		}
		if size := termSize(s[i:], term); size > 0 && termEnds(last, s[i+size:]) {
			return true
		}
	}
	return false
}

// goesOn tells whether a character is in the middle of a word, by the one before it.
func goesOn(before, r rune) bool { return latin(before) || digit(before) && digit(r) }

// termSize measures the term that s begins with, however its parts are joined; 0 if
// s begins with something else.
func termSize(s, term []rune) (size int) {
	joint := func(r rune) bool { return r == '-' || r == ' ' || r == '_' }
	for k := 0; k < len(term); {
		switch {
		case size == len(s):
			return 0
		case s[size] == term[k]:
			size, k = size+1, k+1
		case joint(term[k]):
			k++
		case joint(s[size]) && k > 0:
			size++
		default:
			return 0
		}
	}
	return size
}

// termEnds tells whether the term before s, with its last character, is whole: what
// follows makes it no longer word or later version, a plural s apart.
func termEnds(last rune, s []rune) bool {
	switch next, second := at(s, 0), at(s, 1); next {
	case 's':
		return !latin(second)
	case '.':
		return !digit(last) || !digit(second)
	default:
		return !latin(next) && !digit(next)
	}
}

// function characters and words, which every text has.
const hanFunction = "的了是在和与及等也就都而或对为以其被把这那有将已还并从中上下于由向到个们之所则"

var latinFunction = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields("a an the of to in on at by for from with and or is are was were be been has have had it its this that as which than more most their they not but can will also over about into") {
		words[w] = true
	}
	return words
}()

// content tells Han characters that are no function words.
func content(r rune) bool { return isHan(r) && !strings.ContainsRune(hanFunction, r) }

// eachWord calls f with the pairs of Han characters and the Latin words of folded
// text, function words left out, plural s cut off.
func eachWord(s []rune, f func(string)) {
	for i := 0; i < len(s); i++ {
		switch r := s[i]; {
		case r < 0x80 && latin(r):
			start := i
			for i < len(s) && latin(s[i]) {
				i++
			}
			word := string(s[start:i])
			i--
			if len(word) > 1 && !latinFunction[word] {
				f(strings.TrimSuffix(word, "s"))
			}
		case r >= 0x80 && content(r) && i+1 < len(s) && content(s[i+1]):
			f(string(s[i : i+2]))
		}
	}
}
