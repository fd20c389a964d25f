package rag

import "unicode"

// language is that of the fixed sentences.
type language int

const (
	chinese language = iota
	english
)

// languageOf takes a question with any Han character for Chinese, and one without any
// letter, such as a number.
func languageOf(text string) language {
	lang := chinese
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			return chinese
		}
		if unicode.IsLetter(r) {
			lang = english
		}
	}
	return lang
}
