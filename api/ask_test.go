package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yinju/rag"
)

func TestAskWhole(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	res := h.do(t, "POST", "/ask", `{"question":"多少？","html":true}`)
	body := read(t, res)
	for _, want := range []string{
		`"answer":"**注意：**共130个[1]。"`, `"answered":true`, `"mode":"extractive"`, `"closest":[]`, `"missing":[]`, `"complete":true`,
		`"model":""`, `"searched_as":""`,
		`<p><strong>注意：</strong>共130个<sup class=\"cite\"><a href=\"#cite-1\" data-n=\"1\">1</a></sup>。</p>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if body := read(t, h.do(t, "POST", "/ask", `{"question":"多少？"}`)); strings.Contains(body, `"html"`) {
		t.Errorf("html without being asked for: %s", body)
	}
}

// What reaches the Answerer is what was sent, trimmed.
func TestAskPassesOn(t *testing.T) {
	t.Parallel()
	got := make(chan rag.Question, 1)
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Answerer = fakeAnswerer(func(_ context.Context, q rag.Question, _ func(rag.Event) error) (*rag.Answer, error) {
			got <- q
			return testAnswer, nil
		})
	})
	res := h.do(t, "POST", "/ask", `{"question":"　多少？\n","k":5,"explain":true,"history":[{"role":"user","content":"a\u0007b"}],
		"filter":{"articles":["x"],"sources":["某报"],"tags":["AI"],"since":"2023-01-01","until":"2023-12-31"}}`, "Content-Type: application/json; charset=UTF-8")
	if res.StatusCode != http.StatusOK {
		t.Fatal(read(t, res))
	}
	q := <-got
	if q.Text != "多少？" || q.K != 5 || !q.Explain || q.History[0].Content != "a b" || q.Filter.Sources[0] != "某报" ||
		q.Filter.Tags[0] != "AI" || q.Filter.Articles[0] != "x" || q.Filter.Since.Year() != 2023 || q.Filter.Until.Month() != time.December {
		t.Errorf("got %+v", q)
	}
}

func TestAskRefusesBodies(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Limits = Limits{Body: 20_000, Question: 20, History: 2, Turn: 10, Filters: 2, K: 9}
		s.Answerer = fakeAnswerer(func(context.Context, rag.Question, func(rag.Event) error) (*rag.Answer, error) {
			t.Error("a refused question reached the Answerer")
			return testAnswer, nil
		})
	})
	turn := `{"role":"user","content":"a"}`
	tests := []struct {
		name, body string
		status     int
		code       string
	}{
		{"not JSON", `question=a`, 400, "bad_json"},
		{"cut", `{"question":"a"`, 400, "bad_json"},
		{"array", `[{"question":"a"}]`, 400, "bad_json"},
		{"null", `null`, 400, "bad_json"},
		{"string", `"a"`, 400, "bad_json"},
		{"two objects", `{"question":"a"}{"question":"b"}`, 400, "bad_json"},
		{"garbage behind", `{"question":"a"} x`, 400, "bad_json"},
		{"unknown field", `{"question":"a","kk":1}`, 400, "unknown_field"},
		{"unknown field inside", `{"question":"a","filter":{"x":1}}`, 400, "unknown_field"},
		{"other case", `{"Question":"a"}`, 400, "unknown_field"},
		{"long s", `{"que\u017ftion":"a"}`, 400, "unknown_field"},
		{"twice", `{"question":"a","question":"b"}`, 400, "duplicate_key"},
		{"twice by escape", `{"question":"a","\u0071uestion":"b"}`, 400, "duplicate_key"},
		{"twice inside", `{"question":"a","filter":{"since":"","since":""}}`, 400, "duplicate_key"},
		{"deep", `{"question":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 400, "too_deep"},
		{"deep and open", `{"question":` + strings.Repeat("[", 19_000), 400, "too_deep"},
		{"invalid UTF-8", "{\"question\":\"\xff\"}", 400, "charset"},
		{"large", `{"question":"` + strings.Repeat("a", 20_000) + `"}`, 413, "too_large"},
		{"no question", `{}`, 400, "missing"},
		{"null question", `{"question":null}`, 400, "missing"},
		{"blank question", `{"question":" \u3000\t"}`, 400, "missing"},
		{"question of another type", `{"question":["a"]}`, 400, "wrong_type"},
		{"long question", `{"question":"` + strings.Repeat("问", 21) + `"}`, 400, "too_long"},
		{"NUL", `{"question":"a\u0000b"}`, 400, "control"},
		{"escape character", `{"question":"a\u001bb"}`, 400, "control"},
		{"k 0", `{"question":"a","k":0}`, 400, "bad_number"},
		{"k over", `{"question":"a","k":10}`, 400, "bad_number"},
		{"k huge", `{"question":"a","k":1e30}`, 400, "wrong_type"},
		{"k fraction", `{"question":"a","k":1.5}`, 400, "wrong_type"},
		{"history too many", `{"question":"a","history":[` + turn + "," + turn + "," + turn + `]}`, 400, "too_many"},
		{"history role", `{"question":"a","history":[{"role":"system","content":"a"}]}`, 400, "bad_role"},
		{"history long", `{"question":"a","history":[{"role":"user","content":"` + strings.Repeat("a", 11) + `"}]}`, 400, "too_long"},
		{"filter values", `{"question":"a","filter":{"tags":["a","b","c"]}}`, 400, "too_many"},
		{"filter value long", `{"question":"a","filter":{"tags":["` + strings.Repeat("a", 201) + `"]}}`, 400, "too_long"},
		{"filter control", `{"question":"a","filter":{"sources":["a\u0000"]}}`, 400, "control"},
		{"date", `{"question":"a","filter":{"since":"2023-02-30"}}`, 400, "bad_date"},
		{"date short", `{"question":"a","filter":{"until":"2023-2-3"}}`, 400, "bad_date"},
		{"dates swapped", `{"question":"a","filter":{"since":"2023-02-02","until":"2023-02-01"}}`, 400, "bad_range"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problemIn(t, h.do(t, "POST", "/ask", test.body), test.status, test.code)
		})
	}
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "", "application/json,text/plain"} {
		problemIn(t, h.do(t, "POST", "/ask", `{"question":"a"}`, "Content-Type: "+kind), 415, "content_type")
	}
}

