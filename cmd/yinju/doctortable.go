package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"yinju/corpus"
	"yinju/rag"
)

// Bounds of doctor's table of articles.
const (
	shownArticles  = 40  // suspect ones
	shownOrdinary  = 10  // others
	fileColumns    = 44  // of the terminal, for a path
	unsureEncoding = 0.9 // below it an encoding is named as not sure
)

// encodings tells in which encoding each article is, and what of its text is suspect:
// those to look at first, then a few others.
func (d *diagnosis) encodings(x *rag.Index) {
	list := everyArticle(x)
	counts := make(map[string]int)
	var odd, ordinary []*corpus.Article
	unsure, suspect := 0, 0
	for _, a := range list {
		counts[cmp.Or(a.Encoding, a.Format)]++
		if notSure(a) {
			unsure++
		}
		if len(a.Decoding.Suspects) > 0 {
			suspect++
		}
		if notSure(a) || len(a.Decoding.Suspects) > 0 {
			odd = append(odd, a)
		} else {
			ordinary = append(ordinary, a)
		}
	}
	slices.SortStableFunc(odd, func(a, b *corpus.Article) int { return cmp.Compare(suspicion(b), suspicion(a)) })
	d.ok("articles", "%d articles; encodings: %s.", len(list), tally(counts))
	switch {
	case suspect > 0:
		d.warn("encodings", "%d articles have characters that look as if they were decoded wrongly, now or by whoever wrote the file; the encoding of %d is not sure. Open those named below, and save them as UTF-8.", suspect, unsure)
	case unsure > 0:
		d.warn("encodings", "The encoding of %d articles is not sure. Open those named below, and save them as UTF-8.", unsure)
	default:
		d.ok("encodings", "All are sure, and no article has suspect characters.")
	}
	d.table(odd[:min(len(odd), shownArticles)], ordinary[:min(len(ordinary), shownOrdinary)], len(list))
}

func notSure(a *corpus.Article) bool {
	return a.Decoding.Proof != "" && a.Decoding.Sure < unsureEncoding
}

// suspicion orders articles: by how much of the text is suspect, and then by how unsure
// the encoding is.
func suspicion(a *corpus.Article) float64 {
	n := 0
	for _, s := range a.Decoding.Suspects {
		n += s.Count
	}
	doubt := 0.0
	if a.Decoding.Proof != "" {
		doubt = 1 - a.Decoding.Sure
	}
	return float64(n)/float64(max(1, len(a.Text)))*100 + doubt
}

func everyArticle(x *rag.Index) (all []*corpus.Article) {
	for after := ""; ; {
		list, next, err := x.Articles(rag.ArticleQuery{Limit: 1000, After: after})
		if err != nil {
			return all // there is a generation, so there is no error
		}
		for _, info := range list {
			all = append(all, info.Article)
		}
		if after = next; next == "" {
			return all
		}
	}
}

// tally writes counts, highest first.
func tally(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, counts[name])
	}
	return strings.Join(names, ", ")
}

// table prints articles in columns as wide as a terminal shows them.
func (d *diagnosis) table(odd, ordinary []*corpus.Article, of int) {
	rows := [][]string{{"article", "encoding", "sure", "bytes", "suspect characters (line:column)"}}
	for _, a := range slices.Concat(odd, ordinary) {
		sure := "-"
		if a.Decoding.Proof != "" {
			sure = fmt.Sprintf("%.1f %% by %s", 100*a.Decoding.Sure, a.Decoding.Proof)
		}
		rows = append(rows, []string{
			cutLeft(oneLine(a.Path), fileColumns), cmp.Or(a.Encoding, "-"), sure, fmt.Sprint(a.Bytes), suspectWords(a.Decoding.Suspects),
		})
	}
	if len(rows) == 1 {
		return
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for n, row := range rows {
		line := ""
		for i, cell := range row {
			fill := strings.Repeat(" ", widths[i]-columns(cell))
			if i == 3 { // numbers stand to the right
				cell, fill = fill+cell, ""
			}
			line += cell + fill + "  "
		}
		level := "ok"
		if n > 0 && n <= len(odd) {
			level = "warn"
		}
		d.printf("%-4s  %-10s  %s\n", level, "encoding", strings.TrimRight(line, " "))
	}
	if rest := of - len(rows) + 1; rest > 0 {
		d.ok("encoding", "And %d more articles; GET /articles lists them all.", rest)
	}
}

// suspectWords is what is suspect, with the first places.
func suspectWords(suspects []corpus.Suspect) string {
	if len(suspects) == 0 {
		return "none"
	}
	var kinds []string
	for _, s := range suspects {
		var places []string
		for _, p := range s.Places {
			places = append(places, fmt.Sprintf("%d:%d %s", p.Line, p.Column, legible(p.Text)))
		}
		if s.Count > len(s.Places) {
			places = append(places, "…")
		}
		kinds = append(kinds, fmt.Sprintf("%s %d (%s)", s.Kind, s.Count, strings.Join(places, ", ")))
	}
	return strings.Join(kinds, "; ")
}

// legible writes characters that a terminal would not show by their numbers.
func legible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) && r != unicode.ReplacementChar {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "%U", r)
		}
	}
	return b.String()
}

// columns is how many columns of a terminal a text takes.
func columns(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// cutLeft keeps the end of a text, which tells a file from others, in so many columns.
func cutLeft(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && columns(string(runes)) > most-1 {
		runes = runes[1:]
	}
	return "…" + string(runes)
}
