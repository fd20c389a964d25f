package rag_test

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
	"yinju/rag/ragtest"
)

// folder is a folder in memory: path → text. Every line is a passage.
type folder struct {
	mu      sync.Mutex
	files   map[string]string
	skipped []corpus.Skipped
	err     error
	parsed  int
	// opened, if not nil, gets a value when a load has read the files; entered is then
	// awaited.
	opened, entered chan struct{}
}

func newFolder(files map[string]string) *folder { return &folder{files: files} }

func (f *folder) write(path, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[path] = text
}

func (f *folder) remove(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, path)
}

func (f *folder) load(ctx context.Context, known corpus.Known, progress func(corpus.Step)) (*corpus.Loaded, error) {
	f.mu.Lock()
	files := maps.Clone(f.files)
	f.mu.Unlock()
	if f.opened != nil {
		f.opened <- struct{}{}
		<-f.entered
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	out := &corpus.Loaded{Skipped: f.skipped}
	for i, path := range slices.Sorted(maps.Keys(files)) {
		text := files[path]
		hash := sha256.Sum256([]byte(text))
		file := known.File(path)
		if file == nil || file.Hash != hash {
			f.parsed++
			a := &corpus.Article{ID: corpus.ArticleID(path), Path: path, File: path, Title: strings.TrimSuffix(path, ".md"), Text: text, Hash: hash}
			file = &corpus.File{Path: path, Hash: hash, Articles: []*corpus.Article{a}}
		}
		out.Files = append(out.Files, file)
		out.Articles = append(out.Articles, file.Articles...)
		progress(corpus.Step{Done: i + 1, Total: len(files), Path: path, Outcome: corpus.OutcomeRead})
	}
	return out, ctx.Err()
}

func lines(a *corpus.Article) []corpus.Passage {
	var passages []corpus.Passage
	start := 0
	for line := range strings.SplitAfterSeq(a.Text, "\n") {
		text := strings.TrimRight(line, "\n")
		if text != "" {
			passages = append(passages, corpus.Passage{
				ID: corpus.PassageID(a.Title, nil, text), Article: a.ID, Title: a.Title,
				Start: start, End: start + len(text), Text: text,
			})
		}
		start += len(line)
	}
	return passages
}

func characters(s string) []string { return strings.Split(s, "") }

func newIndex(t testing.TB, f *folder) *rag.Index {
	t.Helper()
	x := &rag.Index{
		Load: f.load, Split: lines, Words: fold.Grams, Cut: characters, Version: "test",
		TestTime: time.Minute, ServeAfter: time.Hour, Embedder: &ragtest.Embedder{}, NewStore: func() rag.VectorStore { return &ragtest.Store{} }, Cache: &ragtest.Cache{},
	}
	t.Cleanup(x.Close)
	return x
}

func reload(t testing.TB, x *rag.Index) *rag.Report {
	t.Helper()
	r, err := x.Reload(t.Context(), false)
	if err != nil {
		t.Fatalf("reload: %v", err)
	}
	return r
}

func retrieve(t *testing.T, x *rag.Index, text string) []string {
	t.Helper()
	r, err := x.Retrieve(t.Context(), rag.Query{Text: text})
	if err != nil {
		t.Fatalf("retrieve %q: %v", text, err)
	}
	var found []string
	for _, h := range r.Hits {
		found = append(found, h.Article.Path)
	}
	return found
}

func first(found []string) string {
	if len(found) == 0 {
		return ""
	}
	return found[0]
}
