package rag

import (
	"context"
	"errors"
	"fmt"
)

// embed gives the store the vectors that it lacks: from the cache, or computed in
// batches, each stored and cached as soon as it is there. If it turns out that the model
// behind the embedder's name is another one, it begins anew in a space beside the old.
func (x *Index) embed(ctx context.Context, old, s *snapshot, report *Report) error {
	if !x.embeds() {
		return nil
	}
	x.noteChangedEmbedder(ctx, report)
	in, err := x.spaceFor(ctx, old, s)
	for try := 1; err == nil; try++ {
		s.space = in
		err = x.embedIn(ctx, s, report)
		var changed *changedModelError
		if !errors.As(err, &changed) || try == spacesATime {
			break
		}
		in, err = x.beside(ctx, in, changed, report), nil
	}
	if err != nil {
		return err
	}
	x.failures = 0
	s.dense = true
	s.weighed = x.weightBefore(ctx, old, s)
	return nil
}

// spacesATime bounds how often one reload begins anew because the model has changed.
const spacesATime = 3

// embedIn gives the store of the generation's space the vectors that it lacks.
func (x *Index) embedIn(ctx context.Context, s *snapshot, report *Report) error {
	in, ids := s.space, s.ids()
	x.status.enter(PhaseEmbed, len(ids))
	missing, err := in.store.Missing(ctx, ids)
	if err != nil {
		return err
	}
	x.kept.loosen(missing)
	if missing, err = x.putCached(ctx, in, missing); err != nil {
		return err
	}
	missing = in.without(missing)
	x.status.already(len(ids)-len(missing), len(ids))
	if len(missing) > 0 && x.Remote || x.suspected.Load() {
		if err := x.sameModel(ctx, in); err != nil {
			return err
		}
	}
	work := &embedding{x: x, s: s, left: missing, done: len(ids) - len(missing), total: len(ids)}
	err = work.run(ctx)
	report.Embedded += work.embedded
	report.Warnings = append(report.Warnings, work.warnings()...)
	return err
}

// putCached gives the store what the cache holds of the vectors, and returns the
// IDs of the others.
func (x *Index) putCached(ctx context.Context, in *space, ids []string) (missing []string, err error) {
	return x.cachedVectors(ctx, in, ids, func(vectors []Vector) error {
		if want := len(in.made.Canary); want > 0 && len(vectors[0].Values) != want {
			return ErrDimension
		}
		err := in.store.Put(ctx, vectors)
		if err != nil && ctx.Err() == nil {
			// Vectors that do not fit together: the model behind the name has changed.
			x.Log.Warn("cached vectors are not usable and are computed again", "error", err)
		}
		return err
	})
}

// noteChangedEmbedder tells the editor why everything is embedded again.
func (x *Index) noteChangedEmbedder(ctx context.Context, report *Report) {
	before := string(x.cached(ctx, metaKind, []string{embedderKey})[embedderKey])
	if now := x.lineage(); before != "" && before != now {
		report.Warnings = append(report.Warnings,
			fmt.Sprintf("The embedder has changed from %s to %s: all passages are embedded anew.", before, now))
	}
}
