//go:build heavy

package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"yinju/rag"
)

// TestEveryAnswerIsOfOneGeneration lets clients ask while an editor changes the folder
// 200 times. Every text that the editor writes carries a number of its own in its title
// and in every sentence, so what a client reads tells which text it came from; the
// ledger tells which texts a generation may hold.
func TestEveryAnswerIsOfOneGeneration(t *testing.T) {
	t.Parallel()
	e := &editor{dir: t.TempDir(), ledger: newLedger(), broken: make(map[string]bool), r: rand.New(rand.NewPCG(1, 2))}
	for i := range loose + 14 {
		e.write(t, articlePath(i), i < loose)
	}
	e.server = start(t, nil, "-articles", e.dir)
	e.reload(t)

	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for i := range 8 {
		r := &reader{t: t, url: e.server.url, ledger: e.ledger, r: rand.New(rand.NewPCG(uint64(i), 3))}
		clients.Go(func() { r.loop(ctx) })
	}
	for step := range 200 {
		if t.Failed() {
			break
		}
		if step%10 == 9 {
			e.letWatcherSee(t)
			continue
		}
		for range 1 + e.r.IntN(3) {
			e.edit(t)
		}
		e.reload(t)
	}
	stop()
	clients.Wait()
	e.ledger.settle(t)
}

// The first articles are always there and always whole, so that a question about them
// must be answered. The others come, go and break.
const loose = 6

func articlePath(i int) string { return fmt.Sprintf("%c/%02d.md", 'a'+i%3, i) }

// editor changes the folder.
type editor struct {
	dir    string
	server *server
	ledger *ledger
	broken map[string]bool
	r      *rand.Rand
}

// write puts a new text in the place of the file, by way of a rename if asked to.
func (e *editor) write(t *testing.T, path string, byRename bool) {
	number, text := e.ledger.next(path)
	delete(e.broken, path)
	if !byRename {
		write(t, e.dir, path, text)
	} else if err := os.Rename(write(t, e.dir, fmt.Sprintf("new-%d.tmp", number), text), filepath.Join(e.dir, mkdir(t, e.dir, path))); err != nil {
		t.Fatal(err)
	}
	e.ledger.now(path, number)
}

func mkdir(t *testing.T, dir, path string) string {
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// edit adds, changes, removes or breaks an article.
func (e *editor) edit(t *testing.T) {
	i := e.r.IntN(loose + 14)
	path := articlePath(i)
	if i < loose {
		e.write(t, path, true)
		return
	}
	switch e.r.IntN(7) {
	case 0:
		if err := os.Remove(filepath.Join(e.dir, path)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		delete(e.broken, path)
		e.ledger.now(path, 0)
	case 1, 2:
		_, text := e.ledger.next(path)
		switch half := len(text) / 2; e.r.IntN(4) {
		case 0: // bytes of no encoding
			text = text[:half] + "\xff\xfe\xff\x80" + text[half:]
		case 1: // cut within a character
			for text[half]&0xc0 != 0x80 {
				half++
			}
			text = text[:half]
		case 2:
			text = text[:half] + "\x00" + text[half:]
		case 3:
			text = ""
		}
		write(t, e.dir, path, text)
		e.broken[path] = true
		e.ledger.now(path, 0)
	default:
		e.write(t, path, e.r.IntN(2) == 0)
	}
}

// reload checks the report against the folder and enters the generation in the ledger.
func (e *editor) reload(t *testing.T) {
	r := e.server.reload()
	files := 0
	for i := range loose + 14 {
		if _, err := os.Stat(filepath.Join(e.dir, articlePath(i))); err == nil {
			files++
		}
	}
	var skipped []string
	for _, s := range r.Skipped {
		skipped = append(skipped, s.Path)
		if s.Reason == "" {
			t.Errorf("%s was skipped for no reason", s.Path)
		}
	}
	if n := len(r.Added) + len(r.Changed) + r.Unchanged + len(r.Skipped); n != files {
		t.Errorf("%d added, %d changed, %d unchanged and %d skipped are not the %d files: %+v", len(r.Added), len(r.Changed), r.Unchanged, len(r.Skipped), files, r)
	}
	if want := slices.Sorted(maps.Keys(e.broken)); !slices.Equal(skipped, want) {
		t.Errorf("skipped %+v, broken are %q", r.Skipped, want)
	}
	e.ledger.reported(t, r.Generation)
}

// letWatcherSee changes an article and waits until that serves without being asked to.
func (e *editor) letWatcherSee(t *testing.T) {
	before := e.progress().Generation
	e.write(t, articlePath(0), true)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if p := e.progress(); p.Generation > before && p.Phase == rag.PhaseIdle {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the watcher has seen nothing; log:\n%s", e.server.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
	e.reload(t)
}

func (e *editor) progress() (p rag.Progress) {
	e.server.call("GET", "/reload", "", &p)
	return p
}
