// Package html reads saved web pages: the main text of the page, without its
// navigation and advertisements, as light Markdown.
package html

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	readability "codeberg.org/readeck/go-readability/v2"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"yinju/corpus"
)

// Reader reads web pages. The zero value has sensible limits.
type Reader struct {
	Decoder corpus.Decoder
	// MaxNodes bounds the size of a page that is searched for its main content; of a
	// larger one, or one of many nodes nested deep, all text is taken. Default 50,000
	// elements and texts.
	MaxNodes int
	// MaxDepth bounds how deep elements nest; of a page beyond it (or beyond the 512
	// that the parser allows), only the bare text is taken. Default 400.
	MaxDepth int
	// MaxTime bounds how long the page is parsed, since a few hundred bytes of tangled
	// tags can keep a parser busy for long; beyond it, too, only the bare text is
	// taken. Default 5 seconds.
	MaxTime time.Duration
}

// HTML is the format of .html, .htm and .xhtml files with the default limits.
func HTML() corpus.Format { return Reader{}.Format() }

// Format returns the format of .html, .htm and .xhtml files. The text of the article
// is what a reader would read: nothing of the page is run, and no markup is left.
// Headings are lines with #, list items begin with "- " or their number, cells of a
// table row stand between " | ", and <pre> stands between ```.
func (r Reader) Format() corpus.Format {
	return corpus.Format{Name: "html", Extensions: []string{".html", ".htm", ".xhtml"}, Parse: r.parse}
}

func (r Reader) parse(ctx context.Context, data []byte) (corpus.Parsed, error) {
	decoded, err := r.Decoder.Decode(data, declared(data))
	if err != nil {
		return corpus.Parsed{}, err
	}
	source, p := decoded.Text, decoded.Parsed()
	p.Text = ""
	limited, cancel := context.WithTimeout(ctx, cmp.Or(r.MaxTime, 5*time.Second))
	defer cancel()
	doc, err := dom.Parse(&reader{limited, strings.NewReader(source)})
	nodes, depth := 0, 0
	if err == nil {
		nodes, depth = measure(doc)
	}
	if err != nil || depth > cmp.Or(r.MaxDepth, 400) {
		p.Title, p.Text = bareText(source)
		p.Warnings = append(p.Warnings, "the page nests its elements too deep or takes too long; only its bare text was taken")
	} else {
		fillMeta(&p, doc)
		p.Text = r.mainText(ctx, doc, nodes, depth, &p)
	}
	if p.Text == "" {
		return p, emptyReason(doc)
	}
	return p, ctx.Err()
}

// reader ends a parser that reads from it when its context is done.
type reader struct {
	ctx context.Context
	src *strings.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.src.Read(p)
}

var (
	metaCharset = regexp.MustCompile(`(?i)<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([\w:.-]+)`)
	xmlCharset  = regexp.MustCompile(`(?i)^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)`)
)

// declared is the encoding that the page says it has, or "".
func declared(data []byte) string {
	head := data[:min(len(data), 4<<10)]
	for _, form := range []*regexp.Regexp{xmlCharset, metaCharset} {
		if m := form.FindSubmatch(head); m != nil {
			return string(bytes.ToLower(m[1]))
		}
	}
	return ""
}

// measure counts the nodes of a tree and how deep they nest, without recursion.
func measure(root *dom.Node) (nodes, depth int) {
	for n, d := root, 0; n != nil; {
		nodes++
		depth = max(depth, d)
		if n.FirstChild != nil {
			n, d = n.FirstChild, d+1
			continue
		}
		for n != root && n.NextSibling == nil {
			n, d = n.Parent, d-1
		}
		if n == root {
			break
		}
		n = n.NextSibling
	}
	return nodes, depth
}

// usualDepth is how deep a large page of the web nests. The search for the main
// content looks at all that enclose a node, so its work is the product of the two.
const usualDepth = 40

// A main text shorter than this many bytes, or than one part in so many of the whole,
// is taken for a mistake.
const (
	minMain  = 600
	minShare = 5
)

// emptyReason says why a page has no text.
func emptyReason(doc *dom.Node) error {
	if doc != nil {
		for n := range doc.Descendants() {
			switch {
			case n.DataAtom == atom.Frame, n.DataAtom == atom.Iframe && attr(n, "src") != "":
				return fmt.Errorf("the page only shows another one in a frame, %.100q; save that one", attr(n, "src"))
			case n.DataAtom == atom.Meta && strings.EqualFold(attr(n, "http-equiv"), "refresh") && strings.Contains(strings.ToLower(attr(n, "content")), "url="):
				return fmt.Errorf("the page only leads to another one, %.100q; save that one", attr(n, "content"))
			}
		}
	}
	return errors.New("there is no text in the page; it may need a browser to fill it: save the page as text")
}

// mainText is the text of the article on the page, or of the whole page where none
// stands out. What the lines above it say of the article, it fills in.
func (r Reader) mainText(ctx context.Context, doc *dom.Node, nodes, depth int, p *corpus.Parsed) string {
	whole := render(doc, mode{wholePage: true})
	most := cmp.Or(r.MaxNodes, 50_000)
	if nodes > most || nodes*depth > usualDepth*most || ctx.Err() != nil {
		return whole
	}
	main := readable(doc)
	if len(main) < minMain || len(main) < len(whole)/minShare {
		main = ""
	}
	strip(doc)
	if stripped := render(doc, mode{wholePage: true}); stripped != "" {
		whole = stripped
	}
	said := corpus.Dateline(fromTitle(whole, p.Title))
	p.Source, p.Author = cmp.Or(p.Source, said.Source), cmp.Or(p.Author, said.Author)
	if p.Published.IsZero() {
		p.Published = said.Published
	}
	return cmp.Or(main, whole)
}

// fromTitle is a text from where the title of the page stands in it.
func fromTitle(text, title string) string {
	if i := strings.Index(text, title); i >= 0 && title != "" {
		return text[i:]
	}
	return text
}

// readable is the text that the Readability algorithm chooses, or "".
func readable(doc *dom.Node) (text string) {
	// The library guesses at pages of any shape; a panic in it costs its guess only.
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	parser := readability.NewParser()
	parser.CharThresholds = 200 // Chinese needs fewer characters than English
	found, err := parser.ParseDocument(doc, nil)
	if err != nil || found.Node == nil {
		return ""
	}
	stripSmall(found.Node)
	return render(found.Node, mode{})
}
