package rag

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

const vectorsKind = "vectors-1/" // and the model

// Audit is what is wrong with the entries of a cache whose checksums are right.
type Audit struct {
	Damage  []string       // in sentences without a subject
	Orphans map[string]int // kind → entries that nothing refers to any more
}

// Audit looks at the cached vectors of all models, and at which entries are still
// referred to; counts has the number of whole entries of each kind. It changes nothing,
// and must be called before the first Reload.
func (x *Index) Audit(ctx context.Context, counts map[string]int) (*Audit, error) {
	x.init()
	a := &Audit{Orphans: make(map[string]int)}
	for kind, count := range counts {
		known, either := 0, true
		switch {
		case strings.HasPrefix(kind, vectorsKind):
			known = a.vectors(ctx, x, kind)
		case kind == x.articlesKind() || kind == x.segmentKind():
			known = a.segments(ctx, x, kind)
		default:
			either = false
		}
		if either && count > known {
			a.Orphans[kind] = count - known
		}
	}
	return a, ctx.Err()
}

// vectors checks the packs of one model, and returns how many entries are theirs.
func (a *Audit) vectors(ctx context.Context, x *Index, kind string) (known int) {
	p := &packs{kind: kind}
	keys := p.open(ctx, x)
	for n := range len(keys)/listed + 1 {
		known += len(x.cached(ctx, kind, []string{listKey(n)}))
	}
	dim := 0
	for _, key := range keys {
		data, found := x.cached(ctx, kind, []string{key})[key]
		if !found {
			a.blame(kind, "the pack %s is missing", key)
			continue
		}
		known++
		vectors := decodePack(data)
		if len(vectors) == 0 {
			a.blame(kind, "the pack %s holds no vectors, or not all it should", key)
			continue
		}
		if dim == 0 {
			dim = len(vectors[0].Values)
		}
		if got := len(vectors[0].Values); got != dim {
			a.blame(kind, "the pack %s has vectors of dimension %d, the others of %d", key, got, dim)
		}
		odd := 0
		for _, v := range vectors {
			if !isUnit(v.Values) {
				odd++
			}
		}
		if odd > 0 {
			a.blame(kind, "%d of the %d vectors in the pack %s are not finite or not of unit length", odd, len(vectors), key)
		}
	}
	return known
}

// segments checks that the segments of the generation are there, and returns how many
// entries of the kind are theirs.
func (a *Audit) segments(ctx context.Context, x *Index, kind string) (known int) {
	blobs := x.cached(ctx, x.keptKind(), []string{generationKey, pendingKey})
	var kept keptGeneration
	if data, found := blobs[generationKey]; found {
		if err := json.Unmarshal(data, &kept); err != nil {
			a.blame(x.keptKind(), "the record of the generation can't be read: %v", err)
		}
	}
	keys := make(map[string]bool)
	for _, s := range kept.Segments {
		keys[s.Key] = true
	}
	for _, key := range strings.Fields(string(blobs[pendingKey])) {
		keys[key] = true
	}
	for key := range keys {
		if len(x.cached(ctx, kind, []string{key})) == 0 {
			a.blame(kind, "the segment %s is missing", key)
			continue
		}
		known++
	}
	return known
}

func (a *Audit) blame(kind, format string, args ...any) {
	a.Damage = append(a.Damage, fmt.Sprintf("of %q ", kind)+fmt.Sprintf(format, args...))
}

// isUnit says whether a vector is of unit length, as far as float32 goes.
func isUnit(v []float32) bool {
	sum := 0.0
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	return math.Abs(sum-1) < 1e-3 // not for NaN and infinities
}
