package sqlite

import (
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

func open(tb testing.TB, dir string) *Cache {
	tb.Helper()
	c, err := Open(tb.Context(), Options{Dir: dir, Warn: func(m string) { tb.Log(m) }})
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
