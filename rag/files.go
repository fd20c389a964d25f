package rag

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"yinju/corpus"
)

// filesKey is the key of the one blob that says what became of the files.
const filesKey = "files"

func (x *Index) filesKind() string { return "files/" + x.Version }

// fileRecord is a corpus.File as it is cached: the articles are blobs of their own.
type fileRecord struct {
	corpus.File
	Articles []articleRecord
}

type articleRecord struct {
	Path string
	Hash [32]byte
}

func filesOf(loaded *corpus.Loaded) map[string]*corpus.File {
	files := make(map[string]*corpus.File, len(loaded.Files))
	for _, f := range loaded.Files {
		files[f.Path] = f
	}
	return files
}

// knownFiles are what became of files, by path.
type knownFiles map[string]*corpus.File

// File implements corpus.Known.
func (k knownFiles) File(path string) *corpus.File { return k[path] }

// Paths implements corpus.Known.
func (k knownFiles) Paths() iter.Seq[string] { return maps.Keys(k) }

// unstamped makes the loader read files again that look as they were.
type unstamped struct{ corpus.Known }

// File implements corpus.Known.
func (u unstamped) File(path string) *corpus.File {
	if f := u.Known.File(path); f != nil {
		return f.Afresh()
	}
	return nil
}

// cachedFiles are what became of the files when they were last read.
type cachedFiles struct {
	x      *Index
	ctx    context.Context
	byPath map[string]*fileRecord
}

// File implements corpus.Known.
func (c cachedFiles) File(path string) *corpus.File {
	if r := c.byPath[path]; r != nil {
		return c.x.restore(c.ctx, r)
	}
	return nil
}

// Paths implements corpus.Known.
func (c cachedFiles) Paths() iter.Seq[string] { return maps.Keys(c.byPath) }

func (x *Index) cachedFiles(ctx context.Context) corpus.Known {
	var records []fileRecord
	if json.Unmarshal(x.cached(ctx, x.filesKind(), []string{filesKey})[filesKey], &records) != nil {
		records = nil // they are read again
	}
	c := cachedFiles{x, ctx, make(map[string]*fileRecord, len(records))}
	for i := range records {
		c.byPath[records[i].Path] = &records[i]
	}
	return c
}

// restore gives a file back its articles; nil if one is missing.
func (x *Index) restore(ctx context.Context, r *fileRecord) *corpus.File {
	keys := make([]string, len(r.Articles))
	for i, a := range r.Articles {
		keys[i] = articleKey(a.Path, a.Hash)
	}
	blobs := x.cached(ctx, x.articleKind(), keys)
	f := r.File
	for i, want := range r.Articles {
		a := new(corpus.Article)
		if json.Unmarshal(blobs[keys[i]], a) != nil || a.Path != want.Path || a.Hash != want.Hash {
			return nil
		}
		f.Articles = append(f.Articles, a)
	}
	return &f
}

// saveFiles caches what became of the files.
func (x *Index) saveFiles(ctx context.Context) {
	if x.Cache == nil || len(x.files) == 0 {
		return
	}
	records := make([]fileRecord, 0, len(x.files))
	for _, f := range x.files {
		r := fileRecord{File: *f}
		for _, a := range f.Articles {
			r.Articles = append(r.Articles, articleRecord{a.Path, a.Hash})
		}
		records = append(records, r)
	}
	slices.SortFunc(records, func(a, b fileRecord) int { return strings.Compare(a.Path, b.Path) })
	data, err := json.Marshal(records)
	if err != nil {
		x.Log.Warn("what became of the files can't be cached; the next start reads them all", "error", err)
		return
	}
	x.save(ctx, []Blob{{x.filesKind(), filesKey, data}})
}
