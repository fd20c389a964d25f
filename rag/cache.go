package rag

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

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
		x.unsaved.Store(&err)
	}
}

// inParallel calls do(0) … do(n-1) on all processors.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	var next atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
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
	live := map[string][]string{x.filesKind(): fileKeys(), x.keptKind(): {generationKey, pendingKey, readKey}, metaKind: {reportsKey}}
	for _, segment := range x.kept.segments(s) {
		live[x.articlesKind()] = append(live[x.articlesKind()], segment.key)
		live[x.segmentKind()] = append(live[x.segmentKind()], segment.key)
	}
	if x.embeds() {
		p := x.packsOf(s.space)
		live[p.kind] = p.tidy(ctx, x, x.kept.holding(s))
		live[metaKind] = append(live[metaKind], embedderKey, madeKey(s.space.embedder))
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
