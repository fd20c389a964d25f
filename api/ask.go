package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/api/markdown"
	"yinju/rag"
)

// askRequest is the body of POST /ask.
type askRequest struct {
	Question string        `json:"question"`
	History  []rag.Message `json:"history"`
	Stream   bool          `json:"stream"`
	K        *int          `json:"k"`
	Filter   filterRequest `json:"filter"`
	Auto     *bool         `json:"auto"`     // false: dates and sources in the question narrow nothing
	Explain  bool          `json:"explain"`  // adds why each passage was retrieved
	Thinking bool          `json:"thinking"` // adds what the model thought before it answered
	HTML     bool          `json:"html"`     // adds the answer rendered as HTML
}

// answer is a rag.Answer as clients see it.
type answer struct {
	*rag.Answer
	HTML string `json:"html,omitempty"`
}

// ask answers a question, whole or as a stream of events.
func (s *Server) ask(c *gin.Context) error {
	var req askRequest
	if err := s.decodeBody(c, &req); err != nil {
		return err
	}
	q, err := req.question(s.Limits)
	if err != nil {
		return err
	}
	select {
	case s.asks <- struct{}{}:
		defer func() { <-s.asks }()
	default:
		return fault("busy")
	}
	if req.Stream || accepts(c.Request, "text/event-stream") {
		return s.askStreamed(c, q, req)
	}
	a, err := s.Answerer.Ask(c.Request.Context(), q, nil)
	if err != nil {
		return err
	}
	return s.respond(c, http.StatusOK, answerOf(a, req))
}

// askStreamed sends events while the answer grows. Until the first one an error
// is an ordinary response with its status, afterwards an event.
func (s *Server) askStreamed(c *gin.Context, q rag.Question, req askRequest) error {
	ctx, cancel := context.WithCancel(c.Request.Context())
	defer cancel()
	stream := s.newStream(c)
	stop := stream.keepAlive(ctx, cancel)
	defer stop()
	a, err := s.Answerer.Ask(ctx, q, stream.tell)
	stop() // nothing comes behind the last event
	if err == nil {
		err = stream.event("done", answerOf(a, req))
	}
	if err == nil || stream.fail(err) {
		return nil
	}
	return err
}

type textEvent struct {
	Text string `json:"text"`
}

// tell sends an event of Ask.
func (s *stream) tell(e rag.Event) error {
	switch e.Kind {
	case rag.EventPassages:
		return s.event("passages", struct {
			Passages []rag.Citation `json:"passages"`
		}{list(e.Passages)})
	case rag.EventThinking:
		return s.event("thinking", textEvent{e.Thinking})
	case rag.EventRestart:
		return s.event("restart", struct{}{})
	case rag.EventDelta:
		return s.event("delta", textEvent{e.Delta})
	case rag.EventSentence:
		if e.Sentence != nil {
			return s.event("sentence", wholeSentence(*e.Sentence))
		}
	}
	return nil
}

func (req askRequest) question(limits Limits) (rag.Question, error) {
	text, err := limits.question("question", req.Question)
	if err != nil {
		return rag.Question{}, err
	}
	k := 0
	if req.K != nil {
		if k = *req.K; k < 1 || k > limits.K {
			return rag.Question{}, fault("bad_number", "k", 1, limits.K)
		}
	}
	history, err := checkHistory(req.History, limits)
	if err != nil {
		return rag.Question{}, err
	}
	filter, err := req.Filter.filter(limits)
	if err != nil {
		return rag.Question{}, err
	}
	return rag.Question{Text: text, History: history, K: k, Filter: filter, Explain: req.Explain, Thinking: req.Thinking, Literal: req.Auto != nil && !*req.Auto}, nil
}

// checkHistory bounds a conversation. Control characters become spaces: an answer
// that quoted one out of an article may be sent back.
func checkHistory(turns []rag.Message, limits Limits) ([]rag.Message, error) {
	if len(turns) > limits.History {
		return nil, fault("too_many", "history", limits.History)
	}
	for i, turn := range turns {
		if turn.Role != "user" && turn.Role != "assistant" {
			return nil, fault("bad_role", fmt.Sprintf("history[%d].role", i))
		}
		if utf8.RuneCountInString(turn.Content) > limits.Turn {
			return nil, fault("too_long", fmt.Sprintf("history[%d].content", i), limits.Turn)
		}
		turns[i].Content = strings.Map(func(r rune) rune {
			if isControl(r) {
				return ' '
			}
			return r
		}, turn.Content)
	}
	return turns, nil
}

func answerOf(a *rag.Answer, req askRequest) answer {
	whole := *a
	whole.Citations, whole.Closest = list(a.Citations), list(a.Closest)
	whole.SearchedFilters = list(a.SearchedFilters)
	whole.Sentences = make([]rag.Sentence, len(a.Sentences))
	for i, sentence := range a.Sentences {
		whole.Sentences[i] = wholeSentence(sentence)
	}
	whole.Explain = slices.Clone(a.Explain)
	for i := range whole.Explain {
		whole.Explain[i].Terms = list(whole.Explain[i].Terms)
		whole.Explain[i].Matched = list(whole.Explain[i].Matched)
	}
	out := answer{Answer: &whole}
	if req.HTML {
		cited := make(map[int]bool, len(a.Citations))
		for _, citation := range a.Citations {
			cited[citation.Number] = true
		}
		out.HTML = markdown.Render(a.Answer, func(n int) bool { return cited[n] })
	}
	return out
}

// wholeSentence has empty lists where s has none.
func wholeSentence(s rag.Sentence) rag.Sentence {
	s.Citations, s.Missing, s.Spans = list(s.Citations), list(s.Missing), list(s.Spans)
	return s
}
