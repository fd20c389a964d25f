package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/rag"
)

// BenchmarkScale measures the binary over folders of 10,000 to 100,000 passages of news
// length: the first start, a restart, and reloads of nothing, of one new article, of one
// less and of a tenth of the articles changed. After each it must answer from what is in
// the folder. cpu-s is processor time, which does not depend on what else the machine does.
//
//	go test ./cmd/yinju -run '^$' -bench Scale -benchtime 1x -timeout 30m
func BenchmarkScale(b *testing.B) {
	binary := buildBinary(b)
	for _, articles := range []int{1000, 3000, 10_000} {
		b.Run(fmt.Sprint(articles), func(b *testing.B) {
			dir := b.TempDir()
			w := newWriter(b)
			for i := range articles {
				n := w.news(i, 1)
				write(b, dir, n.Name, n.Text)
			}
			for b.Loop() {
				scale(b, binary, dir, w, articles)
			}
		})
	}
}

func scale(b *testing.B, binary, dir string, w *writer, articles int) {
	data := b.TempDir()
	began := time.Now()
	s := launch(b, binary, "-articles", dir, "-data", data, "-no-watch")
	b.ReportMetric(s.untilServing().Sub(began).Seconds(), "first-ready-s")
	s.awaitIdle()
	b.ReportMetric(time.Since(began).Seconds(), "first-s")
	b.ReportMetric(s.processorSeconds(), "first-cpu-s")
	b.ReportMetric(s.megabytes("VmHWM"), "first-peak-MB")
	s.mustKnow(w, 1, 0, articles/2, articles-1)
	if err := s.stop(); err != nil {
		b.Fatal(err)
	}

	began = time.Now()
	s = launch(b, binary, "-articles", dir, "-data", data, "-no-watch")
	b.ReportMetric(s.untilServing().Sub(began).Seconds(), "restart-ready-s")
	b.ReportMetric(s.processorSeconds(), "restart-ready-cpu-s")
	s.mustKnow(w, 1, 1, articles/3, articles-2)
	s.awaitIdle()
	b.ReportMetric(time.Since(began).Seconds(), "restart-s")
	b.ReportMetric(s.megabytes("VmRSS"), "restart-MB")
	b.ReportMetric(s.megabytes("VmHWM"), "restart-peak-MB")
	b.ReportMetric(float64(s.progress().Passages), "passages")

	began = time.Now()
	s.reload()
	b.ReportMetric(time.Since(began).Seconds()*1000, "unchanged-ms")

	began = time.Now()
	added := w.news(articles+1, 1)
	write(b, dir, added.Name, added.Text)
	s.reload()
	s.mustKnow(w, 1, articles+1)
	b.ReportMetric(time.Since(began).Seconds()*1000, "one-answered-ms")
	if err := os.Remove(filepath.Join(dir, added.Name)); err != nil {
		b.Fatal(err)
	}
	began = time.Now()
	s.reload()
	b.ReportMetric(time.Since(began).Seconds()*1000, "removed-ms")

	for i := 0; i < articles; i += 10 {
		n := w.news(i, 2)
		write(b, dir, n.Name, n.Text)
	}
	began = time.Now()
	cpu := s.processorSeconds()
	s.reload()
	b.ReportMetric(time.Since(began).Seconds(), "tenth-s")
	b.ReportMetric(s.processorSeconds()-cpu, "tenth-cpu-s")
	s.mustKnow(w, 2, 0, articles/2/10*10)
	s.mustKnow(w, 1, 1, articles-1)
	b.ReportMetric(s.megabytes("VmRSS"), "tenth-MB")
	b.ReportMetric(s.megabytes("VmHWM"), "tenth-peak-MB")
	if err := s.stop(); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < articles; i += 10 {
		n := w.news(i, 1)
		write(b, dir, n.Name, n.Text)
	}
}

// news is an article of about 1,700 characters with a fact that no other one has.
func (w *writer) news(number, version int) generated {
	w.r = rand.New(rand.NewPCG(uint64(number), uint64(version)))
	g := generate(number, version, 0)
	g.Name = fmt.Sprintf("%02d/%06d.txt", number%100, number)
	w.subject = w.subject[:0]
	for range 40 {
		w.subject = append(w.subject, w.topic())
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "%s：%s\n\n", placeName(number), strings.Join(w.subject[:3], ""))
	at, length := w.r.IntN(1200), 1200+w.r.IntN(1000)
	told := false
	for n := 0; n < length || !told; n = utf8.RuneCountInString(text.String()) {
		for range 2 + w.r.IntN(4) {
			w.sentence(text)
		}
		if !told && n >= at {
			text.WriteString(g.Fact)
			told = true
		}
		text.WriteString("\n\n")
	}
	g.Text = text.String()
	return g
}

// untilServing is untilReady for a first load that takes minutes.
func (c *child) untilServing() time.Time {
	c.t.Helper()
	for deadline := time.Now().Add(20 * time.Minute); c.progress().Generation == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("it never served; log:\n%s", c.log)
		}
	}
	return c.untilReady()
}

// awaitIdle waits until the reload under way is over.
func (s *server) awaitIdle() {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if p := s.progress(); p.Phase == rag.PhaseIdle && p.LastReport != nil {
			return
		}
	}
	s.t.Fatalf("the reload never ended; log:\n%s", s.log)
}

func (s *server) progress() (p rag.Progress) {
	s.t.Helper()
	s.call("GET", "/reload", "", &p)
	return p
}

// mustKnow asks for the facts of articles, which must be answered from them.
func (s *server) mustKnow(w *writer, version int, numbers ...int) {
	s.t.Helper()
	for _, i := range numbers {
		n := w.news(i, version)
		var a rag.Answer
		if status, text := s.call("POST", "/ask", fmt.Sprintf(`{"question":%q}`, n.Question), &a); status != http.StatusOK || !strings.Contains(a.Answer, n.Answer) {
			s.t.Errorf("%s: %d %s, not %s", n.Question, status, text, n.Fact)
		}
	}
}

// processorSeconds is the time that the child has used of all processors, in Linux.
func (c *child) processorSeconds() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	var user, system float64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		c.t.Fatal(err)
	}
	return (user + system) / 100
}
