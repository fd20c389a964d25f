package rag

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"yinju/corpus"
)

// fileBlobs is over how many blobs the records of the files are spread, so that a reload
// writes little of them.
const fileBlobs = 64

func (x *Index) filesKind() string { return "files-2/" + x.Version }

func fileKeys() []string {
	keys := make([]string, fileBlobs)
	for i := range keys {
		keys[i] = fmt.Sprintf("%02x", i)
	}
	return keys
}

// fileBlob is the number of the blob that has the record of a file.
func fileBlob(path string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(path)) // never an error
	return int(h.Sum32() % fileBlobs)
}

// fileRecord is a corpus.File as it is cached: the articles are in segments.
type fileRecord struct {
	corpus.File
	Hash     []byte
	Articles []articleRecord
}

type articleRecord struct {
	Path string
	Hash []byte
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

// cachedFiles are what became of the files when they were last read, with the articles
// that are on the shelf.
type cachedFiles struct {
	x      *Index
	byPath map[string]*fileRecord
	mu     *sync.Mutex // for Index.savedFiles
}

// File implements corpus.Known.
func (c cachedFiles) File(path string) *corpus.File {
	r := c.byPath[path]
	if r == nil {
		return nil
	}
	f := c.x.restoreFile(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.x.savedFiles[path] = f
	return f
}

// Paths implements corpus.Known.
func (c cachedFiles) Paths() iter.Seq[string] { return maps.Keys(c.byPath) }

func (x *Index) cachedFiles(ctx context.Context) corpus.Known {
	blobs := x.cached(ctx, x.filesKind(), fileKeys())
	parts := make([][]fileRecord, fileBlobs)
	inParallel(fileBlobs, func(i int) {
		if json.Unmarshal(blobs[fileKeys()[i]], &parts[i]) != nil {
			parts[i] = nil // they are read again
		}
	})
	c := cachedFiles{x, make(map[string]*fileRecord), new(sync.Mutex)}
	for _, records := range parts {
		for i := range records {
			c.byPath[records[i].Path] = &records[i]
		}
	}
	x.savedFiles = make(map[string]*corpus.File, len(c.byPath))
	return c
}

// restoreFile gives a file back its articles; nil if one is missing.
func (x *Index) restoreFile(r *fileRecord) *corpus.File {
	f := r.File
	if len(r.Hash) != len(f.Hash) {
		return nil
	}
	f.Hash = [32]byte(r.Hash)
	for _, want := range r.Articles {
		a := x.shelf.byPath(want.Path)
		if a == nil || string(a.Hash[:]) != string(want.Hash) {
			return nil
		}
		f.Articles = append(f.Articles, a)
	}
	return &f
}

// saveFiles caches what became of the files, as far as it differs from before.
func (x *Index) saveFiles(ctx context.Context) {
	if x.Cache == nil {
		return
	}
	var changed [fileBlobs]bool
	for path, f := range x.files {
		if x.savedFiles[path] != f {
			changed[fileBlob(path)] = true
		}
	}
	for path := range x.savedFiles {
		if x.files[path] == nil {
			changed[fileBlob(path)] = true
		}
	}
	var records [fileBlobs][]fileRecord
	for path, f := range x.files {
		if i := fileBlob(path); changed[i] {
			records[i] = append(records[i], recordOf(f))
		}
	}
	var blobs []Blob
	for i, key := range fileKeys() {
		if !changed[i] {
			continue
		}
		slices.SortFunc(records[i], func(a, b fileRecord) int { return strings.Compare(a.Path, b.Path) })
		data, err := json.Marshal(records[i])
		if err != nil {
			x.Log.Warn("what became of the files can't be cached; the next start reads them all", "error", err)
			return
		}
		blobs = append(blobs, Blob{x.filesKind(), key, data})
	}
	x.save(ctx, blobs)
	x.savedFiles = x.files
}

func recordOf(f *corpus.File) fileRecord {
	r := fileRecord{File: *f, Hash: f.Hash[:]}
	for _, a := range f.Articles {
		r.Articles = append(r.Articles, articleRecord{a.Path, a.Hash[:]})
	}
	return r
}
