package html

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/corpus"
)

func parse(t *testing.T, page string) corpus.Parsed {
	t.Helper()
	p, err := HTML().Parse(t.Context(), []byte(page))
	if err != nil {
		t.Fatalf("%.60q: %v", page, err)
	}
	return p
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<h1>湿地</h1><p>城市的\n  肾。</p><p>鸟的 家。</p>":                           "# 湿地\n\n城市的肾。\n\n鸟的 家。",
		"<h2>甲</h2>乙<br>丙<br><br>丁":                                         "## 甲\n\n乙\n丙\n\n丁",
		"<ul><li>甲</li><li><p>乙</p><ul><li>丙</li></ul></li><li></li></ul>丁": "- 甲\n- 乙\n  - 丙\n\n丁",
		"<ol start=3><li>甲<li>乙</ol>":                                       "3. 甲\n4. 乙",
		"<table><caption>水质</caption><tr><th>项目</th><th>数值</th></tr><tr><td><p>氨氮</p></td><td>0.5\nmg/L</td></tr></table>": "水质\n项目 | 数值\n氨氮 | 0.5 mg/L",
		"<p>见：</p><pre>  a\n    b ```\n</pre><p>完。</p>":                                                                    "见：\n\n````\n  a\n    b ```\n````\n\n完。",
		"<p><ruby>汉<rp>(</rp><rt>hàn</rt><rp>)</rp>字</ruby>注音</p>":                                                         "汉字注音",
		"<p>a &amp; b&nbsp;&lt;c&gt; &#x4e2d;&hellip;</p>":                                                                 "a & b <c> 中…",
		"<p>one\ntwo 中文\nthree，\n四</p>":                                                                                    "one two 中文 three，四",
		"<p>零&#8203;宽&shy;字</p>":                                                                                           "零宽字",
		"<p>见<b>粗</b><i>斜</i><code>x</code><a href=x>链</a></p>":                                                            "见粗斜x链",
		"<p>留</p><script>var a='藏'</script><style>.x{}</style><div hidden>藏</div><p style='display : none'>藏</p><template>藏</template><noscript>藏</noscript><svg><text>藏</text></svg>": "留",
		"<nav>导航</nav><main><p>正文</p></main><footer>页脚</footer>":                 "正文",
		"<p>他说<q>好</q>。<dl><dt>词</dt><dd>义</dd></dl>":                            "他说“好”。\n\n词\n义",
		"<p>10<sup>12</sup>米，E=mc<sup>2</sup>，1<sup>st</sup>，CO<sub>2</sub></p>": "10¹²米，E=mc²，1st，CO2",
		"<p>四成<a href=#n1 role=doc-noteref><sup>1</sup></a>。又<sup><a href=#n2>[2]</a></sup>，见<a href=#n1>一</a>。</p><ol><li id=n1><p>甲注。<a href=#r1 role=doc-backlink>↩︎</a></p></li><li id=n2><a href=#r2>2</a> 乙注。</li></ol><p>完。": "四成[^1]。又[^2]，见一。\n\n[^1]: 甲注。\n\n[^2]: 乙注。\n\n完。",
		"<p>共130个<a href=#x>1</a>，<a href=/y><sup>2</sup></a>": "共130个1，²",
		"<p>没有结尾的<b>标签":                                        "没有结尾的标签",
	} {
		if p := parse(t, in); p.Text != want {
			t.Errorf("%s:\n got %q\nwant %q", in, p.Text, want)
		}
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ head, body, title, source, date, url string }{
		{"<title>湿地 - 自然网</title><meta property=og:site_name content=自然网>", "<h1>湿地</h1>", "湿地", "自然网", "", ""},
		{"<title>湿地_自然网</title><meta property=og:title content=湿地><meta name=author content=林小北>", "", "湿地", "林小北", "", ""},
		{"<title>网页的标题</title>", "<h1>别的标题</h1>", "网页的标题", "", "", ""},
		{"", "<h1>只有<br>标题</h1>", "只有标题", "", "", ""},
		{"<title>\n a\n b </title>", "", "a b", "", "", ""},
		{"<title>a</title><meta property=article:published_time content='2023-09-07T08:00:00+08:00'>", "<time>2001-01-01</time>", "a", "", "2023-09-07", ""},
		{"<title>a</title><meta name=date content=上周>", "<time datetime=2023-09-08>昨天</time>", "a", "", "2023-09-08", ""},
		{"<title>a</title>", "<time>2023年9月9日 10:00</time>", "a", "", "2023-09-09", ""},
		{"<title>a</title><link rel=canonical href=https://example.com/a>", "", "a", "", "", "https://example.com/a"},
		{"<title>a</title><link rel=canonical href=javascript:alert(1)><meta property=og:url content=http://example.com/b>", "", "a", "", "", "http://example.com/b"},
		{"<title>a</title><link rel=canonical href=/a>", "<svg><title>图</title></svg>", "a", "", "", ""},
	} {
		p := parse(t, "<html><head>"+tt.head+"</head><body>"+tt.body+"<p>正文。</p>")
		date := ""
		if !p.Published.IsZero() {
			date = p.Published.Format(time.DateOnly)
		}
		if p.Title != tt.title || cmp.Or(p.Source, p.Author) != tt.source || date != tt.date || p.URL != tt.url {
			t.Errorf("%s %s: %q, %q, %q, %q", tt.head, tt.body, p.Title, p.Source, date, p.URL)
		}
	}
}

