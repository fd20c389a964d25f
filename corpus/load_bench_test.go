package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// manyFiles is how many the benchmarks of a folder have.
const manyFiles = 50_000

// manyArticles makes a folder of small articles, 500 in each folder of it, that were
// written an hour ago.
func manyArticles(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	text := strings.Repeat("这是一篇短文，讲的是湿地里的候鸟。", 20)
	past := time.Now().Add(-time.Hour)
	for i := range manyFiles {
		name := filepath.Join(dir, fmt.Sprint(i/500), fmt.Sprintf("%d.txt", i))
		if i%500 == 0 {
			if err := os.Mkdir(filepath.Dir(name), 0o700); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, "%d %s", i, text), 0o600); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(name, past, past); err != nil {
			b.Fatal(err)
		}
	}
	time.Sleep(restless)
	return dir
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkLoad reads 50,000 files, then again when they are as they were.
func BenchmarkLoad(b *testing.B) {
	l := &Loader{Dir: manyArticles(b), Formats: []Format{plainFormat(nil)}}
	var known Known
	b.Run("first", func(b *testing.B) {
		before := heap()
		for b.Loop() {
			got, err := l.Load(b.Context(), nil, nil)
			if err != nil || len(got.Articles) != manyFiles {
				b.Fatal(err)
			}
			known = knownOf(got)
		}
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
	})
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if got, err := l.Load(b.Context(), known, nil); err != nil || len(got.Articles) != manyFiles {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLook takes the fingerprint of 50,000 files.
func BenchmarkLook(b *testing.B) {
	r := &watch{Watcher: Watcher{Dir: manyArticles(b)}, ctx: b.Context()}
	r.root, r.inode = resolve(r.Dir)
	for b.Loop() {
		r.look(false)
	}
	b.ReportMetric(manyFiles/b.Elapsed().Seconds()*float64(b.N), "files/s")
}
