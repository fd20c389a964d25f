package openai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

type fault = openaitest.Fault

var answerPieces = []string{"讯飞星火", "上线，", "😀用户", "破百万", "[", "1", "]", "。"}

const answer = "讯飞星火上线，😀用户破百万[1]。"

func TestChat(t *testing.T) {
	t.Parallel()
	again := func(status int, times int) fault {
		return fault{Kind: openaitest.ErrorStatus, Status: status, Times: times, Body: "upstream words " + secret}
	}
	raw := func(body string) fault { return fault{Kind: openaitest.Raw, Body: body} }
	tests := []struct {
		name     string
		fault    fault
		want     string // "" means that the answer is not looked at
		finish   string
		kind     rag.ErrorKind
		requests int
	}{
		{"plain", fault{}, answer, "stop", "", 1},
		{"whole instead of streamed", fault{Kind: openaitest.Whole}, answer, "stop", "", 1},
		{"thousands of comments", fault{Kind: openaitest.KeepAlive, N: 5000}, answer, "stop", "", 1},
		{"thousands of comments in the middle", fault{Kind: openaitest.KeepAlive, N: 5000, After: 3}, answer, "stop", "", 1},
		{"reasoning", fault{Kind: openaitest.Reasoning, Body: "Hm, let me think."}, answer, "stop", "", 1},
		{"characters cut between chunks", fault{Kind: openaitest.Halves}, answer, "stop", "", 1},
		{"length", fault{Kind: openaitest.Length, After: 2}, "讯飞星火上线，", "length", "", 1},
		{"length before the first word", fault{Kind: openaitest.Length}, "", "", rag.ErrorProtocol, 1},
		{"finished, body without end", fault{Kind: openaitest.NoEnd}, answer, "stop", "", 1},
		{"empty", fault{Kind: openaitest.Empty}, "", "", rag.ErrorProtocol, 1},
		{"HTML", fault{Kind: openaitest.HTML}, "", "", rag.ErrorProtocol, 1},
		{"cut", fault{Kind: openaitest.Cut, After: 3}, "讯飞星火上线，😀用户", "", rag.ErrorProtocol, 1},
		{"cut at once", fault{Kind: openaitest.Cut}, "", "", rag.ErrorProtocol, 1},
		{"cut with [DONE]", fault{Kind: openaitest.CutDone, After: 3}, "讯飞星火上线，😀用户", "", rag.ErrorProtocol, 1},
		{"connection lost", fault{Kind: openaitest.Abort, After: 3}, "讯飞星火上线，😀用户", "", rag.ErrorProtocol, 1},
		{"connection lost before the first word", fault{Kind: openaitest.Abort}, answer, "stop", "", 2},
		{"error after pieces", fault{Kind: openaitest.MidError, After: 3, Body: "upstream words"}, "讯飞星火上线，😀用户", "", rag.ErrorUnavailable, 1},
		{"error before pieces, once", fault{Kind: openaitest.MidError}, answer, "stop", "", 2},
		{"error before pieces, always", fault{Kind: openaitest.MidError, Times: 9}, "", "", rag.ErrorUnavailable, 3},
		{"huge line", fault{Kind: openaitest.HugeLine, N: 3 << 20}, "", "", rag.ErrorProtocol, 1},
		{"500 once", again(500, 1), answer, "stop", "", 2},
		{"502 twice", again(502, 2), answer, "stop", "", 3},
		{"503 always", again(503, 9), "", "", rag.ErrorUnavailable, 3},
		{"504 always", again(504, 9), "", "", rag.ErrorUnavailable, 3},
		{"501", again(501, 9), "", "", rag.ErrorRequest, 1},
		{"429 always", again(429, 9), "", "", rag.ErrorRateLimited, 3},
		{"403", again(403, 9), "", "", rag.ErrorAuth, 1},
		{"404", again(404, 9), "", "", rag.ErrorRequest, 1},
		{"422", again(422, 9), "", "", rag.ErrorRequest, 1},
		{"402", again(402, 9), "", "", rag.ErrorRateLimited, 1},
		{"no quota", fault{Kind: openaitest.ErrorStatus, Status: 429, Body: `{"error":{"code":"insufficient_quota"}}`}, "", "", rag.ErrorRateLimited, 1},
		{"500 in HTML", fault{Kind: openaitest.ErrorStatus, Status: 500, Body: openaitest.Page}, answer, "stop", "", 2},
		{"string as error", fault{Kind: openaitest.ErrorStatus, Status: 400, Body: `{"error":"upstream words"}`}, "", "", rag.ErrorRequest, 1},
		{"message and code", fault{Kind: openaitest.ErrorStatus, Status: 400, Body: `{"code":20012,"message":"upstream words"}`}, "", "", rag.ErrorRequest, 1},
		{"redirect", fault{Kind: openaitest.Redirect, RetryAfter: "http://127.0.0.1:1/v1"}, "", "", rag.ErrorRequest, 1},
		{"no content", fault{Kind: openaitest.ErrorStatus, Status: 204, Body: "{}"}, "", "", rag.ErrorProtocol, 1},
		{"error with status 200", raw(`{"error":{"message":"upstream words","code":401}}`), "", "", rag.ErrorAuth, 1},
		{"vLLM's error with status 200", raw(`{"object":"error","message":"upstream words","code":400}`), "", "", rag.ErrorRequest, 1},
		{"JSON of another kind", raw(`{"models":[]}`), "", "", rag.ErrorProtocol, 1},
		{"broken JSON", raw(`{"choices":[`), "", "", rag.ErrorProtocol, 1},
		{"broken chunk", raw("data: {\"choices\":[\n\n"), "", "", rag.ErrorProtocol, 1},
		{"plain text", raw("upstream words"), "", "", rag.ErrorProtocol, 1},
		{"finish without a line end", raw(`data: {"choices":[{"delta":{"content":"好"},"finish_reason":"stop"}]}`), "好", "stop", "", 1},
		{
			"CRLF, BOM, event names, no blank lines",
			raw("\uFEFFevent: message\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"好\"}}]}\r\ndata:{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n"),
			"好", "stop", "", 1,
		},
		{"named error event", raw("event: error\ndata: {\"message\":\"upstream words\",\"code\":\"context_length_exceeded\"}\n\n"), "", "", rag.ErrorRequest, 1},
		{"error line without a field", raw("data: {\"choices\":[]}\n\n{\"error\":{\"code\":\"429\"}}\n"), answer, "stop", "", 2},
		{"the word error in the text", raw("data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"an \\\"error\\\":1\"},\"finish_reason\":\"stop\"}]}\n\n"), "an \"error\":1", "stop", "", 1},
		{"a second choice", raw("data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"不\"}},{\"delta\":{\"content\":\"好\"},\"finish_reason\":\"stop\"}]}\n\n"), "好", "stop", "", 1},
		{"thinking in the text", raw("data: {\"choices\":[{\"delta\":{\"content\":\"\\n<thi\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"nk>a</think\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\">\\n\\n好\"},\"finish_reason\":\"stop\"}]}\n\n"), "好", "stop", "", 1},
		{"nothing but thinking", raw("data: {\"choices\":[{\"delta\":{\"content\":\"<think>a\"},\"finish_reason\":\"stop\"}]}\n\n"), "", "", rag.ErrorProtocol, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{Reply: fixed(answerPieces...)})
			if test.fault.Kind != "" {
				s.Script(test.fault)
			}
			got := ask(t.Context(), quickChat(base), "多少用户？")
			if kind := kindOf(t, got.err, base); kind != test.kind {
				t.Errorf("kind %q, want %q (%v)", kind, test.kind, got.err)
			}
			if got.text() != test.want || got.finish != test.finish {
				t.Errorf("got %q, %q; want %q, %q", got.text(), got.finish, test.want, test.finish)
			}
			if n := len(s.Requests("chat")); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
		})
	}
}

