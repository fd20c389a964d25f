package hint

import (
	"slices"
	"strings"
	"time"
)

// chinese reads dates as Chinese writes them, out of folded runes.
type chinese struct {
	s     []rune
	today time.Time
}

func chineseDates(s []rune, today time.Time) []mark {
	c := chinese{s, today}
	var marks []mark
	for i := 0; i < len(s); {
		p, end := c.dates(i)
		if end == i {
			i++
			continue
		}
		text := string(s[i:end])
		marks = append(marks, mark{
			start: i, end: end, onlyFilter: text == "今天" || text == "今日" || text == "当天",
			hint: Hint{Kind: Published, Period: p},
		})
		i = end
	}
	return marks
}

// dates reads a date with what opens or joins it: 2021年至2023年, 2023年9月以来.
func (c chinese) dates(i int) (p Period, end int) {
	if p, end = c.twoYears(i); end > i {
		return p, end
	}
	p, end = c.date(i)
	if end == i {
		return p, i
	}
	if j := c.word(end, "到", "至", "~", "-", "–", "—"); j > end {
		if until, k := c.endOf(p, c.space(j)); k > j && !until.Before(p.Since) {
			return Period{p.Since, until}, k
		}
	}
	switch {
	case c.has(end, "以来", "至今", "以后", "之后"):
		return Period{Since: p.Since}, end + 2
	case c.has(end, "起", "后的", "后发"):
		return Period{Since: p.Since}, end + 1
	case c.has(end, "以前", "之前"):
		return Period{Until: p.Since.AddDate(0, 0, -1)}, end + 2
	case c.has(end, "前的", "前发"):
		return Period{Until: p.Since.AddDate(0, 0, -1)}, end + 1
	}
	return p, end
}

// endOf reads the second half of a range, which may leave out the year: 1月至6月.
func (c chinese) endOf(from Period, i int) (time.Time, int) {
	if m, d, end := c.monthDay(i); end > i {
		p, ok := month(from.Since.Year(), m), true
		if d > 0 {
			p, ok = calendarDay(from.Since.Year(), m, d)
		}
		if ok {
			return p.Until, end
		}
	}
	p, end := c.date(i)
	return p.Until, end
}

// twoYears reads 2021-2023年, 2021到2023年.
func (c chinese) twoYears(i int) (Period, int) {
	from, j := c.digits(i, 4)
	k := c.word(c.space(j), "到", "至", "~", "-", "–", "—")
	to, l := c.digits(c.space(k), 4)
	if j == i || k <= j || l == c.space(k) || !c.has(l, "年") || to < from || from < 1000 || c.digitBefore(i) {
		return Period{}, i
	}
	return span(from, 1, 12*(to-from)+12), l + 1
}

func (c chinese) date(i int) (Period, int) {
	if c.digitBefore(i) {
		return Period{}, i
	}
	for _, read := range []func(int) (Period, int, bool){c.numeric, c.inYear, c.yearless, c.relative, c.lastUnits} {
		if p, end, ok := read(i); ok {
			return p, end
		}
	}
	return Period{}, i
}

// numeric reads 2023-09-07, 2023/9/7 and 2023-09.
func (c chinese) numeric(i int) (p Period, end int, ok bool) {
	y, j := c.digits(i, 4)
	if j == i || y < 1000 || y > 2999 || !c.has(j, "-", "/") {
		return p, i, false
	}
	if i > 0 && (isLatin(c.s[i-1]) || strings.ContainsRune("-/.", c.s[i-1])) {
		return p, i, false // GPT-2023-09
	}
	sep := string(c.s[j])
	m, k := c.digits(j+1, 0)
	if k == j+1 || k > j+3 || m < 1 || m > 12 {
		return p, i, false
	}
	if !c.has(k, sep) {
		return month(y, m), k, sep == "-" && k == j+3 && !c.latinAt(k)
	}
	d, l := c.digits(k+1, 0)
	if l == k+1 || l > k+3 || c.latinAt(l) || c.has(l, sep) {
		return p, i, false
	}
	p, ok = calendarDay(y, m, d)
	return p, l, ok
}

// relativeYears are the names of years, as years from this one.
var relativeYears = []struct {
	name string
	ago  int
}{{"大前年", 3}, {"今年", 0}, {"本年度", 0}, {"本年", 0}, {"去年", 1}, {"上年", 1}, {"前年", 2}}

