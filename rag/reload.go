package rag

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"yinju/corpus"
)

// ErrEmptied is returned by a reload that found no article where the generation
// that serves has some.
var ErrEmptied = errors.New("the folder holds no articles any more; the old ones stay until there are new ones (or the reload is forced)")

// Reload brings the Index up to date with the folder and returns when that has
// happened, or ctx is done (the reload goes on then). It sees every change made to
// the folder before the call, and ends what Rollback has pinned. On an error the old generation goes on serving. force
// lets an empty folder empty the Index, and reads every file whatever it looks like.
func (x *Index) Reload(ctx context.Context, force bool) (*Report, error) {
	x.init()
	x.kept.unpin()
	return x.runs.join(force, x.reload).result(ctx)
}

// reload is one run: all steps of it, at most one at a time.
func (x *Index) reload(r *run) (*Report, error) {
	started := time.Now()
	ctx := x.status.held(x.ctx)
	x.status.begin()
	x.runs.begin(r)
	defer x.watch()()
	report, err := x.steps(ctx, r)
	if errors.Is(err, errGivenUp) {
		x.status.finished(nil)
		x.Log.Info("a reload was given up for a newer one", "took_ms", time.Since(started).Milliseconds())
		return nil, err
	}
	if errors.Is(err, ErrPinned) {
		x.pinned(true)
		x.status.finished(nil)
		return nil, err
	}
	if err != nil {
		err = x.tryLater(err)
		x.status.failed(err)
		if x.ctx.Err() == nil { // else it was stopped
			x.Log.Error("reload failed, the old generation goes on serving", "error", err)
		}
		return nil, err
	}
	report.Refusal = x.Calibration()
	r.untilAwaited(ctx, func(ctx context.Context) { x.weigh(ctx, x.current.Load(), report) })
	x.selfTest(ctx, x.current.Load(), report)
	report.Duplicates = x.current.Load().near.groups
	report.TookMS = time.Since(started).Milliseconds()
	x.verify(ctx, x.current.Load(), report)
	if err := x.unsaved.Swap(nil); err != nil && x.ctx.Err() == nil {
		report.Warnings = append(report.Warnings, fmt.Sprintf("The cache can't be written, so the next start will take longer: %v.", *err))
	}
	report.Slow = x.status.slowest()
	x.keepReport(ctx, report) // it does not change from here on: readers have it
	x.status.finished(report)
	x.Log.Info("reload", "generation", report.Generation, "added", len(report.Added), "changed", len(report.Changed),
		"removed", len(report.Removed), "unchanged", report.Unchanged, "skipped", len(report.Skipped), "phrases", fmt.Sprintf("%d/%d", report.PhrasesFound, report.PhrasesTested), "duplicates", report.Duplicates, "took_ms", report.TookMS)
	return report, nil
}

// steps are those of the design: load, split, index, embed, save, swap, clean up.
func (x *Index) steps(ctx context.Context, r *run) (*Report, error) {
	began, old := time.Now(), x.current.Load()
	x.recallReports(ctx)
	if x.pinned(false) {
		return nil, ErrPinned
	}
	loaded, report, err := x.load(ctx, old, r.force)
	if err != nil {
		return nil, err
	}
	if old != nil && !report.changes() && (old.dense || !x.embeds()) && !x.otherModel(ctx, old) {
		report.Generation = old.generation
		return report, x.gate(ctx, nil, old, r.force, report)
	}
	next, err := x.build(ctx, old, loaded.Articles)
	if err != nil {
		return nil, err
	}
	report.Warnings = append(report.Warnings, next.warnings(old)...)
	if err := x.calibrate(ctx, old, next); err != nil {
		return nil, err
	}
	err = x.whileWanted(ctx, r, old, next, func(ctx context.Context) error {
		if old == nil {
			return x.embedFirst(ctx, began, next, report)
		}
		return x.embed(ctx, old, next, report)
	})
	if errors.Is(err, errGivenUp) {
		return nil, err
	}
	switch {
	case err == nil:
	case ctx.Err() != nil || old != nil && old.dense:
		return nil, &embedError{err}
	default:
		if x.withoutVectors(err, report); old != nil && !report.changes() {
			report.Generation = old.generation
			return report, nil
		}
	}
	if err := x.gate(ctx, old, next, r.force, report); err != nil {
		return nil, err
	}
	return report, x.publish(ctx, next, report)
}

