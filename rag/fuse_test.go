package rag

import (
	"fmt"
	"testing"

	"yinju/rag/bm25"
)

func legOf(scores ...float64) leg {
	var l leg
	for i, s := range scores {
		if s > 0 {
			l = append(l, bm25.Hit{Doc: i, Score: s})
		}
	}
	return l
}

func passagesIn(list []ranked) string {
	var all []int
	for _, r := range list {
		all = append(all, r.passage)
	}
	return fmt.Sprint(all)
}

func TestFusion(t *testing.T) {
	t.Parallel()
	words := legOf(10, 9, 1)                                                  // passages 0, 1, 2
	grams := leg{{Doc: 1, Score: 20}, {Doc: 0, Score: 4}, {Doc: 3, Score: 2}} // 1 far ahead
	dense := denseLeg{leg: leg{{Doc: 9, Score: 0.9}, {Doc: 8, Score: 0.8}, {Doc: 0, Score: 0.5}}}
	for name, c := range map[string]struct {
		ranking Ranking
		k       int
		phrase  int // passage that holds the phrase; -1: none
		want    string
	}{
		"min-max sees how far ahead":     {Ranking{DenseFill: -1}, 4, -1, "[1 0 2 3]"},
		"ranks do not":                   {Ranking{Fusion: FuseRRF, DenseFill: -1}, 2, -1, "[0 1]"},
		"a phrase comes first":           {Ranking{DenseFill: -1}, 3, 3, "[3 1 0]"},
		"vectors fill the last fifth":    {Ranking{}, 5, -1, "[1 0 2 3 9]"},
		"and nothing of a short list":    {Ranking{}, 4, -1, "[1 0 2 3]"},
		"unless words found less":        {Ranking{}, 10, -1, "[1 0 2 3 9 8]"},
		"half the places":                {Ranking{DenseFill: 0.5}, 4, -1, "[1 0 9 8]"},
		"a real model has a real weight": {Ranking{DenseWeight: 0.9}, 3, -1, "[9 8 1]"},
		"a small weight":                 {Ranking{DenseWeight: 0.2}, 3, -1, "[1 0 9]"},
	} {
		all := candidates(words, grams, dense)
		for i := range all {
			all[i].phrase = all[i].passage == c.phrase
		}
		r := c.ranking.withDefaults()
		r.WordsShare = 0.5
		r.order(all)
		if got := passagesIn(r.best(all, c.k)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestEqualScoresAreOrderedByPassage(t *testing.T) {
	t.Parallel()
	for range 20 { // candidates come out of a map
		all := candidates(legOf(1, 1, 1, 1, 1), nil, denseLeg{})
		Ranking{}.withDefaults().order(all)
		if got := passagesIn(all); got != "[0 1 2 3 4]" {
			t.Fatalf("order %s", got)
		}
	}
}

func TestLexicalRankIsThatWithoutVectors(t *testing.T) {
	t.Parallel()
	all := candidates(legOf(10, 9), nil, denseLeg{leg: leg{{Doc: 1, Score: 1}, {Doc: 2, Score: 0.9}}})
	Ranking{DenseWeight: 0.5, WordsShare: 1}.withDefaults().order(all)
	got := ""
	for _, r := range all {
		got += fmt.Sprint(r.passage, ":", r.lexical.Rank, " ")
	}
	if got != "1:2 0:1 2:0 " && got != "1:2 2:0 0:1 " {
		t.Errorf("passage:lexical rank %s", got)
	}
}

func TestFlatCosinesAreSpread(t *testing.T) {
	t.Parallel()
	words := legOf(10, 9.5, 9, 2)
	cosines := map[int]float64{0: 0.70, 1: 0.78, 2: 0.60, 3: 0.71} // of what the leg does not propose
	dense := denseLeg{
		leg: leg{{Doc: 4, Score: 0.8}},
		likenesses: func(passages []int) map[int]float64 {
			known := make(map[int]float64)
			for _, p := range passages {
				known[p] = cosines[p]
			}
			return known
		},
	}
	for weight, want := range map[float64]string{0.3: "[1 0 2 3 4]", 0.5: "[1 0 4 2 3]", 0.9: "[1 4 0 3 2]", 1: "[4 1 3 0 2]"} {
		all := candidates(words, nil, dense)
		Ranking{DenseWeight: weight, WordsShare: 1}.withDefaults().order(all)
		if got := passagesIn(all); got != want {
			t.Errorf("at weight %v: %s, want %s", weight, got, want)
		}
	}
	dense.likenesses = nil
	all := candidates(words, nil, dense)
	Ranking{DenseWeight: 0.5, WordsShare: 1}.withDefaults().order(all)
	if got := passagesIn(all); got != "[0 4 1 2 3]" {
		t.Errorf("with one cosine known: %s", got)
	}
}
