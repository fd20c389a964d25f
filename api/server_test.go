package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"yinju/rag"
)

func TestHandlerNeedsItsParts(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Server{
		"nothing":  {},
		"no index": {Answerer: fakeAnswerer(answering)},
		"no page":  {Answerer: fakeAnswerer(answering), Index: newFakeIndex(), Assets: fstest.MapFS{"app.js": {}}},
	} {
		if _, err := s.Handler(); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := s.HTTPServer(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Every timeout and limit of the server has a default and a setting.
func TestHTTPServerTimeouts(t *testing.T) {
	t.Parallel()
	s := Server{Answerer: fakeAnswerer(answering), Index: newFakeIndex()}
	standard, err := s.HTTPServer()
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]time.Duration{
		"ReadHeader": standard.ReadHeaderTimeout, "Read": standard.ReadTimeout,
		"Write": standard.WriteTimeout, "Idle": standard.IdleTimeout, "Header": time.Duration(standard.MaxHeaderBytes),
	} {
		if d <= 0 {
			t.Errorf("%s is unbounded", name)
		}
	}
	s.Timeouts, s.Limits = Timeouts{ReadHeader: 1, Read: 2, Write: 3, Idle: 4}, Limits{Header: 5}
	set, err := s.HTTPServer()
	if err != nil {
		t.Fatal(err)
	}
	if set.ReadHeaderTimeout != 1 || set.ReadTimeout != 2 || set.WriteTimeout != 3 || set.IdleTimeout != 4 || set.MaxHeaderBytes != 5 {
		t.Errorf("got %+v", set)
	}
}

func TestSlowHeader(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Timeouts.ReadHeader = 50 * time.Millisecond })
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection was kept: %v", err)
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for _, path := range []string{
		"/nothing", "/ask/", "/articles/", "/search/x", "/assets", "/assets/", "/assets/x/app.js", "/..%2f..%2fetc/passwd",
		"/assets/_/app.js", "/v1/models", "//", "/%00",
	} {
		problemIn(t, h.do(t, "GET", path, ""), 404, "no_such_route")
	}
	for _, request := range []string{"GET /ask", "POST /search", "DELETE /articles", "PUT /reload", "OPTIONS /ask", "POST /", "TRACE /search", "PATCH /articles/x"} {
		method, path, _ := strings.Cut(request, " ")
		res := h.do(t, method, path, "")
		problemIn(t, res, 405, "method_not_allowed")
		if res.Header.Get("Allow") == "" {
			t.Errorf("%s: no Allow", request)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for _, path := range []string{"/", "/healthz", "/readyz", "/search?q=a", "/articles", "/articles/0123456789abcdef", "/reload", "/examples", "/nothing"} {
		head, get := h.do(t, "HEAD", path, ""), h.do(t, "GET", path, "")
		body := read(t, get)
		if head.StatusCode != get.StatusCode || head.ContentLength != int64(len(body)) || read(t, head) != "" {
			t.Errorf("%s: %d with %d, GET %d with %d", path, head.StatusCode, head.ContentLength, get.StatusCode, len(body))
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Hosts = []string{"Yinju.example"} })
	for host, ok := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "a.localhost": true, "127.0.0.1": true, "10.1.2.3:80": true, "[::1]:8080": true, "[::1]": true,
		"yinju.example": true, "yinju.example.:8080": true,
		"evil.example": false, "localhost.evil.example": false, "notlocalhost": false, "127.0.0.1.evil.example": false,
		"x.yinju.example": false, "yinju.example.evil": false, "1.2.3": false, "evil.example:80:80": false,
	} {
		for _, path := range []string{"/healthz", "/nothing"} {
			res := h.do(t, "GET", path, "", "Host: "+host)
			if ok && res.StatusCode == http.StatusMisdirectedRequest {
				t.Errorf("%s refused", host)
			}
			if !ok {
				problemIn(t, res, http.StatusMisdirectedRequest, "host_refused")
			}
		}
	}
	open := serve(t, func(s *Server, _ *fakeIndex) { s.Hosts = []string{"*"} })
	if res := open.do(t, "GET", "/healthz", "", "Host: evil.example"); res.StatusCode != 200 {
		t.Error("* does not let any name pass")
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for _, header := range []string{"Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"} {
		problemIn(t, h.do(t, "POST", "/reload", "", header), 403, "cross_origin")
		problemIn(t, h.do(t, "POST", "/ask", `{"question":"a"}`, header), 403, "cross_origin")
	}
	for _, header := range []string{"Origin: " + h.URL, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none"} {
		if res := h.do(t, "POST", "/reload", "", header); res.StatusCode != 200 {
			t.Errorf("%s: %s", header, read(t, res))
		}
	}
	if res := h.do(t, "GET", "/", "", "Origin: https://evil.example"); res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site may read")
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for _, path := range []string{"/", "/nothing", "/articles/0123456789abcdef", "/search"} {
		res := h.do(t, "GET", path, "", "Accept: text/html")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self';", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		for _, part := range []string{"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"} {
			if !strings.Contains(res.Header.Get("Content-Security-Policy"), part) {
				t.Errorf("%s: no %s", path, part)
			}
		}
		if strings.Contains(read(t, res), "style=") {
			t.Errorf("%s: inline style", path)
		}
	}
}

// A panic tells nothing, and neither question nor headers reach the log.
func TestPanicAndLog(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Answerer = fakeAnswerer(func(_ context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
			if emit != nil {
				if err := emit(rag.Event{Kind: rag.EventDelta, Delta: "a"}); err != nil {
					t.Error(err)
				}
			}
			panic("about " + q.Text)
		})
	})
	res := h.do(t, "POST", "/ask", `{"question":"geheim"}`, "Authorization: Bearer topsecret")
	if words := problemIn(t, res, 500, "internal"); strings.Contains(words.Message+words.Hint, "geheim") {
		t.Errorf("tells %+v", words)
	}
	res = h.do(t, "POST", "/ask", `{"question":"geheim","stream":true}`)
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("a stream that panicked ended as if whole: %s", body)
	}
	if res := h.do(t, "GET", "/search?q=geheim", ""); res.StatusCode != 200 {
		t.Error(read(t, res))
	}
	h.Close() // the lines of all requests are written
	log := h.log.String()
	if strings.Contains(log, "geheim") || strings.Contains(log, "topsecret") {
		t.Errorf("logged: %s", log)
	}
	for _, want := range []string{"msg=panic value=string", "method=POST path=/ask status=500", "method=GET path=/search status=200", "server_test.go"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	if got := read(t, h.do(t, "GET", "/healthz", "")); got != `{"status":"ok","version":"v1","writes":false}`+"\n" {
		t.Error(got)
	}
	if got := read(t, h.do(t, "GET", "/readyz", "")); got != `{"status":"ready","generation":7}`+"\n" {
		t.Error(got)
	}
	h.index.setProgress(rag.Progress{Phase: rag.PhaseEmbed})
	res := h.do(t, "GET", "/readyz", "")
	problemIn(t, res, 503, "not_ready")
	if res.Header.Get("Retry-After") != "1" {
		t.Error("no Retry-After")
	}
	problemIn(t, h.do(t, "GET", "/articles/aaaa", ""), 503, "not_ready")
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "zh", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "en": "en", "en-GB": "en", "zh;q=0.3,en;q=0.4": "en", "fr": "en", "*": "zh", ";;;,q": "en", "en;q=0": "zh", "en;q=x": "zh",
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {header}}}
		if got := language(r); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	h := serve(t, nil)
	zh := problemIn(t, h.do(t, "GET", "/search", ""), 400, "missing")
	en := problemIn(t, h.do(t, "GET", "/search", "", "Accept-Language: en"), 400, "missing")
	if zh.Message != `缺少 "q"。` || en.Message != `"q" is missing.` {
		t.Errorf("%+v %+v", zh, en)
	}
}

