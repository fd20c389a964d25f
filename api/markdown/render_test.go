package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

func cites(numbers ...int) func(int) bool {
	return func(n int) bool {
		for _, m := range numbers {
			if m == n {
				return true
			}
		}
		return false
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	const one = `<sup class="cite"><a href="#cite-1" data-n="1">1</a></sup>`
	tests := []struct{ name, in, want string }{
		{"quotes in bold before Chinese", `**“重点”**内容`, "<p><strong>“重点”</strong>内容</p>"},
		{"colon in bold before Chinese", `**注意：**正文`, "<p><strong>注意：</strong>正文</p>"},
		{"quotes in bold behind Chinese", `他说**“重点”**，`, "<p>他说<strong>“重点”</strong>，</p>"},
		{"parenthesis before a Latin word", `**（重点）**OK`, "<p><strong>（重点）</strong>OK</p>"},
		{"two in one line", `**甲：**一，**乙：**二`, "<p><strong>甲：</strong>一，<strong>乙：</strong>二</p>"},
		{"bold before a citation", `**“重点”**[1]。`, "<p><strong>“重点”</strong>" + one + "。</p>"},
		{"multiplication stays", `3 * 4 * 5`, "<p>3 * 4 * 5</p>"},
		{"underscores stay", `snake_case_name`, "<p>snake_case_name</p>"},
		{"citation", `共130个[1]。`, "<p>共130个" + one + "。</p>"},
		{"neighbours", `对[1][2]。`, `<p>对` + one + `<sup class="cite"><a href="#cite-2" data-n="2">2</a></sup>。</p>`},
		{"unknown number", `对[7]。`, "<p>对[7]。</p>"},
		{"zero and sign", `[0] [-1] [01]`, "<p>[0] [-1] [01]</p>"},
		{"in a code span", "`a[1]`", "<p><code>a[1]</code></p>"},
		{"in a code block", "```go\na[1]\n```", "<pre><code>a[1]\n</code></pre>"},
		{"in a table", "|a|\n|-|\n|b[1]|", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b" + one + "</td>\n</tr>\n</tbody>\n</table>"},
		{"never a link", `[1](https://evil.example/)`, "<p>" + one + "(https://evil.example/)</p>"},
		{"never by reference", "对[1]。\n\n[1]: https://evil.example/", "<p>对" + one + "。</p>\n<p>" + one + ": https://evil.example/</p>"},
		{"inside a link", `[看[1]](https://a.example/)`, `<p><a href="https://a.example/" rel="nofollow noreferrer noopener" target="_blank">看[1]</a></p>`},
		{"link", `[甲](https://a.example/?x=1&y=2)`, `<p><a href="https://a.example/?x=1&amp;y=2" rel="nofollow noreferrer noopener" target="_blank">甲</a></p>`},
		{"javascript", `[甲](javascript:alert(1))`, "<p>甲</p>"},
		{"data", `[甲](data:text/html,x)`, "<p>甲</p>"},
		{"another scheme", `[甲](file:///etc/passwd) <mailto:a@b.example>`, "<p>甲 mailto:a@b.example</p>"},
		{"path of our own", `[甲](/reload)`, "<p>甲</p>"},
		{"address without scheme", `[甲](//evil.example/)`, "<p>甲</p>"},
		{"fragment", `[甲](#cite-evil)`, "<p>甲</p>"},
		{"image", `![图](https://evil.example/?leak)`, "<p>图</p>"},
		{"raw block", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		{"raw inline", `a <img src=x onerror=alert(1)> b`, "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>"},
		{"comment", `a <!-- b --> c`, "<p>a &lt;!-- b --&gt; c</p>"},
		{"list", "3. 甲\n4. 乙", "<ol start=\"3\">\n<li>甲</li>\n<li>乙</li>\n</ol>"},
		{"line break", "甲\n乙", "<p>甲<br>\n乙</p>"},
		{"strikethrough", "~~甲~~", "<p><del>甲</del></p>"},
		{"rule", "甲\n\n" + strings.Repeat("-", 80), "<p>甲</p>\n<hr>"},
		{"invalid UTF-8 and NUL", "甲\xff\x00", "<p>甲\uFFFD\uFFFD</p>"},
		{"empty", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := strings.TrimSpace(Render(test.in, cites(1, 2)))
			if got != test.want {
				t.Errorf("Render(%q)\n got %s\nwant %s", test.in, got, test.want)
			}
		})
	}
}

func TestRenderWithoutCitations(t *testing.T) {
	t.Parallel()
	if got := Render("对[1]。", nil); got != "<p>对[1]。</p>\n" {
		t.Errorf("got %s", got)
	}
}

// Beyond a bound the words are shown as they stand; at the bound they are rendered.
func TestBounds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		at, over string
	}{
		{"size", "**甲**" + strings.Repeat("a", MaxBytes-len("**甲**")), "**甲**" + strings.Repeat("a", MaxBytes)},
		{"links", "**甲**" + strings.Repeat("[a](b)", MaxLinks), "**甲**" + strings.Repeat("[a](b)", MaxLinks+1)},
		{"brackets", "**甲**" + strings.Repeat("[", MaxNesting), "**甲**" + strings.Repeat("[", MaxNesting+1)},
		{"quotes", strings.Repeat(">", MaxNesting) + "**甲**", strings.Repeat(">", MaxNesting+1) + "**甲**"},
		{"delimiters", "**甲**" + strings.Repeat("a_", MaxDelimiters-2), "**甲**" + strings.Repeat("a_", MaxDelimiters)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Render(test.at, nil); !strings.Contains(got, "<strong>甲</strong>") {
				t.Errorf("at the bound: not rendered: %.200s", got)
			}
			if got := Render(test.over, nil); strings.Contains(got, "<strong>") || !strings.Contains(got, "**甲**") {
				t.Errorf("over the bound: not plain: %.200s", got)
			}
		})
	}
}

