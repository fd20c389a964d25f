package hint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// now is a Monday.
var now = time.Date(2026, 11, 23, 16, 0, 0, 0, time.FixedZone("", 8*3600))

var names = NewNames(slices.Values([]string{
	"引据编辑部", "引據編輯部", "Yinju Editorial", "新华社", "引据", "网络", "华", "", "AI", "人民日报", "  ",
}))

// show writes hints as text: a filter with "=", a boost with "~".
func show(r Reading) string {
	var list []string
	for _, h := range r.Hints {
		sign := "~"
		if h.Filter {
			sign = "="
		}
		list = append(list, fmt.Sprint(h.Kind, sign, h.Label(), h.Source))
	}
	return strings.Join(list, " | ")
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"2023年9月7日腾讯发布了什么？":      "2023-09-07",
		"2023 年 9 月 7 日腾讯发布了什么？": "2023-09-07",
		"２０２３年９月７号":              "2023-09-07",
		"二〇二三年九月七日":              "2023-09-07",
		"二零二三年十二月三十一日":           "2023-12-31",
		"2023-09-07的事":           "2023-09-07",
		"2023/9/7发生了什么":          "2023-09-07",
		"2024年2月29日":             "2024-02-29",
		"23年9月的事":                "2023-09",
		"2023年9月有什么事":            "2023-09",
		"2023年9月份":               "2023-09",
		"2023年9月底":               "2023-09-21 – 2023-09-30",
		"2024年2月下旬":              "2024-02-21 – 2024-02-29",
		"2023年9月初":               "2023-09-01 – 2023-09-10",
		"2023年9月中旬":              "2023-09-11 – 2023-09-20",
		"2023年的算力":               "2023",
		"2023年度":                 "2023",
		"2023年初":                 "2023-01-01 – 2023-03-31",
		"2023年初次发布":              "2023",
		"2023年底":                 "2023-10-01 – 2023-12-31",
		"2023年中国游戏市场":            "2023",
		"2023年上半年":               "2023-01-01 – 2023-06-30",
		"2023年第三季度":              "2023-07-01 – 2023-09-30",
		"2023年四季度":               "2023-10-01 – 2023-12-31",
		"2023年前7个月发布了多少个？":       "2023-01-01 – 2023-07-31",
		"2023年1月至6月":             "2023-01-01 – 2023-06-30",
		"2021-2023年":             "2021-01-01 – 2023-12-31",
		"2021年到2023年9月":          "2021-01-01 – 2023-09-30",
		"2023年9月以来":              "2023-09-01 –",
		"2023年9月之前":              "– 2023-08-31",
		"9月7日腾讯发布了什么":            "2026-09-07",
		"12月1日发生了什么":             "2025-12-01",
		"11月23日发生了什么":            "2026-11-23",
		"2月29日":                  "2024-02-29",
		"十一月二十四日":                "2025-11-24",
		"9月有什么事":                 "2026-09",
		"12月份的事":                 "2025-12",
		"上半年的收入":                 "2026-01-01 – 2026-06-30",
		"第四季度":                   "2026-10-01 – 2026-12-31",
		"今年发布了几个":                "2026",
		"去年发布了几个":                "2025",
		"前年":                     "2024",
		"大前年":                    "2023",
		"去年9月":                   "2025-09",
		"去年底":                    "2025-10-01 – 2025-12-31",
		"今年上半年":                  "2026-01-01 – 2026-06-30",
		"今年以来":                   "2026-01-01 –",
		"昨天发生了什么":                "2026-11-22",
		"前天":                     "2026-11-21",
		"大前天":                    "2026-11-20",
		"本周":                     "2026-11-23 – 2026-11-29",
		"上周":                     "2026-11-16 – 2026-11-22",
		"上个星期五":                  "2026-11-20",
		"上周日":                    "2026-11-22",
		"本月":                     "2026-11",
		"这个月":                    "2026-11",
		"上个月":                    "2026-10",
		"上月底":                    "2026-10-21 – 2026-10-31",
		"上季度":                    "2026-07-01 – 2026-09-30",
		"近三年":                    "2023-11-24 – 2026-11-23",
		"最近两周":                   "2026-11-10 – 2026-11-23",
		"过去7天":                   "2026-11-17 – 2026-11-23",
		"近一周":                    "2026-11-17 – 2026-11-23",
		"近半年":                    "2026-05-24 – 2026-11-23",
		"近3个月":                   "2026-08-24 – 2026-11-23",

		"what happened in September 2023?":    "2023-09",
		"what happened on September 7, 2023?": "2023-09-07",
		"what happened on 7th of Sept. 2023":  "2023-09-07",
		"what happened on September 7?":       "2026-09-07",
		"what happened on December 1st?":      "2025-12-01",
		"what happened in May?":               "2026-05",
		"since March 2023":                    "2023-03-01 –",
		"before 2023-09-07":                   "– 2023-09-06",
		"by the end of July 2023":             "2023-07",
		"in 2023":                             "2023",
		"in the first half of 2023":           "2023-01-01 – 2023-06-30",
		"in Q3 2023":                          "2023-07-01 – 2023-09-30",
		"the third quarter of 2023":           "2023-07-01 – 2023-09-30",
		"between 2021 and 2023":               "2021-01-01 – 2023-12-31",
		"last month":                          "2026-10",
		"last year":                           "2025",
		"last week":                           "2026-11-16 – 2026-11-22",
		"this quarter":                        "2026-10-01 – 2026-12-31",
		"yesterday":                           "2026-11-22",
		"over the past three years":           "2023-11-24 – 2026-11-23",
		"in the past week":                    "2026-11-17 – 2026-11-23",
		"in the last 2 months":                "2026-09-24 – 2026-11-23",
	} {
		r := Read(question, now, nil)
		if len(r.Hints) != 1 || r.Hints[0].Label() != want || r.Hints[0].Filter {
			t.Errorf("%s: %s, want published~%s", question, show(r), want)
		}
		if r.Rest != question {
			t.Errorf("%s: a boost cut the question to %q", question, r.Rest)
		}
	}
}

