package corpus

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pairs is a lossless Words for tests: two runes a word.
func pairs(text string) []string {
	var words []string
	for text != "" {
		word := head(text, 2)
		words = append(words, word)
		text = text[len(word):]
	}
	return words
}

func bodyArticle(text string) *Article {
	return &Article{ID: ArticleID("a.md"), Title: "标题", Text: text}
}

func TestSplitGolden(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("testdata", "split", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	a := bodyArticle(string(data))
	a.Body = strings.Index(a.Text, "这是正文")
	var b strings.Builder
	for _, p := range (Splitter{Size: 150, Overlap: 40, Words: pairs}).Split(a) {
		fmt.Fprintf(&b, "== %s · %d–%d · %d runes\n%s\n", strings.Join(p.Heading, " > "), p.Start, p.End, utf8.RuneCountInString(p.Text), p.Text)
	}
	golden := filepath.Join("testdata", "split", "report.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestSplitHeadings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \n\n ", ""},
		{"只有正文。", ": 只有正文。"},
		{"# 甲\n## 乙 ##\n文一。\n# 丙\n文二。", "甲>乙: 文一。|丙: 文二。"},
		{"甲\r\n===\r\n文一。\r\n\r\n乙\r\n---\r\n文二。", "甲: 文一。|甲>乙: 文二。"},
		{"文一。\n\n---\n\n文二。", ": 文一。\n\n---\n\n文二。"},
		{"第一章 总则\n第一条 为了甲。\n第二节 范围\n第二条 乙。\n第二章　罚则\n第三条 丙。", "第一章 总则: 第一条 为了甲。|第一章 总则>第二节 范围: 第二条 乙。|第二章　罚则: 第三条 丙。"},
		{"一、背景\n文一。\n（一）起因\n文二。\n二、结果\n文三。", "一、背景: 文一。|一、背景>（一）起因: 文二。|二、结果: 文三。"},
		{"（一）故意犯罪的；\n（二）其他情形。\n一、甲，乙和丙，\n丁。", ": （一）故意犯罪的；\n（二）其他情形。\n一、甲，乙和丙，\n丁。"},
		{"```\n# 不是\n```\n文。", ": ```\n# 不是\n```\n文。"},
		{"# 甲\n# 乙\n## 丙\n# 丁\n文。", ": 甲|乙: 丙|丁: 文。"},
		{"# 甲\n# 乙", ": 甲\n# 乙"},
		{"#", ""},
		{"#标签 不是标题", ": #标签 不是标题"},
		{"# " + strings.Repeat("长", 101) + "\n文。", ": # " + strings.Repeat("长", 101) + "\n文。"},
		{"- 甲\n- 乙", ": - 甲\n- 乙"},
	} {
		var got []string
		for _, p := range (Splitter{}).Split(bodyArticle(c.text)) {
			got = append(got, strings.Join(p.Heading, ">")+": "+p.Text)
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("Split(%q) =\n%q, want\n%q", c.text, g, c.want)
		}
	}
}

func TestSplitSizes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "这是第%d个句子，它不长也不短，刚好够用来试验。", i)
	}
	passages := Splitter{Words: pairs}.Split(bodyArticle(b.String()))
	for i, p := range passages {
		n := utf8.RuneCountInString(p.Text)
		if n > 450 || i+1 < len(passages) && n < 200 {
			t.Errorf("passage %d has %d characters", i, n)
		}
		if i == 0 {
			continue
		}
		overlap := utf8.RuneCountInString(b.String()[p.Start:max(p.Start, passages[i-1].End)])
		if overlap < 30 || overlap > 90 {
			t.Errorf("passage %d repeats %d characters, want about 60", i, overlap)
		}
		if !strings.HasPrefix(p.Text, "这是第") {
			t.Errorf("passage %d begins within a sentence: %.30q", i, p.Text)
		}
	}
	for i, p := range (Splitter{Overlap: -1}).Split(bodyArticle(b.String())) {
		if i > 0 && !strings.HasPrefix(p.Text, "这是第") {
			t.Errorf("passage %d begins with %.30q", i, p.Text)
		}
	}
}

// A sentence that is too long is cut between words.
func TestSplitWords(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("字词", 1000)
	for _, p := range (Splitter{Size: 51, Words: pairs}).Split(bodyArticle(text)) {
		if !strings.HasPrefix(p.Text, "字") || !strings.HasSuffix(p.Text, "词") {
			t.Fatalf("a word is cut: %q", p.Text)
		}
	}
}

