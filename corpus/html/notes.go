package html

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"time"

	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"yinju/corpus"
)

// Chapter renders a page that is all text, such as a chapter of a book, as Format does,
// but takes nothing for its surroundings except navigation. The text may be "".
func (r Reader) Chapter(ctx context.Context, source string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(r.MaxTime, 5*time.Second))
	defer cancel()
	doc, err := dom.Parse(&reader{limited, strings.NewReader(source)})
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err == nil {
		if _, depth := measure(doc); depth <= cmp.Or(r.MaxDepth, 400) {
			return render(doc, mode{chapter: true}), nil
		}
	}
	_, text := bareText(source)
	return text, nil
}

// mode is what is rendered.
type mode struct {
	wholePage bool              // what surrounds an article is left out
	chapter   bool              // navigation is left out
	notes     map[string]string // the numbers of notes, by the id of the element that holds them
}

// noteNumber is the text of a reference to a note.
var noteNumber = regexp.MustCompile(`^[\[(（［〔]?(\d{1,4})[\])）］〕]?$`)

// noteOf returns the number of the note that a link refers to, and the id of the
// element with the note; "" if it refers to none. A note is told by its role, or by
// standing raised.
func noteOf(n *dom.Node) (number, id string) {
	if n.DataAtom != atom.A {
		return "", ""
	}
	_, id, _ = strings.Cut(attr(n, "href"), "#")
	m := noteNumber.FindStringSubmatch(strings.TrimSpace(textOf(n)))
	if id == "" || m == nil {
		return "", ""
	}
	kind := strings.ToLower(attr(n, "epub:type") + " " + attr(n, "role") + " " + attr(n, "class"))
	for _, back := range []string{"backlink", "footnote-back", "back-ref"} {
		if strings.Contains(kind, back) {
			return "", ""
		}
	}
	raised := n.Parent != nil && n.Parent.DataAtom == atom.Sup || n.FirstChild != nil && n.FirstChild.DataAtom == atom.Sup && n.FirstChild == n.LastChild
	if raised || strings.Contains(kind, "noteref") || strings.Contains(kind, "footnote-ref") {
		return m[1], id
	}
	return "", ""
}

// findNotes returns the notes that are referred to, by the id of their element.
func findNotes(root *dom.Node) map[string]string {
	notes := make(map[string]string)
	for n := range root.Descendants() {
		if number, id := noteOf(n); number != "" && notes[id] == "" {
			notes[id] = number
		}
	}
	return notes
}

// backlink reports whether a link only leads back from a note to its reference.
func backlink(n *dom.Node) bool {
	kind := strings.ToLower(attr(n, "epub:type") + " " + attr(n, "role") + " " + attr(n, "class"))
	if strings.Contains(kind, "backlink") || strings.Contains(kind, "footnote-back") {
		return true
	}
	text := strings.TrimSpace(strings.Trim(textOf(n), "\ufe0e\ufe0f"))
	return strings.Contains(attr(n, "href"), "#") && (text == "↩" || text == "↑" || text == "^")
}

// link writes a link as its text, or as the mark of the note that it refers to.
func (r *renderer) link(n *dom.Node) {
	if number, _ := noteOf(n); number != "" {
		r.out.text("[^" + number + "]")
	} else if !backlink(n) {
		r.children(n)
	}
}

// noteMark writes the mark of a note in front of it, for any of the elements that hold
// one, and reports whether it did.
func (r *renderer) noteMark(n *dom.Node) bool {
	number := r.notes[attr(n, "id")]
	if number == "" || !blocks[n.DataAtom] && n.DataAtom != atom.Li && n.DataAtom != atom.Dd {
		return false
	}
	r.out.block()
	r.out.prefix("[^" + number + "]: ")
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.noteText(c, number)
	}
	r.out.prefix("")
	r.out.block()
	return true
}

// noteText writes a node of a note, but for its number, which links back.
func (r *renderer) noteText(n *dom.Node, number string) {
	switch {
	case isNumber(n, number):
		return
	case n.Type == dom.TextNode && n.PrevSibling != nil && isNumber(n.PrevSibling, number):
		r.out.text(strings.TrimLeft(n.Data, " .、．:："))
		return
	}
	if n.Type == dom.ElementNode && (n.DataAtom == atom.P || n.DataAtom == atom.Span || n.DataAtom == atom.Div) && !r.dropped(n) {
		if n.DataAtom != atom.Span {
			r.out.block()
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			r.noteText(c, number)
		}
		if n.DataAtom != atom.Span {
			r.out.block()
		}
		return
	}
	r.node(n)
}

// isNumber reports whether a node of a note is its number.
func isNumber(n *dom.Node, number string) bool {
	if n.DataAtom != atom.A && n.DataAtom != atom.Sup {
		return false
	}
	m := noteNumber.FindStringSubmatch(strings.TrimRight(strings.TrimSpace(textOf(n)), ".、"))
	return m != nil && m[1] == number
}

// sup writes a raised text.
func (r *renderer) sup(n *dom.Node) {
	if n.FirstChild != nil && n.FirstChild == n.LastChild && n.FirstChild.Type == dom.TextNode {
		r.out.text(corpus.Superscript(n.FirstChild.Data))
		return
	}
	r.children(n)
}
