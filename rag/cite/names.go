package cite

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
					found = append(found, fact{kind: quoteFact, start: start, end: j, word: word, given: t.written[i] == '《'})
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

// The heuristics for people: a surname and one or two characters before a verb of
// saying, behind a title or at the beginning of a clause; and a surname and two
// characters directly behind the title of an office.
const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤倪柳彭洪"
	titles   = "长授士裁师人者家理官员席任监记的" // the last characters of titles
)

var (
	sayings = []string{"表示", "认为", "指出", "强调", "透露", "介绍", "坦言", "预测", "说", "称"}
	offices = []string{
		"董事长", "行长", "院长", "校长", "镇长", "乡长", "市长", "县长", "区长", "省长", "州长", "厅长", "局长", "处长", "科长", "部长", "会长", "馆长", "队长", "站长", "所长", "秘书长", "审判长", "检察长",
		"主任", "主席", "总裁", "总监", "总经理", "经理", "教授", "博士", "医生", "律师", "导演", "编剧", "主演", "作者", "书记", "总理", "总统", "法官", "知县", "知府", "记者", "创始人", "负责人", "发言人", "代表人", "首席执行官",
		"传承人", "领队", "设计师", "工程师", "委员", "院士", "研究员", "农机手", "小将", "老将", "球员", "教练", "演员", "歌手", "作家", "画家", "诗人", "老师", "董事", "村民", "市民", "选手", "冠军", "船长", "机长",
	}
)

// clauseWords are the characters that come behind a name and are hardly in one.
const clauseWords = "表认指强透介坦预说称对在将就也还是从为被带向与和及等把给让使用宣完担作提谈写获率主出到的则等即曾已正又仍均都曰以因由于并而或至接拿打得当任开进了过，"

func (t script) people() (found []fact) {
	s := t.folded
	for i := range s {
		if f, ok := t.sayer(i); ok {
			found = append(found, f)
		}
	}
	for i := range s {
		if f, ok := t.officer(i); ok && !slices.ContainsFunc(found, func(g fact) bool { return g.start < f.end && f.start < g.end }) {
			found = append(found, f)
		}
	}
	return found
}

// sayer reads the name before a verb of saying at i.
func (t script) sayer(i int) (f fact, ok bool) {
	s := t.folded
	if !slices.ContainsFunc(sayings, func(v string) bool { return hasRunes(s[i:], v) }) {
		return f, false
	}
	for _, n := range []int{3, 2} {
		start := i - n
		if start < 0 || !strings.ContainsRune(surnames, s[start]) || !allHan(s[start:i]) || strings.ContainsAny(string(s[start+1:i]), "管层面业方们家人时还也都并") {
			continue
		}
		if before := at(s, start-1); before != 0 && isHan(before) && !strings.ContainsRune(titles, before) {
			continue
		}
		return fact{kind: nameFact, start: start, end: i, word: s[start:i], person: true}, true
	}
	return f, false
}

// officer reads the name behind the title that ends before i.
func (t script) officer(i int) (f fact, ok bool) {
	s := t.folded
	if !strings.ContainsRune(surnames, s[i]) || !slices.ContainsFunc(offices, func(w string) bool {
		n := utf8.RuneCountInString(w)
		return i >= n && hasRunes(s[i-n:], w)
	}) {
		return f, false
	}
	end := i + 1
	for end < len(s) && end < i+3 && isHan(s[end]) && !strings.ContainsRune(clauseWords, s[end]) {
		end++
	}
	if end < i+2 {
		return f, false
	}
	return fact{kind: nameFact, start: i, end: end, word: s[i:end], person: true, given: true}, true
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
