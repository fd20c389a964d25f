package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yinju/corpus"
	"yinju/corpus/bounded"
	"yinju/corpus/docx"
	"yinju/corpus/epub"
	"yinju/corpus/html"
	"yinju/corpus/markdown"
	"yinju/corpus/pdf"
	"yinju/corpus/sample"
	"yinju/corpus/segment"
	"yinju/corpus/table"
	"yinju/corpus/zip"
	"yinju/rag"
	"yinju/rag/chromem"
	"yinju/rag/cite"
	"yinju/rag/extractive"
	"yinju/rag/lsa"
	"yinju/rag/openai"
	"yinju/rag/sqlite"
)

// formatRules changes when a format reads the same file otherwise than before.
const formatRules = "formats-6"

// service is the parts of Yinju, put together.
type service struct {
	Index    *rag.Index
	Answerer *rag.Answerer
	Articles string // the folder
	Loader   *corpus.Loader
	Log      *slog.Logger
	out      *swapWriter      // where it goes
	hangup   <-chan os.Signal // asks for a reload
	pdf      *pdf.Reader
	close    []func()
}

// Close ends what runs in the background and releases the data folder.
func (s *service) Close() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

// build puts the parts together. Nothing is read of the articles yet.
func build(ctx context.Context, set *settings, stderr io.Writer) (*service, error) {
	s := &service{out: &swapWriter{w: stderr}}
	s.Log = newLog(set.LogLevel, s.out)
	if err := s.assemble(ctx, set); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *service) assemble(ctx context.Context, set *settings) error {
	data, err := dataFolder(set)
	if err != nil {
		return err
	}
	if s.Articles, err = articlesFolder(set, data); err != nil {
		return err
	}
	words, cache, err := s.openBoth(ctx, set, data)
	if err != nil {
		return err
	}
	s.pdf = &pdf.Reader{Cache: filepath.Join(data, "pdfium"), MaxPages: set.PDFPages}
	s.close = append(s.close, s.pdf.Close)
	s.Index = newIndex(set, s, words, cache)
	s.close = append(s.close, s.Index.Close)
	s.Answerer = newAnswerer(set, s.Index)
	s.Answerer.Checker = checker(words)
	return nil
}

// openBoth reads the dictionaries and checks the cache at the same time: both take long,
// and the dictionaries may take longer than this.
func (s *service) openBoth(ctx context.Context, set *settings, data string) (words *segment.Segmenter, cache rag.Cache, err error) {
	done := make(chan error, 1)
	go func() {
		var err error
		words, err = segment.New(segment.Config{UserDict: set.UserDict, Background: true})
		done <- err
	}()
	cache, err = s.openCache(ctx, set, data)
	if err := <-done; err != nil {
		return nil, nil, err
	}
	s.close = append(s.close, words.Wait) // lest their files stay in the folder for temporary files
	return words, cache, err
}

func newLog(level string, stderr io.Writer) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo // the flag's enum has refused anything else
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: l}))
}

