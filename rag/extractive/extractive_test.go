package extractive

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
	"yinju/rag/bm25"
)

// find is a result in which every article, "title|text", is one hit, the best first.
func find(question string, articles ...string) *rag.Result {
	found := &rag.Result{}
	for _, t := range fold.Grams(question) {
		if !slices.ContainsFunc(found.Grams, func(have bm25.Term) bool { return have.Text == t }) {
			found.Grams = append(found.Grams, bm25.Term{Text: t, Weight: float64(utf8.RuneCountInString(t))})
		}
	}
	for i, a := range articles {
		title, text, _ := strings.Cut(a, "|")
		article := &corpus.Article{ID: fmt.Sprint(i), Title: title, Text: text}
		passage := corpus.Passage{Title: title, End: len(text), Text: text}
		found.Hits = append(found.Hits, rag.Hit{Article: article, Passage: passage, Score: 1 / float64(i+1)})
	}
	return found
}

func extract(e Extractor, question string, found *rag.Result) []string {
	var texts []string
	for _, x := range e.Extract(question, found) {
		texts = append(texts, found.Hits[x.Hit].Article.Text[x.Span.Start:x.Span.End])
	}
	return texts
}

func TestExtract(t *testing.T) {
	t.Parallel()
	const (
		museum = "临河陶瓷博物馆|临河陶瓷博物馆是一座收藏陶瓷的博物馆，由旧窑厂改建。它在2004年10月对外开放。馆内有藏品**3200件**。馆长林青表示，博物馆下一步要修复窑炉。因为窑炉怕潮，每年雨季闭馆两周。观众怎么去？可以坐12路车到窑厂站。"
		tea    = "采茶|采茶讲究时令。\n\n制作白茶要走四道工序：\n\n- 采摘，只取一芽一叶。\n- 萎凋，摊开晾两天。\n- 烘干，温度不过四十度。\n- 装箱，避光存放。\n\n茶农多在清明前开始。"
		clause = "会议|他说，灌区改造要守住三条：一是水量够用；二是水质达标；三是价格合理。\n\n会议开了两天。"
		torn   = "报告|据统计，截至六月底\n\n全市共有**41座**充电站投入使用\n\n市民普遍欢迎。"
		lake   = "高原|青措湖位于高原西部。它的湖面海拔4718米。湖边有三个村。"
		en     = "Ferries|The ferry Aurora was launched in 1931. It carried 240 passengers across the bay. The company installed a new engine in 1950 because the old one leaked."
	)
	tests := []struct {
		name, question string
		articles       []string
		want           []string // the answer begins with these
		not            string   // and does not hold this
	}{
		{"when", "临河陶瓷博物馆什么时候开放？", []string{museum}, []string{"它在2004年10月对外开放。"}, "3200"},
		{"how many, emphasised", "临河陶瓷博物馆有多少件藏品？", []string{museum}, []string{"馆内有藏品**3200件**。"}, "2004"},
		{"who", "谁说博物馆要修复窑炉？", []string{museum}, []string{"馆长林青表示，博物馆下一步要修复窑炉。"}, ""},
		{"why", "博物馆雨季为什么闭馆？", []string{museum}, []string{"因为窑炉怕潮，每年雨季闭馆两周。"}, ""},
		{"a question is no answer", "观众怎么去博物馆？", []string{museum}, []string{"可以坐12路车到窑厂站。"}, ""},
		{"definition", "什么是临河陶瓷博物馆？", []string{museum}, []string{"临河陶瓷博物馆是一座收藏陶瓷的博物馆，由旧窑厂改建。"}, ""},
		{"a colon brings its list", "制作白茶要走哪四道工序？", []string{tea}, []string{"制作白茶要走四道工序：", "采摘，只取一芽一叶。", "萎凋，摊开晾两天。", "烘干，温度不过四十度。", "装箱，避光存放。"}, ""},
		{"clauses in their order", "灌区改造要守住哪三条？", []string{clause}, []string{"他说，灌区改造要守住三条：一是水量够用；", "二是水质达标；", "三是价格合理。"}, "两天"},
		{"a torn sentence", "截至六月底全市有多少座充电站？", []string{torn}, []string{"据统计，截至六月底\n\n全市共有**41座**充电站投入使用"}, ""},
		{"a pronoun brings its subject", "青措湖的湖面海拔多少米？", []string{lake}, []string{"青措湖位于高原西部。它的湖面海拔4718米。"}, ""},
		{"the better article first", "它的湖面海拔多少米？", []string{museum, lake}, []string{"它的湖面海拔4718米。"}, ""},
		{"English", "When was the ferry Aurora launched?", []string{en}, []string{"The ferry Aurora was launched in 1931."}, ""},
		{"English word forms", "Why did they install a new engine?", []string{en}, []string{"The company installed a new engine in 1950 because the old one leaked."}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := extract(Extractor{}, test.question, find(test.question, test.articles...))
			if len(got) < len(test.want) || !slices.Equal(got[:len(test.want)], test.want) {
				t.Errorf("%s: %q, want %q first", test.question, got, test.want)
			}
			if test.not != "" && strings.Contains(strings.Join(got, ""), test.not) {
				t.Errorf("%s: %q holds %q, which was not asked for", test.question, got, test.not)
			}
		})
	}
}

