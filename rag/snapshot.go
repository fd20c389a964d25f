package rag

import (
	"strings"
	"sync"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag/bm25"
	"yinju/rag/hint"
)

// snapshot is one generation: everything a question needs, immutable.
type snapshot struct {
	generation uint64
	since      time.Time          // it served first
	articles   []*corpus.Article  // by path
	byID       map[string]int     // Article.ID → index in articles
	passages   []corpus.Passage   // article by article, in reading order
	first      []int              // index in articles → its first passage; one more at the end
	owner      []int              // passage → index in articles
	series     []int              // index in articles → the first article of its series: seriesOf
	places     map[string][]int   // Passage.ID → the passages that have it
	from       []origin           // index in articles → where it is indexed
	words      *bm25.Index        // over the words of passages, title and headings included
	grams      *bm25.Index        // over their characters and bigrams
	signs      []sign             // of the articles, for phrases
	near       *near              // which passages are copies of which
	space      *space             // in which it is embedded; nil: not at all
	dense      bool               // the space holds a vector for every passage
	weighed    weighed            // what the dense ranking is worth
	names      *hint.Names        // the sources of the articles
	examples   func() [2][]string // by language
	refusal    Calibration        // when it refuses
	named      func() nameSet     // what the articles are about
}

// newSnapshot lays out articles, which must be sorted by path, and their passages.
func newSnapshot(generation uint64, articles []*corpus.Article, passages map[string][]corpus.Passage) *snapshot {
	s := &snapshot{
		generation: generation,
		articles:   articles,
		byID:       make(map[string]int, len(articles)),
		places:     make(map[string][]int),
		series:     seriesOf(articles),
		names:      sourcesOf(articles),
	}
	for i, a := range articles {
		s.byID[a.ID] = i
		s.first = append(s.first, len(s.passages))
		for _, p := range passages[a.ID] {
			s.places[p.ID] = append(s.places[p.ID], len(s.passages))
			s.owner = append(s.owner, i)
			s.passages = append(s.passages, p)
		}
	}
	s.first = append(s.first, len(s.passages))
	s.named = sync.OnceValue(func() nameSet { return namesOf(articles) })
	s.examples = sync.OnceValue(func() [2][]string { return exampleQuestions(s) })
	return s
}

func (s *snapshot) passagesOf(article int) []corpus.Passage {
	return s.passages[s.first[article]:s.first[article+1]]
}

func (s *snapshot) article(passage int) *corpus.Article { return s.articles[s.owner[passage]] }

// ids returns the distinct passage IDs in the order of their first place.
func (s *snapshot) ids() []string {
	ids := make([]string, 0, len(s.places))
	for i, p := range s.passages {
		if s.places[p.ID][0] == i {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// keep returns the passages that a filter lets pass, nil if it lets all pass.
func (s *snapshot) keep(f Filter) func(passage int) bool {
	if len(f.Articles) == 0 && len(f.Sources) == 0 && len(f.Authors) == 0 && len(f.Tags) == 0 && f.Since.IsZero() && f.Until.IsZero() {
		return nil
	}
	articles, sources, authors, tags := set(f.Articles), set(f.Sources), set(f.Authors), set(f.Tags)
	passes := make([]bool, len(s.articles))
	for i, a := range s.articles {
		passes[i] = articles.allows(a.ID) && sources.allows(a.Source) && authors.allows(a.Authors()...) && tags.allows(a.Tags...) && f.published(a.Published)
	}
	return func(passage int) bool { return passes[s.owner[passage]] }
}

// allowed returns the passages that a query may find, nil if it may find all.
func (s *snapshot) allowed(q Query) func(passage int) bool {
	keep := s.keep(q.Filter)
	if q.Exclude == nil {
		return keep
	}
	return func(passage int) bool {
		return (keep == nil || keep(passage)) && !q.Exclude(s.passages[passage])
	}
}

func (f Filter) published(t time.Time) bool {
	if f.Since.IsZero() && f.Until.IsZero() {
		return true
	}
	if t.IsZero() {
		return false
	}
	day := t.Format(time.DateOnly)
	return (f.Since.IsZero() || day >= f.Since.Format(time.DateOnly)) &&
		(f.Until.IsZero() || day <= f.Until.Format(time.DateOnly))
}

// folded is a set of strings without regard to case, width and script.
type folded map[string]bool

func set(values []string) folded {
	s := make(folded, len(values))
	for _, v := range values {
		s[fold.String(strings.TrimSpace(v))] = true
	}
	return s
}

// allows is true for an empty set and when one of values is in it.
func (s folded) allows(values ...string) bool {
	if len(s) == 0 {
		return true
	}
	for _, v := range values {
		if s[fold.String(v)] {
			return true
		}
	}
	return false
}

// articleMatcher looks for all words of a query in title, path, source and tags.
func articleMatcher(query string) func(*corpus.Article) bool {
	words := strings.Fields(fold.String(query))
	return func(a *corpus.Article) bool {
		if len(words) == 0 {
			return true
		}
		text := fold.String(strings.Join(append([]string{a.Title, a.Path, a.Source, a.Author}, a.Tags...), "\n"))
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}