var bombs = map[string]string{
	"links in links":   "[a](b",
	"open links":       "](",
	"brackets":         "[",
	"bracket pairs":    "[]",
	"marker":           "[1]",
	"images":           "![a](b)",
	"image brackets":   "![",
	"stars":            "*a ",
	"double stars":     "**a",
	"mixed stars":      "*a **a ",
	"mixed delimiters": "*a_ ",
	"underscores":      "_a ",
	"tildes":           "~~a ",
	"closing stars":    "a* ",
	"one run":          "*",
	"backticks":        "`a``b```c",
	"quotes":           "> ",
	"bullets":          "- ",
	"quote per line":   "> a\n",
	"items per line":   "- a\n",
	"deeper items":     "- a\n  ",
	"numbers":          "1. ",
	"tables":           "|a|b|\n|-|-|\n",
	"table header":     "|",
	"cells":            "a|",
	"autolinks":        "<a",
	"angle":            "<",
	"entities":         "&amp",
	"escapes":          `\[`,
	"headings":         "# ",
	"setext":           "a\n=\n",
	"fences":           "```\n",
	"tildes fence":     "~~~a\n",
	"definitions":      "[a]: b\n",
	"parentheses":      "[a](((",
	"bold Chinese":     "**“重”**",
	"tabs":             "\t",
	"blank":            "\n",
	"returns":          "\r",
}

func TestBombs(t *testing.T) {
	t.Parallel()
	for name, piece := range bombs {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{MaxBytes, 4 * MaxLinks, 20 * MaxLinks} {
				in := strings.Repeat(piece, size/len(piece))
				start := time.Now()
				out := Render(in, cites(1))
				if took := time.Since(start); took > 2*slowdown*time.Second {
					t.Errorf("%d bytes took %v", size, took)
				} else if took > 100*time.Millisecond {
					t.Logf("%d bytes took %v", size, took)
				}
				if problem := unsafe(out); problem != "" {
					t.Errorf("unsafe: %s", problem)
				}
			}
		})
	}
}

var (
	tag     = regexp.MustCompile(`<[^>]*>?`)
	allowed = regexp.MustCompile(`^(</?(p|hr|strong|em|del|code|pre|blockquote|ul|ol|li|h[1-6]|table|thead|tbody|tr|th|td|sup|a)>` +
		`|<br/?>|<hr/?>|<ol start="[0-9]+">|<sup class="cite">|<a href="#cite-([0-9]+)" data-n="[0-9]+">` +
		`|<a href="[hH][tT][tT][pP][sS]?://[^"<>\s]*" rel="nofollow noreferrer noopener" target="_blank">)$`)
)

// unsafe returns the first tag that Render may not write.
func unsafe(out string) string {
	for _, t := range tag.FindAllString(out, -1) {
		if !allowed.MatchString(t) {
			return t
		}
	}
	return ""
}

func FuzzRender(f *testing.F) {
	for _, piece := range bombs {
		f.Add(strings.Repeat(piece, 5))
	}
	f.Add("<script src=x onload=y>")
	f.Add("[a](javascript:x) ![a](http://b \"c\") <http://a\"onclick=x>")
	f.Add("[a](http://b\"onmouseover=\"x) **“重点”**内容[1] | `[1]`")
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 4<<10 {
			return
		}
		if problem := unsafe(Render(in, cites(1, 2, 3))); problem != "" {
			t.Errorf("Render(%q) writes %s", in, problem)
		}
	})
}

func ExampleRender() {
	fmt.Print(Render("**注意：**共130个[1]。", func(n int) bool { return n == 1 }))
	// Output: <p><strong>注意：</strong>共130个<sup class="cite"><a href="#cite-1" data-n="1">1</a></sup>。</p>
}
