package openai

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	sdk "github.com/sashabaranov/go-openai"

	"yinju/rag"
)

// Embeddings is a rag.Embedder on an OpenAI-compatible server. BaseURL and Name must be
// set; a zero value elsewhere means the default in brackets. It is safe for concurrent
// use as long as no field changes, and must not be copied after first use.
//
// Texts without a visible character, which most servers refuse, are embedded as "-".
type Embeddings struct {
	BaseURL    string // see CheckURL
	Key        string // sent as bearer token, if not empty
	Name       string // the model's name
	Dimensions int    // asked of the server and demanded of its answer; 0 means the model's own

	Batch         int // texts a request (10, which is the most that some providers take)
	MaxBatchChars int // Unicode code points a request; a longer text goes alone (16,000)
	Parallel      int // requests at a time (2)
	// Undivided makes an error of a request that the server refuses for its size; else it
	// is divided. It is for callers that divide by themselves, and keep what is done.
	Undivided bool
	MaxBytes  int // of a server's answer (32 MiB)

	Timeout      time.Duration // of a request for passages (60 s)
	QueryTimeout time.Duration // of EmbedQuery, retries included: a reader is waiting (10 s)

	Retries      int           // after the first try; negative means none (4)
	FirstWait    time.Duration // before the first retry, doubled each time (300 ms)
	MaxRetryWait time.Duration // for all waits of one request that the server asks for (2 min)

	HTTP *http.Client // its redirect policy and Timeout are not used; nil means a shared one

	mu        sync.Mutex
	dimension int // of the vectors so far; 0 before
	other     int // that of the last answer, if it was refused for it
}

var _ rag.Embedder = (*Embeddings)(nil)

// Model implements rag.Embedder: "openai:", the model's name, and the dimensions if
// they were asked for. The server is left out: the same model makes the same space
// wherever it runs.
func (e *Embeddings) Model() string {
	if e.Dimensions > 0 {
		return "openai:" + e.Name + "/" + strconv.Itoa(e.Dimensions)
	}
	return "openai:" + e.Name
}

func (e *Embeddings) endpoint() endpoint {
	return endpoint{baseURL: e.BaseURL, key: e.Key, http: e.HTTP, names: embedSettings}
}

func (e *Embeddings) patience() patience {
	return patience{
		retries: max(cmp.Or(e.Retries, 4), 0),
		first:   cmp.Or(e.FirstWait, 300*time.Millisecond),
		longest: cmp.Or(e.MaxRetryWait, 2*time.Minute),
	}
}

// EmbedQuery implements rag.Embedder. It tries again once at most, for a reader waits,
// and can be served without vectors.
func (e *Embeddings) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	within := cmp.Or(e.QueryTimeout, 10*time.Second)
	limited, cancel := context.WithTimeoutCause(ctx, within, e.tooSlow(within))
	defer cancel()
	p := e.patience()
	p.retries = min(p.retries, 1)
	vectors, err := e.batch(limited, p, []string{text})
	if err != nil {
		return nil, e.outward(ctx, limited, err)
	}
	return vectors[0], nil
}

// EmbedPassages implements rag.Embedder. The first batch that fails ends the others.
func (e *Embeddings) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	vectors := make([][]float32, len(texts))
	slots := make(chan struct{}, max(cmp.Or(e.Parallel, 2), 1))
	var running sync.WaitGroup
	for start := 0; start < len(texts); {
		end := e.batchEnd(texts, start)
		slots <- struct{}{}
		if limited.Err() != nil {
			break
		}
		from := start
		running.Go(func() {
			defer func() { <-slots }()
			got, err := e.batch(limited, e.patience(), texts[from:end])
			if err != nil {
				cancel(err)
			}
			copy(vectors[from:end], got)
		})
		start = end
	}
	running.Wait()
	if limited.Err() != nil {
		return nil, e.outward(ctx, limited, context.Cause(limited))
	}
	return vectors, nil
}

func (e *Embeddings) batchEnd(texts []string, start int) int {
	size, chars := max(cmp.Or(e.Batch, 10), 1), cmp.Or(e.MaxBatchChars, 16_000)
	end := start
	for end < len(texts) && end-start < size {
		chars -= utf8.RuneCountInString(texts[end])
		if chars < 0 && end > start {
			break
		}
		end++
	}
	return end
}

func (e *Embeddings) outward(ctx, limited context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return e.endpoint().modelError(limited, err)
}

func (e *Embeddings) tooSlow(within time.Duration) *failure {
	return timeoutFailure(fmt.Sprintf("The embedding server did not answer within %v: check that it is not overloaded.", within))
}

