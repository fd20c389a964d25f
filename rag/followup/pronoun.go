package followup

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// pronouns finds what points back, folded. Group 1: plural; 2: persons; 3: things; 4:
// possessive 其; 5: determiner before a noun or alone.
var pronouns = regexp.MustCompile(`(它们|他们|她们|两者|二者|这两(?:个|家|款|者|种)|这几(?:个|家|款|种)|这些|那些)|(他本人|此人|这位|那位|[他她]|这个人)|(它自己|它|前面那个|上面那个)|(其)|(上述|该|本|这一?(?:个|家|款|项|部|份|种|套|件|次|场|座|篇|类|条)|那一?(?:个|家|款|项|部|份|种|套|件|次|场|座|篇|类|条)|此|这)`)

// pronounsEN are those of English. Group 1: possessive; 2: personal; 3: with a noun or alone.
var pronounsEN = regexp.MustCompile(`\b(its|their|his|her)\b|\b(it|they|them|he|she|him)\b|\b(this|that|these|those)\b(?: (?:company|firm|model|models|product|system|rule|rules|law|measures|one|service|tool|person|number|figure|plan|chip|office|page|document))?`)

// beforeNot and afterNot are what makes the same character part of another word.
var (
	beforeNot = map[string]string{"其": "尤极与", "该": "应活不", "此": "因如彼由从为在据", "这": "", "本": "日根基版成书样标资原剧文课账脚", "它": "", "他": "其吉"}
	afterNot  = map[string]string{"其": "他它实余次乐", "该": "怎如不多", "此": "外前后时次刻处类", "这": "样么里边儿时就些几两是", "本": "身来地质科次周月土", "他": "人国乡"}
)

// mention is a place in a question that points back.
type mention struct {
	start, end                     int
	plural, person, possess, alone bool
	noun                           string // what the thing is called: 公司
}

// mentions lists what points back in a question.
func (q *sentence) mentions() []mention {
	var list []mention
	if hasHan(q.text) {
		for _, m := range locate(pronouns, q.text) {
			if n, ok := q.mention(m); ok && !q.within(n) {
				list = append(list, n)
			}
		}
	}
	for _, m := range locate(pronounsEN, q.text) {
		n := mention{start: m[0], end: m[1], possess: m[2] >= 0, alone: true}
		word := strings.ToLower(q.text[m[0]:m[1]])
		n.plural = strings.HasPrefix(word, "the") || strings.HasSuffix(word, "ese") || strings.HasSuffix(word, "ose")
		n.person = strings.HasPrefix(word, "he") || strings.HasPrefix(word, "him") || strings.HasPrefix(word, "his") || strings.HasPrefix(word, "she")
		_, n.noun, _ = strings.Cut(word, " ")
		if m[6] >= 0 && n.noun == "" && !endsAfter(q.text, m[1]) {
			continue // that which follows, or a noun of which we know nothing
		}
		if !q.within(n) {
			list = append(list, n)
		}
	}
	return list
}

// within tells whether a mention points to something in its own question: 检索增强生成这个
// 名称, Ernie Bot on its first day.
func (q *sentence) within(m mention) bool {
	return slices.ContainsFunc(q.phrases, func(p phrase) bool {
		apposed := p.end == m.start && !m.person && !m.possess && (p.name || p.start == leadStart(q)) && q.text[m.start] >= utf8.RuneSelf && !strings.HasPrefix(q.text[m.start:], "它")
		return apposed || p.name && p.end <= m.start && m.possess && m.noun == "" && !q.determined(m)
	})
}

// determined tells whether a mention is 这个 or the like, before a noun.
func (q *sentence) determined(m mention) bool {
	return strings.ContainsAny(q.text[m.start:m.end], "这這那该該此本")
}

