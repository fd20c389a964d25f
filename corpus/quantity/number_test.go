package quantity

import (
	"fmt"
	"strings"
	"testing"
)

func number(digits uint64, exp int) Decimal { return Decimal{digits, exp}.Norm() }

func TestReadNumeral(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want Decimal
		rest string
	}{
		{"130个", number(130, 0), "个"},
		{"3342万", number(3342, 4), ""},
		{"33.42 million", number(3342, 4), ""},
		{"三千三百四十二万", number(3342, 4), ""},
		{"33,420,000次", number(3342, 4), "次"},
		{"33,420,00", number(33420, 0), ",00"},
		{"1,2", number(1, 0), ",2"},
		{"1234,567", number(1234, 0), ",567"},
		{"25万亿", number(25, 12), ""},
		{"2.3万余", number(23, 3), "余"},
		{"500多万", number(5, 6), ""},
		{"500多家", number(500, 0), "多家"},
		{"1亿2000万", number(12, 7), ""},
		{"一亿两千万", number(12, 7), ""},
		{"3千5百万", number(35, 6), ""},
		{"一万二千亿", number(12, 11), ""},
		{"三千万亿", number(3, 15), ""},
		{"二〇二三年", number(2023, 0), "年"},
		{"二零二三", number(2023, 0), ""},
		{"一百零五", number(105, 0), ""},
		{"一万零五", number(10005, 0), ""},
		{"一万零五百", number(10500, 0), ""},
		{"三万五", number(35000, 0), ""},
		{"三百五", number(350, 0), ""},
		{"三点五", number(35, -1), ""},
		{"三点五亿", number(35, 7), ""},
		{"十二", number(12, 0), ""},
		{"二十", number(20, 0), ""},
		{"一百一十一", number(111, 0), ""},
		{"壹佰贰拾叁万", number(123, 4), ""},
		{"两千亿", number(2, 11), ""},
		{"千亿", number(1, 11), ""},
		{"百万", number(1, 6), ""},
		{"万亿", number(1, 12), ""},
		{"7b", number(7, 9), ""},
		{"1.8t ", number(18, 11), " "},
		{"128k", number(128, 3), ""},
		{"7bit", number(7, 0), "bit"},
		{"5 million", number(5, 6), ""},
		{"five million", number(5, 6), ""},
		{"two hundred", number(2, 2), ""},
		{"0.50", number(5, -1), ""},
		{"007", number(7, 0), ""},
		{"0", Decimal{}, ""},
		{"零", Decimal{}, ""},
	}
	for _, test := range tests {
		s := []rune(test.in)
		n, ok := ReadNumeral(s)
		if !ok || n.Value != test.want || string(s[min(n.Size, len(s)):]) != test.rest {
			t.Errorf("%s: %v %v, want %v and the rest %q", test.in, n, ok, test.want, test.rest)
		}
	}
	for _, none := range []string{"", "百度", "千问", "万达", "亿", "十四五", "三五", "模型", "two", "one two", "12345678901234567890", "九九九亿亿亿亿九千九"} {
		if n, ok := ReadNumeral([]rune(none)); ok {
			t.Errorf("%s: %v, want none", none, n)
		}
	}
}

// han writes n in Chinese numerals, as the oracle of the fuzz target.
func han(n uint64) string {
	if n == 0 {
		return "零"
	}
	var parts []string
	for _, unit := range []struct {
		size uint64
		name string
	}{{1e8, "亿"}, {1e4, "万"}, {1e3, "千"}, {1e2, "百"}, {10, "十"}, {1, ""}} {
		switch q := n / unit.size; {
		case q == 0 && len(parts) > 0 && n > 0 && parts[len(parts)-1] != "零":
			parts = append(parts, "零")
		case q >= 10:
			parts = append(parts, han(q)+unit.name)
		case q > 0:
			parts = append(parts, string([]rune("零一二三四五六七八九")[q])+unit.name)
		}
		n %= unit.size
	}
	return strings.Join(parts, "")
}

// FuzzNumber: every way to write a number gives the same value, and no text makes
// the reader panic or read beyond its end.
func FuzzNumber(f *testing.F) {
	for _, n := range []uint64{0, 5, 10, 15, 20, 105, 110, 10005, 33420000, 100010001, 999999999999} {
		f.Add(n, "三千5百万")
	}
	f.Add(uint64(20), "1,234.5多万亿")
	f.Fuzz(func(t *testing.T, n uint64, s string) {
		runes := []rune(s)
		if got, ok := ReadNumeral(runes); ok && (got.Size <= 0 || got.Size > len(runes)) {
			t.Fatalf("%q: size %d of %d", s, got.Size, len(runes))
		}
		n %= 1e12
		ways := []string{fmt.Sprint(n), han(n), fmt.Sprintf("%d.0", n)}
		if n%10000 == 0 {
			ways = append(ways, fmt.Sprintf("%d万", n/10000), fmt.Sprintf("%d thousand", n/1000))
		}
		for _, way := range ways {
			got, ok := ReadNumeral([]rune(way + "个"))
			if !ok || got.Value != number(n, 0) || got.Size != len([]rune(way)) {
				t.Fatalf("%s: %v %v, want %d", way, got, ok, n)
			}
		}
	})
}
