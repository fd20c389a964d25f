package extractive

import (
	"regexp"

	"yinju/corpus/fold"
)

// kind is what a question asks for, as far as its form tells.
type kind struct {
	evidence *regexp.Regexp // what an answer has; nil: nothing in particular
	exact    *regexp.Regexp // what it has when the question names the unit: 多少家; may be nil
}

// unit is the measure word behind a question for a number.
var unit = regexp.MustCompile(`(?:多少|几|哪)一?(万|亿)?([个家名位次种款项座条人年月日天岁倍度元米台章本部张艘架场集层公千克吨斤亩平立小分秒届级类件篇只头匹间所支队首句字页股岛国省市县区镇村校系])`)

// exactly is a number with that unit.
func exactly(question string) *regexp.Regexp {
	found := unit.FindStringSubmatch(question)
	if found == nil {
		return nil
	}
	return regexp.MustCompile(`[0-9〇零一二两三四五六七八九十百千万亿半][0-9,. *〇零一二两三四五六七八九十百千万亿多余来几]*` + found[2])
}

// kinds go by the question's form; the first that fits is taken. All is folded.
var kinds = []struct{ question, evidence *regexp.Regexp }{
	{
		regexp.MustCompile(`哪一?年|哪一?天|哪一?月|什么时候|何时|几月|几号|几日|哪个年份|时间是|日期|几点|\bwhen\b|\bwhat year\b|\bwhich year\b`),
		regexp.MustCompile(`\d{4}|\d+ *[年月日号点时]|[〇零一二三四五六七八九十]+[年月日号]|年代|世纪|昨|今|去年|\b(january|february|march|april|may|june|july|august|september|october|november|december)\b`),
	},
	{
		regexp.MustCompile(`多少|几[个家名位次种款项座条人年天岁倍]|多[大高长远久重快]|第几|排名|比例|百分|\bhow (many|much|long|old|far|tall|large|big)\b|percent`),
		regexp.MustCompile(`\d|[一二两三四五六七八九十百千万亿]+[个家名位次种款项座条人年天岁倍度元米台]|百分之|\b(one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|billion)\b`),
	},
	{
		regexp.MustCompile(`谁|哪位|何人|什么人|\bwho\b|\bwhose\b|\bwhom\b`),
		regexp.MustCompile(`表示|认为|指出|说|称|介绍|[^ ]·[^ ]|先生|女士|教授|院长|主席|总统|将军|\b[a-z]+ed by\b`),
	},
	{
		regexp.MustCompile(`为什么|为何|原因|因何|\bwhy\b`),
		regexp.MustCompile(`因为|由于|因此|所以|原因|为了|以便|导致|使得|从而|\b(because|since|due to|therefore|so that|reason)\b`),
	},
	{
		regexp.MustCompile(`哪里|哪儿|何处|何地|什么地方|哪个(国家|城市|省|地区|地方)|位于|\bwhere\b`),
		regexp.MustCompile(`位于|地处|在.{1,12}(省|市|县|区|州|国|镇|村|路|山|岛|湾)|(省|市|县|州|国)|\b(in|at|near) `),
	},
}

func kindOf(question string) kind {
	folded := fold.String(question)
	for _, k := range kinds {
		if k.question.MatchString(folded) {
			return kind{k.evidence, exactly(folded)}
		}
	}
	return kind{}
}

// in says how well a text fits the kind of answer asked for, from 0 to 1. Any text
// fits a question that asks for nothing in particular.
func (k kind) in(text string) float64 {
	folded := fold.String(text)
	switch {
	case k.evidence == nil:
		return 1
	case k.exact != nil && k.exact.MatchString(folded):
		return 1
	case !k.evidence.MatchString(folded):
		return 0
	case k.exact != nil:
		return 0.4
	default:
		return 1
	}
}
