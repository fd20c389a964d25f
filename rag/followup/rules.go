package followup

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yinju/corpus/fold"
)

var (
	endingNe    = regexp.MustCompile(`(?:又)?(?:呢|如何呢|怎么样呢|又如何|又怎样|又怎么样|也一样吗|也是吗|也是这样吗)[\s?？!！。~～]*$`)
	aboutEN     = regexp.MustCompile(`^(?:and )?(?:what|how) about |^what of |^same for |^and `)
	changed     = regexp.MustCompile(`^(?:如果)?(?:换成|换作|改成|若是|如果是|要是)`)
	comparing   = regexp.MustCompile(`^(?:和|跟|与|同|比起|相比于?)(.{1,20}?)(?:比起来|相比|比较起来|比较|对比|比)(?:一下)?(?:呢|怎么样|如何|又如何)?[\s?？。]*$|^(?:compared (?:to|with)|versus|vs\.?) (.{1,40}?)[\s?.]*$`)
	timeOnly    = regexp.MustCompile(`^(?:(?:到|在|截至)?(?:(?:19|20)[0-9]{2}年?(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号])?)?(?:底|初)?|[0-9]{1,2}月(?:[0-9]{1,2}[日号])?(?:底|初)?|去年|今年|明年|前年|上半年|下半年|上个月|第[一二三四]季度)|(?:in |on |by |since |before |after )?(?:[0-9]{1,2} )?(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: [0-9]{1,2}\b)?(?:,? (?:19|20)[0-9]{2})?|(?:in |by |since |before |after )?(?:19|20)[0-9]{2}|last year|this year|next year)(?:的时候)?(的(?:报道|文章|新闻|消息|资料|记录))?$`)
	timeIn      = regexp.MustCompile(`(?:19|20)[0-9]{2}年(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号])?)?(?:底|初)?|去年|今年|明年|前年|上半年|下半年`)
	timeInEN    = regexp.MustCompile(`\b(?:(?:in|on|by|since|before|after) )?(?:[0-9]{1,2} )?(?:january|february|march|april|may|june|july|august|september|october|november|december)\b(?: [0-9]{1,2}\b)?(?:,? (?:19|20)[0-9]{2})?|\b(?:(?:in|by|since|before|after) )?(?:19|20)[0-9]{2}\b|\b(?:last|this|next) year\b`)
	preposition = regexp.MustCompile(`^(?:for|with|to|from|under|at|without|outside|inside) `)
	whyAlone    = regexp.MustCompile(`^(?:这是|那是|这又是|又是)?(?:为什么|为何|为啥|怎么会这样|怎么会|什么原因|原因呢|why|why so|why is that|how come)(?:呢|会这样|这样|这样呢|要这样|这么做|这样做)?[\s?？!！。]*$`)
)

// compared is 「和文心一言比呢？」.
func (r Resolver) compared(q *sentence, c *context) readings {
	if len(c.topics) > 0 && strings.HasPrefix(q.text, "比") && q.asks() && !strings.HasPrefix(q.text, "比起") {
		return readings{[]string{c.topics[0] + q.text}, true}
	}
	m := locate(comparing, q.text)
	if len(m) == 0 || len(c.topics) == 0 {
		return readings{}
	}
	other := strings.TrimSpace(group(q.text, m[0], 1) + group(q.text, m[0], 2))
	if overlaps(c.topics[:1], other) {
		return readings{}
	}
	and := "和"
	if q.latin {
		and = " and "
	}
	var texts []string
	if at, ok := r.place(c.question, c.topics[0]); ok {
		texts = append(texts, at.put(c.topics[0]+and+other))
	}
	if q.latin {
		return readings{append(texts, "How does "+c.topics[0]+" compare with "+other+"?"), true}
	}
	return readings{append(texts, c.topics[0]+"和"+other+"相比如何？"), true}
}

