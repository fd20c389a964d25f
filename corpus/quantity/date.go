package quantity

import (
	"slices"
	"strings"
)

// Date is a day, month or year as far as a text states it: fields not stated are 0.
type Date struct {
	Year, Month, Day int
	Part             rune // 初, 中 or 末: of the month
}

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

var monthNames = []string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "sept",
}

// parts are the ways to name a part of a month.
var parts = map[rune]rune{'底': '末', '末': '末', '下': '末', '初': '初', '上': '初', '中': '中'}

// Holds tells whether source states what claim states, as far as source goes in
// the year. A year that only source or only claim states does not count here.
func (claim Date) Holds(source Date) bool {
	differ := func(a, b int) bool { return a != 0 && b != 0 && a != b }
	switch {
	case differ(claim.Year, source.Year), differ(claim.Month, source.Month), differ(claim.Day, source.Day):
		return false
	case claim.Day != 0 && source.Day == 0, claim.Month != 0 && source.Month == 0:
		return false
	case claim.Month == 0 && claim.Year != source.Year:
		return false
	}
	if claim.Part == 0 || source.Part == claim.Part {
		return true
	}
	switch {
	case source.Part != 0:
		return false
	case source.Day == 0:
		return true
	case claim.Part == '初':
		return source.Day <= 10
	case claim.Part == '中':
		return 11 <= source.Day && source.Day <= 20
	}
	return source.Day > 20
}

// ReadDate reads the date that folded text begins with: 2023年9月7日, 9月7日, 7月底,
// 二〇二三年, 2023-09-07, 2023/9/7, September 7, 2023, 7 Sept 2023.
func ReadDate(s []rune) (d Date, size int) {
	if d, size = readEnglishDate(s); size > 0 {
		return d, size
	}
	if d, size = readISO(s); size > 0 {
		return d, size
	}
	i := 0
	if y, n := whole4(s); n > 0 && at(s, n) == '年' && 1000 <= y && y < 3000 {
		d.Year, i = y, n+1
	}
	m, n := smallInt(s[i:], 12)
	if n == 0 || at(s, i+n) != '月' {
		return d, i
	}
	d.Month, i = m, i+n+1
	if day, n := smallInt(s[i:], 31); n > 0 && strings.ContainsRune("日号", at(s, i+n)) {
		d.Day = day
		return d, i + n + 1
	}
	if part := parts[at(s, i)]; part != 0 {
		r := at(s, i)
		if strings.ContainsRune("底末初", r) {
			d.Part, i = part, i+1
		} else if at(s, i+1) == '旬' {
			d.Part, i = part, i+2
		}
	}
	return d, i
}

// whole4 reads a number that is a whole one.
func whole4(s []rune) (v, size int) {
	if !digit(at(s, 0)) && !IsHanDigit(at(s, 0)) && at(s, 0) != '十' {
		return 0, 0
	}
	n, ok := ReadNumeral(s)
	if v, whole := n.Value.Integer(); ok && whole {
		return v, n.Size
	}
	return 0, 0
}

// smallInt reads a number from 1 to limit.
func smallInt(s []rune, limit int) (v, size int) {
	if v, size = whole4(s); v < 1 || v > limit {
		return 0, 0
	}
	return v, size
}

// digits reads exactly up to limit digits.
func digits(s []rune, limit int) (v, size int) {
	for size < limit && digit(at(s, size)) {
		v = v*10 + int(s[size]-'0')
		size++
	}
	if digit(at(s, size)) {
		return 0, 0
	}
	return v, size
}

func readISO(s []rune) (d Date, size int) {
	y, n := digits(s, 4)
	sep := at(s, n)
	if n != 4 || y < 1000 || y >= 3000 || !strings.ContainsRune("-/.", sep) {
		return d, 0
	}
	m, k := digits(s[n+1:], 2)
	if n += 1 + k; k == 0 || m < 1 || m > 12 {
		return d, 0
	}
	if at(s, n) != sep {
		if sep == '.' || k != 2 || latin(at(s, n)) {
			return d, 0
		}
		return Date{Year: y, Month: m}, n
	}
	day, k := digits(s[n+1:], 2)
	if k == 0 || day < 1 || day > 31 {
		return d, 0
	}
	return Date{Year: y, Month: m, Day: day}, n + 1 + k
}

// monthName reads an English month, whole or by its first three letters.
func monthName(s []rune) (m, size int) {
	for latin(at(s, size)) && size < 10 {
		size++
	}
	word := string(s[:size])
	if size < 3 || size > 3 && !slices.Contains(monthNames, word) {
		return 0, 0
	}
	if m = slices.Index(months, word[:3]) + 1; m == 0 {
		return 0, 0
	}
	if at(s, size) == '.' {
		size++
	}
	return m, size
}

func readEnglishDate(s []rune) (d Date, size int) {
	day, n := digits(s, 2)
	if n > 0 { // 7 September 2023
		i := n + ordinalSuffix(s[n:])
		if at(s, i) != ' ' {
			return d, 0
		}
		m, k := monthName(s[i+1:])
		if k == 0 || day < 1 || day > 31 {
			return d, 0
		}
		d, size = Date{Month: m, Day: day}, i+1+k
	} else {
		m, k := monthName(s)
		if k == 0 || at(s, k) != ' ' {
			return d, 0
		}
		d, size = Date{Month: m}, k
		if day, n := digits(s[k+1:], 2); n > 0 && 1 <= day && day <= 31 {
			size = k + 1 + n
			size += ordinalSuffix(s[size:])
			d.Day = day
		}
	}
	i := size
	for at(s, i) == ' ' || at(s, i) == ',' {
		i++
	}
	if y, n := digits(s[min(i, len(s)):], 4); n == 4 && i > size && 1000 <= y && y < 3000 {
		d.Year, size = y, i+n
	}
	if d.Day == 0 && d.Year == 0 {
		return Date{}, 0 // "may", "march"
	}
	return d, size
}

func ordinalSuffix(s []rune) int {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if hasWord(s, suffix) && !latin(at(s, 2)) {
			return 2
		}
	}
	return 0
}
