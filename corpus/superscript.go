package corpus

import (
	"strings"
	"unicode/utf8"
)

// Superscript writes a number that stands raised in its source with the characters for
// it, so that 10 to the 12th does not become 1012. What is no number stays as it is.
func Superscript(s string) string {
	const plain, up = "0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ"
	if strings.Trim(s, plain) != "" {
		return s
	}
	signs := []rune(up)
	return strings.Map(func(r rune) rune {
		return signs[utf8.RuneCountInString(plain[:strings.IndexRune(plain, r)])]
	}, s)
}
