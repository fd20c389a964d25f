package rag

import (
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// nameSet are folded names.
type nameSet map[string]bool

// longestName is how many characters of a title are taken for a name.
const longestName = 12

// Named tells whether articles are tagged with a word or their titles begin with it:
// whether it is something that is written about. The word must be folded.
func (x *Index) Named(word string) bool {
	s := x.current.Load()
	return s != nil && s.named()[word]
}

// namesOf are the tags of the articles, and the beginnings of their titles up to a colon
// or the like.
func namesOf(articles []*corpus.Article) nameSet {
	names := make(nameSet)
	add := func(name string) {
		if n := utf8.RuneCountInString(name); n >= 2 && n <= longestName {
			names[name] = true
		}
	}
	for _, a := range articles {
		for _, tag := range a.Tags {
			add(fold.String(strings.TrimSpace(tag)))
		}
		title := fold.String(a.Title)
		if at := strings.IndexAny(title, ":：|｜—，,"); at > 0 {
			add(strings.TrimSpace(title[:at]))
		}
	}
	return names
}
