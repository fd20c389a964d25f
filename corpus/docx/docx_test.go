package docx

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

const (
	transitional = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	strict       = "http://purl.oclc.org/ooxml/wordprocessingml/main"
	spacesOf     = `xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"`
)

// document is the part with the text, of paragraphs and tables.
func document(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="` + transitional + `" ` + spacesOf + `><w:body>` + body + `<w:sectPr/></w:body></w:document>`
}

// p is a paragraph of runs, or of plain text.
func p(runs ...string) string {
	for i, s := range runs {
		if !strings.HasPrefix(s, "<") {
			runs[i] = "<w:r><w:t>" + s + "</w:t></w:r>"
		}
	}
	return "<w:p>" + strings.Join(runs, "") + "</w:p>"
}

// styled is a paragraph of a style.
func styled(style, text string) string {
	return p(`<w:pPr><w:pStyle w:val="`+style+`"/></w:pPr>`, text)
}

// item is a paragraph in a list.
func item(num, level int, text string) string {
	return p(fmt.Sprintf(`<w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr>`, level, num), text)
}

// pack makes a document of parts, given as names and contents.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = f.Write([]byte(parts[i+1]))
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

const (
	styles = `<w:styles xmlns:w="` + transitional + `">
<w:style w:styleId="a"><w:name w:val="Title"/></w:style>
<w:style w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="x"/></w:style>
<w:style w:styleId="x"><w:name w:val="Normal"/><w:basedOn w:val="1"/></w:style>
<w:style w:styleId="b2"><w:name w:val="标题 2"/></w:style>
<w:style w:styleId="c"><w:name w:val="章名"/><w:basedOn w:val="c0"/></w:style>
<w:style w:styleId="c0"><w:name w:val="c0"/><w:pPr><w:outlineLvl w:val="2"/><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="t1"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="h"><w:name w:val="藏"/><w:rPr><w:vanish/></w:rPr></w:style>
</w:styles>`
	numberingPart = `<w:numbering xmlns:w="` + transitional + `">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1章"/></w:lvl>
<w:lvl w:ilvl="1"><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="2"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
</w:numbering>`
	notesPart = `<w:footnotes xmlns:w="` + transitional + `"><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>
<w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> 见年报。</w:t></w:r></w:p><w:p><w:r><w:t>第二段。</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>乙注。</w:t></w:r></w:p></w:footnote></w:footnotes>`
	endnotesPart = `<w:endnotes xmlns:w="` + transitional + `"><w:endnote w:id="5"><w:p><w:r><w:t>尾注。</w:t></w:r></w:p></w:endnote></w:endnotes>`
)

// read returns the text of a document with that body, and parts beside it.
func read(t *testing.T, body string, parts ...string) corpus.Parsed {
	t.Helper()
	parts = append([]string{
		"word/document.xml", document(body), "word/styles.xml", styles, "word/numbering.xml", numberingPart,
		"word/footnotes.xml", notesPart, "word/endnotes.xml", endnotesPart,
	}, parts...)
	out, err := DOCX().Parse(t.Context(), pack(t, parts...))
	if err != nil {
		t.Fatalf("%.200s: %v", body, err)
	}
	return out
}

func run(look, text string) string {
	return "<w:r><w:rPr>" + look + "</w:rPr><w:t xml:space=\"preserve\">" + text + "</w:t></w:r>"
}

func fieldOf(instruction, result string) string {
	if result != "" {
		result = `<w:r><w:fldChar w:fldCharType="separate"/></w:r>` + result
	}
	return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>` + instruction + `</w:instrText></w:r>` + result + `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
}

func cell(properties string, paragraphs ...string) string {
	return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + strings.Join(paragraphs, "") + "</w:tc>"
}

func row(cells ...string) string { return "<w:tr>" + strings.Join(cells, "") + "</w:tr>" }

const box = `<w:txbxContent><w:p><w:r><w:t>框里的话。</w:t></w:r></w:p></w:txbxContent>`

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"paragraphs", p("甲", "乙。") + p() + p(" 丙。 "), "甲乙。\n\n丙。"},
		{"headings", styled("1", "一级") + p("正文。") + styled("b2", "二级") + styled("c", "总则") + p(`<w:pPr><w:outlineLvl w:val="1"/></w:pPr>`, "也是二级") + p("完。"), "# 一级\n\n正文。\n\n## 二级\n\n### 第一章 总则\n\n## 也是二级\n\n完。"},
		{"title", styled("a", "标题的字") + styled("1", "一级") + p("正文。"), "# 标题的字\n\n## 一级\n\n正文。"},
		{"style without a definition", styled("Heading2", "节") + p("文。"), "## 节\n\n文。"},
		{"broken title", p(`<w:pPr><w:pStyle w:val="1"/></w:pPr>`, "关于湿地的", "<w:r><w:br/></w:r>", "通知") + p("文。"), "# 关于湿地的通知\n\n文。"},
		{"long heading", styled("1", strings.Repeat("长", 120)), strings.Repeat("长", 120)},
		{"contents", styled("t1", "一级<w:tab/>3") + p("正文。"), "正文。"},
		{"breaks", p("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:br w:type=\"page\"/></w:r>"), "甲\n乙 丙"},
		{"hyphens", p("<w:r><w:t>GPT</w:t><w:noBreakHyphen/><w:t>4o</w:t><w:softHyphen/><w:t>版\u00ad本\u200b</w:t></w:r>"), "GPT-4o版本"},
		{"symbols", p(`<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t>误差</w:t><w:sym w:font="Symbol" w:char="F0B1"/><w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="x" w:char="F0EE"/><w:sym w:char="zz"/></w:r>`), "✓误差±α"},
		{"superscripts", p("10", run(`<w:vertAlign w:val="superscript"/>`, "12"), "米，CO", run(`<w:vertAlign w:val="subscript"/>`, "2"), "，见", run(`<w:vertAlign w:val="superscript"/>`, "[1]")), "10¹²米，CO2，见[1]"},
		{"ruby", p(`<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>`, "字"), "汉字"},
		{"hidden", p("留", run("<w:vanish/>", "藏"), run(`<w:vanish w:val="0"/>`, "下")) + styled("h", "藏") + p(run(`<w:rStyle w:val="h"/>`, "藏")), "留下"},
		{"changes", p("原", "<w:ins>"+run("", "增")+"</w:ins>", "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>", "<w:moveFrom>"+run("", "走")+"</w:moveFrom>", "<w:moveTo>"+run("", "来")+"</w:moveTo>"), "原增来"},
		{"deleted end", p("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", "前半，") + p("后半。"), "前半，后半。"},
		{"deleted last end", p("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", "最后。"), "最后。"},
		{"old properties", p(`<w:pPr><w:pPrChange><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:pPrChange></w:pPr>`, "<w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>正文。</w:t></w:r>"), "正文。"},
		{"comments", p(`<w:commentRangeStart w:id="0"/>`, "正文", `<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>`), "正文"},
		{"hyperlink", p("见", `<w:hyperlink r:id="x"><w:r><w:t>原文</w:t></w:r></w:hyperlink>`), "见原文"},
		{"fields", p("第", fieldOf(" PAGE ", run("", "3")), "页", `<w:fldSimple w:instr="DATE"><w:r><w:t>九月</w:t></w:r></w:fldSimple>`, fieldOf(" IF "+`</w:instrText></w:r>`+fieldOf(" X ", run("", "内"))+`<w:r><w:instrText>`, run("", "果"))), "第3页九月果"},
		{"field without an end", p(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>`) + p("正文。"), "正文。"},
		{"circle", p("见", fieldOf(` eq \o\ac(○,1) `, ""), fieldOf(` EQ \* jc2 \* "Font:宋体" \o\ad(\s\up 9(hàn),汉)`, "")), "见1汉"},
		{"text box", p("前", `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>`+box+`</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>`+box+`</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`, "后。"), "前后。\n\n框里的话。"},
		{"fallback", p(`<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:drawing/></mc:Choice><mc:Fallback><w:pict>` + box + `</w:pict></mc:Fallback></mc:AlternateContent></w:r>`), "框里的话。"},
		{"control", `<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>` + p("填了。", `<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处</w:t></w:r></w:sdtContent></w:sdt>`) + `</w:sdtContent></w:sdt><w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>` + p("目录") + `</w:sdtContent></w:sdt>`, "填了。"},
		{"equation", p("令", `<m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:d><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:d></m:den></m:f><m:sSup><m:e><m:r><m:t>y</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>`), "令x=1/(a+b)y^2"},
	} {
		if got := read(t, tt.body).Text; got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{
			"Chinese", item(1, 0, "总体要求") + item(1, 1, "目标") + item(1, 1, "原则") + item(1, 2, "甲") + item(1, 2, "乙") + item(1, 0, "保障") + item(1, 1, "组织") + item(4, 2, "另起") + item(4, 2, "再来"),
			"一、总体要求\n\n（一）目标\n\n（二）原则\n\n    1. 甲\n    2. 乙\n\n二、保障\n\n（一）组织\n\n    7. 另起\n    8. 再来",
		},
		{"bullets", p("有：") + item(2, 0, "甲") + item(2, 1, "乙") + item(2, 0, "丙") + p("完。"), "有：\n\n- 甲\n  - 乙\n- 丙\n\n完。"},
		{"legal", item(3, 0, "甲") + item(3, 1, "乙") + item(3, 1, "丙") + item(3, 0, "丁") + item(3, 1, "戊"), "第一章 甲\n\n1.1 乙\n\n1.2 丙\n\n第二章 丁\n\n2.1 戊"},
		{"none", item(0, 0, "甲") + item(9, 0, "乙"), "甲\n\n乙"},
	} {
		if got := read(t, tt.body).Text; got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestNumerals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n            int
		format, want string
	}{
		{10, "chineseCounting", "十"},
		{11, "chineseCounting", "十一"},
		{20, "chineseCounting", "二十"},
		{105, "chineseCountingThousand", "一百零五"},
		{111, "chineseCounting", "一百一十一"},
		{1010, "chineseCounting", "一千零一十"},
		{2000, "taiwaneseCounting", "二千"},
		{0, "chineseCounting", "0"},
		{12, "chineseLegalSimplified", "壹拾贰"},
		{3, "ideographTraditional", "丙"},
		{12, "ideographDigital", "一二"},
		{7, "decimalEnclosedCircle", "⑦"},
		{21, "decimalEnclosedCircle", "21"},
		{4, "lowerRoman", "iv"},
		{1949, "upperRoman", "MCMXLIX"},
		{28, "upperLetter", "BB"},
		{3, "decimalZero", "03"},
		{-5, "upperRoman", "-5"},
		{5, "unheardOf", "5"},
		{1 << 40, "lowerLetter", "1099511627776"},
		{3, "none", ""},
	} {
		if got := numeral(tt.n, tt.format); got != tt.want {
			t.Errorf("%d as %s: %q, want %q", tt.n, tt.format, got, tt.want)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("很长的一格。", 60)
	for _, tt := range []struct{ name, rows, want string }{
		{"plain", row(cell("", p("项目")), cell("", p("数值"))) + row(cell("", p("氨氮"), p("（折合）")), cell("", p("0.5"))), "项目 | 数值\n氨氮 （折合） | 0.5"},
		{"empty cells", row(cell("", p()), cell("", p("甲")), cell("", p())) + row(cell("", p()), cell("", p())), " | 甲 |"},
		{"merged", row(cell(`<w:gridSpan w:val="2"/>`, p("华东")), cell(`<w:vMerge w:val="restart"/>`, p("合计"))) + row(cell("", p("沪")), cell("", p("苏")), cell("<w:vMerge/>", p())), "华东 | 合计\n沪 | 苏"},
		{"nested", row(cell("", p("外")), cell("", "<w:tbl>"+row(cell("", p("内一")), cell("", p("内二")))+"</w:tbl>", p())), "外 | 内一 | 内二"},
		{"deleted row", row(cell("", p("留"))) + "<w:tr><w:trPr><w:del/></w:trPr>" + cell("", p("删")) + "</w:tr>", "留"},
		{"layout", row(cell("", p("栏目")), cell("", styled("1", "头条"), p(long))), "栏目\n\n# 头条\n\n" + long},
		{"heading and list", row(cell("", styled("1", "头"), item(1, 2, "甲"))), "头 1. 甲"},
	} {
		if got := read(t, "<w:tbl><w:tblPr/>"+tt.rows+"</w:tbl>").Text; got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
	two := "<w:tbl>" + row(cell("", p("甲"))) + "</w:tbl>"
	if got := read(t, two+two).Text; got != "甲\n\n甲" {
		t.Errorf("two tables: %q", got)
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	foot := func(id int) string { return fmt.Sprintf(`<w:r><w:footnoteReference w:id="%d"/></w:r>`, id) }
	end := `<w:r><w:endnoteReference w:id="5"/></w:r>`
	got := read(t, p("增长四成", foot(5), "，见", end, "。")+"<w:tbl>"+row(cell("", p("乙", foot(2))), cell("", p("丙")))+row(cell("", p("丁", foot(5))))+"</w:tbl>"+p("完。", foot(77)))
	want := "增长四成[^1]，见[^2]。\n\n[^1]: 见年报。 第二段。\n\n乙[^3] | 丙\n丁[^1]\n\n[^3]: 乙注。\n\n完。\n\n[^2]: 尾注。"
	if got.Text != want {
		t.Errorf(" got %q\nwant %q", got.Text, want)
	}
	damaged := read(t, p("正文", foot(5)), "word/_rels/document.xml.rels", `<Relationships xmlns="x"><Relationship Type="http://x/footnotes" Target="broken.xml"/></Relationships>`, "word/broken.xml", "<w:footnotes")
	if damaged.Text != "正文" || len(damaged.Warnings) != 1 || !strings.Contains(damaged.Warnings[0], "footnotes cannot be read") {
		t.Errorf("damaged notes: %q, %q", damaged.Text, damaged.Warnings)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	core := func(title, author, keywords string) string {
		return `<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:title>` + title + `</dc:title><dc:creator>` + author + `</dc:creator><cp:keywords>` + keywords + `</cp:keywords><created>2020-01-01T00:00:00Z</created></cp:coreProperties>`
	}
	for _, tt := range []struct{ title, author, keywords, body, wantTitle, wantAuthor, wantTags string }{
		{"湿地年报", "林小北", "湿地；候鸟", "", "湿地年报", "林小北", "湿地|候鸟"},
		{"Microsoft Word - 年报.docx", "Administrator", "湿地 候鸟", "", "年报", "", "湿地|候鸟"},
		{"文档1", "微软用户", "machine learning", "", "", "", "machine learning"},
		{"Untitled", "DESKTOP-8AB1", "", styled("1", "唯一的标题"), "唯一的标题", "", ""},
		{"旧模板", "", "", styled("a", "真正的标题"), "真正的标题", "", ""},
		{"", "", "", styled("1", "湿地之秋") + styled("1", "候鸟"), "湿地之秋", "", ""},
		{"", "", "", styled("1", "第一章 总则") + styled("1", "第二章 罚则"), "", "", ""},
	} {
		got := read(t, tt.body+p("正文。"), "docProps/core.xml", core(tt.title, tt.author, tt.keywords))
		if tags := strings.Join(got.Tags, "|"); got.Title != tt.wantTitle || got.Author != tt.wantAuthor || tags != tt.wantTags || !got.Published.IsZero() {
			t.Errorf("%+v: %q, %q, %q, %v", tt, got.Title, got.Author, tags, got.Published)
		}
	}
	if got := read(t, p("正文。"), "docProps/core.xml", "<broken"); got.Text != "正文。" {
		t.Errorf("damaged properties: %+v", got)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	body := document(p("正文。"))
	rels := func(target string) string {
		return `<Relationships xmlns="x"><Relationship Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="` + target + `"/></Relationships>`
	}
	utf16 := []byte{0xff, 0xfe}
	for _, r := range strings.Replace(body, "UTF-8", "UTF-16", 1) {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, parts := range map[string][]string{
		"strict":       {"word/document.xml", strings.ReplaceAll(body, transitional, strict)},
		"other names":  {"_rels/.rels", rels("/文/a.xml"), "文/a.xml", body},
		"relative":     {"_rels/.rels", rels("x/a.xml"), "x/a.xml", body},
		"UTF-16":       {"word/document.xml", string(utf16)},
		"BOM":          {"word/document.xml", "\ufeff" + body},
		"other prefix": {"word/document.xml", strings.ReplaceAll(strings.ReplaceAll(body, "w:", "x:"), "xmlns:w", "xmlns:x")},
	} {
		if got, err := DOCX().Parse(t.Context(), pack(t, parts...)); err != nil || got.Text != "正文。" {
			t.Errorf("%s: %q, %v", name, got.Text, err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	part := func(s string) string { return string(pack(t, "word/document.xml", s)) }
	laughs := `<!DOCTYPE lolz [<!ENTITY lol "lol">`
	for i := range 9 {
		laughs += fmt.Sprintf(`<!ENTITY lol%d "%s">`, i, strings.Repeat("&lol;", 10))
	}
	var attributes strings.Builder
	for random := rand.New(rand.NewPCG(5, 8)); attributes.Len() < 2<<20; {
		fmt.Fprintf(&attributes, `a%x="" `, random.Uint64())
	}
	for _, tt := range []struct{ name, data, want string }{
		{"old", ole, "save it as .docx"},
		{"encrypted", ole + string(utf16le("EncryptedPackage")), "protected with a password"},
		{"RTF", `{\rtf1\ansi x}`, "an RTF document"},
		{"web page", "<html><body>x", "a web page"},
		{"flat", `<?xml version="1.0"?><?mso-application progid="Word.Document"?><x/>`, "a Word document as XML"},
		{"text", "正文", "damaged"},
		{"nothing in it", string(pack(t, "a.txt", "x")), "not a Word document"},
		{"workbook", part(`<workbook xmlns="x"/>`), "an Excel workbook"},
		{"presentation", part(`<presentation/>`), "a PowerPoint presentation"},
		{"no text", part(document("")), "there is no text"},
		{"embedded", part(document(`<w:altChunk r:id="x"/>`)), "embedded in another format"},
		{"broken XML", part(document("<w:p>")), "damaged"},
		{"cut XML", part(document(p("正文。"))[:300]), "damaged"},
		{"billion laughs", part(strings.Replace(document(p("&lol8;")), "<w:document", laughs+"]><w:document", 1)), "damaged"},
		{"nested", part(document(strings.Repeat("<w:p>", 100_000))), "nests more than 500 deep"},
		{"nested tables", part(document(strings.Repeat("<w:tbl><w:tr><w:tc>", 50_000))), "nests more than 500 deep"},
		{"attributes", part(document("<w:p " + attributes.String() + "/>")), "more than 1048576 bytes"},
		{"zeros", part(strings.Repeat("\x00", 5<<20)), "more than 200 to 1"},
	} {
		start := time.Now()
		_, err := DOCX().Parse(t.Context(), []byte(tt.data))
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", tt.name, took)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := pack(t, "word/document.xml", document(p("正文，不长。")))
	for _, tt := range []struct {
		reader Reader
		want   string
	}{
		{Reader{MaxText: 10}, "more text than the limit"},
		{Reader{Limits: bounded.Limits{Member: 100}}, "more than 100 bytes"},
		{Reader{Limits: bounded.Limits{Unpacked: 50, Member: 10_000}}, "larger than the limit of 50 bytes"},
		{Reader{XML: bounded.XMLLimits{Depth: 3}}, "more than 3 deep"},
		{Reader{XML: bounded.XMLLimits{Tokens: 5}}, "more than 5 parts"},
		{Reader{XML: bounded.XMLLimits{Token: 20}}, "more than 20 bytes"},
	} {
		if _, err := tt.reader.Format().Parse(t.Context(), data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.reader, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := DOCX().Parse(ctx, data); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The documents were made by real programs out of testdata/article.md.
func TestRealDocuments(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pandoc.docx", "libreoffice.docx"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DOCX().Parse(t.Context(), data)
		if err != nil || got.Title != "城市湿地的秋天" || got.Author != "林小北" || strings.Join(got.Tags, " ") != "湿地 候鸟" || len(got.Warnings) != 0 {
			t.Errorf("%s: %q, %q, %q, %q, %v", name, got.Title, got.Author, got.Tags, got.Warnings, err)
		}
		for _, want := range []string{
			"# 城市湿地的秋天\n\n", "\n\n## 候鸟归来\n\n九月中旬，", "\n\n### 水质的变化\n\n", "比去年同期多出四成[^1]。“它们比天气预报还准。”值守了十一年的老周说。\n\n[^1]: 去年同期的记录是二百三十四只，见管理处《九月观鸟日志》。\n\n",
			"\n\n季度 | 氨氮（mg/L） | 溶解氧（mg/L） | 评价\n一季度 | 0.82 | 6.1 | 三类\n二季度 | 0.65 | 6.8 | 三类\n三季度 | 0.41 | 7.3 | 二类\n\n",
			"\n\n1. 把割苇的时间", "\n2. 关闭了", "\n3. 请来附近", "\n\n- 夜间路灯", "\n- 禁止投喂",
		} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s: %q is not in %s", name, want, got.Text)
			}
		}
	}
}

// A damaged document is refused with a sentence, or read.
func TestMutations(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/libreoffice.docx")
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, data []byte) {
		if got, err := DOCX().Parse(t.Context(), data); err == nil && (strings.TrimSpace(got.Text) == "" || !utf8.ValidString(got.Text)) || err != nil && len(err.Error()) < 20 {
			t.Errorf("%s: %.60q, %v", what, got.Text, err)
		}
	}
	for i := range 50 {
		try(fmt.Sprintf("cut at %d/50", i), data[:len(data)*i/50])
	}
	random := rand.New(rand.NewPCG(5, 8))
	flipped := func(data []byte) ([]byte, string) {
		damaged, at := bytes.Clone(data), random.IntN(len(data))
		damaged[at] ^= byte(1 + random.IntN(255))
		return damaged, fmt.Sprintf("byte %d of %d", at, len(data))
	}
	body := []byte(document(p("正文。", fieldOf("PAGE", run("", "1"))) + item(1, 0, "甲") + "<w:tbl>" + row(cell("", p("乙"))) + "</w:tbl>"))
	small := pack(t, "word/document.xml", string(body), "word/styles.xml", styles, "word/numbering.xml", numberingPart)
	for i := range 1000 {
		damaged, at := flipped(small)
		if i%10 == 0 {
			damaged, at = flipped(data)
		}
		try(at, damaged)
		damaged, at = flipped(body)
		try("the text, "+at, pack(t, "word/document.xml", string(damaged), "word/numbering.xml", numberingPart))
	}
}

// No body of a document panics, and what comes out is text, not much longer than it.
func FuzzDOCX(f *testing.F) {
	for _, body := range []string{
		p("甲", "乙"), styled("1", "一") + p("x"), item(1, 2, "甲"), item(4, 2, "甲"), "<w:tbl>" + row(cell("<w:vMerge/>", p("x"))) + "</w:tbl>", p(fieldOf("x", "y"), box),
		p(`<w:r><w:footnoteReference w:id="5"/></w:r>`), p("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", "x"), p(`<m:oMath><m:d><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d></m:oMath>`),
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		data := pack(t, "word/document.xml", document(body), "word/styles.xml", styles, "word/numbering.xml", numberingPart, "word/footnotes.xml", notesPart)
		got, err := DOCX().Parse(t.Context(), data)
		if err != nil {
			return
		}
		if !utf8.ValidString(got.Text) || strings.Contains(got.Text, "\x00") || strings.TrimSpace(got.Text) == "" || strings.ContainsAny(got.Title, "\n\r") {
			t.Fatalf("%q: %q, %q", body, got.Title, got.Text)
		}
		if len(got.Text) > 20*len(body)+200 {
			t.Fatalf("%q: %d bytes of text", body, len(got.Text))
		}
	})
}
