package cite

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"yinju/corpus/fold"
	"yinju/corpus/quantity"
)

// fact is something in a sentence that its sources must hold.
type fact struct {
	kind       kind
	start, end int              // runes
	value      quantity.Decimal // of a number
	unit       unit
	date       date
	word       []rune // of a term, a quotation, a name or a score, folded
	given      bool   // by Checker.Names or Checker.Rare
	person     bool   // the name of one
	denies     bool   // a word of negation
}

type date = quantity.Date

type kind int8

const (
	numberFact kind = iota
	dateFact
	termFact  // a Latin word that is a name
	quoteFact // what stands in quotation marks
	nameFact  // a person, or what the caller's Names found
	rareFact  // what the caller's Rare found
	scoreFact // 3比1
)

// script is a text ready to be read: the runes as written and folded, of one length.
type script struct {
	written, folded []rune
	han             bool    // more Han characters than Latin words
	dates           *[]fact // all of the text
}

func newScript(s string) script {
	t := script{written: []rune(s)}
	t.folded = make([]rune, len(t.written))
	han, words := 0, 0
	for i, r := range t.written {
		f := fold.Rune(r)
		if r >= 0x80 && unicode.Is(unicode.No, r) {
			f = r // 10² is not 102
		}
		t.folded[i] = f
		switch {
		case unicode.Is(unicode.Han, f):
			han++
		case latin(f) && (i == 0 || !latin(t.folded[i-1])):
			words++
		}
	}
	t.han = han > words
	var dates []fact
	for i := 0; i < len(t.folded); {
		if f, next := t.dateAt(i); next > i {
			dates, i = append(dates, f), next
			continue
		}
		i++
	}
	t.dates = &dates
	return t
}

// facts lists what t states. Of a source everything counts; of a claim (strict) no
// everyday numeral (一个, 两种), no number of a list item, and of the Latin words
// only names.
func (t script) facts(strict bool) []fact {
	var found []fact
	s := t.folded
	for i := 0; i < len(s); {
		f, next := t.factAt(i, strict)
		if next > i {
			if f.end > f.start && (!strict || !t.everyday(f)) {
				found = append(found, f)
			}
			i = next
			continue
		}
		i++
	}
	if strict {
		found = append(found, t.quotes()...)
		found = append(found, t.people()...)
	}
	return found
}

// factAt reads the fact at i; next is where to go on, i if nothing stands there.
func (t script) factAt(i int, strict bool) (f fact, next int) {
	s := t.folded
	if r := s[i]; !digit(r) && !latin(r) && !quantity.IsHanDigit(r) && !quantity.IsMagnitude(r) && !strings.ContainsRune("第半过翻上下", r) {
		return f, i
	}
	if f, next = t.dateAt(i); next > i {
		return f, next
	}
	if f, next = t.special(i, strict); next > i || strings.ContainsRune("过翻上下半", s[i]) {
		return f, next
	}
	if s[i] == '第' {
		return t.ordinal(i)
	}
	if latin(s[i]) {
		if n, ok := quantity.ReadSpelled(s[i:]); ok {
			return t.counted(i, n, strict)
		}
		return t.term(i, strict)
	}
	if f, next = t.fraction(i); next > i {
		return f, next
	}
	n, ok := quantity.ReadNumeral(s[i:])
	switch {
	case !ok:
		return f, t.pastDigits(i)
	case t.beginsTerm(i, n):
		return t.term(i, strict)
	}
	return t.counted(i, n, strict)
}

// pastDigits returns where to go on behind digits that are no number, or behind one
// character.
func (t script) pastDigits(i int) int {
	end := i
	for digit(at(t.folded, end)) {
		end++
	}
	return max(end, i+1)
}

// beginsTerm tells a number that begins a name, 3D and 5G, from one with a unit.
func (t script) beginsTerm(i int, n quantity.Numeral) bool {
	s, end := t.folded, i+n.Size
	if !digit(s[i]) || n.Scaled {
		return false
	}
	if !latin(at(s, end)) && (at(s, end) != '-' || !latin(at(s, end+1))) {
		return false
	}
	_, size := readUnit(s[end:])
	return size == 0
}

// ordinal reads 第三 and 第三季度.
func (t script) ordinal(i int) (f fact, next int) {
	s := t.folded
	n, ok := quantity.ReadNumeral(s[i+1:])
	if !ok || n.Vague {
		return f, i
	}
	end := i + 1 + n.Size
	f = fact{kind: numberFact, start: i, end: end, value: n.Value, unit: ordinal}
	if u, size := readUnit(s[end:]); u == quarter {
		f.unit, f.end = quarter, end+size
	}
	return f, f.end
}

