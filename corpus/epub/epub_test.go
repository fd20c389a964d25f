package epub

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

const container = `<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`

// pack makes a book of files, given as names and contents; of a name given twice the
// later counts.
func pack(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	last := make(map[string]int)
	for i := 0; i < len(files); i += 2 {
		last[files[i]] = i
	}
	for i := 0; i < len(files); i += 2 {
		if last[files[i]] != i {
			continue
		}
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opf is a package document with metadata, further items and chapters c0, c1 and so on.
func opf(meta, items string, chapters int, more string) string {
	spine := ""
	for i := range chapters {
		items += fmt.Sprintf(`<item id="c%d" href="text/c%d.xhtml" media-type="application/xhtml+xml"/>`, i, i)
		spine += fmt.Sprintf(`<itemref idref="c%d"/>`, i)
	}
	return `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>` + meta +
		`</metadata><manifest>` + items + `</manifest><spine toc="ncx">` + spine + more + `</spine></package>`
}

// pageOf is a chapter.
func pageOf(body string) string {
	return `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/><script src="x"/></head><body>` + body + `</body></html>`
}

// bookOf is a book of chapters, and other files.
func bookOf(t testing.TB, chapters []string, files ...string) []byte {
	t.Helper()
	all := []string{"mimetype", "application/epub+zip", "META-INF/container.xml", container, "OEBPS/content.opf", opf("<dc:title>书</dc:title>", "", len(chapters), "")}
	for i, c := range chapters {
		all = append(all, fmt.Sprintf("OEBPS/text/c%d.xhtml", i), pageOf(c))
	}
	return pack(t, append(all, files...)...)
}

func parse(t *testing.T, data []byte) corpus.Parsed {
	t.Helper()
	p, err := EPUB().Parse(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestChapters(t *testing.T) {
	t.Parallel()
	const (
		ncx  = `<ncx xmlns="x"><navMap><navPoint><navLabel><text>第一章 春</text></navLabel><content src="text/c0.xhtml#a"/></navPoint><navPoint><navLabel><text>第一节</text></navLabel><content src="text/c0.xhtml#b"/></navPoint><navPoint><navLabel><text>第二章 夏</text></navLabel><content src="text/c1.xhtml"/></navPoint></navMap></ncx>`
		item = `<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>`
	)
	withNCX := func(chapters ...string) []byte {
		return bookOf(t, chapters, "OEBPS/toc.ncx", ncx, "OEBPS/content.opf", opf("", item, len(chapters), ""))
	}
	for _, tt := range []struct {
		name, want string
		data       []byte
	}{
		{"headings", "# 一\n\n甲。\n\n## 二\n\n乙。", bookOf(t, []string{"<h1>一</h1><p>甲。</p>", "", "<h2>二</h2><p>乙。</p>"})},
		{"titles", "# 第一章 春\n\n甲。\n\n# 第二章 夏\n\n乙。\n\n丙。", withNCX("<p>甲。</p>", "<p>第二章　夏</p><p>乙。</p>", "<p>丙。</p>")},
		{"own heading", "## 春\n\n甲。", withNCX("<h2>春</h2><p>甲。</p>")},
		{"contents", "# 第一章 春\n\n甲。", withNCX("<p>甲。</p>", "<p>目录</p><ul><li><a href='c0.xhtml'>第一章 春</a></li><li>第二章 夏</li><li>第二章 夏</li></ul>")},
		{"empty elements", "甲乙。\n\n丙。", bookOf(t, []string{`<p><a id="p1"/>甲<span class="x" />乙。</p><div/><p/><p>丙。<br/></p>`})},
		{"navigation", "甲。", bookOf(t, []string{`<nav epub:type="page-list"><a href="#p1">1</a></nav><p>甲。</p>`})},
		{"front matter", "甲。", bookOf(t, []string{`<section epub:type="titlepage"><h1>书</h1><p>作者</p></section>`, `<p>甲。</p>`})},
		{"whole book in one", "# 书\n\n" + strings.Repeat("正文。", 200), bookOf(t, []string{`<section epub:type="titlepage"><h1>书</h1></section><p>` + strings.Repeat("正文。", 200) + `</p>`})},
		{
			"notes", "四成[^1]。\n\n[^1]: 甲注。\n\n六成[^2]。\n\n[^2]: 乙注。",
			bookOf(t, []string{
				`<p>四成<a epub:type="noteref" href="#n">1</a>。</p><aside epub:type="footnote" id="n"><p><a href="#r">1</a>. 甲注。</p></aside>`,
				`<p>六成<sup><a href="#n1">[1]</a></sup>。</p><ol><li id="n1"><p>乙注。<a href="#r" role="doc-backlink">↩</a></p></li></ol>`,
			}),
		},
		{"guide", "甲。", bookOf(t, []string{"<p>封面</p>", "<p>甲。</p>"}, "OEBPS/content.opf", strings.Replace(opf("", "", 2, ""), "</package>", `<guide><reference type="cover" href="text/c0.xhtml"/></guide></package>`, 1))},
		{"order", "乙。\n\n甲。", bookOf(t, []string{"<p>甲。</p>", "<p>乙。</p>"}, "OEBPS/content.opf", strings.Replace(opf("", "", 2, ""), `<itemref idref="c0"/><itemref idref="c1"/>`, `<itemref idref="c1"/><itemref idref="c0"/>`, 1))},
		{"Chinese names", "甲。", bookOf(t, nil, "OEBPS/content.opf", opf("", `<item id="x" href="%E7%AC%AC%E4%B8%80%E7%AB%A0.html" media-type="application/xhtml+xml"/>`, 0, `<itemref idref="x"/>`), "OEBPS/第一章.html", pageOf("<p>甲。</p>"))},
		{"no container", "甲。", bookOf(t, []string{"<p>甲。</p>"}, "META-INF/container.xml", "<container/>")},
		{"GBK", "湿地公园有一座桥。", bookOf(t, []string{""}, "OEBPS/text/c0.xhtml", "<?xml version='1.0' encoding='gb2312'?><html><body><p>\xca\xaa\xb5\xd8\xb9\xab\xd4\xb0\xd3\xd0\xd2\xbb\xd7\xf9\xc7\xc5\xa1\xa3</p></body></html>")},
	} {
		if got := parse(t, tt.data).Text; got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ meta, want string }{
		{`<dc:title>湿地</dc:title><dc:creator>林小北</dc:creator><dc:publisher>湿地社</dc:publisher><dc:date>2023-09-18</dc:date><dc:subject>候鸟，水</dc:subject><dc:subject>城市</dc:subject><dc:source>https://example.com/a</dc:source>`, "湿地|林小北|湿地社|2023-09-18|候鸟 水 城市|https://example.com/a"},
		{`<dc:title id="s">副题</dc:title><dc:title id="m">正题</dc:title><meta refines="#m" property="title-type">main</meta><dc:creator id="a">甲</dc:creator><dc:creator id="b">乙</dc:creator><dc:creator id="c">丙</dc:creator><meta refines="#a" property="role">aut</meta><meta refines="#b" property="role">trl</meta>`, "正题|甲、丙||||"},
		{`<dc:creator opf:role="edt">编者</dc:creator><dc:date opf:event="modification">2024-01-01</dc:date><dc:date opf:event="publication">2020-05-06</dc:date><meta property="dcterms:modified">2025-01-01T00:00:00Z</meta><dc:source>urn:isbn:1</dc:source>`, "|编者||2020-05-06||"},
		{`<dc-metadata><dc:Title>旧式</dc:Title></dc-metadata><dc:date>0101-01-01T00:00:00+00:00</dc:date>`, "旧式|||||"},
	} {
		p := parse(t, bookOf(t, []string{"<p>甲。</p>"}, "OEBPS/content.opf", opf(tt.meta, "", 1, "")))
		date := ""
		if !p.Published.IsZero() {
			date = p.Published.Format(time.DateOnly)
		}
		if got := strings.Join([]string{p.Title, p.Author, p.Source, date, strings.Join(p.Tags, " "), p.URL}, "|"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.meta, got, tt.want)
		}
	}
}

func encrypted(algorithm, uri string) string {
	return `<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="` + algorithm + `"/><enc:CipherData><enc:CipherReference URI="` + uri + `"/></enc:CipherData></enc:EncryptedData></encryption>`
}

func TestProtection(t *testing.T) {
	t.Parallel()
	const aes, font = "http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.idpf.org/2008/embedding"
	for _, tt := range []struct {
		algorithm, uri string
		ok             bool
	}{{aes, "OEBPS/text/c0.xhtml", false}, {font, "OEBPS/text/c0.xhtml", true}, {aes, "OEBPS/font.ttf", true}} {
		_, err := EPUB().Parse(t.Context(), bookOf(t, []string{"<p>甲。</p>"}, "META-INF/encryption.xml", encrypted(tt.algorithm, tt.uri)))
		if (err == nil) != tt.ok || err != nil && !strings.Contains(err.Error(), "DRM") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestDamagedParts(t *testing.T) {
	t.Parallel()
	p := parse(t, bookOf(t, []string{"<p>甲。</p>", "", "<p>丙。</p>"}, "OEBPS/text/c1.xhtml", "\x00\xff\xfe", "OEBPS/content.opf", opf("", "", 4, `<itemref idref="none"/>`)))
	if p.Text != "甲。\n\n丙。" || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "3 of the book's 5 parts cannot be read (OEBPS/text/c1.xhtml, OEBPS/text/c3.xhtml") {
		t.Errorf("%q, %q", p.Text, p.Warnings)
	}
	for _, tt := range []struct {
		name, want string
		data       []byte
	}{
		{"text", "damaged", []byte("正文")},
		{"Kindle", "a Kindle book", append(append(bytes.Repeat([]byte{0}, 60), "BOOKMOBI"...), make([]byte, 40)...)},
		{"no parts", "not an EPUB book", pack(t, "a.txt", "x")},
		{"broken list", "OPF", bookOf(t, nil, "OEBPS/content.opf", "<package><manifest>")},
		{"no chapters", "lists no chapters", bookOf(t, nil)},
		{"pictures", "may be pictures", bookOf(t, []string{"<img src='x'/>"})},
		{"nothing there", "no chapter of the book can be read", bookOf(t, nil, "OEBPS/content.opf", opf("", "", 2, ""))},
		{"outside", "is missing", bookOf(t, nil, "OEBPS/content.opf", opf("", `<item id="x" href="../../../etc/passwd" media-type="text/html"/>`, 0, `<itemref idref="x"/>`))},
		{"nested list", "500 deep", bookOf(t, nil, "OEBPS/content.opf", strings.Repeat("<a>", 100_000))},
		{"zeros", "more than 200 to 1", bookOf(t, []string{strings.Repeat(" ", 9<<20)})},
	} {
		start := time.Now()
		if _, err := EPUB().Parse(t.Context(), tt.data); err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", tt.name, took)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := bookOf(t, []string{"<p>甲乙丙丁，戊己庚辛。</p>"})
	for _, tt := range []struct {
		reader Reader
		want   string
	}{
		{Reader{MaxText: 10}, "more than 10 bytes of text"},
		{Reader{Limits: bounded.Limits{Entries: 2}}, "more than the limit of 2"},
		{Reader{Limits: bounded.Limits{Unpacked: 600, Member: 10_000}}, "larger than the limit of 600 bytes"},
		{Reader{XML: bounded.XMLLimits{Depth: 2}}, "more than 2 deep"},
	} {
		if _, err := tt.reader.Format().Parse(t.Context(), data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.reader, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := EPUB().Parse(ctx, data); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The books were made by pandoc out of ../docx/testdata/article.md.
func TestRealBooks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pandoc2.epub", "pandoc3.epub"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		p := parse(t, data)
		if p.Title != "城市湿地的秋天" || p.Author != "林小北" || p.Source != "湿地观察" || p.Published.Format(time.DateOnly) != "2023-09-18" || p.Warnings != nil {
			t.Errorf("%s: %q, %q, %q, %v, %q", name, p.Title, p.Author, p.Source, p.Published, p.Warnings)
		}
		if !strings.HasPrefix(p.Text, "# 候鸟归来\n\n九月中旬，") {
			t.Errorf("%s begins with %.60q", name, p.Text)
		}
		for _, want := range []string{
			"比去年同期多出四成[^1]。“它们比天气预报还准。”", "\n\n[^1]: 去年同期的记录是二百三十四只，见管理处《九月观鸟日志》。\n\n", "每年八十元[^3]。", "\n\n[^3]: 补偿办法尚在征求意见",
			"\n\n季度 | 氨氮（mg/L） | 溶解氧（mg/L） | 评价\n一季度 | 0.82 | 6.1 | 三类\n", "\n1. 把割苇的时间", "\n\n# 居民怎么看\n\n",
		} {
			if !strings.Contains(p.Text, want) {
				t.Errorf("%s: %q is not in %s", name, want, p.Text)
			}
		}
	}
}

// A damaged book is refused with a sentence, or read as far as it goes.
func TestMutations(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/pandoc3.epub")
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, data []byte) {
		if got, err := EPUB().Parse(t.Context(), data); err == nil && (strings.TrimSpace(got.Text) == "" || !utf8.ValidString(got.Text)) || err != nil && len(err.Error()) < 20 {
			t.Errorf("%s: %.60q, %v", what, got.Text, err)
		}
	}
	for i := range 50 {
		try(fmt.Sprintf("cut at %d/50", i), data[:len(data)*i/50])
	}
	random := rand.New(rand.NewPCG(5, 8))
	flipped := func(data string) (string, string) {
		damaged, at := []byte(data), random.IntN(len(data))
		damaged[at] ^= byte(1 + random.IntN(255))
		return string(damaged), fmt.Sprintf("byte %d of %d", at, len(data))
	}
	list := opf("<dc:title>书</dc:title><dc:date>2023-09-18</dc:date>", "", 1, "")
	small := string(bookOf(t, []string{"<p>甲。</p>", "<h1>二</h1><p>乙。</p>"}))
	for i := range 1000 {
		damaged, at := flipped(small)
		if i%10 == 0 {
			damaged, at = flipped(string(data))
		}
		try(at, []byte(damaged))
		damaged, at = flipped(list)
		try("the list, "+at, bookOf(t, []string{"<p>甲。</p>"}, "OEBPS/content.opf", damaged))
	}
}

// No chapter and no list of parts panics, and what comes out is text.
func FuzzEPUB(f *testing.F) {
	f.Add("<h1>一</h1><p>甲</p>", opf("<dc:title>书</dc:title>", "", 1, ""))
	f.Add(`<p>四成<a epub:type="noteref" href="#n">1</a></p><aside id="n"><p>注</p></aside>`, opf("", `<item id="nav" href="text/c0.xhtml" properties="nav"/>`, 1, ""))
	f.Add("<p/>", "<package/>")
	f.Fuzz(func(t *testing.T, chapter, list string) {
		p, err := EPUB().Parse(t.Context(), bookOf(t, []string{chapter}, "OEBPS/content.opf", list))
		if err != nil {
			return
		}
		if !utf8.ValidString(p.Text+p.Title+p.Author) || strings.Contains(p.Text, "\x00") || strings.TrimSpace(p.Text) == "" || len(p.Text) > 64*len(chapter)*(1+strings.Count(list, "itemref"))+1000 {
			t.Fatalf("%q, %q: %q, %q", chapter, list, p.Title, p.Text)
		}
	})
}
