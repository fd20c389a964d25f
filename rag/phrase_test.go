package rag

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
	"yinju/corpus/fold"
)

func TestPhrasesOf(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"谁说“剩者为王”":                 `[["剩者为王"]]`,
		"「甲乙」和『丙丁』":                `[["甲乙" "丙丁"]]`,
		"「甲乙」和「丙丁」":                `[["甲乙」和「丙丁"] ["甲乙" "丙丁"]]`,
		"「他说「你好」了」":                `[["他说「你好」了"] ["你好"]]`,
		"「说「你好」":                   `[["说「你好"] ["你好"]]`,
		"「」好了」":                    `[["」好了"]]`,
		"「说“你好」":                   `[["说“你好"]]`,
		`"GPT-4O" 与 ＂Ａ１＂`:          `[["gpt-4o" "a1"]]`,
		"「第一行\n\n  第二行」":           `[["第一行 第二行"]]`,
		"「價\u200b值」":               `[["价值"]]`,
		"他「很」好":                    `[]`,
		"「  」":                     `[]`,
		"没有引号":                     `[]`,
		"只有半边「引号":                  `[]`,
		"半边」引号":                    `[]`,
		"「甲乙「丙丁」戊」和“己庚”":           `[["甲乙「丙丁」戊" "己庚"] ["丙丁" "己庚"]]`,
		strings.Repeat("“一二”", 20): `[` + "[\"一二" + strings.Repeat("”“一二", 19) + "\"] [" + strings.TrimSpace(strings.Repeat(`"一二" `, 8)) + "]]",
	} {
		if got := fmt.Sprintf("%q", phrasesOf(question)); got != want {
			t.Errorf("%q: %s, want %s", question, got, want)
		}
	}
}

func TestSpanOfNormal(t *testing.T) {
	t.Parallel()
	text := "\ufeff# 標題\r\n\r\n  ＧＰＴ\u200b－４ 很\t好"
	folded := normal(text)
	for _, phrase := range []string{"标题 gpt-4", "pt-4", "很 好", "#"} {
		at := strings.Index(folded, phrase)
		if at < 0 {
			t.Fatalf("%q is not in %q", phrase, folded)
		}
		if start, end := spanOfNormal(text, at, at+len(phrase)); normal(text[start:end]) != phrase {
			t.Errorf("%q: %q", phrase, text[start:end])
		}
	}
}

// A sign never denies what its article holds, and seldom affirms what it doesn't.
func TestSignsDenyNothingThatIsThere(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	letters := []rune("的一是在不了有和人这中大为上个国我以要他時來用們 \n，。abcXYZ０１２")
	random := func(n int) string {
		runes := make([]rune, n)
		for i := range runes {
			runes[i] = letters[rng.IntN(len(letters))]
		}
		return string(runes)
	}
	wrong, absent := 0, 0
	for range 20 {
		a := &corpus.Article{Title: random(10), Text: random(2000)}
		s, runes, folded := signOf(a), []rune(a.Text), normal(a.Text)
		for range 200 {
			start, length := rng.IntN(1900), 2+rng.IntN(19)
			phrase := strings.TrimSpace(normal(string(runes[start : start+length])))
			if !s.has(keysOf([]string{phrase})) {
				t.Fatalf("%q is denied", phrase)
			}
			other := strings.TrimSpace(normal(random(5)))
			if !strings.Contains(folded, other) {
				absent++
				if s.has(keysOf([]string{other})) {
					wrong++
				}
			}
		}
	}
	if wrong*10 > absent {
		t.Errorf("%d of %d absent phrases affirmed", wrong, absent)
	}
}

// bigSnapshot has articles of ten passages each, of characters as frequent as 的 and 是.
func bigSnapshot(b testing.TB, passages int) (*Index, *snapshot) {
	b.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(rng, 1.1, 3, 3000)
	articles := make([]*corpus.Article, passages/10)
	for i := range articles {
		var sb strings.Builder
		for p := range 10 {
			for c := range 300 {
				if c%17 == 16 {
					sb.WriteString("，")
				}
				sb.WriteRune(rune(0x4E00 + zipf.Uint64()))
			}
			sb.WriteString(fmt.Sprintf("。\n%d", p))
		}
		path := fmt.Sprintf("%06d.md", i)
		articles[i] = &corpus.Article{ID: corpus.ArticleID(path), Path: path, Title: path, Text: sb.String()}
	}
	x := &Index{Split: new(corpus.Splitter).Split, Words: fold.Grams, Cut: func(s string) []string { return []string{s} }}
	b.Cleanup(x.Close)
	x.init()
	s, err := x.build(b.Context(), nil, articles)
	if err != nil {
		b.Fatal(err)
	}
	return x, s
}

// BenchmarkPhrases measures a quoted phrase over 100,000 passages: of common
// characters that all articles hold, of those that none does, and rare ones.
func BenchmarkPhrases(b *testing.B) {
	x, s := bigSnapshot(b, 100_000)
	text := s.articles[len(s.articles)/2].Text
	for name, phrase := range map[string]string{
		"common": "一丁", "absent": "一。丁丂，，七", "mark": "，一", "rare": string([]rune(text)[100:112]), "two": "一丁」和「丁一",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.withPhrases(nil, phrasesOf("「"+phrase+"」"), 10, 200, nil)
			}
		})
	}
	_ = x
}

// More passages hold the phrase than there are places: each article has one first.
func TestEveryArticleThatHoldsThePhraseHasAPlace(t *testing.T) {
	t.Parallel()
	x, s := bigSnapshot(t, 60)
	x.shelf.from = nil // the articles change
	for i, a := range s.articles {
		a.Text = strings.Repeat("大模型很大，大模型很多。大模型。\n\n", 60) // many passages
		if i == 5 {
			a.Text = "这里什么都有，" + strings.Repeat("只有一处", 200) + "。也有大模\n型，大 模型，大模型。"
		}
	}
	s, err := x.build(t.Context(), nil, s.articles)
	if err != nil {
		t.Fatal(err)
	}
	q := Query{Text: "「大模型」", K: 10, lexical: true}
	r, err := x.search(t.Context(), s, q, wishes{text: q.Text})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, h := range r.Hits {
		if !h.Phrase {
			t.Errorf("a hit without the phrase: %s", h.Passage.Text)
		}
		paths = append(paths, h.Article.Path)
	}
	slices.Sort(paths)
	if len(slices.Compact(paths)) != 6 {
		t.Errorf("of 6 articles that hold it, found in %v", paths)
	}
}
