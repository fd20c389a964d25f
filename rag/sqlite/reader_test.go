package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/rag"
)

func TestReader(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := OpenReader(dir); !errors.Is(err, ErrNone) {
		t.Fatalf("no cache: %v", err)
	}
	c, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Commit(t.Context(), []rag.Blob{{Kind: "a", Key: "1", Data: []byte("one")}, {Kind: "a", Key: "2", Data: []byte("two")}}); err != nil {
		t.Fatal(err)
	}
	check := func(want int) {
		t.Helper()
		r, err := OpenReader(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := r.Commit(t.Context(), []rag.Blob{{Kind: "a", Key: "3"}}); err != nil {
			t.Error(err)
		}
		found, err := r.Get(t.Context(), "a", []string{"1", "2", "3"})
		if err != nil || len(found) != want {
			t.Errorf("found %q, %v", found, err)
		}
		kinds, damage, err := r.Check(t.Context())
		if err != nil || kinds["a"].Count != want || (len(damage) > 0) != (want < 2) {
			t.Errorf("%v, %q, %v", kinds, damage, err)
		}
	}
	check(2) // while another has it
	if _, err := c.db.ExecContext(t.Context(), "UPDATE blobs SET data = x'00' WHERE key = x'32'"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	check(1)
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, damage, err := r.Check(t.Context()); err != nil || len(damage) == 0 {
		t.Errorf("%q, %v", damage, err)
	}
}
