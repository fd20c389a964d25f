package rag_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/ragtest"
)

// editing is a folder that changes at random: articles come, go and change, and some
// are copies of others.
type editing struct {
	*folder
	r     *rand.Rand
	texts []string
}

func (e *editing) article() string {
	if len(e.texts) > 0 && e.r.IntN(4) == 0 { // a copy, perhaps with a line more
		text := e.texts[e.r.IntN(len(e.texts))]
		if e.r.IntN(2) == 0 {
			text += e.line() + "\n"
		}
		return text
	}
	var sb strings.Builder
	for range 1 + e.r.IntN(6) {
		sb.WriteString(e.line() + "\n")
	}
	e.texts = append(e.texts, sb.String())
	return sb.String()
}

func (e *editing) line() string {
	var sb strings.Builder
	for range 3 + e.r.IntN(4) {
		for range 4 + e.r.IntN(12) {
			sb.WriteRune(rune(0x4E00 + int(e.r.ExpFloat64()*60)))
		}
		sb.WriteString([]string{"，", "。"}[e.r.IntN(2)])
	}
	return fmt.Sprintf("%s共有%d人。", sb.String(), e.r.IntN(500))
}

func (e *editing) edit() {
	path := fmt.Sprintf("%03d.md", e.r.IntN(120))
	if e.r.IntN(3) == 0 {
		e.remove(path)
		return
	}
	e.write(path, e.article())
}

// question is some characters of the articles.
func (e *editing) question() string {
	text := []rune(e.texts[e.r.IntN(len(e.texts))])
	at := e.r.IntN(len(text))
	question := strings.ReplaceAll(string(text[at:min(at+4+e.r.IntN(8), len(text))]), "\n", " ")
	if e.r.IntN(5) == 0 {
		return "「" + question + "」"
	}
	return question + "有多少人？"
}

// However a generation came about, by reloads one after the other, from the cache or at
// once, it answers alike: the same hits with the same scores and copies.
func TestGenerationsDoNotDependOnTheWay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		e := &editing{folder: newFolder(map[string]string{}), r: rand.New(rand.NewPCG(seed, 77))}
		for range 60 {
			e.edit()
		}
		cache := &ragtest.Cache{}
		index := func(c rag.Cache) *rag.Index {
			x := newIndex(t, e.folder)
			x.Cache, x.FalseRefusals, x.TestPhrases = c, -1, -1
			x.Ranking.DenseWeight = 0.3
			return x
		}
		x := index(cache)
		reload(t, x)
		for step := range 25 {
			for range 1 + e.r.IntN(3) {
				e.edit()
			}
			if e.r.IntN(8) == 0 {
				for range 40 {
					e.edit()
				}
			}
			reload(t, x)
			if e.r.IntN(6) == 0 { // a restart
				x.Close()
				x = index(cache)
				reload(t, x)
			}
			if step%8 == 7 {
				anew, again := index(nil), index(cache)
				reload(t, anew)
				reload(t, again)
				for range 20 {
					question := e.question()
					want := resultOf(t, anew, question)
					for way, x := range map[string]*rag.Index{"by reloads": x, "from the cache": again} {
						if got := resultOf(t, x, question); !reflect.DeepEqual(got, want) {
							t.Fatalf("seed %d, step %d, %s %s:\n%+v\nat once:\n%+v", seed, step, question, way, got, want)
						}
					}
				}
			}
		}
	}
}

// resultOf is what a question finds, but for the number of the generation.
func resultOf(t *testing.T, x *rag.Index, question string) *rag.Result {
	t.Helper()
	r, err := x.Retrieve(t.Context(), rag.Query{Text: question})
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	r.Generation = 0
	return r
}

// A restart splits and embeds nothing that the cache has, and calibrates nothing; a
// reload touches only what changed.
func TestOnlyWhatChangedIsIndexed(t *testing.T) {
	t.Parallel()
	files := make(map[string]string)
	for i := range 50 {
		files[fmt.Sprintf("%02d.md", i)] = fmt.Sprintf("第%d号渡口有船%d艘。\n渡口的水位在第%d天回落。\n", i, i*7, i)
	}
	f, cache := newFolder(files), &ragtest.Cache{}
	var split atomic.Int64
	index := func() *rag.Index {
		x := newIndex(t, f)
		x.Cache = cache
		x.Split = func(a *corpus.Article) []corpus.Passage {
			split.Add(1)
			return lines(a)
		}
		return x
	}
	x := index()
	reload(t, x)
	refusal := x.Calibration()
	for i, c := range []struct {
		change          func()
		restart         bool
		split, embedded int
	}{
		{func() {}, true, 0, 0},
		{func() { f.write("50.md", "新的灯塔高三十米。\n灯光可见二十里。\n") }, false, 1, 2},
		{func() { f.remove("03.md") }, false, 0, 0},
		{func() { f.write("04.md", "改写的一行。\n渡口的水位在第4天回落。\n") }, true, 1, 1},
		{func() { f.write("04.md", "又改写的一行。\n"); f.remove("05.md") }, true, 1, 1},
		{func() {}, true, 0, 0},
	} {
		split.Store(0)
		c.change()
		if c.restart {
			x.Close()
			x = index()
		}
		report := reload(t, x)
		if got := int(split.Load()); got != c.split || report.Embedded != c.embedded {
			t.Errorf("change %d: %d articles split, %d passages embedded; want %d, %d", i, got, report.Embedded, c.split, c.embedded)
		}
		if got := x.Calibration(); got.Chinese != refusal.Chinese || got.English != refusal.English || got.Narrow != refusal.Narrow {
			t.Errorf("change %d: another calibration: %+v, not %+v", i, got, refusal)
		}
	}
	if got := first(retrieve(t, x, "灯塔高多少米")); got != "50.md" {
		t.Errorf("the first hit is %q", got)
	}
	if got := retrieve(t, x, "第3号渡口"); slices.Contains(got, "03.md") {
		t.Errorf("a removed article is found: %q", got)
	}
}
