package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

func TestTheBundledArticlesAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := s.ask("截至2023年7月底，中国累计有多少个大模型问世？")
	if !a.Answered || a.Mode != rag.ModeExtractive || !a.Complete || !strings.Contains(a.Answer, "130") {
		t.Errorf("answer %+v", a)
	}
	if len(a.Citations) == 0 || !strings.Contains(a.Citations[0].Quote, "130") {
		t.Errorf("citations %+v", a.Citations)
	}
	if a := s.ask("深圳地铁早上几点开门？"); a.Answered || a.Mode != rag.ModeRefused || len(a.Closest) == 0 && a.Answer == "" {
		t.Errorf("a question about something else got %+v", a)
	}
	if _, page := s.call("GET", "/", "", nil); !strings.Contains(page, "<html") {
		t.Errorf("the page is %.200s", page)
	}
}

func TestEveryEncodingGivesTheSameAnswers(t *testing.T) {
	t.Parallel()
	for name, same := range map[string]string{
		"utf-8.md": "utf-8.md", "bom.md": "utf-8.md", "gbk.md": "utf-8.md", "gb18030.md": "utf-8.md",
		"utf-16le.md": "utf-8.md", "utf-16be.md": "utf-8.md", "big5.md": "traditional.md",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, name, testdata(t, name))
			s := start(t, nil, "-articles", dir)
			a := s.ask("星河与多少家客户签了合同？")
			if !a.Answered || len(a.Citations) == 0 || !strings.Contains(a.Citations[0].Quote, "520家") || a.Citations[0].Published != "2023-09-10" {
				t.Fatalf("answer %+v", a)
			}
			var got struct{ Text, Encoding string }
			s.call("GET", "/articles/"+a.Citations[0].ArticleID, "", &got)
			if got.Text != testdata(t, same) || got.Encoding == "" {
				t.Errorf("read as %s:\n%s", got.Encoding, got.Text)
			}
		})
	}
}

// testdata reads a file of testdata/encodings: one article in many encodings.
func testdata(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "encodings", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestArticlesComeAndGoWhileItServes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", testdata(t, "utf-8.md"))
	s := start(t, nil, "-articles", dir, "-no-watch")
	write(t, dir, "b.txt", "望江楼始建于1889年，高28米。")
	write(t, dir, "c.txt", "\x00\x01\x02")
	if r := s.reload(); fmt.Sprint(r.Added, r.Unchanged, len(r.Skipped)) != "[b.txt] 1 1" {
		t.Errorf("report %+v", r)
	}
	if a := s.ask("望江楼有多高？"); !strings.Contains(a.Answer, "28米") {
		t.Errorf("answer %+v", a)
	}
	if err := os.Remove(filepath.Join(dir, "b.txt")); err != nil {
		t.Fatal(err)
	}
	if r := s.reload(); fmt.Sprint(r.Removed) != "[b.txt]" {
		t.Errorf("report %+v", r)
	}
	if a := s.ask("望江楼有多高？"); a.Answered {
		t.Errorf("answered from an article that is gone: %+v", a)
	}
}

func TestTheFolderIsWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", testdata(t, "utf-8.md"))
	s := start(t, nil, "-articles", dir)
	write(t, dir, "sub/b.txt", "望江楼始建于1889年，高28米。")
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(s.ask("望江楼有多高？").Answer, "28米") {
		if time.Now().After(deadline) {
			t.Fatalf("a new article was not noticed; log:\n%s", s.log)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A SIGHUP that comes before the articles are read must not end the process, as it does
// where nobody listens for it.
func TestAnEarlyHangupReloads(t *testing.T) {
	t.Parallel()
	heard := make(chan os.Signal, 1) // keeps the test alive if serve doesn't listen yet
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	dir := t.TempDir()
	write(t, dir, "a.md", testdata(t, "utf-8.md"))
	s := &server{t: t, log: &lockedBuffer{}}
	ctx, cancel := context.WithCancel(t.Context())
	serving, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, system{
			Args: []string{"-listen", "127.0.0.1:0", "-no-watch", "-articles", dir}, Env: environment(map[string]string{"YINJU_DATA": t.TempDir()}),
			Stdout: io.Discard, Stderr: s.log, Signals: true,
			Serving: func(addr string) {
				if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
					t.Error(err)
				}
				<-heard
				serving <- addr
			},
		})
	}()
	s.url = "http://" + <-serving
	deadline := time.Now().Add(20 * time.Second)
	for p := (rag.Progress{}); p.LastReport == nil || p.LastReport.Unchanged != 1; { // the first load added it
		if time.Now().After(deadline) {
			t.Fatalf("no reload; log:\n%s", s.log)
		}
		time.Sleep(5 * time.Millisecond)
		s.call("GET", "/reload", "", &p)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestAStopBeforeServingIsNoError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for command, want := range map[string]string{"serve": "<nil>", "ask 几个?": "stopped before it was done"} {
		err := run(ctx, system{
			Args: strings.Fields(command), Env: environment(map[string]string{"YINJU_DATA": t.TempDir()}),
			Stdout: io.Discard, Stderr: io.Discard,
		})
		if fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", command, err, want)
		}
	}
}