func newIndex(set *settings, s *service, words *segment.Segmenter, cache rag.Cache) *rag.Index {
	splitter := &corpus.Splitter{Size: set.PassageSize, Overlap: orNone(set.PassageShare), Words: words.Words}
	loader := &corpus.Loader{
		Dir:          s.Articles,
		Formats:      formats(set, s.pdf),
		Paths:        set.paths,
		MaxFileBytes: int64(set.MaxFileSize),
		MaxFiles:     set.MaxFiles,
		MaxUnpacked:  int64(set.UnpackedSize),
		FileTimeout:  set.FileTimeout,
	}
	s.Loader = loader
	x := &rag.Index{
		Load:     loader.Load,
		Split:    splitter.Split,
		Words:    words.Terms,
		Cut:      words.Words,
		Version:  strings.Join([]string{formatRules, set.reading(), splitter.Version(), words.Version()}, " "),
		NewStore: func() rag.VectorStore { return chromem.New() },
		Cache:    cache,
		Ranking:  rag.Ranking{Fusion: rag.Fusion(set.Fusion), DenseWeight: set.DenseWeight, DenseFill: orNone(set.DenseFill), Diversity: orNone(set.Diversity)},
		Log:      s.Log,

		FalseRefusals: orNone(set.FalseRefusals),
		Generations:   set.Generations,
		Gate:          rag.Gate{MinCoverage: set.RefuseBelow},
	}
	if set.Gate != "" {
		x.Gate.Questions = set.golden
	}
	if set.EmbedModel == "" {
		x.Fitter = fitter{lsa.Fitter{Terms: words.Terms, Version: words.Version()}}
		x.EmbedBatch, x.EmbedChars, x.EmbedParallel = 4096, 1<<30, 1 // nothing is lost with a batch that costs nothing
		x.Ranking.DenseWeight = max(0, set.DenseWeight)
		return x
	}
	x.EmbedBatch, x.EmbedChars, x.EmbedParallel = set.EmbedBatch, set.EmbedChars, set.EmbedParallel
	x.Remote = true
	x.Embedder = &openai.Embeddings{
		BaseURL: set.EmbedURL, Key: set.embedKey, Name: set.EmbedModel,
		Batch: set.EmbedBatch, MaxBatchChars: set.EmbedChars, Undivided: true,
	}
	return x
}

// formats are those of the articles; of two with one extension the first counts.
func formats(set *settings, pdfs *pdf.Reader) []corpus.Format {
	d := set.decoder()
	texts := markdown.Reader{Decoder: d}
	tables := table.Reader{Fields: set.fields, Decoder: d, HTML: html.Reader{MaxNodes: 1}.Format().Parse} // all of a text is the main part of it
	pages := html.Reader{Decoder: d}
	unpacked := bounded.Limits{Unpacked: int64(set.UnpackedSize)}
	archive := bounded.Limits{Unpacked: int64(set.UnpackedSize), Member: int64(set.MaxFileSize)}
	return append(
		[]corpus.Format{
			texts.Markdown(), texts.Text(), pages.Format(), pdfs.Format(),
			docx.Reader{Limits: unpacked}.Format(),
			epub.Reader{Limits: unpacked, Chapter: pages}.Format(),
			zip.Reader{Limits: archive}.Format(),
		},
		tables.Formats()...)
}

// fitter is the built-in embedder as the Index takes it.
type fitter struct{ lsa.Fitter }

func (f fitter) Fit(ctx context.Context, texts []string) (rag.Fitted, error) {
	return f.Fitter.Fit(ctx, texts)
}

func (f fitter) Restore(data []byte) (rag.Fitted, error) { return f.Fitter.Restore(data) }

// orNone turns a setting of 0 into what a field takes for "none": its own 0 means the
// default.
func orNone[N int | float64](n N) N {
	if n == 0 {
		return -1
	}
	return n
}

// checker knows names and rare words by the segmenter.
func checker(words *segment.Segmenter) cite.Checker {
	return cite.Checker{Names: words.Names, Rare: words.Rare}
}

func newAnswerer(set *settings, x *rag.Index) *rag.Answerer {
	a := &rag.Answerer{
		Retriever:   x,
		Extractor:   extractive.Extractor{},
		Prompt:      rag.Prompt{Budget: set.PromptChars, Context: set.Context, Answer: set.MaxTokens, System: set.system},
		K:           set.K,
		MinCoverage: set.RefuseBelow,
		Log:         x.Log,
		RerankPool:  set.RerankPool,

		Unsupported:  rag.Unsupported(set.Unsupported),
		JudgeTimeout: set.JudgeTimeout,
		Rewrite:      rag.Rewriting{Off: set.Rewrite == "off", Cut: x.Cut, Named: x.Named},
	}
	if set.RerankModel != "" {
		a.Reranker = &openai.Rerank{BaseURL: set.RerankURL, Key: set.rerankKey, Name: set.RerankModel, Timeout: set.RerankTimeout}
	}
	if set.Model == "" {
		return a
	}
	chat := openai.Chat{
		BaseURL: set.ModelURL, Key: set.modelKey, Name: set.Model, MaxTokens: set.MaxTokens,
		TotalTimeout: set.ModelTimeout, IdleTimeout: set.IdleTimeout, FirstTimeout: set.FirstTimeout,
		Quirks: set.quirks(), Thinking: set.thinking(),
	}
	if set.Temperature >= 0 {
		t := float32(set.Temperature)
		chat.Temperature = &t
	}
	a.Chat = chat
	switch set.Judge {
	case "model":
		a.Judge = rag.ModelJudge{Chat: chat}
	case "rerank":
		a.Judge = rag.RerankJudge{Reranker: a.Reranker}
	}
	if set.Rewrite == "auto" {
		a.Rewrite.Model = rewriter(chat)
	}
	return a
}

