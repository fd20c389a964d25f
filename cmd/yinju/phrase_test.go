package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
	"yinju/rag"
)

// indexOf loads a folder the way the binary does, without a server.
func indexOf(t testing.TB, args ...string) *service {
	t.Helper()
	sys := system{Args: append([]string{"-log-level", "error", "-data", t.TempDir()}, args...), Env: environment(nil), Stdout: io.Discard, Stderr: io.Discard}
	_, set, err := parse(sys)
	if err != nil {
		t.Fatal(err)
	}
	s, err := build(t.Context(), set, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.firstLoad(t.Context(), sys); err != nil {
		t.Fatal(err)
	}
	return s
}

// comparableText is the text as a phrase is looked for in it, by other means than the index.
func comparableText(s string) string { return strings.Join(strings.Fields(fold.String(s)), " ") }

// Every run of 2 to 20 characters of a bundled article, asked in quotes, brings that
// article: in the body, in headings and front matter, across passages, with marks of
// Markdown and quotes within, cut inside a Latin word, with line ends sent as spaces.
func TestEveryPhraseOfTheSamplesIsFound(t *testing.T) {
	t.Parallel()
	s := indexOf(t)
	list, _, err := s.Index.Articles(rag.ArticleQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]string, len(list))
	for _, info := range list {
		texts[info.Article.Path] = comparableText(info.Article.Text)
	}
	rng := rand.New(rand.NewPCG(7, 11))
	asked := 0
	for _, info := range list {
		runes := []rune(info.Article.Text)
		for length := 2; length <= 20; length++ {
			for range 3 {
				start := rng.IntN(len(runes) - length)
				phrase := string(runes[start : start+length])
				if rng.IntN(2) == 0 {
					phrase = strings.ReplaceAll(phrase, "\n", " ")
				}
				if strings.IndexFunc(phrase, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 || utf8.RuneCountInString(strings.TrimSpace(phrase)) < 2 {
					continue
				}
				asked++
				if missed := s.misses(t, info.Article.Path, phrase, texts); missed != "" {
					t.Error(missed)
				}
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d phrases were asked for", asked)
	}
}

// misses asks for a phrase of an article and says what is wrong with the hits.
func (s *service) misses(t *testing.T, path, phrase string, texts map[string]string) string {
	t.Helper()
	found, err := s.Index.Retrieve(t.Context(), rag.Query{Text: "「" + phrase + "」", K: 10})
	if err != nil {
		t.Fatal(err)
	}
	holders := make(map[string]bool)
	for _, h := range found.Hits {
		if h.Article.Path == path {
			return ""
		}
		if strings.Contains(texts[h.Article.Path], comparableText(phrase)) {
			holders[h.Article.Path] = true
		}
	}
	if len(holders) == 10 {
		return "" // more articles hold it than there are places
	}
	return fmt.Sprintf("%q of %s: %d hits, %d articles that hold it", phrase, path, len(found.Hits), len(holders))
}
