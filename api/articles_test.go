package api

import (
	"bytes"
	"html"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"yinju/corpus"
	"yinju/rag"
)

func TestListArticles(t *testing.T) {
	t.Parallel()
	asked := make(chan rag.ArticleQuery, 2)
	h := serve(t, func(_ *Server, x *fakeIndex) {
		x.articles = func(q rag.ArticleQuery) ([]rag.ArticleInfo, string, error) {
			asked <- q
			if q.Text == "early" {
				return nil, "", rag.ErrNotReady
			}
			return (&fakeIndex{}).Articles(q)
		}
	})
	body := read(t, h.do(t, "GET", "/articles?q=a&limit=1000&after=x/y.md&authors=%E5%BC%A0%E4%B8%89&authors=b", ""))
	if got := <-asked; !reflect.DeepEqual(got, rag.ArticleQuery{Text: "a", Authors: []string{"张三", "b"}, Limit: 1000, After: "x/y.md"}) {
		t.Errorf("asked for %+v", got)
	}
	for _, want := range []string{
		`"path":"甲/大模型.md"`, `"published":"2023-08-31"`, `"passages":2`, `"encoding":"UTF-8"`, `"bytes":321`, `"author":"张三、李四"`, `"decoding":{"sure":0.98,"proof":"likeness","suspects":[{"kind":"garbled","count":3,"places":[{"line":2,"column":5,"found":"锟斤拷"}]}]}`,
		`"decoding":{"sure":1,"proof":"","suspects":[]}`, `"next":"b.txt"`,
		`"published":"","url":"javascript:alert(1)","tags":[]`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, `"text":`) {
		t.Error("the list holds texts")
	}
	problemIn(t, h.do(t, "GET", "/articles?q=early", ""), 503, "not_ready")
	problemIn(t, h.do(t, "GET", "/articles?authors=a%00", ""), 400, "control")
}

func TestReadArticle(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	a := testArticles[0]
	type reply struct {
		Text      string
		Selection *selection
	}
	whole := into[reply](t, h.do(t, "GET", "/articles/"+a.ID, "", "Accept: application/json, text/html;q=0.5"), 200)
	if whole.Text != a.Text || whole.Selection != nil {
		t.Errorf("got %+v", whole)
	}
	part := into[reply](t, h.do(t, "GET", "/articles/"+a.ID+"?quote="+url.QueryEscape("130个"), ""), 200)
	if s := part.Selection; s == nil || !s.Found || string([]rune(a.Text)[s.Start:s.End]) != "130个" {
		t.Errorf("got %+v", part.Selection)
	}
	edited := into[reply](t, h.do(t, "GET", "/articles/"+a.ID+"?quote="+url.QueryEscape("截至8月底，共有131个大模型问世。"), ""), 200)
	if s := edited.Selection; s == nil || !s.Found || !s.Changed || s.End <= s.Start {
		t.Errorf("edited quote: %+v", edited.Selection)
	}
	lost := into[reply](t, h.do(t, "GET", "/articles/"+a.ID+"?quote=140", ""), 200)
	if s := lost.Selection; s == nil || s.Found {
		t.Errorf("got %+v", lost.Selection)
	}
	for _, id := range []string{"none", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", strings.Repeat("a", 500), "甲"} {
		res := h.do(t, "GET", "/articles/"+id, "")
		if res.StatusCode != 404 {
			t.Errorf("%s: %d", id, res.StatusCode)
		}
	}
	problemIn(t, h.do(t, "GET", "/articles/none", ""), 404, "article_not_found")
	page := h.do(t, "GET", "/articles/none", "", "Accept: text/html")
	if body := read(t, page); page.StatusCode != 404 || !strings.Contains(body, `<p class="notice">没有这篇文章`) {
		t.Errorf("%d %s", page.StatusCode, body)
	}
}

