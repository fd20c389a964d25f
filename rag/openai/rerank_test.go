package openai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

func quickRerank(base string) *Rerank {
	return &Rerank{BaseURL: base, Key: secret, Name: "r", FirstWait: time.Millisecond}
}

// passages are n hits, told apart by ID, of which the fake's numbered prefers the last.
func passages(n int) []rag.Hit {
	hits := make([]rag.Hit, n)
	for i := range hits {
		hits[i] = rag.Hit{Score: 1 / float64(i+1), Passage: corpus.Passage{ID: strconv.Itoa(i), Title: "桥", Text: fmt.Sprintf("<第>%d段", i)}}
	}
	return hits
}

// numbered scores a document by the number in it, as a logit.
func numbered(_, text string) float64 {
	n, err := strconv.ParseFloat(strings.Trim(strings.TrimPrefix(text, "桥\n"), "<第>段"), 64)
	if err != nil {
		return -99
	}
	return n - 3.5
}

// placed is how hits are told apart in tests: "3:-0.5 2:-1.5 0".
func placed(hits []rag.Hit) string {
	var out []string
	for i, h := range hits {
		s := h.Passage.ID
		if h.Rerank.Rank > 0 {
			s += fmt.Sprintf(":%v", h.Rerank.Score)
		}
		if h.Rerank.Rank > 0 && h.Rerank.Rank != i+1 {
			s += fmt.Sprintf("(rank %d)", h.Rerank.Rank)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

const allPlaced = "3:-0.5 2:-1.5 1:-2.5 0:-3.5"

func TestRerank(t *testing.T) {
	t.Parallel()
	failing := func(status, times int) fault {
		return fault{Kind: openaitest.ErrorStatus, Status: status, Times: times, Body: "upstream words " + secret}
	}
	raw := func(body string) fault { return fault{Kind: openaitest.Raw, Body: body} }
	tests := []struct {
		name     string
		fault    fault
		want     string
		kind     rag.ErrorKind
		requests int
	}{
		{"plain", fault{}, allPlaced, "", 1},
		{"not sorted", fault{Kind: openaitest.Shuffled}, allPlaced, "", 1},
		{"fewer", fault{Kind: openaitest.Fewer}, "3:-0.5 2:-1.5 1:-2.5 0", "", 1},
		{"500 once", failing(500, 1), allPlaced, "", 2},
		{"503 always", failing(503, 9), "", rag.ErrorUnavailable, 2},
		{"429 with Retry-After", fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "0.01"}, allPlaced, "", 2},
		{"429 with a wait longer than the reader's", fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "20"}, "", rag.ErrorRateLimited, 1},
		{"401", failing(401, 9), "", rag.ErrorAuth, 1},
		{"404", failing(404, 9), "", rag.ErrorRequest, 1},
		{"413", failing(413, 9), "", rag.ErrorRequest, 1},
		{"400 in both manners", failing(400, 9), "", rag.ErrorRequest, 2},
		{"422, then broken", fault{Kind: openaitest.ErrorStatus, Status: 422}, "", rag.ErrorRequest, 2},
		{"connection lost once", fault{Kind: openaitest.Abort}, allPlaced, "", 2},
		{"connection lost twice", fault{Kind: openaitest.Abort, Times: 2}, "", rag.ErrorUnavailable, 2},
		{"redirect", fault{Kind: openaitest.Redirect, RetryAfter: "http://127.0.0.1:1/v1"}, "", rag.ErrorRequest, 1},
		{"HTML", fault{Kind: openaitest.HTML}, "", rag.ErrorProtocol, 1},
		{"nothing ranked", fault{Kind: openaitest.Empty}, "", rag.ErrorProtocol, 1},
		{"NaN", fault{Kind: openaitest.NaN}, "", rag.ErrorProtocol, 1},
		{"infinite", fault{Kind: openaitest.Huge}, "", rag.ErrorProtocol, 1},
		{"index too large", fault{Kind: openaitest.WrongIndex, N: 4}, "", rag.ErrorProtocol, 1},
		{"index negative", fault{Kind: openaitest.WrongIndex, N: -1}, "", rag.ErrorProtocol, 1},
		{"index twice", fault{Kind: openaitest.Twice}, "", rag.ErrorProtocol, 1},
		{"without index", fault{Kind: openaitest.NoIndex}, "", rag.ErrorProtocol, 1},
		{"without score", fault{Kind: openaitest.NoScore}, "", rag.ErrorProtocol, 1},
		{"empty body", raw(""), "", rag.ErrorProtocol, 1},
		{"null", raw("null"), "", rag.ErrorProtocol, 1},
		{"null as score", raw(`{"results":[{"index":0,"relevance_score":null}]}`), "", rag.ErrorProtocol, 1},
		{"a word as score", raw(`{"results":[{"index":0,"relevance_score":"high"}]}`), "", rag.ErrorProtocol, 1},
		{"more than was sent", raw(`[{"index":0,"score":1},{"index":1,"score":1},{"index":2,"score":1},{"index":3,"score":1},{"index":0,"score":1}]`), "", rag.ErrorProtocol, 1},
		{"equal scores", raw(`[{"index":2,"score":1},{"index":0,"score":1}]`), "0:1 2:1 1 3", "", 1},
		{"a bare array to Jina's request", raw(` [{"index":1,"score":0.5}]`), "1:0.5 0 2 3", "", 1},
		{"error with status 200", raw(`{"error":{"message":"upstream words","code":"invalid_api_key"}}`), "", rag.ErrorAuth, 1},
		{"too much", raw(strings.Repeat(" ", 1<<12)), "", rag.ErrorProtocol, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{Score: numbered})
			if test.fault.Kind != "" {
				s.Script(test.fault)
			}
			r := quickRerank(base)
			r.MaxBytes = 1 << 11
			hits := passages(4)
			got, err := r.Rerank(t.Context(), "几段？", hits)
			if kind := kindOf(t, err, base); kind != test.kind {
				t.Errorf("kind %q, want %q (%v)", kind, test.kind, err)
			}
			if placed(got) != test.want {
				t.Errorf("got %s, want %s", placed(got), test.want)
			}
			if n := len(s.Requests("rerank")); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if placed(hits) != "0 1 2 3" {
				t.Errorf("the caller's hits were changed: %s", placed(hits))
			}
		})
	}
}

