package cite

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// Context is how many characters of prefix and suffix Anchor takes by default.
const Context = 32

// maxContext bounds, in bytes, how much of prefix and suffix Locate compares.
const maxContext = 256

// Anchor writes down the place text[start:end] as a W3C TextQuoteSelector (quote,
// prefix, suffix) and TextPositionSelector (runeStart, runeEnd: Unicode code
// points). start and end are bytes; they are put inside the text and on the
// boundaries of characters. context is the length of prefix and suffix in code
// points, 0 meaning Context.
func Anchor(text string, start, end, context int) (quote, prefix, suffix string, runeStart, runeEnd int) {
	if context <= 0 {
		context = Context
	}
	start = boundary(text, start)
	end = max(start, boundary(text, end))
	quote = text[start:end]
	before := start
	for n := 0; n < context && before > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:before])
		before -= size
	}
	after := end
	for n := 0; n < context && after < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[after:])
		after += size
	}
	runeStart = utf8.RuneCountInString(text[:start])
	runeEnd = runeStart + utf8.RuneCountInString(quote)
	return quote, text[before:start], text[end:after], runeStart, runeEnd
}

// boundary moves i into text and back to the beginning of a character.
func boundary(text string, i int) int {
	i = min(max(i, 0), len(text))
	for n := 0; n < utf8.UTFMax && i > 0 && i < len(text) && !utf8.RuneStart(text[i]); n++ {
		i--
	}
	return i
}

// Locate finds a quote again in a text that may have changed since: the occurrence
// whose surroundings fit prefix and suffix best, of equals the one nearest to
// hintRune. If the quote does not stand there as it was, it is sought without regard
// to white space, width, case and Traditional or Simplified form. start and end are
// code points into text; ok is false if the quote is gone, empty,
// or not UTF-8.
func Locate(text, quote, prefix, suffix string, hintRune int) (start, end int, ok bool) {
	if quote == "" || !utf8.ValidString(quote) {
		return 0, 0, false
	}
	if start, ok = locate(text, quote, prefix, suffix, func(i int) int { return abs(i - hintRune) }); ok {
		return start, start + utf8.RuneCountInString(quote), true
	}
	bare, places := squeeze(text)
	quote, _ = squeeze(quote)
	prefix, _ = squeeze(prefix)
	suffix, _ = squeeze(suffix)
	if quote == "" {
		return 0, 0, false
	}
	start, ok = locate(bare, quote, prefix, suffix, func(i int) int { return abs(places[i] - hintRune) })
	if !ok {
		return 0, 0, false
	}
	last := start + utf8.RuneCountInString(quote) - 1
	return places[start], places[last] + 1, true
}

func abs(n int) int { return max(n, -n) }

// locate returns the best occurrence in code points; distance is how far from the
// hint one lies.
func locate(text, quote, prefix, suffix string, distance func(i int) int) (best int, ok bool) {
	const unset = -1
	prefix = prefix[max(0, len(prefix)-maxContext):]
	suffix = suffix[:min(len(suffix), maxContext)]
	bestFit, bestFar := unset, 0
	_, step := utf8.DecodeRuneInString(quote)
	at, runes := 0, 0
	for {
		i := strings.Index(text[at:], quote)
		if i < 0 {
			return best, bestFit != unset
		}
		runes += utf8.RuneCountInString(text[at : at+i])
		at += i
		fit := commonEnd(text[:at], prefix) + commonStart(text[at+len(quote):], suffix)
		if far := distance(runes); fit > bestFit || fit == bestFit && far < bestFar {
			best, bestFit, bestFar = runes, fit, far
		}
		at += step
		runes++
	}
}

func commonStart(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonEnd(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// squeeze folds text and drops white space and invisible characters; places maps
// the code points of the result to those of text.
func squeeze(text string) (bare string, places []int) {
	var b strings.Builder
	b.Grow(len(text))
	i := 0
	for _, r := range text {
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(fold.Rune(r))
			places = append(places, i)
		}
		i++
	}
	return b.String(), places
}
