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

	MaxAnswerBytes int // of the model's text (1 MiB)
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
	c.MaxLineBytes = cmp.Or(c.MaxLineBytes, 1<<20)
	c.Retries = max(cmp.Or(c.Retries, 2), 0)
	c.FirstWait = cmp.Or(c.FirstWait, 300*time.Millisecond)
	c.MaxRetryWait = cmp.Or(c.MaxRetryWait, 30*time.Second)
	return c
}

func (c Chat) endpoint() endpoint {
	return endpoint{baseURL: c.BaseURL, key: c.Key, http: c.HTTP, names: chatSettings}
}

// Chat implements rag.ChatModel. Reasoning (reasoning_content, reasoning, a leading
// <think> element) is left away. A server that answers whole instead of streaming gives
// one piece.
func (c Chat) Chat(ctx context.Context, messages []rag.Message, emit func(piece string) error) (string, error) {
	c = c.withDefaults()
	total, stop := context.WithTimeoutCause(ctx, c.TotalTimeout, timeoutFailure(fmt.Sprintf(
		"The answer was not finished within %v: try a faster model or a shorter question.", c.TotalTimeout)))
	defer stop()
	p := patience{retries: c.Retries, first: c.FirstWait, longest: c.MaxRetryWait}
	finish, err := retry(total, p, func() (string, error) {
		a := attempt{Chat: c, endpoint: c.endpoint(), emit: emit}
		finish, err := a.run(total, messages)
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
	emit    func(string) error
	watch   *watch
	text    answerText
	bytes   int
	filled  bool // the answer has a visible character
	emitted bool
}

func (a *attempt) run(total context.Context, messages []rag.Message) (string, error) {
	ctx, cancel := context.WithCancelCause(total)
	defer cancel(nil)
	a.watch = newWatch(a.FirstTimeout, cancel)
	defer a.watch.stop()

	client, err := a.client(func(resp *http.Response) error {
		f := a.newFilter(resp.Body, a.MaxLineBytes)
		f.heard, f.done = a.watch.heard, a.watch.linger
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
	r.MaxTokens = a.MaxTokens //nolint:staticcheck // only OpenAI calls it deprecated; the others know no other name
	if a.Temperature != nil {
		// go-openai leaves a zero away; this is as near as a number comes to it.
		r.Temperature = max(*a.Temperature, math.SmallestNonzeroFloat32)
	}
	for _, m := range messages {
		r.Messages = append(r.Messages, sdk.ChatCompletionMessage{Role: m.Role, Content: m.Content})
	}
	if sdk.NewReasoningValidator().Validate(r) != nil {
		// OpenAI's reasoning models know max_tokens by another name and no temperature.
		r.MaxTokens = 0 //nolint:staticcheck // as above
		r.MaxCompletionTokens, r.Temperature = a.MaxTokens, 0
	}
	return r
}

// read hands on the pieces up to the chunk with the finish reason.
func (a *attempt) read(stream *sdk.ChatCompletionStream) (string, error) {
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return "", a.protocolFailure("The answer stops without the server saying that it is finished: try again.")
		}
		if err != nil {
			return "", err
		}
		for _, choice := range chunk.Choices {
			if choice.Index != 0 {
				continue
			}
			if err := a.take(choice.Delta.Content); err != nil {
				return "", err
			}
			if r := choice.FinishReason; r != "" && r != sdk.FinishReasonNull {
				return a.finish(stream, string(r))
			}
		}
	}
}

func (a *attempt) take(piece string) error {
	a.bytes += len(piece)
	if a.bytes > a.MaxAnswerBytes {
		return a.protocolFailure(fmt.Sprintf("The answer is longer than %d bytes: set a maximum of tokens.", a.MaxAnswerBytes))
	}
	return a.show(a.text.push(piece))
}

func (a *attempt) show(s string) error {
	if s == "" {
		return nil
	}
	a.filled = a.filled || strings.TrimSpace(s) != ""
	a.emitted = true
	a.watch.stop() // a slow reader is not a slow server
	if err := a.emit(s); err != nil {
		return &emitError{err}
	}
	a.watch.answering(a.IdleTimeout)
	return nil
}

func (a *attempt) finish(stream *sdk.ChatCompletionStream, reason string) (string, error) {
	if err := a.show(a.text.rest()); err != nil {
		return "", err
	}
	if !a.filled {
		hint := "The answer is empty: try again, or another model."
		if reason == string(sdk.FinishReasonLength) {
			hint = "The model used up its tokens before the answer began: raise the maximum of tokens."
		}
		return "", a.protocolFailure(hint)
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
