package openai

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"yinju/rag"
)

// Rerank is a rag.Reranker on a server with a /rerank in Jina's and Cohere's manner
// (Jina, Cohere, SiliconFlow, vLLM, Xinference, ...) or in that of Hugging Face's Text
// Embeddings Inference (TEI). BaseURL and Name must be set; a zero value elsewhere means
// the default in brackets. It is safe for concurrent use as long as no field changes, and
// must not be copied after first use.
//
// Which manner a server has, its answers tell: see request. Both are as documented in
// the API references of Jina ("Reranker API"), Cohere ("Rerank API v2"), SiliconFlow
// ("Create rerank"), DashScope ("Rerank", OpenAI compatible), Xinference ("Rerank"), vLLM ("Re-rank API") and TEI
// (docs/openapi.json, RerankRequest and Rank).
type Rerank struct {
	BaseURL string // see CheckURL; with or without /rerank (or DashScope's /reranks) at its end
	Key     string // sent as bearer token, if not empty
	Name    string // the model's name; TEI has one model and doesn't look

	MaxBytes  int           // of the server's answer (4 MiB)
	Timeout   time.Duration // retries included: a reader is waiting (3 s)
	Retries   int           // after the first try; negative means none (1)
	FirstWait time.Duration // before the first retry, doubled each time (100 ms)

	HTTP *http.Client // its redirect policy and Timeout are not used; nil means a shared one

	texts atomic.Bool // the server understood TEI's manner last
}

var _ rag.Reranker = (*Rerank)(nil)

// path is what is appended to the base address.
func (r *Rerank) path() string {
	if strings.HasSuffix(strings.TrimRight(strings.TrimSpace(r.BaseURL), "/"), "/reranks") {
		return "/reranks"
	}
	return "/rerank"
}

func (r *Rerank) endpoint() endpoint {
	base := strings.TrimSuffix(strings.TrimRight(strings.TrimSpace(r.BaseURL), "/"), r.path())
	return endpoint{baseURL: base, key: r.Key, http: r.HTTP, names: rankSettings}
}

