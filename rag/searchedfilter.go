package rag

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"yinju/corpus"
	"yinju/rag/hint"
)

// SearchedFilter is what a question itself says of the articles that are to answer
// it, and what became of that.
type SearchedFilter struct {
	Kind    hint.Kind  `json:"kind"` // published, source or newest
	Mode    FilterMode `json:"mode"`
	Words   string     `json:"words"`   // how the question puts it
	Label   string     `json:"label"`   // 2023-09, or the source; empty for newest
	Since   string     `json:"since"`   // YYYY-MM-DD, or empty
	Until   string     `json:"until"`   // YYYY-MM-DD, or empty
	Source  string     `json:"source"`  // as the articles spell it
	Applied bool       `json:"applied"` // false: nothing was found so, and it was dropped
}

// FilterMode says how a SearchedFilter works.
type FilterMode string

// The modes of filters.
const (
	ModeFilter FilterMode = "filter" // other articles are left out; the newest come first
	ModeBoost  FilterMode = "boost"  // such articles come first among nearly equals
)

const (
	// boostShare is what a passage loses of its score for each boost that it does not
	// meet: enough to part near equals, too little to bring up what fits worse.
	boostShare = 0.03
	// reportedWithin is how long after an event articles are taken to be about it.
	reportedWithin = 31 * 24 * time.Hour
	// newestShare is the share of the best score from which on the newest come first.
	newestShare = 0.7
)

// wishes are what a question says of the articles.
type wishes struct {
	hints []hint.Hint
	text  string // the question without the words of its filters
}

// wishes reads the question. What the query filters by explicitly is not read.
func (x *Index) wishes(s *snapshot, q Query) wishes {
	w := wishes{text: q.Text}
	if q.Literal {
		return w
	}
	r := hint.Read(q.Text, x.Now(), s.names)
	f := q.Filter
	dated, named := !f.Since.IsZero() || !f.Until.IsZero() || len(f.Articles) > 0, len(f.Sources)+len(f.Articles) > 0
	w.hints = slices.DeleteFunc(r.Hints, func(h hint.Hint) bool {
		return h.Kind == hint.Published && dated || h.Kind == hint.Source && named
	})
	if r.Rest == q.Text || len(w.hints) < len(r.Hints) {
		return w
	}
	if x.says(r.Rest) {
		w.text = r.Rest
	}
	return w
}

