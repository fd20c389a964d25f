// Package lsa is the built-in embedder: latent semantic analysis of the corpus itself
// (S. Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 1990). It needs no
// model and no network. What it knows of meaning it has from the passages: terms that
// keep the same company become similar, also where they never meet.
package lsa

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"unicode"
)

// Fitter makes an embedder of the corpus itself. The zero value is ready. A Fitter is
// safe for concurrent use.
type Fitter struct {
	// Terms cuts a text into normalised terms, with repetitions. It must do so
	// the same way every time, and several goroutines call it at once; nil means
	// every letter and digit by itself.
	Terms func(text string) []string
	// Version names Terms. Change it with Terms (a user dictionary, say), so that
	// models and vectors kept from before are not reused.
	Version string
	// Dim is the number of dimensions at most, to 1,024; below 2 means 256. A corpus has no
	// more than a third of its passages, or 9 if it is small, and never more than its
	// rank and one.
	Dim int
	// Sample is the number of passages that are decomposed at most, spread evenly over
	// the corpus; below 1 means 6,000. The vectors of the others are folded in. Time and
	// memory of a fit grow with it, not with the corpus.
	Sample int
	// Vocabulary is the number of terms kept at most; below 1 means 50,000.
	Vocabulary int
	// Seed is that of the random start.
	Seed uint64
}

const (
	defaultDim        = 256
	maxDim            = 1024
	defaultSample     = 6000
	defaultVocabulary = 50_000
)

// Fit makes the model of the passages' texts. The same texts in the same order give the
// same model to the last bit on one machine, whatever the number of processors. Any
// texts will do, also none. Errors are the context's, or of numbers that do not converge,
// which none are known to do.
func (f Fitter) Fit(ctx context.Context, texts []string) (*Model, error) {
	f = f.withDefaults()
	sample := texts
	if len(texts) > f.Sample {
		sample = make([]string, f.Sample)
		for i := range sample {
			sample[i] = texts[i*len(texts)/f.Sample]
		}
	}
	counted, err := f.count(ctx, sample)
	if err != nil {
		return nil, err
	}
	terms, idf, passages := counted.matrix(f.Vocabulary)
	rank := min(f.Dim-1, max(len(sample)/3, 8))
	across := passages.transposed()
	values, vectors, err := leftSingular(ctx, passages, across, rank, f.Seed)
	if err != nil {
		return nil, err
	}
	rows, err := termVectors(ctx, across, idf, values, vectors)
	if err != nil {
		return nil, err
	}
	return f.restore(encode(f.Rules(), len(texts), terms, rows))
}

// Rules names all that a model depends on beside the texts: "lsa-v1-256-<Version>", and
// what differs from the defaults.
func (f Fitter) Rules() string {
	f = f.withDefaults()
	name := "lsa-v1-" + strconv.Itoa(f.Dim) + "-" + f.Version
	if f.Sample != defaultSample || f.Vocabulary != defaultVocabulary || f.Seed != 0 {
		name += "-" + strconv.Itoa(f.Sample) + "-" + strconv.Itoa(f.Vocabulary) + "-" + strconv.FormatUint(f.Seed, 16)
	}
	return name
}

func (f Fitter) withDefaults() Fitter {
	if f.Terms == nil {
		f.Terms = letters
	}
	if f.Dim < 2 {
		f.Dim = defaultDim
	}
	f.Dim = min(f.Dim, maxDim)
	if f.Sample < 1 {
		f.Sample = defaultSample
	}
	if f.Vocabulary < 1 {
		f.Vocabulary = defaultVocabulary
	}
	return f
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

// spread calls do for 0 to n-1 on all processors. What do computes must not depend on
// the order. The only error is the context's; then some calls are left out.
func spread(ctx context.Context, n int, do func(i int)) error {
	const stride = 16
	var next atomic.Int64
	var working sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+stride-1)/stride) {
		working.Go(func() {
			for ctx.Err() == nil {
				end := int(next.Add(stride))
				for i := end - stride; i < min(end, n); i++ {
					do(i)
				}
				if end >= n {
					return
				}
			}
		})
	}
	working.Wait()
	return ctx.Err()
}
