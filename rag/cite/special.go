package cite

import (
	"slices"
	"strconv"
	"strings"

	"yinju/corpus/quantity"
)

// dateAt reads the date at i.
func (t script) dateAt(i int) (f fact, next int) {
	if i > 0 && digit(t.folded[i]) && digit(t.folded[i-1]) {
		return f, i
	}
	d, size := quantity.ReadDate(t.folded[i:])
	if size == 0 || latin(t.folded[i+size-1]) && (latin(at(t.folded, i+size)) || digit(at(t.folded, i+size))) {
		return f, i // 7 Sep7e
	}
	return fact{kind: dateFact, start: i, end: i + size, date: d}, i + size
}

// shares are words for a share of the whole.
var shares = []struct {
	word string
	of   uint64 // percent
}{
	{"一半", 50},
	{"半数", 50},
	{"过半", 50},
	{"half of", 50},
	{"half the", 50},
	{"翻一番", 100},
	{"翻番", 100},
	{"翻倍", 100},
	{"翻了一番", 100},
	{"一倍", 100},
	{"doubled", 100},
}

// special reads numbers that are written in ways of their own: a share, a score, a
// quarter, a fraction with a stroke, the time of day.
func (t script) special(i int, strict bool) (f fact, next int) {
	s := t.folded[i:]
	number := func(size int, value uint64, u unit) (fact, int) {
		return fact{kind: numberFact, start: i, end: i + size, value: quantity.Decimal{Digits: value}.Norm(), unit: u}, i + size
	}
	for _, share := range shares {
		if hasRunes(s, share.word) {
			return number(len([]rune(share.word)), share.of, percent)
		}
	}
	if at(s, 0) == 'q' && '1' <= at(s, 1) && at(s, 1) <= '4' && !latin(at(s, 2)) && !digit(at(s, 2)) && !latin(at(t.folded, i-1)) {
		return number(2, uint64(s[1]-'0'), quarter)
	}
	for n, word := range []string{"first quarter", "second quarter", "third quarter", "fourth quarter"} {
		if hasRunes(s, word) {
			return number(len(word), uint64(n+1), quarter)
		}
	}
	if !strict && (hasRunes(s, "上半年") || hasRunes(s, "下半年")) {
		return number(3, 6, "月")
	}
	if strings.ContainsRune("过翻上下半", at(s, 0)) {
		return f, i
	}
	if f, next = t.stroke(i); next > i {
		return f, next
	}
	if f, next = t.clock(i, strict); next > i {
		return f, next
	}
	return t.score(i)
}

// smallNumber reads a whole number below a thousand.
func smallNumber(s []rune) (v, size int) {
	if !digit(at(s, 0)) && !quantity.IsHanDigit(at(s, 0)) && at(s, 0) != '十' {
		return 0, 0
	}
	n, ok := quantity.ReadNumeral(s)
	v, whole := n.Value.Integer()
	if !ok || !whole || v >= 1000 {
		return 0, 0
	}
	return v, n.Size
}

// score reads 3比1 and 3:1.
func (t script) score(i int) (f fact, next int) {
	s := t.folded[i:]
	a, n := smallNumber(s)
	if n == 0 || !strings.ContainsRune("比:", at(s, n)) || digit(at(t.folded, i-1)) || at(t.folded, i-1) == ':' {
		return f, i
	}
	b, m := smallNumber(s[n+1:])
	end := n + 1 + m
	if m == 0 || at(s, end) == ':' || at(s, n) == ':' && !digit(s[0]) || at(s, end) == '%' {
		return f, i
	}
	return fact{kind: scoreFact, start: i, end: i + end, word: []rune{rune(a), ':', rune(b)}}, i + end
}

