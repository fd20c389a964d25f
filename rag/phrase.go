package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// quoted finds what stands in quotes: “…”, 「…」, 『…』, "…", ＂…＂. A phrase has at
// least two characters: one in quotes is emphasis, not a phrase.
var quoted = regexp.MustCompile(`“([^“”]{2,100})”|「([^「」]{2,100})」|『([^『』]{2,100})』|["＂]([^"＂]{2,100})["＂]`)

func phrasesOf(question string) []string {
	var phrases []string
	for _, groups := range quoted.FindAllStringSubmatch(question, 8) {
		phrase := strings.TrimSpace(fold.String(strings.Join(groups[1:], "")))
		if phrase != "" {
			phrases = append(phrases, phrase)
		}
	}
	return phrases
}

// withPhrases marks the candidates that hold all quoted phrases, and adds those
// that the legs did not propose.
func (s *snapshot) withPhrases(all []ranked, phrases []string, keep func(int) bool) []ranked {
	if len(phrases) == 0 {
		return all
	}
	holds := s.holding(phrases, keep)
	for i := range all {
		if holds[all[i].passage] {
			all[i].phrase = true
			delete(holds, all[i].passage)
		}
	}
	rest := make([]int, 0, len(holds))
	for passage := range holds {
		rest = append(rest, passage)
	}
	slices.Sort(rest)
	for _, passage := range rest {
		all = append(all, ranked{passage: passage, phrase: true})
	}
	return all
}

// holding returns the passages that hold all phrases as substrings, or else those of
// the articles that do: a phrase may run from one passage into the next, or stand in
// a heading.
func (s *snapshot) holding(phrases []string, keep func(int) bool) map[int]bool {
	holds := make(map[int]bool)
	for _, passage := range s.grams.Containing(hanGrams(phrases)) {
		if keep != nil && !keep(passage) {
			continue
		}
		text := fold.String(indexedText(s.passages[passage]))
		if !slices.ContainsFunc(phrases, func(p string) bool { return !strings.Contains(text, p) }) {
			holds[passage] = true
		}
	}
	if len(holds) > 0 {
		return holds
	}
	for _, article := range s.withCharacters(phrases) {
		for _, passage := range s.across(article, phrases) {
			if keep == nil || keep(passage) {
				holds[passage] = true
			}
		}
	}
	return holds
}

// hanGrams are the terms that a passage must have to hold the phrases. Latin words
// are none of them: a phrase may begin or end inside one.
func hanGrams(phrases []string) []string {
	var grams []string
	for _, p := range phrases {
		for run := range fold.Runs(p) {
			if run.Kind == fold.Han {
				grams = append(grams, fold.Grams(run.Text)...)
			}
		}
	}
	return grams
}

// withCharacters returns the articles whose passages together have every Han
// character of the phrases.
func (s *snapshot) withCharacters(phrases []string) []int {
	var characters []string
	for _, g := range hanGrams(phrases) {
		if utf8.RuneCountInString(g) == 1 && !slices.Contains(characters, g) {
			characters = append(characters, g)
		}
	}
	counts := make([]int, len(s.articles))
	for _, c := range characters {
		last := -1
		for _, passage := range s.grams.Containing([]string{c}) {
			if article := s.owner[passage]; article != last {
				counts[article]++
				last = article
			}
		}
	}
	var articles []int
	for article, n := range counts {
		if n == len(characters) {
			articles = append(articles, article)
		}
	}
	return articles
}

// across returns the passages of an article on which its phrases fall, nothing if it
// does not hold them all. For one between passages it is the passage that follows.
func (s *snapshot) across(article int, phrases []string) []int {
	text := s.articles[article].Text
	folded := fold.String(text)
	var passages []int
	for _, phrase := range phrases {
		at := strings.Index(folded, phrase)
		if at < 0 {
			return nil
		}
		start := byteAt(text, utf8.RuneCountInString(folded[:at]))
		end := start + byteAt(text[start:], utf8.RuneCountInString(phrase))
		passages = append(passages, s.overlapping(article, start, end)...)
	}
	return passages
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

// byteAt is the offset of the nth rune. Folding keeps the number of runes, not that
// of bytes.
func byteAt(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}