// inYear reads a year and the part of it that follows.
func (c chinese) inYear(i int) (p Period, end int, ok bool) {
	y, end := c.year(i)
	for _, r := range relativeYears {
		if end == i && c.has(i, r.name) && !c.has(i+len([]rune(r.name)), "同期") {
			y, end = c.today.Year()-r.ago, i+len([]rune(r.name))
		}
	}
	if end == i {
		return p, i, false
	}
	j := c.space(end)
	if p, k, ok := c.partOfYear(y, j); ok {
		return p, k, true
	}
	m, d, k := c.monthDay(j)
	if k == j {
		return year(y), end, true
	}
	if d > 0 {
		p, ok = calendarDay(y, m, d)
		return p, k, ok
	}
	p, k = c.partOfMonth(month(y, m), k)
	return p, k, true
}

// year reads 2023年, 二〇二三年, 2023年度, and 23年 before a month.
func (c chinese) year(i int) (y, end int) {
	y, j := c.digits(i, 4)
	if j == i {
		y, j = c.hanDigits(i, 4)
	}
	short := false
	if j == i {
		if y, j = c.digits(i, 2); j > i {
			y, short = y+2000, true
		}
	}
	k := c.space(j)
	if j == i || y < 1000 || y > 2999 || !c.has(k, "年") {
		return 0, i
	}
	k++
	if short {
		if _, _, l := c.monthDay(k); l == k {
			return 0, i
		}
		return y, k
	}
	if c.has(k, "级", "代") {
		return 0, i
	}
	if c.has(k, "度") {
		k++
	}
	return y, k
}

// partOfYear reads 上半年, 第三季度, 前7个月, 年初 and 年底 behind a year.
func (c chinese) partOfYear(y, i int) (p Period, end int, ok bool) {
	switch {
	case c.has(i, "上半年"):
		return half(y, 1), i + 3, true
	case c.has(i, "下半年"):
		return half(y, 2), i + 3, true
	case c.has(i, "初") && !c.has(i+1, "次", "步", "期", "中", "级", "创", "始", "衷"):
		return span(y, 1, 3), i + 1, true
	case c.has(i, "底", "末") && !c.has(i+1, "层", "部", "座", "端", "线"):
		return span(y, 10, 12), i + 1, true
	case c.has(i, "前"):
		if n, j := c.number(i + 1); j > i+1 && n <= 12 && c.has(j, "个月") {
			return span(y, 1, n), j + 2, true
		}
	}
	if q, j := c.quarter(i); j > i {
		return quarter(y, q), j, true
	}
	return p, i, false
}

func (c chinese) quarter(i int) (q, end int) {
	j := c.word(i, "第")
	if c.has(j, "首季度") {
		return 1, j + 3
	}
	q, k := c.number(j)
	if k == j || q > 4 || !c.has(k, "季度") {
		return 0, i
	}
	return q, k + 2
}

// monthDay reads 9月, 9月份, 9月7日 and 9月7号; d is 0 without a day.
func (c chinese) monthDay(i int) (m, d, end int) {
	m, j := c.number(i)
	j2 := c.space(j)
	if j == i || m > 12 || !c.has(j2, "月") {
		return 0, 0, i
	}
	j = j2 + 1
	k := c.space(j)
	if d, l := c.number(k); l > k && d <= 31 {
		if l = c.space(l); c.has(l, "日", "号") {
			return m, d, l + 1
		}
	}
	if c.has(j, "份") {
		return m, 0, j + 1
	}
	if c.has(j, "天") { // 五月天
		return 0, 0, i
	}
	return m, 0, j
}

// partOfMonth reads 初, 上旬, 中旬, 下旬, 底 and 末 behind a month.
func (c chinese) partOfMonth(p Period, i int) (Period, int) {
	part := func(from, to int) Period {
		last := p.Until.Day()
		return Period{p.Since.AddDate(0, 0, from-1), p.Since.AddDate(0, 0, min(to, last)-1)}
	}
	switch {
	case c.has(i, "上旬"):
		return part(1, 10), i + 2
	case c.has(i, "中旬"):
		return part(11, 20), i + 2
	case c.has(i, "下旬"):
		return part(21, 31), i + 2
	case c.has(i, "初") && !c.has(i+1, "次", "步", "期", "中", "级", "创", "始", "衷"):
		return part(1, 10), i + 1
	case c.has(i, "底", "末") && !c.has(i+1, "层", "部", "座", "端", "线"):
		return part(21, 31), i + 1
	}
	return p, i
}