// Every saying is there in both languages, with the same verbs.
func TestSayings(t *testing.T) {
	t.Parallel()
	for code, s := range sayings {
		if s.status < 400 || s.status > 599 || http.StatusText(s.status) == "" {
			t.Errorf("%s: status %d", code, s.status)
		}
		if s.zh.message == "" || s.en.message == "" || (s.zh.hint == "") != (s.en.hint == "") {
			t.Errorf("%s lacks a language", code)
		}
		for _, verb := range []string{"%q", "%d"} {
			if strings.Count(s.zh.message, verb) != strings.Count(s.en.message, verb) {
				t.Errorf("%s: verbs differ", code)
			}
		}
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Limits = Limits{Question: 10, K: 9, Filters: 2, Articles: 20} })
	id := "/articles/0123456789abcdef"
	for query, code := range map[string]string{
		"/search":                              "missing",
		"/search?q=%20":                        "missing",
		"/search?q=a&q=b":                      "repeated",
		"/search?q=a&kk=1":                     "unknown_param",
		"/search?q=%ff":                        "charset",
		"/search?q=%zz":                        "bad_query",
		"/search?q=a;b":                        "bad_query",
		"/search?q=a%00":                       "control",
		"/search?q=" + strings.Repeat("a", 11): "too_long",
		"/search?q=a&k=0":                      "bad_number",
		"/search?q=a&k=10":                     "bad_number",
		"/search?q=a&k=":                       "bad_number",
		"/search?q=a&k=99999999999999999999":   "bad_number",
		"/search?q=a&since=x":                  "bad_date",
		"/search?q=a&since=2023-02-02&until=2023-02-01": "bad_range",
		"/search?q=a&tags=a&tags=b&tags=c":              "too_many",
		"/articles?limit=0":                             "bad_number",
		"/articles?limit=21":                            "bad_number",
		"/articles?limit=-1":                            "bad_number",
		"/articles?offset=1":                            "unknown_param",
		"/articles?q=%01":                               "control",
		"/articles?q=" + strings.Repeat("a", 201):       "too_long",
		"/articles?after=" + strings.Repeat("a", 4097):  "too_long",
		id + "?start=1":                                 "missing",
		id + "?end=1":                                   "missing",
		id + "?start=2&end=1":                           "bad_range",
		id + "?start=-1&end=1":                          "bad_number",
		id + "?start=a&end=1":                           "bad_number",
		id + "?prefix=" + strings.Repeat("a", 501):      "too_long",
		id + "?quote=" + strings.Repeat("a", 4001):      "too_long",
		"/examples?lang=fr":                             "bad_language",
		"/reload?x=1":                                   "unknown_param",
	} {
		problemIn(t, h.do(t, "GET", query, ""), 400, code)
	}
	problemIn(t, h.do(t, "POST", "/reload?wait=maybe", ""), 400, "bad_flag")
	problemIn(t, h.do(t, "POST", "/reload", `{"force":true}`), 400, "unknown_field")
	if res := h.do(t, "POST", "/reload", `{}`); res.StatusCode != 200 {
		t.Error(read(t, res))
	}
	if res := h.do(t, "GET", "/search?q="+strings.Repeat("a", 100_000), ""); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 100 KB: %d", res.StatusCode)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	asked := make(chan rag.Query, 3)
	h := serve(t, func(_ *Server, x *fakeIndex) {
		x.retrieve = func(ctx context.Context, q rag.Query) (*rag.Result, error) {
			asked <- q
			switch q.Text {
			case "down":
				return nil, &rag.ModelError{Kind: rag.ErrorUnavailable}
			case "none":
				return &rag.Result{Generation: 7}, nil
			}
			return (&fakeIndex{}).Retrieve(ctx, q)
		}
	})
	query := url.Values{"q": {" 多少 "}, "k": {"3"}, "tags": {"a", "b"}, "since": {"2023-08-31"}}
	type result struct {
		Generation uint64
		Hits       []hit
		Passages   int
		Coverage   float64
		Threshold  float64
	}
	res := into[result](t, h.do(t, "GET", "/search?"+query.Encode(), ""), 200)
	if got := <-asked; got.Text != "多少" || got.K != 3 || len(got.Filter.Tags) != 2 || got.Filter.Since.Day() != 31 {
		t.Errorf("asked for %+v", got)
	}
	if res.Coverage != 0.5 || res.Threshold != 0.25 {
		t.Errorf("coverage %v, threshold %v", res.Coverage, res.Threshold)
	}
	first := res.Hits[0]
	text := []rune(testArticles[0].Text)
	if string(text[first.Start:first.End]) != first.Text || first.Published != "2023-08-31" || first.Words.Rank != 1 || first.Source != "某报" {
		t.Errorf("got %+v", first)
	}
	if body := read(t, h.do(t, "GET", "/search?q=none", "")); !strings.Contains(body, `"hits":[]`) {
		t.Error(body)
	}
	problemIn(t, h.do(t, "GET", "/search?q=down", ""), 502, "model_unavailable")
}

