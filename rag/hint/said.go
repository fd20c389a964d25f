package hint

import (
	"regexp"
	"slices"
	"strings"
)

// Marks as single runes, so that one expression sees dates, names and wordings of
// recency alike. They are private: folded text that has them is blanked first.
const (
	dateRune   = '\uE000'
	sourceRune = '\uE001'
	newestRune = '\uE002'
	blank      = '\uE003' // stands in quotes
)

const (
	anyMark = `[\x{E000}-\x{E002}]`
	aDate   = `\x{E000}`
	aSource = `\x{E001}`

	// articlesZH are the words for articles; the wordings of events that hold them
	// are told off in notArticles.
	articlesZH = `(?:(?:这|那)?[一两几][篇条则]|相关|有关|所有|全部|新闻)?的?(?:报道|报导|文章|新闻稿|新闻|稿件|稿子|通讯稿|社论)(?:里面|当中|里|中|内)?`
	aboutZH    = `((?:关于|有关|针对|对|讲|谈)[^，。？！；、,.?!;]{1,24}?的)?`
	wroteZH    = `(?:发表|刊发|刊登|刊载|登载|发布|推送|写)`
	pastEN     = `(?: that| which)?(?: was| were)?(?: first)?`
	articlesEN = `(?:news )?(?:articles?|stories|coverage|news|posts|reporting|reports|pieces|editorials)`
)

// sayings are the wordings that say of articles when or by whom they were published.
// All their marks are filters. Group 1, if there is one, is about the subject.
var sayings = compile(
	// 「9月份的新闻里」「引据编辑部去年关于混元的报道」「上个月发表了哪些文章」
	`(?:根据|依据|据|按照|按|来自|出自)?`+anyMark+`(?:[ 的在里内间于这那、和与或]|期间|以内|[一两几这那][篇条则]|`+anyMark+`)*`+aboutZH+`(?:`+wroteZH+`[了过]?的?)?(?:哪些|什么|哪几篇|几篇|多少篇)?`+aboutZH+articlesZH,
	// 「只看上个月发表的」
	aDate+`(?:[ 的在]*`+aSource+`)?(?:发表|刊发|刊登|刊载|见报)的?(?:[，。？！；、,.?!; ]|$)`,
	// 「发表于2023年9月的文章」「发表时间在上个月」
	wroteZH+`[于在]`+anyMark+`的?`+aboutZH+articlesZH,
	articlesZH+`[是都]*`+wroteZH+`[于在]`+aDate,
	`(?:发表|发布|刊发|刊登|见报)(?:时间|日期)[在是为限于:]*`+aDate,
	// 「据引据编辑部，」「引据编辑部怎么报道」
	`(?:根据|依据|据|按照)`+aSource+`的?(?:报道|报导|消息|介绍|披露|说法|文章)?`,
	aSource+`(?:[是都]|当时)*(?:怎么|怎样|如何)(?:报道|报导|评论)`,
	aSource+`(?:撰文|发文|刊文|刊发|刊登|刊载|报导|报道)`,
	// "last month's articles", "the latest Yinju Editorial stories"
	`(?:the )?`+anyMark+`(?:'s)?(?: `+anyMark+`(?:'s)?)*(?: published)? `+articlesEN+`\b`,
	// "articles published by Yinju Editorial in 2023"
	`\b`+articlesEN+pastEN+`(?: published| posted| written| released| printed| dated)?(?: (?:in|from|on|during|of|by|within|over)(?: the)?)? `+anyMark+`(?: (?:in|from|by)? ?`+anyMark+`)*`,
	`\b`+articlesEN+`( (?:about|on|that mention|mentioning|covering) [^,.;?!]{1,60}?)`+pastEN+` (?:published|posted|written|dated|from)(?: (?:in|on|during|by|within|over)(?: the)?)? `+anyMark,
	`\baccording to (?:the )?`+aSource,
	`\b(?:reported|published|written) by (?:the )?`+aSource,
	aSource+` (?:reports|reported|wrote)\b`,
	`\b(?:did|does|has) (?:the )?`+aSource+` (?:report|reported|publish|published|write|written)\b`,
)

func compile(forms ...string) []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(forms))
	for i, f := range forms {
		list[i] = regexp.MustCompile(f)
	}
	return list
}

