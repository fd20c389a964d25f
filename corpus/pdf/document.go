package pdf

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
)

// parsed makes an article of what was read.
func (d *document) parsed(ctx context.Context) (corpus.Parsed, error) {
	var p corpus.Parsed
	pages := make([]page, len(d.sheets))
	var scans, unmapped, failed []int
	typed := slices.ContainsFunc(d.sheets, func(s sheet) bool { return s.typed })
	for i, s := range d.sheets {
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		good := usable(s.glyphs)
		switch bad := s.unmapped + len(s.glyphs) - len(good); {
		case s.failed:
			failed = append(failed, i+1)
		case 2*bad > len(good): // what little is left of it makes no sense
			unmapped = append(unmapped, i+1)
			continue
		case !slices.ContainsFunc(good, func(g glyph) bool { return g.r != ' ' }):
			scans = append(scans, i+1)
		}
		lines := linesOf(good, typed)
		if len(lines) > maxLines {
			failed = append(failed, i+1)
			continue
		}
		pages[i] = page{blocks: inOrder(mended(lines)), height: max(s.height, 1), top: s.top}
	}
	switch {
	case len(d.sheets) == 0, len(failed) == len(d.sheets):
		return p, errDamaged
	case len(scans)+len(failed) == len(d.sheets):
		return p, errScan
	case len(scans)+len(failed)+len(unmapped) == len(d.sheets):
		return p, errUnmapped
	}
	p.Warnings = d.warnings(scans, unmapped, failed)
	dropFurniture(pages)
	paragraphs := compose(pages)
	levels := levelsOf(paragraphs)
	p.Text, p.Pages = written(paragraphs, levels, len(d.sheets))
	p.Author = d.author
	if p.Title = d.title; junk(p.Title) {
		p.Title = titleOf(paragraphs, levels)
	}
	return p, nil
}

// maxLines bounds the pieces of text on a page, as their places are compared with each
// other. A page of a newspaper has some thousands.
const maxLines = 10_000

// usable leaves out characters that say nothing.
func usable(glyphs []glyph) []glyph {
	var good []glyph
	for _, g := range glyphs {
		if g.r == ' ' || standard(g.r) != "" {
			good = append(good, g)
		}
	}
	return good
}

func (d *document) warnings(scans, unmapped, failed []int) []string {
	var all []string
	warn := func(pages []int, format string) {
		if len(pages) > 0 {
			all = append(all, fmt.Sprintf(format, ranges(pages)))
		}
	}
	warn(scans, "pages without text, perhaps scans: %s; run text recognition over the PDF (for example: ocrmypdf --skip-text)")
	warn(unmapped, "pages whose fonts don't say which characters they show are left out: %s")
	warn(failed, "pages that are damaged, or hold more than text, are left out: %s")
	if d.pages > len(d.sheets) {
		all = append(all, fmt.Sprintf("only the first %d of %d pages are read; split the PDF, or raise the limit", len(d.sheets), d.pages))
	}
	return all
}

// ranges writes 1, 2, 3, 5 as 1-3, 5.
func ranges(pages []int) string {
	var parts []string
	for i := 0; i < len(pages); {
		j := i
		for j+1 < len(pages) && pages[j+1] == pages[j]+1 {
			j++
		}
		part := fmt.Sprint(pages[i])
		if j > i {
			part += fmt.Sprintf("-%d", pages[j])
		}
		if parts = append(parts, part); len(parts) == 20 && j+1 < len(pages) {
			parts = append(parts, "…")
			break
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

const (
	maxHeading = 80 // characters
	maxTitle   = 200
	maxLevel   = 4
)

// levelsOf gives the sizes of headings their levels, the largest the first. Headings
// are short, larger than the text, and not sentences.
func levelsOf(paragraphs []paragraph) map[float64]int {
	sizes := map[float64]int{}
	for _, p := range paragraphs {
		sizes[p.size] += utf8.RuneCountInString(p.text)
	}
	body := most(sizes, 10)
	var large []float64
	for _, p := range paragraphs {
		if p.size >= heads*body && p.heading() && !slices.Contains(large, p.size) {
			large = append(large, p.size)
		}
	}
	slices.Sort(large)
	slices.Reverse(large)
	levels := make(map[float64]int, len(large))
	level := 0
	for i, size := range large {
		if i == 0 || large[i-1] > 1.05*size {
			level++
		}
		levels[size] = min(level, maxLevel)
	}
	return levels
}

func (p *paragraph) heading() bool {
	return !p.row && !p.note && len(p.breaks) == 0 && utf8.RuneCountInString(p.text) <= maxHeading &&
		!strings.ContainsRune("。；;，,、", lastRune(p.text)) &&
		strings.IndexFunc(p.text, unicode.IsLetter) >= 0
}

// written puts the paragraphs into one text and notes where the pages begin.
func written(paragraphs []paragraph, levels map[float64]int, pages int) (string, []int) {
	var b strings.Builder
	starts := make([]int, 1, pages)
	reach := func(page, at int) {
		for len(starts) <= page {
			starts = append(starts, at)
		}
	}
	for _, p := range paragraphs {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		reach(p.page, b.Len())
		if level := levels[p.size]; level > 0 && p.heading() {
			b.WriteString(strings.Repeat("#", level) + " ")
		}
		for _, br := range p.breaks {
			reach(br.page, b.Len()+br.at)
		}
		b.WriteString(p.text)
	}
	b.WriteString("\n")
	reach(pages-1, b.Len())
	return b.String(), starts
}

// titleOf is the first of the largest headings at the beginning, or "".
func titleOf(paragraphs []paragraph, levels map[float64]int) string {
	title, best := "", maxLevel+1
	for i, p := range paragraphs {
		if p.page > 0 || i > 20 {
			break
		}
		if level := levels[p.size]; level > 0 && level < best && p.heading() {
			title, best = p.text, level
		}
	}
	return clean(title)
}

// junkTitle matches what programs put where a title belongs: their own names, names of
// files and addresses, the words for a new document, numbers.
var junkTitle = regexp.MustCompile(`(?i)^(?:microsoft (?:word|powerpoint|excel|office)\b.*` +
	`|(?:untitled|document|doc|slide|presentation|book|title|print|index|无标题|無標題|未命名|新建|文档|文檔|幻灯片|演示文稿|powerpoint 演示文稿|工作簿|标题)[-_ ]?(?:文档|文檔|文件|演示文稿|document)?[-_ ]?\d*` +
	`|.*\.(?:docx?|wps|rtf|txt|html?|pdf|indd|qxd|pptx?|xlsx?|odt|tmp|tex|dvi|ps|eps|md)` +
	`|(?:https?|file|data|about):\S*|[^\pL]*)$`)

// junk says whether a title was put there by a program and says nothing.
func junk(title string) bool {
	return junkTitle.MatchString(title) || strings.ContainsRune(title, utf8.RuneError)
}

// clean makes one line of a title or a name, in the usual characters.
func clean(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "") {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			r = ' '
		}
		b.WriteString(standard(r))
	}
	s = strings.Join(strings.Fields(b.String()), " ")
	if r := []rune(s); len(r) > maxTitle {
		return string(r[:maxTitle-1]) + "…"
	}
	return s
}
