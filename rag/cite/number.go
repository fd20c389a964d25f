package cite

import (
	"slices"
	"strings"

	"yinju/corpus/quantity"
)

// scale is a unit as a multiple of another, so that 1.2公里 is 1200米.
type scale struct {
	of    unit
	times uint64
	exp   int // and of a power of ten
}

var scales = map[unit]scale{
	"公里": {"米", 1, 3}, "厘米": {"米", 1, -2}, "毫米": {"米", 1, -3}, "纳米": {"米", 1, -9},
	"公斤": {"克", 1, 3}, "吨": {"克", 1, 6}, "毫克": {"克", 1, -3}, "斤": {"克", 5, 2},
	"毫升": {"升", 1, -3}, "平方公里": {"平方米", 1, 6}, "公顷": {"平方米", 1, 4},
	"分钟": {"秒", 6, 1}, "小时": {"秒", 36, 2}, days: {"秒", 864, 2}, "周": {"秒", 6048, 2}, "毫秒": {"秒", 1, -3},
	"年": {"月", 12, 0}, "千瓦": {"瓦", 1, 3}, "基点": {points, 1, -2},
}

// base is a number in the unit that others are multiples of.
func base(v quantity.Decimal, u unit) (quantity.Decimal, unit) {
	s, ok := scales[u]
	const most = 1 << 48 // times the largest factor it fits 64 bits
	if !ok || v.Digits > most {
		return v, u
	}
	return quantity.Decimal{Digits: v.Digits * s.times, Exp: v.Exp}.Shift(s.exp).Norm(), s.of
}

// sameNumber tells whether s, of a source, states the number f of a sentence. hedge is
// how f says that it is rounded.
func sameNumber(f, s fact, hedge bound) bool {
	if s.kind == dateFact {
		v, whole := f.value.Integer()
		return whole && (f.unit == none && v == s.date.Year || f.unit == days && v == s.date.Day)
	}
	if s.kind != numberFact {
		return false
	}
	if agree(f.unit, s.unit) && (f.value == s.value || rounds(f.value, s.value, hedge)) {
		return true
	}
	if f.unit == none || s.unit == none {
		return false
	}
	a, u := base(f.value, f.unit)
	b, w := base(s.value, s.unit)
	return u == w && (a == b || rounds(a, b, hedge))
}

// rounds tells whether a number that is said to be rounded is the other, to as many
// digits as it has: 约3300万 and 超过3000万 are 3342万, 超过3324万 is not.
func rounds(claim, source quantity.Decimal, hedge bound) bool {
	if hedge.side == 0 && !hedge.about || claim.Digits == 0 {
		return false
	}
	up := quantity.Decimal{Digits: claim.Digits + 1, Exp: claim.Exp}
	down := quantity.Decimal{Digits: claim.Digits - 1, Exp: claim.Exp}
	switch {
	case hedge.side > 0:
		return !less(source, claim) && less(source, up)
	case hedge.near:
		return less(down, source) && !less(claim, source)
	case hedge.about:
		half := quantity.Decimal{Digits: claim.Digits*10 + 5, Exp: claim.Exp - 1}
		below := quantity.Decimal{Digits: claim.Digits*10 - 5, Exp: claim.Exp - 1}
		return !less(source, below) && less(source, half)
	}
	return false
}

// less compares numbers; those too large to be compared are not less.
func less(a, b quantity.Decimal) bool {
	for a.Exp > b.Exp && a.Digits < 1<<59 {
		a.Digits, a.Exp = a.Digits*10, a.Exp-1
	}
	for b.Exp > a.Exp && b.Digits < 1<<59 {
		b.Digits, b.Exp = b.Digits*10, b.Exp-1
	}
	if a.Exp != b.Exp {
		return a.Exp < b.Exp
	}
	return a.Digits < b.Digits
}

// bound is what stands around a number: more than it, less than it, about it.
type bound struct {
	side  int // 1: more, -1: less
	near  bool
	about bool
}

