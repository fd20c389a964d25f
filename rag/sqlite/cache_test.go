package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

func open(tb testing.TB, dir string) *Cache {
	tb.Helper()
	c, err := Open(tb.Context(), Options{Dir: dir})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

func TestCache(t *testing.T) {
	t.Parallel()
	ragtest.TestCache(t, func(t *testing.T) rag.Cache { return open(t, t.TempDir()) })
}

func TestReopen(t *testing.T) {
	t.Parallel()
	// The name has everything that a DSN could stumble on.
	dir := filepath.Join(t.TempDir(), "数据 100%41#a?b=c&d;e", "new")
	c := open(t, dir)
	keys := fill(t, c, 0, 50)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 2 || names[0].Name() != "cache.db" || names[1].Name() != "lock" {
		t.Errorf("after Close the folder holds %v (%v), want cache.db and lock", names, err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "cache.db"), filepath.Join(dir, "lock")} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v; want it to be its owner's only", path, info.Mode(), err)
		}
	}
	c = open(t, dir)
	if n := wantNoWrong(t, c, keys); n != 50 || c.Damaged() != 0 {
		t.Errorf("%d blobs, %d damaged", n, c.Damaged())
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	c := open(t, t.TempDir())
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Get(t.Context(), "k", nil)
	for method, err := range map[string]error{"Get": err, "Commit": c.Commit(t.Context(), nil), "Keep": c.Keep(t.Context(), nil)} {
		if err == nil || !strings.Contains(err.Error(), "is closed") {
			t.Errorf("%s after Close: %v", method, err)
		}
	}
}

func TestLockedByThisProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, dir)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, dir + "/.", link} {
		if _, err := Open(t.Context(), Options{Dir: name}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "this very process") {
			t.Errorf("a second Open of %s: %v", name, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, link)
}

func TestFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "sub"), "a\x00b"} {
		if c, err := Open(t.Context(), Options{Dir: dir}); err == nil || c != nil || !strings.Contains(err.Error(), "choose") {
			t.Errorf("Open in %q: %v", dir, err)
		}
	}
	readOnly := filepath.Join(t.TempDir(), "read-only")
	if err := os.Mkdir(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("nothing is read-only to root")
	}
	if _, err := Open(t.Context(), Options{Dir: readOnly}); err == nil || !strings.Contains(err.Error(), "let this user write there") {
		t.Errorf("Open in a read-only folder: %v", err)
	}
}

func TestKeepShrinksTheFile(t *testing.T) {
	t.Parallel()
	c := open(t, t.TempDir())
	var blobs []rag.Blob
	for i := range 3000 {
		blobs = append(blobs, rag.Blob{Kind: "k", Key: fmt.Sprint(i), Data: make([]byte, 1000)})
	}
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(c.file.path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if err := c.Commit(t.Context(), blobs); err != nil {
		t.Fatal(err)
	}
	if err := c.Keep(t.Context(), map[string][]string{"k": {"7", "2999"}}); err != nil {
		t.Fatal(err)
	}
	if n := size(); n > 300_000 {
		t.Errorf("the file has %d bytes for two blobs of 1000", n)
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, dir)
	keys := fill(t, c, 0, 20)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, dir := range []string{dir, t.TempDir()} {
		if _, err := Open(ctx, Options{Dir: dir}); !errors.Is(err, context.Canceled) {
			t.Errorf("Open with a cancelled context: %v", err)
		}
	}
	c = open(t, dir)
	if n := wantNoWrong(t, c, keys); n != 20 || c.Damaged() != 0 {
		t.Errorf("then: %d blobs, %d damaged", n, c.Damaged())
	}
}
