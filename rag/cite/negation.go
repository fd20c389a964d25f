package cite

import (
	"slices"
	"strings"
)

// denials are the words by which a sentence plainly denies something, and denying the
// characters and words of which a source that denies it has one.
var (
	denials = []string{"并没有", "没有", "并非", "并未", "未能", "从未", "尚未", "不是", "不会", "不能", "不再", "不必", "不在", "不打算", "不支持", "不适用", "无法", "did not", "does not", "do not", "is not", "was not", "were not", "will not", "cannot", "never", "didn't", "doesn't", "won't"}
	denying = []string{"不", "没", "未", "无", "非", "否", "拒", "禁", "取消", "停", "缺", " not ", "n't", "never", " no ", "without", "cannot", "fail"}
)

// denialShare is the share of a sentence's words from which on a source's sentence is
// about the same.
const denialShare = 0.3

// denial is the word by which t denies what it says, if it does. As a word that may be a
// synonym it is a rare one.
func (t script) denial() (found []fact) {
	all := string(t.folded)
	for _, w := range denials {
		if i := strings.Index(all, w); i >= 0 {
			start := len([]rune(all[:i]))
			end := start + len([]rune(w))
			return []fact{{kind: rareFact, start: start, end: end, word: t.folded[start:end], denies: true}}
		}
	}
	return nil
}

// denied tells whether the sources have the same word of denial, or a sentence about the
// same that denies something too, or none about the same.
func (e *evidence) denied(f fact) bool {
	if e.any(func(s *Source) bool { return strings.Contains(string(s.text.folded), string(f.word)) }) {
		return true
	}
	about := false
	for _, s := range e.sources {
		for _, b := range s.bounds {
			part := s.text.folded[b.start:b.end]
			if len(e.claim) == 0 || shareOf(part, e.claim) < denialShare {
				continue
			}
			about = true
			if slices.ContainsFunc(denying, func(w string) bool { return strings.Contains(string(part), w) }) {
				return true
			}
		}
	}
	return !about
}

// shareOf is the share of words that stand in s.
func shareOf(s []rune, words map[string]bool) float64 {
	seen := map[string]bool{}
	eachWord(s, func(word string) {
		if words[word] {
			seen[word] = true
		}
	})
	return float64(len(seen)) / float64(len(words))
}