// story is the body of an article of n paragraphs.
func story(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<p>第%d段讲城市里的湿地，它蓄水、净水，也给候鸟留一个歇脚的地方，附近的居民常来散步。</p>\n", i+1)
	}
	return b.String()
}

func TestMainContent(t *testing.T) {
	t.Parallel()
	links := "<ul>" + strings.Repeat("<li><a href=/x>相关推荐的链接</a></li>", 40) + "</ul>"
	p := parse(t, "<title>湿地</title><body><div class=nav>"+links+"</div><div class=article><h1>湿地</h1>"+story(12)+
		"<h2>小标题</h2>"+story(12)+"</div><div class=sidebar>"+links+"</div><div class=footer>版权所有</div>")
	if strings.Contains(p.Text, "相关推荐") || strings.Contains(p.Text, "版权所有") {
		t.Errorf("surroundings were taken for the article: %.200q", p.Text)
	}
	if strings.Count(p.Text, "段讲城市里的湿地") != 24 || !strings.Contains(p.Text, "\n\n## 小标题\n\n第1段") {
		t.Errorf("the article was cut: %.200q", p.Text)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const (
		utf8Title, utf8Text = "濕地公園", "這裡有一座公園。"
		gbkTitle, gbkText   = "\x9d\xf1\xb5\xd8\xb9\xab\x88\x40", "\xdf\x40\xd1\x65\xd3\xd0\xd2\xbb\xd7\xf9\xb9\xab\x88\x40\xa1\xa3"
		big5Title, big5Text = "\xc0\xe3\xa6\x61\xa4\xbd\xb6\xe9", "\xb3\x6f\xb8\xcc\xa6\xb3\xa4\x40\xae\x79\xa4\xbd\xb6\xe9\xa1\x43"
	)
	for _, tt := range []struct{ charset, title, text string }{
		{"utf-8", utf8Title, utf8Text},
		{"gb2312", utf8Title, utf8Text},
		{"gb2312", gbkTitle, gbkText},
		{"GBK", gbkTitle, gbkText},
		{"utf-8", gbkTitle, gbkText},
		{"iso-8859-1", gbkTitle, gbkText},
		{"big5", big5Title, big5Text},
		{"iso-8859-1", big5Title, big5Text},
	} {
		page := "<html><head><meta http-equiv=Content-Type content='text/html; charset=" + tt.charset + "'>" +
			"<title>" + tt.title + "</title></head><body><p>" + tt.text + "</p></body></html>"
		if p := parse(t, page); p.Title != utf8Title || p.Text != utf8Text {
			t.Errorf("%s: %q, %q (%s)", tt.charset, p.Title, p.Text, p.Encoding)
		}
	}
	if _, err := HTML().Parse(t.Context(), []byte("<p>\xff今天</p>")); err == nil {
		t.Error("a broken page was read")
	}
}

func TestHostilePages(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for name, page := range map[string]string{
		"nested div":      "<title>深</title>" + strings.Repeat("<div>", n) + "正文。" + strings.Repeat("</div>", n),
		"nested inline":   strings.Repeat("<b>", n) + "正文。",
		"nested list":     strings.Repeat("<ul><li>", n) + "正文。",
		"nested table":    strings.Repeat("<table><tr><td>", n/3) + "正文。",
		"misnested":       strings.Repeat("<a><b><p>", n/20) + "正文。",
		"formatting":      strings.Repeat("<p><font size=1><b>", 1000) + "正文。",
		"many paragraphs": strings.Repeat("<p>正文。", n),
		"many attributes": "<p " + strings.Repeat("a ", n) + ">正文。",
		"many links":      strings.Repeat("<a href=x>正文。</a> ", n/2),
		"fostered":        strings.Repeat("<table><b>x", 2000) + "正文。",
		"many rows":       "<table>" + strings.Repeat("<tr><td>正文。<td>b", n/4) + "</table>",
		"open comment":    "正文。" + strings.Repeat("<!--", n),
		"open tags":       "正文。" + strings.Repeat("<a ", n),
		"entities":        "正文。" + strings.Repeat("&notit;&", n),
		"one long word":   "<p>正文。" + strings.Repeat("字", n*3),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			p := parse(t, page)
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("took %v", took)
			}
			if !strings.Contains(p.Text, "正文。") || len(p.Text) > 2*len(page) || !utf8.ValidString(p.Text) {
				t.Errorf("text is %.60q, %d bytes of %d", p.Text, len(p.Text), len(page))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	page := "<title>深</title><script>藏</script>" + strings.Repeat("<div>", 20) + "甲<p>乙<br>丙"
	p, err := Reader{MaxDepth: 10}.Format().Parse(t.Context(), []byte(page))
	if err != nil || p.Title != "深" || p.Text != "甲\n\n乙\n丙" || len(p.Warnings) != 1 {
		t.Errorf("beyond the depth: %+v, %v", p, err)
	}
	if p := parse(t, page); len(p.Warnings) != 0 {
		t.Errorf("within the depth: %q", p.Warnings)
	}
	page = "<body><div class=nav><a href=x>相关推荐</a></div><div class=article>" + story(30) + "</div>"
	p, err = Reader{MaxNodes: 10}.Format().Parse(t.Context(), []byte(page))
	if err != nil || !strings.Contains(p.Text, "相关推荐") || !strings.Contains(p.Text, "第30段") {
		t.Errorf("beyond the nodes: %.60q, %v", p.Text, err)
	}
	p, err = Reader{MaxTime: 1}.Format().Parse(t.Context(), []byte("<title>慢</title><p>甲</p>"))
	if err != nil || p.Title != "慢" || p.Text != "甲" || len(p.Warnings) != 1 {
		t.Errorf("beyond the time: %+v, %v", p, err)
	}
	deep := strings.Repeat("<div>", 300) + "<p>正文。" + strings.Repeat("</div>", 300)
	if p := parse(t, strings.Repeat(deep, 50)); strings.Count(p.Text, "正文。") != 50 {
		t.Errorf("many deep nodes: %.60q", p.Text)
	}
	if p, err := HTML().Parse(t.Context(), []byte("<title>空</title><body><script>x</script>")); err == nil {
		t.Errorf("an empty page was read: %+v", p)
	}
}

// No page panics, and what comes out is text, not much longer than the page.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"<title>a</title><p>b", "<table><td><ul><li>a</table>", "<pre>```</pre>", "<svg><p>", "<template><td>", "<ruby>a<rt>b",
		"<b><table><p></b>", "<li><h1>", "<ol start=99><li>", "<frameset>", "<q><q>", "<!--", "<a></p>", "<meta charset=big5>", "<math><mi>a",
		"<div>" + strings.Repeat("<p>甲，乙，丙。", 30),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, page string) {
		p, err := HTML().Parse(t.Context(), []byte(page))
		if err != nil {
			return
		}
		if !utf8.ValidString(p.Text+p.Title+p.Source) || strings.Contains(p.Text, "\x00") || strings.ContainsAny(p.Title, "\r\n") {
			t.Fatalf("%q: %q, %q", page, p.Title, p.Text)
		}
		if len(p.Text) > 64*len(page)+64 || strings.TrimSpace(p.Text) == "" {
			t.Fatalf("%q: %d bytes of text", page, len(p.Text))
		}
	})
}
