package rag

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// folderOf makes a generation of articles, by path in the order of their names.
func folderOf(articles map[string]string) *snapshot {
	var list []*corpus.Article
	passages := make(map[string][]corpus.Passage)
	for path, text := range articles {
		title, body, found := strings.Cut(text, "|")
		if !found {
			title, body = strings.TrimSuffix(path, ".md"), text
		}
		a := &corpus.Article{ID: corpus.ArticleID(path), Path: path, Title: title, Text: body}
		list = append(list, a)
		passages[a.ID] = corpus.Splitter{}.Split(a)
	}
	slices.SortFunc(list, func(a, b *corpus.Article) int { return strings.Compare(a.Path, b.Path) })
	return generationOf(&Index{Words: fold.Grams}, list, passages)
}

const (
	tanks = "山坡下的雨水收集池今年春天全部完工，一共十二座。每座可储水三百立方米，旱季够全村用四十天。" +
		"管护由村里的老人轮流负责，每人每月领取补贴600元。村委会说，明年还要在后山再修3座，预算约45万元，由县里和村里各出一半。"
	ferry = "The ferry across the northern bay will stop running at the end of March, the harbour board said. " +
		"It carried 41,200 passengers last year, 12% fewer than before the bridge opened. " +
		"The two boats will be sold, and the crew of nine have been offered work on the southern line."
	report = "公司全年实现营业收入18.6亿元，同比增长7.2%；净利润2.1亿元。员工共计1,204人，其中研发人员占三成。公司在全国设有36家门店，较上年增加4家。"
	law    = "用人单位违反本条例规定，未按时足额支付劳动报酬的，由县级人民政府劳动行政部门责令限期支付；逾期不支付的，责令用人单位按应付金额百分之五十以上百分之一百以下的标准加付赔偿金。"
)

var tanksTraditional = strings.NewReplacer("个", "個", "储", "儲", "护", "護", "轮", "輪", "负责", "負責", "补贴", "補貼", "领", "領", "会说", "會說", "还", "還", "预", "預", "万", "萬", "县", "縣", "里", "裡", "后", "後", "旱", "旱").Replace(tanks)

