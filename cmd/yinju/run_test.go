package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/rag"
)

// server is a Yinju that runs as main runs it, in this process.
type server struct {
	t    testing.TB
	url  string
	log  *lockedBuffer
	stop func() error
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs Yinju with a data folder of its own and waits until it is ready.
func start(t testing.TB, env map[string]string, args ...string) *server {
	t.Helper()
	if env == nil {
		env = map[string]string{}
	}
	if env["YINJU_DATA"] == "" {
		env["YINJU_DATA"] = t.TempDir()
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{t: t, log: &lockedBuffer{}}
	serving, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, system{
			Args: append([]string{"-listen", "127.0.0.1:0"}, args...), Env: environment(env),
			Stdout: io.Discard, Stderr: s.log, Serving: func(addr string) { serving <- addr },
		})
	}()
	s.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	select {
	case addr := <-serving:
		s.url = "http://" + addr
	case err := <-ended:
		ended <- nil
		t.Fatalf("it did not start: %v", err)
	}
	s.await("/readyz", http.StatusOK)
	return s
}

func (s *server) await(path string, status int) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		response, err := http.Get(s.url + path)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == status {
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatalf("GET %s was never answered with %d; log:\n%s", path, status, s.log)
}

// call sends a request and decodes the answer into out unless that is nil.
func (s *server) call(method, path, body string, out any) (status int, text string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(data, out); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return response.StatusCode, string(data)
}

// ask posts a question and checks that every citation cuts its quote out of its
// article.
func (s *server) ask(question string) rag.Answer {
	s.t.Helper()
	var a rag.Answer
	if status, text := s.call("POST", "/ask", fmt.Sprintf(`{"question":%q}`, question), &a); status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", question, status, text)
	}
	for _, c := range a.Citations {
		s.checkCitation(c)
	}
	return a
}

func (s *server) checkCitation(c rag.Citation) {
	s.t.Helper()
	var article struct{ Text string }
	s.call("GET", "/articles/"+c.ArticleID, "", &article)
	runes := []rune(article.Text)
	if c.Start < 0 || c.End > len(runes) || c.Start >= c.End || string(runes[c.Start:c.End]) != c.Quote {
		s.t.Errorf("citation %+v does not cut its quote out of its article", c)
	}
}

func (s *server) reload() rag.Report {
	s.t.Helper()
	var r rag.Report
	if status, text := s.call("POST", "/reload", "", &r); status != http.StatusOK {
		s.t.Fatalf("reload: %d %s", status, text)
	}
	return r
}