func TestNoDates(t *testing.T) {
	t.Parallel()
	for _, question := range []string{
		"", "今天上海的天气怎么样？", "今天天气", "最新型号是什么", "最新的型号有哪些？", "共有2023个模型", "version 2023.9 有什么变化", "版本2023.9.7",
		"一共多少条", "用了3个月", "几月开始施行", "五月天的歌", "12023年", "2023年级", "接近三年", "离我最近的地铁站", "2023-02-30", "2023年2月30日",
		"13月7日", "may I ask", "the march of models", "GPT-2023-09", "一本周刊", "近百年", "第2023号", "a 2023 model", "1/2/3", "最近的医院",
		"what does today mean", "第3季", "上海本地", "上周期律", "五年计划", "“2023年9月新华社的报道”出自哪里？", "《去年的文章》是谁写的？", `who said "last month's articles"?`, "「昨天的新闻」", "每月收费多少元？", "每分钟", "网络文章",
	} {
		if r := Read(question, now, names); len(r.Hints) != 0 || r.Rest != question {
			t.Errorf("%s: %s, rest %q; want nothing", question, show(r), r.Rest)
		}
	}
}

func TestSaidOfArticles(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{ // question, hints, rest
		{"今年的文章里怎么说混元？", "published=2026", "怎么说混元？"},
		{"今天的新闻里有混元吗？", "published=2026-11-23", "有混元吗？"},
		{"上个月发表的关于混元的报道", "published=2026-10", "关于混元的"},
		{"2023年9月关于新华社的报道", "published=2023-09 | source~新华社", "关于新华社的"},
		{"2023年9月的报道里“去年新华社的报道”指什么", "published=2023-09", "“去年新华社的报道”指什么"},
		{"上个月发表了哪些文章？", "published=2026-10", "？"},
		{"混元接入多少业务？只看上个月发表的", "published=2026-10", "混元接入多少业务？只看"},
		{"9月份的新闻里混元接入了多少业务？", "published=2026-09", "混元接入了多少业务？"},
		{"2023年9月的报道里，混元接入多少业务？", "published=2023-09", "，混元接入多少业务？"},
		{"2023年9月关于混元的报道", "published=2023-09", "关于混元的"},
		{"发表于2023年9月的文章", "published=2023-09", ""},
		{"文章发表于2023年9月，讲混元", "published=2023-09", "，讲混元"},
		{"发布时间在2023年的", "published=2023", "的"},
		{"2023年9月以来的文章", "published=2023-09-01 –", ""},
		{"近一周的新闻", "published=2026-11-17 – 2026-11-23", ""},
		{"最新的报道说了什么？", "newest=", "说了什么？"},
		{"混元的最新消息", "newest~", "混元的最新消息"},
		{"混元最近有什么进展？", "newest~", "混元最近有什么进展？"},
		{"最近一篇关于混元的文章", "newest=", "关于混元的"},
		{"新华社的报道里，混元接入多少业务？", "source=新华社", "，混元接入多少业务？"},
		{"新华社2023年9月的报道", "source=新华社 | published=2023-09", ""},
		{"去年新华社关于混元的报道", "published=2025 | source=新华社", "关于混元的"},
		{"据引据编辑部，混元接入多少业务？", "source=引据编辑部", "，混元接入多少业务？"},
		{"據引據編輯部報道，混元接入多少業務？", "source=引据编辑部", "，混元接入多少業務？"},
		{"人民日报怎么报道混元？", "source=人民日报", "混元？"},
		{"according to Yinju Editorial, how many models?", "source=Yinju Editorial", ", how many models?"},
		{"According to YINJU EDITORIAL how many models?", "source=Yinju Editorial", "how many models?"},
		{"what did Yinju Editorial report about models?", "source=Yinju Editorial", "what  about models?"},
		{"Yinju Editorial articles from last month", "source=Yinju Editorial | published=2026-10", ""},
		{"last month's articles about Hunyuan", "published=2026-10", "about Hunyuan"},
		{"articles published in September 2023 about Hunyuan", "published=2023-09", "about Hunyuan"},
		{"news since September 2023", "published=2023-09-01 –", ""},
		{"articles about Hunyuan published in 2023", "published=2023", "about Hunyuan"},
		{"2023 articles on chips", "published=2023", "on chips"},
		{"what do the latest articles say on chips?", "newest=", "what do  say on chips?"},
	} {
		r := Read(test[0], now, names)
		if show(r) != test[1] {
			t.Errorf("%s: %s, want %s", test[0], show(r), test[1])
		}
		if got := strings.Join(strings.Fields(r.Rest), " "); got != strings.Join(strings.Fields(test[2]), " ") {
			t.Errorf("%s: rest %q, want %q", test[0], got, test[2])
		}
	}
}