func TestRerankMannersAndAddresses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path     string
		tei      bool
		requests []int // statuses of the first call
		whole    bool  // the documents may come back
	}{
		{"/v1", false, []int{200}, false},
		{"/v1/", false, []int{200}, false},
		{"/v1/rerank", false, []int{200}, false},
		{"", false, []int{200}, false},
		{"/v2", false, []int{200}, true},
		{"/v2/rerank/", false, []int{200}, true},
		{"", true, []int{422, 200}, false},
		{"/rerank", true, []int{422, 200}, false},
	} {
		s, base := serve(t, &openaitest.Server{TEI: test.tei, Score: numbered, RerankModel: "r", MaxChars: 100})
		r := quickRerank(strings.TrimSuffix(base, "/v1") + test.path)
		for range 2 {
			got, err := r.Rerank(t.Context(), "几段？", passages(4))
			if err != nil || placed(got) != allPlaced {
				t.Errorf("%q (TEI %v): %s, %v", test.path, test.tei, placed(got), err)
			}
		}
		calls := s.Requests("rerank")
		var statuses []int
		for _, c := range calls[:len(calls)-1] {
			statuses = append(statuses, c.Status)
		}
		if !slices.Equal(statuses, test.requests) || calls[len(calls)-1].Status != 200 {
			t.Errorf("%q (TEI %v): statuses %v, want %v and one more", test.path, test.tei, statuses, test.requests)
		}
		last := calls[len(calls)-1]
		if last.Query != "几段？" || len(last.Documents) != 4 || last.Documents[3] != "桥\n<第>3段" || last.WholeDocuments != test.whole || last.Truncate != test.tei {
			t.Errorf("%q (TEI %v): sent %+v", test.path, test.tei, last)
		}
		if !test.tei && (last.Model != "r" || last.TopN != 4) {
			t.Errorf("%q: sent %s", test.path, last.Body)
		}
	}
}

