package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

// A model that rewrites is asked soberly and briefly, and is not waited for.
func TestHowTheModelIsAskedToRewrite(t *testing.T) {
	t.Parallel()
	fake := &openaitest.Server{Reply: func(r openaitest.Request) []string {
		if strings.Contains(r.Messages[0].Content, "改写") {
			return []string{"讯飞星火有多少用户？"}
		}
		return []string{"100万[1]。"}
	}}
	url, stop := fake.Start()
	t.Cleanup(stop)
	_, set, err := parsed(t, nil, "-model", "m", "-model-url", url, "-data", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := build(t.Context(), set, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Index.Reload(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	q := rag.Question{Text: "它有多少用户？", History: []rag.Message{{Role: "user", Content: "讯飞星火是哪天开放的？"}, {Role: "assistant", Content: "9月5日。[1]"}}}
	a, err := s.Answerer.Ask(t.Context(), q, nil)
	if err != nil || a.SearchedAs != "讯飞星火有多少用户？" || a.Stats.ModelCalls != 2 || a.Mode != rag.ModeModel {
		t.Fatalf("%v: %+v", err, a)
	}
	var body struct {
		Temperature *float64 `json:"temperature"`
		MaxTokens   int      `json:"max_tokens"`
	}
	if err := json.Unmarshal([]byte(fake.Requests("/v1/chat/completions")[0].Body), &body); err != nil || body.Temperature == nil || *body.Temperature > 1e-6 || body.MaxTokens != 200 {
		t.Errorf("%v: %+v", err, body)
	}
	fake.Script(openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 500})
	begun := time.Now()
	if a, err := s.Answerer.Ask(t.Context(), q, nil); err != nil || a.SearchedAs != "讯飞星火有多少用户？" || a.Mode != rag.ModeModel || time.Since(begun) > 5*time.Second {
		t.Errorf("after a failure, in %v: %v, %+v", time.Since(begun), err, a)
	}
}
