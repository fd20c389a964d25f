package rag

import "unicode"

// language is that of the fixed sentences.
type language int

const (
	chinese language = iota
	english
)

// languageOf takes a question with any Han character for Chinese.
func languageOf(text string) language {
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			return chinese
		}
	}
	return english
}