func group(text string, m []int, n int) string {
	if 2*n+1 >= len(m) || m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// bare is the fragment of a question like 「那腾讯呢？」, "What about Tencent?", empty if
// it is a question of its own.
func (q *sentence) bare() string {
	text := q.text
	cut := false
	for _, p := range []*regexp.Regexp{endingNe, aboutEN, changed} {
		for _, m := range locate(p, text) {
			text, cut = strings.TrimSpace(text[:m[0]]+text[m[1]:]), true
			break
		}
	}
	text = strings.Trim(text, " \u3000?？!！。.，,:：")
	text = strings.TrimSuffix(strings.TrimSuffix(text, "的话"), "的")
	if text == "" || utf8.RuneCountInString(text) > 40 || !cut && !q.lead.back && !q.lead.correction {
		return ""
	}
	if hasHan(text) {
		for i, t := range q.tokens {
			if t.start < strings.Index(q.text, text) || t.end > strings.Index(q.text, text)+len(text) {
				continue
			}
			if asking[t.folded] || breaking[t.folded] && i > 0 && !loose[t.folded] && !(t.folded == "和" || t.folded == "与") && utf8.RuneCountInString(text) > 8 {
				return ""
			}
		}
		return text
	}
	if len(locate(verbEN, text)) > 0 {
		return ""
	}
	return text
}

// fragment puts what stands alone into the place of what the former question was about.
func (r Resolver) fragment(q *sentence, c *context) readings {
	x := q.bare()
	if x == "" || len(locate(pronouns, x))+len(locate(pronounsEN, x)) > 0 {
		return readings{}
	}
	if found := r.condition(q, x, c); len(found.texts) > 0 {
		return found
	}
	f := r.parse(x)
	name := len(f.phrases) > 0 && f.phrases[0].name
	aspect := !name && len(f.tokens) > 0 && (aspects[f.tokens[len(f.tokens)-1].folded] || attribute.MatchString(x))
	swapped := r.swapped(x, c)
	var owned []string
	if len(c.topics) > 0 && !overlaps(c.topics[:1], x) {
		owned = append(owned, belongs(c.topics[0], x, q.latin))
	}
	switch {
	case len(swapped)+len(owned) == 0:
		return readings{sure: true}
	case aspect:
		return readings{append(owned, swapped...), true}
	case name || len(swapped) > 0 && !q.lead.correction:
		return readings{swapped, true}.or(owned)
	}
	return readings{append(swapped, owned...), true}
}

// attribute ends what is asked of a thing rather than a thing: 收购价, 装机量, 升学率.
var attribute = regexp.MustCompile(`\p{Han}[价價量额額率费費期数數值积積]$`)

// condition is a fragment that changes not what the former question was about, but when
// or for what: 「那2022年呢？」, "And for pictures?", 「付费的呢？」.
func (r Resolver) condition(q *sentence, x string, c *context) readings {
	if m := locate(preposition, x); len(m) > 0 && q.latin && !hasHan(c.question) { // "And for pictures?"
		said := strings.TrimRight(c.question, " ?.")
		if at := strings.LastIndex(said, " "+x[:m[0][1]]); at > 0 {
			said = said[:at]
		}
		return readings{[]string{said + " " + x + "?"}, true}
	}
	if strings.HasSuffix(strings.TrimRight(q.text, "?？ 呢"), "的") && len(c.topics) > 0 && !r.parse(x).named() && !q.lead.correction {
		return readings{[]string{c.topics[0] + x + "的呢？"}, true} // 付费的呢？
	}
	if len(locate(timeOnly, x)) > 0 {
		if group(x, locate(timeOnly, x)[0], 1) != "" {
			return readings{[]string{x + "里" + c.question}, true}
		}
		return readings{[]string{atTime(c.question, x)}, true}
	}
	return readings{}
}

// swapped is the former question with x in the place of what it was about.
func (r Resolver) swapped(x string, c *context) []string {
	if text, ok := r.parallel(c.question, x); ok {
		return []string{text}
	}
	for _, t := range c.topics[:min(2, len(c.topics))] {
		if at, ok := r.place(c.question, t); ok && !strings.Contains(c.question, x) {
			return []string{at.put(x)}
		}
	}
	return nil
}

func (r readings) or(others []string) readings {
	if len(r.texts) == 0 {
		r.texts = others
	}
	return r
}

// belongs asks for something of a topic.
func belongs(topic, x string, latin bool) string {
	if latin {
		return "What about " + x + " of " + topic + "?"
	}
	return topic + "的" + x + "呢？"
}

// atTime asks the question of another time.
func atTime(question, when string) string {
	p := timeIn
	if !hasHan(question) {
		p = timeInEN
	}
	if m := locate(p, question); len(m) > 0 {
		return question[:m[0][0]] + when + question[m[0][1]:]
	}
	if hasHan(question) {
		if digits.MatchString(when) {
			when += "年"
		}
		return when + question
	}
	if digits.MatchString(when) {
		when = "in " + when
	}
	return strings.TrimRight(question, " ?？.") + " " + when + "?"
}

// slot is the place of a topic in a question.
type slot struct{ before, after string }

func (s slot) put(x string) string { return s.before + x + s.after }

// place finds the topic in a question. Of 商汤的商量 the whole is replaced, but the 的
// stays: 腾讯的大模型.
func (r Resolver) place(question, topic string) (slot, bool) {
	before, after, found := strings.Cut(question, topic)
	if !found || topic == "" {
		return slot{}, false
	}
	q := r.parse(topic)
	for i, t := range q.tokens {
		if t.folded == "的" && i > 0 && i+1 < len(q.tokens) {
			if end := r.namedFrom(q, i+1, len(q.tokens)); end > i+1 {
				return slot{before, "的" + topic[q.tokens[end-1].end:] + after}, true
			}
		}
	}
	return slot{before, after}, true
}

// parallel puts x into the place of something that ends like it: 西部集群 for 东部集群.
func (r Resolver) parallel(question, x string) (string, bool) {
	fx := []rune(folded(x))
	for _, t := range r.parse(question).tokens { // 西部 for 东部
		ft := []rune(t.folded)
		if n := len(fx); n >= 2 && n <= 3 && len(ft) == n && ft[n-1] == fx[n-1] && t.folded != string(fx) && !aspects[t.folded] && !breaks(t) {
			return question[:t.start] + x + question[t.end:], true
		}
	}
	for _, n := range []int{3, 2} {
		if len(fx) <= n {
			continue
		}
		tail := string(fx[len(fx)-n:])
		q := r.parse(question)
		for _, p := range q.phrases {
			text := q.text[p.start:p.end]
			at := strings.Index(folded(text), tail)
			if at <= 0 || folded(text) == folded(x) || len(folded(text)) != len(text) {
				continue
			}
			return q.text[:p.start] + x + q.text[p.start+at+len(tail):], true
		}
	}
	return "", false
}

// asksAlone are questions that leave out what was asked about and what it did.
var (
	asksAlone = regexp.MustCompile(`^(?:具体)?(?:(?:是|又是|在)?(?:哪一?年|哪一?天|哪一?月|几月几[日号]|什么时候|何时|哪里|哪儿|什么地方|何处|谁|哪家|哪位)(?:的|呢)?|when|where|since when|in which year|which year|by whom)[\s?？。]*$`)
	asksFor   = regexp.MustCompile(`(?:是|由|在|于|从)?(?:哪一?[年天月家位里儿个](?:公司|机构|城市|企业)?|什么时候|何时|什么地方|何处|谁|多少[个家年天项名位]?\p{Han}{0,2}|几[个家年天项名位]|什么)(?:开始)?`)
)

// alone gives a question like 「是哪一年？」 subject and predicate of the former one.
func (r Resolver) alone(q *sentence, c *context) readings {
	if len(locate(asksAlone, q.text)) == 0 || len(c.topics) == 0 || q.latin {
		return readings{}
	}
	said, _ := opening(c.question)
	said = strings.TrimRight(said, "?？!！。 ")
	asked := strings.TrimRight(q.text, "?？。 呢")
	if m := locate(asksFor, said); len(m) == 1 && m[0][0] > 0 && strings.Contains(said[:m[0][0]], c.topics[0]) && !hasAny(said[m[0][1]:], "，,") && utf8.RuneCountInString(said[m[0][1]:]) <= 10 {
		rest := strings.TrimSuffix(said[m[0][1]:], "的")
		if rest == "" && !strings.HasPrefix(asked, "是") && !strings.HasPrefix(asked, "在") {
			return readings{[]string{c.topics[0] + asked + "？"}, true}
		}
		return readings{[]string{said[:m[0][0]] + strings.TrimSuffix(asked, "的") + rest + "？"}, true}
	}
	return readings{}
}

func hasAny(s, chars string) bool { return strings.ContainsAny(s, chars) }

// denial begins an answer that says no.
var denial = regexp.MustCompile(`^(?:否|不|没|未|并非|并没|尚未)`)

// corrected is 「不是集群，是枢纽」.
func (r Resolver) corrected(q *sentence, c *context) readings {
	for _, m := range notThis.FindAllStringSubmatch(fold.String(q.whole), 1) {
		if strings.Contains(c.question, m[1]) {
			return readings{[]string{strings.Replace(c.question, m[1], m[2], 1)}, true}
		}
	}
	return readings{}
}

var notThis = regexp.MustCompile(`^(?:我问的)?不是(.{1,15}?)[，,、]\s*(?:而)?是(.{1,15}?)[。!！?？\s]*$`)

// why is 「为什么？」 alone: it asks why what was asked is so.
func (r Resolver) why(q *sentence, c *context) readings {
	if len(locate(whyAlone, q.text)) == 0 {
		return readings{}
	}
	if !hasHan(c.question) {
		if len(c.topics) == 0 {
			return readings{sure: true}
		}
		return readings{[]string{"Why is that so for " + c.topics[0] + "?"}, true}
	}
	text := strings.TrimRight(c.question, "?？!！。 ")
	if yes := strings.TrimRight(text, "吗嗎"); yes != text && len(locate(denial, c.answer)) > 0 && len(c.topics) > 0 && strings.HasPrefix(yes, c.topics[0]) {
		text = c.topics[0] + "没有" + strings.TrimSuffix(yes[len(c.topics[0]):], "了")
	}
	for _, p := range [][2]string{{"为什么", ""}, {"為什麼", ""}, {"多少", "这么多"}, {"几个", "这几个"}, {"幾個", "這幾個"}, {"几家", "这几家"}, {"哪几", "这几"}, {"哪些", "这些"}, {"什么时候", "在那时"}, {"什麼時候", "在那時"}, {"吗", ""}, {"嗎", ""}, {"是谁", "是他"}} {
		text = strings.ReplaceAll(text, p[0], p[1])
	}
	texts := []string{"为什么" + text + "？"}
	if hasHan(q.text) && q.text != strings.ReplaceAll(q.text, "為", "") {
		texts[0] = "為什麼" + text + "？"
	}
	return readings{texts, true}
}
