package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"yinju/corpus"
	"yinju/rag"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeAnswerer answers by a function.
type fakeAnswerer func(ctx context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error)

func (f fakeAnswerer) Ask(ctx context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
	return f(ctx, q, emit)
}

// fakeIndex holds two articles. Its fields replace what it does.
type fakeIndex struct {
	retrieve func(context.Context, rag.Query) (*rag.Result, error)
	reload   func(ctx context.Context, force bool) (*rag.Report, error)
	articles func(rag.ArticleQuery) ([]rag.ArticleInfo, string, error)
	article  func(id string) (rag.ArticleInfo, bool)
	mu       sync.Mutex
	progress rag.Progress
}

var testArticles = []*corpus.Article{
	{
		ID: "0123456789abcdef", Path: "甲/大模型.md", Title: `大模型<b>&"年中"`, Source: "某报", Author: "张三、李四", URL: "https://news.example/1",
		Published: time.Date(2023, 8, 31, 0, 0, 0, 0, time.UTC), Tags: []string{"AI"}, Format: "markdown", Encoding: "UTF-8", Bytes: 321,
		Decoding: corpus.Decoding{Sure: 0.98, Proof: corpus.ProofLikeness, Suspects: []corpus.Suspect{{Kind: corpus.SuspectGarbled, Count: 3, Places: []corpus.Place{{Line: 2, Column: 5, Text: "锟斤拷"}}}}},
		Text:     "---\ntitle: x\n---\n# 概况\n\n截至7月底，**共有130个**大模型问世。\n<script>alert(1)</script>\n\n- 一\n- 二\n", Body: 17,
	},
	{ID: "fedcba9876543210", Path: "b.txt", Title: "b", URL: "javascript:alert(1)", Format: "text", Encoding: "GB18030", Bytes: 5, Text: "b"},
}

func newFakeIndex() *fakeIndex {
	return &fakeIndex{progress: rag.Progress{Phase: rag.PhaseIdle, Generation: 7, Articles: 2, Passages: 3}}
}

func (x *fakeIndex) Retrieve(ctx context.Context, q rag.Query) (*rag.Result, error) {
	if x.retrieve != nil {
		return x.retrieve(ctx, q)
	}
	a := testArticles[0]
	start := strings.Index(a.Text, "截至")
	return &rag.Result{Generation: 7, Passages: 3, Coverage: 0.5, Threshold: 0.25, Hits: []rag.Hit{{
		Passage: corpus.Passage{ID: "p1", Article: a.ID, Title: a.Title, Start: start, End: start + len("截至7月底"), Text: "截至7月底"},
		Article: a, Score: 1, Words: rag.LegScore{Rank: 1, Score: 3.5},
	}}}, nil
}

func (x *fakeIndex) Articles(q rag.ArticleQuery) ([]rag.ArticleInfo, string, error) {
	if x.articles != nil {
		return x.articles(q)
	}
	return []rag.ArticleInfo{{Article: testArticles[0], Passages: 2}, {Article: testArticles[1], Passages: 1}}, "b.txt", nil
}

func (x *fakeIndex) Article(id string) (rag.ArticleInfo, bool) {
	if x.article != nil {
		return x.article(id)
	}
	for _, a := range testArticles {
		if a.ID == id {
			return rag.ArticleInfo{Article: a, Passages: 2}, true
		}
	}
	return rag.ArticleInfo{}, false
}

func (x *fakeIndex) Reload(ctx context.Context, force bool) (*rag.Report, error) {
	if x.reload != nil {
		return x.reload(ctx, force)
	}
	return &rag.Report{Generation: 8, Added: []string{"c.md"}}, nil
}

func (x *fakeIndex) Rollback(to uint64) (rag.Kept, error) {
	if to > 6 {
		return rag.Kept{}, &rag.GenerationError{Wanted: to, Have: []uint64{5, 6}}
	}
	p := x.Progress()
	p.Generation, p.Pinned = max(to, 5), &rag.Pin{Generation: max(to, 5)}
	x.setProgress(p)
	return rag.Kept{Generation: p.Generation, Serving: true}, nil
}

func (x *fakeIndex) Progress() rag.Progress {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.progress
}

func (x *fakeIndex) setProgress(p rag.Progress) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.progress = p
}

func (x *fakeIndex) Examples(lang string) []string {
	return map[string][]string{"zh": {"共有多少个？"}}[lang]
}

var testAnswer = &rag.Answer{
	Answer: "**注意：**共130个[1]。", Answered: true, Mode: rag.ModeExtractive, Generation: 7, Complete: true,
	Citations: []rag.Citation{{Number: 1, ArticleID: testArticles[0].ID, Quote: "共有130个"}},
	Sentences: []rag.Sentence{{Text: "共130个。", Citations: []int{1}, Support: "supported"}},
}

// answering tells the events of an ordinary answer.
func answering(_ context.Context, _ rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
	if emit == nil {
		return testAnswer, nil
	}
	for _, e := range []rag.Event{
		{Kind: rag.EventPassages, Passages: testAnswer.Citations},
		{Kind: rag.EventDelta, Delta: "**注意：**\n\r\n共130个"},
		{Kind: rag.EventDelta, Delta: "[1]。"},
		{Kind: rag.EventSentence, Sentence: &testAnswer.Sentences[0]},
	} {
		if err := emit(e); err != nil {
			return nil, err
		}
	}
	return testAnswer, nil
}

var testPage = fstest.MapFS{
	"index.html": {Data: []byte(`<script type="module" src="/assets/_/app.js"></script>`)},
	"app.js":     {Data: []byte("import './sub.js';")},
	"sub.js":     {Data: []byte("export {};")},
	"style.css":  {Data: []byte("a{}")},
	"icon.svg":   {Data: []byte("<svg/>")},
}

// harness is a server on a real socket, with its parts.
type harness struct {
	*httptest.Server
	index *fakeIndex
	log   *safeBuffer
}

// serve starts a server with fakes; set may replace any of them.
func serve(t *testing.T, set func(*Server, *fakeIndex)) *harness {
	t.Helper()
	h := &harness{index: newFakeIndex(), log: &safeBuffer{}}
	s := &Server{
		Answerer: fakeAnswerer(answering), Index: h.index, Assets: testPage, Version: "v1",
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if set != nil {
		set(s, h.index)
	}
	server, err := s.HTTPServer()
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewUnstartedServer(nil)
	h.Config = server
	h.Start()
	t.Cleanup(h.Close)
	return h
}

// do sends a request; headers are "Name: value".
func (h *harness) do(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := h.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// problemIn checks a response's status and error form and returns the error's words.
func problemIn(t *testing.T, res *http.Response, status int, code string) errorWords {
	t.Helper()
	body := read(t, res)
	var e errorBody
	if err := decodeJSON([]byte(body), &e); err != nil {
		t.Fatalf("status %d, not an error: %s", res.StatusCode, body)
	}
	if res.StatusCode != status || e.Error.Code != code {
		t.Errorf("got %d %s, want %d %s", res.StatusCode, body, status, code)
	}
	if e.Error.Message == "" {
		t.Error("no message")
	}
	return e.Error
}

func into[T any](t *testing.T, res *http.Response, status int) T {
	t.Helper()
	body := read(t, res)
	var v T
	if res.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", res.StatusCode, status, body)
	}
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// safeBuffer is a bytes.Buffer for many writers.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
