package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/segment"
	"yinju/rag"
	"yinju/rag/sqlite"
)

type exportSettings struct {
	Out string `name:"o" required:"" placeholder:"DIR" help:"Folder for passages.jsonl, vectors.npy and manifest.json; a file that ends in .jsonl, or - for the terminal, gets the passages alone."`
}

// exported is a passage as a line of JSON. Start and End count code points in the
// article's text, of which Text is that span.
type exported struct {
	ID        string   `json:"id"`
	ArticleID string   `json:"article_id"`
	Path      string   `json:"path"`
	Title     string   `json:"title"`
	Heading   []string `json:"heading"`
	Source    string   `json:"source"`
	Author    string   `json:"author"`
	Published string   `json:"published"`
	URL       string   `json:"url"`
	Page      int      `json:"page,omitempty"`
	Start     int      `json:"start"`
	End       int      `json:"end"`
	Text      string   `json:"text"`
}

// manifest describes an export.
type manifest struct {
	Format    string            `json:"format"` // exportFormat
	Version   string            `json:"version"`
	Articles  int               `json:"articles"`
	Passages  int               `json:"passages"`
	Embedder  string            `json:"embedder"`  // "" without vectors
	Dimension int               `json:"dimension"` // of a row of vectors.npy; row i is that of line i of passages.jsonl
	SHA256    map[string]string `json:"sha256"`    // by file
}

const (
	exportFormat = "yinju export 1"
	passagesFile = "passages.jsonl"
	vectorsFile  = "vectors.npy"
	manifestFile = "manifest.json"
)

// export writes what the server would serve. It reads the cache and leaves it alone, so
// it works beside a running yinju; what is not in it is computed and not kept.
func export(ctx context.Context, sys system, set *settings) error {
	out := set.export.Out
	alone := out == "-" || strings.HasSuffix(out, ".jsonl")
	if !alone {
		if err := mayReplace(out); err != nil {
			return err
		}
	}
	e, closing, err := exporter(ctx, sys, set, alone)
	if err != nil {
		return err
	}
	defer closing()
	switch {
	case out == "-":
		_, err = e.passages(ctx, sys.Stdout)
	case alone:
		err = atomically(out, func(w io.Writer) error { _, err := e.passages(ctx, w); return err })
	default:
		err = e.folder(ctx, out)
	}
	return err
}

// outgoing is an index that is exported, and its vectors by passage.
type outgoing struct {
	*rag.Index
	vectors *kept
}

// exporter indexes the articles, mostly out of the cache.
func exporter(ctx context.Context, sys system, set *settings, alone bool) (*outgoing, func(), error) {
	data, err := dataFolder(set)
	if err != nil {
		return nil, nil, err
	}
	s := &service{Log: newLog("warn", sys.Stderr)}
	if s.Articles, err = articlesFolder(set, data); err != nil {
		return nil, nil, err
	}
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		return nil, nil, err
	}
	var cache rag.Cache
	switch reader, err := sqlite.OpenReader(data); {
	case err == nil:
		cache = reader
		s.close = append(s.close, func() { _ = reader.Close() }) // only read
	case !errors.Is(err, sqlite.ErrNone):
		return nil, nil, err
	}
	e := &outgoing{vectors: &kept{by: make(map[string][]float32)}}
	e.Index = newIndex(set, s, words, cache)
	e.NewStore = func() rag.VectorStore { e.vectors = &kept{by: make(map[string][]float32)}; return e.vectors }
	e.Ranking.DenseWeight, e.FalseRefusals, e.TestPhrases, e.ServeAfter = 0, -1, -1, 24*time.Hour
	if alone {
		e.Embedder, e.Fitter = nil, nil
	}
	s.close = append(s.close, e.Close)
	report, err := e.Reload(ctx, false)
	if err == nil && !alone && e.Progress().Embedder == "" && len(report.Warnings) > 0 {
		err = errors.New(report.Warnings[len(report.Warnings)-1])
	}
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return e, s.Close, nil
}

// kept is a rag.VectorStore that only keeps.
type kept struct {
	mu sync.Mutex
	by map[string][]float32
}

