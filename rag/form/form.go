// Package form reads what a question asks for: a date, a number with a unit, a person, a
// place, a reason, a definition, and what a sentence has that answers it.
package form

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Form is a question as far as its form tells what is asked for. All is folded. It is
// immutable.
type Form struct {
	Question string
	Kind     *regexp.Regexp // what an answer has; nil: nothing in particular
	Hard     bool           // there is no answer without: a date, a number
	Unit     *regexp.Regexp // a number with the unit that the question names (多少家); may be nil
	Subject  string         // of a question for a definition: 什么是大模型
	List     bool           // asks for several things

	from, to int // bytes of the question word
}

// asking finds the question word.
var asking = regexp.MustCompile(`什么|甚么|多少|为何|谁|哪|何|几|多[大高长远久重快深宽]|怎么|怎样|如何|\b(?:what|which|who|whom|whose|when|where|why|how)\b`)

// listing are questions for several things.
var listing = regexp.MustCompile(`哪些|哪[几两二三四五六七八九十]|有什么|几[个种类大项点方].{0,6}(?:分别|各)|分别(?:是|有|为)|列出|列举|包括什么|\bwhat are\b|\blist\b|\bwhich (?:two|three|four|five|six)\b|\bwhat (?:two|three|four|five|six)\b`)

const numeral = `〇零一二两三四五六七八九十百千万亿`

// counted is the measure word behind a question for a number.
var counted = regexp.MustCompile(`(?:多少|几)[万亿]?(\p{Han})`)

// kinds go by the question's form; the first that fits is taken.
var kinds = []struct{ question, evidence *regexp.Regexp }{
	{ // when
		regexp.MustCompile(`[哪几何]一?个?[年天月日号]|什么时[候间]|何时|几点|年份|时间[是为]|日期|哪一?个?(?:时期|年代|世纪|朝代)|\bwhen\b|\bwh(?:at|ich) (?:year|month|day|date|century)\b`),
		regexp.MustCompile(`\b(?:1\d|20)\d\d\b|\d+ *[年月日号点时]|[` + numeral + `]+[年月日号]|年代|世纪|年间|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b`),
	},
	{ // how many
		regexp.MustCompile(`多少|几\p{Han}|多[大高长远久重快深宽]|第几|排名|比例|百分|\bhow (?:many|much|long|old|far|tall|large|big)\b|percent`),
		regexp.MustCompile(`\d|[` + numeral + `]+\p{Han}|百分之|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|billion)\b`),
	},
	{ // why
		regexp.MustCompile(`为什么|为何|原因|因何|由来|目的|\bwhy\b`),
		regexp.MustCompile(`因|由于|所以|故|为了|以便|导致|使|从而|目的|旨在|\b(?:because|since|due to|therefore|so that|reason|in order to|as a result)\b`),
	},
	{ // who
		regexp.MustCompile(`谁|哪一?位|何人|什么人|\bwho\b|\bwhose\b|\bwhom\b`),
		regexp.MustCompile(`表示|认为|指出|说|称|介绍|\p{Han}·\p{Han}|先生|女士|教授|院长|主席|总统|将军|\bby [a-z]+`),
	},
	{ // by what name
		regexp.MustCompile(`(?:别|俗|简|全)称|(?:全|原|本|又|别)名|名字|[称叫名][为之做作]*(?:什么|何|\?|$)|(?:什么|何)[名称]`),
		regexp.MustCompile(`[又别全原本俗]名|[又别俗简全亦旧古自被]称|也称|称[为作之]|名[为叫]|叫[做作]|昵称|绰号|外号`),
	},
	{ // where
		regexp.MustCompile(`哪里|哪儿|何[处地]|什么地方|哪一?些?个?(?:国家?|城市|省|地区|地方|州|县|区)|位于|分布|\bwhere\b`),
		regexp.MustCompile(`位于|地处|坐落|分布|产于|见于|在.{1,12}[省市县区州国镇村路山岛湾]|[省市县州国]|\b(?:in|at|near) `),
	},
	{ // how
		regexp.MustCompile(`如何|怎么|怎样|步骤|\bhow (?:do|does|did|can|to|is|are)\b`),
		regexp.MustCompile(`通过|利用|采用|使用|借助|首先|先.*再|然后|方法|步骤|\b(?:by|using|through|first)\b`),
	},
	{ // of what colour
		regexp.MustCompile(`颜色|什么色|colou?r`),
		regexp.MustCompile(`\p{Han}色|\b(?:red|blue|green|white|black|yellow|brown|gr[ea]y|orange|purple|pink)\b`),
	},
	{ // at what school
		regexp.MustCompile(`什么学校|哪一?[所间]|\bwhat (?:school|university|college)\b`),
		regexp.MustCompile(`大学|学院|中学|小学|高校|书院|\b(?:school|university|college|institute)\b`),
	},
	{ // in what office
		regexp.MustCompile(`职务|职位|官职|什么职`),
		regexp.MustCompile(`任|职|长`),
	},
}

