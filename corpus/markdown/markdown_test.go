package markdown

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/corpus"
)

func parse(t *testing.T, f corpus.Format, text string) corpus.Parsed {
	t.Helper()
	p, err := f.Parse(t.Context(), []byte(text))
	if err != nil {
		t.Fatalf("%.40q: %v", text, err)
	}
	return p
}

func TestFrontMatter(t *testing.T) {
	t.Parallel()
	const block = "title: 城市里的湿地\nsource: 自然周刊\nauthor: 林小北\ndate: 2023-09-07\nurl: https://example.com/a\ntags: [湿地, 城市]\n"
	for _, tt := range []struct {
		name, block                    string
		title, source, date, url, tags string
		warnings                       int
	}{
		{"plain", block, "城市里的湿地", "自然周刊", "2023-09-07", "https://example.com/a", "湿地 城市", 0},
		{"CRLF", strings.ReplaceAll(block, "\n", "\r\n"), "城市里的湿地", "自然周刊", "2023-09-07", "https://example.com/a", "湿地 城市", 0},
		{"CR", strings.ReplaceAll(block, "\n", "\r"), "城市里的湿地", "自然周刊", "2023-09-07", "https://example.com/a", "湿地 城市", 0},
		{"full-width colons", "title：湿地\nsource：自然周刊\ndate：2023年9月7日\ntags：湿地、城市\n", "湿地", "自然周刊", "2023-09-07", "", "湿地 城市", 1},
		{"one full-width colon", "title: 湿地\nsource：自然周刊\n", "湿地", "自然周刊", "", "", "", 1},
		{"Chinese keys", "标题: 湿地\n来源: 周刊\n发布时间: 2023/9/7 08:00\n", "湿地", "周刊", "2023-09-07", "", "", 0},
		{"colon in the title", "title: 湿地: 城市的肾\ndate: 2023-09-07\n", "湿地: 城市的肾", "", "2023-09-07", "", "", 1},
		{"tab", "title: 湿地\ntags:\n\t- 城市\n\t- 水\n", "湿地", "", "", "", "城市 水", 1},
		{"quote without end", "title: \"湿地\nauthor: 林小北\n", "湿地", "林小北", "", "", "", 1},
		{"numbers stay strings", "title: 1.10\nauthor: 0123\ntags: [007, 1e3, yes]\n", "1.10", "0123", "", "", "007 1e3 yes", 0},
		{"YAML timestamp", "title: a\ndate: 2023-09-07T08:00:00Z\n", "a", "", "2023-09-07", "", "", 0},
		{"authors", "Title: a\nAuthors:\n  - name: 林小北\n    mail: x\n  - 王大海\n", "a", "林小北、王大海", "", "", "", 0},
		{"folded title", "title: >\n  湿地\n  与人\ntags: 湿地，水; AI\n", "湿地 与人", "", "", "", "湿地 水 AI", 0},
		{"null", "title: ~\nsource:\nauthor: null\ndraft: true\n", "", "", "", "", "", 0},
		{"bad date and address", "title: a\ndate: 上周\nurl: javascript:alert(1)\n", "a", "", "", "", "", 2},
		{"anchors", "title: &t 湿地\nsource: *t\n", "湿地", "湿地", "", "", "", 0},
	} {
		eol := "\n"
		for _, e := range []string{"\r\n", "\r"} {
			if eol == "\n" && strings.Contains(tt.block, e) {
				eol = e
			}
		}
		text := "---" + eol + tt.block + "---" + eol + "正文。\n"
		p := parse(t, Markdown(), text)
		date := ""
		if !p.Published.IsZero() {
			date = p.Published.Format(time.DateOnly)
		}
		if p.Title != tt.title || cmp.Or(p.Source, p.Author) != tt.source || date != tt.date || p.URL != tt.url || strings.Join(p.Tags, " ") != tt.tags || len(p.Warnings) != tt.warnings {
			t.Errorf("%s: %+v", tt.name, p)
		}
		if strings.Contains(tt.block, "author: 林小北") != (p.Author == "林小北") {
			t.Errorf("%s: author %q", tt.name, p.Author)
		}
		if p.Text != text || p.Text[p.Body:] != "正文。\n" {
			t.Errorf("%s: body is %q", tt.name, p.Text[p.Body:])
		}
	}
}

func TestWhatIsNoFrontMatter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"---\n\n第一段。\n\n---\n\n第二段。",
		"---\n注意：明天下雨，请带伞。\n---\n正文。",
		"---\ntitle: 没有结尾的一块\n\n正文。",
		"---\n---\n正文。",
		"正文在前。\n---\ntitle: x\n---\n",
		"----\ntitle: x\n----\n",
		"---\n来源：周刊\n\n" + strings.Repeat("湿地是城市的肾，也是鸟的家。", 10) + "\n\n---\n尾声。",
		"---\n" + strings.Repeat("title: x\n", 10_000) + "---\n正文。",
		"",
	} {
		if p := parse(t, Markdown(), text); p.Body != 0 || p.Text != text || p.Source != "" || len(p.Warnings) > 0 {
			t.Errorf("%.40q: body at %d, %q, %q", text, p.Body, p.Source, p.Warnings)
		}
	}
}

