package rag

import (
	"fmt"
	"slices"
	"testing"
)

func TestRepetitionsComeLater(t *testing.T) {
	t.Parallel()
	s := folderOf(map[string]string{"a.md": tanks, "b.md": tanks + "柳树一圈。", "c.md": report, "d.md": law, "e.md": tanks + "又种了三棵柳树。"})
	for _, c := range []struct {
		name    string
		scores  []float64
		phrases int
		k       int
		loss    float64
		want    string
	}{
		{"alike are passed by what says something else", []float64{1, 0.9, 0.85, 0.84, 0.83}, 0, 5, 0.1, "[0 2 3 1 4]"},
		{"unless they are much better", []float64{1, 0.9, 0.5, 0.4, 0.3}, 0, 5, 0.1, "[0 1 2 3 4]"},
		{"none lost, none moved", []float64{1, 0.9, 0.85, 0.84, 0.83}, 0, 5, -1, "[0 1 2 3 4]"},
		{"the first k are chosen", []float64{1, 0.9, 0.85, 0.84, 0.83}, 0, 2, 0.1, "[0 2 1 3 4]"},
		{"phrases stay in front", []float64{1, 0.9, 0.85, 0.84, 0.83}, 2, 5, 0.1, "[0 1 2 3 4]"},
		{"what no word led to stays behind", []float64{1, 0.9, 0, 0, 0}, 0, 5, 0.1, "[0 1 2 3 4]"},
		{"nothing", nil, 0, 5, 0.1, "[]"},
	} {
		var all []ranked
		for i, score := range c.scores {
			all = append(all, ranked{passage: s.first[i], score: score, phrase: i < c.phrases})
		}
		s.diversify(all, c.k, c.loss)
		var got []int
		for _, r := range all {
			got = append(got, slices.Index(s.first, r.passage))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func BenchmarkDiversify(b *testing.B) {
	files := make(map[string]string)
	for i := range 200 {
		files[fmt.Sprintf("%03d.md", i)] = weather(i, i*7%31)
	}
	s := folderOf(files)
	all := make([]ranked, len(s.passages))
	for b.Loop() {
		for i := range all {
			all[i] = ranked{passage: i, score: 1 - float64(i)/1000}
		}
		s.diversify(all, 8, 0.1)
	}
}
