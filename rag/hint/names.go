package hint

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"yinju/corpus/fold"
)

// Names are the sources that articles have. A nil *Names is empty. They are
// immutable and safe for concurrent use.
type Names struct {
	byFolded map[string]string // folded → as the articles spell it first
	lengths  []int             // of the folded names in runes, longest first
}

// longestName bounds what is taken for a name, in runes: longer is a sentence.
const longestName = 60

// noNames are values of front matter that name nobody.
var noNames = strings.Fields(`网络 互联网 网上 网站 本站 原创 转载 转帖 整理 综合 新闻 文章 报道 编辑 小编 记者 作者 来源 未知 佚名 不详 匿名
	internet web website online news article articles author editor admin unknown anonymous none source sources the null n/a`)

// NewNames takes the sources of the articles, in any order, repeated or empty.
func NewNames(sources iter.Seq[string]) *Names {
	n := &Names{byFolded: make(map[string]string)}
	for source := range sources {
		name := strings.TrimSpace(source)
		folded := fold.String(name)
		length := len([]rune(folded))
		if length < 2 || length > longestName || slices.Contains(noNames, folded) || !strings.ContainsFunc(folded, unicode.IsLetter) {
			continue
		}
		// Of two spellings the one that sorts first, whatever the order of articles.
		if other, known := n.byFolded[folded]; !known || name < other {
			n.byFolded[folded] = name
		}
		if !slices.Contains(n.lengths, length) {
			n.lengths = append(n.lengths, length)
		}
	}
	slices.SortFunc(n.lengths, func(a, b int) int { return b - a })
	return n
}

// find returns where names stand in folded runes, the longest at each place.
func (n *Names) find(s []rune) []mark {
	if n == nil {
		return nil
	}
	var marks []mark
	for i := 0; i < len(s); i++ {
		for _, length := range n.lengths {
			end := i + length
			if end > len(s) || cutsWord(s, i) || cutsWord(s, end) {
				continue
			}
			if name, known := n.byFolded[string(s[i:end])]; known {
				marks = append(marks, mark{start: i, end: end, hint: Hint{Kind: Source, Source: name}})
				i = end - 1
				break
			}
		}
	}
	return marks
}

// cutsWord says whether place i of s lies within a word that is written with spaces.
func cutsWord(s []rune, i int) bool {
	if i == 0 || i >= len(s) {
		return false
	}
	spaced := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}
	return spaced(s[i-1]) && spaced(s[i])
}
