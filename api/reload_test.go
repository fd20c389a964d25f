package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/rag"
)

// nextEvent reads a stream up to the end of its next event.
func nextEvent(t *testing.T, r *bufio.Reader) (name string, p rag.Progress) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the stream ended: %v", err)
		}
		if rest, found := strings.CutPrefix(line, "event: "); found {
			name = strings.TrimSpace(rest)
		}
		if rest, found := strings.CutPrefix(line, "data: "); found {
			if err := json.Unmarshal([]byte(rest), &p); err != nil {
				t.Fatal(err)
			}
			return name, p
		}
	}
}

func busy(seq uint64, done int) rag.Progress {
	return rag.Progress{Seq: seq, Phase: rag.PhaseEmbed, Done: done, Total: 9, LastReport: &rag.Report{Added: []string{"a.md"}}}
}

func TestProgressStream(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Timeouts.Progress, s.Timeouts.Clock = time.Millisecond, time.Hour })
	h.index.setProgress(busy(1, 1))
	const listeners = 20
	var streams [listeners]*bufio.Reader
	for i := range streams {
		res := h.do(t, "GET", "/reload", "", "Accept: text/event-stream")
		if got := res.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
			t.Fatal(got)
		}
		streams[i] = bufio.NewReader(res.Body)
		if name, p := nextEvent(t, streams[i]); name != "progress" || p.Done != 1 || p.LastReport != nil || p.Files.Recent == nil {
			t.Errorf("%s %+v", name, p)
		}
	}
	for step, next := range []rag.Progress{busy(2, 5), {Seq: 3, Phase: rag.PhaseIdle, Queued: true}, busy(4, 2)} {
		h.index.setProgress(next)
		for _, s := range streams {
			if name, p := nextEvent(t, s); name != "progress" || p.Seq != next.Seq || p.Done != next.Done {
				t.Errorf("step %d: %s %+v", step, name, p)
			}
		}
	}
	h.index.setProgress(rag.Progress{Seq: 5, Phase: rag.PhaseIdle, LastError: "no room", LastReport: &rag.Report{Generation: 8}})
	for _, s := range streams {
		if name, p := nextEvent(t, s); name != "done" || p.LastError != "no room" || p.LastReport == nil || p.LastReport.Slow == nil {
			t.Errorf("%s %+v", name, p)
		}
		if rest, err := s.ReadString(0); err == nil || strings.TrimSpace(rest) != "" {
			t.Errorf("%q comes behind the last event, %v", rest, err)
		}
	}
}

// The clocks go on though nothing else does, and no more often than they should.
func TestProgressStreamKeepsTime(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Timeouts.Progress, s.Timeouts.Clock, s.Timeouts.KeepAlive = time.Millisecond, 50*time.Millisecond, time.Millisecond
	})
	h.index.setProgress(busy(1, 1))
	s := bufio.NewReader(h.do(t, "GET", "/reload", "", "Accept: text/event-stream").Body)
	began := time.Now()
	for range 4 {
		nextEvent(t, s)
	}
	if took := time.Since(began); took < 140*time.Millisecond {
		t.Errorf("four events came within %v", took)
	}
	if line, err := s.ReadString(':'); err != nil || !strings.HasSuffix(line, ":") {
		t.Errorf("no comment: %q, %v", line, err)
	}
}

// Who only looks on does not hold up the end of the server, and leaves nothing behind.
func TestProgressStreamEnds(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Timeouts.Progress = time.Millisecond })
	h.index.setProgress(busy(1, 1))
	if res := h.do(t, http.MethodHead, "/reload", "", "Accept: text/event-stream"); res.StatusCode != 200 {
		t.Errorf("HEAD: %d", res.StatusCode)
	}
	ended := func() int { return strings.Count(h.log.String(), "path=/reload") }
	before := ended()
	for range 20 {
		ctx, gone := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "GET", h.URL+"/reload", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "text/event-stream")
		res, err := h.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		nextEvent(t, bufio.NewReader(res.Body))
		gone()
		_ = res.Body.Close()
	}
	for deadline := time.Now().Add(5 * time.Second); ended() < before+20; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of 20 requests have ended:\n%s", ended()-before, h.log)
		}
	}
	open := bufio.NewReader(h.do(t, "GET", "/reload", "", "Accept: text/event-stream").Body)
	nextEvent(t, open)
	var stopped sync.WaitGroup
	stopped.Go(func() {
		if err := h.Config.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for err := error(nil); err == nil; {
		_, err = open.ReadString('\n')
	}
	stopped.Wait()
}
