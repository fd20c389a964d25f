package corpus

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The file beside an article knows better than the article, that better than its
// dateline, and that better than its path.
func TestMetadataPrecedence(t *testing.T) {
	t.Parallel()
	dir := write(t,
		"2023/09/a.txt", "新华社北京9月8日电（记者 张三）候鸟来了。",
		"2023/09/b.txt", "新华社北京9月8日电（记者 张三）候鸟来了。",
		"2023/09/b.txt.yaml", "title: 湿地\nsource: 晨报\nauthor: [李四, 王五]\ndate: 2022-01-02\nurl: https://example.com/b\ntags: [鸟, 湿地]\n",
		"晨报/20230908_候鸟来了.txt", "正文。",
		"c.txt", "正文。", "c.yml", "---\nsource: 晚报\n---\n",
		"d.txt", "正文。", "d.txt.yaml", "source: 日报", "d.yaml", "source: 晚报",
		"e.txt", "新华社北京9月8日电 年份无从知道。",
		"f.txt", "正文。", "f.yaml", "title: 好\nauthor: \"张三\n日期：2023-09-08\n",
		"g.txt", "正文。", "g.yaml", "\xd7\xf7\xd5\xdf: \xd5\xc5\xc8\xfd\n", // 作者: 张三
		"h.yaml", "source: 无主",
		"i.txt", "正文。", "i.yaml", "size: 3\n",
	)
	rule, err := ParsePathRule("{source}/{*}")
	if err != nil {
		t.Fatal(err)
	}
	l := Loader{Dir: dir, Formats: []Format{plainFormat(nil)}, Paths: []PathRule{rule}}
	loaded, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, a := range loaded.Articles {
		date := ""
		if !a.Published.IsZero() {
			date = a.Published.Format(time.DateOnly)
		}
		got[a.Path] = fmt.Sprintf("%s|%s|%s|%s|%s|%v|%s", a.Title, a.Source, a.Author, date, a.URL, a.Tags, strings.Join(a.Warnings, "; "))
	}
	for path, want := range map[string]string{
		"2023/09/a.txt":        "a|新华社|张三|2023-09-08||[]|",
		"2023/09/b.txt":        "湿地|晨报|李四、王五|2022-01-02|https://example.com/b|[鸟 湿地]|",
		"晨报/20230908_候鸟来了.txt": "候鸟来了|晨报||2023-09-08||[]|",
		"c.txt":                "c|晚报||||[]|",
		"d.txt":                "d|日报||||[]|",
		"e.txt":                "e|新华社||||[]|",
		"f.txt":                "好|张三|张三|2023-09-08||[]|f.yaml is not valid YAML (line ",
		"g.txt":                "g|张三|张三|||[]|",
		"i.txt":                "i|||||[]|i.yaml says nothing that is known; ",
	} {
		if !strings.HasPrefix(got[path], want) {
			t.Errorf("%s: %s, want %s", path, got[path], want)
		}
	}
	skipped := fmt.Sprint(loaded.Skipped)
	if len(loaded.Skipped) != 2 || !strings.Contains(skipped, "{d.yaml the article has another file with metadata, d.txt.yaml") || !strings.Contains(skipped, "{h.yaml there is no article beside it") {
		t.Errorf("skipped: %s", skipped)
	}
}

// What the file beside it says is part of the article: it is read again when that changes.
func TestSidecarChanges(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "正文。", "a.txt.yaml", "source: 晨报")
	l := Loader{Dir: dir, Formats: []Format{plainFormat(nil)}}
	first, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir+"/a.txt.yaml", "source: 晚报")
	second, err := l.Load(t.Context(), knownOf(first), nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := first.Articles[0], second.Articles[0]
	if a.Source != "晨报" || b.Source != "晚报" || a.Hash == b.Hash || a.ID != b.ID {
		t.Errorf("%+v became %+v", a, b)
	}
}

// Of several articles in one file, the file beside it says what they have in common.
func TestSidecarOfSeveral(t *testing.T) {
	t.Parallel()
	rows := Format{Name: "rows", Extensions: []string{".rows"}}
	rows.Rows = func(_ context.Context, data []byte) ([]Row, error) {
		return []Row{
			{Name: "1", Parsed: Parsed{Title: "甲", Source: "自己的", Text: string(data)}},
			{Name: "2", Parsed: Parsed{Title: "乙", Text: string(data)}},
		}, nil
	}
	dir := write(t, "2023-09-08-表.rows", "正文。", "2023-09-08-表.yaml", "title: 表\nsource: 晨报\nurl: https://example.com/t\n")
	l := Loader{Dir: dir, Formats: []Format{rows}}
	loaded, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range loaded.Articles {
		got = append(got, a.Title+" "+a.Source+" "+a.URL+" "+a.Published.Format(time.DateOnly))
	}
	if fmt.Sprint(got) != "[甲 自己的  2023-09-08 乙 晨报  2023-09-08]" {
		t.Errorf("%q", got)
	}
}