// What happened, and who is asked about, filters nothing.
func TestEventsAreNoFilters(t *testing.T) {
	t.Parallel()
	for _, question := range []string{
		"2023年9月7日腾讯发布了什么？", "截至2023年7月底，中国累计有多少个大模型问世？", "2023年9月新闻发布会上说了什么？",
		"2023年9月发布的大模型有哪些？", "2023年9月发表的论文叫什么？", "上个月发表的演讲讲了什么？", "新华社成立于哪一年？", "新华社的社长是谁？",
		"关于2023年的报道", "关于新华社的报道", "news about Yinju Editorial articles", "根据新华社的规定可以吗？", "人民日报的数据", "去年有多少家公司上市？", "what did Tencent release in September 2023?",
		"papers published in 2023", "annual reports from 2023", "who founded Yinju Editorial?", "the latest reports on chips of 2021 models",
		"2023年全年的年度报告", "腾讯2023年9月7日发布的文章生成工具叫什么",
	} {
		for _, h := range Read(question, now, names).Hints {
			if h.Filter && h.Kind != Newest {
				t.Errorf("%s: %+v is a filter", question, h)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"引据编辑部是谁": "source~引据编辑部", "引據是什麼": "source~引据", "ai": "source~AI", "said": "", "AI芯片": "source~AI",
		"中华": "", "网络": "", "新华社和人民日报": "source~新华社 | source~人民日报",
	} {
		if got := show(Read(question, now, names)); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

// The day is that of the clock's zone: the new year has begun in Beijing when it is
// still the old one in London.
func TestTodayIsWhereTheClockIs(t *testing.T) {
	t.Parallel()
	utc := time.Date(2025, 12, 31, 20, 0, 0, 0, time.UTC)
	for zone, want := range map[*time.Location]string{time.UTC: "2025", time.FixedZone("", 8*3600): "2026"} {
		if got := Read("今年的文章", utc.In(zone), nil).Hints[0].Label(); got != want {
			t.Errorf("今年 in %v: %s, want %s", zone, got, want)
		}
	}
}

func TestCalendarEdges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ day, question, want string }{
		{"2024-02-29", "去年", "2023"},
		{"2024-02-29", "近一年", "2023-03-01 – 2024-02-29"},
		{"2024-03-31", "近一个月", "2024-03"},
		{"2025-03-31", "近1个月", "2025-03"},
		{"2025-01-15", "上个月", "2024-12"},
		{"2025-01-15", "上季度", "2024-10-01 – 2024-12-31"},
		{"2025-01-01", "昨天", "2024-12-31"},
		{"2025-01-05", "本周", "2024-12-30 – 2025-01-05"},
		{"2025-01-06", "上周", "2024-12-30 – 2025-01-05"},
		{"2101-03-01", "2月29日", "2096-02-29"},
		{"2025-01-01", "9月", "2024-09"},
		{"2025-01-31", "last month", "2024-12"},
	} {
		day, err := time.Parse(time.DateOnly, test.day)
		if err != nil {
			t.Fatal(err)
		}
		if r := Read(test.question, day, nil); len(r.Hints) != 1 || r.Hints[0].Label() != test.want {
			t.Errorf("%s on %s: %s, want %s", test.question, test.day, show(r), test.want)
		}
	}
}

// FuzzRead: any question gives, twice the same, hints whose words stand in it and
// whose periods do not end before they begin, and a rest no longer than itself.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"2023年9月7日新华社的报道", "9月份的新闻里", "近99年", "2021—2023年", "大大前年", "last 12 years", "between 2023 and 2021", "\xff2023年\xff9月",
		"\ue000的报道\ue001", "12月31日以前的文章", "０年", "2999年12月31日之后", "1000年1月1日之前的报道", "最近最近最近的报道", "İ 2023 articles",
	} {
		f.Add(seed, int64(0))
		f.Add(seed, int64(1<<33))
	}
	f.Fuzz(func(t *testing.T, question string, unix int64) {
		now := time.Unix(unix%(1<<37), 0).UTC()
		r := Read(question, now, names)
		if again := Read(question, now, names); fmt.Sprint(again) != fmt.Sprint(r) {
			t.Fatalf("%q: %v, then %v", question, r, again)
		}
		if len(r.Hints) > maxHints || len(r.Rest) > len(question)+len(r.Hints)*4 {
			t.Fatalf("%q: %v", question, r)
		}
		for _, h := range r.Hints {
			if h.Words == "" || !strings.Contains(question, h.Words) {
				t.Fatalf("%q: words %q", question, h.Words)
			}
			if !h.Since.IsZero() && !h.Until.IsZero() && h.Until.Before(h.Since) {
				t.Fatalf("%q: %s", question, h.Label())
			}
			if (h.Kind == Published) == (h.Label() == "") || (h.Kind == Source) == (h.Source == "") {
				t.Fatalf("%q: %+v", question, h)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		Read("2023年9月引据编辑部关于腾讯混元的报道里，说有多少业务接入了 Hunyuan？", now, names)
	}
}