// At each limit a question is still taken.
func TestAskAtLimits(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	turn := `{"role":"assistant","content":"` + strings.Repeat("字", 8000) + `"}`
	small := `{"role":"user","content":"` + strings.Repeat("a", 1000) + `"}`
	for name, body := range map[string]string{
		"question": `{"question":"` + strings.Repeat("问", 2000) + `","k":50}`,
		"turn":     `{"question":"a","history":[` + turn + `]}`,
		"history":  `{"question":"a","history":[` + strings.Repeat(small+",", 49) + small + `]}`,
		"filters":  `{"question":"a","filter":{"tags":[` + strings.Repeat(`"a",`, 99) + `"b"]}}`,
	} {
		if res := h.do(t, "POST", "/ask", body); res.StatusCode != 200 {
			t.Errorf("%s: %s", name, read(t, res))
		}
	}
}

// endless is a body that never ends; it counts what is taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	if e.taken.Add(int64(len(p))) > 100<<20 {
		return 0, io.EOF
	}
	return len(p), nil
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	body := &endless{}
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.URL+"/ask", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := h.Client().Do(req)
	if err == nil { // else the connection was cut while the client still wrote
		defer res.Body.Close()
		problemIn(t, res, 413, "too_large")
	}
	if taken := body.taken.Load(); taken > 20<<20 {
		t.Errorf("%d bytes were sent before the refusal", taken)
	}
}

