package cite

import (
	"strings"
	"testing"

	"yinju/corpus"
)

func TestBest(t *testing.T) {
	t.Parallel()
	text := "发布会如期举行。\n讯飞星火9月5日开放。上线14小时，用户突破100万。研究院院长刘聪到场。\n通用大模型有78款，公司有130家。"
	tests := []struct {
		claim, want string
		low, high   float64
	}{
		{"讯飞星火上线14小时用户突破100万。", "上线14小时，用户突破100万。", 0.7, 1},
		{"上线14小时用户突破一百万。", "上线14小时，用户突破100万。", 0.7, 1},
		{"通用大模型有78个。", "通用大模型有78款，公司有130家。", 0.7, 1},
		{"讯飞星火9月5日开放，14小时用户达100万。", "讯飞星火9月5日开放。上线14小时，用户突破100万。", 0.8, 1},
		{"刘聪是研究院院长。", "研究院院长刘聪到场。", 0.3, 1},
		{"深圳地铁早上七点开门。", "发布会如期举行。", 0, 0},
	}
	for _, test := range tests {
		span, score := Best(test.claim, text, corpus.Sentences(text))
		if got := text[span.Start:span.End]; got != test.want || score < test.low || score > test.high {
			t.Errorf("%s: %q %.2f, want %q", test.claim, got, score, test.want)
		}
	}
	if span, _ := Best("100万", " 只有一句100万。 ", nil); span != (corpus.Span{Start: 1, End: 1 + len("只有一句100万。")}) {
		t.Errorf("without sentences: %v", span)
	}
	if span, score := Best("100万", "", nil); span != (corpus.Span{}) || score != 0 {
		t.Errorf("empty text: %v %v", span, score)
	}
	if span, _ := Best("x", "ab", []corpus.Span{{Start: -3, End: 99}, {Start: 50, End: 2}}); span != (corpus.Span{Start: 0, End: 2}) {
		t.Errorf("wild spans: %v", span)
	}
}

func TestAnchor(t *testing.T) {
	t.Parallel()
	text := "前文😀说：共有130个大模型。后文。"
	start := strings.Index(text, "共有")
	quote, prefix, suffix, from, to := Anchor(text, start, start+len("共有130个大模型。"), 2)
	if quote != "共有130个大模型。" || prefix != "说：" || suffix != "后文" || from != 5 || to != 15 {
		t.Errorf("%q %q %q %d %d", quote, prefix, suffix, from, to)
	}
	if got := string([]rune(text)[from:to]); got != quote {
		t.Errorf("the position cuts %q", got)
	}
	if quote, _, _, from, to := Anchor(text, -5, 1<<30, 0); quote != text || from != 0 || to != len([]rune(text)) {
		t.Errorf("wild offsets: %q %d %d", quote, from, to)
	}
	if quote, _, _, _, _ := Anchor(text, 1, 7, 0); quote != "前文" {
		t.Errorf("inside characters: %q", quote)
	}
	if quote, prefix, _, from, to := Anchor(text, 6, 3, 0); quote != "" || prefix != "前文" || from != 2 || to != 2 {
		t.Errorf("turned round: %q %q %d %d", quote, prefix, from, to)
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, quote, prefix, suffix string
		hint                              int
		want                              int // -1: gone
		cut                               string
	}{
		{"same place", "甲乙丙丁", "丙", "乙", "丁", 2, 2, "丙"},
		{"moved", "新的一段。甲乙丙丁", "丙", "乙", "丁", 2, 7, "丙"},
		{"surroundings decide", "甲丙丁 乙丙戊", "丙", "乙", "戊", 1, 5, "丙"},
		{"the hint decides", "丙一丙二丙", "丙", "", "", 3, 2, "丙"},
		{"white space", "共有 130个\n大模型。", "共有130个大模型", "", "", 0, 0, "共有 130个\n大模型"},
		{"width and case", "前ＡＰＰ后", "app", "", "", 0, 1, "ＡＰＰ"},
		{"traditional", "他說騰訊發布模型", "腾讯发布", "他说", "", 0, 2, "騰訊發布"},
		{"gone", "什么都没有", "腾讯", "", "", 0, -1, ""},
		{"empty", "甲", "", "", "", 0, -1, ""},
		{"only white space", "甲 乙", "\n", "", "", 0, -1, ""},
		{"overlapping", "哈哈哈哈", "哈哈", "", "", 2, 2, "哈哈"},
		{"beyond the BMP", "😀😀甲😀", "甲", "😀", "😀", 0, 2, "甲"},
	}
	for _, test := range tests {
		start, end, ok := Locate(test.text, test.quote, test.prefix, test.suffix, test.hint)
		if !ok {
			start = -1
		}
		if start != test.want || ok && string([]rune(test.text)[start:end]) != test.cut {
			t.Errorf("%s: %d %d %v", test.name, start, end, ok)
		}
	}
}

// FuzzLocate: what Anchor wrote down is found at its place, and any answer is in range.
func FuzzLocate(f *testing.F) {
	f.Add("共有130个。共有130个。", "共有", 3, 9)
	f.Add("a\xffb", "\xff", 1, 2)
	f.Add("共有130个。", "\xb1", 0, 1)
	f.Fuzz(func(t *testing.T, text, quote string, start, end int) {
		n := len([]rune(text))
		if from, to, ok := Locate(text, quote, "甲", "乙", start); ok && (from < 0 || to <= from || to > n) {
			t.Fatalf("%q in %q: %d %d of %d", quote, text, from, to, n)
		}
		text = strings.ToValidUTF8(text, "?")
		q, prefix, suffix, from, to := Anchor(text, start, end, 0)
		if string([]rune(text)[from:to]) != q {
			t.Fatalf("%q: %d-%d is not %q", text, from, to, q)
		}
		if a, b, ok := Locate(text, q, prefix, suffix, from); q != "" && (!ok || a != from || b != to) {
			t.Fatalf("%q: %q at %d-%d, found at %d-%d", text, q, from, to, a, b)
		}
	})
}

func BenchmarkAnchor(b *testing.B) {
	text := strings.Repeat("截至7月底，我国累计有130个大模型问世。", 20000)
	for b.Loop() {
		Anchor(text, len(text)-60, len(text)-3, 0)
	}
}
