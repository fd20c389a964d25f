package cases

import (
	"slices"
	"strings"
	"testing"
)

// TestAll: the set is large enough, each case has a class and a verdict, and what is
// wrong stands in the sentence.
func TestAll(t *testing.T) {
	t.Parallel()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 240 {
		t.Errorf("only %d cases", len(all))
	}
	seen := map[string]bool{}
	for _, c := range all {
		if !slices.ContainsFunc(Classes, func(k Class) bool { return k.Name == c.Class }) {
			t.Errorf("%s: class %q", c.Sentence, c.Class)
		}
		if !slices.Contains([]string{"supported", "partial", "unsupported", "none"}, c.Verdict) || len(c.Sources) == 0 {
			t.Errorf("%s: %s of %d sources", c.Sentence, c.Verdict, len(c.Sources))
		}
		for _, m := range c.Missing {
			if !strings.Contains(c.Sentence, m) {
				t.Errorf("%s does not hold %q", c.Sentence, m)
			}
		}
		key := c.Sentence + strings.Join(c.Sources, "\n")
		if seen[key] {
			t.Errorf("%s stands twice", c.Sentence)
		}
		seen[key] = true
	}
}