// A client that sends all of a body before it looks for the answer still gets to see it.
func TestTooLargeBodySentWhole(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const size = 6 << 20
	head := fmt.Sprintf("POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", size)
	if _, err := conn.Write(append([]byte(head), make([]byte, size)...)); err != nil {
		t.Fatalf("the body could not be sent: %v", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the answer is lost: %v", err)
	}
	defer res.Body.Close()
	problemIn(t, res, 413, "too_large")
}

func TestAskErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{&rag.ModelError{Kind: rag.ErrorAuth, Hint: "Check the key."}, 502, "model_auth", ""},
		{&rag.ModelError{Kind: rag.ErrorRequest}, 502, "model_request", ""},
		{&rag.ModelError{Kind: rag.ErrorRateLimited}, 503, "model_rate_limit", "10"},
		{&rag.ModelError{Kind: rag.ErrorUnavailable}, 502, "model_unavailable", ""},
		{fmt.Errorf("wrapped: %w", &rag.ModelError{Kind: rag.ErrorTimeout, Err: context.DeadlineExceeded}), 504, "model_timeout", ""},
		{&rag.ModelError{Kind: rag.ErrorProtocol}, 502, "model_protocol", ""},
		{&rag.ModelError{Kind: "new"}, 502, "model_unavailable", ""},
		{rag.ErrNotReady, 503, "not_ready", "1"},
		{&rag.InputError{Field: "question", Message: "is odd", Hint: "Ask."}, 400, "invalid", ""},
		{context.DeadlineExceeded, 504, "timeout", ""},
		{errors.New("secret"), 500, "internal", ""},
	}
	for _, test := range tests {
		t.Run(test.code, func(t *testing.T) {
			t.Parallel()
			fail := func(_ context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
				if q.Text == "late" {
					if err := emit(rag.Event{Kind: rag.EventDelta, Delta: "a"}); err != nil {
						t.Error(err)
					}
				}
				return nil, test.err
			}
			h := serve(t, func(s *Server, _ *fakeIndex) { s.Answerer = fakeAnswerer(fail) })
			for _, body := range []string{`{"question":"a"}`, `{"question":"a","stream":true}`} {
				res := h.do(t, "POST", "/ask", body)
				words := problemIn(t, res, test.status, test.code)
				if got := res.Header.Get("Retry-After"); got != test.retry {
					t.Errorf("Retry-After %q, want %q", got, test.retry)
				}
				if strings.Contains(words.Message+words.Hint, "secret") {
					t.Errorf("tells %+v", words)
				}
			}
			res := h.do(t, "POST", "/ask", `{"question":"late","stream":true}`)
			events := eventsOf(t, res.Body)
			last := events[len(events)-1]
			if res.StatusCode != 200 || last.name != "error" || !strings.Contains(last.data, quoted(test.code)) || strings.Contains(last.data, "secret") {
				t.Errorf("late failure: %d %+v", res.StatusCode, events)
			}
		})
	}
}

type event struct{ name, data string }

// eventsOf reads a stream as a browser does; comments come as events named ":".
func eventsOf(t *testing.T, r io.Reader) []event {
	t.Helper()
	var events []event
	var now event
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "":
			if now.name != "" {
				events = append(events, now)
			}
			now = event{}
		case strings.HasPrefix(line, ":"):
			events = append(events, event{name: ":"})
		case name == "event":
			now.name = value
		case name == "data":
			now.data += value
		default:
			t.Errorf("odd line %q", line)
		}
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream was cut: %v", err)
	}
	return events
}

func TestAskStreamed(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	for _, res := range []*http.Response{
		h.do(t, "POST", "/ask", `{"question":"多少？","stream":true}`),
		h.do(t, "POST", "/ask", `{"question":"多少？"}`, "Accept: text/event-stream"),
	} {
		if got := res.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
		var names []string
		events := eventsOf(t, res.Body)
		for _, e := range events {
			names = append(names, e.name)
		}
		if got := strings.Join(names, " "); got != "passages delta delta sentence done" {
			t.Fatalf("events %s", got)
		}
		if want := `{"text":"**注意：**\n\r\n共130个"}`; events[1].data != want {
			t.Errorf("delta %s, want %s", events[1].data, want)
		}
		if whole := strings.TrimSpace(read(t, h.do(t, "POST", "/ask", `{"question":"多少？"}`))); events[4].data != whole {
			t.Errorf("done %s\nwhole %s", events[4].data, whole)
		}
	}
}

func TestThinkingIsAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Answerer = fakeAnswerer(func(_ context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
			whole := *testAnswer
			if q.Thinking {
				whole.Thinking = "<想>\n一"
			}
			if emit == nil {
				return &whole, nil
			}
			for _, e := range []rag.Event{{Kind: rag.EventDelta, Delta: "嗯"}, {Kind: rag.EventRestart}, {Kind: rag.EventThinking, Thinking: "<想>\n一"}} {
				if err := emit(e); err != nil {
					return nil, err
				}
			}
			return &whole, nil
		})
	})
	events := eventsOf(t, h.do(t, "POST", "/ask", `{"question":"a","stream":true}`).Body)
	if len(events) != 4 || events[1] != (event{"restart", "{}"}) || events[2] != (event{"thinking", `{"text":"<想>\n一"}`}) {
		t.Fatalf("events %v", events)
	}
	if strings.Contains(events[3].data, `"thinking":`) {
		t.Errorf("thinking that was not asked for: %s", events[3].data)
	}
	if got := read(t, h.do(t, "POST", "/ask", `{"question":"a","thinking":true}`)); !strings.Contains(got, `"thinking":"<想>\n一"`) {
		t.Errorf("no thinking in %s", got)
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Timeouts.KeepAlive = 5 * time.Millisecond
		s.Timeouts.Read = 20 * time.Millisecond // must not end a long answer
		s.Answerer = fakeAnswerer(func(ctx context.Context, _ rag.Question, _ func(rag.Event) error) (*rag.Answer, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(100 * time.Millisecond):
				return testAnswer, nil
			}
		})
	})
	events := eventsOf(t, h.do(t, "POST", "/ask", `{"question":"a","stream":true}`).Body)
	if len(events) < 3 || events[0].name != ":" || events[len(events)-1].name != "done" {
		t.Errorf("got %+v", events)
	}
	if res := h.do(t, "POST", "/ask", `{"question":"a"}`); res.StatusCode != 200 {
		t.Errorf("whole: %s", read(t, res))
	}
}

