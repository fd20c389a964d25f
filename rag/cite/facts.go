package cite

import (
	"slices"
	"strings"
	"unicode"

	"yinju/corpus/fold"
)

// fact is something in a sentence that its sources must hold.
type fact struct {
	kind       kind
	text       int     // of evidence: which text states it
	start, end int     // runes
	value      decimal // of a number
	unit       unit
	date       date
	word       []rune // of a term, a quotation or a name, folded
}

type kind int8

const (
	numberFact kind = iota
	dateFact
	termFact  // a Latin word that is a name
	quoteFact // what stands in quotation marks
	nameFact  // a person, or what the caller's Names found
)

// script is a text ready to be read: the runes as written and folded, of one length.
type script struct {
	written, folded []rune
	han             bool // more Han characters than Latin words
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
	if r := s[i]; !digit(r) && !latin(r) && !isHanDigit(r) && small[r] == 0 && large[r] == 0 && r != '第' {
		return f, i
	}
	if d, size := readDate(s[i:]); size > 0 {
		return fact{kind: dateFact, start: i, end: i + size, date: d}, i + size
	}
	if latin(s[i]) {
		if n, ok := readSpelled(s[i:]); ok {
			return t.counted(i, n, strict)
		}
		return t.term(i, strict)
	}
	if s[i] == '第' {
		n, ok := readNumeral(s[min(i+1, len(s)):])
		if !ok || n.vague {
			return f, i
		}
		end := i + 1 + n.size
		f = fact{kind: numberFact, start: i, end: end, value: n.value, unit: ordinal}
		if u, size := readUnit(s[end:]); u == quarter {
			f.unit, f.end = quarter, end+size
		}
		return f, f.end
	}
	if f, next = t.fraction(i); next > i {
		return f, next
	}
	n, ok := readNumeral(s[i:])
	if !ok {
		for next = i + 1; digit(s[i]) && next < len(s) && digit(s[next]); next++ {
		}
		return f, next
	}
	if end := i + n.size; digit(s[i]) && !n.scaled && (latin(at(s, end)) || at(s, end) == '-' && latin(at(s, end+1))) {
		if _, size := readUnit(s[end:]); size == 0 {
			return t.term(i, strict) // 3D, 5G
		}
	}
	return t.counted(i, n, strict)
}

// fraction reads 百分之五十, 千分之三 and 三分之一.
func (t script) fraction(i int) (f fact, next int) {
	s := t.folded
	for size := 1; size <= 3; size++ {
		if at(s, i+size) != '分' || at(s, i+size+1) != '之' {
			continue
		}
		u := unit("分之" + string(s[i:i+size]))
		switch u {
		case "分之百":
			u = percent
		case "分之千":
			u = "‰"
		}
		if n, ok := readNumeral(s[min(i+size+2, len(s)):]); ok {
			end := i + size + 2 + n.size
			return fact{kind: numberFact, start: i, end: end, value: n.value, unit: u}, end
		}
	}
	return f, i
}

// counted makes a fact of a number and the unit around it.
func (t script) counted(i int, n numeral, strict bool) (f fact, next int) {
	s := t.folded
	end := i + n.size
	f = fact{kind: numberFact, start: i, end: end, value: n.value}
	vague := n.vague || strings.ContainsRune("数几", at(s, i-1)) || n.bare && at(s, i-1) == '上'
	u, size := readUnit(s[end:])
	f.unit = u
	if p, ok := prefixUnits[at(s, i-1)]; ok {
		f.unit, f.start, size = p, i-1, 0
	} else if at(s, end) == '成' && n.chinese && !n.scaled && !strings.ContainsRune("为立功果员本绩长", at(s, end+1)) {
		f.unit, f.value, size = percent, f.value.shift(1).norm(), 1
	}
	half := size > 0 && at(s, end+size) == '半' || at(s, end) == '个' && at(s, end+1) == '半'
	if half {
		if at(s, end+1) == '半' && at(s, end) == '个' {
			u, more := readUnit(append([]rune{'个'}, s[end+2:min(len(s), end+2+longestNotation)]...))
			f.unit, size = u, 1+max(more, 1)
		} else {
			size++
		}
		if v, ok := f.value.plus(decimal{5, -1}); ok {
			f.value = v
		}
	}
	f.end = end + size
	if size == 0 { // an open range has its unit and magnitude behind: 10-20万
		f = t.openRange(f, end)
	}
	// 千亿 alone is a number, and 千万不要 is none.
	named := !strict || f.unit != none || strings.ContainsRune("级量", at(s, f.end)) || !unicode.Is(unicode.Han, at(s, f.end))
	if vague || n.bare && !named || n.chinese && !n.scaled && f.unit == none {
		f.end = f.start
	}
	return f, max(end, f.end)
}

