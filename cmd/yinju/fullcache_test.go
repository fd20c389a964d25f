package main

import (
	"errors"
	"log/slog"
	"testing"

	"yinju/rag"
	"yinju/rag/sqlite"
)

// On a full disk what the cache holds is read, and what it can't hold is told.
func TestTheCacheOfAFullDiskIsRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &service{Log: slog.New(slog.DiscardHandler)}
	if c := s.fullCache(dir, sqlite.ErrFull); c != nil {
		t.Errorf("without a cache there is %v", c)
	}
	before, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	blobs := []rag.Blob{{Kind: "k", Key: "a", Data: []byte("甲")}}
	if err := errors.Join(before.Commit(t.Context(), blobs), before.Close()); err != nil {
		t.Fatal(err)
	}
	c := s.fullCache(dir, sqlite.ErrFull)
	defer func() {
		for _, stop := range s.close {
			stop()
		}
	}()
	if got, err := c.Get(t.Context(), "k", []string{"a"}); err != nil || string(got["a"]) != "甲" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := c.Commit(t.Context(), blobs); !errors.Is(err, sqlite.ErrFull) {
		t.Errorf("Commit says %v", err)
	}
}
