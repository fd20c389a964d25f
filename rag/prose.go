package rag

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yinju/corpus/fold"
)

func marker(number int) string { return fmt.Sprintf("[%d]", number) }

// footnote is a mark in an article's text that would read as one of our citations.
var footnote = regexp.MustCompile(`\[\^?\d{1,4}(?:[,，、-]\d{1,4})*\]`)

var lineBreak = regexp.MustCompile(`[ \t]*[\r\n]+[ \t]*`)

// quoteAsProse makes an excerpt fit for a Markdown answer: on one line, with the
// article's own footnote marks escaped. Everything else stays as the article has it.
func quoteAsProse(quote string) string {
	return footnote.ReplaceAllStringFunc(asProse(quote), func(mark string) string {
		return `\[` + mark[1:len(mark)-1] + `\]`
	})
}

func asProse(quote string) string { return strings.TrimSpace(joinLines(quote)) }

// footnotes tells, for cite.Parser, whether a passage has the bracket behind what
// stands before it.
func footnotes(hits []Hit) func(before, bracket string) bool {
	return func(before, bracket string) bool {
		const enough = 4 // characters
		last := []rune(before)
		last = last[max(0, len(last)-enough):]
		if len(last) < 2 {
			return false
		}
		return slices.ContainsFunc(hits, func(h Hit) bool { return strings.Contains(h.Passage.Text, string(last)+bracket) })
	}
}

// joinLines puts a space where a line broke, but none between Han characters.
func joinLines(text string) string {
	var sb strings.Builder
	last := 0
	for _, at := range lineBreak.FindAllStringIndex(text, -1) {
		before, after := text[last:at[0]], text[at[1]:]
		sb.WriteString(before)
		if !endsInHan(before) || !startsWithHan(after) {
			sb.WriteByte(' ')
		}
		last = at[1]
	}
	sb.WriteString(text[last:])
	return sb.String()
}

func startsWithHan(s string) bool {
	for run := range fold.Runs(s) {
		return run.Kind == fold.Han
	}
	return false
}

func endsInHan(s string) bool {
	kind := fold.Other
	for run := range fold.Runs(s[max(0, len(s)-12):]) {
		kind = run.Kind
	}
	return kind == fold.Han
}