func TestReadingPage(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	a := testArticles[0]
	get := func(id, query string) string {
		res := h.do(t, "GET", "/articles/"+id+query, "", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
		if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != "text/html; charset=utf-8" {
			t.Errorf("%d %s", res.StatusCode, got)
		}
		return read(t, res)
	}
	page := get(a.ID, "?start=1000&end=1010&quote="+url.QueryEscape("截至7月底，**共有130个**大模型"))
	for _, want := range []string{
		`<title>大模型&lt;b&gt;&amp;&#34;年中&#34; · 引据</title>`, `<a class="brand" href="/">引据</a>`, `<a href="/#view=articles">文章</a>`,
		`<h1>大模型&lt;b&gt;&amp;&#34;年中&#34;</h1>`, `<time datetime="2023-08-31">`, `href="https://news.example/1"`, `rel="nofollow noopener noreferrer"`,
		`<section data-article="0123456789abcdef"><h2><span class="md"># </span>概况</h2>`,
		`<p><mark id="cite">截至7月底，</mark><mark><span class="md">**</span></mark><mark><strong>共有130个</strong></mark><mark><span class="md">**</span></mark><mark>大模型</mark>问世。`,
		`&lt;script&gt;alert(1)&lt;/script&gt;</p>`, `<ul><li><span class="md">- </span>一</li>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	if strings.Contains(page, "notice") || strings.Contains(page, "title: x") {
		t.Error("a notice, or the front matter, stands in the page")
	}
	if !regexp.MustCompile(`src="/assets/[0-9a-f]{16}/reading\.js"`).MatchString(page) {
		t.Error("no script of the page's files")
	}
	if lost := get(a.ID, "?quote=140"); !strings.Contains(lost, `<p class="notice">原文已变化`) || strings.Contains(lost, "<mark") {
		t.Errorf("lost quote: %s", lost)
	}
	edited := get(a.ID, "?start=0&end=3&quote="+url.QueryEscape("截至8月底，共有131个大模型问世。"))
	if !strings.Contains(edited, `<p class="notice">原文已变化，标出的是`) || !strings.Contains(edited, `<mark id="cite">截至7月底，</mark>`) {
		t.Errorf("edited quote: %s", edited)
	}
	if other := get(testArticles[1].ID, ""); strings.Contains(other, "javascript:") {
		t.Errorf("a script as link: %s", other)
	}
}

// textContent is what a browser makes of an element without ">" in tags.
func textContent(fragment string) string {
	var b strings.Builder
	for fragment != "" {
		text, rest, _ := strings.Cut(fragment, "<")
		b.WriteString(text)
		_, fragment, _ = strings.Cut(rest, ">")
	}
	return html.UnescapeString(b.String())
}

func TestWriteArticle(t *testing.T) {
	t.Parallel()
	mark := func(text, quote string) corpus.Span {
		i := strings.Index(text, quote)
		return corpus.Span{Start: i, End: i + len(quote)}
	}
	tests := []struct{ name, format, text, quote, want string }{
		{"plain lines", "text", "甲\r\n\r\n# 乙\n", "", "<p>甲&#13;</p>\n&#13;\n<p># 乙</p>\n"},
		{"across blocks", "markdown", "甲乙\n\n丙丁", "乙\n\n丙", `<p>甲<mark id="cite">乙</mark></p>` + "\n\n" + `<p><mark>丙</mark>丁</p>`},
		{"soft break", "markdown", "甲\n乙", "", "<p>甲\n乙</p>"},
		{"list", "markdown", "- 甲\n  乙\n1. 丙\n\n丁", "", "<ul><li><span class=\"md\">- </span>甲\n  乙</li>\n<li><span class=\"md\">1. </span>丙</li>\n\n</ul><p>丁</p>"},
		{"quote", "markdown", "> 甲\n乙", "", "<p><span class=\"md\">&gt; </span>甲\n乙</p>"},
		{"fence", "markdown", "```\n# 甲\n\n**乙**\n```\n丙", "甲", "<pre>```\n# <mark id=\"cite\">甲</mark>\n\n**乙**\n```</pre>\n<p>丙</p>"},
		{"open fence", "markdown", "~~~\n甲", "", "<pre>~~~\n甲</pre>"},
		{"table", "markdown", "|甲|\n|-|\n|乙|\n丙", "", "<pre>|甲|\n|-|\n|乙|</pre>\n<p>丙</p>"},
		{"not bold", "markdown", "2**3 ** 4 ****甲\n**乙\n**", "", "<p>2**3 ** 4 ****甲\n**乙\n**</p>"},
		{"mark within bold", "markdown", "**甲乙**", "乙", `<p><span class="md">**</span><strong>甲</strong><mark id="cite"><strong>乙</strong></mark><span class="md">**</span></p>`},
		{"hash without space", "markdown", "#甲", "", "<p>#甲</p>"},
		{"empty", "markdown", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			span := corpus.Span{}
			if test.quote != "" {
				span = mark(test.text, test.quote)
			}
			writeArticle(&b, &corpus.Article{Text: test.text, Format: test.format}, span)
			if b.String() != test.want {
				t.Errorf("got  %s\nwant %s", b.String(), test.want)
			}
		})
	}
}

