package corpus

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestDateline(t *testing.T) {
	t.Parallel()
	const prose = "\n\n正文讲的是湿地里的鸟，它们每年秋天飞来。"
	near := time.Date(2023, 9, 10, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ text, want string }{
		// What wires and papers write.
		{"新华社北京9月8日电（记者 张三）湿地日益受到重视。", "新华社|张三|2023-09-08"},
		{"　　新华社北京９月８日电（记者张三、李四）湿地日益受到重视。", "新华社|张三、李四|2023-09-08"},
		{"候鸟来了\n\n新华社联合国9月8日电 题：候鸟的路", "新华社||2023-09-08"},
		{"新华社电 候鸟来了。", "新华社||"},
		{"新华社客户端上海9月8日电（记者王小明 通讯员 赵六）", "新华社客户端|王小明|2023-09-08"},
		{"【新华社北京2022年12月31日电】", "新华社||2022-12-31"},
		{"据新华社北京9月8日电 候鸟来了。", "新华社||2023-09-08"},
		{"中新网9月8日电 据生态部门消息，候鸟来了。", "中新网||2023-09-08"},
		{"中新社香港9月8日电 (记者 韩·巴特尔)候鸟来了。", "中新社|韩·巴特尔|2023-09-08"},
		{"中国新闻网9月8日电", "中国新闻网||2023-09-08"},
		{"人民网北京2023年9月8日电（记者欧阳小菊）", "人民网|欧阳小菊|2023-09-08"},
		{"人民日报北京9月8日电", "人民日报||2023-09-08"},
		{"法新社巴黎9月7日电，候鸟来了", "法新社||2023-09-07"},
		{"新浪科技讯 北京时间9月8日晚间消息，候鸟来了。", "新浪科技||2023-09-08"},
		{"参考消息网9月8日报道 候鸟来了", "参考消息网||2023-09-08"},
		{"本报讯（记者 张三 李四）昨天，候鸟来了。", "|张三、李四|"},
		{"本报北京9月8日讯（记者 张 三）候鸟来了。", "|张三|2023-09-08"},
		{"候鸟来了\n\n□ 本报记者 张三 李四\n\n湿地里的鸟。", "|张三、李四|"},
		{"候鸟来了\n本报驻上海记者 张三\n湿地里的鸟。", "|张三|"},
		{"候鸟来了\n文/张三\n湿地里的鸟。", "|张三|"},
		{"BEIJING, Sept. 8 (Xinhua) -- Birds have come.", "Xinhua||2023-09-08"},
		{"SAN FRANCISCO, Calif., Jan. 2, 2024 (AP) — Birds.", "AP||2024-01-02"},
		{"候鸟来了\n\n来源：新华网 时间：2023-09-08 10:12 作者：张三", "新华网|张三|2023-09-08"},
		{"候鸟来了\n2023-09-08 10:12:33 来源: 新华网 编辑：李四 字号：大 中 小", "新华网||2023-09-08"},
		{"候鸟来了\n来源：《自然周刊》\n发布时间：2023年9月8日\n记者：张三", "自然周刊|张三|2023-09-08"},
		{"候鸟来了\n**来源：** 自然周刊 | **作者：** 张三", "自然周刊|张三|"},
		{"候鸟来了\n来源：新华网 2023-09-08 10:12" + prose, "新华网||2023-09-08"},
		{"候鸟来了\n2023年9月8日" + prose, "||2023-09-08"},
		{"候鸟来了\n（2023年9月8日）" + prose, "||2023-09-08"},
		{"候鸟来了\n(2023年09月08日 第03版)" + prose, "||2023-09-08"},
		{"候鸟来了" + prose + "\n《人民日报》（2023年09月08日 第 03 版）", "人民日报||2023-09-08"},
		{"人民日报 2023年09月08日 星期五 第03版：要闻\n候鸟来了" + prose, "人民日报||2023-09-08"},

		// What is none.
		{"新华社9月8日电视节目预告", "||"},
		{"中新网9月8日报道称，候鸟来了。", "||"},
		{"据新华社9月8日报道，候鸟来了。", "||"},
		{"据应急管理部网9月8日消息，候鸟来了。", "||"},
		{"9月8日，新华社北京分社的记者来到湿地。", "||"},
		{"候鸟来了。新华社北京9月8日电（记者 张三）", "||"},
		{strings.Repeat("第一段讲的是湿地。\n\n", 9) + "新华社北京9月8日电（记者 张三）", "||"},
		{"新华社北京9月31日电", "新华社||"},
		{"讲座通知\n时间：2023年9月8日\n地点：图书馆" + prose, "||"},
		{"时间：2023年9月8日" + prose, "||"},
		{"来源：水利部门的统计显示，候鸟来了。", "||"},
		{"2023年9月8日，候鸟来了。", "||"},
		{"2023年9月8日\n候鸟来了。\n2023年9月9日\n候鸟走了。", "||"},
		{"新华社北京9月8日电 候鸟来了。\n\n新华社上海9月10日电 候鸟走了。", "新华社||"},
		{"社会新闻很多，人们关心候鸟。", "||"},
		{"电视台的记者说", "||"},
		{"作者：某某大学教授", "||"},
		{"作者：本报综合报道", "||"},
		{"学习（记者手册）心得", "||"},
		{"（记者注意到，湿地里的鸟变多了）", "||"},
		{"湿地的来源：地质学的解释", "||"},
		{"文：这个字怎么写", "||"},
		{"报告第3版（2023年9月8日修订）", "||"},
		{"A, B (C) -- d", "||"},
		{"", "||"},
	} {
		d := readDateline(tt.text)
		date := ""
		if when := d.dated(near, 0); !when.IsZero() {
			date = when.Format(time.DateOnly)
		}
		if got := fmt.Sprintf("%s|%s|%s", d.Source, d.Author, date); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.text, got, tt.want)
		}
	}
}

