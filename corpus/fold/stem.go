package fold

import "strings"

// stemming changes when Stem gives other stems than before.
const stemming = "stem-1"

// leastStem is how many letters an English word keeps at least.
const leastStem = 4

// Stem brings the forms of a folded English word together: plurals by the S-stemmer of
// Harman (How Effective Is Suffixing?, 1991), then -ing, -ed, -ly or a final e, so that
// create, creates, created and creating meet. A stem need not be a word. What is not
// written in a to z alone stays as it is. Safe for concurrent use.
func Stem(word string) string {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	return withoutEnding(singular(word))
}

func singular(word string) string {
	n := len(word)
	switch {
	case n <= leastStem-1 || word[n-1] != 's':
		return word
	case strings.HasSuffix(word, "ies"):
		if word[n-4] == 'e' || word[n-4] == 'a' {
			return word
		}
		return word[:n-3] + "y"
	case strings.HasSuffix(word, "es"):
		if strings.IndexByte("aeo", word[n-3]) >= 0 {
			return word
		}
		return word[:n-1]
	case word[n-2] == 'u' || word[n-2] == 's':
		return word
	}
	return word[:n-1]
}

func withoutEnding(word string) string {
	for _, ending := range []string{"ing", "ed", "ly", "e"} {
		stem, ends := strings.CutSuffix(word, ending)
		n := len(stem)
		if !ends || n < leastStem {
			continue
		}
		if stem[n-1] == stem[n-2] && stem[n-1] != 'l' && stem[n-1] != 's' {
			return stem[:n-1] // planned, but called and passed
		}
		return stem
	}
	return word
}
