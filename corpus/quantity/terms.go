package quantity

import (
	"fmt"
	"strconv"
	"strings"
)

// largest is the greatest power of ten that a number is spelled out with.
const largest = 18

// Terms returns one spelling for each number and date of a folded text, in order of
// appearance: 33420000 for 3342万, 三千三百四十二万 and 33.42 million, 50% for 百分之五十,
// 2023-09-07 for 2023年9月7日, 2023/9/7 and September 7, 2023. A date comes with its
// month, 2023-09, and its day in any year, --09-07 (the notation of ISO 8601:2000).
// What is spelled so in the text already gives no term, nor do small numbers in one
// Chinese character (一个, 第三), which are everywhere, nor vague ones (十几, 数百).
// It takes linear time. Safe for concurrent use.
func Terms(folded string) []string {
	s := []rune(folded)
	var terms []string
	for i := 0; i < len(s); {
		more, size := termsAt(s, i)
		terms = append(terms, more...)
		i += max(1, size)
	}
	return terms
}

// termsAt reads the quantity at s[i], or passes a word that is none.
func termsAt(s []rune, i int) (terms []string, size int) {
	r := s[i]
	if !digit(r) && !latin(r) && !IsHanDigit(r) && !IsMagnitude(r) {
		return nil, 0
	}
	if d, size := ReadDate(s[i:]); size > 0 {
		return dateTerms(d, s[i:i+size], at(s, i+size)), size
	}
	if value, of, size := ReadFraction(s[i:]); of == "百" {
		return spelling(value, "%"), size
	}
	n, ok := ReadNumeral(s[i:])
	switch {
	case !ok:
		return nil, wordSize(s[i:])
	case n.Vague, n.Bare, n.Chinese && n.Size == 1, strings.ContainsRune("数几", at(s, i-1)):
		return nil, n.Size
	}
	plain := !n.Chinese && !n.Scaled
	if per := percentSize(s[i+n.Size:]); per > 1 || per == 1 && !plain {
		return spelling(n.Value, "%"), n.Size + per
	}
	if plain { // spelled so already, perhaps as the beginning of a word: 3d, 50%
		return nil, max(n.Size, wordSize(s[i:]))
	}
	return spelling(n.Value, ""), n.Size
}

// dateTerms are the spellings of a date that is written so and followed by next.
func dateTerms(d Date, written []rune, next rune) (terms []string) {
	if d.Year != 0 && IsHanDigit(written[0]) {
		terms = append(terms, strconv.Itoa(d.Year))
	}
	add := func(format string, fields ...any) {
		if t := fmt.Sprintf(format, fields...); t != string(written) || latin(next) {
			terms = append(terms, t)
		}
	}
	if d.Year != 0 && d.Month != 0 {
		add("%d-%02d", d.Year, d.Month)
		if d.Day != 0 {
			add("%d-%02d-%02d", d.Year, d.Month, d.Day)
		}
	}
	if d.Day != 0 {
		add("--%02d-%02d", d.Month, d.Day)
	}
	return terms
}

func spelling(d Decimal, unit string) []string {
	if text, ok := d.Text(); ok {
		return []string{text + unit}
	}
	return nil
}

// Text spells d in Arabic digits; false if it has more zeros than anybody writes.
func (d Decimal) Text() (string, bool) {
	digits := strconv.FormatUint(d.Digits, 10)
	switch {
	case d.Exp > largest || d.Exp < -largest:
		return "", false
	case d.Exp >= 0:
		return digits + strings.Repeat("0", d.Exp), true
	}
	if missing := 1 - d.Exp - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) + d.Exp
	return digits[:point] + "." + digits[point:], true
}

// percentSize is the size of the sign or word that s begins with.
func percentSize(s []rune) int {
	for _, word := range []string{" percent", " per cent", "%"} {
		if hasWord(s, word) {
			return len(word)
		}
	}
	return 0
}

// wordSize is the size of the Latin word, with digits and signs inside, at the
// beginning of s.
func wordSize(s []rune) (size int) {
	inner := func(r rune) bool { return latin(r) || digit(r) }
	for inner(at(s, size)) || size > 0 && strings.ContainsRune("-._+'&", at(s, size)) && inner(at(s, size+1)) {
		size++
	}
	return size
}