// endsAfter tells whether nothing but a verb or an end follows.
func endsAfter(text string, at int) bool {
	rest := strings.ToLower(strings.TrimLeft(text[at:], " "))
	return rest == "" || strings.ContainsAny(rest[:1], "?.!,") || strings.HasPrefix(rest, "happen") || strings.HasPrefix(rest, "mean") || strings.HasPrefix(rest, "start") ||
		strings.HasPrefix(rest, "is ") || strings.HasPrefix(rest, "was ") || strings.HasPrefix(rest, "work") || strings.HasPrefix(rest, "take") || strings.HasPrefix(rest, "apply")
}

func (q *sentence) mention(m []int) (mention, bool) {
	n := mention{start: m[0], end: m[1], plural: m[2] >= 0, person: m[4] >= 0, possess: m[8] >= 0}
	word := fold.String(q.text[m[0]:m[1]])
	first, _ := utf8.DecodeRuneInString(word)
	before, _ := utf8.DecodeLastRuneInString(fold.String(q.text[:m[0]]))
	after, _ := utf8.DecodeRuneInString(fold.String(q.text[m[1]:]))
	if utf8.RuneCountInString(word) == 1 {
		if strings.ContainsRune(beforeNot[string(first)], before) && m[0] > 0 || strings.ContainsRune(afterNot[string(first)], after) && m[1] < len(q.text) {
			return n, false
		}
	}
	if m[10] >= 0 || n.plural && strings.HasSuffix(word, "些") || n.person && strings.HasSuffix(word, "位") || strings.HasPrefix(word, "这几") || strings.HasPrefix(word, "这两") {
		var end int
		n.noun, end = q.nounAt(m[1])
		switch short := word == "该" || word == "本" || word == "此"; {
		case n.noun != "":
			n.end = end
		case short:
			return n, false
		case m[10] >= 0 || n.plural:
			n.alone = !q.nounFollows(m[1])
			n.possess = !n.alone
		}
	}
	return n, true
}

// nounAt returns the noun of a kind of thing that begins at a byte, and its end.
func (q *sentence) nounAt(at int) (string, int) {
	runes := []rune(q.text[at:])
	for n := min(5, len(runes)); n > 0; n-- {
		s := string(runes[:n])
		if f := fold.String(s); kinds[f] && !(n == 1 && f == "会" && n < len(runes) && strings.ContainsRune("怎如有是不", runes[n])) {
			return f, at + len(s)
		}
	}
	return "", at
}

// nounFollows tells whether what is pointed at is named behind: 这些行业.
func (q *sentence) nounFollows(at int) bool {
	for _, t := range q.tokens {
		if t.end > at {
			return !punctuation(t) && !breaks(t) && t.folded != "的"
		}
	}
	return false
}

