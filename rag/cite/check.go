package cite

import (
	"slices"
	"strings"
	"unicode"

	"yinju/corpus/fold"
	"yinju/corpus/quantity"
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
}

// Check tells whether the facts of a sentence (without its markers) stand in the
// sources it cites. See Checker.Check.
func Check(sentence string, sources []string) Support { return Checker{}.Check(sentence, sources) }

// Overlap thresholds, in shares of a sentence's words that stand in the sources.
const (
	fits       = 0.45 // without hard facts: supported
	hardlyFits = 0.20 // without hard facts: partial
	factsFit   = 0.20 // with every hard fact found: supported
	foreign    = 0.05 // with every hard fact found, and below: unsupported
)

// Check compares hard facts (numbers with magnitude and unit, dates, Latin names,
// quoted words, people who say something) and the words around them. Both sides are
// folded, so width, case, Traditional and Simplified, Chinese and Arabic numerals
// are the same. A sentence in another language than its sources is judged by its
// numbers, dates and names with digits in them alone; if it has none the verdict is
// partial. Units must agree: see agree.
func (c Checker) Check(sentence string, sources []string) Support {
	claim := newScript(sentence)
	if idle(claim) {
		return Support{Verdict: None}
	}
	facts := claim.facts(true)
	if c.Names != nil {
		for _, name := range c.Names(sentence) {
			facts = append(facts, claim.mention(name)...)
		}
	}
	if len(facts) == 0 && (trivial(claim) || transition(claim)) {
		return Support{Verdict: None}
	}
	if len(sources) == 0 {
		return Support{Verdict: Unsupported}
	}
	var e evidence
	for _, s := range sources {
		e.add(s)
	}
	return e.judge(claim, facts)
}

// mention is the fact of a name that stands in t.
func (t script) mention(name string) []fact {
	word := []rune(fold.String(name))
	i := strings.Index(string(t.folded), string(word))
	if len(word) < 2 || i < 0 {
		return nil
	}
	start := len([]rune(string(t.folded)[:i]))
	return []fact{{kind: nameFact, start: start, end: start + len(word), word: word}}
}

// evidence is what the sources hold.
type evidence struct {
	texts   []script
	facts   []fact
	words   map[string]bool
	letters [][]rune        // of each text, lazily
	claim   map[string]bool // words near which a number must stand; nil: anywhere
}

// A number counts only where, within so many characters, the source has this share
// of the claim's words: a number borrowed from another statement is a wrong one.
const (
	vicinity  = 60
	nearShare = 0.1
)

// near tells whether some words of the claim stand around a fact of the sources.
func (e *evidence) near(f fact) bool {
	if len(e.claim) == 0 {
		return true
	}
	s := e.texts[f.text].folded
	shared := map[string]bool{}
	eachWord(s[max(0, f.start-vicinity):min(len(s), f.end+vicinity)], func(word string) {
		if e.claim[word] {
			shared[word] = true
		}
	})
	return len(shared) > 0 && float64(len(shared)) >= nearShare*float64(len(e.claim))
}

func (e *evidence) add(text string) {
	t := newScript(text)
	e.texts = append(e.texts, t)
	for _, f := range t.facts(false) {
		f.text = len(e.texts) - 1
		e.facts = append(e.facts, f)
	}
	if e.words == nil {
		e.words = map[string]bool{}
	}
	eachWord(t.folded, func(word string) { e.words[word] = true })
}

func (e *evidence) judge(claim script, facts []fact) Support {
	sameLanguage := slices.ContainsFunc(e.texts, func(t script) bool { return t.han == claim.han })
	if sameLanguage {
		e.claim = map[string]bool{}
		eachWord(claim.folded, func(word string) { e.claim[word] = true })
	}
	var support Support
	checked := 0
	for _, f := range facts {
		found := e.holds(f)
		if !sameLanguage && !found && (f.kind == quoteFact || f.kind == nameFact || f.kind == termFact && !slices.ContainsFunc(f.word, digit)) {
			continue // perhaps a translation
		}
		checked++
		if written := string(claim.written[f.start:f.end]); !found && !slices.Contains(support.Missing, written) {
			support.Missing = append(support.Missing, written)
		}
	}
	overlap := e.overlap(claim)
	missing := len(support.Missing)
	switch {
	case missing*2 > checked:
		support.Verdict = Unsupported
	case missing > 0:
		support.Verdict = Partial
	case !sameLanguage && checked > 0:
		support.Verdict = Supported
	case !sameLanguage:
		support.Verdict = Partial
	case checked > 0:
		support.Verdict = grade(overlap, factsFit, foreign)
	default:
		support.Verdict = grade(overlap, fits, hardlyFits)
	}
	return support
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

// holds tells whether the sources state f.
func (e *evidence) holds(f fact) bool {
	switch f.kind {
	case numberFact:
		if slices.ContainsFunc(e.facts, func(s fact) bool { return sameNumber(f, s) && e.near(s) }) {
			return true
		}
	case dateFact:
		return e.holdsDate(f.date)
	case termFact:
		return slices.ContainsFunc(e.texts, func(t script) bool { return findTerm(t.folded, f.word) })
	case quoteFact, nameFact:
		if e.letters == nil {
			for _, t := range e.texts {
				e.letters = append(e.letters, letters(t.folded))
			}
		}
		return slices.ContainsFunc(e.letters, func(l []rune) bool { return strings.Contains(string(l), string(f.word)) })
	}
	return false
}

func sameNumber(f, s fact) bool {
	if s.kind == dateFact {
		v, whole := f.value.Integer()
		return whole && (f.unit == none && v == s.date.Year || f.unit == days && v == s.date.Day)
	}
	return s.kind == numberFact && f.value == s.value && agree(f.unit, s.unit)
}

// holdsDate looks for the date, and for its year apart from it: 2023年...9月7日.
func (e *evidence) holdsDate(d quantity.Date) bool {
	year, rest := d.Year == 0, d.Month == 0
	for _, f := range e.facts {
		switch f.kind {
		case dateFact:
			year = year || f.date.Year == d.Year
			rest = rest || d.Holds(f.date)
		case numberFact:
			v, whole := f.value.Integer()
			year = year || whole && f.unit == none && v == d.Year
		}
	}
	return year && rest
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

// overlap is the share of the claim's words that stand in the sources, in [0, 1].
func (e *evidence) overlap(claim script) float64 {
	all, found := 0, 0
	eachWord(claim.folded, func(word string) {
		all++
		if e.words[word] {
			found++
		}
	})
	if all == 0 {
		return 1
	}
	return float64(found) / float64(all)
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

// eachWord calls f with the pairs of Han characters and the Latin words of folded
// text, function words left out, plural s cut off.
func eachWord(s []rune, f func(string)) {
	content := func(r rune) bool { return unicode.Is(unicode.Han, r) && !strings.ContainsRune(hanFunction, r) }
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
