package cite

import (
	"yinju/corpus"
)

// The share of its pairs of letters that a place must have in common with a quote to be
// taken for it after an edit (Dice's coefficient), and how short a quote may be.
const (
	stillAlike   = 0.55
	leastLetters = 6
	widest       = 3 // sentences
)

// Nearest finds the sentence, or up to three neighbours, that a quote has become in a
// text edited since: the place most alike, of equals the one nearest to hintRune. ok is
// false if nothing is alike. start and end are code points into text.
func Nearest(text, quote string, hintRune int) (start, end int, ok bool) {
	wanted, _ := squeeze(quote)
	pairs := map[[2]rune]int{} // to its place among the pairs of the quote
	letters := letters([]rune(wanted))
	for i := 1; i < len(letters); i++ {
		pair := [2]rune{letters[i-1], letters[i]}
		if _, seen := pairs[pair]; !seen {
			pairs[pair] = len(pairs)
		}
	}
	if len(letters) < leastLetters {
		return 0, 0, false
	}
	best, far := stillAlike, 0
	list := sentencePairs(text, pairs)
	for i := range list {
		if len(list[i].held) == 0 {
			continue
		}
		held := map[int]bool{}
		size := 0
		for j := i; j < min(len(list), i+widest); j++ {
			size += list[j].size
			for _, p := range list[j].held {
				held[p] = true
			}
			alike := 2 * float64(len(held)) / float64(len(pairs)+size)
			away := abs(list[i].start - hintRune)
			if alike > best || ok && alike == best && away < far {
				start, end, ok = list[i].start, list[j].end, true
				best, far = alike, away
			}
		}
	}
	return start, end, ok
}

// paired is a sentence with the pairs of the quote that it has.
type paired struct {
	start, end int // code points
	size       int // pairs in all
	held       []int
}

func sentencePairs(text string, pairs map[[2]rune]int) []paired {
	var list []paired
	at, runes := 0, 0
	count := func(to int) int {
		for range text[at:to] {
			runes++
		}
		at = to
		return runes
	}
	for _, s := range corpus.Sentences(text) {
		s = trimmed(text, s)
		if s.Start == s.End {
			continue
		}
		p := paired{start: count(s.Start)}
		p.end = count(s.End)
		bare, _ := squeeze(text[s.Start:s.End])
		seen := map[[2]rune]bool{}
		all := letters([]rune(bare))
		for i := 1; i < len(all); i++ {
			pair := [2]rune{all[i-1], all[i]}
			if seen[pair] {
				continue
			}
			seen[pair] = true
			if k, ok := pairs[pair]; ok {
				p.held = append(p.held, k)
			}
		}
		p.size = len(seen)
		list = append(list, p)
	}
	return list
}