func TestSplitterVersion(t *testing.T) {
	t.Parallel()
	if (Splitter{}).Version() != (Splitter{Size: 300, Overlap: 60}).Version() {
		t.Error("the defaults, spelled out, have another version")
	}
	if (Splitter{}).Version() == (Splitter{Size: 200}).Version() || (Splitter{}).Version() == (Splitter{Overlap: -1}).Version() {
		t.Error("the size or the overlap doesn't change the version")
	}
}

// checkSplit reports whatever of the promises of Split doesn't hold.
func checkSplit(t *testing.T, s Splitter, a *Article) {
	t.Helper()
	passages := s.Split(a)
	if !reflect.DeepEqual(passages, s.Split(a)) {
		t.Fatal("splitting again gives other passages")
	}
	covered := make([]bool, len(a.Text))
	at := a.Body
	for _, p := range passages {
		switch {
		case p.Start < at || p.End <= p.Start || p.End > len(a.Text) || p.Text != a.Text[p.Start:p.End]:
			t.Fatalf("passage %d–%d of %q is no span behind %d", p.Start, p.End, a.Text, at)
		case strings.TrimSpace(p.Text) != p.Text:
			t.Fatalf("passage %q is not trimmed", p.Text)
		case utf8.RuneCountInString(p.Text) > s.withDefaults().most():
			t.Fatalf("passage of %d characters", utf8.RuneCountInString(p.Text))
		case utf8.ValidString(a.Text) && !utf8.ValidString(p.Text):
			t.Fatalf("passage %q cuts a character", p.Text)
		case p.ID != PassageID(a.Title, p.Heading, p.Text) || p.Article != a.ID || p.Title != a.Title:
			t.Fatalf("passage %+v misses its article", p)
		}
		at = p.Start
		for i := p.Start; i < p.End; i++ {
			covered[i] = true
		}
	}
	var paths []string
	for _, p := range passages {
		paths = append(paths, p.Heading...)
	}
	for start := a.Body; start < len(a.Text); {
		end := lineEnd(a.Text, start, len(a.Text))
		line := a.Text[start:end]
		content := strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("#>*+•=_-", r) })
		from := start + strings.Index(line, content)
		for i, r := range content {
			if !unicode.IsSpace(r) && !covered[from+i] && !slices.ContainsFunc(paths, func(h string) bool { return strings.Contains(h, content) }) {
				t.Fatalf("%q at byte %d of %q is in no passage", r, from+i, a.Text)
			}
		}
		start = end + 1
	}
}

func FuzzSplit(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "split", "report.md"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{string(data), "", "# a\n# b\n## c\n", "甲\n===\n\n第一章 乙\n（一）丙", "```\n#\n", "一、a\r\n二、b", strings.Repeat("> ", 100), "a\xff。\x00# b"} {
		f.Add(s, 20, 5, 0)
		f.Add(s, 0, 0, 3)
	}
	f.Fuzz(func(t *testing.T, text string, size, overlap, body int) {
		a := bodyArticle(text)
		if body >= 0 && body < len(text) && utf8.RuneStart(text[body]) {
			a.Body = body
		}
		checkSplit(t, Splitter{Size: size % 1000, Overlap: overlap % 1000, Words: pairs}, a)
		checkSplit(t, Splitter{Size: 1}, a)
	})
}

func TestSplitLinear(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"one line":   strings.Repeat("字", 5<<20/3),
		"commas":     strings.Repeat("一二三，", 200_000),
		"headings":   strings.Repeat("# 甲\n", 100_000),
		"nested":     strings.Repeat("# a\n## b\n### c\n#### d\n##### e\n###### f\nx\n", 15_000),
		"articles":   strings.Repeat("第一章 总则\n第一条 为了。\n", 30_000),
		"sentences":  strings.Repeat("这是一个句子。", 100_000),
		"short":      strings.Repeat("。\n", 300_000),
		"paragraphs": strings.Repeat("这是一段\n\n", 100_000),
		"quotations": strings.Repeat("> ", 500_000),
		"spaces":     "甲" + strings.Repeat(" ", 2<<20) + "乙" + strings.Repeat("\n", 2<<20) + "丙",
		"underlines": strings.Repeat("a\n---\n", 100_000),
		"fences":     strings.Repeat("```\n", 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			n := len(Splitter{Words: pairs}.Split(bodyArticle(text)))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%d bytes, %d passages took %v", len(text), n, took)
			}
		})
	}
}