func TestRerankFollowsAServerThatIsReplaced(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{TEI: true, Score: numbered})
	r := quickRerank(strings.TrimSuffix(base, "/v1"))
	for _, tei := range []bool{true, false, true} {
		s.TEI = tei // between requests only
		if got, err := r.Rerank(t.Context(), "q", passages(4)); err != nil || placed(got) != allPlaced {
			t.Errorf("TEI %v: %s, %v", tei, placed(got), err)
		}
	}
	s.MaxBatch = 3
	if _, err := r.Rerank(t.Context(), "q", passages(4)); kindOf(t, err, base) != rag.ErrorRequest {
		t.Errorf("more than TEI takes at once: %v", err)
	}
}

func TestRerankTimeouts(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{Score: numbered})
	r := quickRerank(base)
	r.Timeout = 150 * time.Millisecond
	s.Script(fault{Kind: openaitest.Silent})
	if _, err := r.Rerank(t.Context(), "q", passages(4)); kindOf(t, err, base) != rag.ErrorTimeout || !strings.Contains(err.Error(), "150ms") {
		t.Errorf("silent: %v", err)
	}
	s.Script(fault{Kind: openaitest.ErrorStatus, Status: 503}, fault{Kind: openaitest.Slow, N: 60_000})
	if _, err := r.Rerank(t.Context(), "q", passages(4)); kindOf(t, err, base) != rag.ErrorTimeout {
		t.Errorf("the second try is slow: %v", err)
	}
	if n := len(s.Requests("")); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	r.Timeout = 0
	s.Script(fault{Kind: openaitest.Slow, N: 1})
	if got, err := r.Rerank(t.Context(), "q", passages(4)); err != nil || placed(got) != allPlaced {
		t.Errorf("slow, but in time: %s, %v", placed(got), err)
	}
}

func TestRerankNeedsNoServer(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	if got, err := quickRerank(base).Rerank(t.Context(), "q", nil); len(got) != 0 || err != nil {
		t.Errorf("nothing to rank: %v, %v", got, err)
	}
	for _, r := range []*Rerank{{BaseURL: "host", Name: "r"}, {BaseURL: base, Key: "键" + secret, Name: "r"}} {
		if _, err := r.Rerank(t.Context(), "q", passages(2)); kindOf(t, err, base) == "" {
			t.Errorf("%q was accepted", r.BaseURL)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := quickRerank(base).Rerank(ctx, "q", passages(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	if n := len(s.Requests("")); n != 0 {
		t.Errorf("%d requests", n)
	}
	s.Script(fault{Kind: openaitest.Silent})
	if _, err := quickRerank(base).Rerank(cancelledOnArrival(t, s, 1), "q", passages(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled meanwhile: %v", err)
	}
	gone(t, s)
}

// FuzzRerank states that whatever a server answers, either all hits come back, each
// once, the ranked ones first by falling finite scores, or a ModelError.
func FuzzRerank(f *testing.F) {
	for _, s := range []string{
		`{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":-1e300}]}`,
		`[{"index":0,"score":1}]`, `[{"index":2,"score":NaN}]`, `{"results":null}`, `[null]`, `{"error":"x"}`, `[[]]`, "",
		`{"results":[{"INDEX":1,"score":1,"relevance_score":2}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &Rerank{BaseURL: "http://host.example/v1", Name: "m", Retries: -1, HTTP: &http.Client{Transport: answerWith(body)}}
		got, err := r.Rerank(context.Background(), "q", passages(3))
		if err != nil {
			var own *rag.ModelError
			if !errors.As(err, &own) {
				t.Fatalf("foreign error %v", err)
			}
			return
		}
		ids := make(map[string]bool)
		last := math.Inf(1)
		for i, h := range got {
			ids[h.Passage.ID] = true
			if h.Rerank.Rank == 0 {
				last = math.NaN() // nothing may be ranked after this
				continue
			}
			if h.Rerank.Rank != i+1 || !(h.Rerank.Score <= last) || math.IsInf(h.Rerank.Score, 0) {
				t.Fatalf("%s from %q", placed(got), body)
			}
			last = h.Rerank.Score
		}
		if len(got) != 3 || len(ids) != 3 || !bytes.Contains(bytes.ToLower(body), []byte("core")) && !bytes.Contains(body, []byte(`\u`)) {
			t.Fatalf("%s from %q", placed(got), body)
		}
	})
}
