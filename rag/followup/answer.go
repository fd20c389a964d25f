package followup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// marks are citations, emphasis and the like in an answer.
var marks = regexp.MustCompile(`\[\^?\d{1,3}\]|\*\*|__|` + "`")

func plain(answer string) string { return marks.ReplaceAllString(answer, "") }

// firstSentence is that of an answer.
func firstSentence(answer string) string {
	answer = plain(answer)
	if spans := corpus.Sentences(answer); len(spans) > 0 {
		return answer[spans[0].Start:spans[0].End]
	}
	return answer
}

// newNames are names in the answer's first sentence that the question lacks.
func (r Resolver) newNames(c *context) []string {
	if c.answer == "" {
		return nil
	}
	first := firstSentence(c.answer)
	q := r.parse(first)
	var list []string
	if q.latin {
		for _, p := range q.phrases {
			if x := first[p.start:p.end]; !strings.Contains(c.question, x) && !overlaps(list, x) {
				list = append(list, x)
			}
		}
		return list
	}
	for _, p := range q.phrases {
		x := first[p.start:p.owner]
		if p.name && !strings.Contains(c.question, x) && !overlaps(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// called are topics, or things in the answer, that are of the kind a noun says.
func (r Resolver) called(noun string, c *context) []string {
	var list []string
	f := fold.String(noun)
	for _, t := range c.topics {
		if strings.HasSuffix(fold.String(strings.Trim(t, "《》")), f) {
			list = append(list, t)
		}
	}
	answer := plain(c.answer)
	if len(answer) > 600 {
		answer = answer[:runeStart(answer, 600)]
	}
	q := r.parse(answer)
	for _, p := range q.phrases {
		x := answer[p.start:p.end]
		if s := fold.String(strings.Trim(x, "《》")); strings.HasSuffix(s, f) && utf8.RuneCountInString(s) > utf8.RuneCountInString(f)+1 && !overlaps(list, x) {
			list = append(list, x)
		}
	}
	return list
}

func runeStart(s string, at int) int {
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

// People are known by a surname, behind a title or before a verb of saying.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤倪乔"

var titled = regexp.MustCompile(`(?:董事长|首席执行官|首席技术官|首席科学家|ceo|cto|总裁|副总裁|院长|教授|校长|合伙人|主席|主任|部长|研究员|创始人|负责人|学者|博士|院士|记者|作家|经理|总编|主编|作者)([` + surnames + `]\p{Han}{1,2})`)

// nameAlone is a name that ends a clause: 金沙江创投的张予彤。
var nameAlone = regexp.MustCompile(`(?:^|的|是|由)([` + surnames + `]\p{Han}{1,2})(?:[。，、,；]|$)`)

// following are characters that come after a name rather than in it.
const following = "则曾已又才于从以为向并所认说把将在是表称指强介提列预估看也还就对与和的等，。、；：！？（(） "

// personIn is the first person that an answer names.
func (r Resolver) personIn(answer string) string {
	text := plain(answer)
	if all := locate(titled, text); len(all) > 0 {
		m := all[0]
		name := []rune(text[m[2]:m[3]])
		next, _ := utf8.DecodeRuneInString(text[m[3]:])
		if len(name) == 3 && (strings.ContainsRune(following, name[2]) || !strings.ContainsRune(following, next) && r.beginsWord(name[2], text[m[3]:])) {
			name = name[:2]
		}
		return string(name)
	}
	if m := locate(nameAlone, firstSentence(answer)); len(m) > 0 {
		return firstSentence(answer)[m[0][2]:m[0][3]]
	}
	for _, t := range r.topics(firstSentence(answer)) {
		if isPerson(t) {
			return t
		}
	}
	return ""
}

// beginsWord tells whether a character belongs to the word that follows it.
func (r Resolver) beginsWord(c rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	if !unicode.Is(unicode.Han, next) {
		return false
	}
	tokens := r.parse(string(c) + beginning(rest, 8)).tokens
	return utf8.RuneCountInString(tokens[0].text) > 1
}

// isPerson tells a person's name: a surname with one or two characters, or names that a
// dot joins.
func isPerson(name string) bool {
	runes := []rune(fold.String(name))
	for _, r := range runes {
		if !unicode.Is(unicode.Han, r) && r != '·' {
			return false
		}
	}
	return strings.ContainsRune(name, '·') || (len(runes) == 2 || len(runes) == 3) && strings.ContainsRune(surnames, runes[0])
}

var (
	itemLine = regexp.MustCompile(`(?m)^[ \t]*(?:[-*•·]|\(?\d{1,2}[.、)）]|[（(]?[一二三四五六七八九十]{1,2}[)）、])[ \t]*(\S.*)$`)
	listing  = regexp.MustCompile(`(?:^|[：:，。；是有为括])([^，。；：:、\n]{1,24}(?:、[^，。；：:、\n]{1,24})+)`)
	stepwise = regexp.MustCompile(`先([^，。；,;]{2,24})[，；,;]\s*(?:再|然后)([^，。；,;]{2,24})[，；,;]\s*(?:最后|再)([^，。；,;]{2,24})`)
	joined   = regexp.MustCompile(`^(.{2,}?)(?:以及|和|及|与)(.{2,})$`)
)

// items are the points of a list in an answer, each by its first words.
func items(answer string) []string {
	var list []string
	for _, m := range itemLine.FindAllStringSubmatch(plain(answer), 20) {
		list = append(list, itemHead(m[1]))
	}
	if len(list) > 1 {
		return list
	}
	longest := ""
	for _, m := range listing.FindAllStringSubmatch(plain(answer), 20) {
		if strings.Count(m[1], "、") > strings.Count(longest, "、") {
			longest = m[1]
		}
	}
	if longest == "" {
		if m := stepwise.FindStringSubmatch(plain(answer)); m != nil {
			return m[1:]
		}
		return nil
	}
	list = strings.Split(longest, "、")
	if m := joined.FindStringSubmatch(list[len(list)-1]); m != nil {
		list = append(list[:len(list)-1], m[1], m[2])
	}
	return list
}

// itemHead is a point up to its first stop.
func itemHead(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, "：:，,；;。（("); i > 0 {
		text = text[:i]
	}
	if i := strings.Index(text, "——"); i > 0 {
		text = text[:i]
	}
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), 24)])
}
