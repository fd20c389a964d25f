package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"yinju/rag"
)

// Examination is what trying a chat model showed.
type Examination struct {
	Streamed bool          // words come as they are written
	Thought  bool          // it thought aloud first
	First    time.Duration // until the first piece, of thinking or of the answer
	Finish   string        // why it ended, see rag.ChatModel
}

// examTokens bounds the answer to an examination: room for a thought or two.
const examTokens = 1024

// Examine asks for one word. A model that is still thinking when its tokens are used up
// passes: it works.
func (c Chat) Examine(ctx context.Context) (Examination, error) {
	if c.MaxTokens == 0 || c.MaxTokens > examTokens {
		c.MaxTokens = examTokens
	}
	began := time.Now()
	var seen Examination
	whole := false
	ask := []rag.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Reply with the one word: ok"}}
	finish, err := c.converse(ctx, ask, &whole, func(p rag.Piece) error {
		seen.First = cmp.Or(seen.First, time.Since(began))
		seen.Thought = seen.Thought || p.Thinking
		return nil
	})
	seen.Streamed, seen.Finish = !whole, finish
	if err != nil && seen.Thought && ctx.Err() == nil {
		if failed, ok := errors.AsType[*rag.ModelError](err); ok && failed.Kind == rag.ErrorProtocol {
			seen.Finish, err = "length", nil
		}
	}
	return seen, err
}

// Examine embeds as many texts as one request is to hold, and returns the dimension of
// the vectors and how many texts the server took at once.
func (e *Embeddings) Examine(ctx context.Context) (dimension, batch int, err error) {
	for batch = max(cmp.Or(e.Batch, 10), 1); ; batch /= 2 {
		texts := make([]string, batch)
		for i := range texts {
			texts[i] = fmt.Sprintf("第%d句。", i+1)
		}
		var vectors [][]float32
		vectors, err = e.request(ctx, texts)
		f, failed := errors.AsType[*failure](err)
		switch {
		case err == nil:
			return len(vectors[0]), batch, nil
		case batch > 1 && failed && f.refusesSize():
		default:
			return 0, 0, e.outward(ctx, ctx, err)
		}
	}
}

// refusesSize tells whether fewer texts at once may be taken.
func (f *failure) refusesSize() bool {
	return f.Status == http.StatusBadRequest || f.Status == http.StatusRequestEntityTooLarge || f.Status == http.StatusUnprocessableEntity
}

// Listing is what a server says of itself at /models.
type Listing struct {
	Models []string
	Ahead  time.Duration // of its clock before ours; 0 if it told no time
}

// List asks the server for its models.
func (c Chat) List(ctx context.Context) (Listing, error) { return c.endpoint().list(ctx, c.BaseURL) }

// Advise looks for what is behind an error of the chat model: a sentence for the
// operator, which unlike errors may hold names that the server gave; or nothing.
func (c Chat) Advise(ctx context.Context, err error) string {
	return c.endpoint().advise(ctx, c.Name, err)
}

// Advise is like Chat.Advise.
func (e *Embeddings) Advise(ctx context.Context, err error) string {
	return e.endpoint().advise(ctx, e.Name, err)
}

// Advise is like Chat.Advise.
func (r *Rerank) Advise(ctx context.Context, err error) string {
	return r.endpoint().advise(ctx, r.Name, err)
}

const (
	adviceTimeout = 10 * time.Second
	maxListing    = 4 << 20 // bytes
	shownModels   = 8
)

func (e endpoint) advise(ctx context.Context, model string, err error) string {
	failed, ok := errors.AsType[*rag.ModelError](err)
	if !ok || failed.Kind != rag.ErrorRequest && failed.Kind != rag.ErrorProtocol || failed.Status == 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, adviceTimeout)
	defer cancel()
	listing, err := e.list(ctx, e.baseURL)
	switch {
	case err == nil && len(listing.Models) > 0 && !slices.Contains(listing.Models, model):
		return fmt.Sprintf("The server does not list the model %s; it lists %s.", model, e.shown(closest(model, listing.Models)))
	case err == nil:
		return ""
	}
	for _, other := range otherBases(e.baseURL) {
		if _, err := e.list(ctx, other); err == nil || isAuth(err) {
			return fmt.Sprintf("The API answers at %s: write that into %s.", other, e.names.url)
		}
	}
	return ""
}

func isAuth(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.Kind == rag.ErrorAuth
}

// otherBases are addresses that may have been meant, on the same host.
func otherBases(base string) []string {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(base), "/"))
	if err != nil {
		return nil
	}
	path := u.Path
	root, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	var bases []string
	for _, p := range []string{path + "/v1", "/v1", strings.TrimSuffix(path, "/v1"), "/" + root + "/v1", "/api/v1", "/compatible-mode/v1", "/v2", "/api/v3", "/api/paas/v4"} {
		other := *u
		other.Path = p
		if s := other.String(); p != path && !slices.Contains(bases, s) {
			bases = append(bases, s)
		}
	}
	return bases
}

// shown is the beginning of a list of names, made fit for a terminal.
func (e endpoint) shown(names []string) string {
	var shown []string
	for _, name := range names[:min(shownModels, len(names))] {
		name = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, name)
		if runes := []rune(name); len(runes) > 80 {
			name = string(runes[:80]) + "…"
		}
		if e.key != "" {
			name = strings.ReplaceAll(name, strings.TrimSpace(e.key), "(the key)")
		}
		shown = append(shown, name)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// list asks for the models at a base address.
func (e endpoint) list(ctx context.Context, base string) (Listing, error) {
	e.baseURL, e.extra = base, ""
	key, err := e.checked()
	if err != nil {
		return Listing{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(strings.TrimSpace(base), "/")+"/models", nil)
	if err != nil {
		return Listing{}, err
	}
	req.Header.Set("Accept", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	var body []byte
	var listing Listing
	resp, err := doer{endpoint: e, accept: func(resp *http.Response) error {
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			listing.Ahead = time.Until(at)
		}
		body, err = e.readAll(resp.Body, maxListing)
		return err
	}}.Do(req)
	if err != nil {
		return Listing{}, err
	}
	closeBody(resp)
	listing.Models, err = e.namesIn(body)
	return listing, err
}

// namesIn reads OpenAI's list of models, or one that is a bare array.
func (e endpoint) namesIn(body []byte) ([]string, error) {
	type entry struct {
		ID string `json:"id"`
	}
	var list struct {
		Data []entry `json:"data"`
	}
	err := json.Unmarshal(body, &list)
	if err != nil {
		err = json.Unmarshal(body, &list.Data)
	}
	if err != nil || list.Data == nil {
		return nil, e.protocolFailure("The server's answer is no list of models.")
	}
	var names []string
	for _, m := range list.Data {
		if m.ID != "" {
			names = append(names, m.ID)
		}
	}
	return names, nil
}
