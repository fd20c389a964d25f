package frontmatter

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		block, title, source, author, date string
		known                              bool
		warned                             string
	}{
		{"title: 湿地\nauthor: [张三, 李四]\nsource: 周刊\ndate: 2023-09-08\n", "湿地", "周刊", "张三、李四", "2023-09-08", true, ""},
		{`{"title": "湿地", "authors": [{"name": "张三"}]}`, "湿地", "", "张三", "", true, ""},
		{"记者：张三\n日期：2023-09-08\n", "", "", "张三", "2023-09-08", true, "not a list of keys"},
		{"title: 湿地\nsource: [周刊\n", "湿地", "[周刊", "", "", true, "line "},
		{"byline: 张三\nmedia: 周刊", "", "周刊", "张三", "", true, ""},
		{"color: red\n", "", "", "", "", false, ""},
		{"- a\n- b\n", "", "", "", "", false, "not a list of keys"},
		{"", "", "", "", "", false, "not a list of keys"},
	} {
		m, known, err := Parse(tt.block)
		warned := ""
		if err != nil {
			warned = err.Error()
		}
		if m.Title != tt.title || m.Source != tt.source || m.Author != tt.author || m.Date != tt.date || known != tt.known || !strings.Contains(warned, tt.warned) || (warned == "") != (tt.warned == "") {
			t.Errorf("%q: %+v, %v, %v", tt.block, m, known, err)
		}
	}
}

// Find takes whole lines, and no more than there are.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"---\ntitle: a\n---\nb", "---\r\ntitle: a\r\n...\r\nb", "---\n---\n", "\n\n---\ntitle：a\n---"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		block, body, ok := Find(text)
		if !ok {
			return
		}
		if body < len(block) || body > len(text) || !strings.Contains(text[:body], block) {
			t.Fatalf("%q: block %q, body at %d", text, block, body)
		}
		m, known, _ := Parse(block)
		if utf8.ValidString(text) && !utf8.ValidString(m.Title+m.Source+m.Author) {
			t.Fatalf("%q: %+v, %v", block, m, known)
		}
	})
}