// notArticles follow a saying that is none after all: 新闻发布会, 根据工信部的规定.
var notArticles = regexp.MustCompile(`^(?:发布|中心|出版|联播|学|界|办公|法|媒体|记者|奖|自由|集团|工作|客户端|生成|写作|创作|摘要|分类|检索|推荐` +
	`|的?(?:规定|要求|标准|数据|统计|条例|办法|计划|公告|通知|规划|解释|授权|公布|财报|年报)| conference| release| agency)`)

// noSaying stands before a saying that is none: annual reports from 2023, 关于新华社的报道.
var noSaying = regexp.MustCompile(`(?:annual|financial|earnings|quarterly|research|technical|lab|status|bug|about|on) $|(?:关于|有关|针对|对|谈|讲|讨论)$`)

// publication finds the sayings among the marks, makes their marks filters and
// returns the spans of the question, in runes, that say nothing else.
func publication(s []rune, marks []mark) [][2]int {
	if len(marks) == 0 {
		return nil
	}
	text, at := masked(s, marks)
	var spans [][2]int
	for _, form := range sayings {
		for _, m := range form.FindAllStringSubmatchIndex(text, maxHints) {
			if notArticles.MatchString(text[m[1]:]) || noSaying.MatchString(text[:m[0]]) {
				continue
			}
			start := at[m[0]]
			for g := 2; g < len(m); g += 2 { // what the articles are about stays
				if m[g] >= 0 {
					spans = append(spans, [2]int{start, at[m[g]]})
					start = at[m[g+1]]
				}
			}
			spans = append(spans, [2]int{start, at[m[1]]})
		}
	}
	for i := range marks {
		marks[i].hint.Filter = slices.ContainsFunc(spans, func(span [2]int) bool {
			return marks[i].start >= span[0] && marks[i].end <= span[1]
		})
	}
	return spans
}

// masked writes each mark as one rune. at gives for each byte of the text the rune
// of s that it stands for, and the end.
func masked(s []rune, marks []mark) (text string, at []int) {
	var sb strings.Builder
	write := func(r rune, place int) {
		before := sb.Len()
		sb.WriteRune(r)
		for range sb.Len() - before {
			at = append(at, place)
		}
	}
	next := 0
	for i := 0; i < len(s); i++ {
		if next < len(marks) && marks[next].start == i {
			write(map[Kind]rune{Published: dateRune, Source: sourceRune, Newest: newestRune}[marks[next].hint.Kind], i)
			i = marks[next].end - 1
			next++
			continue
		}
		if s[i] >= dateRune && s[i] < blank {
			write(' ', i)
			continue
		}
		write(s[i], i)
	}
	return sb.String(), append(at, len(s))
}

// recency finds wordings that ask for the newest. Group 1 is the wording; the rest
// is what must follow. Behind 最近 as "nearest" nothing of the kind follows.
var recency = compile(
	`(最新|最近|近期|新近|近来|这几天|这阵子)(?:的|一|篇|条|则|关于[^，。？！,.?!]{1,24}?的)*(?:相关|有关)?(?:报道|报导|文章|新闻|稿件|社论|消息|进展|动态|动向|情况|资讯|变化)`,
	`(最近|近期|近日|近来|新近)(?:一次)?(?:[^的0-9一二三四五六七八九十两几半路邻]|$)`,
	`\b(latest|newest|most recent|recent) (?:[a-z'-]+ ){0,2}?(?:articles?|stories|coverage|news|posts|reporting|reports|editorials|developments?|updates?|progress)\b`,
	`\b(recently|lately|these days)\b`,
)

// recentWords are parts of words one of which is in every wording of recency.
var recentWords = strings.Fields("最新 最近 近期 近日 近来 新近 这几天 这阵子 latest newest recent lately these")

var nearby = regexp.MustCompile(`[离距隔][^，。？！,.?!]{0,12}$`)

// newest finds the wordings of recency, only weighed unless said of articles.
func newest(s []rune) []mark {
	if !holdsOne(string(s), recentWords) {
		return nil
	}
	text, at := masked(s, nil)
	var marks []mark
	for _, form := range recency {
		for _, m := range form.FindAllStringSubmatchIndex(text, maxHints) {
			if nearby.MatchString(text[:m[2]]) {
				continue
			}
			marks = add(marks, []mark{{start: at[m[2]], end: at[m[3]], hint: Hint{Kind: Newest}}})
		}
	}
	slices.SortFunc(marks, func(a, b mark) int { return a.start - b.start })
	return marks
}
