package fold

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestRune(t *testing.T) {
	t.Parallel()
	for in, want := range map[rune]rune{
		'A': 'a', 'z': 'z', '7': '7', '，': ',', '　': ' ', '\u00a0': ' ', '３': '3', 'Ａ': 'a', 'ａ': 'a',
		'？': '?', '。': '。', '“': '“', '《': '《', '㎡': '㎡', '…': '…', '\n': '\n', 0: 0,
		'體': '体', '國': '国', '裡': '里', '裏': '里', '乾': '干', '干': '干', '瞭': '了', '后': '后', '後': '后',
		'Σ': 'σ', 'ς': 'σ', 'Ж': 'ж', 'É': 'é', 'K': 'k', 'ｶ': 'カ', '⼈': '人', '\uF9DC': '隆', '丽': '丽',
		'𝐀': 'a', '𠀀': '𠀀', '😀': '😀', utf8.RuneError: utf8.RuneError, -1: -1, 0xD800: 0xD800, unicode.MaxRune + 1: unicode.MaxRune + 1,
	} {
		if got := Rune(in); got != want {
			t.Errorf("Rune(%q) = %q, want %q", in, got, want)
		}
	}
}

// Every rune there is: folding twice is folding once, and the table agrees with the
// rule it was made from, also where the table was not filled by trying.
func TestRuneAll(t *testing.T) {
	t.Parallel()
	simplified := map[rune]rune{}
	pairs := []rune(strings.ReplaceAll(t2s, "\n", ""))
	if len(pairs)%2 != 0 || len(pairs) < 8000 {
		t.Fatalf("t2s.txt holds %d runes, want an even number above 8000", len(pairs))
	}
	for i := 0; i < len(pairs); i += 2 {
		simplified[pairs[i]] = pairs[i+1]
	}
	for r := range rune(unicode.MaxRune + 1) {
		f := Rune(r)
		if Rune(f) != f {
			t.Errorf("Rune(%q) = %q, but Rune of that = %q", r, f, Rune(f))
		}
		if want := settle(r, simplified); f != want {
			t.Errorf("Rune(%U) = %U, want %U", r, f, want)
		}
		if unicode.IsSpace(r) != unicode.IsSpace(f) {
			t.Errorf("Rune(%U) = %U: white space must stay so", r, f)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                "",
		"abc 大模型":         "abc 大模型",
		"ＧＰＴ－４ｏ　發佈":       "gpt-4o 发布",
		"a\xffb\xe4\xb8C": "a\uFFFDb\uFFFD\uFFFDc",
		"臺灣積體電路":          "台湾积体电路",
	} {
		if got := String(in); got != want {
			t.Errorf("String(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "ABC 臺灣", "a\xff\x00b", "㎡ﬁé", "𝐀𠀀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := String(s)
		if utf8.RuneCountInString(got) != utf8.RuneCountInString(s) {
			t.Errorf("String(%q) = %q: the number of runes changed", s, got)
		}
		if String(got) != got {
			t.Errorf("String(%q) = %q is not settled", s, got)
		}
	})
}

func TestRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want string // Han runs and Words, parted by |
	}{
		{"", ""},
		{"截至今年7月底,我国累计有130个大模型问世?", "截至今年|7|月底|我国累计有|130|个大模型问世"},
		{"GPT-4o与Qwen2.5-72B", "gpt-4o|与|qwen2.5-72b"},
		{"v1.2.3 3.5 1,000 1,234,567.89 3342万", "v1.2.3|3.5|1000|1234567.89|3342|万"},
		{"３３４２万，１，０００元", "3342|万|1000|元"},
		{"3，100家 2020,100 1,2,3 1,0000 1,000,00", "3|100|家|2020|100|1|2|3|1|0000|1000|00"},
		{"C++、C#、g++ F# 10+ Disney+ a+b c++11", "c++|c#|g++|f#|10|disney|a+b|c++|11"},
		{"增长12.5%，50％以上", "增长|12.5%|50%|以上"},
		{"e-mail: a.b@c.com, don't don’t -5 end.", "e-mail|a.b@c.com|don't|don't|5|end"},
		{"https://example.com/a?b=c 10:30 note:this", "https|example.com/a|b|c|10:30|note|this"},
		{"naïve nai\u0308ve Привет Ελλάδα", "naïve|naïve|привет|ελλάδα"},
		{"カタカナ ひらがな 한국어 ラーメン か\u3099", "カタカナ|ひらがな|한국어|ラーメン|が"},
		{"大\u200b模型 soft\u00adware 葛\U000E0100城", "大模型|software|葛城"},
		{"臺灣的《三體》", "台湾的|三体"},
		{"a\x00b\xffc😀d", "a|b|c|d"},
		{"100㎡", "100"},
		{"สวัสดี", "สวัสดี"},
		{strings.Repeat("x", 300), strings.Repeat("x", 128) + "|" + strings.Repeat("x", 128) + "|" + strings.Repeat("x", 44)},
	} {
		var got []string
		for run := range Runs(c.in) {
			if run.Kind != Other {
				got = append(got, run.Text)
			}
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("Runs(%q) =\n%s, want\n%s", c.in, s, c.want)
		}
	}
}

