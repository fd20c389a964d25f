// Package markdown turns the Markdown of an answer into HTML that is safe to put
// into a page. It is the only package that knows goldmark and bluemonday.
package markdown

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Bounds of what is parsed. The parser takes quadratic time on some inputs: beyond
// a bound the text is shown as it stands, escaped.
const (
	MaxBytes      = 64 << 10 // of Markdown
	MaxLinks      = 400      // occurrences of "]("
	MaxNesting    = 32       // brackets or block markers within each other
	MaxDelimiters = 4000     // runs of * _ ~ ` and opening < in one text
)

// Render turns Markdown into HTML. Markers [n] outside of code whose number cited
// accepts become links to #cite-n; cited may be nil. Raw HTML and images come out
// as text, links lead to http and https only. Headings, lists, tables, quotes,
// code and emphasis are kept; nothing in the result loads anything. Safe for
// concurrent use.
func Render(markdown string, cited func(n int) bool) string {
	markdown = strings.ToValidUTF8(strings.ReplaceAll(markdown, "\x00", "\uFFFD"), "\uFFFD")
	if !bounded(markdown) {
		return plain(markdown)
	}
	if cited == nil {
		cited = func(int) bool { return false }
	}
	pc := parser.NewContext()
	pc.Set(citedKey, cited)
	source := []byte(markdown)
	var out bytes.Buffer
	doc := engine.Parser().Parse(text.NewReader(source), parser.WithContext(pc))
	if err := engine.Renderer().Render(&out, source, doc); err != nil {
		return plain(markdown) // a bytes.Buffer never fails; should the parser's tree be odd, show the words
	}
	return policy.Sanitize(out.String())
}

// plain shows text as it stands, in paragraphs.
func plain(s string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(strings.TrimSpace(s)), "\n", "<br>\n") + "</p>\n"
}

// engine is CommonMark with tables and strikethrough, without raw HTML and without
// link reference definitions: "[1]: http://…" in an answer must not turn the marker
// [1] into a link to somewhere else.
var engine = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(citationParser{}, 150),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(emphasisParser{}, 500),
		),
	)),
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
		extension.Strikethrough,
	),
	goldmark.WithRendererOptions(
		gmhtml.WithHardWraps(), // models break lines where they want them broken
		renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 100)),
	),
)

// bounded reports whether the text can be parsed in little time.
func bounded(s string) bool {
	if len(s) > MaxBytes || strings.Count(s, "](") > MaxLinks {
		return false
	}
	brackets, deepest, delimiters := 0, 0, 0
	var last rune
	for _, r := range s {
		switch r {
		case '[':
			brackets++
			deepest = max(deepest, brackets)
		case ']':
			brackets = max(0, brackets-1)
		case '*', '_', '~', '`', '<':
			if r != last {
				delimiters++
			}
		}
		last = r
	}
	if deepest > MaxNesting || delimiters > MaxDelimiters {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if blockDepth(line) > MaxNesting {
			return false
		}
	}
	return true
}

// blockDepth bounds from above how many blocks a line opens or continues.
func blockDepth(line string) int {
	depth, spaces := 0, 0
	space := func(i int) bool { return i >= len(line) || line[i] == ' ' || line[i] == '\t' }
	for i := range len(line) {
		switch c := line[i]; {
		case c == ' ':
			spaces++
		case c == '\t':
			spaces += 4
		case c == '>':
			depth++
		case (c == '-' || c == '+' || c == '*' || c == '.' || c == ')') && space(i+1):
			depth++
		case c >= '0' && c <= '9':
		default:
			return depth + spaces/2
		}
	}
	return depth + spaces/2
}
