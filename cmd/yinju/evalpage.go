package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
)

//go:embed evalpage.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"verdict": func(v string) string {
		return map[string]string{"better": "更好 · ", "worse": "更差 · ", "higher": "更高 · ", "lower": "更低 · ", "no difference": "无差别 · "}[v] + v
	},
	"row": rowName,
}).Parse(pageSource))

// rowName is a set as the page calls it.
func rowName(name string) string {
	if name == allSets {
		return "合计 · all"
	}
	return name
}

// phrase is a text in both languages of the page.
type phrase struct{ Zh, En string }

// pageData is what the page shows. It needs nothing from any other address.
type pageData struct {
	Settings  reportSettings
	Questions int
	Sets      []string
	Tiles     []tile
	Plots     []plot
	Mistakes  []mistakes
	Changes   []change
	Table     [][]string // a row a figure; the first row is the head
	Support   [][][]string
}

// tile is a key figure, said in a sentence.
type tile struct {
	Value string
	Text  phrase
}

// plot is a drawing with what it says.
type plot struct {
	Head, Text phrase
	Drawing    drawing
}

// mistakes are the worst of one kind.
type mistakes struct {
	Head, Text phrase
	Of         int // how many there are
	Examples   []example
}

type example struct{ Set, Question, Expected, Found string }

// page writes the report as one HTML page.
func (r *report) page(w io.Writer, examples int) error {
	data := pageData{Settings: r.Settings, Tiles: r.tiles(), Plots: r.plots(), Changes: r.Compare, Table: r.wholeTable()}
	for _, s := range r.Sets {
		data.Sets = append(data.Sets, s.Name)
		data.Questions += len(s.Questions)
	}
	if r.Support != nil {
		summary, classes, confusion := r.Support.grids()
		data.Support = [][][]string{summary, classes, confusion}
	}
	for _, kind := range kindsOfMistake {
		if m := r.mistakesOf(kind, examples); m.Of > 0 && examples > 0 {
			data.Mistakes = append(data.Mistakes, m)
		}
	}
	return pageTemplate.Execute(w, data)
}

// tiles are the figures that a manager asks for.
func (r *report) tiles() []tile {
	var list []tile
	for _, t := range []struct {
		name, unit string
		digits     int
		text       phrase
	}{
		{"h1", " %", 1, phrase{"的问题，第一篇就是对的文章", "of the questions have a right article in the first place"}},
		{"h10", " %", 1, phrase{"的问题，前十篇里有对的文章", "of the questions have a right article among the first ten"}},
		{"answer_any", " %", 1, phrase{"的问题，回答里就有标准答案", "of the answers hold the known answer"}},
		{"citation_precision", " %", 1, phrase{"的引用出自对的文章", "of the citations are of a right article"}},
		{"refused_at_5", " %", 1, phrase{"的无答案问题会被拒答（误拒 5 % 时）", "of the unanswerable questions are refused, at 5 % false refusals"}},
		{"answer_p50_ms", " ms", 1, phrase{"内，一半的问题已经答完", "is enough for half of the answers"}},
	} {
		if v, ok := r.Metrics.get(t.name); ok {
			list = append(list, tile{fmt.Sprintf("%.*f%s", t.digits, v, t.unit), t.text})
		}
	}
	return list
}

func (r *report) plots() []plot {
	list := []plot{}
	add := func(head, text phrase, d drawing) {
		if len(d.Rects)+len(d.Legend) > 0 {
			list = append(list, plot{head, text, d})
		}
	}
	add(phrase{"找得到吗", "Is the right article found?"},
		phrase{"H@1：第一篇就对；H@10：前十篇里有对的；nDCG@10：对的文章排得越前，分越高。", "H@1: the first is right. H@10: one of the first ten is. nDCG@10: the higher the right ones stand, the more."},
		r.barsOf("找得到吗", []string{"H@1", "H@10", "nDCG@10"}, "h1", "h10", "ndcg10"))
	add(phrase{"多看几篇，能多找到多少", "How much more is found further down?"},
		phrase{"前 k 篇里找到的对的文章，占全部对的文章的比例。", "Right articles among the first k, of all right ones."},
		recallCurve("召回率 recall", r.Sets))
	add(phrase{"答得对吗", "Do the answers hold the answer?"},
		phrase{"标准答案出现在回答的第一句、整个回答中的比例；引用出自对的文章的比例。", "The known answer stands in the first sentence, in the whole answer; citations that are of a right article."},
		r.barsOf("答得对吗", []string{"第一句 · first sentence", "整个回答 · answer", "引用 · citations"}, "answer_first", "answer_any", "citation_precision"))
	if d := refusalCurve("拒答 refusal", r.Sets); len(d.Legend) > 0 {
		add(phrase{"该拒答时拒答了吗", "Is refused what should be?"},
			phrase{"横轴：本可回答却被拒的问题；纵轴：本无答案且被拒的问题。越靠左上越好。竖线：误拒 5 %；圆点：当前设置。", "Across: answerable questions refused. Up: unanswerable questions refused. The nearer the upper left, the better. The line is at 5 %, the dots are as configured."}, d)
	}
	for _, t := range []struct {
		head phrase
		of   func(outcome) float64
	}{
		{phrase{"检索用时", "Time to search"}, retrieveMS},
		{phrase{"整个回答用时", "Time to answer"}, answerMS},
	} {
		var outcomes []outcome
		for _, s := range r.Sets {
			outcomes = append(outcomes, s.Questions...)
		}
		add(t.head, phrase{"每个问题一次，逐个提问。p50：一半的问题不超过它；p99：一百个里九十九个不超过它。", "Each question once, one after the other. Half of them took no longer than p50, 99 of 100 no longer than p99."},
			histogram(t.head.Zh+" "+t.head.En, sortedTimes(outcomes, t.of)))
	}
	return list
}