// pronoun puts what pronouns stand for in their place.
func (r Resolver) pronoun(q *sentence, c *context) readings {
	list := q.mentions()
	if len(list) == 0 {
		return readings{}
	}
	if q.ownName(list[0]) {
		return readings{[]string{q.text}, true}
	}
	var texts []string
	second := ""
	if len(list) == 2 && list[0].possess && !list[1].possess && c.last >= 2 && !strings.Contains(c.topics[0], c.topics[1]) {
		second = c.topics[1] // its products use it
	}
	for _, x := range r.antecedents(list[0], c) {
		if own := q.other(c); own != "" && list[0].plural && list[0].noun == "" && !strings.Contains(x, own) {
			x += "和" + own
		}
		if text := q.replace(list, x, second); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return readings{texts, true}
}

// ownName tells whether a mention stands for a name before it: 昇腾310，它是做什么的？
func (q *sentence) ownName(m mention) bool {
	return !m.person && !m.plural && slices.ContainsFunc(q.phrases, func(p phrase) bool {
		return p.name && p.end <= m.start && strings.ContainsAny(q.text[p.end:m.start], "，,：:。；;")
	})
}

// other is what the question itself names beside the topics: 垂直大模型呢，两者哪个便宜？
func (q *sentence) other(c *context) string {
	for _, p := range q.phrases {
		if x := q.text[p.start:p.owner]; !p.aspect && !overlaps(c.topics, x) && strings.HasPrefix(q.text[p.end:], "呢") {
			return x
		}
	}
	return ""
}

// replace puts x for all that points back, or second for the second if there is one.
func (q *sentence) replace(list []mention, x, second string) string {
	var sb strings.Builder
	at := 0
	for i, m := range list {
		if i > 0 && m.person != list[0].person {
			continue
		}
		sb.WriteString(q.text[at:m.start])
		if i == 1 && second != "" {
			x = second
		}
		sb.WriteString(x)
		rest := q.text[m.end:]
		switch {
		case m.possess && isEnglishAt(q.text, m.start):
			sb.WriteString("'s")
		case (m.possess || m.plural && !m.alone && m.noun == "" && q.nounFollows(m.end)) && !strings.HasPrefix(rest, "的") && !strings.HasPrefix(rest, "中"):
			sb.WriteString("的")
		}
		at = m.end
	}
	return sb.String() + q.text[at:]
}

func isEnglishAt(text string, at int) bool { return at < len(text) && text[at] < utf8.RuneSelf }

// antecedents are what a mention may stand for, the likeliest first.
func (r Resolver) antecedents(m mention, c *context) []string {
	var list []string
	add := func(xs ...string) {
		for _, x := range xs {
			if x != "" && !slices.Contains(list, x) && len(list) < 4 {
				list = append(list, x)
			}
		}
	}
	asked := fold.String(c.question)
	if m.person {
		if person := r.person(c); person != "" {
			return []string{person}
		}
	}
	switch {
	case m.noun != "" && !m.plural:
		add(r.called(m.noun, c)...)
		if !strings.Contains(asked, m.noun) {
			add(c.topics...)
		}
	case m.plural && len(c.topics) > 1 && m.noun == "":
		add(c.both()...)
	}
	if asksName.MatchString(asked) && !(asksWhich.MatchString(asked) && r.startsNamed(c.topics)) {
		add(r.newNames(c)...)
	}
	add(c.topics...)
	if len(list) < 2 && !r.startsNamed(list) {
		add(r.newNames(c)...)
	}
	return list
}

// both are the first two topics together, and the first alone, the likelier first.
func (c *context) both() []string {
	and := "和"
	if !hasHan(c.question) {
		and = " and "
	}
	one, two := c.topics[0], c.topics[0]+and+c.topics[1]
	if c.last > 1 {
		return []string{two, one}
	}
	return []string{one, two}
}

// startsNamed tells whether the first of a list holds a name.
func (r Resolver) startsNamed(list []string) bool {
	return len(list) > 0 && r.parse(list[0]).named()
}

// person is whom 他 and 她 stand for.
func (r Resolver) person(c *context) string {
	who := asksWho.MatchString(fold.String(c.question))
	if i := slices.IndexFunc(c.topics[:c.last], isPerson); i >= 0 && !who {
		return c.topics[i]
	}
	if name := r.personIn(c.answer); name != "" {
		return name
	}
	if i := slices.IndexFunc(c.topics, isPerson); i >= 0 {
		return c.topics[i]
	}
	return ""
}

var (
	asksWho   = regexp.MustCompile(`谁|哪位|什么人|哪个人|\bwho(?:se|m)?\b`)
	asksWhich = regexp.MustCompile(`哪一?[家个](?:公司|企业|机构)|\bwhich (?:company|firm)`)
	asksName  = regexp.MustCompile(`叫什么|什么名字|哪一?[家款个项种](?:公司|企业|机构|模型|产品|系统|平台|工具|框架)?|哪些|什么(?:公司|模型|产品|系统|东西|会)|有什么|推出了什么|开源了什么|发布了什么|\bwhich\b|what is .* called|what'?s the name|name of`)
)
