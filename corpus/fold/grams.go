package fold

import (
	"unicode"
	"unicode/utf8"

	"yinju/corpus/quantity"
)

// Grams returns the terms of the character index in order of appearance: each Han
// character and each pair of neighbours within a Han run; the Stem of each Word and, if it
// is a compound, its Parts; then the Quantities. The terms are folded. Safe for
// concurrent use.
func Grams(s string) []string {
	grams := make([]string, 0, len(s)/2)
	for run := range Runs(s) {
		switch run.Kind {
		case Han:
			grams = appendGrams(grams, run.Text)
		case Word:
			grams = append(grams, Stem(run.Text))
			grams = append(grams, Parts(run.Text)...)
		}
	}
	return append(grams, Quantities(s)...)
}

// Quantities returns one spelling for each number and date of s that is written
// otherwise, so that 三千三百四十二万 is found by 3342万: see quantity.Terms. Safe for
// concurrent use.
func Quantities(s string) []string { return quantity.Terms(String(s)) }

func appendGrams(grams []string, han string) []string {
	for i := 0; i < len(han); {
		_, size := utf8.DecodeRuneInString(han[i:])
		grams = append(grams, han[i:i+size])
		if i+size < len(han) {
			_, second := utf8.DecodeRuneInString(han[i+size:])
			grams = append(grams, han[i:i+size+second])
		}
		i += size
	}
	return grams
}

// Parts returns the parts of a compound Word as Runs gives it, so that each can be
// found: gpt-4o has gpt and 4o, qwen2.5-72b has qwen, 2.5 and 72b. Parts meet at
// signs (but 3.5 is one number) and where two or more letters meet a digit; a single
// letter is none. They are stemmed. A Word that is no compound has none.
func Parts(word string) []string {
	var parts []string
	start := 0
	var prev rune
	cut := func(end, next int) {
		part := word[start:end]
		if part != word && (len(part) > 1 || part != "" && isDigit(rune(part[0]))) {
			parts = append(parts, Stem(part))
		}
		start = next
	}
	for i, r := range word {
		size := utf8.RuneLen(r)
		switch {
		case kindOf(r) == Word && !changes(word, i, prev, r):
		case kindOf(r) == Word:
			cut(i, i)
		case r == '.' && isDigit(prev) && i+size < len(word) && isDigit(rune(word[i+size])):
		case r == '\'' && len(word)-i <= 3: // don't, it's, we'll
			cut(i, len(word))
			return parts
		default:
			cut(i, i+size)
		}
		prev = r
	}
	cut(len(word), len(word))
	return parts
}

// changes says whether letters meet digits at byte i of a word, two letters at least.
func changes(word string, i int, prev, r rune) bool {
	switch {
	case isDigit(r) && unicode.IsLetter(prev):
		_, size := utf8.DecodeLastRuneInString(word[:i])
		before, _ := utf8.DecodeLastRuneInString(word[:i-size])
		return unicode.IsLetter(before)
	case unicode.IsLetter(r) && isDigit(prev):
		after, _ := utf8.DecodeRuneInString(word[i+utf8.RuneLen(r):])
		return unicode.IsLetter(after)
	}
	return false
}
