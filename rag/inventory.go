package rag

import (
	"context"
	"iter"
	"slices"

	"yinju/corpus"
)

// Passages yields the passages of the generation that serves, each with its article,
// article by article in the order of their paths, and in reading order; a passage that
// stands in several articles comes with each of them.
func (x *Index) Passages() iter.Seq2[*corpus.Article, corpus.Passage] {
	return func(yield func(*corpus.Article, corpus.Passage) bool) {
		s := x.current.Load()
		if s == nil {
			return
		}
		for i, p := range s.passages {
			if !yield(s.article(i), p) {
				return
			}
		}
	}
}

// Drift is how the folder differs from what the cache knows of it: paths of files, sorted.
type Drift struct {
	Known                   int // files in the cache
	Added, Changed, Removed []string
}

// Drift compares the folder with the cache, and changes neither. It must be called
// before the first Reload. Errors are those of Load.
func (x *Index) Drift(ctx context.Context) (*Drift, error) {
	x.init()
	x.restore(ctx)
	known, _ := x.cachedFiles(ctx).(cachedFiles)
	loaded, err := x.Load(ctx, known, nil)
	if err != nil {
		return nil, err
	}
	d := &Drift{Known: len(known.byPath)}
	there := filesOf(loaded)
	for path, f := range there {
		switch before := known.byPath[path]; {
		case before == nil:
			d.Added = append(d.Added, path)
		case string(before.Hash) != string(f.Hash[:]):
			d.Changed = append(d.Changed, path)
		}
	}
	for path := range known.byPath {
		if there[path] == nil {
			d.Removed = append(d.Removed, path)
		}
	}
	for _, paths := range [][]string{d.Added, d.Changed, d.Removed} {
		slices.Sort(paths)
	}
	return d, nil
}
