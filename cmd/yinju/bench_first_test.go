package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

// BenchmarkFirstWords measures what lies between the model's first token and the
// client's first words: the model's server is about to write when the clock starts, and
// it stops when the first delta has been read from the service's own connection. The
// model's next token is long in coming, so that nothing else pushes the first one out.
//
//	go test ./cmd/yinju -run '^$' -bench FirstWords -benchtime 200x
func BenchmarkFirstWords(b *testing.B) {
	const most = 20.0 // ms
	var written atomic.Int64
	s := startWithModel(b, &openaitest.Server{PieceDelay: 60 * time.Millisecond, Reply: func(openaitest.Request) []string {
		written.Store(time.Now().UnixNano())
		return []string{"讯飞", "星火大模型上线14小时，用户数量突破100万[1]。"}
	}})
	var took []float64
	for b.Loop() {
		at := firstDelta(b, s.url, firstQuestion)
		took = append(took, at.Sub(time.Unix(0, written.Load())).Seconds()*1000)
	}
	slices.Sort(took)
	p99 := quantile(took, 0.99)
	b.ReportMetric(quantile(took, 0.5), "p50-ms")
	b.ReportMetric(p99, "p99-ms")
	if p99 > most {
		b.Errorf("the first words took %.1f ms from the model to the client, more than %.0f ms", p99, most)
	}
}

// BenchmarkCheckedSentences measures what a sentence costs between the model's words and
// the finished answer: transport, citations, the check against eight passages, and its
// repair. No sentence comes twice; of three, one is true, one cites the wrong passage
// and one invents a number and cites nothing.
//
//	go test ./cmd/yinju -run '^$' -bench CheckedSentences -benchtime 50x
func BenchmarkCheckedSentences(b *testing.B) {
	const sentences, most = 24, 2.0 // ms a sentence
	var text strings.Builder
	for i := range sentences / 3 {
		fmt.Fprintf(&text, "第%d点，讯飞星火上线14小时，用户数量突破100万[1]。其%d，文心一言首日回答了3342万个问题[7]。到第%d天已有%d万名开发者。", i+1, i+1, i+2, 310+i)
	}
	pieces := openaitest.Pieces(text.String())
	s := startWithModel(b, &openaitest.Server{Reply: func(openaitest.Request) []string { return pieces }})
	var took []float64
	for b.Loop() {
		var a rag.Answer
		if status, said := s.call("POST", "/ask", `{"question":"`+firstQuestion+`"}`, &a); status != http.StatusOK || len(a.Sentences) < sentences {
			b.Fatalf("%d sentences (%d %s)", len(a.Sentences), status, said)
		}
		took = append(took, (a.Stats.TotalMS-a.Stats.RetrieveMS)/float64(len(a.Sentences)))
	}
	slices.Sort(took)
	p50 := quantile(took, 0.5)
	b.ReportMetric(p50, "p50-ms/sentence")
	b.ReportMetric(quantile(took, 0.99), "p99-ms/sentence")
	if p50 > most {
		b.Errorf("a sentence took %.1f ms, more than %.0f ms", p50, most)
	}
}

const firstQuestion = "讯飞星火上线14小时用户突破多少？"

func startWithModel(b *testing.B, model *openaitest.Server) *server {
	b.Helper()
	url, stop := model.Start()
	b.Cleanup(stop)
	return start(b, nil, "-model", "fake-model", "-model-url", url, "-no-watch")
}

// firstDelta is when the first words of a streamed answer have been read.
func firstDelta(b *testing.B, url, question string) time.Time {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/ask", strings.NewReader(`{"stream":true,"question":"`+question+`"}`))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	var at time.Time
	for event := ""; lines.Scan(); {
		if name, found := strings.CutPrefix(lines.Text(), "event: "); found {
			event = name
		} else if event == "delta" && at.IsZero() {
			at = time.Now()
		}
	}
	if at.IsZero() {
		b.Fatalf("no words came (%s, %v)", response.Status, lines.Err())
	}
	return at
}