func FuzzWriteArticle(f *testing.F) {
	f.Add("# 甲\n\n**乙** <b>\r\n- 丙\n```\n**", 3, 9, true)
	f.Add("| a |\n> b\n\n\n1) c", 0, 4, false)
	f.Add("****\n** a ** **b**", 1, 2, true)
	f.Fuzz(func(t *testing.T, text string, start, length int, marked bool) {
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "")
		start = min(max(0, start), len(text))
		end := min(max(start, start+min(max(0, length), len(text))), len(text))
		format := "text"
		if marked {
			format = "markdown"
		}
		// A span that cuts a character in two can't come out of locate.
		runes := []rune(text)
		start, end = min(start, len(runes)), min(end, len(runes))
		span := corpus.Span{Start: len(string(runes[:start])), End: len(string(runes[:end]))}
		var b strings.Builder
		writeArticle(&b, &corpus.Article{Text: text, Format: format}, span)
		out := b.String()
		if got := textContent(out); got != text {
			t.Fatalf("text %q became %q", text, got)
		}
		allowed := regexp.MustCompile(`^(</?(p|h[2-6]|ul|li|pre|strong|mark)>|<span class="md">|</span>|<mark id="cite">)$`)
		for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(out, -1) {
			if !allowed.MatchString(tag) {
				t.Fatalf("tag %s in %q", tag, out)
			}
		}
		var inside strings.Builder
		for _, m := range regexp.MustCompile(`(?s)<mark[^>]*>(.*?)</mark>`).FindAllStringSubmatch(out, -1) {
			inside.WriteString(textContent(m[1]))
		}
		// Between blocks there is nothing but white space to mark.
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(inside.String()) != bare(text[span.Start:span.End]) {
			t.Fatalf("marked %q of %q", inside.String(), text[span.Start:span.End])
		}
	})
}

