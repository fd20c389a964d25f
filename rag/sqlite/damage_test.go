package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"yinju/rag"
)

// valueOf is the one right value of a key.
func valueOf(key string) []byte {
	return bytes.Repeat([]byte(key+"|"), 1+len(key)*int(key[len(key)-1])%300)
}

func fill(tb testing.TB, c *Cache, from, to int) (keys []string) {
	tb.Helper()
	var blobs []rag.Blob
	for i := from; i < to; i++ {
		key := fmt.Sprintf("passage-%d", i)
		keys = append(keys, key)
		blobs = append(blobs, rag.Blob{Kind: "k", Key: key, Data: valueOf(key)})
	}
	if err := c.Commit(tb.Context(), blobs); err != nil {
		tb.Fatal(err)
	}
	return keys
}

// wantNoWrong fails if the cache returns anything but right values, and returns
// how many it has.
func wantNoWrong(tb testing.TB, c *Cache, keys []string) int {
	tb.Helper()
	found, err := c.Get(tb.Context(), "k", keys)
	if err != nil {
		tb.Fatal(err)
	}
	for key, value := range found {
		if !bytes.Equal(value, valueOf(key)) {
			tb.Errorf("a wrong value of %q", key)
		}
	}
	return len(found)
}

// images returns the files of a cache of 120 blobs, as they are after a Close and
// as a killed process leaves them, with half of the blobs in the -wal.
func images(t *testing.T) (keys []string, closed, killed map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	read := func(names ...string) map[string][]byte {
		image := make(map[string][]byte)
		for _, name := range names {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			image[name] = data
		}
		return image
	}
	c, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	keys = fill(t, c, 0, 60)
	if _, err := c.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	keys = append(keys, fill(t, c, 60, 120)...)
	killed = read("cache.db", "cache.db-wal")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return keys, read("cache.db"), killed
}

func restore(t *testing.T, image map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range image {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFlippedBitsAndCutFiles(t *testing.T) {
	t.Parallel()
	keys, closed, killed := images(t)
	for state, image := range map[string]map[string][]byte{"closed": closed, "killed": killed} {
		c := open(t, restore(t, image))
		if n := wantNoWrong(t, c, keys); n != len(keys) || c.Damaged() != 0 {
			t.Fatalf("%s, untouched: %d of %d blobs, %d damaged", state, n, len(keys), c.Damaged())
		}
	}
	const cases = 80
	var noticed atomic.Int64
	t.Run("case", func(t *testing.T) {
		for i := range cases {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				image := closed
				if i%3 == 0 {
					image = killed
				}
				noticed.Add(int64(damage(t, image, keys, rand.New(rand.NewPCG(uint64(i), 7)))))
			})
		}
	})
	if n := noticed.Load(); n < cases/4 { // many bits are of no importance
		t.Errorf("only %d of %d damages were noticed", n, cases)
	}
}

// damage flips a bit of one of the files or cuts it, looks at what the cache makes
// of that, and returns how many damages it has noticed.
func damage(t *testing.T, image map[string][]byte, keys []string, r *rand.Rand) int {
	image = maps.Clone(image)
	names := slices.Sorted(maps.Keys(image))
	name := names[r.IntN(len(names))]
	content := bytes.Clone(image[name])
	at := r.IntN(len(content))
	switch r.IntN(4) {
	case 0:
		content = content[:at]
	case 1:
		at %= 100 // SQLite's header
		fallthrough
	default:
		content[at] ^= 1 << r.IntN(8)
	}
	image[name] = content
	c := open(t, restore(t, image)) // an error of Open is fatal
	n, damaged := wantNoWrong(t, c, keys), c.Damaged()
	if n != 0 && damaged != 0 || n != len(keys) && damaged == 0 && name == "cache.db" {
		t.Errorf("byte %d of %s: %d blobs with %d damaged files", at, name, n, damaged)
	}
	keys = fill(t, c, 0, 60)
	if n := wantNoWrong(t, c, keys); n != len(keys) {
		t.Errorf("byte %d of %s: %d of %d blobs after filling again", at, name, n, len(keys))
	}
	return damaged
}

