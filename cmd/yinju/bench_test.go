package main

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"yinju/rag"
)

// BenchmarkThousandArticles measures what the README states: the binary over 1,000
// articles of about 3,000 characters.
//
//	go test ./cmd/yinju -run '^$' -bench ThousandArticles -benchtime 1x
func BenchmarkThousandArticles(b *testing.B) {
	const articles, asked = 1000, 500
	binary, dir := buildBinary(b), b.TempDir()
	for i := range articles {
		g := generate(i, 1, 3000)
		write(b, dir, g.Name, g.Text)
	}
	for b.Loop() {
		data := b.TempDir()
		began := time.Now()
		first := launch(b, binary, "-articles", dir, "-data", data, "-no-watch")
		b.ReportMetric(first.untilReady().Sub(began).Seconds(), "first-s")
		b.ReportMetric(first.megabytes("VmHWM"), "first-peak-MB")
		b.ReportMetric(first.megabytes("VmRSS"), "first-MB")
		if err := first.stop(); err != nil {
			b.Fatalf("it ended with %v", err)
		}

		began = time.Now()
		second := launch(b, binary, "-articles", dir, "-data", data, "-no-watch")
		b.ReportMetric(second.untilReady().Sub(began).Seconds(), "restart-s")
		b.ReportMetric(second.megabytes("VmHWM"), "restart-peak-MB")
		b.ReportMetric(second.megabytes("VmRSS"), "restart-MB")
		p50, p99 := latency(b, second.server, asked)
		b.ReportMetric(p50, "p50-ms")
		b.ReportMetric(p99, "p99-ms")
		b.ReportMetric(second.megabytes("VmRSS"), "asked-MB")
		if err := second.stop(); err != nil {
			b.Fatalf("it ended with %v", err)
		}

		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		here := start(b, map[string]string{"YINJU_DATA": data}, "-articles", dir, "-no-watch")
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapInuse-before.HeapInuse)/(1<<20), "heap-MB")
		if err := here.stop(); err != nil {
			b.Fatal(err)
		}
	}
}

// latency asks questions one after the other and returns quantiles in milliseconds.
func latency(b *testing.B, s *server, questions int) (p50, p99 float64) {
	took := make([]float64, questions)
	for i := range took {
		g := generate(i*7%1000, 1, 3000)
		var a rag.Answer
		began := time.Now()
		status, text := s.call("POST", "/ask", fmt.Sprintf(`{"question":%q}`, g.Question), &a)
		took[i] = time.Since(began).Seconds() * 1000
		if status != http.StatusOK || !strings.Contains(a.Answer, g.Answer) {
			b.Errorf("%s: %d %s, not %s", g.Question, status, text, g.Fact)
		}
	}
	slices.Sort(took)
	return quantile(took, 0.5), quantile(took, 0.99)
}
