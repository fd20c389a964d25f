package followup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
)

var (
	ordinals = regexp.MustCompile(`(?:其中)?(第([一二三四五六七八九十]|[0-9]{1,2})(?:个|项|条|点|步|种|类|家|款|位|名)|最后一?(?:个|项|条|点|步|种|类|家|款|位)|前者|后者)|\b(?:the )?(first|second|third|fourth|fifth|last|former|latter)(?: one| item| point|[ ?.!,]*$| (?:is|was|do|does|did|mean|about)\b)`)
	places   = map[string]int{"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "former": 1, "latter": 2, "last": -1}
)

// ordinal puts the item of the former answer, or of the former question, for its number.
func (r Resolver) ordinal(q *sentence, c *context) readings {
	found := locate(ordinals, q.text)
	if len(found) == 0 {
		return readings{}
	}
	m := found[0]
	if strings.HasSuffix(q.text[:m[0]], "的") { // 昇腾的第二个产品 speaks for itself
		return readings{}
	}
	if word := strings.TrimRight(q.text[m[0]:m[1]], " ?.!,"); q.latin { // the verb behind it stays
		for _, verb := range []string{" is", " was", " do", " does", " did", " mean", " about"} {
			word = strings.TrimSuffix(word, verb)
		}
		m[1] = m[0] + len(word)
	}
	item := c.item(fold.String(q.text[m[0]:m[1]]), fold.String(group(q.text, m, 2)+group(q.text, m, 3)))
	if item == "" {
		return readings{}
	}
	if item = strings.TrimRight(item, " ?？.。!！"); len(strings.Fields(item)) > 3 {
		item = "“" + item + "”" // a sentence within a sentence
	}
	end := m[1]
	for _, t := range q.tokens { // 第三个条件
		if t.start == m[1] && (aspects[t.folded] || kinds[t.folded]) {
			end = t.end
		}
	}
	if alone := strings.Trim(q.text[:m[0]]+q.text[end:], " ?？!！。.,，呢是啥的说讲"); alone == "" || alone == "什么" || alone == "具体" || alone == "what about" {
		if q.latin {
			return readings{[]string{"What is " + item + "?"}, true}
		}
		return readings{[]string{item + "是怎么回事？"}, true}
	}
	return readings{[]string{q.text[:m[0]] + item + q.text[end:]}, true}
}

// item is what a word like 第二个, with the number in it, or 后者 stands for.
func (c *context) item(word, number string) string {
	n := places[number]
	for _, d := range number {
		if '0' <= d && d <= '9' {
			n = n*10 + int(d-'0')
		}
	}
	list := items(c.answer)
	switch word {
	case "前者", "后者", "the former", "the latter":
		if n = 1; word == "后者" || word == "the latter" {
			n = 2
		}
		if pair := c.pair(); len(list) != 2 && len(pair) == 2 {
			list = pair
		}
	}
	if n < 0 || strings.HasPrefix(word, "最后") {
		n = len(list)
	}
	if n < 1 || n > len(list) {
		return ""
	}
	return list[n-1]
}

// pair are the two things that the former question compared.
func (c *context) pair() []string {
	if len(c.topics) >= 2 && c.last >= 2 {
		a, b := c.topics[0], c.topics[1]
		if strings.Index(c.question, a) > strings.Index(c.question, b) {
			a, b = b, a
		}
		return []string{a, b}
	}
	return nil
}

// predicates begin a question that lacks its subject.
var predicates = wordSet(`有 由 是 在 一共 总共 共 占 叫 被 发布 上线 开放 推出 成立 施行 实施 生效 公布 公开 提出 包含 包括 采用 使用 支持 达到 超过 突破 分布 分成 分为 开始 结束 完成 开源 适用 属于 位于 来自 出自 已经 目前 现在 主要 具体 首次 最早 平均 累计 需要 要 能 可以 会 对外 自 从 以 按 用 靠`)

// elliptic gives a question its subject back.
func (r Resolver) elliptic(q *sentence, c *context) readings {
	if len(c.topics) == 0 || utf8.RuneCountInString(q.text) > 40 {
		return readings{}
	}
	if q.latin {
		return r.ellipticEN(q, c)
	}
	if q.named() {
		return readings{}
	}
	own := q.own()
	first := q.first()
	leading := len(q.phrases) > 0 && q.phrases[0].start == leadStart(q)
	of := ""
	if leading && q.phrases[0].aspect {
		of = "的"
	}
	var texts []string
	for _, t := range c.topics[:min(2, len(c.topics))] {
		texts = append(texts, t+of+q.text)
	}
	switch asks := q.asks(); {
	case of != "":
		return readings{texts, own == 0 && utf8.RuneCountInString(q.text) <= 12}
	case leading && q.phrases[0].end-q.phrases[0].start > len("三个字"):
		return readings{} // it has a subject of its own
	case leading:
		return readings{texts[:1], false}
	case predicates[first] && asks, asking[first] && own == 0, q.lead.back && asking[first]:
		return readings{texts, true}
	case asking[first]:
		return readings{texts[:1], false}
	}
	return readings{}
}

// own counts the phrases that are more than an aspect of something else.
func (q *sentence) own() int {
	n := 0
	for _, p := range q.phrases {
		if !p.aspect {
			n++
		}
	}
	return n
}

func (q *sentence) first() string {
	for _, t := range q.tokens {
		if !punctuation(t) {
			return t.folded
		}
	}
	return ""
}

func (q *sentence) asks() bool {
	for _, t := range q.tokens {
		if asking[t.folded] || strings.ContainsAny(t.text, "?？") {
			return true
		}
	}
	return false
}

var (
	capitals   = regexp.MustCompile(`\b(?:[A-Z0-9][\w.+-]*(?:['’]s)?)(?:(?: (?:of|for|and|the))* [A-Z0-9][\w.+-]*(?:['’]s)?)*`)
	quotedEN   = regexp.MustCompile(`["“]([^"”]{2,40})["”]`)
	nounEN     = regexp.MustCompile(`(?i)\b(?:the|a|an|every|each) ([a-z-]+(?: [a-z-]+){0,2}?)(?: (?:for|of|in|on|to|is|are|was|were|do|does|did|have|has|had|that|with|by|at|from|when|mean|say)\b|[?.!,]|$)`)
	questionEN = regexp.MustCompile(`^(?i:what|when|where|who|whom|whose|why|which|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|in|on|by|at|the|a|an|and|tell|list|name|give|explain|i|it|they|he|she|this|that|there|please|describe|of|for|as|so|then|also|about|under|according|since|after|before)$`)
	verbEN     = regexp.MustCompile(`\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|what|when|where|who|why|which|how)\b`)
)

// englishPhrases are names by their capitals, what stands in quotes, and what follows an
// article.
func englishPhrases(text string) []phrase {
	var list []phrase
	add := func(start, end int, name bool) {
		for _, p := range list {
			if start < p.end && p.start < end {
				return
			}
		}
		if end-start >= 2 {
			list = append(list, phrase{start: start, end: end, owner: end, name: name})
		}
	}
	for _, m := range capitals.FindAllStringIndex(text, -1) {
		start, end := m[0], m[1]
		for { // How, or The, at the beginning
			word, _, more := strings.Cut(text[start:end], " ")
			if !questionEN.MatchString(word) {
				break
			}
			if !more {
				start = end
				break
			}
			start += len(word) + 1
		}
		if s := text[start:end]; s != "" && !digits.MatchString(s) {
			if rest, ok := strings.CutSuffix(s, "'s"); ok {
				end = start + len(rest)
			}
			add(start, end, true)
		}
	}
	for _, m := range quotedEN.FindAllStringSubmatchIndex(text, -1) {
		add(m[2], m[3], true)
	}
	for _, m := range nounEN.FindAllStringSubmatchIndex(text, -1) {
		start := m[2]
		if strings.EqualFold(text[m[0]:m[0]+3], "the") {
			start = m[0]
		}
		if s := text[m[2]:m[3]]; !questionEN.MatchString(s) {
			add(start, m[3], false)
		}
	}
	return list
}

// ellipticEN is "When?", "How many users?".
func (r Resolver) ellipticEN(q *sentence, c *context) readings {
	words := strings.Fields(q.text)
	for _, p := range q.phrases {
		if p.name {
			return readings{}
		}
	}
	first, size := utf8.DecodeRuneInString(q.text)
	text := "As for " + c.topics[0] + ", " + string(unicode.ToLower(first)) + q.text[size:]
	return readings{[]string{text}, len(q.phrases) == 0 && len(words) <= 5}
}
