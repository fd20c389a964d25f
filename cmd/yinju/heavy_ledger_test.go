//go:build heavy

package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"yinju/corpus"
)

// ledger knows every text by its number, and what each generation may hold.
type ledger struct {
	mu        sync.Mutex
	texts     []textOf                  // by number
	state     map[string]int            // path → number of the text now in the folder
	known     map[uint64]known          // generations that a reload has reported
	seen      map[uint64]map[string]int // generation → path → number that a client has read
	answers   int
	articleID map[string]string // → path
}

type textOf struct{ path, text string }

// known is a generation whose articles are certain: nothing was written from the start
// of the reload until it was reported.
type known struct {
	state map[string]int
	last  int // number of the last text written by then
}

func newLedger() *ledger {
	l := &ledger{
		texts: make([]textOf, 1), state: make(map[string]int), known: make(map[uint64]known),
		seen: make(map[uint64]map[string]int), articleID: make(map[string]string),
	}
	for i := range loose + 14 {
		l.articleID[corpus.ArticleID(articlePath(i))] = articlePath(i)
	}
	return l
}

// next makes up the next text of an article.
func (l *ledger) next(path string) (number int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	number = len(l.texts)
	place := placeOfPath(path)
	mark := fmt.Sprintf("（第%d版）。", number)
	r := rand.New(rand.NewPCG(uint64(number), 5))
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s见闻第%d版\n---\n", place, number)
	for n := range 12 {
		b.WriteString(strings.TrimSuffix(sentence(r, place), "。") + mark)
		if n == number%12 {
			fmt.Fprintf(&b, "%s的石桥全长%d米%s", place, 10_000+number, mark)
		}
		if n%3 == 2 {
			b.WriteString("\n\n")
		}
	}
	l.texts = append(l.texts, textOf{path, b.String()})
	return number, b.String()
}

func placeOfPath(path string) string {
	n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), ".md")) // all are numbers
	return placeName(n * 41)
}

func (l *ledger) now(path string, number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state[path] = number; number == 0 {
		delete(l.state, path)
	}
}

func (l *ledger) reported(t *testing.T, generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k, again := l.known[generation]; again && !maps.Equal(k.state, l.state) {
		t.Errorf("generation %d was reported for two states of the folder", generation)
	}
	l.known[generation] = known{maps.Clone(l.state), len(l.texts) - 1}
}

// saw enters what a client has read in a generation.
func (l *ledger) saw(t *testing.T, generation uint64, articleID string, numbers ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := l.articleID[articleID]
	if l.seen[generation] == nil {
		l.seen[generation] = make(map[string]int)
	}
	for _, n := range numbers {
		if n <= 0 || n >= len(l.texts) || l.texts[n].path != path {
			t.Errorf("generation %d has text %d as %q", generation, n, path)
		} else if before, found := l.seen[generation][path]; found && before != n {
			t.Errorf("generation %d has texts %d and %d of %s", generation, before, n, path)
		}
		l.seen[generation][path] = n
	}
}

func (l *ledger) text(number int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number <= 0 || number >= len(l.texts) {
		return ""
	}
	return l.texts[number].text
}

// settle compares what was read in each generation with what it held, or, if the
// watcher made it while the editor wrote, with what it may have held.
func (l *ledger) settle(t *testing.T) {
	generations := slices.Sorted(maps.Keys(l.known))
	certain := 0
	for g, articles := range l.seen {
		i, exact := slices.BinarySearch(generations, g)
		if exact {
			certain++
		}
		for path, n := range articles {
			switch {
			case exact && l.known[g].state[path] != n:
				t.Errorf("generation %d holds text %d of %s, a client has read %d", g, l.known[g].state[path], path, n)
			case !exact && i > 0 && n < l.known[generations[i-1]].state[path]:
				t.Errorf("generation %d has text %d of %s, older than the one before it", g, n, path)
			case !exact && i < len(generations) && n > l.known[generations[i]].last:
				t.Errorf("generation %d has text %d of %s, newer than the one behind it", g, n, path)
			}
		}
	}
	t.Logf("%d answers in %d generations, %d of them certain", l.answers, len(l.seen), certain)
	if certain < 100 || l.answers < 1000 {
		t.Errorf("only %d answers in %d certain generations: the test proves little", l.answers, certain)
	}
}
