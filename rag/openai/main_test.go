package openai

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	transport.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const secret = "sk-never-show-this"

func serve(t *testing.T, s *openaitest.Server) (*openaitest.Server, string) {
	t.Helper()
	s.Key = secret
	base, stop := s.Start()
	t.Cleanup(stop)
	return s, base
}

func question(text string) []rag.Message {
	return []rag.Message{{Role: "system", Content: "Answer."}, {Role: "user", Content: text}}
}

// fixed is a model that always gives the same pieces.
func fixed(pieces ...string) func(openaitest.Request) []string {
	return func(openaitest.Request) []string { return pieces }
}

func quickChat(base string) Chat {
	return Chat{BaseURL: base, Key: secret, Name: "m", FirstWait: time.Millisecond}
}

type result struct {
	pieces []string // of the answer, without what was recanted
	thinks string
	finish string
	err    error
}

func (r result) text() string { return strings.Join(r.pieces, "") }

func ask(ctx context.Context, c Chat, text string) result {
	var r result
	r.finish, r.err = c.Chat(ctx, question(text), func(p rag.Piece) error {
		if p.Recant {
			r.pieces = nil
		}
		if p.Thinking {
			r.thinks += p.Text
		} else {
			r.pieces = append(r.pieces, p.Text)
		}
		return nil
	})
	return r
}

// kindOf also checks that the error tells what it should and nothing it should not.
func kindOf(t *testing.T, err error, base string) rag.ErrorKind {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *rag.ModelError
	if !errors.As(err, &e) {
		t.Fatalf("%T is no ModelError: %v", err, err)
	}
	host := strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/v1")
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", *e)} {
		for _, never := range []string{secret, host, "upstream words"} {
			if strings.Contains(text, never) {
				t.Errorf("the error shows %q: %s", never, text)
			}
		}
	}
	if !strings.HasSuffix(e.Hint, ".") {
		t.Errorf("the hint is no sentence: %q", e.Hint)
	}
	return e.Kind
}