// load reads the folder and compares it with the generation that serves.
func (x *Index) load(ctx context.Context, old *snapshot, force bool) (*corpus.Loaded, *Report, error) {
	loaded, err := x.Load(ctx, x.known(ctx, force), x.status.step)
	if err != nil {
		return nil, nil, err
	}
	if len(loaded.Articles) == 0 && old != nil && len(old.articles) > 0 && !force {
		return nil, nil, ErrEmptied
	}
	x.files = filesOf(loaded)
	return loaded, compare(old, loaded), nil
}

// publish saves a generation and lets it serve.
func (x *Index) publish(ctx context.Context, next *snapshot, report *Report) error {
	x.status.enter(PhaseSave, 0)
	x.saveFiles(ctx)
	x.saveGeneration(ctx, next)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.swap(next); err != nil {
		return err
	}
	x.shelf.from, x.shelf.served, x.shelf.read = nil, nil, nil
	report.Generation = next.generation
	x.cleanUp(ctx, next)
	return nil
}

// known gives the loader what needs no parsing: the files as they were last read, at
// the first load those of the cache. afresh makes it read them all again.
func (x *Index) known(ctx context.Context, afresh bool) corpus.Known {
	var known corpus.Known = knownFiles(x.files)
	if x.files == nil {
		var beside sync.WaitGroup
		beside.Go(func() { x.restore(ctx) })
		known = x.cachedFiles(ctx)
		beside.Wait()
	}
	if afresh {
		return unstamped{known}
	}
	return known
}

// compare says what loaded changes in the generation that serves.
func compare(old *snapshot, loaded *corpus.Loaded) *Report {
	r := &Report{
		Added: []string{}, Changed: []string{}, Removed: []string{},
		Skipped:  slices.Clone(loaded.Skipped),
		Warnings: slices.Clone(loaded.Warnings),
	}
	if r.Skipped == nil {
		r.Skipped = []corpus.Skipped{}
	}
	if r.Warnings == nil {
		r.Warnings = []string{}
	}
	still := make(map[string]bool)
	for _, a := range loaded.Articles {
		still[a.ID] = true
		for _, w := range a.Warnings {
			r.Warnings = append(r.Warnings, a.Path+": "+w)
		}
		if old == nil {
			r.Added = append(r.Added, a.Path)
		} else if i, found := old.byID[a.ID]; !found {
			r.Added = append(r.Added, a.Path)
		} else if !sameArticle(old.articles[i], a) {
			r.Changed = append(r.Changed, a.Path)
		} else {
			r.Unchanged++
		}
	}
	if old != nil {
		for _, a := range old.articles {
			if !still[a.ID] {
				r.Removed = append(r.Removed, a.Path)
			}
		}
	}
	return r
}

// warnings are those about articles that old, which may be nil, does not have.
func (s *snapshot) warnings(old *snapshot) (warnings []string) {
	for i, o := range s.from {
		if _, found := old.find(s.articles[i]); !found && o.segment.flagged[o.at] {
			warnings = append(warnings, s.articles[i].Path+": "+warnFlagged)
		}
	}
	return warnings
}

func (r *Report) changes() bool {
	return len(r.Added)+len(r.Changed)+len(r.Removed) > 0
}

// build splits and indexes what is new.
func (x *Index) build(ctx context.Context, old *snapshot, articles []*corpus.Article) (*snapshot, error) {
	from, err := x.indexed(ctx, old, articles)
	if err != nil {
		return nil, err
	}
	if err := x.compact(ctx, from); err != nil {
		return nil, err
	}
	known := x.shelf.read
	if old != nil {
		known = old.near.read
	}
	next := assemble(x.kept.next(), old, from, known)
	x.shelf.from, x.shelf.read = from, next.near.read
	return next, ctx.Err()
}

// find returns where the same article, unchanged, stands in s, which may be nil.
func (s *snapshot) find(a *corpus.Article) (int, bool) {
	if s == nil {
		return 0, false
	}
	i, found := s.byID[a.ID]
	return i, found && sameArticle(s.articles[i], a)
}
