package html

import (
	"strconv"
	"strings"

	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// render writes a tree as light Markdown.
func render(root *dom.Node, m mode) string {
	m.notes = findNotes(root)
	r := renderer{mode: m}
	r.node(root)
	return r.out.String()
}

type renderer struct {
	mode
	out   writer
	lists []int // of each open list, the next number; -1 if it has bullets
	cells int   // cells written in the current row
}

// node writes a node. Its recursion is bounded by Reader.MaxDepth.
func (r *renderer) node(n *dom.Node) {
	switch n.Type {
	case dom.TextNode:
		r.out.text(n.Data)
		return
	case dom.DocumentNode:
		r.children(n)
		return
	case dom.ElementNode:
	default:
		return
	}
	if r.dropped(n) || r.noteMark(n) {
		return
	}
	switch n.DataAtom {
	case atom.A:
		r.link(n)
	case atom.Sup:
		r.sup(n)
	case atom.Br:
		r.out.lineBreak()
	case atom.Hr:
		r.out.block()
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.out.block()
		r.out.prefix(strings.Repeat("#", int(n.Data[1]-'0')) + " ")
		r.children(n)
		r.out.prefix("")
		r.out.block()
	case atom.Ul, atom.Ol, atom.Menu:
		r.list(n)
	case atom.Li:
		r.item(n)
	case atom.Tr:
		r.out.line()
		r.cells = 0
		r.children(n)
		r.out.line()
	case atom.Td, atom.Th:
		r.cell(n)
	case atom.Pre:
		r.out.preformatted(preText(n))
	case atom.Q:
		r.out.text("“")
		r.children(n)
		r.out.text("”")
	default:
		boundary := r.boundary(n.DataAtom)
		boundary()
		r.children(n)
		boundary()
	}
}

// boundary is what an element without rules of its own begins and ends with.
func (r *renderer) boundary(tag atom.Atom) func() {
	switch {
	case blocks[tag]:
		return r.out.block
	case lines[tag]:
		return r.out.line
	default:
		return func() {}
	}
}

func (r *renderer) children(n *dom.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(c)
	}
}

func (r *renderer) list(n *dom.Node) {
	next := -1
	if n.DataAtom == atom.Ol {
		next = 1
		if start, err := strconv.Atoi(attr(n, "start")); err == nil && start >= 0 {
			next = start
		}
	}
	if len(r.lists) == 0 {
		r.out.block()
	}
	r.lists = append(r.lists, next)
	r.children(n)
	r.lists = r.lists[:len(r.lists)-1]
	if len(r.lists) == 0 {
		r.out.block()
	}
}

func (r *renderer) item(n *dom.Node) {
	marker := "- "
	if depth := len(r.lists); depth > 0 {
		if next := &r.lists[depth-1]; *next >= 0 {
			marker = strconv.Itoa(*next) + ". "
			*next++
		}
		marker = strings.Repeat("  ", min(depth-1, 8)) + marker
	}
	r.out.line()
	if n.PrevSibling != nil || len(r.lists) > 1 {
		r.out.tighten()
	}
	r.out.prefix(marker)
	r.children(n)
	r.out.prefix("")
	r.out.line()
}

// cell writes a table cell on one line, whatever blocks are in it, unless the table
// is there to lay out a page and the cell holds much of it.
func (r *renderer) cell(n *dom.Node) {
	inner := renderer{mode: r.mode}
	inner.children(n)
	text := inner.out.String()
	if len(text) > 1000 || holdsHeading(n) {
		r.out.block()
		r.out.verbatim(text)
		r.out.block()
		r.cells = 0
		return
	}
	if r.cells > 0 {
		r.out.verbatim(" | ")
	}
	r.out.verbatim(strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == '\n' }), " "))
	r.cells++
}

// holdsHeading tells the cells that lay out a page.
func holdsHeading(n *dom.Node) bool {
	for c := range n.Descendants() {
		switch c.DataAtom {
		case atom.H1, atom.H2, atom.H3:
			return true
		}
	}
	return false
}

// dropped reports what nobody reads.
func (r *renderer) dropped(n *dom.Node) bool {
	if unread[n.DataAtom] || r.wholePage && surroundings[n.DataAtom] || r.chapter && n.DataAtom == atom.Nav || n.Namespace == "svg" {
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			return strings.EqualFold(a.Val, "true") && r.wholePage
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

func set(atoms ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(atoms))
	for _, a := range atoms {
		m[a] = true
	}
	return m
}

var (
	unread = set(atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Embed,
		atom.Svg, atom.Canvas, atom.Audio, atom.Video, atom.Select, atom.Datalist, atom.Button, atom.Input, atom.Textarea,
		atom.Noframes, atom.Noembed, atom.Rt, atom.Rp, atom.Rtc, atom.Dialog)
	surroundings = set(atom.Nav, atom.Footer, atom.Aside)
	lines        = set(atom.Dt, atom.Dd, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Summary, atom.Figcaption)
	blocks       = set(atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Nav, atom.Aside,
		atom.Blockquote, atom.Table, atom.Figure, atom.Address, atom.Dl, atom.Fieldset, atom.Form, atom.Details, atom.Body,
		atom.Html, atom.Center, atom.Hgroup, atom.Legend)
)

func preText(n *dom.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == dom.TextNode:
			b.WriteString(c.Data)
		case c.Type == dom.ElementNode && c.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
	}
	return strings.Trim(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}

// bareText is the title and the text of a page too deep to build a tree of.
func bareText(source string) (title, text string) {
	z := dom.NewTokenizer(strings.NewReader(source))
	var out writer
	var unreadIn atom.Atom
	inTitle := false
	for {
		kind := z.Next()
		switch kind {
		case dom.ErrorToken:
			return oneLine(title), out.String()
		case dom.TextToken:
			data := string(z.Text())
			if inTitle && len(title) < maxMeta {
				title += data[:min(len(data), maxMeta)]
			} else if unreadIn == 0 && !inTitle {
				out.text(dom.UnescapeString(data))
			}
		case dom.StartTagToken, dom.EndTagToken, dom.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			inTitle = tag == atom.Title && kind == dom.StartTagToken
			switch {
			case rawText[tag] && kind == dom.StartTagToken:
				unreadIn = tag
			case tag == unreadIn && kind == dom.EndTagToken:
				unreadIn = 0
			default:
				out.tag(tag)
			}
		}
	}
}

// tag separates the text before a tag from that behind it.
func (w *writer) tag(tag atom.Atom) {
	switch tag {
	case atom.Br:
		w.lineBreak()
	case atom.Li, atom.Tr, atom.Td, atom.Th:
		w.line()
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Pre, atom.Ul, atom.Ol:
		w.block()
	default:
		if blocks[tag] {
			w.block()
		} else if lines[tag] {
			w.line()
		}
	}
}

// rawText are the elements whose text the tokenizer returns as one token.
var rawText = set(atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Noframes, atom.Noembed, atom.Textarea, atom.Xmp)
