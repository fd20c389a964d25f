package rag

import (
	"context"
	"fmt"
)

// embed gives the store the vectors that it lacks: from the cache, or computed
// batch by batch and cached at once, so that a crash loses one batch at most.
func (x *Index) embed(ctx context.Context, old, s *snapshot, report *Report) error {
	if !x.embeds() {
		return nil
	}
	x.noteChangedEmbedder(ctx, report)
	in, err := x.spaceFor(ctx, old, s)
	if err != nil {
		return err
	}
	s.space = in
	ids := s.ids()
	x.status.enter(PhaseEmbed, len(ids))
	missing, err := in.store.Missing(ctx, ids)
	if err != nil {
		return err
	}
	if missing, err = x.putCached(ctx, in, missing); err != nil {
		return err
	}
	done := len(ids) - len(missing)
	x.status.already(done, len(ids))
	for len(missing) > 0 {
		batch := missing[:min(x.EmbedBatch, len(missing))]
		if err := x.embedBatch(ctx, s, batch); err != nil {
			return err
		}
		missing = missing[len(batch):]
		done += len(batch)
		report.Embedded += len(batch)
		x.status.advance(done, len(ids))
	}
	s.dense = true
	s.weighed = x.weightBefore(ctx, old, s)
	return nil
}

// putCached gives the store what the cache holds of the vectors, and returns the
// IDs of the others.
func (x *Index) putCached(ctx context.Context, in *space, ids []string) (missing []string, err error) {
	return x.cachedVectors(ctx, in.embedder, ids, func(vectors []Vector) error {
		err := in.store.Put(ctx, vectors)
		if err != nil && ctx.Err() == nil {
			// Vectors that do not fit together: the model behind the name has changed.
			x.Log.Warn("cached vectors are not usable and are computed again", "error", err)
		}
		return err
	})
}

func (x *Index) embedBatch(ctx context.Context, s *snapshot, ids []string) error {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = indexedText(s.passages[s.places[id][0]])
	}
	in := s.space
	values, err := in.embedder.EmbedPassages(ctx, texts)
	if err != nil {
		return err
	}
	if len(values) != len(ids) {
		return fmt.Errorf("the embedder returned %d vectors for %d passages", len(values), len(ids))
	}
	vectors := make([]Vector, len(ids))
	for i, id := range ids {
		vectors[i] = Vector{ID: id, Values: values[i]}
	}
	if err := in.store.Put(ctx, vectors); err != nil {
		return err
	}
	x.saveVectors(ctx, in.embedder, vectors)
	return nil
}

// noteChangedEmbedder tells the editor why everything is embedded again.
func (x *Index) noteChangedEmbedder(ctx context.Context, report *Report) {
	before := string(x.cached(ctx, metaKind, []string{embedderKey})[embedderKey])
	if now := x.lineage(); before != "" && before != now {
		report.Warnings = append(report.Warnings,
			fmt.Sprintf("The embedder has changed from %s to %s: all passages are embedded anew.", before, now))
	}
}
