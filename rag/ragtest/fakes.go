package ragtest

import (
	"bytes"
	"cmp"
	"context"
	"hash/fnv"
	"math"
	"slices"
	"sync"

	"yinju/rag"
)

// Cache is a rag.Cache in memory. The zero value is empty and ready.
type Cache struct {
	mu    sync.Mutex
	blobs map[[2]string][]byte // by kind and key
	err   error
}

// Fail makes every later call return err; nil ends that.
func (c *Cache) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

// Get implements rag.Cache.
func (c *Cache) Get(ctx context.Context, kind string, keys []string) (map[string][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := first(ctx.Err(), c.err); err != nil {
		return nil, err
	}
	found := make(map[string][]byte)
	for _, key := range keys {
		if data, ok := c.blobs[[2]string{kind, key}]; ok {
			found[key] = bytes.Clone(data)
		}
	}
	return found, nil
}

// Commit implements rag.Cache.
func (c *Cache) Commit(ctx context.Context, blobs []rag.Blob) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := first(ctx.Err(), c.err); err != nil {
		return err
	}
	if c.blobs == nil {
		c.blobs = make(map[[2]string][]byte)
	}
	for _, b := range blobs {
		c.blobs[[2]string{b.Kind, b.Key}] = bytes.Clone(b.Data)
	}
	return nil
}

// Keep implements rag.Cache.
func (c *Cache) Keep(ctx context.Context, live map[string][]string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := first(ctx.Err(), c.err); err != nil {
		return err
	}
	kept := make(map[[2]string][]byte)
	for kind, keys := range live {
		for _, key := range keys {
			if data, ok := c.blobs[[2]string{kind, key}]; ok {
				kept[[2]string{kind, key}] = data
			}
		}
	}
	c.blobs = kept
	return nil
}

// Damaged implements rag.Cache: memory is never damaged.
func (c *Cache) Damaged() int { return 0 }

// Len is the number of blobs held.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.blobs)
}

// Embedder is a deterministic rag.Embedder: texts that share characters get
// similar vectors. It counts what it embeds, and fails when told to. The zero
// value is ready, with 32 dimensions.
type Embedder struct {
	Dim  int    // 0 means 32
	Name string // what Model returns; empty means "fake"

	mu       sync.Mutex
	err      error
	passages int
	queries  int
}

// Fail makes every later call return err; nil ends that.
func (e *Embedder) Fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
}

// Embedded is how many passages have been embedded, Queries how many questions.
func (e *Embedder) Embedded() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.passages
}

// Queries is how many questions have been embedded.
func (e *Embedder) Queries() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.queries
}

// EmbedPassages implements rag.Embedder.
func (e *Embedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := first(ctx.Err(), e.err); err != nil {
		return nil, err
	}
	e.passages += len(texts)
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = e.embed(text)
	}
	return vectors, nil
}

// EmbedQuery implements rag.Embedder.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := first(ctx.Err(), e.err); err != nil {
		return nil, err
	}
	e.queries++
	return e.embed(text), nil
}

// Model implements rag.Embedder.
func (e *Embedder) Model() string {
	if e.Name == "" {
		return "fake"
	}
	return e.Name
}

func (e *Embedder) embed(text string) []float32 {
	dimension := e.Dim
	if dimension == 0 {
		dimension = 32
	}
	counts := make([]float64, dimension)
	counts[0] = 1 // so that no text is without length
	for _, r := range text {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(r))) // a hash never fails
		counts[h.Sum32()%uint32(dimension)]++
	}
	var squares float64
	for _, x := range counts {
		squares += x * x
	}
	vector := make([]float32, dimension)
	for i, x := range counts {
		vector[i] = float32(x / math.Sqrt(squares))
	}
	return vector
}

// Reply is what Chat says to one call.
type Reply struct {
	Thinks []string        // emitted first, as thinking
	Pieces []string        // emitted one by one
	Gate   <-chan struct{} // if not nil, received from before each piece and before the end
	Finish string          // empty means "stop"
	Err    error           // returned after the pieces
}

// Chat is a scripted rag.ChatModel. It answers the n-th call with Replies[n-1],
// further calls with the last one, and says nothing without any. The zero value
// is ready.
type Chat struct {
	Replies []Reply
	Name    string // what Model returns; empty means "fake"

	mu    sync.Mutex
	calls [][]rag.Message
}

// Chat implements rag.ChatModel.
func (c *Chat) Chat(ctx context.Context, messages []rag.Message, emit func(rag.Piece) error) (string, error) {
	c.mu.Lock()
	c.calls = append(c.calls, slices.Clone(messages))
	var reply Reply
	if n := len(c.Replies); n > 0 {
		reply = c.Replies[min(len(c.calls), n)-1]
	}
	c.mu.Unlock()
	wait := func() error {
		if reply.Gate != nil {
			select {
			case <-reply.Gate:
			case <-ctx.Done():
			}
		}
		return ctx.Err()
	}
	for i, text := range slices.Concat(reply.Thinks, reply.Pieces) {
		if err := wait(); err != nil {
			return "", err
		}
		if err := emit(rag.Piece{Text: text, Thinking: i < len(reply.Thinks)}); err != nil {
			return "", err
		}
	}
	if err := first(wait(), reply.Err); err != nil {
		return "", err
	}
	if reply.Finish == "" {
		return "stop", nil
	}
	return reply.Finish, nil
}

// Model implements rag.ChatModel.
func (c *Chat) Model() string {
	if c.Name == "" {
		return "fake"
	}
	return c.Name
}

// Calls returns the messages of every call so far.
func (c *Chat) Calls() [][]rag.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// Reranker is a rag.Reranker that follows Score. It counts its calls, and fails when
// told to. Set Score before the first call; the methods are safe for concurrent use.
type Reranker struct {
	// Score judges a passage; a negative one means that the passage is left unranked.
	Score func(query string, h rag.Hit) float64

	mu      sync.Mutex
	err     error
	queries []string
	hits    [][]rag.Hit
}

// Fail makes every later call return err; nil ends that.
func (r *Reranker) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Calls returns the query and the hits of every call so far.
func (r *Reranker) Calls() (queries []string, hits [][]rag.Hit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.queries), slices.Clone(r.hits)
}

// Rerank implements rag.Reranker.
func (r *Reranker) Rerank(ctx context.Context, query string, hits []rag.Hit) ([]rag.Hit, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queries, r.hits = append(r.queries, query), append(r.hits, slices.Clone(hits))
	if err := first(ctx.Err(), r.err); err != nil {
		return nil, err
	}
	ordered := slices.Clone(hits)
	for i := range ordered {
		ordered[i].Rerank.Score = r.Score(query, ordered[i])
	}
	slices.SortStableFunc(ordered, func(a, b rag.Hit) int { return cmp.Compare(max(b.Rerank.Score, -1), max(a.Rerank.Score, -1)) })
	for i := range ordered {
		ordered[i].Rerank.Rank = i + 1
		if ordered[i].Rerank.Score < 0 {
			ordered[i].Rerank = rag.LegScore{}
		}
	}
	return ordered, nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