// An answer that takes longer than the write timeout still arrives.
func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Timeouts.Write = 50 * time.Millisecond
		s.Answerer = fakeAnswerer(func(context.Context, rag.Question, func(rag.Event) error) (*rag.Answer, error) {
			time.Sleep(150 * time.Millisecond) // the time the model takes is the point
			return testAnswer, nil
		})
	})
	if res := h.do(t, "POST", "/ask", `{"question":"a"}`); res.StatusCode != 200 {
		t.Error(read(t, res))
	}
}

func TestClientGone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"question":"a","stream":true}`, `{"question":"a"}`} {
		begun, ended := make(chan struct{}), make(chan error, 1)
		h := serve(t, func(s *Server, _ *fakeIndex) {
			s.Answerer = fakeAnswerer(func(ctx context.Context, _ rag.Question, _ func(rag.Event) error) (*rag.Answer, error) {
				close(begun)
				<-ctx.Done()
				ended <- ctx.Err()
				return nil, ctx.Err()
			})
		})
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "POST", h.URL+"/ask", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		go func() { <-begun; cancel() }()
		if res, err := h.Client().Do(req); err == nil {
			_ = res.Body.Close()
			t.Error("an answer")
		}
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		case <-time.After(time.Second):
			t.Error("the answerer went on for a second")
		}
	}
}

// A client that stops reading is dropped after the write timeout.
func TestClientDoesNotRead(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Timeouts.Write = 100 * time.Millisecond
		s.Answerer = fakeAnswerer(func(ctx context.Context, _ rag.Question, emit func(rag.Event) error) (*rag.Answer, error) {
			piece := strings.Repeat("a", 1<<20)
			for {
				if err := emit(rag.Event{Kind: rag.EventDelta, Delta: piece}); err != nil {
					close(ended)
					return nil, err
				}
			}
		})
	})
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"question":"a","stream":true}`
	_, err = fmt.Fprintf(conn, "POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("still being served")
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	h := serve(t, func(s *Server, _ *fakeIndex) {
		s.Limits.Asks = 1
		s.Answerer = fakeAnswerer(func(context.Context, rag.Question, func(rag.Event) error) (*rag.Answer, error) {
			close(begun)
			<-release
			return testAnswer, nil
		})
	})
	first := make(chan int)
	go func() { first <- h.do(t, "POST", "/ask", `{"question":"a"}`).StatusCode }()
	<-begun
	res := h.do(t, "POST", "/ask", `{"question":"b"}`)
	problemIn(t, res, 503, "busy")
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	close(release)
	if got := <-first; got != 200 {
		t.Errorf("the first got %d", got)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{
		`{"question":"a"}`, `{"question":"a","question":"b"}`, `{"Question":"a"}`, `{"filter":{"tags":["a"]},"k":3}`,
		`{"history":[{"role":"user","content":"\ud800"}]} `, `[[[[[[[[[[`, `{"a":{"a":{}}}`, "\xff", `{"k":1}x`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var req askRequest
		if decodeJSON([]byte(body), &req) != nil {
			return
		}
		// What is taken is one object, and reading what it says again changes nothing.
		if !strings.HasPrefix(strings.TrimLeft(body, " \t\r\n"), "{") {
			t.Errorf("took %q", body)
		}
		again, err := encode(req)
		if err != nil {
			t.Fatal(err)
		}
		var second askRequest
		if err := decodeJSON(again, &second); err != nil {
			t.Errorf("%q became %s: %v", body, again, err)
		}
	})
}
