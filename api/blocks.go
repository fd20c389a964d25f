package api

import (
	"regexp"
	"strconv"
	"strings"

	"yinju/corpus"
)

// writeArticle writes an article's body as HTML whose text content is exactly the
// body: Markdown's signs stay, in <span class="md">, and what they mean is applied
// to the text between them. mark, a span of the whole text, is put into <mark>
// elements, one for each piece of text in a block; the first has the id "cite". Where
// a page begins there is an empty element of the class "page".
func writeArticle(b *strings.Builder, a *corpus.Article, mark corpus.Span) {
	w := blockWriter{Builder: b, text: a.Text, mark: mark, pages: a.Pages}
	for _, block := range blocksOf(a.Text, a.Body, a.Format != "text") {
		w.block(block)
	}
	w.list(false)
}

type blockKind int

const (
	between   blockKind = iota // line ends and blank lines between blocks
	paragraph                  // lines up to a blank one; in plain text, one line
	heading
	item
	preformatted // fenced code, tables
)

// block is a span of a text. Blocks follow each other without a gap.
type block struct {
	kind  blockKind
	level int // of a heading, 1 to 6
	sign  int // bytes of Markdown's sign at the beginning
	corpus.Span
}

var (
	headingSign = regexp.MustCompile(`^ {0,3}(#{1,6})[ \t]+`)
	itemSign    = regexp.MustCompile(`^[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+`)
	quoteSign   = regexp.MustCompile(`^ {0,3}(?:> ?)+`)
	fenceSign   = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

// blocksOf cuts text from body on into blocks, in one pass over its lines.
func blocksOf(text string, body int, marked bool) []block {
	var blocks []block
	fence := ""
	for at := body; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		b := lineBlock(text[at:end], marked)
		b.Span = corpus.Span{Start: at, End: end}
		sign := ""
		if marked {
			sign = fenceOf(text[at:end])
		}
		switch {
		case fence != "":
			b.kind, b.sign = preformatted, 0
			if strings.HasPrefix(sign, fence) {
				fence = ""
			}
			blocks = join(blocks, b)
		case sign != "":
			fence = sign
			b.kind, b.sign = preformatted, 0
			blocks = append(blocks, b)
		case continues(blocks, b, marked):
			blocks = join(blocks, b)
		default:
			blocks = append(blocks, b)
		}
		if end < len(text) {
			blocks = append(blocks, block{kind: between, Span: corpus.Span{Start: end, End: end + 1}})
		}
		at = end + 1
	}
	return blocks
}

