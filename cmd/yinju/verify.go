package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"yinju/corpus/segment"
	"yinju/rag"
	"yinju/rag/sqlite"
)

// verify reads the whole cache and compares it with the folder. It changes nothing,
// asks no server, and works beside a running yinju.
func verify(ctx context.Context, sys system, set *settings) error {
	d := &diagnosis{printer: &printer{w: sys.Stdout}}
	data, err := dataFolder(set)
	if err != nil {
		return err
	}
	cache, err := sqlite.OpenReader(data)
	switch {
	case errors.Is(err, sqlite.ErrNone):
		d.warn("cache", "%v.", err)
		return d.err
	case err != nil:
		return err
	}
	defer cache.Close() //nolint:errcheck // only read
	kinds, damage, err := cache.Check(ctx)
	if err != nil {
		return err
	}
	for _, what := range damage {
		d.fail("cache", "In %s %s; delete the data folder or start the server, which sets the file aside and fills it again from the articles.", data, what)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		d.ok("entries", "%s: %d, %s, every checksum right.", kind, kinds[kind].Count, sizeWords(kinds[kind].Bytes))
	}
	if len(damage) == 0 {
		if err := d.contents(ctx, set, data, cache, kinds); err != nil {
			return err
		}
	}
	switch {
	case d.err != nil:
		return d.err
	case d.failed > 0:
		return fmt.Errorf("the cache is damaged in %d ways", d.failed)
	}
	return nil
}

// contents says what whole entries hold that they should not, and what a reload would
// find.
func (d *diagnosis) contents(ctx context.Context, set *settings, data string, cache rag.Cache, kinds map[string]sqlite.Entries) error {
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		return err
	}
	s := &service{Log: slog.New(slog.DiscardHandler)}
	defer s.Close()
	if s.Articles, err = articlesFolder(set, data); err != nil {
		return err
	}
	x := newIndex(set, s, words, cache)
	defer x.Close()
	if err := d.audit(ctx, x, data, kinds); err != nil {
		return err
	}
	drift, err := x.Drift(ctx)
	if err != nil {
		return err
	}
	if drift.Known == 0 {
		d.warn("articles", "The cache knows no files under these settings; the next start reads all %d.", len(drift.Added))
		return nil
	}
	agrees := true
	for _, change := range []struct {
		what  string
		paths []string
	}{{"new", drift.Added}, {"changed", drift.Changed}, {"gone", drift.Removed}} {
		if len(change.paths) == 0 {
			continue
		}
		agrees = false
		shown := change.paths[:min(len(change.paths), shownSkipped)]
		d.warn("articles", "%d files are %s since the cache was written, which the next reload takes in: %s", len(change.paths), change.what, strings.Join(shown, ", "))
	}
	if agrees {
		d.ok("articles", "The %d files of %s are those that the cache knows.", drift.Known, s.Articles)
	}
	return nil
}

// audit checks vectors and segments.
func (d *diagnosis) audit(ctx context.Context, x *rag.Index, data string, kinds map[string]sqlite.Entries) error {
	counts := make(map[string]int, len(kinds))
	for kind, e := range kinds {
		counts[kind] = e.Count
	}
	audit, err := x.Audit(ctx, counts)
	if err != nil {
		return err
	}
	for _, what := range audit.Damage {
		d.fail("contents", "In %s %s; delete the data folder, and the next start fills it again from the articles.", data, what)
	}
	for _, kind := range slices.Sorted(maps.Keys(audit.Orphans)) {
		d.warn("entries", "%s: nothing refers to %d of the entries; reloads remove them in time.", kind, audit.Orphans[kind])
	}
	if len(audit.Damage) == 0 {
		d.ok("contents", "The vectors are finite, of unit length and of one dimension for each model; no segment is missing.")
	}
	return nil
}
