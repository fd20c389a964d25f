package cite

import "strings"

// unit is what a number counts, in canonical form.
type unit string

// Units that several notations share or that have rules of their own.
const (
	none     unit = ""  // no unit known: a count
	piece    unit = "个" // the measure word that stands before any noun
	thing    unit = "项" // any other measure word for things: 家, 款, 种, ...
	person   unit = "人" // 人, 名, 位, 用户, users
	percent  unit = "%"
	points   unit = "百分点"
	ordinal  unit = "第"
	quarter  unit = "季度"
	days     unit = "天"
	rate     unit = "次"
	visitors unit = "人次"
	tokens   unit = "token"
	params   unit = "参数"
)

// notations are the ways to write a unit, folded; the longest that fits counts.
// Words are followed by a boundary, Chinese units by anything.
var notations = func() map[string]unit {
	table := map[unit]string{
		percent: "% percent", points: "个百分点 百分点 pp", "‰": "‰",
		"元": "元 块钱 元人民币 人民币 yuan rmb cny", "美元": "美元 美金 dollar dollars usd", "欧元": "欧元 euro euros eur",
		"日元": "日元 yen jpy", "英镑": "英镑 pounds gbp", "港元": "港元 港币 hkd", "韩元": "韩元",
		person: "人 名 位 用户 网友 个用户 个人用户 名用户 位用户 people persons users user", visitors: "人次",
		piece: "个",
		thing: "家 项 款 种 类 件 条 套 支 所 门 只 部 座 份 例 起 间 张 台 块 颗 枚 辆 篇 架 艘 枝 户 座 股 孔 步 出 面 球 companies company models model",
		"年":   "年 years year", "月": "个月 months month", days: "天 日 days day", "周": "周 个星期 星期 weeks week",
		"小时": "小时 个小时 钟头 个钟头 hours hour h hrs", "分钟": "分钟 minutes minute min mins", "秒": "秒 秒钟 seconds second s sec", "毫秒": "毫秒 ms milliseconds",
		"倍": "倍 fold x", rate: "次", quarter: "季度 个季度 quarters", "岁": "岁",
		tokens: "token tokens 词元 个token 个tokens", params: "参数 个参数 parameters parameter", "字": "字 个字 汉字 字符 characters", "词": "词 words",
		"公里": "公里 千米 km kilometres kilometers", "米": "米 meters metres m", "厘米": "厘米 cm", "毫米": "毫米 mm", "纳米": "纳米 nm",
		"公斤": "公斤 千克 kg", "吨": "吨 tons tonnes", "克": "克 g", "毫克": "毫克 mg", "斤": "斤 市斤", "升": "升", "毫升": "毫升 ml",
		"平方米": "平方米", "亩": "亩", "公顷": "公顷 hectares", "平方公里": "平方公里 平方千米", "毫安时": "毫安时 mah", "基点": "个基点 基点 bp", "千瓦": "千瓦 kw",
		"GB": "gb", "TB": "tb", "MB": "mb", "PB": "pb", "GHz": "ghz", "瓦": "瓦 w", "千瓦时": "千瓦时 kwh 度电", "度": "度 摄氏度 ℃", "FLOPS": "flops",
		"分": "分", "层": "层 layers", "页": "页 pages", "卡": "卡 张卡 gpus",
	}
	m := map[string]unit{}
	for u, words := range table {
		for _, w := range strings.Fields(words) {
			m[w] = u
		}
	}
	return m
}()

const longestNotation = 12

// readUnit reads the unit behind a number, past 多, 余, 来 and a blank.
func readUnit(s []rune) (u unit, size int) {
	skip := 0
	if r := at(s, 0); r == '多' || r == '余' || r == '来' || r == '+' {
		skip++
	}
	if r := at(s, skip); r == ' ' || r == '-' {
		skip++
	}
	if hasRunes(s[min(skip, len(s)):], "percentage point") {
		return points, skip + 16
	}
	for n := min(longestNotation, len(s)-skip); n > 0; n-- {
		word := string(s[skip : skip+n])
		u, ok := notations[word]
		if !ok || latin(s[skip+n-1]) && (latin(at(s, skip+n)) || digit(at(s, skip+n))) {
			continue
		}
		return u, skip + n
	}
	return none, 0
}

// prefixUnits are written before the number.
var prefixUnits = map[rune]unit{'$': "美元", '¥': "元", '€': "欧元", '£': "英镑", '￥': "元"}

// agree tells whether numbers of these units can be the same fact. Measure words
// for things are one (130个, 130款, 130 家); 个 goes with things and with people;
// a number without a unit goes with everything that is counted, but not with what
// is measured (money, percent, time).
func agree(a, b unit) bool {
	if a == b {
		return true
	}
	counted := func(u unit) bool {
		switch u {
		case none, piece, thing, person, visitors, rate, tokens, params, "字", "词", "层", "页", "卡", "分":
			return true
		}
		return false
	}
	switch {
	case a == none:
		return counted(b)
	case b == none:
		return counted(a)
	case a == piece:
		return b == thing || b == person || b == params || b == tokens || b == "字"
	case b == piece:
		return agree(b, a)
	}
	return false
}

// latin tells folded letters of ASCII.
func latin(r rune) bool { return 'a' <= r && r <= 'z' }
