package hint

import (
	"slices"
	"strings"
)

func (c chinese) at(i int) rune {
	if i < len(c.s) {
		return c.s[i]
	}
	return 0
}

func (c chinese) has(i int, words ...string) bool { return c.word(i, words...) > i }

// word returns where the first of words that stands at i ends, i if none does.
func (c chinese) word(i int, words ...string) int {
	for _, w := range words {
		r := []rune(w)
		if i+len(r) <= len(c.s) && slices.Equal(c.s[i:i+len(r)], r) {
			return i + len(r)
		}
	}
	return i
}

func (c chinese) space(i int) int {
	for c.at(i) == ' ' {
		i++
	}
	return i
}

func (c chinese) latinAt(i int) bool { return isLatin(c.at(i)) || isDigit(c.at(i)) }
func (c chinese) digitBefore(i int) bool {
	return i > 0 && (isDigit(c.s[i-1]) || strings.ContainsRune("〇零一二三四五六七八九十百千万.", c.s[i-1])) && c.numeral(i)
}

func (c chinese) numeral(i int) bool {
	return isDigit(c.at(i)) || c.at(i) != 0 && strings.ContainsRune("〇零一二三四五六七八九十", c.at(i))
}

// digits reads a number of exactly n digits, or with n 0 of at most four.
func (c chinese) digits(i, n int) (v, end int) {
	end = i
	for end < i+5 && isDigit(c.at(end)) {
		v = v*10 + int(c.s[end]-'0')
		end++
	}
	if n > 0 && end-i != n || end > i+4 {
		return 0, i
	}
	return v, end
}

// hanDigits reads n digits in characters: 二〇二三.
func (c chinese) hanDigits(i, n int) (v, end int) {
	for end = i; end < i+n; end++ {
		d := slices.Index([]rune("〇一二三四五六七八九"), c.at(end))
		if c.at(end) == '零' || c.at(end) == '○' {
			d = 0
		}
		if d < 0 {
			return 0, i
		}
		v = v*10 + d
	}
	return v, end
}

// number reads a number from 1 to 99: 9, 十二, 三十一, 两.
func (c chinese) number(i int) (v, end int) {
	if v, end = c.digits(i, 0); end > i {
		if v < 1 || v > 99 {
			return 0, i
		}
		return v, end
	}
	digit := func(j int) int {
		if c.at(j) == '两' {
			return 2
		}
		return slices.Index([]rune("〇一二三四五六七八九"), c.at(j))
	}
	end = i
	if d := digit(i); d > 0 {
		v, end = d, i+1
	}
	if c.at(end) == '十' {
		v, end = max(v, 1)*10, end+1
		if d := digit(end); d > 0 {
			v, end = v+d, end+1
		}
	}
	return v, end
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
func isLatin(r rune) bool { return 'a' <= r && r <= 'z' }
