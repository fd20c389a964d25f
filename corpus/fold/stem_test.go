package fold

import (
	"strings"
	"testing"
)

func TestStem(t *testing.T) {
	t.Parallel()
	for _, forms := range []string{
		"create creates created creating", "install installs installed installing", "study studies",
		"plan plans", "planned planning", "pass passed passing", "house houses", "city cities", "quick quickly",
		"horse horses", "university universities", "news new",
	} {
		words := strings.Fields(forms)
		for _, w := range words[1:] {
			if got, want := Stem(w), Stem(words[0]); got != want {
				t.Errorf("Stem(%q) = %q, but Stem(%q) = %q", w, got, words[0], want)
			}
		}
	}
	for in, want := range map[string]string{
		"": "", "s": "s", "is": "is", "its": "its", "es": "es", "ies": "ies", "eies": "eies", "status": "status", "class": "class",
		"king": "king", "bring": "bring", "red": "red", "seed": "seed", "only": "only", "goes": "goes", "shoes": "shoes",
		"gpt-4o": "gpt-4o", "2020s": "2020s", "don't": "don't", "1000": "1000", "naïves": "naïves", "大模型": "大模型",
	} {
		if got := Stem(in); got != want {
			t.Errorf("Stem(%q) = %q, want %q", in, got, want)
		}
	}
	// Words that differ in more than a form stay apart.
	for _, pair := range [][2]string{{"universe", "university"}, {"organ", "organization"}, {"new", "newton"}, {"bring", "brine"}} {
		if Stem(pair[0]) == Stem(pair[1]) {
			t.Errorf("%s and %s both become %q", pair[0], pair[1], Stem(pair[0]))
		}
	}
}

func FuzzStem(f *testing.F) {
	for _, s := range []string{"", "ies", "ssss", "eed", "lling", "\xffes", "大s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Stem(s)
		if len(got) > len(s) || s != "" && got == "" {
			t.Errorf("Stem(%q) = %q", s, got)
		}
		if n := max(0, min(2, len(s))); !strings.HasPrefix(got, s[:n]) {
			t.Errorf("Stem(%q) = %q begins otherwise", s, got)
		}
	})
}
