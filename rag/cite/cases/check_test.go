package cases_test

import (
	"slices"
	"testing"

	"yinju/corpus/segment"
	"yinju/rag/cite"
	"yinju/rag/cite/cases"
)

// TestCases: of what is false at least 95 % is recognised, with the verdict that it
// should have; of what is true at least 97 % is not called unsupported.
func TestCases(t *testing.T) {
	t.Parallel()
	words, err := segment.New(segment.Config{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := cases.All()
	if err != nil {
		t.Fatal(err)
	}
	c := cite.Checker{Names: words.Names, Rare: words.Rare}
	tried, good := map[cases.Truth]int{}, map[cases.Truth]int{}
	for _, k := range all {
		class := cases.Classes[slices.IndexFunc(cases.Classes, func(x cases.Class) bool { return x.Name == k.Class })]
		got := c.Check(k.Sentence, k.Sources)
		tried[class.Truth]++
		if class.Truth.Right(k.Verdict, got.Verdict) {
			good[class.Truth]++
			continue
		}
		if class.Truth != cases.Beyond {
			t.Logf("%s %s: %s, got %s, missing %q", k.Half, class.Name, k.Sentence, got.Verdict, got.Missing)
		}
	}
	for truth, least := range map[cases.Truth]float64{cases.False: 0.95, cases.True: 0.97, cases.Nothing: 0.95} {
		if share := float64(good[truth]) / float64(tried[truth]); share < least {
			t.Errorf("%v: %d of %d are right, want %.0f %%", truth, good[truth], tried[truth], 100*least)
		}
	}
}
