package rag

import (
	"context"
	"encoding/json"
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

// cachedFiles returns what became of the files when they were last read. It may be
// called at the same time by several goroutines.
func (x *Index) cachedFiles(ctx context.Context) func(path string) *corpus.File {
	var records []fileRecord
	if json.Unmarshal(x.cached(ctx, x.filesKind(), []string{filesKey})[filesKey], &records) != nil {
		return func(string) *corpus.File { return nil }
	}
	byPath := make(map[string]*fileRecord, len(records))
	for i := range records {
		byPath[records[i].Path] = &records[i]
	}
	return func(path string) *corpus.File {
		r := byPath[path]
		if r == nil {
			return nil
		}
		return x.restore(ctx, r)
	}
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
