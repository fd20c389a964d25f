package rag

import (
	"fmt"
	"regexp"
	"strings"

	"yinju/corpus/fold"
)

func marker(number int) string { return fmt.Sprintf("[%d]", number) }

// footnote is a mark in an article's text that would read as one of our citations.
var footnote = regexp.MustCompile(`\[\^?\d{1,4}(?:[,，、-]\d{1,4})*\]`)

var lineBreak = regexp.MustCompile(`[ \t]*[\r\n]+[ \t]*`)

// quoteAsProse makes an excerpt fit for a Markdown answer: on one line, without the
// article's own footnote marks. Everything else stays as the article has it.
func quoteAsProse(quote string) string {
	quote = footnote.ReplaceAllString(quote, "")
	return strings.TrimSpace(joinLines(quote))
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