// stroke reads 2/3.
func (t script) stroke(i int) (f fact, next int) {
	s := t.folded[i:]
	a, n := smallNumber(s)
	if n == 0 || n > 2 || !digit(s[0]) || at(s, n) != '/' || strings.ContainsRune("/.", at(t.folded, i-1)) || digit(at(t.folded, i-1)) {
		return f, i
	}
	b, m := smallNumber(s[n+1:])
	end := n + 1 + m
	if m == 0 || m > 2 || a >= b || at(s, end) == '/' || latin(at(s, end)) {
		return f, i
	}
	f = fact{kind: numberFact, start: i, end: i + end, value: quantity.Decimal{Digits: uint64(a)}.Norm(), unit: unit("分之" + strconv.Itoa(b))}
	if share, ok := percentOf(f.value, b); ok {
		f.value, f.unit = share, percent
	}
	return f, i + end
}

// fractionOf reads what stands before 分之.
func fractionOf(of string) (n int, ok bool) {
	n, size := smallNumber([]rune(of))
	return n, size == len([]rune(of)) && n > 1 && of != "百" && of != "千"
}

// percentOf turns a fraction into percent where that is a whole number of them.
func percentOf(value quantity.Decimal, of int) (quantity.Decimal, bool) {
	v, whole := value.Integer()
	if !whole || of == 0 || v*100%of != 0 || v < 0 {
		return value, false
	}
	return quantity.Decimal{Digits: uint64(v * 100 / of)}.Norm(), true
}

const hour unit = "时"

// clock reads the hour of 下午5时, 17时, 8点43分, as one of 24.
func (t script) clock(i int, strict bool) (f fact, next int) {
	s := t.folded[i:]
	v, n := smallNumber(s)
	if n == 0 || v > 24 {
		return f, i
	}
	if strict && !digit(s[0]) {
		return f, i // 六点 may be a number of points
	}
	before := string(t.folded[max(0, i-2):i])
	named := slices.ContainsFunc([]string{"下午", "晚上", "傍晚", "晚间", "今晚", "昨晚", "中午"}, func(w string) bool { return before == w })
	early := slices.ContainsFunc([]string{"上午", "早上", "凌晨", "清晨", "早晨"}, func(w string) bool { return before == w })
	after := at(s, n+1)
	switch at(s, n) {
	case '时':
		if strings.ContainsRune("间代候期刻段常速", after) {
			return f, i
		}
	case '点':
		if !named && !early && !digit(after) && !strings.ContainsRune("钟整半", after) {
			return f, i
		}
		if digit(after) && !named && !early && !slices.Contains(s[n+1:min(len(s), n+4)], '分') {
			return f, i
		}
	default:
		return f, i
	}
	if named && v < 12 {
		v += 12
	}
	return fact{kind: numberFact, start: i, end: i + n + 1, value: quantity.Decimal{Digits: uint64(v)}.Norm(), unit: hour}, i + n + 1
}

// everyPeriods are the words for how often something is, those of one meaning together.
var everyPeriods = [][]string{{"每日", "每天"}, {"每周", "每星期"}, {"每月", "每个月"}, {"每小时"}, {"每分钟"}, {"每秒"}}

// periods lists how often the text says that something is.
func (t script) periods() (found []fact) {
	for i, r := range t.folded {
		if r != '每' {
			continue
		}
		for _, words := range everyPeriods {
			for _, w := range words {
				if hasRunes(t.folded[i:], w) {
					size := len([]rune(w))
					found = append(found, fact{kind: rareFact, start: i, end: i + size, word: t.folded[i : i+size]})
				}
			}
		}
	}
	return found
}

// holdsPeriod looks for how often something is. Sources that say nothing of it, or leave
// it to the word for the thing (年产能), do not contradict it.
func (e *evidence) holdsPeriod(f fact) bool {
	others := false
	for _, words := range everyPeriods {
		own := slices.Contains(words, string(f.word))
		for _, w := range words {
			if e.any(func(s *Source) bool { return strings.Contains(s.letters, w) }) {
				if own {
					return true
				}
				others = true
			}
		}
	}
	return !others
}
