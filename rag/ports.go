package rag

import (
	"context"
	"errors"

	"yinju/corpus"
)

// Embedder turns text into vectors of one length. Implementations are safe for
// concurrent use and pass ragtest.TestEmbedder.
type Embedder interface {
	// EmbedPassages returns one vector a text, in the order of texts: all of the
	// same dimension, finite, and of unit length. It returns an error rather
	// than fewer vectors.
	EmbedPassages(ctx context.Context, texts []string) ([][]float32, error)
	// EmbedQuery returns the vector of a question, of the same dimension.
	EmbedQuery(ctx context.Context, text string) ([]float32, error)
	// Model names the vector space: vectors of different models never meet.
	Model() string
}

// Fitter makes an Embedder of the passages themselves, when there is no other.
// Implementations are safe for concurrent use.
type Fitter interface {
	// Fit learns from the texts of all passages. The same texts make the same Embedder.
	Fit(ctx context.Context, texts []string) (Fitted, error)
	// Restore makes the Embedder again of which Marshal wrote data: its vectors are the
	// same to the last bit. Data that is not whole is an error.
	Restore(data []byte) (Fitted, error)
	// Rules name how Fit works: what it made under other rules is not restored.
	Rules() string
}

// Fitted is an Embedder made from the passages.
type Fitted interface {
	Embedder
	Marshal() []byte
}

// Vector is a passage's vector under the passage's ID.
type Vector struct {
	ID     string
	Values []float32
}

// Match is a stored vector near a query. Score is the cosine similarity, in [-1, 1].
type Match struct {
	ID    string
	Score float64
}

// VectorStore holds the vectors of one model. Implementations are safe for
// concurrent use and pass ragtest.TestVectorStore.
type VectorStore interface {
	// Missing returns those of ids that are not stored, in their order.
	Missing(ctx context.Context, ids []string) ([]string, error)
	// Put stores all vectors or none. A vector under a known ID replaces the old one.
	Put(ctx context.Context, vectors []Vector) error
	// Delete removes vectors; unknown IDs are ignored.
	Delete(ctx context.Context, ids []string) error
	// Nearest returns the k most similar vectors (fewer if fewer are stored),
	// best first, equal scores by ID.
	Nearest(ctx context.Context, query []float32, k int) ([]Match, error)
	// Scores returns the similarity of the vectors under ids, in the order of ids;
	// unknown IDs are left out. It is that of Nearest to the last bit.
	Scores(ctx context.Context, query []float32, ids []string) ([]Match, error)
}

// Cache keeps what is dear to compute between starts, as checksummed blobs. The
// folder is the truth: whatever the cache has lost is computed again. kind names
// what a blob is and by which version of which code it was made ("vector/<model>").
// Implementations are safe for concurrent use and pass ragtest.TestCache.
type Cache interface {
	// Get returns the blobs it holds whole; missing and damaged ones are left out.
	Get(ctx context.Context, kind string, keys []string) (map[string][]byte, error)
	// Commit stores all blobs in one transaction.
	Commit(ctx context.Context, blobs []Blob) error
	// Keep removes, in one transaction, every blob but the given ones: live maps a
	// kind to its keys. Kinds that are not in live go altogether.
	Keep(ctx context.Context, live map[string][]string) error
	// Damaged counts what was found damaged and thrown away since the cache was opened.
	Damaged() int
}

// Blob is an entry of the Cache.
type Blob struct {
	Kind, Key string
	Data      []byte
}

// Message is one turn of a conversation, or an instruction to the model.
type Message struct {
	Role    string `json:"role"` // "system", "user" or "assistant"
	Content string `json:"content"`
}

// Piece is a stretch of what a chat model says: of its answer, or of the thinking aloud
// by which reasoning models come to one.
type Piece struct {
	Text     string // never empty, always valid UTF-8
	Thinking bool   // not part of the answer
	// Recant, of a piece of thinking, takes back the answer so far: it turned out to be
	// thinking too, and Text is all of it.
	Recant bool
}

// ChatModel writes an answer. Implementations are safe for concurrent use.
type ChatModel interface {
	// Chat streams what the model says to emit in pieces (any split of the text). It
	// returns nil only if the model said that it had finished; finish is why: "stop",
	// "length", "content_filter", or a word of its own. An error of emit or a cancelled
	// ctx ends the call upstream at once. Errors are *ModelError, or ctx's or emit's.
	Chat(ctx context.Context, messages []Message, emit func(Piece) error) (finish string, err error)
	// Model is the model's name as shown to people.
	Model() string
}

// Reranker judges hits by reading each beside the question, which is better than any
// index can and too slow for more than a few dozen. Implementations are safe for
// concurrent use.
type Reranker interface {
	// Rerank returns the same hits, best first, each with its place and score in
	// Hit.Rerank. Hits that it says nothing of come behind those it ranks, in the order
	// in which they came, with the zero Rerank. hits itself is not changed. Errors are
	// *ModelError or ctx's.
	Rerank(ctx context.Context, query string, hits []Hit) ([]Hit, error)
}

// Retriever finds passages. *Index is one.
type Retriever interface {
	Retrieve(ctx context.Context, q Query) (*Result, error)
}

// Extractor picks the sentences of the hits that answer a question, in the order in
// which they are to be read. Implementations are safe for concurrent use.
type Extractor interface {
	Extract(question string, found *Result) []Excerpt
}

// Excerpt is a stretch of an article, taken from a hit.
type Excerpt struct {
	Hit  int         // index in Result.Hits
	Span corpus.Span // bytes in the Text of the hit's article
}

// ModelError says why a model server (chat, embeddings, rerank) gave no usable
// answer. Its text is fit for readers: it never holds the key, the address, or
// anything the server wrote.
type ModelError struct {
	Kind   ErrorKind
	Status int    // HTTP status, 0 if there was none
	Hint   string // what the operator can do, a sentence
	Err    error  // the cause, for errors.Is only (context errors, say); may be nil
}

// ErrorKind sorts ModelErrors for people and for counters.
type ErrorKind string

// The kinds of errors.
const (
	ErrorAuth        ErrorKind = "auth"        // 401, 403
	ErrorRequest     ErrorKind = "request"     // other 4xx: wrong model name, context too long
	ErrorRateLimited ErrorKind = "rate_limit"  // 429 after all retries
	ErrorUnavailable ErrorKind = "unavailable" // refused connection, DNS, 5xx after all retries
	ErrorTimeout     ErrorKind = "timeout"     // no piece, or no end, in time
	ErrorProtocol    ErrorKind = "protocol"    // not an answer: HTML, cut stream, empty answer, wrong count
)

func (e *ModelError) Error() string {
	s := "model server: " + string(e.Kind)
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

func (e *ModelError) Unwrap() error { return e.Err }

// ErrNotFound is returned for an article or a passage that no longer exists.
var ErrNotFound = errors.New("not found")

// ErrNotReady is returned until the first generation serves.
var ErrNotReady = errors.New("the articles are still being indexed")

// InputError says what is wrong with what was asked, and what to do about it.
type InputError struct {
	Field   string // as named in the API: "question", "k", "filter.since"
	Message string
	Hint    string
}

func (e *InputError) Error() string { return e.Field + ": " + e.Message }

// ErrDimension is what a VectorStore answers to vectors whose dimension is not that
// of the vectors it holds.
var ErrDimension = errors.New("the vectors have another dimension than those stored")