// definitions are questions for what something is; the group is the thing.
var definitions = []*regexp.Regexp{
	regexp.MustCompile(`^(?:请问|解释一下|解释)?什么是(.+?)\??$`),
	regexp.MustCompile(`^(?:请问)?(.+?)的(?:定义|概念|意思|含义)`),
	regexp.MustCompile(`^(?:请问)?(.+?)(?:是|指的是|指|为)(?:什么|谁|何)(?:意思|人|人物|东西)?\??$`),
	regexp.MustCompile(`^(?:what|who) (?:is|are|was|were) (?:an? |the )?(.+?)\??$`),
}

// copulas are how a definition goes on behind its subject.
var copulas = []string{"是", "指", "为", "即", " is ", " are ", " was ", " were ", "refers to", "means"}

const (
	subjectWithin = 36  // bytes before the subject of a definition at most
	copulaWithin  = 150 // bytes between it and the copula: names and dates in brackets
)

// Of reads a folded question.
func Of(question string) Form {
	question = strings.TrimSpace(question)
	f := Form{Question: question, from: len(question), to: len(question), List: listing.MatchString(question)}
	if at := asking.FindStringIndex(question); at != nil {
		f.from, f.to = at[0], at[1]
	}
	for _, d := range definitions {
		if m := d.FindStringSubmatch(question); m != nil {
			f.Subject = strings.Trim(m[1], " \"“”《》「」")
			break
		}
	}
	for i, k := range kinds {
		if k.question.MatchString(question) {
			f.Kind, f.Hard = k.evidence, i < 2
			break
		}
	}
	if m := counted.FindStringSubmatch(question); m != nil {
		f.Unit = regexp.MustCompile(`[0-9半` + numeral + `][0-9,. *多余来几` + numeral + `]*\p{Han}?` + m[1])
	}
	return f
}

// Fits tells whether a folded sentence has something of the kind asked for.
func (f Form) Fits(sentence string) bool { return f.Kind == nil || f.Kind.MatchString(sentence) }

// Lacks tells whether a folded sentence cannot hold the answer: a date or a number is
// asked for, and it has none but those of the question.
func (f Form) Lacks(sentence string) bool {
	if !f.Hard {
		return false
	}
	for _, n := range number.FindAllString(f.Question, -1) {
		sentence = strings.ReplaceAll(sentence, n, " ")
	}
	return !f.Fits(sentence)
}

var number = regexp.MustCompile(`\d[\d.,]*`)

// Defines says whether a sentence opens by saying what the subject is.
func (f Form) Defines(sentence string) bool {
	at := strings.Index(sentence, f.Subject)
	if at < 0 || at > subjectWithin {
		return false
	}
	rest := sentence[at+len(f.Subject):]
	rest = rest[:min(copulaWithin, len(rest))]
	for _, c := range copulas {
		if strings.Contains(rest, c) {
			return true
		}
	}
	return false
}

// Distance is how many characters of the question part a term from the question word.
func (f Form) Distance(term string) int {
	least := utf8.RuneCountInString(f.Question)
	for at, q := 0, f.Question; ; {
		i := strings.Index(q[at:], term)
		if i < 0 {
			return least
		}
		start, end := at+i, at+i+len(term)
		switch {
		case start >= f.to:
			return min(least, utf8.RuneCountInString(q[f.to:start]))
		case end <= f.from:
			least = min(least, utf8.RuneCountInString(q[end:f.from]))
		default:
			return 0
		}
		at = end
	}
}
