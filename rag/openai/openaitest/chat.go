package openaitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// stream writes an answer's events.
type stream struct {
	w     http.ResponseWriter
	r     *http.Request
	model string
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request, request Request, fault Fault) {
	reply := s.Reply
	if reply == nil {
		reply = Quote
	}
	pieces := reply(request)
	if fault.Kind == Empty {
		pieces = nil
	}
	if !request.Stream || fault.Kind == Whole {
		writeWhole(w, request, pieces)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &stream{w: w, r: r, model: request.Model}
	out.role()
	if fault.Kind == Reasoning {
		out.reason(fault.Body)
	}
	if fault.Kind == Halves {
		pieces = strings.Split(strings.Join(pieces, ""), "")
	}
	for i, piece := range pieces {
		if i == fault.After && out.breaks(fault) {
			return
		}
		if fault.Kind == Halves {
			out.halves(piece)
		} else {
			out.content(piece)
		}
		if s.PieceDelay > 0 && !out.pause(s.PieceDelay) {
			return
		}
	}
	if fault.After >= len(pieces) && out.breaks(fault) {
		return
	}
	out.finish("stop")
	if fault.Kind == NoEnd {
		<-r.Context().Done()
	}
}

// breaks does what the fault demands at its place, and says whether that was the end.
func (s *stream) breaks(f Fault) bool {
	switch f.Kind {
	case Cut:
	case CutDone:
		s.line("data: [DONE]")
	case Stall:
		<-s.r.Context().Done()
	case Abort:
		panic(http.ErrAbortHandler)
	case MidError:
		s.event(errorOf("server_error", "", orElse(f.Body, "The engine is overloaded. "+s.r.Header.Get("Authorization"))))
	case HugeLine:
		s.raw("data: " + strings.Repeat("x", f.N))
		<-s.r.Context().Done()
	case Length:
		s.finish("length")
	case KeepAlive:
		for range f.N {
			s.line(": keep-alive")
		}
		for f.N < 0 && s.pause(5*time.Millisecond) {
			s.line(": keep-alive")
		}
		return f.N < 0
	default:
		return false
	}
	return true
}

// pause waits, and says whether the client is still there.
func (s *stream) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.r.Context().Done():
		return false
	}
}

func (s *stream) raw(text string) {
	// A client that has left is seen by the request's context.
	_, _ = fmt.Fprint(s.w, text)
	_ = http.NewResponseController(s.w).Flush()
}

func (s *stream) line(text string) { s.raw(text + "\n\n") }

func (s *stream) event(e errorBody) { s.line("data: " + string(encode(e))) }

func (s *stream) chunk(d delta, finish *string) []byte {
	return encode(chunk{
		ID: "chatcmpl-fake", Object: "chat.completion.chunk", Created: created, Model: s.model,
		Choices: []choice{{Delta: &d, FinishReason: finish}},
	})
}

func (s *stream) role() {
	empty := ""
	s.line("data: " + string(s.chunk(delta{Role: "assistant", Content: &empty}, nil)))
}

func (s *stream) content(piece string) {
	s.line("data: " + string(s.chunk(delta{Content: &piece}, nil)))
}

// halves sends a piece byte by byte, as servers do that know nothing of characters.
func (s *stream) halves(piece string) {
	mark := "\x01"
	whole := s.chunk(delta{Content: &mark}, nil)
	for i := range len(piece) {
		quoted := []byte{piece[i]}
		if piece[i] < 0x80 {
			quoted = bytes.Trim(encode(piece[i:i+1]), `"`)
			if piece[i] == '"' {
				quoted = []byte(`\"`)
			}
		}
		s.line("data: " + string(bytes.Replace(whole, []byte(`\u0001`), quoted, 1)))
	}
}

// reason thinks aloud, in both dialects, with content null as DeepSeek has it.
func (s *stream) reason(thought string) {
	whole := s.chunk(delta{ReasoningContent: &thought, Reasoning: &thought}, nil)
	s.line("data: " + strings.Replace(string(whole), `"delta":{`, `"delta":{"content":null,`, 1))
}

// finish ends the stream with an empty delta, a chunk without choices, and the end mark.
func (s *stream) finish(reason string) {
	s.line("data: " + string(s.chunk(delta{}, &reason)))
	s.line("data: " + string(encode(chunk{
		ID: "chatcmpl-fake", Object: "chat.completion.chunk", Created: created, Model: s.model,
		Choices: []choice{}, Usage: &usage{PromptTokens: 1, CompletionTokens: 1, TotalTokens: 2},
	})))
	s.line("data: [DONE]")
}

func writeWhole(w http.ResponseWriter, request Request, pieces []string) {
	text, stop := strings.Join(pieces, ""), "stop"
	writeJSON(w, http.StatusOK, chunk{
		ID: "chatcmpl-fake", Object: "chat.completion", Created: created, Model: request.Model,
		Choices: []choice{{Message: &delta{Role: "assistant", Content: &text}, FinishReason: &stop}},
		Usage:   &usage{PromptTokens: 1, CompletionTokens: len(pieces), TotalTokens: 1 + len(pieces)},
	})
}

// encode writes one of the types of the wire, which always can be written.
func encode[T any](v T) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