// barsOf draws metrics of all rows that have one of them.
func (r *report) barsOf(title string, names []string, metrics ...string) drawing {
	var rows []string
	var values [][]float64
	for _, row := range r.rows() {
		group, some := make([]float64, len(metrics)), false
		for i, m := range metrics {
			v, ok := row.Metrics.get(m)
			if group[i] = v; !ok {
				group[i] = math.NaN()
			}
			some = some || ok
		}
		if some {
			rows, values = append(rows, rowName(row.Name)), append(values, group)
		}
	}
	if rows == nil {
		return drawing{}
	}
	return bars(title, rows, names, values)
}

// kindOfMistake selects the trials that went wrong in one way; more is worse.
type kindOfMistake struct {
	head, text phrase
	wrong      func(trial) bool
	worse      func(trial) float64
	expected   func(trial) string
	found      func(trial) string
}

var kindsOfMistake = []kindOfMistake{
	{
		phrase{"没有找到", "Not found"},
		phrase{"对的文章不在第一位；从最靠后的排起。", "The right article is not the first; the furthest down come first."},
		func(t trial) bool { return t.ranked() && (len(t.Ranks) == 0 || t.Ranks[0] > 1) },
		func(t trial) float64 {
			if len(t.Ranks) == 0 {
				return math.Inf(1)
			}
			return float64(t.Ranks[0])
		},
		func(t trial) string {
			place := "未找到 · not found"
			if len(t.Ranks) > 0 {
				place = fmt.Sprintf("第 %d 位 · rank %d", t.Ranks[0], t.Ranks[0])
			}
			return strings.Join(t.wanted, "；") + "（" + place + "）"
		},
		func(t trial) string { return t.got },
	},
	{
		phrase{"找到了，却没答出来", "Found, but not answered"},
		phrase{"对的文章排在第一，回答里却没有标准答案。", "The right article is the first, but the answer lacks the known answer."},
		func(t trial) bool { return t.asked() && len(t.Ranks) > 0 && t.Ranks[0] == 1 && !t.InAnswer },
		func(t trial) float64 { return t.Coverage },
		func(t trial) string { return strings.Join(t.Answers, " / ") },
		func(t trial) string { return t.First },
	},
	{
		phrase{"没有答案，却回答了", "Answered without an answer"},
		phrase{"文章里没有答案，本该拒答。", "The articles do not hold the answer: it should have been refused."},
		func(t trial) bool { return t.absent() && !t.Refused },
		func(t trial) float64 { return t.Coverage },
		func(trial) string { return "拒答 · a refusal" },
		func(t trial) string { return t.First },
	},
	{
		phrase{"有答案，却拒答了", "Refused, though it could be answered"},
		phrase{"按当前设置被拒答的、本可回答的问题。", "Answerable questions that are refused as configured."},
		func(t trial) bool { return t.answerable() && t.Refused },
		func(t trial) float64 { return -t.Coverage },
		func(t trial) string { return cmp.Or(strings.Join(t.Answers, " / "), strings.Join(t.wanted, "；")) },
		func(t trial) string { return t.got },
	},
}

// mistakesOf takes the worst of each set in turn.
func (r *report) mistakesOf(kind kindOfMistake, most int) mistakes {
	m := mistakes{Head: kind.head, Text: kind.text}
	var bySet [][]example
	for _, s := range r.Sets {
		wrong := slices.DeleteFunc(slices.Clone(s.trials), func(t trial) bool { return !kind.wrong(t) })
		slices.SortStableFunc(wrong, func(a, b trial) int { return cmp.Compare(kind.worse(b), kind.worse(a)) })
		m.Of += len(wrong)
		var list []example
		for _, t := range wrong[:min(most, len(wrong))] {
			list = append(list, example{s.Name, shorten(t.Question, 150), shorten(kind.expected(t), 150), shorten(kind.found(t), 110)})
		}
		bySet = append(bySet, list)
	}
	for place := range most {
		for _, list := range bySet {
			if place < len(list) && len(m.Examples) < most {
				m.Examples = append(m.Examples, list[place])
			}
		}
	}
	return m
}

// wholeTable has every figure of every row.
func (r *report) wholeTable() [][]string {
	rows := r.rows()
	head := []string{""}
	for _, row := range rows {
		head = append(head, rowName(row.Name))
	}
	table := [][]string{head}
	for _, t := range tables {
		for _, c := range t.columns {
			line, some := []string{c.name}, false
			for _, row := range rows {
				_, ok := row.Metrics.get(c.name)
				some = some || ok
				line = append(line, row.text(c))
			}
			if some {
				table = append(table, line)
			}
		}
	}
	return table
}