var (
	moreBefore  = []string{"不低于", "不少于", "不小于", "超过", "突破", "高于", "大于", "多于", "高出", "至少", "最少", "逾", "超", "more than", "at least", "no less than", "over", "above", "exceeding", "exceed", "exceeds", "exceeded"}
	lessBefore  = []string{"不超过", "不高于", "不多于", "未超过", "不超", "低于", "少于", "小于", "不到", "不足", "未满", "不满", "至多", "最多", "no more than", "less than", "fewer than", "at most", "up to", "under", "below"}
	nearBefore  = []string{"将近", "接近", "近", "nearly", "almost", "close to"}
	aboutBefore = []string{"大约", "约为", "约合", "大概", "约", "about", "around", "approximately", "roughly", "some", "~"}
	moreAfter   = []string{"以上", "多", "余", "+", "or more"}
	lessAfter   = []string{"以下", "以内", "or less", "or fewer"}
	aboutAfter  = []string{"左右", "上下", "前后", "or so"}
)

// boundOf reads what stands around a number.
func (t script) boundOf(f fact) (b bound) {
	before := t.folded[max(0, f.start-14):f.start]
	head := strings.TrimRight(string(before), " 了达到至为")
	ends := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			rest, ok := strings.CutSuffix(head, w)
			return ok && (!latin(rune(w[0])) || rest == "" || !latin(rune(rest[len(rest)-1])))
		})
	}
	begins := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			return hasRunes(t.folded[min(f.end, len(t.folded)):], w) || hasRunes(t.folded[min(f.end+1, len(t.folded)):], w)
		})
	}
	inner := string(t.folded[f.start:f.end])
	switch {
	case ends(lessBefore), begins(lessAfter):
		b.side = -1
	case ends(nearBefore):
		b.near = true
	case ends(moreBefore), begins(moreAfter), strings.ContainsAny(inner, "多余+"):
		b.side = 1
	case ends(aboutBefore), begins(aboutAfter):
		b.about = true
	}
	return b
}

// against tells bounds that cannot both be true of a number.
func (b bound) against(c bound) bool {
	below := func(b bound) bool { return b.side < 0 || b.near }
	return b.side > 0 && below(c) || below(b) && c.side > 0
}

var (
	rises = []string{"增长", "增加", "上涨", "上升", "提高", "提升", "回升", "攀升", "增产", "扩大", "上调", "增", "升", "涨", "rise", "rose", "risen", "grew", "grow", "grown", "growth", "increase", "increased", "gain", "gained", "up", "climbed"}
	falls = []string{"下降", "下跌", "减少", "降低", "下滑", "缩减", "回落", "减产", "萎缩", "下调", "低", "减", "降", "跌", "fall", "fell", "fallen", "drop", "dropped", "decline", "declined", "decrease", "decreased", "down", "cut"}
)

// trendReach is how far, in characters, the word for a rise or a fall may stand from
// its number.
const trendReach = 12

// trendOf tells whether a number goes with a rise (1) or a fall (-1): the word for it
// that stands nearest before it in its clause, else one directly behind.
func (t script) trendOf(f fact) int {
	start := f.start
	for start > 0 && f.start-start < trendReach && !strings.ContainsRune("，。；、,;\n", t.folded[start-1]) {
		start--
	}
	if trend := lastTrend(string(t.folded[start:f.start])); trend != 0 {
		return trend
	}
	tail := string(t.folded[f.end:min(len(t.folded), f.end+5)])
	tail = strings.TrimLeft(tail, "的 ")
	for i, list := range [][]string{rises, falls} {
		for _, w := range list {
			if len(w) > 3 && strings.HasPrefix(tail, w) {
				return 1 - 2*i
			}
		}
	}
	return 0
}

