package rag

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/rag/bm25"
	"yinju/rag/cite"
)

// Copy is a near-duplicate of a passage, in another article. Start and End are code
// points into that article's text: of the quote, if it stands there as it is quoted,
// else of the passage.
type Copy struct {
	ArticleID string `json:"article_id"`
	PassageID string `json:"passage_id"`
	Title     string `json:"title"`
	Source    string `json:"source"`
	Published string `json:"published"` // YYYY-MM-DD, or empty
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Quote     string `json:"quote"` // as it stands there; empty if there is none

	text string // of the passage
}

const (
	// shownCopies is how many copies of a passage are named; all are counted.
	shownCopies = 10
	// equalShare is the share of a passage's score from which a copy of it is its equal,
	// so that the newer of them is shown: copies differ by a headline, a dateline, a credit.
	equalShare = 0.9
)

// distinct leaves out the passages of which a better one, or a newer one among equals,
// says all. Where the worse one says more, it takes the better one's place. Whoever asks
// for a phrase is told each article that holds it.
func (s *snapshot) distinct(ordered []ranked, terms searchTerms) []ranked {
	kept := make(map[int32][]int) // leader → places of its group in out
	out := ordered[:0]
	for _, r := range ordered {
		leader := s.near.leader[r.passage]
		if s.near.members[leader] == nil {
			out = append(out, r)
			continue
		}
		if !slices.ContainsFunc(kept[leader], func(i int) bool { return s.standFor(&out[i], r, terms) }) {
			kept[leader] = append(kept[leader], len(out))
			out = append(out, r)
		}
	}
	return out
}

// standFor lets shown stand for r too, if it or r says all that both say.
func (s *snapshot) standFor(shown *ranked, r ranked, terms searchTerms) bool {
	if r.phrase && s.owner[r.passage] != s.owner[shown.passage] {
		return false
	}
	says, said := s.saysAll(shown.passage, r.passage, terms), s.saysAll(r.passage, shown.passage, terms)
	if shown.phrase != r.phrase {
		return says
	}
	if said && (!says || r.day > shown.day && r.score >= equalShare*shown.score) {
		r.score = shown.score
		*shown = r
	}
	return says || said
}

// saysAll tells whether passage a says all that its near-duplicate b says. What it
// leaves to its neighbours must be nothing that was asked for.
func (s *snapshot) saysAll(a, b int, terms searchTerms) bool {
	if !s.near.covers(a, b) {
		return false
	}
	return !s.near.partly(a, b) || !slices.ContainsFunc(terms.words.content, func(t bm25.Term) bool {
		return s.words.Saturation(b, t.Text) > 0 && s.words.Saturation(a, t.Text) == 0
	})
}

// copies are the near-duplicates of a passage in other articles that a query may find
// and that are not among the hits themselves: one of each article, newest first. all
// counts those that are not named.
func (s *snapshot) copies(r ranked, best []ranked, keep func(int) bool) (named []Copy, all int) {
	members := s.near.members[s.near.leader[r.passage]]
	seen := map[int]bool{s.owner[r.passage]: true}
	for _, b := range best {
		if s.near.leader[b.passage] == s.near.leader[r.passage] {
			seen[s.owner[b.passage]] = true
		}
	}
	var found []int
	for _, m := range members {
		if !seen[s.owner[m]] && s.near.covers(r.passage, m) && (keep == nil || keep(m)) {
			seen[s.owner[m]] = true
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int {
		return cmp.Compare(dayNumber(s.article(b)), dayNumber(s.article(a)))
	})
	for _, m := range found[:min(shownCopies, len(found))] {
		named = append(named, newCopy(s.article(m), s.passages[m]))
	}
	return named, len(found)
}

func newCopy(a *corpus.Article, p corpus.Passage) Copy {
	c := Copy{ArticleID: a.ID, PassageID: p.ID, Title: a.Title, Source: a.Source, text: p.Text}
	if !a.Published.IsZero() {
		c.Published = a.Published.Format(time.DateOnly)
	}
	c.Start = utf8.RuneCountInString(a.Text[:min(p.Start, len(a.Text))])
	c.End = c.Start + utf8.RuneCountInString(p.Text)
	return c
}

// copiesOf is the copies of a hit with the place of a quote in them.
func (h Hit) copiesOf(quote string) []Copy {
	copies := append([]Copy{}, h.AlsoIn...)
	for i, c := range copies {
		if start, end, found := cite.Locate(c.text, quote, "", "", 0); found {
			copies[i].Start, copies[i].End = c.Start+start, c.Start+end
			copies[i].Quote = string([]rune(c.text)[start:end])
		}
	}
	return copies
}

// sameAs is the key of the first of several results' hits that is the hit or, unless a
// phrase was asked for, a copy of it. seen maps what is known to that key.
func (h Hit) sameAs(seen map[string]string) string {
	key := h.key()
	if same, found := seen[key]; found && !h.Phrase {
		return same
	}
	seen[key] = key
	for _, c := range h.AlsoIn {
		if _, found := seen[c.ArticleID+"/"+c.PassageID]; !found {
			seen[c.ArticleID+"/"+c.PassageID] = key
		}
	}
	return key
}
