package html

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
)

// page is a web page as sites of some kind write it, and what is to be read in it.
type page struct {
	name, html                  string
	title, source, author, date string
	text                        string
}

// Paragraphs of the pages. The first is long enough to be found by any search for the
// main content, the others are not.
const (
	para1 = "湿地是城市的肾。今年秋天，东边的湿地里来了三万只候鸟，比去年多出一成，附近的居民常带着孩子来看。"
	para2 = "管理处的工程师说，水道疏通以后，潮水能够重新流进来，植物也长得密了。"
	para3 = "下一步，他们要测量土壤的厚度。"
)

var pages = []page{
	{
		name: "short notice with a menu in a div",
		html: `<html><head><title>候鸟来了_湿地网</title></head><body><div class="menu"><a href="/">首页</a> <a href="/n">新闻</a> <a href="/g">关于我们</a></div>
<h1>候鸟来了</h1><p>` + para3 + `</p><div class="footer">版权所有 湿地网 京ICP备12345678号</div></body></html>`,
		title: "候鸟来了", text: "# 候鸟来了\n\n" + para3,
	},
	{
		name: "list of links without any class, before the article",
		html: `<title>候鸟来了-东城日报</title><body><ul><li><a href="/1">要闻</a></li><li><a href="/2">时评</a></li><li><a href="/3">副刊</a></li></ul>
<h2>候鸟来了</h2><p>` + para2 + `</p><p>` + para3 + `</p><ul><li><a href="/x1">湿地明年扩建</a></li><li><a href="/x2">候鸟去了哪里</a></li><li><a href="/x3">盐田旧事</a></li></ul><p>Copyright © 2023 东城日报社</p>`,
		title: "候鸟来了", text: "## 候鸟来了\n\n" + para2 + "\n\n" + para3 + "\n\n- 湿地明年扩建\n- 候鸟去了哪里\n- 盐田旧事",
	},
	{
		name: "portal: breadcrumb, byline, share bar, related",
		html: `<html><head><meta charset="utf-8"><title>候鸟来了_新闻中心_东城网</title></head><body>
<div id="nav"><a href="/">首页</a><a href="/news">新闻</a><a href="/sports">体育</a><a href="/ent">娱乐</a></div>
<div class="path">您当前的位置：<a href="/">首页</a> &gt; <a href="/news">新闻</a> &gt; 正文</div>
<h1>候鸟来了</h1><div class="info">2023-09-08 10:12 来源：湿地周刊 作者：张三 <span>字号：大 中 小</span></div>
<div class="content"><p>　　` + para1 + `</p><p>　　` + para2 + `</p></div>
<p>（责任编辑：李四）</p><div class="share">分享到：<a href="#wx">微信</a><a href="http://w">微博</a></div>
<div class="about"><h3>相关阅读</h3><ul><li><a href="/1">湿地明年扩建</a></li><li><a href="/2">盐田旧事</a></li><li><a href="/3">候鸟的路</a></li></ul></div></body></html>`,
		title: "候鸟来了", source: "湿地周刊", author: "张三", date: "2023-09-08",
		text: "# 候鸟来了\n\n2023-09-08 10:12 来源：湿地周刊 作者：张三\n\n" + para1 + "\n\n" + para2,
	},
	{
		name: "wire report with a dateline, in a table",
		html: `<title>候鸟来了--时政--民声网</title><body><table><tr><td><a href="/">首页</a></td><td><a href="/a">时政</a></td><td><a href="/b">国际</a></td></tr></table>
<table><tr><td><h1>候鸟来了</h1><p>新华社北京2023年9月8日电（记者 张三、李四）` + para1 + `</p><p>` + para2 + `</p></td></tr></table><center>【打印】【关闭窗口】</center>`,
		title: "候鸟来了", source: "新华社", author: "张三、李四", date: "2023-09-08",
		text: "# 候鸟来了\n\n新华社北京2023年9月8日电（记者 张三、李四）" + para1 + "\n\n" + para2,
	},
	{
		name:  "what search engines ask for",
		html:  `<title>候鸟来了</title><body><h1>候鸟来了</h1><span id="pubtime_baidu">2023-09-08 10:12:00</span> <span id="source_baidu">来源：<a href="http://s">湿地周刊</a></span> <span id="author_baidu">作者：张三</span><p>` + para2 + `</p>`,
		title: "候鸟来了", source: "湿地周刊", author: "张三", date: "2023-09-08",
		text: "# 候鸟来了\n\n2023-09-08 10:12:00 来源：湿地周刊 作者：张三\n\n" + para2,
	},
	{
		name:  "linked data",
		html:  `<html><head><title>候鸟来了 | 湿地周刊</title><script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":["NewsArticle"],"headline":"候鸟来了","datePublished":"2023-09-08T10:12:00+08:00","author":[{"@type":"Person","name":"张三"},{"name":"李四"}],"publisher":{"name":"湿地周刊"}}]}</script></head><body><header><nav><a href="/">首页</a></nav></header><main><p>` + para2 + `</p></main></body></html>`,
		title: "候鸟来了", source: "湿地周刊", author: "张三、李四", date: "2023-09-08", text: para2,
	},
	{
		name:  "broken linked data",
		html:  `<title>候鸟来了</title><script type="application/ld+json">{"@type":"NewsArticle","headline":</script><script type="application/ld+json">[1,2,{"@type":{}}]</script><p>` + para2 + `</p>`,
		title: "候鸟来了", text: para2,
	},
	{
		name: "government notice",
		html: `<html><head><title>关于保护湿地的通知</title><meta name="ArticleTitle" content="关于保护湿地的通知"><meta name="PubDate" content="2023-09-08 10:12"><meta name="ContentSource" content="市林业局"><meta name="SiteName" content="东城市人民政府"></head><body>
<div class="top"><a href="/">设为首页</a><a href="/fav">加入收藏</a><a href="/mobile">手机版</a></div><div class="dqwz">当前位置：首页&gt;政务公开&gt;通知</div>
<div class="article"><h1>关于保护湿地的通知</h1><p>各区人民政府：</p><p>` + para2 + `</p><p style="text-align:right">市林业局</p><p style="text-align:right">2023年9月8日</p></div>
<div>上一篇：<a href="/1">关于防汛的通知</a></div><div>下一篇：<a href="/2">关于植树的通知</a></div><div class="copyright">主办：东城市人民政府</div></body></html>`,
		title: "关于保护湿地的通知", source: "市林业局", date: "2023-09-08",
		text: "# 关于保护湿地的通知\n\n各区人民政府：\n\n" + para2 + "\n\n市林业局\n\n2023年9月8日",
	},
	{
		name:  "blog with a table of contents and tags",
		html:  `<title>候鸟来了 - 小北的博客</title><body><div class="sidebar"><a href="/a">归档</a><a href="/b">标签</a><a href="/c">友链</a></div><article><h1>候鸟来了</h1><ul><li><a href="#a">甲</a></li><li><a href="#b">乙</a></li><li><a href="#c">丙</a></li></ul><h2 id=a>甲</h2><p>` + para2 + `</p></article><div class="tags"><a href="/t1">湿地</a><a href="/t2">鸟</a></div>`,
		title: "候鸟来了", text: "# 候鸟来了\n\n- 甲\n- 乙\n- 丙\n\n## 甲\n\n" + para2,
	},
	{
		name:  "sources listed behind prose stay",
		html:  `<title>候鸟的来源</title><body><h1>候鸟的来源</h1><p>` + para2 + `</p><p>资料来自下面几处。</p><ul><li><a href="http://a">湿地年报</a></li><li><a href="http://b">候鸟名录</a></li><li><a href="http://c">盐田志</a></li></ul>`,
		title: "候鸟的来源", text: "# 候鸟的来源\n\n" + para2 + "\n\n资料来自下面几处。\n\n- 湿地年报\n- 候鸟名录\n- 盐田志",
	},
	{
		name:  "a page of links is what it is",
		html:  `<title>文章目录</title><body><h1>文章目录</h1><ul><li><a href="/1">候鸟来了</a></li><li><a href="/2">盐田旧事</a></li><li><a href="/3">湿地明年扩建</a></li></ul>`,
		title: "文章目录", text: "# 文章目录\n\n- 候鸟来了\n- 盐田旧事\n- 湿地明年扩建",
	},
	{
		name:  "an article about navigation keeps its words",
		html:  `<title>怎样设计导航</title><body><div class="nav-article"><h1>怎样设计导航</h1><p>首页的位置很要紧。` + para2 + `</p><p>分享到朋友圈之前，先打印出来看看。</p></div>`,
		title: "怎样设计导航", text: "# 怎样设计导航\n\n首页的位置很要紧。" + para2 + "\n\n分享到朋友圈之前，先打印出来看看。",
	},
	{
		name:  "forum: buttons, page numbers, hidden layers",
		html:  `<title>候鸟来了-湿地论坛</title><body><div role="navigation"><a href="/">论坛</a></div><div id="postmessage_1"><p>` + para2 + `</p></div><div class="pager"><a href="?1">1</a><a href="?2">2</a><a href="?3">下一页</a></div><p>【字体：大 中 小】</p><p>点击：1024次</p><div style="display:none">隐藏的广告</div>`,
		title: "候鸟来了", text: para2,
	},
	{
		name:  "paper: edition line",
		html:  `<title>候鸟来了</title><body><div class="bc"><a href="/">返回目录</a></div><h3>候鸟来了</h3><h4>本报记者 张三</h4><p>《东城日报》（2023年09月08日 第 03 版）</p><div id="ozoom"><p>` + para2 + `</p><p>` + para3 + `</p></div>`,
		title: "候鸟来了", source: "东城日报", author: "张三", date: "2023-09-08",
		text: "返回目录\n\n### 候鸟来了\n\n#### 本报记者 张三\n\n《东城日报》（2023年09月08日 第 03 版）\n\n" + para2 + "\n\n" + para3,
	},
	{
		name:  "an open-graph title beside the name of the site",
		html:  `<title>湿地网</title><meta property="og:title" content="候鸟来了"><meta property="og:site_name" content="湿地网"><meta name="author" content="admin"><p>` + para2 + `</p>`,
		title: "候鸟来了", source: "湿地网", text: para2,
	},
	{
		name:  "words like those of buttons within a text",
		html:  `<title>说明</title><body><h1>说明</h1><p>按钮有<span>大</span>、<span>中</span>两种，各<span>300</span>个。</p><h2>评论</h2><ul><li>打印</li><li>收藏</li><li>2023</li></ul><div>300</div><p>` + para2 + `</p>`,
		title: "说明", text: "# 说明\n\n按钮有大、中两种，各300个。\n\n## 评论\n\n- 打印\n- 收藏\n- 2023\n\n300\n\n" + para2,
	},
	{
		name:  "a title with a dash of its own",
		html:  `<title>湿地与人——一份年度报告</title><p>` + para2 + `</p>`,
		title: "湿地与人——一份年度报告", text: para2,
	},
	{
		name: "long page: readability and byline",
		html: `<title>候鸟来了_湿地网</title><body><div class="header"><a href="/">首页</a><a href="/a">新闻</a><a href="/b">图片</a></div><h1>候鸟来了</h1><p class="source">发布时间：2023年9月8日 10:12　来源：湿地周刊</p><div class="content">` +
			strings.Repeat("<p>"+para1+"</p>", 8) + `</div><div class="hot"><h2>热门文章</h2><ul><li><a href="/1">湿地明年扩建</a></li><li><a href="/2">盐田旧事</a></li><li><a href="/3">候鸟的路</a></li></ul></div>`,
		title: "候鸟来了", source: "湿地周刊", date: "2023-09-08",
		text: strings.TrimSpace(strings.Repeat(para1+"\n\n", 8)),
	},
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, tt := range pages {
		for encoding, data := range map[string]string{"UTF-8": tt.html, "GB18030": gbk(t, tt.html)} {
			p := parse(t, data)
			date := ""
			if !p.Published.IsZero() {
				date = p.Published.Format(time.DateOnly)
			}
			if p.Title != tt.title || p.Source != tt.source || p.Author != tt.author || date != tt.date || p.Encoding != encoding {
				t.Errorf("%s (%s): %q, source %q, author %q, %s", tt.name, p.Encoding, p.Title, p.Source, p.Author, date)
			}
			if p.Text != tt.text {
				t.Errorf("%s (%s):\n got %q\nwant %q", tt.name, p.Encoding, p.Text, tt.text)
			}
		}
	}
}

