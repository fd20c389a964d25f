package api

import (
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
)

func TestPagesAreMarkedWithoutTouchingTheText(t *testing.T) {
	t.Parallel()
	text := "# 甲\n\n乙丙**丁戊**\n\n己"
	at := func(s string) int { return strings.Index(text, s) }
	for _, test := range []struct {
		name  string
		pages []int
		want  []string // what stands right behind the mark of each page that has one
	}{
		{"none", nil, nil},
		{"one", []int{0}, []string{`<span class="md"># `}},
		{"within a paragraph", []int{0, at("丙")}, []string{`<span class="md"># `, "丙"}},
		{"within bold and the mark", []int{0, at("戊")}, []string{`<span class="md"># `, "<mark><strong>戊"}},
		{"between blocks", []int{0, at("己") - 1}, []string{`<span class="md"># `, "<mark>己"}},
		{"an empty page", []int{0, at("己"), at("己")}, []string{`<span class="md"># `, "", "<mark>己"}},
		{"at the end", []int{0, len(text)}, []string{`<span class="md"># `, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			writeArticle(&b, &corpus.Article{Text: text, Format: "pdf", Pages: test.pages}, corpus.Span{Start: at("丁"), End: len(text)})
			if got := textContent(b.String()); got != text {
				t.Errorf("the text became %q", got)
			}
			var got []string
			for i := range test.pages {
				_, behind, found := strings.Cut(b.String(), `id="page-`+string(rune('1'+i))+`" role="doc-pagebreak" aria-label="`+string(rune('1'+i))+`"></span>`)
				if want := test.want[i]; found != (want != "") || !strings.HasPrefix(behind, want) {
					t.Errorf("page %d begins with %.20q, want %q", i+1, behind, want)
				}
				got = append(got, behind)
			}
			if n := strings.Count(b.String(), `class="page"`); n != len(slices.DeleteFunc(slices.Clone(test.want), func(s string) bool { return s == "" })) {
				t.Errorf("%d pages are marked (%q)", n, got)
			}
		})
	}
}

func TestCodePoints(t *testing.T) {
	t.Parallel()
	if got := codePoints("甲a乙", []int{0, 3, 4, 7, 99}); !slices.Equal(got, []int{0, 1, 2, 3, 3}) {
		t.Errorf("got %v", got)
	}
	if got := codePoints("甲", nil); len(got) != 0 {
		t.Errorf("got %v of none", got)
	}
}
