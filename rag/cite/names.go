package cite

import (
	"slices"
	"strings"
	"unicode"
)

// closing pairs of quotation marks.
var quotePairs = map[rune]rune{'“': '”', '「': '」', '『': '』', '《': '》', '"': '"', '〝': '〞'}

// longestQuote is how far, in characters, the end of a quotation is sought.
const longestQuote = 500

// quotes lists what stands in quotation marks, cut at ellipses.
func (t script) quotes() (found []fact) {
	for i := 0; i < len(t.written); i++ {
		end := quotePairs[t.written[i]]
		if end == 0 {
			continue
		}
		n := slices.Index(t.written[i+1:min(len(t.written), i+1+longestQuote)], end)
		if n < 0 {
			continue
		}
		start := i + 1
		for j := start; j <= i+1+n; j++ {
			if r := t.written[j]; r == end || r == '…' {
				if word := letters(t.folded[start:j]); len(word) >= 2 {
					found = append(found, fact{kind: quoteFact, start: start, end: j, word: word})
				}
				start = j + 1
			}
		}
		i += n + 1
	}
	return found
}

// letters keeps letters and digits.
func letters(s []rune) []rune {
	kept := make([]rune, 0, len(s))
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' {
			kept = append(kept, r)
		}
	}
	return kept
}

// The heuristic for people: a surname and one or two characters before a verb of
// saying, behind a title or at the beginning of a clause.
const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤倪"
	titles   = "长授士裁师人者家理官员席任监记的" // the last characters of titles
)

var sayings = []string{"表示", "认为", "指出", "强调", "透露", "介绍", "坦言", "预测", "说", "称"}

func (t script) people() (found []fact) {
	s := t.folded
	for i := range s {
		if !slices.ContainsFunc(sayings, func(v string) bool { return hasRunes(s[i:], v) }) {
			continue
		}
		for _, n := range []int{3, 2} {
			start := i - n
			if start < 0 || !strings.ContainsRune(surnames, s[start]) || !allHan(s[start:i]) || strings.ContainsAny(string(s[start+1:i]), "管层面业方们家人时还也都并") {
				continue
			}
			if before := at(s, start-1); before != 0 && unicode.Is(unicode.Han, before) && !strings.ContainsRune(titles, before) {
				continue
			}
			found = append(found, fact{kind: nameFact, start: start, end: i, word: s[start:i]})
			break
		}
	}
	return found
}
