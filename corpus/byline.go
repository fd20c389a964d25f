package corpus

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// byline is what the lines under a title say: 来源：新华网 时间：2023-09-08 10:12 作者：张三.
type byline struct {
	source, author, date string
	sure                 bool // the date is surely that of the article
	said                 bool // who printed it, or wrote it
	event                bool // place or host: the date is that of what is announced
}

// bylineKey finds the keys of such lines.
var bylineKey = regexp.MustCompile(`(?:文章|信息|消息|稿件|新闻)?(来源|稿源|出处|來源)\s*[:：]` +
	`|(发布时间|发布日期|发表时间|发表日期|发稿时间|刊发时间|發布時間|發佈時間)\s*[:：]?` +
	`|(时间|日期|時間)\s*[:：]` +
	`|(作者|记者|記者|撰文|撰稿|文字|文)\s*[:：/／]` +
	`|((?:责任|本文|本期|执行|见习)?编辑|责编|編輯|责任校对|校对|审核|一审|二审|三审|监制|摄影|图[/／]|图片|点击(?:数|量|次数)?|浏览(?:量|次数)?|阅读(?:量|次数)?|字号|字体|评论|分享(?:到)?|关键词|标签|栏目|分类)\s*[:：]` +
	`|(地点|主持人?|出席|参会|参加|主讲人?|票价)\s*[:：]`)

// read takes what a line says; it reports false for a line that is none of these.
func (b *byline) read(l string) bool {
	if utf8.RuneCountInString(l) > bylineRunes || strings.ContainsAny(l, "。！？!?") {
		return false
	}
	keys := bylineKey.FindAllStringSubmatchIndex(l, -1)
	if len(keys) == 0 {
		return false
	}
	before := strings.Trim(l[:keys[0][0]], " |│·")
	if before != "" && !dateLine.MatchString(before) {
		return false
	}
	for i, key := range keys {
		end := len(l)
		if i+1 < len(keys) {
			end = keys[i+1][0]
		}
		b.take(l, key, strings.Trim(l[key[1]:end], " |│·；;，,【】[]()（）*"))
	}
	if before != "" {
		b.date, b.sure = before, true
	}
	return true
}

// take takes one value. key has the offsets of the groups of bylineKey.
func (b *byline) take(l string, key []int, value string) {
	group := func(i int) bool { return key[2*i] >= 0 }
	first, rest, _ := strings.Cut(value, " ")
	switch {
	case group(1):
		b.said = true
		if b.source == "" && utf8.RuneCountInString(first) <= 30 && !strings.Contains(first, "/") {
			b.source = strings.Trim(first, "《》")
		}
		if b.date == "" && dateLine.MatchString(strings.TrimSpace(rest)) { // 来源：新华网 2023-09-08 10:12
			b.date, b.sure = rest, true
		}
	case group(2):
		b.date, b.sure = value, true
	case group(3):
		if b.date == "" {
			b.date = value
		}
	case group(4):
		b.said = true
		if b.author == "" {
			value, _, _ = strings.Cut(value, "（")
			value, _, _ = strings.Cut(value, "(")
			b.author = strings.Join(ParseNames(value), "、")
		}
	case group(5):
		b.said = b.said || strings.Contains(l[key[0]:key[1]], "编辑")
	case group(6):
		b.event = true
	}
}

// metadata is what the lines come to. A date is that of the article only where they also
// say who printed or wrote it, or where it stands alone.
func (b *byline) metadata() Metadata {
	m := Metadata{Source: b.source, Author: b.author}
	if when, ok := ParseDate(b.date); ok && (b.sure || b.said && !b.event) {
		m.Published = when
	}
	return m
}