// What stands above the body is no sentence of the article.
func TestFrontMatter(t *testing.T) {
	t.Parallel()
	const front, body = "---\ntitle: 砚台\ndate: 2023-09-12\n---\n\n", "9月12日，墨池在杭州发布大模型砚台。"
	found := find("2023年9月12日发布了什么大模型？", "砚台|"+front+body)
	hit := &found.Hits[0]
	hit.Article.Body = len(front)
	hit.Passage.Start, hit.Passage.Text = len(front), body
	if got := extract(Extractor{}, "2023年9月12日发布了什么大模型？", found); !slices.Equal(got, []string{body}) {
		t.Errorf("%q", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var articles []string
	for i := range 12 {
		articles = append(articles, fmt.Sprintf("第%d区|第%d区的水库在山里。水库第%d号闸门常开。", i, i, i))
	}
	const question = "哪些水库的闸门常开？"
	found := find(question, articles...)
	for _, most := range []int{1, 2, 3, 5} {
		n := 0
		for _, s := range extract(Extractor{Sentences: most}, question, found) {
			n += len(corpus.Sentences(s))
		}
		if n > most || n == 0 {
			t.Errorf("at most %d sentences were asked for, %d came", most, n)
		}
	}
	if n := len(extract(Extractor{}, question, found)); n > 5 {
		t.Errorf("%d excerpts by default, want at most 5", n)
	}
	for _, x := range (Extractor{Passages: 2}).Extract(question, found) {
		if x.Hit > 1 {
			t.Errorf("passage %d was read, want only 2", x.Hit+1)
		}
	}
	if got := (Extractor{}).Extract(question, &rag.Result{}); got != nil {
		t.Errorf("nothing found gave %v", got)
	}
}

// A sentence that stands in overlapping passages, or twice in the corpus, is shown once.
func TestNoRepetition(t *testing.T) {
	t.Parallel()
	const question, text = "桥长多少米？", "新桥长860米。旧桥已经拆除。"
	found := find(question, "桥|"+text, "桥|"+text)
	found.Hits = append(found.Hits, found.Hits[0])
	got := extract(Extractor{}, question, found)
	if len(got) != 1 || got[0] != "新桥长860米。" {
		t.Errorf("%q, want the bridge's length once", got)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add("湖面海拔多少米？", "青措湖位于高原西部。它的湖面海拔4718米。\n\n- 一；\n- 二：\n# 三", 0, 40)
	f.Add("what are the two parts?", "There are two parts:\n1. a\n2. b\nIt ends", 3, 9)
	f.Add("", "\xff\xfe。他说：", 1, 4)
	f.Add("什么是", "是。：；？\n\n\n\n。", 0, 100)
	f.Fuzz(func(t *testing.T, question, text string, start, end int) {
		if len(text) > 4000 || len(question) > 400 {
			return
		}
		text = strings.ToValidUTF8(text, "?")
		found := find(question, "标题|"+text, "title|"+text)
		start = runeStart(text, max(0, start))
		end = max(start, runeStart(text, max(0, end)))
		found.Hits[0].Passage.Start, found.Hits[0].Passage.End = start, end
		got := Extractor{}.Extract(question, found)
		if again := (Extractor{}).Extract(question, found); !slices.Equal(got, again) {
			t.Errorf("%v, then %v", got, again)
		}
		for i, x := range got {
			a := found.Hits[x.Hit].Article
			if x.Span.Start < 0 || x.Span.Start >= x.Span.End || x.Span.End > len(a.Text) || !utf8.ValidString(a.Text[x.Span.Start:x.Span.End]) {
				t.Fatalf("span %v of %d bytes", x.Span, len(a.Text))
			}
			for _, y := range got[:i] {
				if found.Hits[y.Hit].Article == a && y.Span.Start < x.Span.End && x.Span.Start < y.Span.End {
					t.Fatalf("excerpts %v and %v overlap", y, x)
				}
			}
		}
	})
}