// fraction reads 百分之五十, 千分之三 and 三分之一.
func (t script) fraction(i int) (f fact, next int) {
	value, of, size := quantity.ReadFraction(t.folded[i:])
	if size == 0 {
		return f, i
	}
	u := unit("分之" + of)
	switch of {
	case "百":
		u = percent
	case "千":
		u = "‰"
	}
	if n, whole := fractionOf(of); whole {
		u = unit("分之" + strconv.Itoa(n))
		if share, ok := percentOf(value, n); ok {
			value, u = share, percent
		}
	}
	return fact{kind: numberFact, start: i, end: i + size, value: value, unit: u}, i + size
}

// counted makes a fact of a number and the unit around it: an empty one of a number
// that states nothing.
func (t script) counted(i int, n quantity.Numeral, strict bool) (f fact, next int) {
	end := i + n.Size
	f = fact{kind: numberFact, start: i, end: end, value: n.Value}
	f = t.withUnit(f, n)
	f = t.withHalf(f, end)
	if f.end == end { // an open range has its unit and magnitude behind: 10-20万
		f = t.openRange(f, end)
	}
	if t.vague(i, n) || t.idiom(f, n, strict) {
		f.end = f.start
	}
	return f, max(end, f.end)
}

// withUnit gives a number the unit before it (¥5) or behind it; 三成 is 30%.
func (t script) withUnit(f fact, n quantity.Numeral) fact {
	s, end := t.folded, f.end
	if u, ok := prefixUnits[at(s, f.start-1)]; ok {
		f.unit, f.start = u, f.start-1
		return f
	}
	if at(s, end) == '成' && n.Chinese && !n.Scaled && !strings.ContainsRune("为立功果员本绩长", at(s, end+1)) {
		f.unit, f.value, f.end = percent, f.value.Shift(1).Norm(), end+1
		return f
	}
	u, size := readUnit(s[end:])
	f.unit, f.end = u, end+size
	return f
}

// withHalf adds the half of 三年半 and 三个半小时; end is where the numeral ends.
func (t script) withHalf(f fact, end int) fact {
	s := t.folded
	switch {
	case at(s, end) == '个' && at(s, end+1) == '半':
		u, size := readUnit(append([]rune{'个'}, s[end+2:min(len(s), end+2+longestNotation)]...))
		f.unit, f.end = u, end+1+max(size, 1)
	case f.end > end && at(s, f.end) == '半':
		f.end++
	default:
		return f
	}
	if v, ok := f.value.Plus(quantity.Decimal{Digits: 5, Exp: -1}); ok {
		f.value = v
	}
	return f
}

// vague tells 十几, 数百 and 上万.
func (t script) vague(i int, n quantity.Numeral) bool {
	before := at(t.folded, i-1)
	counts := digit(t.folded[i]) // 人数28, not 数百
	return n.Vague || strings.ContainsRune("数几", before) && !counts || n.Bare && before == '上'
}

// idiom tells a numeral that counts nothing: a Chinese digit without a unit, and of
// a claim the magnitude in 千万不要, while 千亿 alone is a number.
func (t script) idiom(f fact, n quantity.Numeral, strict bool) bool {
	if f.unit != none {
		return false
	}
	if n.Chinese && !n.Scaled {
		return true
	}
	after := at(t.folded, f.end)
	return strict && n.Bare && unicode.Is(unicode.Han, after) && !strings.ContainsRune("级量", after)
}

// openRange gives the first number of a range what only the second one states.
func (t script) openRange(f fact, end int) fact {
	s := t.folded
	if !strings.ContainsRune("-–—~至到", at(s, end)) || !digit(at(s, end+1)) {
		return f
	}
	n, ok := quantity.ReadNumeral(s[end+1:])
	if !ok {
		return f
	}
	plain, size, ok := quantity.ReadDigits(s[end+1:])
	f.unit, _ = readUnit(s[end+1+n.Size:])
	if ok && n.Scaled && size < n.Size && plain.Digits != 0 && plain.Digits == n.Value.Digits {
		f.value = f.value.Shift(n.Value.Exp - plain.Exp).Norm()
	}
	return f
}

