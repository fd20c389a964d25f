// Package hashed is the built-in embedder: vectors of hashed terms. It needs no
// model, no training and no network, and knows nothing of meaning: two texts are
// similar if they share terms. So it is to fill the last places of a ranking by
// terms, not to compete with it.
package hashed

import (
	"context"
	"math"
	"runtime"
	"strconv"
	"sync"
	"unicode"

	"yinju/rag"
)

// Embedder implements rag.Embedder by signed feature hashing (K. Weinberger et
// al., Feature Hashing for Large Scale Multitask Learning, ICML 2009): a term t
// that occurs n times adds sign(t)·√n to dimension hash(t) mod Dim, and the sum is
// scaled to unit length. The signs let collisions cancel on average, so that
// the dot product estimates that of the unhashed vectors.
//
// A text without terms (or whose terms cancel to nothing) gets the vector of
// equal values, which is about orthogonal to that of any text with terms.
//
// Vectors are the same to the last bit on every machine: only operations that IEEE
// 754 rounds exactly are used, none of them fused, in the order of the terms.
//
// The zero value is ready. An Embedder is safe for concurrent use and must not be
// changed once used.
type Embedder struct {
	// Terms cuts a text into normalised terms, with repetitions. It must do so
	// the same way every time, and several goroutines call it at once; nil means
	// every letter and digit by itself.
	Terms func(text string) []string
	// Dim is the number of dimensions; below 1 means 256.
	Dim int
	// Version is added to the model's name if not empty. Change it with Terms (a
	// user dictionary, say), so that vectors kept from before are not reused.
	Version string
}

var _ rag.Embedder = Embedder{}

// EmbedPassages implements rag.Embedder, on all processors. The only error is the
// context's.
func (e Embedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	var working sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(texts))
	for first := range workers {
		working.Go(func() {
			for i := first; i < len(texts) && ctx.Err() == nil; i += workers {
				vectors[i] = e.embed(texts[i])
			}
		})
	}
	working.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return vectors, nil
}

// EmbedQuery implements rag.Embedder. The only error is the context's.
func (e Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return e.embed(text), nil
}

// Model implements rag.Embedder: "hashed-256-v1", say.
func (e Embedder) Model() string {
	name := "hashed-" + strconv.Itoa(e.dim()) + "-v1"
	if e.Version != "" {
		name += "-" + e.Version
	}
	return name
}

func (e Embedder) dim() int {
	if e.Dim < 1 {
		return 256
	}
	return e.Dim
}

func (e Embedder) embed(text string) []float32 {
	cut := e.Terms
	if cut == nil {
		cut = letters
	}
	terms := cut(text)
	counts := make(map[string]int, len(terms))
	for _, term := range terms {
		counts[term]++
	}
	sums := make([]float64, e.dim())
	for _, term := range terms { // not over the map: sums depend on the order
		n := counts[term]
		if n == 0 {
			continue
		}
		counts[term] = 0
		weight := math.Sqrt(float64(n))
		h := hash(term)
		if h>>63 == 1 {
			weight = -weight
		}
		sums[(h&math.MaxUint32)%uint64(len(sums))] += weight
	}
	return unit(sums)
}

// unit scales the sums to length 1.
func unit(sums []float64) []float32 {
	var squares float64
	for _, x := range sums {
		squares += float64(x * x) // the conversion forbids a fused multiply-add
	}
	// What is left of terms that cancel is rounding, and no direction.
	if squares < 1e-12 {
		for i := range sums {
			sums[i] = 1
		}
		squares = float64(len(sums))
	}
	norm := math.Sqrt(squares)
	vector := make([]float32, len(sums))
	for i, x := range sums {
		vector[i] = float32(x / norm)
	}
	return vector
}

// hash is FNV-1a with the finisher of MurmurHash3, so that every bit of the term
// reaches both the dimension (low bits) and the sign (highest bit).
func hash(term string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(term) {
		h = (h ^ uint64(term[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func letters(text string) []string {
	var all []string
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			all = append(all, string(unicode.ToLower(r)))
		}
	}
	return all
}
