package quantity

import "unicode"

// Numeral is a number at the beginning of a text.
type Numeral struct {
	Value   Decimal
	Size    int  // runes
	Chinese bool // begins with a Chinese digit
	Scaled  bool // has a magnitude: 万, 千, million, 7B
	Bare    bool // has no digit: 百万, 千亿
	Vague   bool // 十几
}

// hanDigit gives the value of a Chinese digit, after folding; -1 of anything else.
func hanDigit(r rune) int {
	switch r {
	case '〇', '零':
		return 0
	case '一', '壹':
		return 1
	case '二', '两', '贰':
		return 2
	case '三', '叁':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

// small gives the power of ten of a magnitude within a section, 0 for none.
func small(r rune) int {
	switch r {
	case '十', '拾':
		return 1
	case '百', '佰':
		return 2
	case '千', '仟':
		return 3
	}
	return 0
}

// large gives that of a magnitude that ends a section.
func large(r rune) int {
	switch r {
	case '万':
		return 4
	case '亿':
		return 8
	case '兆':
		return 12
	}
	return 0
}

var (
	// Words and letters behind Arabic digits.
	latinScales = []struct {
		word string
		exp  int
	}{
		{"hundred", 2},
		{"thousand", 3},
		{"million", 6},
		{"billion", 9},
		{"trillion", 12},
		{"mn", 6},
		{"bn", 9},
		{"tn", 12},
		{"k", 3},
		{"m", 6},
		{"b", 9},
		{"t", 12},
	}
	spelled = map[string]uint64{
		"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
		"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	}
)

func digit(r rune) bool { return '0' <= r && r <= '9' }

func latin(r rune) bool { return 'a' <= r && r <= 'z' }

func at(s []rune, i int) rune {
	if 0 <= i && i < len(s) {
		return s[i]
	}
	return 0
}

// ReadNumeral reads the number that folded text begins with: Arabic (2.3,
// 33,420,000), Chinese (三千三百四十二, 二〇二三, 三点五), mixed (3千5百万), each with
// its magnitudes (万, 亿, million, 7B). ok is false where there is none, or one that
// is not well formed or needs more than 64 bits.
func ReadNumeral(s []rune) (n Numeral, ok bool) {
	switch r := at(s, 0); {
	case digit(r):
		n.Value, n.Size, ok = ReadDigits(s)
		if next := at(s, n.Size); !ok || next == '多' || next == '余' || IsMagnitude(next) {
			return readScaled(s)
		}
		exp, size := latinScale(s[n.Size:])
		n.Value, n.Size, n.Scaled = n.Value.Shift(exp), n.Size+size, size > 0
		return n, true
	case IsHanDigit(r):
		if n, ok = readPlaces(s); ok {
			return n, true
		}
		return readScaled(s)
	case IsMagnitude(r):
		return readScaled(s)
	}
	return ReadSpelled(s)
}

// IsHanDigit tells a Chinese digit, from 零 to 九, also in capitals: 壹.
func IsHanDigit(r rune) bool { return hanDigit(r) >= 0 }

// IsMagnitude tells 十, 百, 千, 万, 亿, 兆.
func IsMagnitude(r rune) bool { return small(r) != 0 || large(r) != 0 }

// ReadDigits reads Arabic digits with a decimal point and separated thousands.
func ReadDigits(s []rune) (d Decimal, size int, ok bool) {
	count := 0
	add := func(r rune) {
		if d.Digits != 0 || r != '0' {
			count++
		}
		d.Digits = d.Digits*10 + uint64(r-'0')
	}
	for ; digit(at(s, size)); size++ {
		if count < 19 {
			add(s[size])
		} else {
			count++
		}
	}
	for size <= 3 && thousands(s, size) || size > 3 && count < 19 && s[max(0, size-4)] == ',' && thousands(s, size) {
		for _, r := range s[size+1 : size+4] {
			add(r)
		}
		size += 4
	}
	if at(s, size) == '.' && digit(at(s, size+1)) {
		for size++; digit(at(s, size)); size++ {
			if count < 19 {
				add(s[size])
				d.Exp--
			}
		}
	}
	return d.Norm(), size, count <= 18
}

// thousands tells whether a comma and exactly three digits stand at i.
func thousands(s []rune, i int) bool {
	return at(s, i) == ',' && digit(at(s, i+1)) && digit(at(s, i+2)) && digit(at(s, i+3)) && !digit(at(s, i+4))
}

// latinScale reads a magnitude behind Arabic digits: a word, or a letter directly
// behind them.
func latinScale(s []rune) (exp, size int) {
	gap := 0
	if at(s, 0) == ' ' || at(s, 0) == '-' {
		gap = 1
	}
	for _, scale := range latinScales {
		end := gap + len(scale.word)
		if gap == 1 && len(scale.word) == 1 || !hasWord(s[min(gap, len(s)):], scale.word) {
			continue
		}
		if next := at(s, end); unicode.IsLetter(next) && next < 0x250 || digit(next) {
			continue
		}
		return scale.exp, end
	}
	return 0, 0
}

// hasWord tells whether s begins with an ASCII word.
func hasWord(s []rune, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if s[i] != rune(word[i]) {
			return false
		}
	}
	return true
}

// readPlaces reads Chinese digits written place by place: 二〇二三.
func readPlaces(s []rune) (n Numeral, ok bool) {
	zero := false
	for ; IsHanDigit(at(s, n.Size)); n.Size++ {
		r := s[n.Size]
		zero = zero || r == '〇' || r == '零'
		if n.Size >= 18 {
			return n, false
		}
		n.Value.Digits = n.Value.Digits*10 + uint64(hanDigit(r))
	}
	next := at(s, n.Size)
	n.Value, n.Chinese = n.Value.Norm(), true
	return n, (n.Size > 2 || n.Size == 2 && (zero || next == '年')) && !IsMagnitude(next) && next != '点'
}

// scaled is a number being read from its highest magnitude down: total holds what
// stands before the last 万 or 亿, section what stands behind it, and digit the
// digits that wait for their magnitude.
type scaled struct {
	total, section, digit Decimal
	pending               bool // digit is set
	lowest                int  // last of 十百千 in the section
	big                   int  // last of 万亿
	last                  int  // last magnitude of all, 0 behind a 零
}

// longest bounds a number with magnitudes, in characters; what goes on is another one.
const longest = 64

// readScaled reads a number with magnitudes: 三千三百四十二万, 1.2亿, 3千5百万,
// 500多万, 三点五, 三万五, 千亿.
func readScaled(s []rune) (n Numeral, ok bool) {
	var c scaled
	s = s[:min(len(s), longest)]
	first := at(s, 0)
	n.Chinese, ok = IsHanDigit(first) || first == '十' || first == '拾', true
	if n.Bare = !n.Chinese && !digit(first); n.Bare {
		if large(at(s, 1)) == 0 || first == '亿' {
			return n, false
		}
	}
	if !IsHanDigit(first) && !digit(first) {
		c.digit, c.pending = Decimal{1, 0}, true
	}
	c.lowest = 9
	i := 0
	for ok && i < len(s) {
		width := c.next(s, i)
		if width == 0 {
			break
		}
		ok = width > 0
		i += width
		n.Scaled = n.Scaled || c.big > 0 || c.lowest < 9
	}
	n.Size = i
	n.Vague = at(s, i) == '几'
	if c.pending && c.last > 1 && IsHanDigit(at(s, i-1)) { // 三万五 is 35,000
		c.digit = c.digit.Shift(c.last - 1)
	}
	sum, fits := c.section.Plus(c.digit)
	if fits {
		sum, fits = sum.Plus(c.total)
	}
	n.Value = sum.Norm()
	return n, ok && fits && i > 0
}

// next reads a digit or magnitude at s[i] and returns its size: 0 at the end of the
// number, -1 if it is malformed.
func (c *scaled) next(s []rune, i int) int {
	r, following := s[i], at(s, i+1)
	switch {
	case (r == '多' || r == '余') && c.pending && IsMagnitude(following):
		return 1
	case digit(r):
		return c.arabic(s, i)
	case IsHanDigit(r):
		return c.chinese(uint64(hanDigit(r)), i)
	case r == '点' && IsHanDigit(following):
		return c.fraction(s, i)
	case small(r) != 0:
		return c.small(small(r))
	case large(r) != 0:
		return c.large(large(r))
	}
	return 0
}

// arabic reads Arabic digits at s[i].
func (c *scaled) arabic(s []rune, i int) int {
	d, size, ok := ReadDigits(s[i:])
	if c.pending || !ok {
		return -1
	}
	if i > 0 {
		if !IsMagnitude(at(s, i+size)) && size != c.last { // 1万2000 goes on, 130万3 does not
			return 0
		}
		c.last = 0
	}
	c.digit, c.pending = d, true
	return size
}

// chinese reads a Chinese digit; a zero, unless it begins the number, stands for the
// magnitudes left out: 一千零五.
func (c *scaled) chinese(value uint64, i int) int {
	switch {
	case c.pending:
		return -1
	case value == 0 && i > 0:
		c.last = 0
	default:
		c.digit, c.pending = Decimal{value, 0}, true
	}
	return 1
}

// small applies 十, 百 or 千.
func (c *scaled) small(exp int) int {
	if !c.pending && exp == 1 && c.lowest > 1 && c.last == 0 { // 一百零十 is rare, but read
		c.digit, c.pending = Decimal{1, 0}, true
	}
	if !c.pending || exp >= c.lowest {
		return -1
	}
	section, fits := c.section.Plus(c.digit.Shift(exp))
	if !fits {
		return -1
	}
	c.section, c.digit, c.pending = section, Decimal{}, false
	c.lowest, c.last = exp, exp
	return 1
}

// large applies 万, 亿 or 兆.
func (c *scaled) large(exp int) int {
	section, fits := c.section.Plus(c.digit)
	switch {
	case !fits || section.Digits == 0 && c.total.Digits == 0 && !c.pending:
		return -1
	case exp > c.big || section.Digits == 0: // 一万二千亿, 25万亿
		if section, fits = section.Plus(c.total); fits {
			c.total = section.Shift(exp)
		}
	default:
		c.total, fits = c.total.Plus(section.Shift(exp))
	}
	if !fits {
		return -1
	}
	c.section, c.digit, c.pending = Decimal{}, Decimal{}, false
	c.lowest, c.big, c.last = 9, exp, exp
	return 1
}

// fraction reads 点 and the digits behind it.
func (c *scaled) fraction(s []rune, i int) int {
	sum, fits := c.section.Plus(c.digit)
	size := 1
	for ; fits && IsHanDigit(at(s, i+size)) && size < 12; size++ {
		sum, fits = sum.Plus(Decimal{uint64(hanDigit(s[i+size])), -size}.Norm())
	}
	if !fits {
		return -1
	}
	c.section, c.digit, c.pending, c.lowest, c.last = sum, Decimal{}, false, 0, 0
	return size
}

// ReadSpelled reads a small English number before a magnitude: two hundred,
// five million.
func ReadSpelled(s []rune) (n Numeral, ok bool) {
	end := 0
	for 'a' <= at(s, end) && s[end] <= 'z' && end < 8 {
		end++
	}
	value, ok := spelled[string(s[:end])]
	if !ok {
		return n, false
	}
	exp, size := latinScale(s[end:])
	return Numeral{Value: Decimal{value, exp}.Norm(), Size: end + size, Scaled: true}, size > 2
}

// ReadFraction reads 百分之五十, 千分之三 and 三分之一: value stands behind 之, of before
// 分. size is 0 where there is none.
func ReadFraction(s []rune) (value Decimal, of string, size int) {
	for n := 1; n <= 3; n++ {
		if at(s, n) != '分' || at(s, n+1) != '之' {
			continue
		}
		if number, ok := ReadNumeral(s[n+2:]); ok {
			return number.Value, string(s[:n]), n + 2 + number.Size
		}
	}
	return Decimal{}, "", 0
}
