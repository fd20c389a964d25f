package openai

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yinju/rag"
)

// drip is a server that sends each line when it is told to, and then waits for the client.
func drip(t *testing.T, pause time.Duration, lines ...string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, line := range lines {
			_, _ = fmt.Fprint(w, line, "\n\n")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(pause):
			case <-r.Context().Done():
				return
			}
		}
		<-r.Context().Done()
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL + "/v1"
}

const (
	thinks  = `data: {"choices":[{"delta":{"reasoning_content":"嗯"}}]}`
	says    = `data: {"choices":[{"delta":{"content":"好"}}]}`
	stopped = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}`
)

func TestThinkingIsASignOfLife(t *testing.T) {
	t.Parallel()
	lines := append(strings.Split(strings.Repeat(thinks+"|", 19), "|")[:19], ": keep-alive", thinks, says, stopped)
	// In all it takes longer than either limit, each piece of it far less: the machine may be busy.
	c := quickChat(drip(t, 60*time.Millisecond, lines...))
	c.FirstTimeout, c.IdleTimeout = time.Second, time.Second
	got := ask(t.Context(), c, "q")
	if got.err != nil || got.text() != "好" || got.thinks != strings.Repeat("嗯", 20) {
		t.Errorf("got %+v", got)
	}
}

func TestThinkingThatStallsEnds(t *testing.T) {
	t.Parallel()
	c := quickChat(drip(t, 0, thinks))
	c.FirstTimeout = 50 * time.Millisecond
	got := ask(t.Context(), c, "q")
	if kindOf(t, got.err, c.BaseURL) != rag.ErrorTimeout || got.thinks != "嗯" || got.text() != "" {
		t.Errorf("got %+v", got)
	}
}

func TestThinkingIsBoundedAndTheAnswerComesAllTheSame(t *testing.T) {
	t.Parallel()
	for name, thought := range map[string]string{
		"in a field":    thinks,
		"in an element": strings.Replace(says, "好", "<think>想想</think>", 1),
	} {
		c := quickChat(drip(t, 0, thought, thought, thought, says, stopped))
		c.MaxThinkBytes = 6
		if name == "in an element" {
			c.MaxAnswerBytes = 2 * len("好") // tags and thinking don't count as answer
		}
		got := ask(t.Context(), c, "q")
		if got.err != nil || !strings.HasSuffix(got.text(), "好") || len(got.thinks) > 6 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestAnswersEndForReasonsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"sensitive": "content_filter", "model_context_window_exceeded": "length", "end_turn": "stop", "tool_calls": "tool_calls",
	} {
		c := quickChat(drip(t, 0, says, strings.Replace(stopped, "stop", reason, 1)))
		if got := ask(t.Context(), c, "q"); got.err != nil || got.finish != want {
			t.Errorf("%s: %+v", reason, got)
		}
	}
	c := quickChat(drip(t, 0, says, strings.Replace(stopped, "stop", "insufficient_system_resource", 1)))
	if got := ask(t.Context(), c, "q"); kindOf(t, got.err, c.BaseURL) != rag.ErrorUnavailable || got.text() != "好" {
		t.Errorf("a breakdown counts as an end: %+v", got)
	}
}