// fenceOf is the sign of a line that opens or closes fenced code, or "".
func fenceOf(line string) string {
	if bare := strings.TrimLeft(line, " "); !strings.HasPrefix(bare, "```") && !strings.HasPrefix(bare, "~~~") {
		return ""
	}
	if found := fenceSign.FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

// lineBlock is the block that a line would be by itself.
func lineBlock(line string, marked bool) block {
	switch {
	case strings.TrimSpace(line) == "":
		return block{kind: between}
	case !marked:
		return block{kind: paragraph}
	}
	// The first character says which expression is worth its time.
	switch first := strings.TrimLeft(line, " \t")[0]; {
	case first == '#':
		if m := headingSign.FindStringSubmatchIndex(line); m != nil {
			return block{kind: heading, level: m[3] - m[2], sign: m[1]}
		}
	case first == '>':
		if m := quoteSign.FindStringIndex(line); m != nil {
			return block{kind: paragraph, sign: m[1]}
		}
	case first == '|':
		return block{kind: preformatted}
	case strings.IndexByte("-*+0123456789", first) >= 0:
		if m := itemSign.FindStringIndex(line); m != nil {
			return block{kind: item, sign: m[1]}
		}
	}
	if strings.Contains(line, " | ") {
		return block{kind: preformatted} // a row of a table as well
	}
	return block{kind: paragraph}
}

// continues reports whether a line goes on with the block of the line before.
func continues(blocks []block, b block, marked bool) bool {
	if !marked || len(blocks) < 2 || b.kind == between || b.sign > 0 {
		return false
	}
	last := blocks[len(blocks)-2] // behind it stands its line end
	switch b.kind {
	case paragraph:
		return last.kind == paragraph || last.kind == item
	case preformatted:
		return last.kind == preformatted
	}
	return false
}

// join makes a line part of the block before its line end.
func join(blocks []block, b block) []block {
	blocks = blocks[:len(blocks)-1]
	blocks[len(blocks)-1].End = b.End
	return blocks
}

type blockWriter struct {
	*strings.Builder
	text   string
	mark   corpus.Span
	marked bool // the first <mark> has been written
	inList bool
	pages  []int // where the pages begin that are not marked yet
	page   int   // the last one marked
}

func (w *blockWriter) block(b block) {
	if b.kind == between {
		w.WriteString(escape.Replace(w.text[b.Start:b.End]))
		return
	}
	w.list(b.kind == item)
	tag := map[blockKind]string{paragraph: "p", item: "li", preformatted: "pre"}[b.kind]
	if b.kind == heading {
		tag = "h" + strconv.Itoa(min(6, b.level+1)) // the article's title is h1
	}
	w.WriteString("<" + tag + ">")
	if b.kind == preformatted {
		w.run("", b.Span)
	} else {
		w.inline(b)
	}
	w.WriteString("</" + tag + ">")
}

// list opens or closes the list around items.
func (w *blockWriter) list(open bool) {
	switch {
	case open && !w.inList:
		w.WriteString("<ul>")
	case !open && w.inList:
		w.WriteString("</ul>")
	}
	w.inList = open
}

// inline writes a block's text, bold between pairs of ** on one line.
func (w *blockWriter) inline(b block) {
	at := b.Start + b.sign
	w.run("md", corpus.Span{Start: b.Start, End: at})
	for at < b.End {
		open, length := boldPair(w.text[at:b.End])
		if open < 0 {
			break
		}
		open += at
		inner := corpus.Span{Start: open + 2, End: open + 2 + length}
		w.run("", corpus.Span{Start: at, End: open})
		w.run("md", corpus.Span{Start: open, End: inner.Start})
		w.run("strong", inner)
		w.run("md", corpus.Span{Start: inner.End, End: inner.End + 2})
		at = inner.End + 2
	}
	w.run("", corpus.Span{Start: at, End: b.End})
}

// boldPair finds the first **…** of a text that stands on one line: where it opens
// and how long its inside is.
func boldPair(s string) (open, length int) {
	for from := 0; ; {
		i := strings.Index(s[from:], "**")
		if i < 0 {
			return -1, 0
		}
		open = from + i
		length = strings.Index(s[open+2:], "**")
		if length < 0 {
			return -1, 0
		}
		inside := s[open+2 : open+2+length]
		if inside != "" && inside[0] != '*' && strings.TrimSpace(inside) == inside && !strings.Contains(inside, "\n") {
			return open, length
		}
		from = open + 2
	}
}

// run writes a span in one style ("", "md" or "strong"), cut where the mark begins
// or ends.
func (w *blockWriter) run(style string, span corpus.Span) {
	for _, piece := range []corpus.Span{
		{Start: span.Start, End: min(span.End, w.mark.Start)},
		{Start: max(span.Start, w.mark.Start), End: min(span.End, w.mark.End)},
		{Start: max(span.Start, w.mark.Start, w.mark.End), End: span.End},
	} {
		if piece.Start < piece.End {
			w.piece(style, piece)
		}
	}
}

// piece writes a span in one style and on one side of the mark, cut where pages begin.
func (w *blockWriter) piece(style string, span corpus.Span) {
	for len(w.pages) > 0 && w.pages[0] < span.End {
		if cut := w.pages[0]; cut > span.Start {
			w.styled(style, corpus.Span{Start: span.Start, End: cut})
			span.Start = cut
		}
		w.pages, w.page = w.pages[1:], w.page+1
		if len(w.pages) == 0 || w.pages[0] > span.Start { // an empty page needs no mark
			n := strconv.Itoa(w.page)
			w.WriteString(`<span class="page" id="page-` + n + `" role="doc-pagebreak" aria-label="` + n + `"></span>`)
		}
	}
	w.styled(style, span)
}

func (w *blockWriter) styled(style string, span corpus.Span) {
	opening, closing := "", ""
	switch style {
	case "md":
		opening, closing = `<span class="md">`, "</span>"
	case "strong":
		opening, closing = "<strong>", "</strong>"
	}
	if span.Start >= w.mark.Start && span.End <= w.mark.End {
		if w.marked {
			opening = "<mark>" + opening
		} else {
			opening = `<mark id="cite">` + opening
		}
		w.marked = true
		closing += "</mark>"
	}
	w.WriteString(opening + escape.Replace(w.text[span.Start:span.End]) + closing)
}

// escape writes text so that a browser reads it back unchanged, carriage returns
// included.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\r", "&#13;", "\x00", "\uFFFD")