// batch embeds texts with one request, or, if the server refuses so many at once, with
// one for each half.
func (e *Embeddings) batch(ctx context.Context, p patience, texts []string) ([][]float32, error) {
	timeouts := 0
	p.model = e.Model()
	vectors, err := retry(ctx, p, func() ([][]float32, error) {
		vectors, err := e.request(ctx, texts)
		if f, ok := errors.AsType[*failure](err); ok && f.Kind == rag.ErrorTimeout {
			// A lost connection deserves a second try, an overloaded server no third.
			timeouts++
			f.retry = timeouts == 1
		}
		return vectors, err
	})
	f, ok := errors.AsType[*failure](err)
	if !ok || len(texts) == 1 {
		return vectors, err
	}
	if e.Undivided || !f.refusesSize() {
		return nil, err
	}
	middle := len(texts) / 2
	left, err := e.batch(ctx, p, texts[:middle])
	if err != nil {
		return nil, err
	}
	right, err := e.batch(ctx, p, texts[middle:])
	return append(left, right...), err
}

func (e *Embeddings) request(parent context.Context, texts []string) ([][]float32, error) {
	within := cmp.Or(e.Timeout, 60*time.Second)
	ctx, cancel := context.WithTimeoutCause(parent, within, e.tooSlow(within))
	defer cancel()

	at := e.endpoint()
	client, err := at.client(func(resp *http.Response) error { return at.takeWhole(resp, cmp.Or(e.MaxBytes, 32<<20)) })
	if err != nil {
		return nil, err
	}
	input := make([]string, len(texts))
	for i, text := range texts {
		input[i] = text
		if strings.TrimSpace(text) == "" {
			input[i] = "-"
		}
	}
	answer, err := client.CreateEmbeddings(ctx, sdk.EmbeddingRequest{
		Input: input, Model: sdk.EmbeddingModel(e.Name), Dimensions: e.Dimensions,
		EncodingFormat: sdk.EmbeddingEncodingFormatFloat,
	})
	if err != nil {
		return nil, at.explain(parent, ctx, err)
	}
	return e.check(answer.Data, len(texts))
}

// takeWhole reads the answer and looks for an error in it.
func (e endpoint) takeWhole(resp *http.Response, limit int) error {
	body, err := e.readAll(resp.Body, limit)
	if err != nil {
		return err
	}
	if isPage(body) {
		return e.webPage(resp.StatusCode)
	}
	if err := e.errorIn(body); err != nil {
		return err
	}
	closeBody(resp)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// check puts the vectors in the order of the texts and makes them unit length.
func (e *Embeddings) check(data []sdk.Embedding, n int) ([][]float32, error) {
	at := e.endpoint()
	if len(data) != n {
		return nil, at.protocolFailure(fmt.Sprintf(
			"The server gave %d vectors for %d texts: check that %s names an embedding model.", len(data), n, at.names.model))
	}
	unnumbered := true // some servers leave index out: then the order is ours
	for _, d := range data {
		unnumbered = unnumbered && d.Index == 0
	}
	if err := e.checkDimension(data); err != nil {
		return nil, err
	}
	vectors := make([][]float32, n)
	for i, d := range data {
		if !unnumbered {
			i = d.Index
		}
		if i < 0 || i >= n || vectors[i] != nil {
			return nil, at.protocolFailure("The server numbered its vectors wrongly: two stand for one text.")
		}
		if !normalise(d.Embedding) {
			return nil, at.protocolFailure("The server gave a vector that is zero or not finite: look at its log.")
		}
		vectors[i] = d.Embedding
	}
	return vectors, nil
}

// checkDimension refuses an answer whose vectors have another dimension than those before.
// If the next answer has it too, it was no mistake; one mistake makes no good answer wrong.
func (e *Embeddings) checkDimension(data []sdk.Embedding) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := len(data[0].Embedding)
	want := cmp.Or(e.Dimensions, e.dimension, got)
	for _, d := range data {
		n := len(d.Embedding)
		switch {
		case n == 0:
			return e.endpoint().protocolFailure("The server gave a vector without values: check that " +
				embedSettings.model + " names an embedding model.")
		case n != got:
			return e.wrongDimension(n, want)
		}
	}
	if got != want && (got != e.other || e.Dimensions > 0) {
		e.other = got
		return e.wrongDimension(got, want)
	}
	e.dimension, e.other = got, 0
	return nil
}

func (e *Embeddings) wrongDimension(n, want int) error {
	f := e.endpoint().protocolFailure(fmt.Sprintf(
		"The server gave a vector of %d dimensions, not %d: check that the model is still the same.", n, want))
	f.Err = rag.ErrDimension
	return f
}

// normalise scales v to unit length, and says whether that is possible.
func normalise(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	norm := math.Sqrt(sum)
	if !(norm > 0) || math.IsInf(norm, 0) {
		return false
	}
	for i, x := range v {
		v[i] = float32(float64(x) / norm)
	}
	return true
}
