package docx

import (
	"strconv"
	"strings"
)

// Formats whose numbers are characters in a row, and those with digits of their own.
var (
	ordered = map[string]string{
		"ideographTraditional":         "甲乙丙丁戊己庚辛壬癸",
		"ideographZodiac":              "子丑寅卯辰巳午未申酉戌亥",
		"decimalEnclosedCircle":        "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
		"decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
		"decimalEnclosedParen":         "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
		"decimalEnclosedFullstop":      "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
		"ideographEnclosedCircle":      "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
	}
	digits = map[string]string{
		"ideographDigital":           "〇一二三四五六七八九",
		"taiwaneseDigital":           "〇一二三四五六七八九",
		"japaneseDigitalTenThousand": "〇一二三四五六七八九",
		"decimalFullWidth":           "０１２３４５６７８９",
		"decimalFullWidth2":          "０１２３４５６７８９",
	}
)

// numeral writes a number in one of the formats of ISO/IEC 29500-1, 17.18.59
// (ST_NumberFormat); in decimal where the format is not known or does not go so far.
func numeral(n int, format string) string {
	plain := strconv.Itoa(n)
	if characters := ordered[format]; characters != "" {
		return nth(n, characters)
	}
	if characters := digits[format]; characters != "" {
		return translated(plain, characters)
	}
	switch format {
	case "none":
		return ""
	case "decimalZero":
		if 0 <= n && n < 10 {
			return "0" + plain
		}
	case "lowerLetter", "upperLetter":
		if n > 0 && n <= 26*9 {
			s := strings.Repeat(string(rune('a'+(n-1)%26)), (n-1)/26+1)
			if format == "upperLetter" {
				s = strings.ToUpper(s)
			}
			return s
		}
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseCounting":
		return han(n, "零一二三四五六七八九", "十百千")
	case "chineseLegalSimplified":
		return han(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟")
	case "ideographLegalTraditional":
		return han(n, "零壹貳參肆伍陸柒捌玖", "拾佰仟")
	case "numberInDash":
		return "- " + plain + " -"
	}
	return plain
}

// nth is the nth of some characters.
func nth(n int, characters string) string {
	if all := []rune(characters); n > 0 && n <= len(all) {
		return string(all[n-1])
	}
	return strconv.Itoa(n)
}

func translated(decimal, characters string) string {
	all := []rune(characters)
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return all[r-'0']
		}
		return r
	}, decimal)
}

func roman(n int) string {
	if n <= 0 || n >= 4000 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, d := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.value; n -= d.value {
			b.WriteString(d.sign)
		}
	}
	return b.String()
}

// han counts in Chinese up to 9999: 十一, 二十, 一百零五.
func han(n int, characters, units string) string {
	if n <= 0 || n > 9999 {
		return strconv.Itoa(n)
	}
	digit, unit := []rune(characters), []rune(units)
	var b strings.Builder
	decimal, zero := strconv.Itoa(n), false
	for i, c := range decimal {
		d, place := int(c-'0'), len(decimal)-1-i
		switch {
		case d == 0:
			zero = b.Len() > 0
			continue
		case zero:
			b.WriteRune(digit[0])
		}
		zero = false
		if d != 1 || place != 1 || i > 0 || unit[0] != '十' { // 十一, but 一百一十一 and 壹拾壹
			b.WriteRune(digit[d])
		}
		if place > 0 {
			b.WriteRune(unit[place-1])
		}
	}
	return b.String()
}