// Rerank implements rag.Reranker. A passage is judged with the titles above it.
func (r *Rerank) Rerank(ctx context.Context, query string, hits []rag.Hit) ([]rag.Hit, error) {
	if len(hits) == 0 || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	documents := make([]string, len(hits))
	for i, h := range hits {
		documents[i] = strings.TrimSpace(h.Passage.Context() + "\n" + h.Passage.Text)
	}
	within := cmp.Or(r.Timeout, 3*time.Second)
	limited, cancel := context.WithTimeoutCause(ctx, within, timeoutFailure(fmt.Sprintf(
		"The reranking server did not answer within %v: check that it is not overloaded, or lower -rerank-pool.", within)))
	defer cancel()
	p := patience{retries: max(cmp.Or(r.Retries, 1), 0), first: cmp.Or(r.FirstWait, 100*time.Millisecond), longest: within}
	ranks, err := retry(limited, p, func() ([]rank, error) { return r.request(limited, query, documents) })
	switch {
	case err == nil:
		return inOrder(hits, ranks), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, r.endpoint().modelError(limited, err)
}

// The request in Jina's and Cohere's manner.
type rankDocuments struct {
	Model     string   `json:"model"`
	Query     string   `json:"query"`
	Documents []string `json:"documents"`
	TopN      int      `json:"top_n"`
	// Cohere's version 2 and DashScope don't have it, and the former refuses what it doesn't have.
	ReturnDocuments *bool `json:"return_documents,omitempty"`
}

// The request in TEI's manner, which unlike the others cuts long texts only when told to.
type rankTexts struct {
	Query    string   `json:"query"`
	Texts    []string `json:"texts"`
	Truncate bool     `json:"truncate"`
}

// rank is the server's judgement of one document, with the score under the name that
// either manner has for it.
type rank struct {
	Index          *int     `json:"index"`
	RelevanceScore *float64 `json:"relevance_score"`
	Score          *float64 `json:"score"`
}

func (r rank) score() float64 {
	if r.RelevanceScore != nil {
		return *r.RelevanceScore
	}
	return *r.Score
}

// request asks in the manner that the server understood last. One that lacks a field it
// needs says 422, or 400; it is then asked in the other manner, and remembered if it
// understands that.
func (r *Rerank) request(ctx context.Context, query string, documents []string) ([]rank, error) {
	texts := r.texts.Load()
	ranks, err := r.ask(ctx, query, documents, texts)
	f, ok := errors.AsType[*failure](err)
	if !ok || f.Status != http.StatusBadRequest && f.Status != http.StatusUnprocessableEntity {
		return ranks, err
	}
	other, otherErr := r.ask(ctx, query, documents, !texts)
	if otherErr != nil {
		return nil, err
	}
	r.texts.Store(!texts)
	return other, nil
}

func (r *Rerank) ask(ctx context.Context, query string, documents []string, texts bool) ([]rank, error) {
	at := r.endpoint()
	var body []byte
	var err error
	if texts {
		body, err = json.Marshal(rankTexts{Query: query, Texts: documents, Truncate: true})
	} else {
		request := rankDocuments{Model: r.Name, Query: query, Documents: documents, TopN: len(documents)}
		if !strings.HasSuffix(at.baseURL, "/v2") && r.path() == "/rerank" {
			request.ReturnDocuments = new(bool)
		}
		body, err = json.Marshal(request)
	}
	if err != nil {
		return nil, err
	}
	answer, err := at.post(ctx, r.path(), body, cmp.Or(r.MaxBytes, 4<<20))
	if err != nil {
		return nil, err
	}
	return at.ranksIn(answer, len(documents))
}

// post sends a JSON body and returns the whole answer, if it is no error.
func (e endpoint) post(ctx context.Context, path string, body []byte, limit int) ([]byte, error) {
	key, err := e.checked()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSpace(e.baseURL)+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	var answer []byte
	resp, err := doer{endpoint: e, accept: func(resp *http.Response) error {
		answer, err = e.readAll(resp.Body, limit)
		return err
	}}.Do(req)
	if err != nil {
		return nil, e.explain(context.Background(), ctx, err)
	}
	closeBody(resp)
	if isPage(answer) {
		return nil, e.webPage(resp.StatusCode)
	}
	if err := e.errorIn(answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// ranksIn reads an answer: Jina's object or TEI's bare array. JSON has no NaN and no
// infinity, so a body with one is refused as a whole.
func (e endpoint) ranksIn(body []byte, n int) ([]rank, error) {
	var answer struct {
		Results []rank `json:"results"`
	}
	var err error
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		err = json.Unmarshal(body, &answer.Results)
	} else {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		return nil, e.protocolFailure("The server's answer is no ranking: check that " + e.names.url +
			" is the address of a reranking server, usually ending in /v1, and look at the server's log.")
	}
	if len(answer.Results) == 0 {
		return nil, e.protocolFailure("The server ranked nothing: check that " + e.names.model + " names a reranking model.")
	}
	seen := make([]bool, n)
	for _, r := range answer.Results {
		switch {
		case r.Index == nil || r.RelevanceScore == nil && r.Score == nil:
			return nil, e.protocolFailure("The server ranked a passage without saying which, or without a score: look at its log.")
		case *r.Index < 0 || *r.Index >= n || seen[*r.Index]:
			return nil, e.protocolFailure("The server numbered its ranking wrongly: it names a passage twice, or one that it was not given.")
		}
		seen[*r.Index] = true
	}
	return answer.Results, nil
}

// inOrder puts the ranked hits first, best score first and equal ones as they came.
func inOrder(hits []rag.Hit, ranks []rank) []rag.Hit {
	slices.SortFunc(ranks, func(a, b rank) int {
		return cmp.Or(cmp.Compare(b.score(), a.score()), cmp.Compare(*a.Index, *b.Index))
	})
	ordered := make([]rag.Hit, 0, len(hits))
	ranked := make([]bool, len(hits))
	for i, r := range ranks {
		h := hits[*r.Index]
		h.Rerank = rag.LegScore{Rank: i + 1, Score: r.score()}
		ordered, ranked[*r.Index] = append(ordered, h), true
	}
	for i, h := range hits {
		if !ranked[i] {
			h.Rerank = rag.LegScore{}
			ordered = append(ordered, h)
		}
	}
	return ordered
}
