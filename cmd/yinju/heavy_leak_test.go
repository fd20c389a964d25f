//go:build heavy

package main

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"yinju/rag/openai/openaitest"
)

// The tests of this file count goroutines and descriptors of the whole process, so none
// of them runs beside others.

func TestNothingIsLeftOfAServer(t *testing.T) {
	dir := t.TempDir()
	g := generate(0, 1, 500)
	write(t, dir, g.Name, g.Text)
	round := func() {
		s := start(t, nil, "-articles", dir)
		checkFact(s, g)
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		http.DefaultClient.CloseIdleConnections()
	}
	round() // what is made once stays: the dictionary
	before, descriptors := goleak.IgnoreCurrent(), openDescriptors(t)
	for range 5 {
		round()
	}
	goleak.VerifyNone(t, before)
	if now := openDescriptors(t); now > descriptors {
		t.Errorf("%d descriptors were open before, %d are now", descriptors, now)
	}
}

// TestNothingIsLeftOfReadersWhoLeave lets 200 readers leave in the middle of an answer,
// 50 at a time, which is as many as are answered at once: each must give its place back.
func TestNothingIsLeftOfReadersWhoLeave(t *testing.T) {
	dir := t.TempDir()
	g := generate(0, 1, 500)
	write(t, dir, g.Name, g.Text)
	fake := &openaitest.Server{}
	url, stop := fake.Start()
	t.Cleanup(stop)
	s := start(t, nil, "-articles", dir, "-no-watch", "-model", "m", "-model-url", url, "-max-asks", "50", "-idle-timeout", "5m")
	s.ask(g.Question)
	http.DefaultClient.CloseIdleConnections()
	before, descriptors := goleak.IgnoreCurrent(), openDescriptors(t)
	for wave := range 4 {
		fake.Script(openaitest.Fault{Kind: openaitest.Stall, On: "chat", After: 2, Times: 50})
		leaveMidStream(t, s, g.Question, 50)
		for n := range 50 {
			select {
			case <-fake.Gone():
			case <-time.After(20 * time.Second):
				t.Fatalf("wave %d: the model still writes for %d readers who have left", wave, 50-n)
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before) // it waits a little for those on their way out
	if now := openDescriptors(t); now > descriptors {
		t.Errorf("%d descriptors were open before, %d are now", descriptors, now)
	}
	checkFact(s, g)
}

// leaveMidStream opens so many streams, reads the first words of each, and leaves.
func leaveMidStream(t *testing.T, s *server, question string, readers int) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var reading sync.WaitGroup
	for range readers {
		reading.Go(func() {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/ask", strings.NewReader(`{"question":"`+question+`","stream":true}`))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Content-Type", "application/json")
			response, err := s.patiently(request)
			if err != nil {
				t.Error(err)
				return
			}
			context.AfterFunc(ctx, func() { response.Body.Close() })
			lines := bufio.NewScanner(response.Body)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "event:") && strings.Contains(lines.Text(), "delta") {
					return
				}
			}
			t.Errorf("a stream ended without a word: %v", lines.Err())
		})
	}
	reading.Wait()
}

// patiently tries again while the places of those who have just left are not free.
func (s *server) patiently(request *http.Request) (*http.Response, error) {
	for deadline := time.Now().Add(10 * time.Second); ; {
		again := request.Clone(request.Context())
		again.Body, _ = request.GetBody()
		response, err := http.DefaultClient.Do(again)
		if err != nil || response.StatusCode == http.StatusOK || time.Now().After(deadline) {
			return response, err
		}
		response.Body.Close()
		time.Sleep(10 * time.Millisecond)
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("the system does not list open descriptors")
	}
	return len(entries)
}
