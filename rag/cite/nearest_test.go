package cite

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	text := "发布会如期举行。\n讯飞星火9月5日开放。上线20小时，用户突破120万！研究院院长刘聪到场。\n通用大模型有78款，公司有130家。"
	for _, test := range []struct {
		name, quote, want string
		hint              int
	}{
		{"edited", "上线14小时，用户突破100万。", "上线20小时，用户突破120万！", 0},
		{"words put in", "通用大模型有78款，研发公司一共有130家。", "通用大模型有78款，公司有130家。", 0},
		{"two sentences", "讯飞星火9月6日开放。上线20小时，用户突破120万。", "讯飞星火9月5日开放。上线20小时，用户突破120万！", 0},
		{"another script", "通用大模型有88款，公司有130家", "通用大模型有78款，公司有130家。", 0},
		{"gone", "深圳地铁早上七点开门，票价三元。", "", 0},
		{"too short", "用户120", "", 0},
		{"empty", "", "", 0},
	} {
		start, end, ok := Nearest(text, test.quote, test.hint)
		got := ""
		if ok {
			got = string([]rune(text)[start:end])
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	twice := "甲公司去年营收增长百分之五。\n" + strings.Repeat("中间的话。", 20) + "\n甲公司去年营收增长百分之五。"
	n := len([]rune(twice))
	if start, _, ok := Nearest(twice, "甲公司去年营收增长百分之六。", n); !ok || start < n/2 {
		t.Errorf("of equals the one near the hint is meant: %d %v", start, ok)
	}
}

// FuzzNearest: what is found lies in the text and is not empty.
func FuzzNearest(f *testing.F) {
	f.Add("共有130个大模型问世。共有131个。", "共有132个大模型问世。", 3)
	f.Add("a\xff。b", "\xff\xff\xff\xff\xff\xff\xff", -1)
	f.Fuzz(func(t *testing.T, text, quote string, hint int) {
		if start, end, ok := Nearest(text, quote, hint); ok && (start < 0 || end <= start || end > len([]rune(text))) {
			t.Fatalf("%q in %q: %d %d", quote, text, start, end)
		}
	})
}