func TestReload(t *testing.T) {
	t.Parallel()
	forced := make(chan bool, 1)
	h := serve(t, func(_ *Server, x *fakeIndex) {
		x.reload = func(_ context.Context, force bool) (*rag.Report, error) {
			forced <- force
			return &rag.Report{Generation: 8, Added: []string{"c.md"}}, nil
		}
	})
	body := read(t, h.do(t, "POST", "/reload?force=true", ""))
	if !<-forced || !strings.Contains(body, `"added":["c.md"],"changed":[],"removed":[],"unchanged":0,"skipped":[],"warnings":[]`) {
		t.Error(body)
	}
	res := h.do(t, "POST", "/reload?wait=false", "")
	if <-forced || res.StatusCode != 202 || !strings.Contains(read(t, res), `"phase":"idle"`) {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestReloadDoesNotWait(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, x *fakeIndex) {
		s.Timeouts.Start = 10 * time.Millisecond
		x.reload = func(ctx context.Context, _ bool) (*rag.Report, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	if res := h.do(t, "POST", "/reload?wait=false", ""); res.StatusCode != 202 {
		t.Error(read(t, res))
	}
}

func TestReloadErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{errors.New("the folder is gone"), 500, "reload_failed"},
		{fmt.Errorf("embedding: %w", &rag.ModelError{Kind: rag.ErrorAuth}), 502, "model_auth"},
		{rag.ErrEmptied, 409, "emptied"},
	} {
		h := serve(t, func(_ *Server, x *fakeIndex) {
			x.progress.LastError = "the folder is gone"
			x.reload = func(context.Context, bool) (*rag.Report, error) { return nil, test.err }
		})
		words := problemIn(t, h.do(t, "POST", "/reload", ""), test.status, test.code)
		if test.code == "reload_failed" && words.Hint != "the folder is gone" {
			t.Errorf("hint %q", words.Hint)
		}
		problemIn(t, h.do(t, "POST", "/reload?wait=false", ""), test.status, test.code)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) { s.Timeouts.Progress = time.Millisecond })
	if got := into[rag.Progress](t, h.do(t, "GET", "/reload", ""), 200); got.Generation != 7 || got.Passages != 3 {
		t.Errorf("got %+v", got)
	}
	idle := eventsOf(t, h.do(t, "GET", "/reload", "", "Accept: text/event-stream").Body)
	if len(idle) != 1 || idle[0].name != "done" {
		t.Errorf("got %+v", idle)
	}
	h.index.setProgress(rag.Progress{Phase: rag.PhaseEmbed, Done: 1, Total: 2})
	stream := h.do(t, "GET", "/reload", "", "Accept: text/event-stream")
	first := make([]byte, 200)
	n, err := stream.Body.Read(first)
	if err != nil || !strings.Contains(string(first[:n]), `event: progress`) {
		t.Fatalf("%v %q", err, first[:n])
	}
	h.index.setProgress(rag.Progress{Phase: rag.PhaseIdle, Generation: 8, LastReport: &rag.Report{Generation: 8}})
	rest := eventsOf(t, io.MultiReader(strings.NewReader(string(first[:n])), stream.Body))
	last := rest[len(rest)-1]
	if last.name != "done" || !strings.Contains(last.data, `"generation":8`) || !strings.Contains(last.data, `"added":[]`) {
		t.Errorf("got %+v", rest)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for path, want := range map[string]string{
		"/examples?lang=zh": `{"questions":["共有多少个？"]}`, "/examples?lang=en": `{"questions":[]}`, "/examples": `{"questions":["共有多少个？"]}`,
	} {
		if got := strings.TrimSpace(read(t, h.do(t, "GET", path, ""))); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
