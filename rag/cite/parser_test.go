package cite

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// upTo knows the numbers 1 to n.
func upTo(n int) func(int) bool { return func(i int) bool { return 1 <= i && i <= n } }

func whole(s string, known func(int) bool) string {
	p := NewParser(known)
	out := p.Write(s)
	return out + p.Close()
}

func TestParser(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		// forms
		{"共130个[1]。", "共130个[1]。"},
		{"共130个[1,2]。", "共130个[1][2]。"},
		{"共130个[1，2]。", "共130个[1][2]。"},
		{"共130个[1、 3]。", "共130个[1][3]。"},
		{"共130个[1;2]", "共130个[1][2]"},
		{"共130个[1-3]", "共130个[1][2][3]"},
		{"共130个[1–3]", "共130个[1][2][3]"},
		{"共130个[1]-[3]", "共130个[1]-[3]"},
		{"共130个[1~2]", "共130个[1][2]"},
		{"共130个[ 1 ]", "共130个[1]"},
		{"共130个【1】【2】", "共130个[1][2]"},
		{"共130个［１］", "共130个[1]"},
		{"共130个[１２，３]", "共130个[12][3]"},
		{"共130个〔2〕〖3〗", "共130个[2][3]"},
		{"共130个[^1]", "共130个[1]"},
		{"共130个[^1^][^2^]", "共130个[1][2]"},
		{"共130个[[1]]", "共130个[1]"},
		{"共130个【1†source】", "共130个[1]"},
		{"共130个【4:0†source】", "共130个[4]"},
		{"共130个【3†L10-L20】。", "共130个[3]。"},
		{"共130个[来源1]", "共130个[1]"},
		{"共130个[来源 1]", "共130个[1]"},
		{"共130个[来源：1，2]", "共130个[1][2]"},
		{"共130个[来源1，来源3]", "共130个[1][3]"},
		{"共130个[參考資料2]", "共130个[2]"},
		{"共130个[source 1]", "共130个[1]"},
		{"共130个[Sources 1 & 2]", "共130个[1][2]"},
		{"共130个[passage 2]", "共130个[2]"},
		{"共130个[Passage #2]", "共130个[2]"},
		{"共130个[文档1][资料1]", "共130个[1]"},
		{"共130个[citation:3]", "共130个[3]"},
		{"共130个[cite: 1, 2]", "共130个[1][2]"},
		{"共130个[来源1-3]", "共130个[1][2][3]"},
		{"共130个[01]", "共130个[1]"},
		{"共130个^1^", "共130个[1]"},
		{"共130个^1,2^。", "共130个[1][2]。"},
		{"共130个^[1]^。", "共130个[1]。"},
		{"共130个^[1]。", "共130个[1]。"},
		{"共130个<sup>1</sup>", "共130个[1]"},
		{"共130个<SUP>[2]</SUP>。", "共130个[2]。"},
		{"共130个<sup>1, 3</sup>。", "共130个[1][3]。"},
		{"共130个<sup>1</sup><sup>2</sup>。", "共130个[1][2]。"},
		// exponents and other text
		{"10^6^ 与 10<sup>6</sup>，千米<sup>2</sup>", "10^6^ 与 10<sup>6</sup>，千米<sup>2</sup>"},
		{"共130个<sup>99</sup>、<sup>注</sup>、<br>、a < b、2^10、^_^", "共130个<sup>99</sup>、<sup>注</sup>、<br>、a < b、2^10、^_^"},
		{"共130个<sup>1", "共130个<sup>1"},
		{"共130个^1", "共130个^1"},
		{"x = [1] 与 y=[2]", `x = \[1\] 与 y=\[2\]`},
		{"f([1, 2, 3])", `f(\[1, 2, 3\])`},
		{"区间[1, 5]，数组 [1, 2]，array [1, 2]", `区间\[1, 5\]，数组 \[1, 2\]，array \[1, 2\]`},
		{"列表[1]", "列表[1]"},
		// unknown numbers
		{"共130个 [99]。", "共130个。"},
		{"共130个[99]。", "共130个。"},
		{"共130个[1,99]", "共130个[1]"},
		{"共130个[11-15]。", "共130个[11][12]。"},
		{"共130个[0]。", "共130个。"},
		{"a fact [99] stands", "a fact stands"},
		{"a fact [99]stands", "a fact stands"},
		{"[99] 开头", " 开头"},
		{"一行 [99]\n二行", "一行\n二行"},
		{"共[99][98][97]个", "共个"},
		{"共 [99] [98]个", "共个"},
		// repeated
		{"共[1][1]", "共[1]"},
		{"共[1] [1]。", "共[1]。"},
		{"共[1][2][1]", "共[1][2]"},
		{"共[1,1,2]", "共[1][2]"},
		{"共[1]，有[1]", "共[1]，有[1]"},
		{"共[1] [2]", "共[1] [2]"},
		// years, intervals, lists of tasks
		{"报告[2023]显示", "报告[2023]显示"},
		{"报告[2020-2023]显示", "报告[2020-2023]显示"},
		{"日期[2023-09-07]", "日期[2023-09-07]"},
		{"区间[0, 1]", "区间[0, 1]"},
		{"值[-1]和[1.5]", "值[-1]和[1.5]"},
		{"切片[1:2]", "切片[1:2]"},
		{"- [ ] 待办\n- [x] 完成[1]", "- [ ] 待办\n- [x] 完成[1]"},
		{"[中国]与[图1]与[a1]", "[中国]与[图1]与[a1]"},
		{"[]", "[]"},
		{"【来源】", "【来源】"},
		{"[1-30]", "[1-30]"},
		{"[3-1]", "[3-1]"},
		{"[1", ""}, // the model broke off within a marker
		{"共三座 【1†sou", "共三座"},
		{"共三座[1][", "共三座[1]["},
		{"[来源", "[来源"},
		{"[1,", ""},
		{"[", "["},
		// code
		{"用 `a[1]` 取[1]", "用 `a[1]` 取[1]"},
		{"用 ``x ` [1]`` 取[2]", "用 ``x ` [1]`` 取[2]"},
		{"一个 ` 反引号[99]，没有完", "一个 ` 反引号，没有完"},
		{"一个 ` 反引号【1】\n下一行 `[1]` 完【2】", "一个 ` 反引号[1]\n下一行 `[1]` 完[2]"},
		{"```go\nx := a[1]\n[99]\n```\n见【1】", "```go\nx := a[1]\n[99]\n```\n见[1]"},
		{"~~~\n[99]\n```\n[1, 2, 3]\n~~~\n见【1】", "~~~\n[99]\n```\n[1, 2, 3]\n~~~\n见[1]"},
		{"````\n```\n[99]\n````\n【1】", "````\n```\n[99]\n````\n[1]"},
		{"- 例\n  ```\n  [99]\n  ```\n  【1】", "- 例\n  ```\n  [99]\n  ```\n  [1]"},
		{"> ```\n> [99]\n> ```\n> 【1】", "> ```\n> [99]\n> ```\n> [1]"},
		{"```\n[99]", "```\n[99]"},
		{"```x``` 【1】", "```x``` [1]"},
		{"```x[99]``` 【1】", "```x[99]``` [1]"},
		{"~~删~~【1】", "~~删~~[1]"},
		{"转义\\[1]和\\`【1】", "转义\\[1]和\\`[1]"},
		// links
		{"[官网](https://x.cn/[1])见【1】", "[官网](https://x.cn/[1])见[1]"},
		{"[1](http://x.cn)", "[1](http://x.cn)"},
		{"[99](url)", "[99](url)"},
		{"![1](a.png)", "![1](a.png)"},
		{"很好![1](见下)", "很好![1](见下)"},
		{"共【1】(http://x.cn)", "共[1](http://x.cn)"},
		{"[1](see the text) 【2】", "[1](see the text) [2]"},
		{"[a](b(c)[99]d) 【1】", "[a](b(c)[99]d) [1]"},
		{"[a](b [99]", "[a](b"},
		{"[1]: http://x.cn\n[99]: 文", "[1]: http://x.cn\n[99]: 文"},
		{"[^1]: 注", "[^1]: 注"},
		{"他说[1]: 好", "他说[1]: 好"},
		{"[1]：好", "[1]：好"},
		// indexes
		{"取 arr[1] 的值", "取 arr[1] 的值"},
		{"取 x[1]，my_list[99]", "取 x[1]，my_list[99]"},
		{"若 rows[1] = 2", "若 rows[1] = 2"},
		{"若 rows[1].name", "若 rows[1].name"},
		{"GPT-4[1]与模型[2]", "GPT-4[1]与模型[2]"},
		{"OpenAI[1] and parameters[1, 2].", "OpenAI[1] and parameters[1][2]."},
		{"OpenAI [99].", "OpenAI."},
		// the model's own list
		{"参考资料：\n[1] 一篇\n[2] 二篇", "参考资料：\n[1] 一篇\n[2] 二篇"},
		{"References\n\n1. [1] One\n2. [99] Two", "References\n\n1. [1] One\n2. Two"},
		// bytes
		{"坏\xff\xe4[1]", "坏\ufffd\ufffd[1]"},
		{"", ""},
	}
	for _, test := range tests {
		if got := whole(test.in, upTo(12)); got != test.want {
			t.Errorf("%q\n got %q\nwant %q", test.in, got, test.want)
		}
		p, got := NewParser(upTo(12)), ""
		for i := range len(test.in) {
			got += p.Write(test.in[i : i+1])
		}
		if got += p.Close(); got != test.want {
			t.Errorf("%q byte by byte\n got %q\nwant %q", test.in, got, test.want)
		}
	}
}

