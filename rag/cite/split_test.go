package cite

import (
	"reflect"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		answer string
		want   []string // text, and the numbers behind it
	}{
		{"国内已有130个大模型[1]。其中64个今年问世[2][3]。", []string{"国内已有130个大模型。[1]", "其中64个今年问世。[2 3]"}},
		{"国内已有130个大模型。[1]其中64个今年问世。[2]", []string{"国内已有130个大模型。[1]", "其中64个今年问世。[2]"}},
		{"国内已有130个大模型。 [1] 其中64个今年问世。", []string{"国内已有130个大模型。[1]", "其中64个今年问世。[]"}},
		{"他说：“很好。”[1]\n\n然后走了。", []string{"他说：“很好。”[1]", "然后走了。[]"}},
		{"# 概况\n\n- 有130个[1]\n- 有**64个**[2][2]\n\n1. 首先[3]", []string{"# 概况[]", "有130个[1]", "有64个[2]", "首先[3]"}},
		{"见下：\n```go\nx := a[1] // 不是。\n```\n完[1]。", []string{"见下：[]", "完。[1]"}},
		{"用`a[1]`和[官网](https://x.cn/[2])查[3]。", []string{"用a[1]和官网查。[3]"}},
		{"取 arr[1] 的值[2]。报告[2023]说[1](http://x)。", []string{"取 arr[1] 的值。[2]", "报告[2023]说1。[]"}},
		{"第一段。\n\n[1][2]", []string{"第一段。[1 2]"}},
		{"[1] 开头的说法。", []string{"开头的说法。[1]"}},
		{"The model has 7B parameters [1]. It costs $2.5 million.[2] Fine.", []string{"The model has 7B parameters.[1]", "It costs $2.5 million.[2]", "Fine.[]"}},
		{"| 名称 | 数量 |\n|---|---|\n| 星火 | 100万[1] |", []string{"# 名称 数量[]", "星火 100万[1]"}},
		{"有130个[1]。\n\n参考资料：\n[1] 一篇文章\n- [2] 另一篇", []string{"有130个。[1]", "# 参考资料：[]"}},
		{"有130个[1]。\n\n[1]: http://x.cn", []string{"有130个。[1]"}},
		{"- [ ] 待办[1]\n> 引文[2]\n![图](a.png)", []string{"待办[1]", "引文 [2]"}},
		{"a_b_c 与 2*3 与 *强调* 与 <b>粗</b><br>", []string{"a_b_c 与 2*3 与 强调 与 粗[]"}},
		{"转义\\[1\\]不算。", []string{"转义[1]不算。[]"}},
		{"", nil},
		{"---\n\n```", nil},
		{"[1]", nil},
	}
	for _, test := range tests {
		var got []string
		end := 0
		for _, c := range Split(test.answer) {
			text := c.Text
			if c.Heading {
				text = "# " + text
			}
			got = append(got, strings.ReplaceAll(text+sprint(c.Numbers), " [", "["))
			if c.Start < end || c.End < c.Start || c.End > len(test.answer) {
				t.Errorf("%q: span %d-%d behind %d", test.answer, c.Start, c.End, end)
			}
			end = c.End
		}
		for i := range test.want {
			test.want[i] = strings.ReplaceAll(test.want[i], " [", "[")
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q\n got %q\nwant %q", test.answer, got, test.want)
		}
	}
}

func sprint(numbers []int) string {
	var b strings.Builder
	for i, n := range numbers {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(rune('0' + n)))
	}
	return "[" + b.String() + "]"
}

func TestSplitSpan(t *testing.T) {
	t.Parallel()
	answer := "**有130个**模型。[1][2]另有64个。"
	claims := Split(answer)
	if got := answer[claims[0].Start:claims[0].End]; got != "有130个**模型。[1][2]" {
		t.Errorf("got %q", got)
	}
	if got := answer[claims[1].Start:claims[1].End]; got != "另有64个。" {
		t.Errorf("got %q", got)
	}
}

// FuzzSplit: spans are in order, inside the answer and apart from each other; every
// marker of plain text is some sentence's; texts are not empty.
func FuzzSplit(f *testing.F) {
	f.Add("有130个[1]。[2]\n- 项[3]\n```\n[1]\n```", uint64(1))
	f.Add("**[1]**\\[2]`[3]`[a](b)|<b>\n# [1]: x\n| a |", uint64(9))
	f.Fuzz(func(t *testing.T, s string, seed uint64) {
		answer := whole(s, upTo(5))
		end := 0
		for _, c := range Split(answer) {
			if c.Start < end || c.End <= c.Start || c.End > len(answer) || strings.TrimSpace(c.Text) == "" {
				t.Fatalf("%q: %+v behind %d", answer, c, end)
			}
			end = c.End
		}
		text, numbers := compose(seed)
		shown := map[int]bool{}
		for _, c := range Split(whole(text, upTo(5))) {
			for _, n := range c.Numbers {
				shown[n] = true
			}
		}
		for _, n := range numbers {
			if !shown[n] {
				t.Fatalf("%q: %d is lost", text, n)
			}
		}
	})
}