func TestChatPiecesArriveOneByOne(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{Reply: fixed(answerPieces...)})
	if got := ask(t.Context(), quickChat(base), "q"); !reflect.DeepEqual(got.pieces, answerPieces) {
		t.Errorf("pieces %q, want %q", got.pieces, answerPieces)
	}
}

func TestChatWrongKey(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{})
	for _, key := range []string{"sk-wrong-" + secret, "", "sk-\n" + secret, "键" + secret} {
		c := quickChat(base)
		c.Key = key
		if kind := kindOf(t, ask(t.Context(), c, "q").err, base); kind != rag.ErrorAuth {
			t.Errorf("key %q: kind %q", key, kind)
		}
	}
}

func TestChatContextTooLong(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{MaxChars: 10})
	err := ask(t.Context(), quickChat(base), strings.Repeat("长", 20)).err
	if kind := kindOf(t, err, base); kind != rag.ErrorRequest || !strings.Contains(err.Error(), "longer than the model can read") {
		t.Errorf("got %v", err)
	}
}

func TestChatNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String() + "/v1"
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if kind := kindOf(t, ask(t.Context(), quickChat(base), "q").err, base); kind != rag.ErrorUnavailable {
		t.Errorf("refused connection: %q", kind)
	}
	_, base = serve(t, &openaitest.Server{})
	base = strings.Replace(base, "http", "https", 1)
	err = ask(t.Context(), quickChat(base), "q").err
	if kind := kindOf(t, err, base); kind != rag.ErrorUnavailable || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("https to an http server: %v", err)
	}
}