// narrows counts the kinds of hints that leave articles out.
func (w wishes) narrows() []hint.Kind {
	var kinds []hint.Kind
	for _, kind := range []hint.Kind{hint.Source, hint.Published} {
		if slices.ContainsFunc(w.hints, func(h hint.Hint) bool { return h.Filter && h.Kind == kind }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// narrowed is the query with the filters of these kinds. Several sources are
// alternatives; several periods are taken from the first to the last.
func (w wishes) narrowed(q Query, kinds []hint.Kind) Query {
	first := true
	for _, h := range w.hints {
		switch {
		case !h.Filter || !slices.Contains(kinds, h.Kind):
		case h.Kind == hint.Source:
			q.Filter.Sources = append(slices.Clip(q.Filter.Sources), h.Source)
		case first:
			q.Filter.Since, q.Filter.Until, first = h.Since, h.Until, false
		default:
			q.Filter.Since, q.Filter.Until = hull(q.Filter, h.Period)
		}
	}
	return q
}

func hull(f Filter, p hint.Period) (since, until time.Time) {
	if !f.Since.IsZero() && !p.Since.IsZero() {
		since = f.Since
		if p.Since.Before(since) {
			since = p.Since
		}
	}
	if !f.Until.IsZero() && !p.Until.IsZero() {
		until = f.Until
		if p.Until.After(until) {
			until = p.Until
		}
	}
	return since, until
}

// widen searches as the question wishes. Where that finds nothing, or nothing that
// would do, the wishes are dropped, dates before sources, until something does.
func (x *Index) widen(ctx context.Context, s *snapshot, q Query, w wishes) (*Result, error) {
	all := w.narrows()
	var narrowest *Result
	for n := len(all); n >= 0; n-- {
		kinds := all[:n]
		for _, text := range w.texts(q, len(all), n) {
			query := w.narrowed(q, kinds)
			query.Text = text
			result, err := x.search(ctx, s, query, w)
			if err != nil {
				return nil, err
			}
			result.report(w, kinds)
			if len(all) == 0 || result.Coverage > 0 && result.covers(q.MinCoverage) {
				return result, nil
			}
			if narrowest == nil || len(narrowest.Hits) == 0 {
				narrowest = result
			}
		}
	}
	return narrowest, nil
}

// texts are what to search for under n of all filters: the words that stand for the
// filters count only as long as one is dropped, when they may tell of the event.
func (w wishes) texts(q Query, all, n int) []string {
	switch {
	case q.Text == w.text:
		return []string{q.Text}
	case n == all:
		return []string{w.text}
	}
	return []string{q.Text, w.text}
}

// report says what became of the wishes. A boost that lifted nothing is not told.
func (r *Result) report(w wishes, kinds []hint.Kind) {
	r.narrowed = kinds
	for i, h := range w.hints {
		f := SearchedFilter{Kind: h.Kind, Mode: ModeBoost, Words: h.Words, Label: cmp.Or(h.Label(), h.Source), Source: h.Source}
		if !h.Since.IsZero() {
			f.Since = h.Since.Format(time.DateOnly)
		}
		if !h.Until.IsZero() {
			f.Until = h.Until.Format(time.DateOnly)
		}
		f.Applied = r.lifted[i]
		if h.Filter {
			f.Mode = ModeFilter
			f.Applied = h.Kind == hint.Newest && f.Applied || slices.Contains(kinds, h.Kind)
		}
		if f.Applied || h.Filter {
			r.SearchedFilters = append(r.SearchedFilters, f)
		}
	}
}

// lift weighs the candidates by the boosts. It tells which of the hints any
// candidate meets, and whether the newest are to come first.
func (s *snapshot) lift(all []ranked, hints []hint.Hint) (lifted []bool, newestFirst bool) {
	for i := range all {
		all[i].day = dayNumber(s.article(all[i].passage))
	}
	lifted = make([]bool, len(hints))
	for n, h := range hints {
		if h.Kind == hint.Newest && h.Filter {
			newestFirst = true
			lifted[n] = slices.ContainsFunc(all, func(r ranked) bool { return r.day > undated })
			continue
		}
		if h.Filter {
			continue
		}
		meets := s.meets(all, h)
		lifted[n] = slices.ContainsFunc(all, func(r ranked) bool { return meets(r) > 0 })
		for i := range all {
			if lifted[n] {
				all[i].lost += boostShare * (1 - meets(all[i]))
			}
		}
	}
	return lifted, newestFirst
}

// meets tells how far a candidate meets a boost, from 0 to 1.
func (s *snapshot) meets(all []ranked, h hint.Hint) func(ranked) float64 {
	yes := func(ok bool) float64 {
		if ok {
			return 1
		}
		return 0
	}
	switch h.Kind {
	case hint.Source:
		sources := set([]string{h.Source})
		return func(r ranked) float64 { return yes(sources.allows(s.article(r.passage).Source)) }
	case hint.Published:
		f := Filter{Since: h.Since, Until: h.Until}
		if !f.Until.IsZero() {
			f.Until = f.Until.Add(reportedWithin)
		}
		return func(r ranked) float64 { return yes(f.published(s.article(r.passage).Published)) }
	}
	oldest, newest := math.MaxInt, undated
	for _, r := range all {
		if r.day > undated {
			oldest, newest = min(oldest, r.day), max(newest, r.day)
		}
	}
	return func(r ranked) float64 {
		if r.day == undated || oldest == newest {
			return 0
		}
		return float64(r.day-oldest) / float64(newest-oldest)
	}
}

// undated is the day of an article without a date: before all others.
const undated = math.MinInt

func dayNumber(a *corpus.Article) int {
	if a.Published.IsZero() {
		return undated
	}
	y, m, d := a.Published.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// newestFirst puts the newest of those that are about as good as the best first.
func newestFirst(ordered []ranked) {
	n := 0
	for n < len(ordered) && ordered[n].phrase == ordered[0].phrase && ordered[n].score > 0 && ordered[n].score >= newestShare*ordered[0].score {
		n++
	}
	slices.SortStableFunc(ordered[:n], func(a, b ranked) int { return cmp.Compare(b.day, a.day) })
}

// sourcesOf are those of the articles, each once.
func sourcesOf(articles []*corpus.Article) *hint.Names {
	seen := make(map[string]bool)
	for _, a := range articles {
		seen[a.Source] = true
	}
	return hint.NewNames(maps.Keys(seen))
}

// dropped says which of the filters were dropped.
func (w *writing) dropped() {
	for _, f := range w.answer.SearchedFilters {
		if !f.Applied && f.Kind != hint.Newest {
			w.answer.notice(strings.ReplaceAll(w.text(noticeDropped), "%", f.Words))
		}
	}
}
