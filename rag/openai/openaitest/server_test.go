package openaitest

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
)

func start(t *testing.T, s *Server) string {
	t.Helper()
	base, stop := s.Start()
	t.Cleanup(stop)
	return base
}

// send posts a body, or gets if there is none, and returns status and answer.
func send(t *testing.T, url, key, body string) (int, string) {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

const hello = `{"model":"m","messages":[{"role":"user","content":"你好"}],"stream":true}`

func TestStreamOnTheWire(t *testing.T) {
	t.Parallel()
	base := start(t, &Server{Reply: func(Request) []string { return []string{"你", "好"} }})
	_, got := send(t, base+"/chat/completions", "", hello)
	start := `data: {"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1793491200,"model":"m","choices":[`
	want := strings.Join([]string{
		start + `{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
		start + `{"index":0,"delta":{"content":"你"},"finish_reason":null}]}`,
		start + `{"index":0,"delta":{"content":"好"},"finish_reason":null}]}`,
		start + `{"index":0,"delta":{},"finish_reason":"stop"}]}`,
		start + `],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`,
		"data: [DONE]", "",
	}, "\n\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnswersByStatus(t *testing.T) {
	t.Parallel()
	base := start(t, &Server{Key: "k", Model: "m", EmbedModel: "e", RerankModel: "r", MaxBatch: 2, MaxChars: 20})
	tests := []struct {
		path, key, body string
		status          int
		holds           string
	}{
		{"/chat/completions", "k", strings.Replace(hello, "true", "false", 1), 200, `"message":{"role":"assistant","content":"你好"},"finish_reason":"stop"`},
		{"/chat/completions", "wrong", hello, 401, "Incorrect API key provided: wrong"},
		{"/chat/completions", "", hello, 401, "invalid_api_key"},
		{"/chat/completions", "k", strings.Replace(hello, `"m"`, `"n"`, 1), 404, "model_not_found"},
		{"/chat/completions", "k", strings.Replace(hello, "你好", strings.Repeat("长", 21), 1), 400, "context_length_exceeded"},
		{"/chat/completions", "k", strings.Replace(hello, "user", "cat", 1), 400, "not a role"},
		{"/chat/completions", "k", strings.Replace(hello, `"stream"`, `"strange"`, 1), 400, "Unrecognized"},
		{"/chat/completions", "k", `{"model":"m"}`, 400, "must not be empty"},
		{"/embeddings", "k", `{"model":"e","input":"一"}`, 200, `{"object":"embedding","index":0,"embedding":[`},
		{"/embeddings", "k", `{"model":"e","input":["一","二"],"dimensions":2}`, 200, `"index":1`},
		{"/embeddings", "k", `{"model":"e","input":["一",""]}`, 400, "empty string"},
		{"/embeddings", "k", `{"model":"e","input":[]}`, 400, "must not be empty"},
		{"/embeddings", "k", `{"model":"e","input":["1","2","3"]}`, 400, "batch size"},
		{"/embeddings", "k", `{"model":"e","input":"一","encoding_format":"base64"}`, 400, "encoding_format"},
		{"/rerank", "k", `{"model":"r","query":"一","documents":["二","一"],"top_n":1}`, 200, `"results":[{"index":1,"relevance_score":1,"document":{"text":"一"}}]`},
		{"/rerank", "k", `{"model":"r","query":"一","documents":["一"],"return_documents":false}`, 200, `"relevance_score":1}]`},
		{"/rerank", "wrong", `{"model":"r","query":"一","documents":["一"]}`, 401, "invalid_api_key"},
		{"/rerank", "k", `{"model":"x","query":"一","documents":["一"]}`, 404, "model_not_found"},
		{"/rerank", "k", `{"model":"r","query":"一","documents":[]}`, 400, "must not be empty"},
		{"/rerank", "k", `{"model":"r","query":"一","documents":["一"],"top_n":2}`, 400, "top_n"},
		{"/rerank", "k", `{"model":"r","query":"一","texts":["一"]}`, 400, "unknown field"},
		{"/rerank", "k", `{"model":"r","query":"一","documents":["` + strings.Repeat("长", 21) + `"]}`, 400, "context length"},
		{"/models", "k", "", 200, `{"id":"m","object":"model"`},
		{"/models", "wrong", "", 401, "invalid_api_key"},
		{"/nothing", "k", "", 404, "Unknown request URL"},
	}
	for _, test := range tests {
		status, got := send(t, base+test.path, test.key, test.body)
		if status != test.status || !strings.Contains(got, test.holds) {
			t.Errorf("%s %s: %d %s", test.path, test.body, status, got)
		}
	}
}

func TestRankingsInOtherManners(t *testing.T) {
	t.Parallel()
	cohere := strings.TrimSuffix(start(t, &Server{}), "/v1")
	tei := strings.TrimSuffix(start(t, &Server{TEI: true, MaxBatch: 2, MaxChars: 5}), "/v1")
	for _, test := range []struct {
		url, body string
		status    int
		holds     string
	}{
		{cohere + "/v2/rerank", `{"model":"r","query":"一","documents":["一"]}`, 200, `{"id":"rerank-fake","model":"r","results":[{"index":0,"relevance_score":1}]}`},
		{cohere + "/v2/rerank", `{"model":"r","query":"一","documents":["一"],"return_documents":false}`, 422, "'return_documents' is not a valid field"},
		{cohere + "/rerank", `{"model":"r","query":"一","documents":["一"],"return_documents":false}`, 200, `"relevance_score":1`},
		{tei + "/rerank", `{"query":"一","texts":["二","一"],"strange":1}`, 200, `[{"index":1,"score":1},{"index":0,"score":`},
		{tei + "/rerank", `{"model":"r","query":"一","documents":["一"]}`, 422, "missing field `texts`"},
		{tei + "/rerank", `{"query":"一","texts":[]}`, 422, "empty"},
		{tei + "/rerank", `{"query":"一","texts":["一","二","三"]}`, 413, `"error":"batch size 3 `},
		{tei + "/rerank", `{"query":"一","texts":["一二三四五六"]}`, 413, "tokens"},
		{tei + "/rerank", `{"query":"一","texts":["一二三四五六"],"truncate":true}`, 200, `"index":0`},
		{tei + "/v1/rerank", `{"query":"一","texts":["一"]}`, 404, ""},
	} {
		if status, got := send(t, test.url, "", test.body); status != test.status || !strings.Contains(got, test.holds) {
			t.Errorf("%s %s: %d %s", test.url, test.body, status, got)
		}
	}
}

func TestScriptAndRequestsOverHTTP(t *testing.T) {
	t.Parallel()
	s := &Server{}
	base := start(t, s)
	root := strings.TrimSuffix(base, "/v1")
	if status, got := send(t, root+"/script", "", `[{"kind":"status","status":503,"on":"chat","times":2}]`); status != 204 {
		t.Fatalf("%d %s", status, got)
	}
	if status, _ := send(t, root+"/script", "", `{}`); status != 400 {
		t.Errorf("a script that is no list: %d", status)
	}
	for i, want := range []int{503, 503, 200} {
		if status, _ := send(t, base+"/embeddings", "", `{"model":"e","input":"一"}`); status != 200 {
			t.Errorf("embedding %d: %d", i, status)
		}
		if status, _ := send(t, base+"/chat/completions", "", hello); status != want {
			t.Errorf("chat %d: %d, want %d", i, status, want)
		}
	}
	_, got := send(t, root+"/requests", "", "")
	var requests []Request
	if err := json.NewDecoder(bytes.NewBufferString(got)).Decode(&requests); err != nil || len(requests) != 6 {
		t.Fatalf("%v: %s", err, got)
	}
	if r := requests[1]; r.Status != 503 || r.Messages[0].Content != "你好" || r.Disconnected {
		t.Errorf("got %+v", r)
	}
	if s.Embedded() != 3 || len(s.Requests("chat")) != 3 {
		t.Errorf("%d embedded, %d chats", s.Embedded(), len(s.Requests("chat")))
	}
	if s.Reset(); len(s.Requests("")) != 0 {
		t.Error("requests after Reset")
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, prompt, want string }{
		{"brackets", "资料：\n[1] 星火\n星火于九月上线。用户很多。\n[2] 商汤\n商汤有500家客户。\n\n问题：商汤有多少客户？", "商汤有500家客户。[2]"},
		{"elements", "<passage id=\"1\" title=\"a\">\nThe sky is blue.\n</passage>\n<passage id=\"12\">\nGrass is green!\n</passage>\nWhat colour is grass?", "Grass is green![12]"},
		{"both", "资料段落：\n<passage number=\"1\" title=\"2026\">\n[1] 用户说：\n[7] 商汤商量。\n(8) 商汤有500家客户。\n</passage>\n\n问题：商汤有多少客户？", "(8) 商汤有500家客户。[1]"},
		{"Chinese brackets", "【3】星火于九月上线。\n\n星火何时上线", "星火于九月上线。[3]"},
		{"no passages", "Rewrite.\nwhat of it?", "what of it?"},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		got := strings.Join(Quote(Request{Messages: []Message{{Role: "user", Content: test.prompt}}}), "")
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestPieces(t *testing.T) {
	t.Parallel()
	if got := strings.Join(Pieces("一二三四五[12]。"), "|"); got != "一二三|四五|[|1|2|]|。" {
		t.Error(got)
	}
}

func TestCharacters(t *testing.T) {
	t.Parallel()
	dot := func(a, b string) float64 {
		sum := 0.0
		for i, x := range Characters(a, 64) {
			sum += float64(x) * float64(Characters(b, 64)[i])
		}
		return sum
	}
	if d := dot("大模型GPT", "大模型gpt"); math.Abs(d-1) > 1e-6 {
		t.Errorf("case matters: %v", d)
	}
	if near, far := dot("大模型很多", "大模型不多"), dot("大模型很多", "地铁早上开门"); near <= far {
		t.Errorf("near %v, far %v", near, far)
	}
}