func TestConnectFailure(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(&openaitest.Server{})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	base := secure.URL + "/v1"
	err := ask(t.Context(), quickChat(base), "q").err
	if kind := kindOf(t, err, base); kind != rag.ErrorUnavailable || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("unknown certificate: %v", err)
	}
	unknown := endpoint{names: chatSettings}.connectFailure(&url.Error{Err: &net.DNSError{IsNotFound: true, Name: "host.example"}})
	if kind := kindOf(t, unknown, "host.example"); kind != rag.ErrorUnavailable || !strings.Contains(unknown.Error(), "host name") {
		t.Errorf("unknown host: %v", unknown)
	}
}

func TestChatTimeouts(t *testing.T) {
	t.Parallel()
	const short, long = 200 * time.Millisecond, 20 * time.Second
	tests := []struct {
		name               string
		fault              fault
		first, idle, total time.Duration
		hint               string
	}{
		{"no header", fault{Kind: openaitest.Silent}, short, long, long, "Nothing came"},
		{"no piece", fault{Kind: openaitest.Stall}, short, long, long, "Nothing came"},
		{"no second piece", fault{Kind: openaitest.Stall, After: 1}, long, short, long, "stopped in the middle"},
		{"comments before the first piece, for ever", fault{Kind: openaitest.KeepAlive, N: -1}, 800 * time.Millisecond, short, 1800 * time.Millisecond, "not finished within"},
		{"comments after the first piece, for ever", fault{Kind: openaitest.KeepAlive, N: -1, After: 1}, long, short, long, "stopped in the middle"},
		{"total", fault{Kind: openaitest.Stall, After: 1}, long, long, short, "not finished within"},
		{"total without a header", fault{Kind: openaitest.Silent}, long, long, short, "not finished within"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{Reply: fixed("一", "二")})
			s.Script(test.fault)
			c := quickChat(base)
			c.FirstTimeout, c.IdleTimeout, c.TotalTimeout = test.first, test.idle, test.total
			err := ask(t.Context(), c, "q").err
			if kind := kindOf(t, err, base); kind != rag.ErrorTimeout || !strings.Contains(err.Error(), test.hint) {
				t.Errorf("got %v, want %q", err, test.hint)
			}
			switch n := len(s.Requests("")); n {
			case 0: // a busy machine: the time was up before the request was out
			case 1:
				gone(t, s)
			default:
				t.Errorf("%d requests: a timeout was tried again", n)
			}
		})
	}
}

// gone waits until the server has seen its client leave.
func gone(t *testing.T, s *openaitest.Server) {
	t.Helper()
	select {
	case <-s.Gone():
	case <-time.After(time.Second):
		t.Error("the request upstream was not cancelled within a second")
	}
}

func TestChatSlowReaderIsNoSlowServer(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{Reply: fixed("一", "二")})
	c := quickChat(base)
	c.IdleTimeout = 100 * time.Millisecond
	_, err := c.Chat(t.Context(), question("q"), func(rag.Piece) error {
		time.Sleep(2 * c.IdleTimeout)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestChatClientGone(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{Reply: fixed("一", "二")})
	s.Script(fault{Kind: openaitest.Stall, After: 1, Times: 2}, fault{Kind: openaitest.Silent})

	ctx, cancel := context.WithCancel(t.Context())
	_, err := quickChat(base).Chat(ctx, question("q"), func(rag.Piece) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	gone(t, s)

	closed := errors.New("the reader closed the page")
	_, err = quickChat(base).Chat(t.Context(), question("q"), func(rag.Piece) error { return closed })
	if err != closed { //nolint:errorlint // the very error is promised
		t.Errorf("emit's error: %v", err)
	}
	gone(t, s)

	ctx = cancelledOnArrival(t, s, 3)
	if err := ask(ctx, quickChat(base), "q").err; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the header: %v", err)
	}
	gone(t, s)

	ctx, cancel = context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if err := ask(ctx, quickChat(base), "q").err; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("deadline: %v", err)
	}
}

// cancelledOnArrival returns a context that ends once s has got n requests.
func cancelledOnArrival(t *testing.T, s *openaitest.Server, n int) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	tick := time.NewTicker(time.Millisecond)
	go func() {
		defer cancel()
		defer tick.Stop()
		for len(s.Requests("")) < n && ctx.Err() == nil {
			<-tick.C
		}
	}()
	return ctx
}