// openRange gives the first number of a range what only the second one states.
func (t script) openRange(f fact, end int) fact {
	s := t.folded
	if !strings.ContainsRune("-–—~至到", at(s, end)) || !digit(at(s, end+1)) {
		return f
	}
	n, ok := readNumeral(s[end+1:])
	if !ok {
		return f
	}
	plain, size, ok := readDigits(s[end+1:])
	f.unit, _ = readUnit(s[end+1+n.size:])
	if ok && n.scaled && size < n.size && plain.digits != 0 && plain.digits == n.value.digits {
		f.value = f.value.shift(n.value.exp - plain.exp).norm()
	}
	return f
}

// term reads a Latin word with digits, hyphens and points inside.
func (t script) term(i int, strict bool) (f fact, next int) {
	s := t.folded
	end := i
	for end < len(s) && (latin(s[end]) || digit(s[end]) || strings.ContainsRune("-._+'&", s[end]) && (latin(at(s, end+1)) || digit(at(s, end+1)))) {
		end++
	}
	f = fact{kind: termFact, start: i, end: end, word: s[i:end]}
	if strict && !t.named(i, end) {
		f.end = f.start
		return f, end
	}
	// The number behind a name is part of it: GPT 4, ERNIE 4.0.
	if at(s, end) == ' ' && digit(at(s, end+1)) {
		if _, size, ok := readDigits(s[end+1:]); ok && size <= 4 && !latin(at(s, end+1+size)) && strict && t.han {
			if u, _ := readUnit(s[end+1+size:]); u == none && small[at(s, end+1+size)] == 0 && large[at(s, end+1+size)] == 0 {
				f.end = end + 1 + size
				f.word = s[i:f.end]
			}
		}
	}
	return f, f.end
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
	s := t.folded
	v, whole := f.value.integer()
	if f.start == 0 && f.unit == none && whole && v < 100 && strings.ContainsRune(".、):", at(s, f.end)) {
		return true
	}
	if f.unit == ordinal {
		return strings.ContainsRune(",、:.", at(s, f.end)) // 第一，...
	}
	if !whole || v > 10 {
		return false
	}
	tail := string(s[f.start:min(len(s), f.end+2)])
	if f.unit == none {
		return strings.ContainsAny(tail, "大点方条步类些层")
	}
	if v <= 1 && isHanDigit(s[f.start]) && f.unit != percent && !strings.HasPrefix(string(f.unit), "分之") {
		return true
	}
	generic := f.unit == piece || f.unit == rate || f.unit == thing && strings.ContainsAny(tail, "种类条项些")
	return generic && (isHanDigit(s[f.start]) || strings.HasSuffix(tail, "方面") || strings.HasSuffix(tail, "层面"))
}

// closing pairs of quotation marks.
var quotePairs = map[rune]rune{'“': '”', '「': '」', '『': '』', '《': '》', '"': '"', '〝': '〞'}

// longestQuote is how far, in characters, the end of a quotation is sought.
const longestQuote = 500

// quotes lists what stands in quotation marks, cut at ellipses.
func (t script) quotes() (found []fact) {
	for i := 0; i < len(t.written); i++ {
		end := quotePairs[t.written[i]]
		if end == 0 {
			continue
		}
		n := slices.Index(t.written[i+1:min(len(t.written), i+1+longestQuote)], end)
		if n < 0 {
			continue
		}
		start := i + 1
		for j := start; j <= i+1+n; j++ {
			if r := t.written[j]; r == end || r == '…' {
				if word := letters(t.folded[start:j]); len(word) >= 2 {
					found = append(found, fact{kind: quoteFact, start: start, end: j, word: word})
				}
				start = j + 1
			}
		}
		i += n + 1
	}
	return found
}

// letters keeps letters and digits.
func letters(s []rune) []rune {
	kept := make([]rune, 0, len(s))
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' {
			kept = append(kept, r)
		}
	}
	return kept
}

// The heuristic for people: a surname and one or two characters before a verb of
// saying, behind a title or at the beginning of a clause.
const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤倪"
	titles   = "长授士裁师人者家理官员席任监记的" // the last characters of titles
)

var sayings = []string{"表示", "认为", "指出", "强调", "透露", "介绍", "坦言", "预测", "说", "称"}

func (t script) people() (found []fact) {
	s := t.folded
	for i := range s {
		if !slices.ContainsFunc(sayings, func(v string) bool { return hasRunes(s[i:], v) }) {
			continue
		}
		for _, n := range []int{3, 2} {
			start := i - n
			if start < 0 || !strings.ContainsRune(surnames, s[start]) || !allHan(s[start:i]) || strings.ContainsAny(string(s[start+1:i]), "管层面业方们家人时还也都并") {
				continue
			}
			if before := at(s, start-1); before != 0 && unicode.Is(unicode.Han, before) && !strings.ContainsRune(titles, before) {
				continue
			}
			found = append(found, fact{kind: nameFact, start: start, end: i, word: s[start:i]})
			break
		}
	}
	return found
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
