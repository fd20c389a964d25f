package openai

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	sdk "github.com/sashabaranov/go-openai"

	"yinju/rag"
)

// Chat is a rag.ChatModel on an OpenAI-compatible server. BaseURL and Name must be
// set; a zero value elsewhere means the default in brackets. It is safe for concurrent
// use as long as no field changes.
type Chat struct {
	BaseURL string // see CheckURL
	Key     string // sent as bearer token, if not empty
	Name    string // the model's name

	Temperature *float32 // nil leaves it to the server
	MaxTokens   int      // of the answer; 0 leaves it to the server

	FirstTimeout time.Duration // longest silence before the first piece; any line, also a keep-alive comment, ends it (60 s)
	IdleTimeout  time.Duration // longest time without data after the first piece; comments don't count (30 s)
	TotalTimeout time.Duration // for the whole answer, retries included (5 min)

	Quirks   Quirks   // what the server's dialect demands
	Thinking Thinking // whether the model is to think before it answers; empty leaves it to the server

	MaxAnswerBytes int // of the model's text (1 MiB)
	MaxThinkBytes  int // of its thinking that are handed on; the rest is left away (1 MiB)
	MaxLineBytes   int // of a line of the stream, or of a whole completion (1 MiB)

	Retries      int           // after the first try, and only before the first piece; negative means none (2)
	FirstWait    time.Duration // before the first retry, doubled each time (300 ms)
	MaxRetryWait time.Duration // for all waits of one call that the server asks for (30 s)

	HTTP *http.Client // its redirect policy and Timeout are not used; nil means a shared one
}

var _ rag.ChatModel = Chat{}

// Model implements rag.ChatModel.
func (c Chat) Model() string { return c.Name }

func (c Chat) withDefaults() Chat {
	c.FirstTimeout = cmp.Or(c.FirstTimeout, 60*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 30*time.Second)
	c.TotalTimeout = cmp.Or(c.TotalTimeout, 5*time.Minute)
	c.MaxAnswerBytes = cmp.Or(c.MaxAnswerBytes, 1<<20)
	c.MaxThinkBytes = cmp.Or(c.MaxThinkBytes, 1<<20)
	c.MaxLineBytes = cmp.Or(c.MaxLineBytes, 1<<20)
	c.Retries = max(cmp.Or(c.Retries, 2), 0)
	c.FirstWait = cmp.Or(c.FirstWait, 300*time.Millisecond)
	c.MaxRetryWait = cmp.Or(c.MaxRetryWait, 30*time.Second)
	return c
}

func (c Chat) endpoint() endpoint {
	return endpoint{baseURL: c.BaseURL, key: c.Key, http: c.HTTP, names: chatSettings, extra: c.Quirks.switched(c.Thinking)}
}

// Chat implements rag.ChatModel. Fields of their own (reasoning_content, reasoning) and
// leading elements such as <think> are thinking. A server that answers whole instead of
// streaming gives one piece.
func (c Chat) Chat(ctx context.Context, messages []rag.Message, emit func(rag.Piece) error) (string, error) {
	return c.converse(ctx, messages, new(bool), emit)
}

// converse is Chat; whole is set if the server did not stream.
func (c Chat) converse(ctx context.Context, messages []rag.Message, whole *bool, emit func(rag.Piece) error) (string, error) {
	c = c.withDefaults()
	total, stop := context.WithTimeoutCause(ctx, c.TotalTimeout, timeoutFailure(fmt.Sprintf(
		"The answer was not finished within %v: try a faster model or a shorter question.", c.TotalTimeout)))
	defer stop()
	p := patience{retries: c.Retries, first: c.FirstWait, longest: c.MaxRetryWait}
	finish, err := retry(total, p, func() (string, error) {
		a := attempt{Chat: c, endpoint: c.endpoint(), emit: emit}
		finish, err := a.run(total, messages)
		*whole = a.whole
		if f, ok := errors.AsType[*failure](err); ok && a.emitted {
			f.retry = false
		}
		return finish, err
	})
	var own *emitError
	switch {
	case err == nil:
		return finish, nil
	case errors.As(err, &own):
		return "", own.error
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	return "", c.endpoint().modelError(total, err)
}

// modelError is what of err may leave this package, once the caller's context is known
// to be alive.
func (e endpoint) modelError(ctx context.Context, err error) *rag.ModelError {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.ModelError
	}
	if f, ok := errors.AsType[*failure](context.Cause(ctx)); ok {
		return f.ModelError
	}
	return e.requestFailure(0, "The request cannot be made: check "+e.names.model+".").ModelError
}

// emitError marks an error of the caller's emit on its way out.
type emitError struct{ error }

// attempt is one request for an answer.
type attempt struct {
	Chat
	endpoint
	emit       func(rag.Piece) error
	watch      *watch
	said       joiner // the text, and
	thought    joiner // the thinking that has a field of its own
	text       answerText
	bytes      int // of the answer
	thinkBytes int
	thinks     bool // the model has thought aloud
	filled     bool // the answer has a visible character
	emitted    bool
	done       bool // the stream was ended by its mark
	whole      bool // the answer was not streamed
}

