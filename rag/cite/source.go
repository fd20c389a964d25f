package cite

import (
	"slices"
	"strings"
)

// Source is a text made ready to hold sentences against. It is never changed, so any
// number of goroutines may use it.
type Source struct {
	text    script
	facts   []fact
	words   map[string]bool
	letters string // folded, without punctuation and white space

	sentences []string // the letters of each
	bounds    []fact   // where each begins and ends
}

// NewSource reads a text.
func NewSource(text string) *Source {
	s := &Source{text: newScript(text), words: map[string]bool{}}
	s.facts = s.text.facts(false)
	eachWord(s.text.folded, func(word string) { s.words[word] = true })
	s.letters = string(letters(s.text.folded))
	s.sentences, s.bounds = bySentence(s.text)
	return s
}

// Han tells whether the text is Chinese.
func (s *Source) Han() bool { return s.text.han }

// Sources reads several texts.
func Sources(texts []string) []*Source {
	list := make([]*Source, len(texts))
	for i, text := range texts {
		list[i] = NewSource(text)
	}
	return list
}

// evidence is what the sources hold, seen by one sentence.
type evidence struct {
	sources []*Source
	from    script          // the sentence
	claim   map[string]bool // words near which a number must stand; nil: anywhere
}

// A number counts only where, within so many characters, the source has these shares
// of the claim's words, or of its characters: a number borrowed from another statement
// is a wrong one.
const (
	vicinity      = 60
	nearShare     = 0.1
	nearCharShare = 0.3
)

// near tells whether some of the words around a fact f of the claim stand around the fact
// g of a source.
func (e *evidence) near(source *Source, g, f fact) bool {
	if len(e.claim) == 0 {
		return true
	}
	wanted, shared := map[string]bool{}, map[string]bool{}
	eachWord(around(e.from.folded, f), func(word string) { wanted[word] = true })
	there := around(source.text.folded, g)
	eachWord(there, func(word string) {
		if wanted[word] {
			shared[word] = true
		}
	})
	if float64(len(shared)) >= nearShare*float64(len(wanted)) && (len(shared) > 0 || len(wanted) == 0) {
		return true
	}
	return e.shared(func(r rune) bool { return slices.Contains(there, r) }) >= nearCharShare
}

func around(s []rune, f fact) []rune { return s[max(0, f.start-vicinity):min(len(s), f.end+vicinity)] }

// shared is the share of the sentence's Han characters for which held is true.
func (e *evidence) shared(held func(r rune) bool) float64 {
	all, found := 0, 0
	for i, r := range e.from.folded {
		if !content(r) || slices.Contains(e.from.folded[:i], r) {
			continue
		}
		all++
		if held(r) {
			found++
		}
	}
	return float64(found) / float64(max(1, all))
}

// characters is the share of the sentence's Han characters that the sources have.
func (e *evidence) characters() float64 {
	return e.shared(func(r rune) bool { return e.any(func(s *Source) bool { return strings.ContainsRune(s.letters, r) }) })
}

// overlap is the share of the claim's words that stand in the sources, in [0, 1].
func (e *evidence) overlap() float64 {
	all, found := 0, 0
	eachWord(e.from.folded, func(word string) {
		all++
		if slices.ContainsFunc(e.sources, func(s *Source) bool { return s.words[word] }) {
			found++
		}
	})
	if all == 0 {
		return 1
	}
	return float64(found) / float64(all)
}

// holds tells whether the sources state f.
func (e *evidence) holds(f fact) bool {
	switch f.kind {
	case numberFact:
		found, _ := e.holdsNumber(f)
		return found
	case dateFact:
		return e.holdsDate(f.date)
	case scoreFact:
		return e.any(func(s *Source) bool {
			return slices.ContainsFunc(s.facts, func(g fact) bool { return g.kind == scoreFact && slices.Equal(f.word, g.word) })
		})
	case termFact:
		return e.any(func(s *Source) bool { return s.holdsTerm(f.word) })
	case quoteFact:
		return e.any(func(s *Source) bool { return strings.Contains(s.letters, string(f.word)) })
	case rareFact:
		if f.denies {
			return e.denied(f)
		}
		if f.word[0] == '每' {
			return e.holdsPeriod(f)
		}
		return e.any(func(s *Source) bool { return s.holdsName(f) })
	case nameFact:
		return e.any(func(s *Source) bool { return s.holdsName(f) })
	}
	return false
}

func (e *evidence) any(ok func(*Source) bool) bool { return slices.ContainsFunc(e.sources, ok) }

// holdsTerm looks for a Latin name, or for all words of it apart.
func (s *Source) holdsTerm(term []rune) bool {
	if findTerm(s.text.folded, term) {
		return true
	}
	words := strings.Fields(string(term))
	return len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return !findTerm(s.text.folded, []rune(w)) })
}

// endings are cut off names that their sources may have without.
var endings = []string{"有限责任公司", "股份有限公司", "有限公司", "自治区", "自治州", "自治县", "公司", "集团", "大学", "医院", "法院", "省", "市", "县", "区", "镇", "乡", "村", "州", "队", "街道"}

// holdsName looks for a name: as it is, without its ending (苏州市, 苏州), or, of a place
// or an organisation, what it abbreviates (北大, 北京大学).
func (s *Source) holdsName(f fact) bool {
	word := string(f.word)
	if strings.Contains(s.letters, word) {
		return true
	}
	if f.person {
		return false
	}
	for _, end := range endings {
		if root, ok := strings.CutSuffix(word, end); ok && len([]rune(root)) >= 2 && strings.Contains(s.letters, root) {
			return true
		}
	}
	if f.kind == rareFact && s.composes(f.word) {
		return true
	}
	return len(f.word) <= 4 && s.abbreviated(f.word)
}

// composes tells whether one sentence has both characters of a word, as it has 桥 and 孔
// of 桥孔.
func (s *Source) composes(word []rune) bool {
	if len(word) > 2 {
		return false
	}
	for i, r := range s.text.folded {
		if r != word[0] {
			continue
		}
		start, end := s.text.sentence(fact{start: i, end: i + 1})
		if slices.Contains(s.text.folded[start:end], word[1]) {
			return true
		}
	}
	return false
}

// spread is how many characters the written-out form may have for each of an
// abbreviation's.
const spread = 3

// abbreviated tells whether the characters of word stand in the text in this order,
// close together, the first two no further apart than a word is long.
func (s *Source) abbreviated(word []rune) bool {
	t := s.text.folded
	for i, r := range t {
		if r != word[0] {
			continue
		}
		k, j := 1, i+1
		for ; k < len(word) && j < min(len(t), i+spread*len(word)); j++ {
			if !latin(t[j]) && !isHan(t[j]) {
				break
			}
			if t[j] == word[k] {
				k++
			}
		}
		if k == len(word) {
			return true
		}
	}
	return false
}

// holdsDate looks for the date, and for its year apart from it: 2023年...9月7日.
func (e *evidence) holdsDate(d date) bool {
	year, rest := d.Year == 0, d.Month == 0
	for _, s := range e.sources {
		for _, f := range s.facts {
			switch f.kind {
			case dateFact:
				year = year || f.date.Year == d.Year
				rest = rest || d.Holds(f.date)
			case numberFact:
				v, whole := f.value.Integer()
				year = year || whole && f.unit == none && v == d.Year
			}
		}
	}
	return year && rest
}