func withModel(t *testing.T, fake *openaitest.Server, dir string, more ...string) *server {
	t.Helper()
	url, stop := fake.Start()
	t.Cleanup(stop)
	return start(t, map[string]string{"YINJU_MODEL_KEY": "sk-very-secret", "YINJU_EMBED_KEY": "sk-very-secret"},
		append([]string{"-articles", dir, "-model", "m", "-model-url", url, "-embed-model", "e", "-embed-url", url, "-idle-timeout", "300ms", "-first-timeout", "1s"}, more...)...)
}

func TestAModelServerAnswers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", testdata(t, "utf-8.md"))
	fake := &openaitest.Server{Key: "sk-very-secret"}
	s := withModel(t, fake, dir)
	a := s.ask("星河与多少家客户签了合同？")
	if a.Mode != rag.ModeModel || !a.Complete || a.Model != "m" || len(a.Citations) != 1 || !strings.Contains(a.Citations[0].Quote, "520家") {
		t.Errorf("answer %+v", a)
	}
	calls := len(fake.Requests("chat"))
	if a := s.ask("深圳地铁早上几点开门？"); a.Answered || a.Mode != rag.ModeRefused {
		t.Errorf("answer %+v", a)
	}
	if got := len(fake.Requests("chat")); got != calls {
		t.Error("a question that the articles don't answer reached the model")
	}
}

func TestAModelServerThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    openaitest.Fault
		mode     rag.Mode
		complete bool
	}{
		"a wrong key":        {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 401, Body: "bad key sk-very-secret", Times: 9}, rag.ModeExtractive, false},
		"busy, then well":    {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "0"}, rag.ModeModel, true},
		"broken":             {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 500, Times: 9}, rag.ModeExtractive, false},
		"a page":             {openaitest.Fault{Kind: openaitest.HTML, Times: 9}, rag.ModeExtractive, false},
		"an empty answer":    {openaitest.Fault{Kind: openaitest.Empty, Times: 9}, rag.ModeExtractive, false},
		"a stream that ends": {openaitest.Fault{Kind: openaitest.Cut, After: 3, Times: 9}, rag.ModeModel, false},
		"a stall":            {openaitest.Fault{Kind: openaitest.Stall, After: 3, Times: 9}, rag.ModeModel, false},
		"keep-alives":        {openaitest.Fault{Kind: openaitest.KeepAlive, N: 2000, Times: 9}, rag.ModeModel, true},
		"reasoning":          {openaitest.Fault{Kind: openaitest.Reasoning, Body: "我先想想用户在问什么", Times: 9}, rag.ModeModel, true},
		"not streamed":       {openaitest.Fault{Kind: openaitest.Whole, Times: 9}, rag.ModeModel, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "a.md", testdata(t, "utf-8.md"))
			fake := &openaitest.Server{Key: "sk-very-secret"}
			s := withModel(t, fake, dir)
			c.fault.On = "chat"
			fake.Script(c.fault)
			a := s.ask("星河与多少家客户签了合同？")
			if a.Mode != c.mode || a.Complete != c.complete || a.Complete == (a.Notice != "") || a.Answer == "" {
				t.Errorf("answer %+v", a)
			}
			whole, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"sk-very-secret", "我先想想", "nginx"} {
				if bytes.Contains(whole, []byte(secret)) || strings.Contains(s.log.String(), secret) {
					t.Errorf("%q has leaked:\n%s\n%s", secret, whole, s.log)
				}
			}
		})
	}
}

func TestAReaderWhoLeavesEndsTheModelsWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", testdata(t, "utf-8.md"))
	fake := &openaitest.Server{}
	s := withModel(t, fake, dir, "-idle-timeout", "1m")
	fake.Script(openaitest.Fault{Kind: openaitest.Stall, On: "chat", After: 2})
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/ask", strings.NewReader(`{"question":"星河与多少家客户签了合同？","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: delta") && !strings.HasPrefix(lines.Text(), "event:delta") {
	}
	leave()
	left := time.Now()
	select {
	case <-fake.Gone():
		if d := time.Since(left); d > time.Second {
			t.Errorf("the model worked on for %v", d)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the model was left working")
	}
}

func TestASecondServerIsKeptOutOfTheDataFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	start(t, map[string]string{"YINJU_DATA": data})
	err := run(t.Context(), system{Args: []string{"-listen", "127.0.0.1:0"}, Env: environment(map[string]string{"YINJU_DATA": data}), Stdout: new(bytes.Buffer), Stderr: new(lockedBuffer)})
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("error %v", err)
	}
	var out bytes.Buffer
	err = run(t.Context(), system{Args: []string{"ask", "截至2023年7月底，中国累计有多少个大模型问世？"}, Env: environment(map[string]string{"YINJU_DATA": data}), Stdout: &out, Stderr: new(lockedBuffer)})
	if err != nil || !strings.Contains(out.String(), "130") || !strings.Contains(out.String(), "[1]") {
		t.Errorf("a question beside the server: %v\n%s", err, out.String())
	}
}