func (k *kept) Missing(_ context.Context, ids []string) (missing []string, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range ids {
		if k.by[id] == nil {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

func (k *kept) Put(_ context.Context, vectors []rag.Vector) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range vectors {
		k.by[v.ID] = v.Values
	}
	return nil
}

func (k *kept) Delete(_ context.Context, ids []string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range ids {
		delete(k.by, id)
	}
	return nil
}

func (*kept) Nearest(context.Context, []float32, int) ([]rag.Match, error) { return nil, nil }

func (*kept) Scores(context.Context, []float32, []string) ([]rag.Match, error) { return nil, nil }

// passages writes one line a passage and returns how many.
func (e *outgoing) passages(ctx context.Context, w io.Writer) (lines int, err error) {
	buffered := bufio.NewWriterSize(w, 1<<16)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	var article *corpus.Article
	bytes, points := 0, 0 // a place in the article, in bytes and in code points
	for a, p := range e.Passages() {
		if err := ctx.Err(); err != nil {
			return lines, err
		}
		if a != article || p.Start < bytes {
			article, bytes, points = a, 0, 0
		}
		points += utf8.RuneCountInString(a.Text[bytes:p.Start])
		bytes = p.Start
		line := exported{
			ID: p.ID, ArticleID: a.ID, Path: a.Path, Title: a.Title, Heading: append([]string{}, p.Heading...),
			Source: a.Source, Author: a.Author, URL: a.URL, Page: a.Page(p.Start),
			Start: points, End: points + utf8.RuneCountInString(p.Text), Text: p.Text,
		}
		if !a.Published.IsZero() {
			line.Published = a.Published.Format(time.DateOnly)
		}
		if err := out.Encode(line); err != nil {
			return lines, err
		}
		lines++
	}
	return lines, buffered.Flush()
}

// folder writes an export whole, then gives it its name.
func (e *outgoing) folder(ctx context.Context, out string) error {
	out = filepath.Clean(out)
	half, err := os.MkdirTemp(filepath.Dir(out), "."+filepath.Base(out)+"-*")
	if err != nil {
		return fmt.Errorf("there is no place for the export: %w; choose another one by -o", err)
	}
	defer os.RemoveAll(half) //nolint:errcheck // it is gone, unless something went wrong
	m := manifest{Format: exportFormat, Version: version(), Articles: e.Progress().Articles, SHA256: map[string]string{}}
	err = m.write(half, passagesFile, func(w io.Writer) (err error) { m.Passages, err = e.passages(ctx, w); return err })
	if err != nil {
		return err
	}
	if len(e.vectors.by) > 0 {
		m.Embedder, m.Dimension = e.Progress().Embedder, e.dimension()
		if err := m.write(half, vectorsFile, func(w io.Writer) error { return e.npy(ctx, w, m.Passages, m.Dimension) }); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(half, manifestFile), append(data, '\n'), 0o600); err != nil {
		return err
	}
	if err := mayReplace(out); err != nil {
		return err
	}
	return exchange(half, out)
}

func (m *manifest) write(dir, name string, content func(io.Writer) error) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	sum := sha256.New()
	err = content(io.MultiWriter(f, sum))
	if err == nil {
		err = f.Sync()
	}
	m.SHA256[name] = hex.EncodeToString(sum.Sum(nil))
	return errors.Join(err, f.Close())
}

func (e *outgoing) dimension() int {
	for _, v := range e.vectors.by {
		return len(v)
	}
	return 0
}

// npy writes the passages' vectors as NumPy's format 1.0: little-endian float32, a row
// a passage (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func (e *outgoing) npy(ctx context.Context, w io.Writer, rows, dimension int) error {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, dimension)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "\x93NUMPY\x01\x00%s%s", binary.LittleEndian.AppendUint16(nil, uint16(len(header))), header) //nolint:errcheck // Flush tells
	row := make([]byte, 0, 4*dimension)
	for _, p := range e.Passages() {
		v := e.vectors.by[p.ID]
		if len(v) != dimension || ctx.Err() != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("passage %s has no vector; let the server finish embedding first", p.ID))
		}
		row = row[:0]
		for _, f := range v {
			row = binary.LittleEndian.AppendUint32(row, math.Float32bits(f))
		}
		if _, err := out.Write(row); err != nil {
			return err
		}
	}
	return out.Flush()
}

// mayReplace refuses to take the place of what is no export.
func mayReplace(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	var m manifest
	if data, wrong := os.ReadFile(filepath.Join(dir, manifestFile)); wrong == nil && json.Unmarshal(data, &m) == nil && m.Format == exportFormat {
		return nil
	}
	return fmt.Errorf("%q is there and is no earlier export; name another folder by -o", dir)
}

// exchange puts a folder in the place of another, or of none.
func exchange(half, out string) error {
	old := half + "-old"
	err := os.Rename(out, old)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if wrong := os.Rename(half, out); wrong != nil {
		if err == nil {
			wrong = errors.Join(wrong, os.Rename(old, out))
		}
		return wrong
	}
	return os.RemoveAll(old)
}

// atomically writes a file under a temporary name beside its own.
func atomically(name string, content func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("there is no place for the export: %w; choose another one by -o", err)
	}
	err = content(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error above tells more
	}
	return err
}
