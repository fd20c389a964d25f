package markdown

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasisParser is CommonMark's, loosened beside Chinese. CommonMark lets a
// delimiter between punctuation and a letter open or close only if a space stands
// on the other side, but Chinese has no spaces: **“重点”**内容 and **注意：**正文
// would stay literal. Here punctuation beside Chinese counts as a letter.
type emphasisParser struct{}

func (emphasisParser) Trigger() []byte { return []byte{'*', '_'} }

func (emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 1, emphasis{})
	if node == nil {
		return nil
	}
	if node.Char == '*' { // an underscore within a word stays an underscore
		after, size := utf8.DecodeRune(line[node.OriginalLength:])
		if size == 0 {
			after = '\n'
		}
		loosen(node, before, after)
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

func loosen(node *parser.Delimiter, before, after rune) {
	if util.IsSpaceRune(before) || util.IsSpaceRune(after) {
		return // the strict rule is right where there is a space
	}
	node.CanOpen = node.CanOpen || chinese(before) || chinesePunctuation(after)
	node.CanClose = node.CanClose || chinese(after) || chinesePunctuation(before)
}

func chinese(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) || chinesePunctuation(r)
}

// chinesePunctuation holds CJK and full-width signs, and those of General
// Punctuation that Chinese shares with other scripts.
func chinesePunctuation(r rune) bool {
	switch {
	case r >= 0x3000 && r <= 0x303F, r >= 0xFE30 && r <= 0xFE4F, r >= 0xFF00 && r <= 0xFFEF:
		return true
	}
	switch r {
	case '“', '”', '‘', '’', '…', '—', '·', '～', '℃', '％':
		return true
	}
	return false
}

// emphasis pairs delimiters as CommonMark does.
type emphasis struct{}

func (emphasis) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (emphasis) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasis) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
