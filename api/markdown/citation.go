package markdown

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// citation is a marker [n] of the answer.
type citation struct {
	ast.BaseInline
	Number int
}

var kindCitation = ast.NewNodeKind("Citation")

func (*citation) Kind() ast.NodeKind { return kindCitation }

func (c *citation) Dump(source []byte, level int) {
	ast.DumpHelper(c, source, level, map[string]string{"Number": strconv.Itoa(c.Number)}, nil)
}

// citedKey holds the func(n int) bool that tells which numbers are citations.
var citedKey = parser.NewContextKey()

var marker = regexp.MustCompile(`^\[([1-9][0-9]{0,3})\]`)

// citationParser comes before the link parser, so a marker is never a link's text.
type citationParser struct{}

func (citationParser) Trigger() []byte { return []byte{'['} }

func (citationParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	found := marker.FindSubmatch(line)
	if found == nil {
		return nil
	}
	n, err := strconv.Atoi(string(found[1]))
	cited, ok := pc.Get(citedKey).(func(int) bool)
	if err != nil || !ok || !cited(n) {
		return nil
	}
	block.Advance(len(found[0]))
	return &citation{Number: n}
}

// nodeRenderer writes citations, and of an image its alternative text.
type nodeRenderer struct{}

func (nodeRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindCitation, renderCitation)
	r.Register(ast.KindImage, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
		return ast.WalkContinue, nil
	})
}

func renderCitation(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	c, ok := node.(*citation)
	if !entering || !ok {
		return ast.WalkContinue, nil
	}
	format := `<sup class="cite"><a href="#cite-%[1]d" data-n="%[1]d">%[1]d</a></sup>`
	for p := node.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			format = "[%d]" // a link within a link is no HTML
		}
	}
	_, err := fmt.Fprintf(w, format, c.Number)
	return ast.WalkContinue, err
}
