package corpus

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{" \n\t　\r\n", ""},
		{"大模型来了。它会改变什么？没人知道！", "大模型来了。|它会改变什么？|没人知道！"},
		{"截至7月底,有多少个大模型问世?其中,仅北京就有几十个!对;好.完", "截至7月底,有多少个大模型问世?|其中,仅北京就有几十个!|对;|好.|完"},
		{"版本v1.2发布，得分3.5。又涨了1,000.5元", "版本v1.2发布，得分3.5。|又涨了1,000.5元"},
		{"Mr. Li said so. It costs 3.5 dollars, e.g. in the U.S. market. Really? Yes! ok", "Mr. Li said so.|It costs 3.5 dollars, e.g. in the U.S. market.|Really?|Yes! ok"},
		{"See https://a.com/x?y=1.html now. J. Smith of OpenAI Inc. agreed. Foo Inc. The end", "See https://a.com/x?y=1.html now.|J. Smith of OpenAI Inc. agreed.|Foo Inc.|The end"},
		{"“大模型来了。”他说。之后离开。", "“大模型来了。”他说。|之后离开。"},
		{"“来了！”李明说，“真的来了。”众人笑了。", "“来了！”李明说，“真的来了。”|众人笑了。"},
		{"“来了。”刘聪认为，未来可期。", "“来了。”|刘聪认为，未来可期。"},
		{"他提出“谁能赢？”这个问题。", "他提出“谁能赢？”这个问题。"},
		{"“谁能赢？”，他问。", "“谁能赢？”，他问。"},
		{"他说：「很好。」然後離開。", "他说：「很好。」|然後離開。"},
		{"读《大模型向何处去？》一书。", "读《大模型向何处去？》一书。"},
		{"他走了（真的。）她来了。", "他走了（真的。）|她来了。"},
		{`他说:"走了。""好的!"她答`, `他说:"走了。"|"好的!"|她答`},
		{`"Really?" he asked. "Yes." She left.`, `"Really?" he asked.|"Yes."|She left.`},
		{"**重点。**下一句。*又*一句。", "**重点。**|下一句。|*又*一句。"},
		{"等等……真的吗？！好...完了", "等等……|真的吗？！|好...|完了"},
		{"# 标题。一\n正文第一句。\n## 二 ##\n- 项目一\n- 项目二。再来\n> 引文\n> - 深", "标题。一|正文第一句。|二 ##|项目一|项目二。|再来|引文|深"},
		{"1. 第一项。续\n2. 第二项", "1. 第一项。|续|2. 第二项"},
		{"| 甲 | 乙。丙 |\n|---|---|\n| 1 | 2 |", "| 甲 | 乙。丙 |||---|---||| 1 | 2 |"},
		{"季度 | 氨氮（毫克每升） | 水质评价\n一季度 | 0.82 | 三类，比去年好", "季度 | 氨氮（毫克每升） | 水质评价|一季度 | 0.82 | 三类，比去年好"},
		{"这一行是被硬换行切断的一个长句子它在这里\n继续并且结束。短行\n另一行", "这一行是被硬换行切断的一个长句子它在这里\n继续并且结束。|短行|另一行"},
		{"岛上共有鸟类九种，\r\n其中水鸟四只。\n大米、\n小麦", "岛上共有鸟类九种，\r\n其中水鸟四只。|大米、\n小麦"},
		{"　　这一行是一个完整的段落但没有句号结尾的\n　　这是另一个段落。", "这一行是一个完整的段落但没有句号结尾的|这是另一个段落。"},
		{"主要的结论在这里列出供各位参考如下：\n第一点", "主要的结论在这里列出供各位参考如下：|第一点"},
		{"这一行的末尾有两个空格所以在这里断开  \n下一行是另一句", "这一行的末尾有两个空格所以在这里断开|下一行是另一句"},
		{"A hard wrapped English line goes on\r\nhere. And ends\r\n\r\nNew paragraph", "A hard wrapped English line goes on\r\nhere.|And ends|New paragraph"},
		{"```go\nx := 1. y\n# no heading\n```\n后文。", "```go|x := 1. y|# no heading|```|后文。"},
		{"甲\n---\n乙", "甲|乙"},
		{"。", "。"},
		{"a\x00b。\xff。", "a\x00b。|\xff。"},
	} {
		var got []string
		for _, s := range Sentences(c.in) {
			got = append(got, c.in[s.Start:s.End])
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("Sentences(%q) =\n%q, want\n%q", c.in, g, c.want)
		}
	}
}

func TestSentencesLong(t *testing.T) {
	t.Parallel()
	commas := strings.Repeat("没有句号只有逗号的一段话，", 100)
	spans := Sentences(commas)
	if len(spans) < 3 {
		t.Fatalf("%d sentences", len(spans))
	}
	for _, s := range spans {
		piece := commas[s.Start:s.End]
		if utf8.RuneCountInString(piece) > maxSentence || !strings.HasSuffix(piece, "，") {
			t.Errorf("%d runes, ends in %q", utf8.RuneCountInString(piece), piece[len(piece)-3:])
		}
	}
	if n := len(Sentences(strings.Repeat("字", 1000))); n != 3 {
		t.Errorf("1,000 characters without a comma: %d pieces, want 3", n)
	}
}

func TestSentencesIn(t *testing.T) {
	t.Parallel()
	text := "甲。乙。丙。"
	got := SentencesIn(text, Span{6, 12})
	if len(got) != 1 || text[got[0].Start:got[0].End] != "乙。" {
		t.Errorf("%v", got)
	}
	for _, s := range []Span{{-5, 99}, {9, 3}, {99, 100}, {}} {
		SentencesIn(text, s) // must not panic
	}
}

// lineMarks is what may stand outside of sentences at the beginning of a line.
var lineMarks = regexp.MustCompile(`(?m)^[\s\v\p{Z}\x{85}#>*+•=_-]*`)

// checkCover reports what of text lies outside the spans but should not.
func checkCover(t *testing.T, text string, spans []Span) {
	t.Helper()
	free := make([]bool, len(text)+1)
	for _, m := range lineMarks.FindAllStringIndex(text, -1) {
		for i := m[0]; i < m[1]; i++ {
			free[i] = true
		}
	}
	at := 0
	for _, s := range append(spans, Span{len(text), len(text)}) {
		if s.Start < at || s.End < s.Start {
			t.Fatalf("span %v of %q does not follow byte %d", s, text, at)
		}
		for i, r := range text[at:s.Start] {
			if !unicode.IsSpace(r) && !free[at+i] {
				t.Fatalf("%q at byte %d of %q is in no span", r, at+i, text)
			}
		}
		if piece := text[s.Start:s.End]; strings.TrimSpace(piece) != piece || piece == "" && s.Start < len(text) {
			t.Fatalf("span %q of %q is not trimmed", piece, text)
		}
		at = s.End
	}
}

func FuzzSentences(f *testing.F) {
	for _, s := range []string{"", "# 甲\n乙。“丙？”他说，“丁。”", "1. a. b\r\n- c\n---\n> \"d.\" e", "```\n#\n```", "*a。*", "\xff.\x00。", "U.S. x... 3.5 ．"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkCover(t, text, Sentences(text)) })
}

// Hostile shapes of 2 MB must take linear time.
func TestSentencesLinear(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"字", "。", "”", "“。”他", "\n", "# \n", "> ", "- ", "a.", "*", "字 \n", "1. ", " ", "```\n", "？”"} {
		text := strings.Repeat(unit, 2<<20/len(unit))
		start := time.Now()
		Sentences(text)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("2 MB of %q took %v", unit, took)
		}
	}
}
