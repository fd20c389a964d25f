package rag

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MissedPhrase is a run of an article that, asked in quotes, did not bring it.
type MissedPhrase struct {
	Phrase string `json:"phrase"`
	Path   string `json:"-"` // of the article; for the log
}

const (
	selfTestK     = 10 // hits among which the article must be
	selfTestShown = 5  // misses that are reported
	shortestRun   = 2  // characters of a phrase,
	longestRun    = 20 // at most
)

// selfTest asks for runs of the articles in quotes, and reports how many of them bring
// their article. They are the same runs whenever a generation is made of the same
// articles. No model is asked.
func (x *Index) selfTest(ctx context.Context, s *snapshot, report *Report) {
	if last := x.tested; last != nil && last.Generation == s.generation {
		report.PhrasesTested, report.PhrasesFound, report.PhrasesMissed = last.PhrasesTested, last.PhrasesFound, last.PhrasesMissed
	} else {
		x.testPhrases(ctx, s, report)
		x.tested = report
	}
	if missed := report.PhrasesTested - report.PhrasesFound; missed > 0 {
		report.Warnings = append(report.Warnings, fmt.Sprintf(
			"Self-test: %d of %d phrases of the articles, asked in quotes, do not bring their article; the log names them.", missed, report.PhrasesTested))
	}
}

func (x *Index) testPhrases(ctx context.Context, s *snapshot, report *Report) {
	report.PhrasesMissed = []MissedPhrase{}
	rng := rand.New(rand.NewPCG(s.generation, 0x79696e6a75)) //nolint:gosec // a sample, not a secret
	deadline := time.Now().Add(x.TestTime)
	for try := 0; try < 4*x.TestPhrases && report.PhrasesTested < x.TestPhrases && len(s.passages) > 0; try++ {
		if ctx.Err() != nil || time.Now().After(deadline) {
			break
		}
		article := s.owner[rng.IntN(len(s.passages))] // long articles in proportion
		phrase := runOf(s.articles[article].Text, rng)
		if phrase == "" {
			continue
		}
		found, err := x.findsPhrase(ctx, s, article, phrase)
		if err != nil {
			break
		}
		report.PhrasesTested++
		if found {
			report.PhrasesFound++
		} else if len(report.PhrasesMissed) < selfTestShown {
			report.PhrasesMissed = append(report.PhrasesMissed, MissedPhrase{phrase, s.articles[article].Path})
			x.Log.Warn("a phrase of an article does not bring it", "path", s.articles[article].Path, "phrase", phrase)
		}
	}
}

// runOf picks a run of 2 to 20 characters of a text, empty if it hit upon one that is
// hardly a phrase: fewer than two characters, or no letter or digit.
func runOf(text string, rng *rand.Rand) string {
	if text == "" {
		return ""
	}
	start := rng.IntN(len(text))
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	end := start
	for range shortestRun + rng.IntN(longestRun-shortestRun+1) {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	run := strings.TrimSpace(text[start:end])
	if utf8.RuneCountInString(run) < shortestRun || !strings.ContainsFunc(run, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ""
	}
	return run
}

// findsPhrase tells whether a phrase of an article, asked in quotes, brings it; where
// more articles hold the phrase than there are places, whether it brings such articles.
// Hits count only if they cut out of their article what they say.
func (x *Index) findsPhrase(ctx context.Context, s *snapshot, article int, phrase string) (bool, error) {
	q := Query{Text: "「" + phrase + "」", K: selfTestK, Literal: true, lexical: true}
	result, err := x.search(ctx, s, q, wishes{text: q.Text})
	if err != nil {
		return false, err
	}
	wanted := strings.TrimSpace(normal(phrase))
	holders := 0
	for _, h := range result.Hits {
		p := h.Passage
		if p.End > len(h.Article.Text) || p.Start < 0 || p.Start >= p.End || h.Article.Text[p.Start:p.End] != p.Text {
			continue
		}
		if h.Article == s.articles[article] {
			return true, nil
		}
		if strings.Contains(normal(h.Article.Title+"\n"+h.Article.Text), wanted) || slices.ContainsFunc(p.Heading, func(t string) bool { return strings.Contains(normal(t), wanted) }) {
			holders++
		}
	}
	return holders == selfTestK, nil
}
