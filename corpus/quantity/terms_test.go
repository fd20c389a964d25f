package quantity

import (
	"slices"
	"strings"
	"testing"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                             "",
		"大模型, no 数字":                   "",
		"3342万":                        "33420000",
		"三千三百四十二万":                     "33420000",
		"33.42 million times":          "33420000",
		"33,420,000":                   "", // fold.Runs gives 33420000
		"33420000":                     "",
		"1.2亿和7b":                      "120000000|7000000000",
		"三点五":                          "3.5",
		"百分之五十":                        "50%",
		"百分之50":                        "50%",
		"百分之零点零五":                      "0.05%",
		"50%":                          "", // a word already
		"50 percent, 3.5 per cent":     "50%|3.5%",
		"五十%":                          "50%",
		"二十":                           "20",
		"一个, 三家, 十分":                   "",
		"第三":                           "",
		"第一百二十条":                       "120",
		"十几, 几十万, 数百万, 百万":             "",
		"千亿":                           "",
		"2023年9月7日":                    "2023-09|2023-09-07|--09-07",
		"二〇二三年九月七日":                    "2023|2023-09|2023-09-07|--09-07",
		"2023-09-07":                   "2023-09|--09-07",
		"2023-09-07t10:00":             "2023-09|2023-09-07|--09-07",
		"2023/9/7":                     "2023-09|2023-09-07|--09-07",
		"september 7, 2023":            "2023-09|2023-09-07|--09-07",
		"7 sept 2023":                  "2023-09|2023-09-07|--09-07",
		"9月7日":                         "--09-07",
		"2023年9月":                      "2023-09",
		"2023-09":                      "",
		"9月":                           "",
		"2023年":                        "",
		"二〇二三年":                        "2023",
		"qwen2.5-72b的72b":              "72000000000",
		"3d, 5g, gpt-4":                "",
		"99999999999999999999万, 1万亿亿亿": "",
	} {
		if got := strings.Join(Terms(in), "|"); got != want {
			t.Errorf("Terms(%q) = %s, want %s", in, got, want)
		}
	}
}

// FuzzTerms: no text makes it panic, and a term is a number or a date in digits, and
// so its own spelling.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"三千三百四十二万", "2023年9月7日", "百分之三点五", "7 sept 2023", "qwen2.5-72b", "十几万", "1万亿亿亿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, term := range Terms(s) {
			if strings.Trim(term, "0123456789.%-") != "" || !strings.ContainsAny(term, "0123456789") {
				t.Fatalf("Terms(%q) holds %q", s, term)
			}
			if again := Terms(term); slices.Contains(again, term) {
				t.Fatalf("%q, out of %q, gives itself", term, s)
			}
		}
	})
}

func BenchmarkTerms(b *testing.B) {
	prose := strings.Repeat("2023年,讯飞星火上线14小时用户突破100万,gpt-4o 台湾积体电路表示一个“大模型”。", 200)
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		Terms(prose)
	}
}