func lastTrend(s string) (trend int) {
	last := -1
	for i, list := range [][]string{rises, falls} {
		for _, w := range list {
			at := strings.LastIndex(s, w)
			if at < 0 || latin(rune(w[0])) && !wholeWord(s, at, len(w)) {
				continue
			}
			if at > last {
				last, trend = at, 1-2*i
			}
		}
	}
	return trend
}

func wholeWord(s string, at, size int) bool {
	return (at == 0 || !latin(rune(s[at-1]))) && (at+size == len(s) || !latin(rune(s[at+size])))
}

// holdsNumber looks for a number near words of the sentence and of the same direction.
// elsewhen tells that the sources say it of another day or year than the sentence.
func (e *evidence) holdsNumber(f fact) (found, elsewhen bool) {
	hedge, trend := e.from.boundOf(f), e.from.trendOf(f)
	when, dated := e.from.dateBefore(f)
	dated = dated && e.holdsDate(when)
	for _, s := range e.sources {
		for _, g := range s.facts {
			if !sameNumber(f, g, hedge) || g.kind == dateFact && e.from.folded[f.end-1] == '天' || !e.near(s, g, f) {
				continue
			}
			switch {
			case g.kind == dateFact:
				return true, false
			case hedge.against(s.text.boundOf(g)), trend*s.text.trendOf(g) < 0:
			case dated && s.saidOfAnother(f, g, when):
				elsewhen = true
			default:
				return true, false
			}
		}
	}
	return elsewhen, elsewhen
}

// saidOfAnother tells whether a source in Chinese, where the date stands before what it
// dates, has the number of g under another date than the sentence has it. Where both
// dates stand in one sentence, it must also have another number under that of the claim.
func (s *Source) saidOfAnother(f, g fact, when date) bool {
	other, dated := s.text.dateBefore(g)
	if !s.text.han || !dated || !differ(when, other) {
		return false
	}
	start, end := s.text.sentence(g)
	if !slices.ContainsFunc(*s.text.dates, func(d fact) bool { return start <= d.start && d.end <= end && when.Holds(d.date) }) {
		return true
	}
	return slices.ContainsFunc(s.facts, func(h fact) bool {
		if h.kind != numberFact || h.unit != g.unit || h.value == f.value {
			return false
		}
		its, ok := s.text.dateBefore(h)
		return ok && when.Holds(its)
	})
}

// sentence is where the sentence around f begins and ends.
func (t script) sentence(f fact) (start, end int) {
	ends := func(r rune) bool { return strings.ContainsRune("。！？!?\n", r) }
	for start = f.start; start > 0 && !ends(t.folded[start-1]); start-- {
	}
	for end = f.end; end < len(t.folded) && !ends(t.folded[end]); end++ {
	}
	return start, end
}

// comparing are the words before a date that a number is compared with, or starts from.
const comparing = "较比从自由与至到"

// dateBefore is the date that a number is said of: the last one before it in its
// sentence. There is none if it is only what the number is compared with.
func (t script) dateBefore(f fact) (d date, ok bool) {
	g, ok := t.dateOf(f)
	return g.date, ok
}

// dateOf is dateBefore with its place.
func (t script) dateOf(f fact) (g fact, ok bool) {
	for i := len(*t.dates) - 1; i >= 0; i-- {
		g = (*t.dates)[i]
		if g.end > f.start {
			continue
		}
		if slices.ContainsFunc(t.folded[g.end:f.start], func(r rune) bool { return strings.ContainsRune("。！？!?\n", r) }) {
			return g, false
		}
		if strings.ContainsRune(comparing, at(t.folded, g.start-1)) || strings.ContainsRune("至到-–—", at(t.folded, g.end)) {
			return g, false
		}
		return g, true
	}
	return fact{}, false
}

// differ tells dates that cannot be the same.
func differ(a, b date) bool {
	other := func(x, y int) bool { return x != 0 && y != 0 && x != y }
	return other(a.Year, b.Year) || other(a.Month, b.Month) || a.Month == b.Month && other(a.Day, b.Day)
}
