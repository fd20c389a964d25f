package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// closing are the quotation marks by their opening one.
var closing = map[rune]rune{'“': '”', '「': '」', '『': '』', '"': '"', '＂': '＂'}

// maxPhrases is how many phrases of a question count.
const maxPhrases = 8

// quotedPart is a question from its first quotation mark to its last.
var quotedPart = regexp.MustCompile(`(?s)[“「『"＂].*[”」』"＂]`)

// phrasesOf returns what stands in quotes, in each of the ways in which it can be read,
// likeliest first: 「他说「好」」 is one phrase with quotes in it if some article holds
// that, or else 好 is one. The phrases are normal.
func phrasesOf(question string) [][]string {
	var readings [][]string
	if wide := widest(question); wide != nil {
		readings = append(readings, wide)
	}
	if narrow := quotations(question); narrow != nil {
		readings = append(readings, narrow)
	}
	return readings
}

// quotations are the pieces between marks that have no marks of their kind within. A
// phrase has at least two characters: one in quotes is emphasis, not a phrase.
func quotations(s string) (phrases []string) {
	for i := 0; i < len(s) && len(phrases) < maxPhrases; {
		opening, size := utf8.DecodeRuneInString(s[i:])
		i += size
		mark := closing[opening]
		if mark == 0 {
			continue
		}
		end := strings.IndexRune(s[i:], mark)
		if end < 0 {
			continue
		}
		inner := s[i : i+end]
		if n := strings.LastIndex(inner, string(opening)); n >= 0 {
			inner = inner[n+size:]
		}
		phrases = appendPhrase(phrases, inner)
		i += end + utf8.RuneLen(mark)
	}
	return phrases
}

// widest is the reading that takes the first mark and the last of its kind for a pair,
// nil if there are none in between.
func widest(s string) []string {
	start := strings.IndexFunc(s, func(r rune) bool { return closing[r] != 0 })
	if start < 0 {
		return nil
	}
	opening, size := utf8.DecodeRuneInString(s[start:])
	mark := closing[opening]
	end := strings.LastIndex(s, string(mark))
	if end < start+size {
		return nil
	}
	inner := s[start+size : end]
	if !strings.ContainsRune(inner, opening) && !strings.ContainsRune(inner, mark) {
		return nil
	}
	phrases := appendPhrase(nil, inner)
	if phrases == nil {
		return nil
	}
	more := quotations(s[end+utf8.RuneLen(mark):])
	return append(phrases, more[:min(len(more), maxPhrases-1)]...)
}

func appendPhrase(phrases []string, inner string) []string {
	phrase := strings.TrimSpace(normal(inner))
	if phrase == "" || utf8.RuneCountInString(inner) < 2 {
		return phrases
	}
	return append(phrases, phrase)
}

// phraseBudget is how many bytes of articles are read for further articles that hold
// the phrases when there are already enough to fill the places.
const phraseBudget = 1 << 20

// withPhrases marks the candidates that hold all quoted phrases of the first reading
// that any does, and adds the passages of articles that the legs did not propose.
// places is how many hits are wanted, pool how many articles are looked for.
func (s *snapshot) withPhrases(all []ranked, readings [][]string, places, pool int, keep func(int) bool) []ranked {
	for _, phrases := range readings {
		if more, found := s.holding(all, phrases, places, pool, keep); found {
			return more
		}
	}
	return all
}

func (s *snapshot) holding(all []ranked, phrases []string, places, pool int, keep func(int) bool) (marked []ranked, found bool) {
	keys := keysOf(phrases)
	at := make(map[int]int, len(all)) // passage → index in all
	articles := make(map[int]bool)
	for i := range all {
		passage := all[i].passage
		at[passage] = i
		if s.signs[s.owner[passage]].has(keys) && s.holds(passage, phrases) {
			all[i].phrase = true
			articles[s.owner[passage]] = true
		}
	}
	read := 0
	for article := range s.articles {
		if len(articles) >= pool || len(articles) >= places && read > phraseBudget {
			break
		}
		if articles[article] || !s.signs[article].has(keys) {
			continue
		}
		read += len(s.articles[article].Text)
		for _, passage := range s.holders(article, phrases) {
			if keep != nil && !keep(passage) {
				continue
			}
			articles[article] = true
			if i, proposed := at[passage]; proposed {
				all[i].phrase = true
			} else {
				all = append(all, ranked{passage: passage, phrase: true})
			}
		}
	}
	return all, len(articles) > 0
}

// holds tells whether a passage, its title and headings hold all phrases.
func (s *snapshot) holds(passage int, phrases []string) bool {
	text := normal(indexedText(s.passages[passage]))
	return !slices.ContainsFunc(phrases, func(p string) bool { return !strings.Contains(text, p) })
}

// holders returns the passages of an article that hold all phrases, or else, if the
// article does, those on which they fall: a phrase may run from one passage into the
// next, or stand in front matter.
func (s *snapshot) holders(article int, phrases []string) (passages []int) {
	text := s.articles[article].Text
	folded := normal(text)
	whole := true
	for _, phrase := range phrases {
		at := strings.Index(folded, phrase)
		if at < 0 {
			whole = false
			continue
		}
		start, end := spanOfNormal(text, at, at+len(phrase))
		passages = append(passages, s.overlapping(article, start, end)...)
	}
	var all []int
	for passage := s.first[article]; passage < s.first[article+1]; passage++ {
		if s.holds(passage, phrases) {
			all = append(all, passage)
		}
	}
	switch {
	case len(all) > 0:
		return all
	case !whole:
		return nil
	}
	slices.Sort(passages)
	return slices.Compact(passages)
}

// overlapping returns the passages of an article that share text with [start, end), or
// else the next one, or else the last.
func (s *snapshot) overlapping(article, start, end int) []int {
	first, last := s.first[article], s.first[article+1]
	var found []int
	for i := first; i < last; i++ {
		if p := s.passages[i]; p.Start < end && p.End > start {
			found = append(found, i)
		} else if p.Start >= end && len(found) == 0 {
			return []int{i}
		}
	}
	if len(found) == 0 && first < last {
		return []int{last - 1}
	}
	return found
}

// spread lets every article that holds the phrases have a place before any has two,
// where there are more such passages than places.
func (s *snapshot) spread(ordered []ranked, k int) {
	n := phrased(ordered)
	if n <= k {
		return
	}
	again := make(map[int]bool, n) // by passage
	seen := make(map[int]bool)
	for _, r := range ordered[:n] {
		article := s.owner[r.passage]
		again[r.passage] = seen[article]
		seen[article] = true
	}
	slices.SortStableFunc(ordered[:n], func(a, b ranked) int { return compareBool(again[a.passage], again[b.passage]) })
}

// phrased counts the candidates that hold the phrases, which come first.
func phrased(ordered []ranked) int {
	n := slices.IndexFunc(ordered, func(r ranked) bool { return !r.phrase })
	if n < 0 {
		return len(ordered)
	}
	return n
}
