package sqlite

import (
	"fmt"
	"testing"

	"yinju/rag"
)

// BenchmarkCache measures 200,000 rows of 64 bytes, then of 1,024 bytes (a vector
// of 256 dimensions): filling in commits of 2,000, opening with all checks,
// getting all by key, keeping all but a tenth.
func BenchmarkCache(b *testing.B) {
	const n, commit = 200_000, 2000
	for _, size := range []int{64, 1024} {
		dir := b.TempDir()
		c := open(b, dir)
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprintf("%08x%08x%08x", uint32(i*2654435761), i, i)
		}
		timed := func(name string, rows int, do func() error) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				for b.Loop() {
					if err := do(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
		timed("commit", n, func() error {
			for i := 0; i < n; i += commit {
				var blobs []rag.Blob
				for _, key := range keys[i : i+commit] {
					data := make([]byte, size)
					copy(data, key)
					blobs = append(blobs, rag.Blob{Kind: "vector/hashed-256-v1", Key: key, Data: data})
				}
				if err := c.Commit(b.Context(), blobs); err != nil {
					return err
				}
			}
			return nil
		})
		timed("open", n, func() (err error) {
			if err = c.Close(); err == nil {
				c, err = Open(b.Context(), Options{Dir: dir})
			}
			return err
		})
		timed("get", n, func() error {
			found, err := c.Get(b.Context(), "vector/hashed-256-v1", keys)
			if err == nil && len(found) != n {
				err = fmt.Errorf("%d found", len(found))
			}
			return err
		})
		timed("get a tenth", n/10, func() error {
			_, err := c.Get(b.Context(), "vector/hashed-256-v1", keys[:n/10])
			return err
		})
		timed("keep", n, func() error {
			return c.Keep(b.Context(), map[string][]string{"vector/hashed-256-v1": keys[n/10:]})
		})
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