// rewriter is the chat model as it rewrites questions: soberly, briefly, or not at all.
func rewriter(chat openai.Chat) openai.Chat {
	cold := float32(0)
	chat.Temperature, chat.MaxTokens = &cold, 200
	chat.FirstTimeout, chat.IdleTimeout, chat.TotalTimeout, chat.Retries = 5*time.Second, 5*time.Second, 5*time.Second, -1
	return chat
}

// dataFolder is the one named, or a folder for these articles in the user's cache
// folder: two folders of articles never share one.
func dataFolder(set *settings) (string, error) {
	if set.Data != "" {
		return filepath.Abs(set.Data)
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = filepath.Join(os.TempDir(), fmt.Sprintf("yinju-%d", os.Getuid()))
	}
	name := "sample"
	if set.Articles != "" {
		articles, err := filepath.Abs(set.Articles)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(articles))
		name = hex.EncodeToString(sum[:6])
	}
	return filepath.Join(base, "yinju", name), nil
}

// articlesFolder is the one named, or one with the bundled articles.
func articlesFolder(set *settings, data string) (string, error) {
	if set.Articles != "" {
		return filepath.Abs(set.Articles)
	}
	dir := filepath.Join(data, "articles")
	if err := unpackSamples(dir); err == nil {
		return dir, nil
	}
	dir, err := os.MkdirTemp("", "yinju-sample-")
	if err != nil {
		return "", fmt.Errorf("there is no place for the bundled articles: %w; name a folder for them by -data", err)
	}
	return dir, unpackSamples(dir)
}

// unpackSamples writes the bundled articles that are not there as they should be.
func unpackSamples(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	entries, err := sample.FS.ReadDir(".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := sample.FS.ReadFile(e.Name())
		if err != nil {
			return err
		}
		path := filepath.Join(dir, e.Name())
		if there, err := os.ReadFile(path); err == nil && string(there) == string(data) {
			continue
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// openCache opens the cache. Without one Yinju serves all the same, and computes
// everything anew at the next start; only a data folder that the operator named must
// do as asked.
func (s *service) openCache(ctx context.Context, set *settings, data string) (rag.Cache, error) {
	cache, err := sqlite.Open(ctx, sqlite.Options{Dir: data, Warn: func(m string) { s.Log.Warn(m) }})
	switch {
	case err == nil:
		s.close = append(s.close, func() {
			if err := cache.Close(); err != nil {
				s.Log.Warn("the cache could not be closed cleanly", "error", err)
			}
		})
		return cache, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, sqlite.ErrFull):
		s.Log.Warn("the cache is not written until the next start", "error", err)
		return s.fullCache(data, err), nil
	case set.Data != "" && !(set.question != "" && errors.Is(err, sqlite.ErrLocked)):
		return nil, err
	}
	level := slog.LevelWarn
	if set.question != "" {
		level = slog.LevelDebug // beside a server that has the cache, one question does without
	}
	s.Log.Log(ctx, level, "running without a cache", "error", err)
	return nil, nil //nolint:nilnil // a nil Cache means none
}

// fullCache is a cache whose disk is full: it can be read only.
type fullCache struct {
	*sqlite.Reader
	why error
}

// Commit stores nothing and says why.
func (c fullCache) Commit(context.Context, []rag.Blob) error { return c.why }

func (s *service) fullCache(data string, why error) rag.Cache {
	reader, err := sqlite.OpenReader(data)
	if err != nil {
		return nil
	}
	s.close = append(s.close, func() { _ = reader.Close() }) // it was only read
	return fullCache{reader, why}
}
