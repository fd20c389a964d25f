package rag

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
)

// space is a vector space and the vectors of the passages in it. A generation keeps the
// one that it was made with: an embedder that is fitted anew gets a space of its own,
// beside the one that questions still search.
type space struct {
	embedder Embedder
	store    VectorStore
	fit      fitState // the zero value for an embedder that was not made from the passages

	made    made            // of an embedder that was not
	refused map[string]bool // passages that it has no vector for
	stale   *atomic.Bool    // the embedder has become another one; may be nil
}

func newSpace(e Embedder, store VectorStore) *space {
	return &space{embedder: e, store: store, stale: new(atomic.Bool)}
}

func (p *space) isStale() bool { return p.stale != nil && p.stale.Load() }

// kind is that of the packs of its cached vectors, and of their list.
func (p *space) kind() string {
	if p.made.Epoch == 0 {
		return vectorsKind + p.embedder.Model()
	}
	return fmt.Sprintf("%s%s#%d", vectorsKind, p.embedder.Model(), p.made.Epoch)
}

func (p *space) refuse(id string) {
	if p.refused == nil {
		p.refused = make(map[string]bool)
	}
	p.refused[id] = true
}

// without leaves out of ids what the embedder has refused.
func (p *space) without(ids []string) []string {
	if len(p.refused) == 0 {
		return ids
	}
	return slices.DeleteFunc(ids, func(id string) bool { return p.refused[id] })
}

// fitState says what a fitted embedder has seen of the passages.
type fitState struct {
	Passages int `json:"passages"` // there were when it was made
	Folded   int `json:"folded"`   // that it has embedded and were not there then
}

// refitGrowth is the share of new passages that makes a fitted embedder outdated.
const refitGrowth = 0.2

// outdated tells whether so many passages are new that the embedder is to be made anew.
func (f fitState) outdated(added int) bool {
	return float64(f.Folded+added) > refitGrowth*float64(f.Passages)
}

// embeds tells whether the Index ranks by vectors at all.
func (x *Index) embeds() bool { return x.Embedder != nil || x.Fitter != nil }

// spaceFor returns the space in which a generation is to be embedded: that of the old
// one, or another if there is none yet or its embedder is outdated.
func (x *Index) spaceFor(ctx context.Context, old, next *snapshot) (*space, error) {
	if x.Embedder != nil {
		if x.fixed == nil {
			x.fixed = newSpace(x.Embedder, x.NewStore())
			x.fixed.made = x.keptMade(ctx)
		}
		return x.fixed, nil
	}
	now := old.in()
	if now == nil {
		now = x.restored(ctx)
	}
	if now != nil {
		added, err := x.added(ctx, now, next)
		if err != nil {
			return nil, err
		}
		if !now.fit.outdated(added) {
			return now.folding(added), nil
		}
	}
	return x.fitted(ctx, next)
}

// in is the space of a generation, nil if it has none.
func (s *snapshot) in() *space {
	if s == nil {
		return nil
	}
	return s.space
}

// added counts the passages that an embedder has not seen.
func (x *Index) added(ctx context.Context, in *space, s *snapshot) (int, error) {
	missing, err := in.store.Missing(ctx, s.ids())
	if err != nil {
		return 0, err
	}
	missing, err = x.cachedVectors(ctx, in, missing, func(vectors []Vector) error { return in.store.Put(ctx, vectors) })
	return len(missing), err
}

// folding is the same space with more passages in it that its embedder was not made from.
func (p *space) folding(added int) *space {
	more := *p
	more.fit.Folded += added
	return &more
}

// fitted makes an embedder of the passages.
func (x *Index) fitted(ctx context.Context, s *snapshot) (*space, error) {
	ids := s.ids()
	x.status.enter(PhaseFit, 0)
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = indexedText(s.passages[s.places[id][0]])
	}
	embedder, err := x.Fitter.Fit(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("the built-in embedder: %w", err)
	}
	x.save(ctx, []Blob{{x.fitKind(), fitModelKey, embedder.Marshal()}})
	return &space{embedder: embedder, store: x.NewStore(), fit: fitState{Passages: len(ids)}}, nil
}

// restored is the space that the cache holds the embedder of, nil if it holds none.
func (x *Index) restored(ctx context.Context) *space {
	blobs := x.cached(ctx, x.fitKind(), []string{fitModelKey, fitStateKey})
	var fit fitState
	if json.Unmarshal(blobs[fitStateKey], &fit) != nil {
		return nil
	}
	embedder, err := x.Fitter.Restore(blobs[fitModelKey])
	if err != nil {
		return nil
	}
	return &space{embedder: embedder, store: x.NewStore(), fit: fit}
}

const (
	fitModelKey = "model"
	fitStateKey = "state"
)

// fitKind is the kind of what is kept of a fitted embedder.
func (x *Index) fitKind() string { return "embedder/" + x.Fitter.Rules() }

// saveFit keeps what the next start must know of a fitted embedder.
func (x *Index) saveFit(ctx context.Context, p *space) {
	state, err := json.Marshal(p.fit)
	if err != nil {
		return // numbers always are JSON
	}
	x.save(ctx, []Blob{{x.fitKind(), fitStateKey, state}})
}

// lineage names the embedder beyond what fitting it anew changes.
func (x *Index) lineage() string {
	if x.Embedder != nil {
		return x.Embedder.Model()
	}
	return x.Fitter.Rules()
}
