//go:build heavy

package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
)

const damagedArticles = 30

// TestDamagedCache starts on a cache that was damaged in many ways. Whatever happened
// to it, all articles are served, with the right answers; and damage that could have
// changed an answer is in the log.
func TestDamagedCache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range damagedArticles {
		g := generate(i, 1, 500)
		write(t, dir, g.Name, g.Text)
	}
	closed, killed := cacheImages(t, dir)
	r := rand.New(rand.NewPCG(4, 4))
	for _, c := range damages(r, closed, killed) {
		t.Run(c.name, func(t *testing.T) {
			data := t.TempDir()
			if c.image == nil {
				write(t, data, "cache.db/what.txt", "a folder stands in its place")
			}
			for name, content := range c.image {
				write(t, data, name, string(content))
			}
			s := start(t, map[string]string{"YINJU_DATA": data}, "-articles", dir, "-no-watch")
			log := s.log.String()
			if c.noticed && (!strings.Contains(log, "level=WARN") || !strings.Contains(log, "cache")) {
				t.Errorf("the damage was not noticed; log:\n%s", log)
			}
			if c.sound && strings.Contains(log, "level=WARN") {
				t.Errorf("a sound cache was distrusted; log:\n%s", log)
			}
			var list struct{ Articles []struct{ Path string } }
			s.call("GET", "/articles", "", &list)
			if len(list.Articles) != damagedArticles {
				t.Errorf("%d articles are served", len(list.Articles))
			}
			for i := range damagedArticles {
				var article struct{ Text string }
				g := generate(i, 1, 500)
				if s.call("GET", "/articles/"+articleIDOf(g), "", &article); article.Text != g.Text {
					t.Errorf("%s is served as\n%s", g.Name, article.Text)
				}
			}
			for range 5 {
				checkFact(s, generate(r.IntN(damagedArticles), 1, 500))
			}
			if err := s.stop(); err != nil {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// cacheImages are the files of a full cache as a clean stop leaves them, and as a kill
// does, with all that it holds still in the -wal.
func cacheImages(t *testing.T, dir string) (closed, killed map[string][]byte) {
	t.Helper()
	data := t.TempDir()
	read := func(names ...string) map[string][]byte {
		image := make(map[string][]byte)
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(data, name))
			if err != nil {
				t.Fatal(err)
			}
			image[name] = content
		}
		return image
	}
	s := start(t, map[string]string{"YINJU_DATA": data}, "-articles", dir, "-no-watch")
	s.reload() // the sweep behind the first generation is over
	killed = read("cache.db", "cache.db-wal")
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	return read("cache.db"), killed
}

type damaged struct {
	name    string
	image   map[string][]byte // nil: a folder stands in the file's place
	noticed bool              // it must be in the log
	sound   bool              // nothing may be in the log
}

func damages(r *rand.Rand, closed, killed map[string][]byte) []damaged {
	const file, wal = "cache.db", "cache.db-wal"
	garbage := make([]byte, 100_000)
	for i := range garbage {
		garbage[i] = byte(r.Uint32())
	}
	list := []damaged{
		{name: "none", image: closed, sound: true},
		{name: "killed", image: killed, sound: true},
		{name: "deleted", image: map[string][]byte{}, sound: true},
		{name: "a -wal without its file", image: map[string][]byte{wal: killed[wal]}},
		{name: "a folder", noticed: true},
		{name: "garbage", image: map[string][]byte{file: garbage}, noticed: true},
		{name: "garbage as -wal", image: map[string][]byte{file: closed[file], wal: garbage}},
		{name: "empty", image: map[string][]byte{file: {}}, noticed: true},
	}
	change := func(format string, at int, image map[string][]byte, name string, content []byte, noticed bool) {
		image = maps.Clone(image)
		image[name] = content
		list = append(list, damaged{name: fmt.Sprintf(format, name, at), image: image, noticed: noticed})
	}
	flip := func(image map[string][]byte, name string, at int, noticed bool) {
		content := slices.Clone(image[name])
		content[at] ^= 1 << r.IntN(8)
		change("a bit of %s at %d", at, image, name, content, noticed)
	}
	// A bit of an article's text is content for sure, where there is one copy of it: SQLite
	// leaves the bytes of a row that it moves where they were.
	var facts [][]byte
	for i := range damagedArticles {
		if fact := []byte(generate(i, 1, 500).Fact); bytes.Count(closed[file], fact) == 1 {
			facts = append(facts, fact)
		}
	}
	for range 12 {
		fact := facts[r.IntN(len(facts))]
		flip(closed, file, bytes.Index(closed[file], fact)+r.IntN(len(fact)), true)
	}
	for range 6 {
		flip(closed, file, r.IntN(len(closed[file])), false)
	}
	// SQLite drops what stands in a -wal behind a frame that is not whole, and the cache
	// is as it was before; a bit of it is not always worth a warning.
	for range 10 {
		flip(killed, wal, r.IntN(len(killed[wal])), false)
	}
	for range 2 {
		flip(killed, file, r.IntN(len(killed[file])), false)
	}
	for range 5 {
		at := r.IntN(len(closed[file]))
		change("%s cut at %d", at, closed, file, closed[file][:at], true)
	}
	for range 5 {
		at := r.IntN(len(killed[wal]))
		change("%s cut at %d", at, killed, wal, killed[wal][:at], false)
	}
	return list
}

func articleIDOf(g generated) string { return corpus.ArticleID(g.Name) }