func TestParserYearKnown(t *testing.T) {
	t.Parallel()
	if got := whole("报告【2023】", func(n int) bool { return n == 2023 }); got != "报告[2023]" {
		t.Error(got)
	}
}

// TestParserQuotations: a footnote of quoted text stays text; what only looks like one
// is a citation, or goes.
func TestParserQuotations(t *testing.T) {
	t.Parallel()
	const passage = "混元[3]支持多个业务[12]，参见[1]。"
	tests := []struct{ in, want string }{
		{"文章说“混元[3]支持多个业务[12]”[1]。", `文章说“混元\[3\]支持多个业务\[12\]”[1]。`},
		{"文章说混元[3]支持多个业务[12]。", `文章说混元[3]支持多个业务\[12\]。`},
		{"文章说「混元[2]」[3]", "文章说「混元[2]」[3]"},
		{"没有根据[12]。", "没有根据。"},
		{"“混元”[3]支持", "“混元”[3]支持"},
		{"“混元\n混元[3]", "“混元\n混元[3]"},
	}
	quoted := func(before, bracket string) bool {
		r := []rune(before)
		return strings.Contains(passage, string(r[max(0, len(r)-2):])+bracket)
	}
	for _, test := range tests {
		for size := 1; size < 40; size += 6 {
			p, got := NewParser(upTo(5)), ""
			p.Quoted = quoted
			for i := 0; i < len(test.in); i += size {
				got += p.Write(test.in[i:min(len(test.in), i+size)])
			}
			if got += p.Close(); got != test.want {
				t.Errorf("%q by %d bytes\n got %q\nwant %q", test.in, size, got, test.want)
			}
		}
		for _, c := range Split(test.want) {
			for _, n := range c.Numbers {
				if n == 12 {
					t.Errorf("%q cites 12", test.want)
				}
			}
		}
	}
}