// yearless reads what has no year: the last time that it was so.
func (c chinese) yearless(i int) (p Period, end int, ok bool) {
	for h, name := range []string{"上半年", "下半年"} {
		if c.has(i, name) {
			p, ok = latest(c.today, func(y int) (Period, bool) { return half(y, h+1), true })
			return p, i + 3, ok
		}
	}
	if q, j := c.quarter(i); j > i && q > 0 {
		p, ok = latest(c.today, func(y int) (Period, bool) { return quarter(y, q), true })
		return p, j, ok
	}
	m, d, j := c.monthDay(i)
	if j == i || i > 0 && strings.ContainsRune("几第数多闰", c.s[i-1]) {
		return p, i, false
	}
	if d > 0 {
		p, ok = latest(c.today, func(y int) (Period, bool) { return calendarDay(y, m, d) })
		return p, j, ok
	}
	p, ok = latest(c.today, func(y int) (Period, bool) { return month(y, m), true })
	p, j = c.partOfMonth(p, j)
	return p, j, ok
}

// relative reads the words that count from today.
func (c chinese) relative(i int) (p Period, end int, ok bool) {
	for ago, names := range [][]string{{"今天", "今日", "当天"}, {"昨天", "昨日", "昨晚", "昨夜"}, {"前天", "前日"}, {"大前天"}} {
		if end = c.word(i, names...); end > i && !(i > 0 && c.s[i-1] == '大') {
			return date(c.today.AddDate(0, 0, -ago)), end, true
		}
	}
	weeks, j := 0, c.word(i, "本", "这个", "这")
	if j == i {
		weeks, j = -1, c.word(i, "上个", "上")
	}
	if j == i {
		return p, i, false
	}
	if k := c.word(j, "周", "星期", "礼拜"); k > j {
		return c.weekday(week(c.today, weeks), j, k)
	}
	y, m := c.today.Year(), int(c.today.Month())
	switch {
	case c.has(j, "月") && !(j == i+1 && c.s[i] == '这'):
		p, end = c.partOfMonth(month(y, m+weeks), j+1)
		return p, end, true
	case c.has(j, "季度"):
		return quarter(y, quarterOf(c.today)+weeks), j + 2, true
	}
	return p, i, false
}

// weekday reads 上周五: a day of the week, or the week.
func (c chinese) weekday(p Period, word, i int) (Period, int, bool) {
	if c.s[word] == '周' && c.has(i, "年", "期", "刊", "报", "转", "围", "边", "先生", "总") {
		return p, i, false // 本周刊, 上周期
	}
	if d := slices.Index([]rune("一二三四五六日天末"), c.at(i)); d >= 0 {
		switch {
		case d == 8:
			return Period{p.Since.AddDate(0, 0, 5), p.Until}, i + 1, true
		case d == 7:
			d = 6
		}
		return date(p.Since.AddDate(0, 0, d)), i + 1, true
	}
	return p, i, true
}

// lastUnits reads 近三年, 最近两周, 过去7天.
func (c chinese) lastUnits(i int) (p Period, end int, ok bool) {
	j := c.word(i, "最近的", "最近", "过去的", "过去", "近")
	if j == i || i > 0 && j == i+1 && strings.ContainsRune("接附临靠邻将亲远新切贴", c.s[i-1]) {
		return p, i, false
	}
	if c.has(j, "半年") {
		return back(c.today, 6, months), j + 2, true
	}
	if c.has(j, "半个月") {
		return back(c.today, 15, days), j + 3, true
	}
	n, k := c.number(j)
	if k == j || n > 99 {
		return p, i, false
	}
	k = c.word(c.space(k), "个")
	for u, names := range [][]string{{"天", "日"}, {"周", "星期", "礼拜"}, {"月"}, {"季度"}, {"年"}} {
		if l := c.word(k, names...); l > k {
			if u == int(years) || u == int(days) {
				l = c.word(l, "来")
			}
			return back(c.today, n, unit(u)), l, true
		}
	}
	return p, i, false
}
