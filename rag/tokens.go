package rag

import (
	"unicode"
	"unicode/utf8"
)

// Tokens estimates how many tokens a chat model takes a text for, on the safe side: a
// Chinese character, a digit and a sign are one each, a Latin word one for every four
// letters and at least one and a third, a line break one, any other character two. The
// tokenizers in use need 0.6 to 1 for a Chinese character and about 1.3 for an English
// word.
func Tokens(text string) int {
	thirds, letters := 0, 0
	flush := func() {
		if letters > 0 {
			thirds += max(4, (letters*3+3)/4)
		}
		letters = 0
	}
	for _, r := range text {
		if r < utf8.RuneSelf && unicode.IsLetter(r) {
			letters++
			continue
		}
		flush()
		switch {
		case r == ' ' || r == '\t':
		case r == '\n', r < utf8.RuneSelf, unicode.Is(unicode.Han, r), unicode.IsPunct(r), 0x3000 <= r && r <= 0x30FF, 0xFF00 <= r && r <= 0xFFEF:
			thirds += 3
		default:
			thirds += 6
		}
	}
	flush()
	return (thirds + 2) / 3
}
