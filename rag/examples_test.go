package rag

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus"
)

func examplesOf(titleAndText ...string) [2][]string {
	var articles []*corpus.Article
	passages := make(map[string][]corpus.Passage)
	for i, t := range titleAndText {
		title, text, _ := strings.Cut(t, "|")
		id := string(rune('a' + i))
		articles = append(articles, &corpus.Article{ID: id, Path: id, Title: title, Text: text})
		passages[id] = []corpus.Passage{{ID: id, Article: id, Title: title, End: len(text), Text: text}}
	}
	return exampleQuestions(newSnapshot(1, articles, passages))
}

func TestExampleQuestions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		article, want string // want "" means that only the title is asked about
	}{
		{"灯塔岛|灯塔岛小学共有**128名**学生。", "灯塔岛小学共有多少名学生？"},
		{"云江图书馆|据介绍，云江图书馆收到了1.2万多份捐书，云江图书馆接入了45家分馆。", "云江图书馆接入了多少家分馆？"},
		{"养蜂的企业|做养蜂的企业至少有30家。", "做养蜂的企业有多少家？"},
		{"北岭隧道|2019年6月3日，北岭隧道正式贯通，双向通车。", "北岭隧道正式贯通是什么时候？"},
		{"北岭隧道|北岭隧道于2019年6月3日正式贯通。", "北岭隧道什么时候正式贯通？"},
		{"稻田养鱼|周禾认为，稻田养鱼能让农户多一份收入。", "谁认为稻田养鱼能让农户多一份收入？"},
		{"石板鱼|石板鱼（又名岩鲤）是一种淡水鱼。", "石板鱼是什么？"},
		{"何小满|何小满，是一名羽毛球运动员。", "何小满是谁？"},
		{"Harbour Bridge|The Harbour Bridge was opened in 1932 after eight years.", "When was the Harbour Bridge opened?"},
		{"Tidal pond|A tidal pond is a pool that the sea fills twice a day.", "What is a tidal pond?"},

		{"灯塔岛|它共有128名学生。", ""},
		{"灯塔岛|此外，该灯塔岛学校共有128名学生。", ""},
		{"灯塔岛|灯塔岛给出的数字是：学校共有128名学生。", ""},
		{"灯塔岛|学校共有128名学生。", ""}, // whose school?
		{"灯塔岛|灯塔岛1990年代起兴建码头。", ""},
		{"灯塔岛|2011年，灯塔岛通电后，岛民添了电器。", ""},
		{"灯塔岛|“灯塔岛小学共有128名学生。”他说。", ""},
		{"灯塔岛|灯塔岛小学共有128名学生、12名教师。", ""},
		{"Harbour Bridge|When the Harbour Bridge was opened in 1932, it rained.", ""},
	}
	for _, test := range tests {
		questions := examplesOf(test.article)
		got := slices.Concat(questions[0], questions[1])
		title, _, _ := strings.Cut(test.article, "|")
		want := []string{"《" + title + "》讲了什么？"}
		if languageOf(title) == english {
			want = []string{"What does “" + title + "” say?"}
		}
		if test.want != "" {
			want = append([]string{test.want}, want...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngot %q, want %q", test.article, got, want)
		}
	}
}

func TestExamplesAreOfDifferentArticlesAndKinds(t *testing.T) {
	t.Parallel()
	got := examplesOf(
		"灯塔岛|灯塔岛小学共有128名学生。灯塔岛是一座海岛。",
		"云江图书馆|云江图书馆接入了45家分馆。",
		"石板鱼|石板鱼是一种淡水鱼。",
		"北岭隧道|北岭隧道于2019年6月3日正式贯通。",
		"Tidal pond|A tidal pond is a pool that the sea fills twice a day.",
		"Notes from Shanghai 上海|In Shanghai. "+strings.Repeat("All is well. ", 100),
	)
	want := []string{"灯塔岛小学共有多少名学生？", "北岭隧道什么时候正式贯通？", "石板鱼是什么？"}
	if !slices.Equal(got[chinese], want) {
		t.Errorf("%q, want %q", got[chinese], want)
	}
	if want := []string{"What is a tidal pond?", "What does “Tidal pond” say?"}; !slices.Equal(got[english], want) {
		t.Errorf("%q, want %q", got[english], want)
	}
	if got := examplesOf("", "|", "长长的标题"+strings.Repeat("很长", 30)+"|正文。"); len(got[0])+len(got[1]) > 0 {
		t.Errorf("nothing to ask about gave %q", got)
	}
}

func FuzzExampleQuestions(f *testing.F) {
	f.Add("灯塔岛", "灯塔岛小学共有**128名**学生。2019年6月3日，北岭隧道正式贯通，双向通车。")
	f.Add("Bridge?", "The Bridge was opened in 1932.\xff")
	f.Add("》《", "是。，1个")
	f.Fuzz(func(t *testing.T, title, text string) {
		if len(text) > 4000 {
			return
		}
		got := examplesOf(strings.ReplaceAll(title, "|", "") + "|" + strings.ToValidUTF8(text, ""))
		for _, q := range slices.Concat(got[0], got[1]) {
			if n := utf8.RuneCountInString(q); n < 2 || n > 2*titleMax+30 {
				t.Errorf("%q has %d characters", q, n)
			}
		}
	})
}
