package rag

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"yinju/corpus"
)

// The kinds of blobs. What was made by other rules, or by another model, has another
// kind: it is not found, and swept.
func (x *Index) articleKind() string { return "article/" + x.Version }
func (x *Index) termsKind() string   { return "terms/" + x.Version }

func vectorKind(e Embedder) string { return "vector/" + e.Model() }

const (
	metaKind    = "meta"
	embedderKey = "embedder" // the model whose vectors the cache holds
)

// cached gets blobs. A cache that fails is as good as an empty one.
func (x *Index) cached(ctx context.Context, kind string, keys []string) map[string][]byte {
	if x.Cache == nil || len(keys) == 0 {
		return nil
	}
	blobs, err := x.Cache.Get(ctx, kind, keys)
	if err != nil {
		x.Log.Warn("the cache can't be read; what it held is computed again", "error", err)
	}
	return blobs
}

// save commits blobs. What can't be saved is computed again at the next start.
func (x *Index) save(ctx context.Context, blobs []Blob) {
	if x.Cache == nil || len(blobs) == 0 {
		return
	}
	if err := x.Cache.Commit(ctx, blobs); err != nil {
		x.Log.Warn("the cache can't be written; the next start will take longer", "error", err)
	}
}

func articleKey(path string, hash [32]byte) string {
	sum := sha256.Sum256(append([]byte(path+"\x00"), hash[:]...))
	return hex.EncodeToString(sum[:16])
}

// saveArticles caches the articles that old does not have.
func (x *Index) saveArticles(ctx context.Context, old, next *snapshot) {
	if x.Cache == nil {
		return
	}
	var blobs []Blob
	size := 0
	for _, a := range next.articles {
		if _, same := old.find(a); same {
			continue
		}
		data, err := json.Marshal(a)
		if err != nil {
			continue // a date beyond the year 9999, say: parsed again at the next start
		}
		blobs = append(blobs, Blob{x.articleKind(), articleKey(a.Path, a.Hash), data})
		if size += len(data); size > 32<<20 {
			x.save(ctx, blobs)
			blobs, size = nil, 0
		}
	}
	x.save(ctx, blobs)
}

// terms returns the terms of each passage, from the cache where it has them.
func (x *Index) terms(ctx context.Context, passages []corpus.Passage) ([][]string, error) {
	keys := make([]string, len(passages))
	for i, p := range passages {
		keys[i] = p.ID
	}
	known := x.cached(ctx, x.termsKind(), keys)
	terms := make([][]string, len(passages))
	var missing []int
	for i, p := range passages {
		if data, found := known[p.ID]; found {
			terms[i] = splitTerms(string(data))
		} else {
			missing = append(missing, i)
		}
	}
	inParallel(len(missing), func(n int) {
		if ctx.Err() == nil {
			terms[missing[n]] = x.Words(indexedText(passages[missing[n]]))
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	blobs := make([]Blob, len(missing))
	for n, i := range missing {
		blobs[n] = Blob{x.termsKind(), passages[i].ID, []byte(strings.Join(terms[i], "\x00"))}
	}
	x.save(ctx, blobs)
	return terms, nil
}

func splitTerms(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, "\x00")
}

// inParallel calls do(0) … do(n-1) on all processors.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// sweepCache removes what the generation that serves has no use for. A generation
// without vectors leaves those of the cache alone: its embedder may be a mistake.
func (x *Index) sweepCache(ctx context.Context, s *snapshot) {
	if x.Cache == nil || x.embeds() && !s.dense {
		return
	}
	ids := s.ids()
	live := map[string][]string{x.termsKind(): ids, x.filesKind(): {filesKey}}
	for _, a := range s.articles {
		live[x.articleKind()] = append(live[x.articleKind()], articleKey(a.Path, a.Hash))
	}
	if x.embeds() {
		live[vectorKind(s.space.embedder)] = ids
		live[metaKind] = []string{embedderKey}
		live[x.weightKind()] = []string{x.weightKey()}
		x.save(ctx, []Blob{{metaKind, embedderKey, []byte(x.lineage())}})
	}
	if x.Embedder == nil && x.Fitter != nil {
		live[x.fitKind()] = []string{fitModelKey, fitStateKey}
		x.saveFit(ctx, s.space)
	}
	if err := x.Cache.Keep(ctx, live); err != nil {
		x.Log.Warn("the cache could not be swept; it stays larger than it need be", "error", err)
	}
}

// encodeVector writes little-endian float32 values.
func encodeVector(v []float32) []byte {
	data := make([]byte, 4*len(v))
	for i, f := range v {
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(f))
	}
	return data
}

func decodeVector(data []byte) ([]float32, error) {
	if len(data) == 0 || len(data)%4 != 0 {
		return nil, fmt.Errorf("a vector of %d bytes", len(data))
	}
	v := make([]float32, len(data)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return v, nil
}
