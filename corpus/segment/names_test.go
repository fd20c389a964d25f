package segment

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"苏州市政府宣布新增就业岗位。":         "苏州市",
		"張桂梅創辦的華坪女子高級中學。":        "张桂梅 华坪",
		"詹姆斯·卡梅隆执导的影片":           "詹姆斯 卡梅隆",
		"玛丽娜·索萨为客队首开纪录":          "玛丽娜 索萨",
		"星河科技有限公司的利润":            "星河",
		"今天天气很好，公司利润增长。":         "",
		"受台风影响，祝您平安。":            "",
		"GPT-4o与清华大学\x00合作\xff。": "清华大学",
		"":                       "",
	} {
		if got := strings.Join(s.Names(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestRare(t *testing.T) {
	t.Parallel()
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][2]string{ // among them, not among them
		"首款国产九价流感疫苗获批上市。": {"流感", "获批"},
		"考古队发掘出一座唐代墓葬。":   {"唐代", "一座"},
		"公司的工作岗位增长。":      {"", "公司"},
	} {
		got := s.Rare(text)
		if want[0] != "" && !slices.Contains(got, want[0]) || slices.Contains(got, want[1]) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// FuzzNames: what is found stands in the folded text, whatever it holds.
func FuzzNames(f *testing.F) {
	s, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("詹姆斯·卡梅隆与清华大学")
	f.Add("a\x00苏州\xff")
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for _, w := range s.tags(text) {
			all.WriteString(w.word)
		}
		for _, w := range append(s.Names(text), s.Rare(text)...) {
			if w == "" || !strings.Contains(all.String(), w) {
				t.Fatalf("%q: %q", text, w)
			}
		}
	})
}