// Whatever else stands in the file's place gives way to a new file.
func TestNotACache(t *testing.T) {
	t.Parallel()
	inSQL := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements {
				if _, err := db.Exec(s); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	asFile := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, spoil := range map[string]func(*testing.T, string){
		"empty file": asFile(""),
		"text":       asFile(strings.Repeat("这不是数据库。\n", 1000)),
		"header":     asFile("SQLite format 3\x00"),
		"folder": func(t *testing.T, path string) {
			_ = os.Remove(path)
			if err := os.MkdirAll(filepath.Join(path, "sub"), 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"link to nothing": func(t *testing.T, path string) {
			_ = os.Remove(path)
			if err := os.Symlink("nowhere", path); err != nil {
				t.Skip(err)
			}
		},
		"other tables":   inSQL("DROP TABLE blobs", "CREATE TABLE t(x)"),
		"one table more": inSQL("CREATE TABLE t(x)"),
		"trigger":        inSQL("CREATE TRIGGER t AFTER INSERT ON blobs BEGIN UPDATE blobs SET key = 'x'; END"),
		"other format":   inSQL("UPDATE header SET format = 'yinju cache 0'"),
		"no format":      inSQL("DELETE FROM header"),
		"two formats":    inSQL("INSERT INTO header SELECT * FROM header"),
		"changed row":    inSQL("UPDATE blobs SET data = x'00' WHERE id = 3"),
		"swapped rows":   inSQL("UPDATE blobs SET id = 1000 + id", "UPDATE blobs SET key = key || x'' , data = (SELECT data FROM blobs WHERE id = 1002) WHERE id = 1001"),
		"moved kind":     inSQL("UPDATE blobs SET kind = CAST('other' AS BLOB)"),
		"text key":       inSQL("UPDATE blobs SET key = CAST(key AS TEXT), sum = 'x' WHERE id = 5"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := open(t, dir)
			keys := fill(t, c, 0, 20)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, filepath.Join(dir, "cache.db"))
			var told []string
			c, err := Open(t.Context(), Options{Dir: dir, Warn: func(m string) { told = append(told, m) }})
			if err != nil {
				t.Fatal(err)
			}
			if n := wantNoWrong(t, c, keys); n != 0 || c.Damaged() != 1 || len(told) != 1 || !strings.Contains(told[0], "set aside") {
				t.Errorf("%d blobs, %d damaged, told %q", n, c.Damaged(), told)
			}
			keys = fill(t, c, 0, 20)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			c = open(t, dir)
			if n := wantNoWrong(t, c, keys); n != 20 || c.Damaged() != 0 {
				t.Errorf("after filling it again: %d blobs, %d damaged", n, c.Damaged())
			}
		})
	}
}

func TestRowDamagedLater(t *testing.T) {
	t.Parallel()
	for _, few := range []bool{true, false} { // by key, and by reading all
		c := open(t, t.TempDir())
		keys := fill(t, c, 0, 100)
		asked := keys
		if few {
			asked = keys[:10]
		}
		if _, err := c.db.Exec("UPDATE blobs SET data = x'0102' WHERE id IN (2, 4)"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if n := wantNoWrong(t, c, asked); n != len(asked)-2 || c.Damaged() != 2 {
				t.Errorf("%d of %d blobs, %d damaged; want two left out and counted once", n, len(asked), c.Damaged())
			}
		}
		fill(t, c, 0, 10)
		if n := wantNoWrong(t, c, keys); n != 100 || c.Damaged() != 2 {
			t.Errorf("after filling again: %d blobs, %d damaged", n, c.Damaged())
		}
	}
}

// A file that is overwritten while the cache is open is replaced without a restart.
func TestFileDamagedLater(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*Cache) error{
		"Get":    func(c *Cache) error { _, err := c.Get(t.Context(), "k", []string{"a"}); return err },
		"Commit": func(c *Cache) error { return c.Commit(t.Context(), []rag.Blob{{Kind: "k", Key: "a"}}) },
		"Keep":   func(c *Cache) error { return c.Keep(t.Context(), map[string][]string{"k": {"a"}}) },
	} {
		c := open(t, t.TempDir())
		keys := fill(t, c, 0, 100)
		c.db.SetMaxIdleConns(-1) // so that nothing is read from a connection's memory
		if err := os.WriteFile(c.file.path, bytes.Repeat([]byte{0xa5}, 100_000), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := use(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := wantNoWrong(t, c, keys); n != 0 || c.Damaged() != 1 {
			t.Errorf("%s: %d blobs, %d damaged", name, n, c.Damaged())
		}
		keys = fill(t, c, 0, 100)
		if n := wantNoWrong(t, c, keys); n != 100 {
			t.Errorf("%s: %d blobs after filling again", name, n)
		}
	}
}

func TestKeepDamaged(t *testing.T) {
	t.Parallel()
	for setting, want := range map[int]int{0: 2, 1: 1, 3: 3, -1: 0} {
		dir := t.TempDir()
		for range 5 {
			if err := os.WriteFile(filepath.Join(dir, "cache.db"), []byte("not a database, and long enough to be read as one"), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Open(t.Context(), Options{Dir: dir, KeepDamaged: setting})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		aside, err := filepath.Glob(filepath.Join(dir, "cache.db.damaged-*"))
		aside = slices.DeleteFunc(aside, func(name string) bool { return strings.HasSuffix(name, "-wal") || strings.HasSuffix(name, "-shm") })
		if err != nil || len(aside) != want {
			t.Errorf("KeepDamaged %d: %q are left, want %d", setting, aside, want)
		}
	}
}