func TestChatRetryAfter(t *testing.T) {
	t.Parallel()
	limited := func(after string, times int) fault {
		return fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: after, Times: times}
	}
	tests := []struct {
		name     string
		fault    fault
		longest  time.Duration
		requests int
		least    time.Duration
		kind     rag.ErrorKind
	}{
		{"seconds", limited("0.2", 1), time.Second, 2, 200 * time.Millisecond, ""},
		{"longer than allowed", limited("3600", 1), time.Second, 1, 0, rag.ErrorRateLimited},
		{"beyond all numbers", limited("1e300", 1), time.Second, 1, 0, rag.ErrorRateLimited},
		{"longer than allowed together", limited("0.2", 2), 300 * time.Millisecond, 2, 200 * time.Millisecond, rag.ErrorRateLimited},
		{"date", limited(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), 1), time.Minute, 1, 0, rag.ErrorRateLimited},
		{"date gone by", limited(time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), 1), time.Minute, 2, 0, ""},
		{"nonsense", limited("soon", 1), time.Minute, 2, 0, ""},
		{"negative", limited("-5", 1), time.Minute, 2, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{Reply: fixed("好")})
			s.Script(test.fault)
			c := quickChat(base)
			c.MaxRetryWait = test.longest
			started := time.Now()
			err := ask(t.Context(), c, "q").err
			if kind := kindOf(t, err, base); kind != test.kind {
				t.Errorf("kind %q, want %q", kind, test.kind)
			}
			if n := len(s.Requests("")); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if took := time.Since(started); took < test.least || took > test.least+5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestChatWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	s.Script(fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "20"})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	started := time.Now()
	if err := ask(ctx, quickChat(base), "q").err; !errors.Is(err, context.Canceled) || time.Since(started) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(started))
	}
}

func TestChatAnswerTooLong(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{Reply: fixed("一二三", "四五六", "七八九")})
	c := quickChat(base)
	c.MaxAnswerBytes = 20
	got := ask(t.Context(), c, "q")
	if kind := kindOf(t, got.err, base); kind != rag.ErrorProtocol || got.text() != "一二三四五六" {
		t.Errorf("%q, %v", got.text(), got.err)
	}
}

func TestChatSendsTheMinimum(t *testing.T) {
	t.Parallel()
	warm, zero := float32(0.5), float32(0)
	tests := []struct {
		change func(*Chat)
		want   []string
	}{
		{func(*Chat) {}, []string{"messages", "model", "stream"}},
		{func(c *Chat) { c.Temperature = &warm }, []string{"messages", "model", "stream", "temperature"}},
		{func(c *Chat) { c.Temperature = &zero }, []string{"messages", "model", "stream", "temperature"}},
		{func(c *Chat) { c.MaxTokens = 9 }, []string{"max_tokens", "messages", "model", "stream"}},
		{
			func(c *Chat) { c.Name, c.MaxTokens, c.Temperature = "gpt-5-mini", 9, &warm },
			[]string{"max_completion_tokens", "messages", "model", "stream"},
		},
	}
	for _, test := range tests {
		s, base := serve(t, &openaitest.Server{})
		c := quickChat(base + "/") // a slash at the end does no harm
		test.change(&c)
		if err := ask(t.Context(), c, "你好").err; err != nil {
			t.Fatal(err)
		}
		var sent map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s.Requests("chat")[0].Body), &sent); err != nil {
			t.Fatal(err)
		}
		if got := sortedKeys(sent); !reflect.DeepEqual(got, test.want) {
			t.Errorf("sent %v, want %v", got, test.want)
		}
	}
}

func TestChatOnWrongAddress(t *testing.T) {
	t.Parallel()
	c := quickChat("ftp://host.example/v1")
	if kind := kindOf(t, ask(t.Context(), c, "q").err, "host.example"); kind != rag.ErrorRequest {
		t.Errorf("kind %q", kind)
	}
	c = quickChat("https://host.example/v1")
	c.Name = "text-davinci-003" // go-openai itself refuses it for chat
	if kind := kindOf(t, ask(t.Context(), c, "q").err, "host.example"); kind != rag.ErrorRequest {
		t.Errorf("kind %q", kind)
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"https://api.example.com/v1", "http://127.0.0.1:11434/v1/", "https://host", " http://[::1]:8000/v1 ",
		"https://host/compatible-mode/v1",
	} {
		if err := CheckURL(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "host/v1", "ftp://host/v1", "https://", "https:///v1", "https://user:pass-" + secret + "@host/v1",
		"https://host/v1?key=" + secret, "https://host/v1#x", "https://ho st/" + secret, "https://host/%zz" + secret,
		"https://host/v1/chat/completions", "https://host/v1/embeddings/", "http://:8080/v1",
	} {
		if err := CheckURL(bad); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