// TestParserHoldsBackLittle feeds what could go on for ever and watches the wire.
func TestParserHoldsBackLittle(t *testing.T) {
	t.Parallel()
	for _, filler := range []string{
		"[", "[ ", "`", "`[", "``x[1]", "[1", "[1,", "[来源", "[1†s", "[1](", "[1](a", "[a](b", "~", "  ", "\\", "【1†", "[1] ",
		"```", "x`[1", "[[", "字", "[1][1]", "[99] ", "[^", "\xe4", "<", "<sup>", "<sup>1", "^", "^1", "^[",
	} {
		p := NewParser(upTo(9))
		in, out := 0, 0
		for range 400 {
			in += len(filler)
			out += len(p.Write(filler))
			if held := len(p.buf) + len(string(p.blanks)); held > codeReach*4 {
				t.Fatalf("%q: %d bytes held back", filler, held)
			}
		}
		if out == 0 && !strings.HasPrefix(filler, "[99]") {
			t.Errorf("%q: nothing on the wire after %d bytes", filler, in)
		}
	}
}

// TestParserPrompt: a word is on the wire when its piece has been written, and a
// marker one character after its end.
func TestParserPrompt(t *testing.T) {
	t.Parallel()
	p := NewParser(upTo(3))
	for _, step := range []struct{ piece, want string }{
		{"据统计", "据统计"}, {"共有", "共有"}, {"[", ""}, {"1", ""}, {"]", ""}, {"，", "[1]，"}, {"[中", "[中"}, {" ", ""}, {"x", " x"},
	} {
		if got := p.Write(step.piece); got != step.want {
			t.Errorf("Write(%q) = %q, want %q", step.piece, got, step.want)
		}
	}
}

