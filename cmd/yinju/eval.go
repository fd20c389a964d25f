package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"yinju/corpus"
	"yinju/corpus/segment"
	"yinju/rag"
)

// evalSettings say what is measured and where the figures go.
type evalSettings struct {
	Set        []string `help:"Folder with docs.jsonl, queries.jsonl and, if you like, absent.jsonl (unanswerable questions). May be given several times: each set is measured by itself, then all together." placeholder:"DIR" sep:"none"`
	Docs       string   `help:"Documents as JSON lines: {\"id\",\"title\",\"text\"}. Default: the articles." placeholder:"FILE"`
	Questions  []string `help:"Questions as JSON lines: {\"question\",\"answers\",\"doc_ids\",\"unanswerable\"}. doc_ids are ids of -docs, or paths of articles." placeholder:"FILE,..."`
	Talks      string   `name:"conversations" help:"Follow-up questions as JSON lines, asked of the articles: {\"kind\",\"turns\",\"doc_ids\",\"phrase\"}." placeholder:"FILE"`
	Limit      int      `help:"At most so many questions of each file, spread over it. 0: all." default:"0"`
	Depth      int      `help:"Passages looked at for the ranking of documents." default:"100"`
	Simplified bool     `help:"Ask the questions in Simplified characters, as most readers of Traditional text would."`
	NearMisses bool     `help:"Also ask each question without the passages that answer it: it should be refused then."`
	JSON       string   `help:"Write the figures as JSON to this file, - for the terminal and nothing else there." placeholder:"FILE"`
	HTML       string   `help:"Write a page with plots to this file." placeholder:"FILE"`
	Dump       string   `help:"Write what came of each question, with texts, as JSON lines to this file." placeholder:"FILE"`
	Compare    string   `help:"Compare with the JSON of an earlier run over the same questions." placeholder:"FILE"`
	Resamples  int      `help:"Resamples of the bootstrap behind -compare." default:"2000"`
	Examples   int      `help:"Questions of each kind of mistake that the page shows." default:"10"`
	MaxLine    byteSize `help:"Longer lines of the files are refused." default:"64MiB"`

	SimulateEmbedder []float64 `help:"Instead: an embedding model is simulated whose vectors of questions are off by so much noise (0.5 is near perfect, 2.5 fair, 4.5 poor), and the weight found by self-made questions is held against the best one for these questions." placeholder:"NOISE,..."`
}

func (e evalSettings) check() error {
	for name, path := range map[string]string{"json": e.JSON, "html": e.HTML, "dump": e.Dump} {
		if path == "" || name == "json" && path == "-" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return fmt.Errorf("-%s %q: there is no folder %q; make it first", name, path, filepath.Dir(path))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("-%s %q is a folder; name a file", name, path)
		}
	}
	return cmp.Or(
		noConversations(e.Talks),
		within("limit", float64(e.Limit), 0, 100_000_000), within("depth", float64(e.Depth), 1, 10_000),
		within("resamples", float64(e.Resamples), 2000, 1_000_000), within("examples", float64(e.Examples), 0, 1000),
	)
}

// eval asks all questions and reports how well they were answered.
func eval(ctx context.Context, sys system, set *settings) error {
	if set.LogLevel == "info" {
		set.LogLevel = "warn" // the figures are what was asked for
	}
	if err := set.eval.check(); err != nil {
		return err
	}
	if set.eval.Talks != "" {
		return evalTalks(ctx, sys, set)
	}
	sets, err := readSets(ctx, set.eval, sys.Stderr)
	if err != nil {
		return err
	}
	if len(set.eval.SimulateEmbedder) > 0 {
		return simulate(ctx, sys, set, sets)
	}
	before, err := readBefore(set.eval.Compare, sets)
	if err != nil {
		return err
	}
	var results []*setResult
	for _, s := range sets {
		r, err := measure(ctx, sys, set, s)
		if err != nil {
			return err
		}
		results = append(results, r)
		debug.FreeOSMemory() // the next set's memory is to be its own
	}
	r := newReport(set, results)
	if before != nil {
		if r.Compare, err = compareRuns(ctx, before, results, set.eval.Resamples); err != nil {
			return err
		}
	}
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		return err
	}
	if r.Support, err = checkSupport(checker(words)); err != nil {
		return err
	}
	return r.write(sys.Stdout, set.eval)
}