// What is a copy, and what only looks like one. hides: of the two one is enough; which
// one does not matter where both say the same.
func TestWhatIsANearDuplicate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b   string
		copies bool
	}{
		"the same text":                 {tanks, tanks, true},
		"another title":                 {"蓄水池完工|" + tanks, "山村不再缺水|" + tanks, true},
		"Traditional characters":        {tanks, tanksTraditional, true},
		"full width":                    {tanks, strings.NewReplacer("600", "６００", "45", "４５").Replace(tanks), true},
		"other punctuation":             {tanks, strings.NewReplacer("，", "、", "。", "；").Replace(tanks), true},
		"other line ends":               {tanks, strings.ReplaceAll(tanks, "。", "。\n\n"), true},
		"a dateline":                    {tanks, "新华社杭州3月2日电（记者 王某）" + tanks, true},
		"another dateline":              {"本报讯　" + tanks, "【中新网4月5日电】" + tanks, true},
		"an editor's line":              {tanks, tanks + "\n\n（责任编辑：李某）", true},
		"another reporter":              {"记者：王某\n" + tanks, "记者：李某某\n" + tanks + "（完）", true},
		"a mistake mended":              {tanks, strings.Replace(tanks, "后山再修", "后山在修", 1), true},
		"an account, spelled otherwise": {tanks + "补贴每月打进本人账户。", tanks + "补贴每月打进本人帐户。", true},
		"a character written twice":     {tanks, strings.Replace(tanks, "山坡下的", "山坡下的的", 1), true},
		"a paragraph more":              {tanks, tanks + "\n\n池边种了一圈柳树，夏天常有孩子来乘凉。", true},
		"a paragraph before":            {"以下是乡里的消息，各村可以参考。\n\n" + tanks, tanks, true},
		"thousands parted":              {report, strings.Replace(report, "1,204", "1204", 1), true},
		"English":                       {ferry, ferry, true},
		"English, other marks":          {ferry, strings.NewReplacer(",", ";", "\n", " ").Replace(strings.Replace(ferry, "41,200", "41200", 1)), true},
		"an English dateline":           {ferry, "PORT ELGIN (Coast Wire) - " + ferry, true},
		"an English byline":             {"By Anna Field\n\n" + ferry, ferry + "\n\nEditing by Tom Moor", true},

		"another number":           {tanks, strings.Replace(tanks, "十二座", "十三座", 1), false},
		"another digit":            {tanks, strings.Replace(tanks, "600元", "800元", 1), false},
		"another unit":             {tanks, strings.Replace(tanks, "45万元", "45亿元", 1), false},
		"a point in a number":      {report, strings.Replace(report, "18.6", "186", 1), false},
		"less instead of more":     {report, strings.Replace(report, "增长7.2%", "增长-7.2%", 1), false},
		"per mille":                {report, strings.Replace(report, "7.2%", "7.2‰", 1), false},
		"another name":             {tanks + "池子由陈建国设计。", tanks + "池子由陈建设设计。", false},
		"another place":            {tanks, strings.Replace(tanks, "后山", "前山", 1), false},
		"another month":            {"完工时间：2023年9月7日。" + tanks, "完工时间：2023年10月7日。" + tanks, false},
		"not":                      {law, strings.Replace(law, "责令限期支付", "不责令限期支付", 1), false},
		"the next article of law":  {"条例 第十二条|" + law, "条例 第十三条|" + law, false},
		"the next year's report":   {"2022年年度报告|" + report, "2023年年度报告|" + report, false},
		"next year's figures":      {report, strings.NewReplacer("18.6", "19.4", "7.2", "4.3", "2.1亿", "2.4亿").Replace(report), false},
		"English, another number":  {ferry, strings.Replace(ferry, "41,200", "42,100", 1), false},
		"English, another name":    {ferry, strings.Replace(ferry, "northern", "eastern", 1), false},
		"weather of two days":      {weather(7, 21), weather(8, 23), false},
		"two matches":              {match("红星", "海浪", 2, 1), match("海浪", "红星", 2, 1), false},
		"a word more in front":     {"五人同意这个方案，其余的人没有参加投票，结果于当天下午公布在村口的布告栏上。", "十五人同意这个方案，其余的人没有参加投票，结果于当天下午公布在村口的布告栏上。", false},
		"quite another text":       {tanks, report, false},
		"a short line, and longer": {"本法自公布之日起施行。", "本法自公布之日起施行。原条例同时废止。", false},
	} {
		for _, turned := range []bool{false, true} {
			a, b := c.a, c.b
			if turned {
				a, b = b, a
			}
			s := folderOf(map[string]string{"a1.md": a, "b2.md": b})
			hides := s.near.leader[s.first[1]] == int32(s.first[0])
			if hides != c.copies {
				t.Errorf("%s (turned: %v): copies: %v, want %v; alike: %.2f", name, turned, hides, c.copies, s.near.hashes[0].alike(&s.near.hashes[s.first[1]]))
			}
		}
	}
}

func weather(day, degrees int) string {
	return fmt.Sprintf("%d月%d日天气：白天多云，最高气温%d度，最低气温%d度，东南风三级。早晚温差较大，请注意添衣。空气质量良，适合户外活动。出行请留意路面湿滑。", 9, day, degrees+8, degrees)
}

func match(home, guest string, a, b int) string {
	return fmt.Sprintf("昨晚的联赛第五轮比赛中，%s队在主场以%d比%d战胜了%s队。上半场双方都没有进球，下半场开始后主队换上两名前锋，局面随即改变。赛后教练说，全队会继续努力。", home, a, b, guest)
}