// FuzzParser: the output does not depend on the split; it is valid UTF-8; what is
// known and stands in plain text is kept, and nothing else is shown.
func FuzzParser(f *testing.F) {
	f.Add("共130个[1,2]。`a[1]` ```\n[9]\n```【4:0†source】", uint64(3))
	f.Add("[1](http://x)[a](b[1])\\[1]\xff[来源 1]", uint64(77))
	f.Add("^1^<sup>2</sup>“引[3]”x=[1]^[2", uint64(9))
	f.Add("x[1] = `` [1] ` [2]\n~~~\n[1]: y\n - ```[1]```", uint64(5))
	f.Fuzz(func(t *testing.T, s string, seed uint64) {
		quoted := func(before, bracket string) bool { return len(before)%2 == 0 && len(bracket) > 3 }
		atOnce := NewParser(upTo(5))
		atOnce.Quoted = quoted
		want := atOnce.Write(s)
		want += atOnce.Close()
		if !utf8.ValidString(want) {
			t.Fatalf("%q → %q is not UTF-8", s, want)
		}
		p, got := NewParser(upTo(5)), ""
		p.Quoted = quoted
		for i, state := 0, seed; i < len(s); {
			state = state*6364136223846793005 + 1442695040888963407
			n := min(len(s)-i, int(state>>60)%7+1)
			got += p.Write(s[i : i+n])
			i += n
		}
		if got += p.Close(); got != want {
			t.Fatalf("%q (seed %d)\nin pieces %q\n at once  %q", s, seed, got, want)
		}
		text, numbers := compose(seed)
		out := whole(text, upTo(5))
		if shown := markers(out); !slices.Equal(shown, numbers) {
			t.Fatalf("%q → %q shows %v, want %v", text, out, shown, numbers)
		}
	})
}

// compose writes an answer without code or links in it and the markers it should show.
func compose(seed uint64) (text string, numbers []int) {
	forms := []string{"[%d]", "【%d】", "[^%d]", "[来源%d]", "［%d］", "[ %d ]", "[source %d]", "^[%d]^", "<sup>[%d]</sup>", "【%d†source】", "[[%d]]", "[9,%d]", "[%d、9]"}
	words := []string{"模型", "。", "共130个", "，", "GPT-4", "——", "“引”", "**粗**", "\n", "\n- 项", "）"}
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % n
	}
	for range 8 {
		text += words[next(len(words))] + "字"
		n := next(8)
		text += fmt.Sprintf(forms[next(len(forms))], n)
		if 1 <= n && n <= 5 {
			numbers = append(numbers, n)
		}
	}
	return text + "完", numbers
}

// markers lists the numbers of [n] in s.
func markers(s string) (numbers []int) {
	for i := range s {
		var n int
		if _, err := fmt.Sscanf(s[i:], "[%d]", &n); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func BenchmarkParser(b *testing.B) {
	s := strings.Repeat("截至7月底，我国累计有130个大模型问世【1†source】，其中通用大模型78家[来源 2]。`a[1]`\n", 200)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		p := NewParser(upTo(9))
		for i := 0; i < len(s); i += 7 {
			p.Write(s[i:min(i+7, len(s))])
		}
		p.Close()
	}
}