func TestRunsStop(t *testing.T) {
	t.Parallel()
	for run := range Runs("一 b 三") {
		if run.Text != "一" {
			t.Fatalf("the iterator went on to %q", run.Text)
		}
		break
	}
}

func FuzzRuns(f *testing.F) {
	for _, s := range []string{"", "GPT-4o 与 １，０００元 50%", "a\x00\xff\u0308b", "c++#'’1,000,000", "か\u3099\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for run := range Runs(s) {
			if run.Start != at || run.End <= run.Start {
				t.Fatalf("run %+v of %q does not follow byte %d", run, s, at)
			}
			at = run.End
			if String(run.Text) != run.Text {
				t.Fatalf("run %+v of %q is not folded", run, s)
			}
			if run.Kind == Word && run.Text == "" {
				t.Fatalf("empty word in %q", s)
			}
		}
		if at != len(s) {
			t.Fatalf("runs of %q end at %d of %d", s, at, len(s))
		}
		if !slices.Equal(Grams(s), Grams(s)) {
			t.Fatalf("Grams(%q) varies", s)
		}
	})
}

func TestParts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"gpt-4o": "gpt|4o", "gpt4o": "gpt|4o", "qwen2.5-72b": "qwen|2.5|72b", "v1.2.3": "", "3.5": "", "1000": "",
		"c++": "", "c#": "", "notepad++": "notepad", "50%": "50", "a.b@c.com": "com", "10:30": "10|30", "500gb": "500|gb",
		"h100": "", "iphone15pro": "iphon|15|pro", "user-created": "user|creat", "don't": "don", "openai's": "openai", "2024/07/31": "2024|07|31",
		"привет": "", "": "", "glm-4": "glm|4",
	} {
		if got := strings.Join(Parts(in), "|"); got != want {
			t.Errorf("Parts(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestGrams(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                "",
		"。 !":             "",
		"大模型":             "大|大模|模|模型|型",
		"Created engines": "creat|engin",
		"發佈GPT-4o，售價":     "发|发布|布|gpt-4o|gpt|4o|售|售价|价",
	} {
		if got := strings.Join(Grams(in), "|"); got != want {
			t.Errorf("Grams(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if v := Version(); !strings.HasPrefix(v, rules+"-") || v != Version() {
		t.Errorf("Version() = %q", v)
	}
}

var prose = strings.Repeat("2023年，讯飞星火上线14小时用户突破100万，GPT-4o 臺灣積體電路表示“大模型”。", 200)

func BenchmarkString(b *testing.B) {
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		String(prose)
	}
}

func BenchmarkGrams(b *testing.B) {
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		Grams(prose)
	}
}

func BenchmarkTables(b *testing.B) {
	simplified := map[rune]rune{}
	for b.Loop() {
		for r := range rune(1 << 17) {
			settle(r, simplified)
		}
	}
}

// Whatever way a number or a date is written in, the terms have a spelling in common.
func TestWaysToWriteAQuantityShareATerm(t *testing.T) {
	t.Parallel()
	for term, ways := range map[string]string{
		"33420000":   "3342万|３３４２萬|33,420,000|33420000|三千三百四十二万|33.42 million",
		"50%":        "50%|５０％|百分之五十|百分之50|50 percent",
		"2023-09-07": "2023年9月7日|2023-09-07|2023/9/7|２０２３．９．７|二〇二三年九月七日|September 7, 2023|7 Sept. 2023",
		"2023-09":    "2023年9月|2023-09|2023年9月7日|Sep 2023",
		"--09-07":    "9月7日|九月七号|2023-09-07|September 7",
	} {
		for way := range strings.SplitSeq(ways, "|") {
			if grams := Grams("在" + way + "，"); !slices.Contains(grams, term) {
				t.Errorf("Grams of %s are %q, without %s", way, grams, term)
			}
		}
	}
}