// A year is never made up.
func TestDatelineYear(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		when, _ := ParseDate(s)
		return when
	}
	for _, tt := range []struct {
		text string
		near time.Time
		year int
		want string
	}{
		{"新华社北京9月8日电 ", time.Time{}, 0, ""},
		{"新华社北京9月8日电 ", time.Time{}, 2021, "2021-09-08"},
		{"新华社北京9月8日电 ", day("2021-09-01"), 2021, "2021-09-08"},
		{"新华社北京12月31日电 ", day("2024-01-01"), 2024, "2023-12-31"},
		{"新华社北京1月1日电 ", day("2023-12-31"), 2023, "2024-01-01"},
		{"新华社北京2月29日电 ", day("2023-03-01"), 2023, "2024-02-29"},
		{"新华社北京2月29日电 ", time.Time{}, 2023, ""},
		{"新华社北京2020年9月8日电 ", day("2024-01-01"), 2024, "2020-09-08"},
	} {
		got := ""
		if when := readDateline(tt.text).dated(tt.near, tt.year); !when.IsZero() {
			got = when.Format(time.DateOnly)
		}
		if got != tt.want {
			t.Errorf("%s near %v, %d: %q, want %q", tt.text, tt.near, tt.year, got, tt.want)
		}
	}
}

func TestUsualPath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"2023/09/08/x.md":              "2023-09-08| 2023",
		"新闻/2023/9/x.md":               "2023-09-01| 2023",
		"2023年/9月/8日/x.md":             "2023-09-08| 2023",
		"2023-09/08/x.md":              "2023-09-08| 2023",
		"202309/x.md":                  "2023-09-01| 2023",
		"2023年9月/x.md":                 "2023-09-01| 2023",
		"2023-09-08/x.md":              "2023-09-08| 2023",
		"20230908/x.md":                "2023-09-08| 2023",
		"2023/x.md":                    "| 2023",
		"2023-09-08-候鸟来了.md":           "2023-09-08|候鸟来了 2023",
		"20230908_候鸟来了.txt":            "2023-09-08|候鸟来了 2023",
		"20230908候鸟来了.txt":             "2023-09-08|候鸟来了 2023",
		"2023.9.8 候鸟来了.pdf":            "2023-09-08|候鸟来了 2023",
		"2023年9月8日候鸟来了.docx":           "2023-09-08|候鸟来了 2023",
		"2023-09-08.md":                "2023-09-08| 2023",
		"20230908101233_候鸟来了.html":     "2023-09-08|候鸟来了 2023",
		"候鸟来了_2023-09-08.txt":          "2023-09-08|候鸟来了 2023",
		"候鸟来了（20230908）.txt":           "2023-09-08|候鸟来了 2023",
		"2021/2023-09-08-候鸟来了.md":      "2023-09-08|候鸟来了 2023",
		"旧稿.zip/2023/09/08/x.md":       "2023-09-08| 2023",
		"候鸟来了.md":                      "|",
		"1984.md":                      "|",
		"20239999_产品.txt":              "|",
		"2023-02-30-候鸟.md":             "|",
		"12345678.txt":                 "|",
		"202309081.txt":                "|",
		"2023-2024年度报告.md":             "|",
		"v1.2.3.md":                    "|",
		"09/08/x.md":                   "|",
		"第2023期/x.md":                  "|",
		"2023人大/x.md":                  "|",
		"13800138000.txt":              "|",
		"2023-09-08T10-12 候鸟.md":       "2023-09-08|",
		"archive/2023/13/x.md":         "| 2023",
		"20230908.zip/table.csv":       "2023-09-08| 2023",
		"2023/report-2022-12-31-v2.md": "| 2023",
	} {
		f := usualPath(name)
		got := ""
		if !f.Published.IsZero() {
			got = f.Published.Format(time.DateOnly)
		}
		got += "|" + f.Title
		if f.year != 0 {
			got += fmt.Sprintf(" %d", f.year)
		}
		if !strings.HasPrefix(got, want) || want == "|" && got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPathRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, name, want string }{
		{"{source}/{year}/{month}/{title}", "晨报/2023/09/候鸟.md", "候鸟 晨报  2023-09-01 []"},
		{"{source}/{year}/{title}", "晨报/2023/候鸟.md", "候鸟 晨报   []"},
		{"{source}/{date}_{author}_{title}", "晨报/20230908_张三_候鸟.txt", "候鸟 晨报 张三 2023-09-08 []"},
		{"稿件/{tag}/{tag}/{title}", "稿件/自然/鸟/候鸟.txt", "候鸟    [自然 鸟]"},
		{"{**}/{source}/{*}-{title}", "a/b/晨报/001-候鸟.txt", "候鸟 晨报   []"},
		{"{source}/{title}", "候鸟.txt", "    []"},
		{"{source}/{title}", "a/b/候鸟.txt", "    []"},
		{"{source}/{year}-{month}-{day}", "晨报/2023-02-30.txt", "    []"},
		{"{source}/{title}", "晨报/2023-09-08-候鸟.txt", "2023-09-08-候鸟 晨报  2023-09-08 []"},
		{"{source} ({year})/{title}", "晨报 (2023)/候鸟.md", "候鸟 晨报   []"},
	} {
		rule, err := ParsePathRule(tt.rule)
		if err != nil {
			t.Fatal(err)
		}
		f := pathMetadata(tt.name, []PathRule{rule})
		date := ""
		if !f.Published.IsZero() {
			date = f.Published.Format(time.DateOnly)
		}
		if got := fmt.Sprintf("%s %s %s %s %v", f.Title, f.Source, f.Author, date, f.Tags); got != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.rule, tt.name, got, tt.want)
		}
	}
	for _, bad := range []string{"", "a/b", "{source", "{size}/{title}", "{year}/{year}"} {
		if _, err := ParsePathRule(bad); err == nil {
			t.Errorf("the rule %q was taken", bad)
		}
	}
}

func TestDatedURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.com/2023-09/08/c_1129.htm":     "2023-09-08",
		"http://example.com/n1/2023/0908/c1-2.html":     "2023-09-08",
		"https://example.com/a/20230908/x.html":         "2023-09-08",
		"https://example.com/2023/09/x.html":            "",
		"https://example.com/x.html?d=/2023/09/08/":     "",
		"https://example.com/item/20230908":             "",
		"https://2023.example.com/20231399/x.html":      "",
		"https://example.com/gb/2023/9/8/x.html":        "",
		"ftp://example.com/2023/09/08/x.html":           "",
		"https://example.com/2023/02/30/x.html":         "",
		"https://example.com/123202309081234/x/abc.htm": "",
	} {
		got := ""
		if when := datedURL(address); !when.IsZero() {
			got = when.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// Whatever a text begins with, what is found is fit to show.
func FuzzDateline(f *testing.F) {
	for _, s := range []string{"新华社北京9月8日电（记者 张三）", "来源：a 时间：2023-09-08 作者：b", "BEIJING, Sept. 8 (Xinhua) --", "2023年9月8日 第3版", "\xff（记者"} {
		f.Add(s, "2023/09/x.md")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		text = strings.ToValidUTF8(text, "")
		p := part{place: name, format: &Format{}}
		parsed := Parsed{Text: text}
		p.describe(&parsed, nil)
		if parsed.Text != text || !utf8.ValidString(parsed.Source+parsed.Author) || strings.ContainsAny(parsed.Source+parsed.Author, "\r\n") {
			t.Fatalf("%q: %+v", text, parsed)
		}
		for _, n := range strings.Split(parsed.Author, "、") {
			if parsed.Author != "" && !isName(n) {
				t.Fatalf("%q: %q is no name", text, n)
			}
		}
	})
}