func TestAliasesDoNotMultiply(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("---\na: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'm'; c++ {
		b.WriteString(string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ",") + "]\n")
	}
	b.WriteString("title: 湿地\ntags: *l\nself: &s [*s]\nauthor: *s\n---\n正文。")
	p := parse(t, Markdown(), b.String())
	if p.Title != "湿地" || len(p.Tags) > 10 || p.Text[p.Body:] != "正文。" {
		t.Errorf("%q, %d tags, %q", p.Title, len(p.Tags), p.Warnings)
	}
}

func TestHeadingTitle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# 湿地\n\n正文": "湿地",
		"\n\n正文在前。\n\n## 城市的 **肾** ##\n":                             "城市的 肾",
		"湿地与人\n====\n正文":                                             "湿地与人",
		"湿地与人\r\n----\r\n正文":                                         "湿地与人",
		"#湿地\n正文":                                                    "湿地",
		"#湿地 #城市 #水\n\n正文":                                           "",
		"```\n# 代码\n```\n\n# 真的标题":                                   "真的标题",
		"~~~~\n# 代码\n~~~\n# 还是代码\n~~~~\n# 真的":                        "真的",
		"    # 缩进的代码\n\n# 真的":                                        "真的",
		"<!--\n# 注释\n-->\n# 真的":                                      "真的",
		"# [湿地](https://example.com) ![图](a.png) <b>与</b> `人` {#id}": "湿地 图 与 人",
		"# \\*湿地\\* &amp; 水\n":                                       "*湿地* & 水",
		"# snake_case 与 __重点__\n":                                    "snake_case 与 重点",
		"#\n\n# ---\n\n# 第三个\n":                                      "第三个",
		"<h1 align=\"center\">湿地</h1>\n":                             "湿地",
		"- 列表\n---\n> 引文\n---\n正文。\n":                                "",
		"第一行\n第二行\n---\n":                                            "",
		"没有标题的正文。":                                                   "",
		"a\rb\r\r# 旧麦金塔\r":                                           "旧麦金塔",
		"# " + strings.Repeat("长", 300):                              strings.Repeat("长", 199) + "…",
	} {
		if p := parse(t, Markdown(), text); p.Title != want {
			t.Errorf("%.40q: title %q, want %q", text, p.Title, want)
		}
	}
}

func TestTextTitle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"城市里的湿地\n\n正文。":                     "城市里的湿地",
		"\ufeff城市里的湿地\r\n\r\n正文。":           "城市里的湿地",
		"# 湿地\n正文。":                         "湿地",
		"今天天气很好。\n\n正文。":                    "",
		"城市里的湿地\n正文紧跟着。":                    "",
		"城市里的湿地":                            "",
		"城市里的湿地\n\n":                        "",
		"　　这是缩进的一段\n\n正文。":                  "",
		"- 列表\n\n正文。":                       "",
		"目录：\n\n正文。":                        "",
		"2023\n\n正文。":                       "",
		strings.Repeat("长", 41) + "\n\n正文。": "",
		"---\ntitle: 前置\n---\n第一行\n\n正文。":   "前置",
	} {
		if p := parse(t, Text(), text); p.Title != want || p.Text != strings.TrimPrefix(text, "\ufeff") {
			t.Errorf("%.40q: title %q, want %q", text, p.Title, want)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	if m, x := Markdown(), Text(); m.Name != "markdown" || x.Name != "text" || !slices.Contains(m.Extensions, ".md") || !slices.Contains(x.Extensions, ".txt") {
		t.Errorf("%+v, %+v", m, x)
	}
	if _, err := Markdown().Parse(t.Context(), []byte("今天\xff天气很好")); err == nil {
		t.Error("a broken file was read")
	}
}

// No front matter loses any of the file, and what is found is fit to show.
func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: a\n---\nb", "---\ntitle：a\ntags: [x, y]\n---\r\nb", "---\na: &a [*a]\ntitle: *a\n---\n", "---\n\ttitle: \"\n---\n",
		"# a\n", "a\n===\n", "```\n# a", "---\ntags:\n- a\n- {name: b}\n---\n", "---\n? [a]\n: b\ntitle: !!binary x\n---\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range []corpus.Format{Markdown(), Text()} {
			p, err := format.Parse(t.Context(), []byte(text))
			if err != nil {
				continue
			}
			if utf8.ValidString(text) && p.Text != strings.TrimPrefix(text, "\ufeff") && p.Encoding != "UTF-16LE" && p.Encoding != "UTF-16BE" {
				t.Fatalf("%q came out as %q", text, p.Text)
			}
			if p.Body < 0 || p.Body > len(p.Text) || p.Body > 0 && p.Text[p.Body-1] != '\n' && p.Text[p.Body-1] != '\r' && p.Body < len(p.Text) {
				t.Fatalf("%q: body at %d", text, p.Body)
			}
			if !utf8.ValidString(p.Title+p.Source) || strings.ContainsAny(p.Title, "\r\n") || utf8.RuneCountInString(p.Title) > maxTitle {
				t.Fatalf("%q: title %q, source %q", text, p.Title, p.Source)
			}
		}
	})
}