// term reads a Latin word with digits, hyphens and points inside.
func (t script) term(i int, strict bool) (f fact, next int) {
	s := t.folded
	end := t.termEnd(i)
	f = fact{kind: termFact, start: i, end: end, word: s[i:end]}
	if strict && !t.named(i, end) {
		f.end = f.start
		return f, end
	}
	// The number behind a name is part of it: GPT 4, ERNIE 4.0.
	if at(s, end) == ' ' && digit(at(s, end+1)) {
		if _, size, ok := quantity.ReadDigits(s[end+1:]); ok && size <= 4 && !latin(at(s, end+1+size)) && strict && t.han {
			if u, _ := readUnit(s[end+1+size:]); u == none && !quantity.IsMagnitude(at(s, end+1+size)) {
				f.end = end + 1 + size
				f.word = s[i:f.end]
			}
		}
	}
	if strict {
		f = t.joined(f)
	}
	return f, f.end
}

// termEnd is where the Latin word at i ends.
func (t script) termEnd(i int) int {
	s := t.folded
	for i < len(s) && (latin(s[i]) || digit(s[i]) || strings.ContainsRune("-._+'&", s[i]) && (latin(at(s, i+1)) || digit(at(s, i+1)))) {
		i++
	}
	return i
}

// joined adds the names that follow after a blank: Helena Brandt, X9 Pro.
func (t script) joined(f fact) fact {
	s := t.folded
	for at(s, f.end) == ' ' && latin(at(s, f.end+1)) && unicode.IsUpper(t.written[f.end+1]) {
		end := t.termEnd(f.end + 1)
		if _, next := t.dateAt(f.end + 1); next > f.end+1 {
			break // with Microsoft September 7
		}
		if !t.named(f.end+1, end) || end-f.start > longestName {
			break
		}
		f.end = end
		f.word = s[f.start:end]
	}
	return f
}

// longestName bounds, in characters, what is taken for a Latin name.
const longestName = 80

// named tells whether the Latin word is a name: any in Chinese text; in English one
// with a digit, with capitals inside, or with a capital elsewhere than at the
// beginning of a sentence.
func (t script) named(i, end int) bool {
	if end-i < 2 || end-i > longestName {
		return false
	}
	word := t.written[i:end]
	inner := slices.ContainsFunc(word[1:], unicode.IsUpper)
	numbered := slices.ContainsFunc(word, unicode.IsDigit)
	if t.han || inner || numbered {
		return true
	}
	if !unicode.IsUpper(word[0]) {
		return false
	}
	before := i - 1
	for before >= 0 && unicode.IsSpace(t.written[before]) {
		before--
	}
	return before >= 0 && !strings.ContainsRune(".!?:;\"“", t.written[before])
}

// everyday tells numbers that carry no fact: 一个, 两种, 3大挑战, and the number of a list item.
func (t script) everyday(f fact) bool {
	if f.kind != numberFact {
		return false
	}
	v, whole := f.value.Integer()
	switch after := at(t.folded, f.end); {
	case f.start == 0 && f.unit == none && whole && v < 100 && strings.ContainsRune(".、):", after):
		return true // 1. ...
	case f.unit == ordinal && t.inName(f.end):
		return true // 第二医院
	case f.unit == ordinal:
		return strings.ContainsRune(",、:.", after) // 第一，...
	}
	return whole && v <= 10 && t.few(f, v)
}

// inName tells the nouns behind an ordinal that is part of a name.
func (t script) inName(i int) bool {
	return slices.ContainsFunc([]string{"医院", "人民医院", "中学", "小学", "师范", "附属", "中级", "军医"}, func(w string) bool { return hasRunes(t.folded[min(i, len(t.folded)):], w) })
}

// few tells the small numbers that only introduce what is counted: 三大, 一个, 两种, 3个方面.
func (t script) few(f fact, v int) bool {
	s := t.folded
	tail := string(s[f.start:min(len(s), f.end+2)])
	if f.unit == none {
		return strings.ContainsAny(tail, "大点方条步类些层")
	}
	chinese := quantity.IsHanDigit(s[f.start])
	if chinese && v <= 1 && f.unit != percent && !strings.HasPrefix(string(f.unit), "分之") {
		return true
	}
	generic := f.unit == piece || f.unit == rate || f.unit == thing && strings.ContainsAny(tail, "种类条项些")
	return generic && (chinese || strings.HasSuffix(tail, "方面") || strings.HasSuffix(tail, "层面"))
}

func at(s []rune, i int) rune {
	if 0 <= i && i < len(s) {
		return s[i]
	}
	return 0
}

func hasRunes(s []rune, word string) bool {
	i := 0
	for _, r := range word {
		if at(s, i) != r {
			return false
		}
		i++
	}
	return true
}

func allHan(s []rune) bool {
	return !slices.ContainsFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}
