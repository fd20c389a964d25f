package corpus_test

import (
	"testing"

	"yinju/corpus"
)

func TestPage(t *testing.T) {
	t.Parallel()
	paged := &corpus.Article{Pages: []int{0, 10, 10, 20}} // the second page is empty
	for at, want := range map[int]int{0: 1, 9: 1, 10: 3, 19: 3, 20: 4, 1000: 4} {
		if got := paged.Page(at); got != want {
			t.Errorf("byte %d is on page %d, want %d", at, got, want)
		}
	}
	if got := (&corpus.Article{}).Page(5); got != 0 {
		t.Errorf("an article without pages has byte 5 on page %d, want 0", got)
	}
}