func (a *attempt) run(total context.Context, messages []rag.Message) (string, error) {
	ctx, cancel := context.WithCancelCause(total)
	defer cancel(nil)
	a.watch = newWatch(a.FirstTimeout, cancel)
	defer a.watch.stop()

	client, err := a.client(func(resp *http.Response) error {
		f := a.newFilter(resp.Body, a.MaxLineBytes)
		f.heard, f.unstreamed = a.watch.heard, func() { a.whole = true }
		f.done = func() { a.done = true; a.watch.linger() }
		resp.Body = f
		return nil
	})
	if err != nil {
		return "", err
	}
	stream, err := client.CreateChatCompletionStream(ctx, a.request(messages))
	if err != nil {
		if _, ok := errors.AsType[*failure](err); !ok && ctx.Err() == nil {
			return "", err // go-openai itself refuses the request
		}
		return "", a.explain(total, ctx, err)
	}
	finish, err := a.read(stream)
	_ = stream.Close() // the request is over either way
	if _, ok := errors.AsType[*emitError](err); err != nil && !ok {
		return "", a.explain(total, ctx, err)
	}
	return finish, err
}

// request asks for the minimum, for some servers refuse parameters they don't know.
func (a *attempt) request(messages []rag.Message) sdk.ChatCompletionRequest {
	r := sdk.ChatCompletionRequest{Model: a.Name, Stream: true}
	r.MaxTokens = a.MaxTokens //nolint:staticcheck // only OpenAI calls it deprecated; many others know no other name
	if a.Temperature != nil && !a.Quirks.NoTemperature {
		// go-openai leaves a zero away; this is as near as a number comes to it.
		r.Temperature = max(a.Quirks.Temperature.clamp(*a.Temperature), math.SmallestNonzeroFloat32)
	}
	for _, m := range a.Quirks.fold(a.Name, messages) {
		r.Messages = append(r.Messages, sdk.ChatCompletionMessage{Role: m.Role, Content: m.Content})
	}
	reasons := sdk.NewReasoningValidator().Validate(r) != nil // OpenAI's own, by their names
	if reasons || a.Quirks.MaxCompletionTokens {
		r.MaxTokens = 0 //nolint:staticcheck // as above
		r.MaxCompletionTokens = a.MaxTokens
	}
	if reasons {
		r.Temperature = 0
	}
	return r
}

// read hands on the pieces up to the chunk with the finish reason.
func (a *attempt) read(stream *sdk.ChatCompletionStream) (string, error) {
	for {
		chunk, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && a.Quirks.NoFinish && a.done:
			return a.finish(stream, "stop")
		case errors.Is(err, io.EOF):
			return "", a.protocolFailure("The answer stops without the server saying that it is finished: try again.")
		case err != nil:
			return "", err
		}
		for _, choice := range chunk.Choices {
			if err := a.take(choice.Delta.ReasoningContent, choice.Delta.Content); err != nil {
				return "", err
			}
			if r := choice.FinishReason; r != "" && r != sdk.FinishReasonNull {
				return a.finish(stream, string(r))
			}
		}
	}
}

// take hands on what one chunk says.
func (a *attempt) take(thinking, text string) error {
	if s := a.thought.push(thinking); s != "" {
		a.text.thought = true
		if err := a.show(part{text: s, thinking: true}); err != nil {
			return err
		}
	}
	return a.show(a.text.push(a.said.push(text))...)
}

func (a *attempt) show(parts ...part) error {
	for _, p := range parts {
		if p.thinking {
			a.thinks = true
			a.thinkBytes += len(p.text)
			if p.recant {
				a.filled, a.bytes = false, 0
			} else if a.thinkBytes > a.MaxThinkBytes {
				continue // it is alive, though nobody reads so much
			}
		} else {
			a.filled = a.filled || strings.TrimSpace(p.text) != ""
			if a.bytes += len(p.text); a.bytes > a.MaxAnswerBytes {
				return a.protocolFailure(fmt.Sprintf("The answer is longer than %d bytes: set a maximum of tokens.", a.MaxAnswerBytes))
			}
		}
		a.emitted = true
		a.watch.stop() // a slow reader is not a slow server
		if err := a.emit(rag.Piece{Text: p.text, Thinking: p.thinking, Recant: p.recant}); err != nil {
			return &emitError{err}
		}
		if p.thinking {
			a.watch.resume()
		} else {
			a.watch.answering(a.IdleTimeout)
		}
	}
	return nil
}

// finish ends the answer for the server's reason.
func (a *attempt) finish(stream *sdk.ChatCompletionStream, reason string) (string, error) {
	if s := a.thought.rest(); s != "" {
		if err := a.show(part{text: s, thinking: true}); err != nil {
			return "", err
		}
	}
	if err := a.show(append(a.text.push(a.said.rest()), a.text.rest()...)...); err != nil {
		return "", err
	}
	reason, broken := finishReason(reason)
	switch {
	case broken:
		f := fail(rag.ErrorUnavailable, http.StatusOK, "The server broke off for want of resources: try again.")
		f.retry = true
		return "", f
	case !a.filled && reason == "length":
		return "", a.protocolFailure("The model used up its tokens before the answer began: raise the maximum of tokens.")
	case !a.filled && a.thinks:
		return "", a.protocolFailure("The model thought and then gave no answer: try again, or let it answer without thinking.")
	case !a.filled:
		return "", a.protocolFailure("The answer is empty: try again, or another model.")
	}
	a.watch.linger()
	drain(stream)
	return reason, nil
}

// drain reads what follows a whole answer (usage, [DONE]), so that the connection can
// serve again.
func drain(stream *sdk.ChatCompletionStream) {
	var err error
	for err == nil {
		_, err = stream.Recv()
	}
}