// measure indexes one set and asks its questions.
func measure(ctx context.Context, sys system, set *settings, ts testSet) (*setResult, error) {
	base := heapMB()
	s, err := buildFor(ctx, set, ts, sys.Stderr)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	started := time.Now()
	if err := s.firstLoad(ctx, sys); err != nil {
		return nil, err
	}
	r := &setResult{Name: ts.Name, indexS: time.Since(started).Seconds(), heapMB: max(0, heapMB()-base)}
	p := s.Index.Progress()
	r.documents, r.passages, r.embedder = p.Articles, p.Passages, p.Embedder
	t, err := newTrier(s, set)
	if err != nil {
		return nil, err
	}
	if ts.Docs == nil {
		if err := ts.checkIDs(t.all()); err != nil {
			return nil, err
		}
	}
	if r.trials, err = t.tryAll(ctx, sys.Stderr, ts); err != nil {
		return nil, err
	}
	r.finish()
	return r, r.remarks(sys.Stderr, s.Answerer.Chat != nil)
}

// tryAll asks one question after the other, with a bar if a person is looking.
func (t *trier) tryAll(ctx context.Context, stderr io.Writer, ts testSet) ([]trial, error) {
	var asked atomic.Int64
	started, done, drawn := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(drawn)
		if isTerminal(stderr) {
			drawProgress(stderr, nil, func() rag.Progress {
				n, all := int(asked.Load()), len(ts.Questions)
				eta := time.Since(started) * time.Duration(all-n) / time.Duration(max(1, n))
				return rag.Progress{Phase: rag.Phase(ts.Name), Done: n, Total: all, ETAMS: eta.Milliseconds()}
			}, done)
		}
	}()
	defer func() { close(done); <-drawn }()
	trials := make([]trial, 0, len(ts.Questions))
	for _, q := range ts.Questions {
		r, err := t.try(ctx, q)
		if err := cmp.Or(ctx.Err(), err); err != nil {
			return nil, fmt.Errorf("%s, question %q: %w", ts.Name, q.Question, err)
		}
		trials = append(trials, r)
		asked.Add(1)
	}
	return trials, nil
}

func (t *trier) all() []*corpus.Article {
	var list []*corpus.Article
	for _, a := range t.articles {
		list = append(list, a)
	}
	return list
}

// buildFor puts the parts together as build does, but over this set and without a
// cache, so that the time of indexing is that of indexing. Only vectors of an embedding
// server are kept, in a folder of the set's own: they take long and may cost money.
func buildFor(ctx context.Context, set *settings, ts testSet, stderr io.Writer) (*service, error) {
	s := &service{Log: newLog(set.LogLevel, stderr)}
	data, err := dataFolder(set)
	if err != nil {
		return nil, err
	}
	if ts.Docs == nil {
		if s.Articles, err = articlesFolder(set, data); err != nil {
			return nil, err
		}
	}
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		return nil, err
	}
	var cache rag.Cache
	if set.EmbedModel != "" {
		place, err := filepath.Abs(cmp.Or(ts.Path, s.Articles))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(place))
		if cache, err = s.openCache(ctx, set, filepath.Join(data, "eval", hex.EncodeToString(sum[:6]))); err != nil {
			return nil, err
		}
	}
	s.Index = newIndex(set, s, words, cache)
	s.close = append(s.close, s.Index.Close)
	if ts.Docs != nil {
		s.Index.Load = func(context.Context, corpus.Known, func(corpus.Step)) (*corpus.Loaded, error) {
			return &corpus.Loaded{Articles: ts.Docs}, nil
		}
	}
	s.Answerer = newAnswerer(set, s.Index)
	s.Answerer.Checker = checker(words)
	return s, nil
}

// heapMB is the memory of Go's heap in use; Jieba's dictionary stands outside of it.
func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse) / (1 << 20)
}

// peakMB is the most memory that the process has had, 0 where the system doesn't say.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kB float64
	if _, err := fmt.Sscanf(rest, "%g kB", &kB); err != nil {
		return 0
	}
	return kB / 1024
}

// remarks tells what makes the figures less than they seem.
func (r *setResult) remarks(stderr io.Writer, model bool) error {
	fellBack, without := 0, 0
	for _, t := range r.trials {
		if model && !t.byModel && t.Chars > 0 {
			fellBack++
		}
		if strings.Contains(t.notice, "dense ranking") {
			without++
		}
	}
	var errs []error
	note := func(n int, text string) {
		if n > 0 {
			_, err := fmt.Fprintf(stderr, "%s: %d of %d %s\n", r.Name, n, len(r.trials), text)
			errs = append(errs, err)
		}
	}
	note(fellBack, "answers are quoted sentences, because the model failed")
	note(without, "questions were answered without the dense ranking, because the embedding server failed")
	return errors.Join(errs...)
}