// gbk is a page in GBK that says so.
func gbk(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	codes := gbkCodes()
	for _, r := range strings.ReplaceAll(s, `charset="utf-8"`, `charset="gb2312"`) {
		if r < 0x80 {
			b.WriteRune(r)
		} else if code := codes[r]; code != "" {
			b.WriteString(code)
		} else {
			b.WriteByte(' ') // ©, which GBK has not
		}
	}
	return b.String()
}

// gbkCodes are the codes of punctuation and the characters of GB 2312.
var gbkCodes = sync.OnceValue(func() map[rune]string {
	var table strings.Builder
	for lead := 0xa1; lead <= 0xf7; lead++ {
		for trail := 0xa1; trail <= 0xfe && (lead < 0xa4 && lead != 0xa2 || lead >= 0xb0) && (lead != 0xd7 || trail < 0xfa); trail++ {
			table.Write([]byte{byte(lead), byte(trail)})
		}
	}
	text, _, err := corpus.Decode([]byte(table.String()), "gbk")
	codes := make(map[rune]string)
	for i, r := range []rune(text) {
		codes[r] = table.String()[2*i : 2*i+2]
	}
	if err != nil || codes['鸟'] == "" {
		panic(fmt.Sprint("there is no GBK: ", err))
	}
	return codes
})

func TestEmptyPages(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]string{
		`<frameset><frame src="main.htm"></frameset>`:                       `in a frame, "main.htm"`,
		`<body><iframe src="http://a/b"></iframe></body>`:                   `in a frame, "http://a/b"`,
		`<meta http-equiv=refresh content="0; url=/new.html"><body></body>`: "only leads to another one",
		`<div id=app></div><script>run()</script>`:                          "may need a browser",
	} {
		if _, err := HTML().Parse(t.Context(), []byte(html)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", html, err, want)
		}
	}
}