// A quarter of a megabyte of what could be a sign at each place takes no time.
func TestWriteLargeArticle(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"** ", "**", "**a", "甲。", "- ", "> ", "```\n", "|", "# a\n", "a\n"} {
		var b strings.Builder
		text := strings.Repeat(piece, (1<<18)/len(piece))
		start := time.Now()
		writeArticle(&b, &corpus.Article{Text: text, Format: "markdown"}, corpus.Span{Start: 0, End: len(text)})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q: %v", piece, took)
		}
		if textContent(b.String()) != text {
			t.Errorf("%q: the text is not whole", piece)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	const text = "甲说一。乙说一。丙说二。"
	tests := []struct {
		name  string
		place place
		want  string // with what stands before it
		found bool
	}{
		{"position", place{start: 0, end: 3}, "甲说一", true},
		{"position and quote agree", place{start: 5, end: 7, quote: "说一"}, "甲说一。乙说一", true},
		{"position moved, nearest", place{start: 6, end: 8, quote: "说一"}, "甲说一。乙说一", true},
		{"quote by prefix", place{start: -1, end: -1, quote: "说一", prefix: "x乙"}, "甲说一。乙说一", true},
		{"quote by suffix", place{start: 0, end: 2, quote: "说一", suffix: "。丙"}, "甲说一。乙说一", true},
		{"quote alone", place{start: -1, end: -1, quote: "说一"}, "甲说一", true},
		{"position beyond the end, quote found", place{start: 900, end: 901, quote: "说二"}, "甲说一。乙说一。丙说二", true},
		{"position beyond the end", place{start: 900, end: 901}, "", false},
		{"end beyond the end", place{start: 0, end: 13}, "", false},
		{"to the end", place{start: 11, end: 12}, text, true},
		{"empty position", place{start: 3, end: 3}, "", false},
		{"changed", place{start: 0, end: 3, quote: "甲说二"}, "", false},
		{"overlapping", place{start: -1, end: -1, quote: "。"}, "甲说一。", true},
		{"nothing", place{start: -1, end: -1}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			span, found := locate(text, test.place)
			if found != test.found || found && text[:span.End] != test.want {
				t.Errorf("got %v %v %q", span, found, text[:max(0, span.End)])
			}
		})
	}
	start := time.Now()
	if _, found := locate(strings.Repeat("a", 1<<18), place{start: -1, end: -1, quote: strings.Repeat("a", 4000), prefix: strings.Repeat("a", maxAround)}); !found {
		t.Error("not found")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("a text of one letter took %v", took)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	index := h.do(t, "GET", "/", "")
	page := read(t, index)
	found := regexp.MustCompile(`src="(/assets/[0-9a-f]{16}/)app\.js"`).FindStringSubmatch(page)
	if found == nil || index.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(index.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%v %s", index.Header, page)
	}
	for name, kind := range map[string]string{"app.js": "text/javascript; charset=utf-8", "style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		res := h.do(t, "GET", found[1]+name, "")
		if got := read(t, res); got != string(testPage[name].Data) || res.Header.Get("Content-Type") != kind || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v %s", name, res.Header, got)
		}
		again := h.do(t, "GET", found[1]+name, "", "If-None-Match: "+res.Header.Get("ETag"))
		if again.StatusCode != 304 || read(t, again) != "" {
			t.Errorf("%s: %d", name, again.StatusCode)
		}
	}
	if res := h.do(t, "GET", "/", "", "If-None-Match: "+index.Header.Get("ETag")); res.StatusCode != 304 {
		t.Errorf("page: %d", res.StatusCode)
	}
	for _, path := range []string{"index.html", "none.js", "../index.html", "..%2f..%2fserver.go", "%2e%2e/app.js", "", "/app.js", "app.js/", "..\\app.js"} {
		if res := h.do(t, "GET", found[1]+path, ""); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	bare := serve(t, func(s *Server, _ *fakeIndex) { s.Assets = nil })
	problemIn(t, bare.do(t, "GET", "/", ""), 404, "no_such_route")
	problemIn(t, bare.do(t, "GET", "/assets//app.js", ""), 404, "no_such_route")
}

// Any change of any file changes the address of all.
func TestAssetsHash(t *testing.T) {
	t.Parallel()
	first, err := loadAssets(testPage)
	if err != nil {
		t.Fatal(err)
	}
	changed := fstest.MapFS{}
	for name, file := range testPage {
		changed[name] = file
	}
	changed["sub.js"] = &fstest.MapFile{Data: []byte("export default 1;")}
	second, err := loadAssets(changed)
	if err != nil {
		t.Fatal(err)
	}
	if first.hash == second.hash || bytes.Equal(first.index.plain, second.index.plain) {
		t.Error("the same address for other files")
	}
}
