package rag

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"yinju/corpus"
)

// Index holds the passages of the articles and finds those that bear on a
// question. Reload brings it up to date with the folder; what a reader sees changes
// in one step, from one generation to the next. Set the fields before the first
// call and don't change them after. All methods are safe for concurrent use.
type Index struct {
	// Load reads the folder; corpus.Loader.Load.
	Load func(ctx context.Context, known corpus.Known, progress func(corpus.Step)) (*corpus.Loaded, error)
	// Split cuts an article into passages; corpus.Splitter.Split. It, Words and Cut are
	// called by several goroutines at once.
	Split func(*corpus.Article) []corpus.Passage
	// Words cuts text into the terms of the lexical index.
	Words func(string) []string
	// Cut cuts text into words whose concatenation is the text. It finds the stop
	// words of a question.
	Cut func(string) []string
	// Version names the rules by which Load, Split and Words work. What was cached
	// under another version is not used.
	Version string

	Embedder Embedder           // nil: see Fitter
	Remote   bool               // Embedder is a server's: whether the model behind its name is still the same is looked at
	Fitter   Fitter             // makes an Embedder of the passages if there is none; nil: lexical ranking only
	NewStore func() VectorStore // makes a store for the vectors of one Embedder
	Cache    Cache              // nil: every start computes everything anew
	Ranking  Ranking

	// FalseRefusals is the share of the questions that the articles do answer and that may
	// be refused all the same: Result.Threshold is set by it. 0 means 0.05; negative: none.
	FalseRefusals float64

	EmbedBatch    int // passages embedded and saved together; 0 means 64
	EmbedChars    int // Unicode code points of them, unless one alone has more; 0 means 16,000
	EmbedParallel int // batches embedded at a time; 0 means 4
	Generations   int // generations that can be served again, the one that serves among them, and reports kept; 0 means 3
	Gate          Gate

	Now        func() time.Time // what "yesterday" is before; nil means time.Now
	ServeAfter time.Duration    // a first load goes on so long before it serves without its vectors; 0 means 1 s
	// TestPhrases is how many phrases of the articles are asked for after a reload, to
	// see that each brings its article; 0 means 50, a negative number none.
	TestPhrases int
	TestTime    time.Duration // what that may take; 0 means 100 ms
	// WeighQuestions is how many questions are made out of the articles to find the dense
	// ranking's weight, if Ranking leaves it open; 0 means 200.
	WeighQuestions int
	WeighTime      time.Duration // what asking them may take; 0 means 1 min
	RetryAfter     time.Duration // until a reload that the embedder failed is tried again, doubled up to 32 times as long; 0 means 10 s
	Patience       time.Duration // that nothing goes on in a reload until Progress says why; 0 means 5 s
	Log            *slog.Logger  // nil: nothing is logged

	current atomic.Pointer[snapshot]
	fixed   *space // of Embedder; only a reload touches it
	kept    generations
	golden  goldenVectors

	suspected atomic.Bool               // the embedder may have become another one
	retryAt   atomic.Pointer[time.Time] // when a reload is going to come by itself
	unsaved   atomic.Pointer[error]     // why the cache could not be written in this reload

	runs    runs
	status  status
	shelf   shelf
	packsMu sync.Mutex
	packs   *packs // of the embedder in use

	// Only a reload touches these.
	files      map[string]*corpus.File // as they were last read, by path
	savedFiles map[string]*corpus.File // as the cache has them
	tested     *Report                 // of the last self-test
	failures   int                     // of the embedder, one after another

	start sync.Once
	ctx   context.Context // ends with Close
	stop  context.CancelFunc
}

// init makes the Index ready at the first call of any method.
func (x *Index) init() {
	x.start.Do(func() {
		x.ctx, x.stop = context.WithCancel(context.Background())
		if x.Log == nil {
			x.Log = slog.New(slog.DiscardHandler)
		}
		if x.Now == nil {
			x.Now = time.Now
		}
		if x.EmbedBatch <= 0 {
			x.EmbedBatch = 64
		}
		if x.EmbedChars <= 0 {
			x.EmbedChars = 16_000
		}
		if x.EmbedParallel <= 0 {
			x.EmbedParallel = 4
		}
		if x.Generations <= 0 {
			x.Generations = 3
		}
		if x.TestTime <= 0 {
			x.TestTime = 100 * time.Millisecond
		}
		if x.ServeAfter <= 0 {
			x.ServeAfter = time.Second
		}
		if x.WeighQuestions <= 0 {
			x.WeighQuestions = 200
		}
		if x.WeighTime <= 0 {
			x.WeighTime = time.Minute
		}
		if x.Patience <= 0 {
			x.Patience = 5 * time.Second
		}
		if x.RetryAfter <= 0 {
			x.RetryAfter = 10 * time.Second
		}
		if x.TestPhrases == 0 {
			x.TestPhrases = 50
		}
		if x.FalseRefusals == 0 {
			x.FalseRefusals = 0.05
		}
		x.Ranking = x.Ranking.withDefaults()
	})
}

// Close cancels the reload under way and waits for its end. What serves goes on
// answering.
func (x *Index) Close() {
	x.init()
	x.stop()
	x.runs.wait()
}

// Article returns an article of the generation that serves.
func (x *Index) Article(id string) (ArticleInfo, bool) {
	s := x.current.Load()
	if s == nil {
		return ArticleInfo{}, false
	}
	i, found := s.byID[id]
	if !found {
		return ArticleInfo{}, false
	}
	return ArticleInfo{Article: s.articles[i], Passages: len(s.passagesOf(i))}, true
}

// Articles returns a page of the articles, ordered by path. next is what to pass as
// After for the page behind it, empty at the end.
func (x *Index) Articles(q ArticleQuery) (list []ArticleInfo, next string, err error) {
	s := x.current.Load()
	if s == nil {
		return nil, "", ErrNotReady
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	matches, authors := articleMatcher(q.Text), set(q.Authors)
	for i, a := range s.articles {
		if a.Path <= q.After && q.After != "" || !matches(a) || !authors.allows(a.Authors()...) {
			continue
		}
		if len(list) == limit {
			return list, list[limit-1].Article.Path, nil
		}
		list = append(list, ArticleInfo{Article: a, Passages: len(s.passagesOf(i))})
	}
	return list, "", nil
}

// FileLike returns the path of a file that serves and holds exactly the articles with
// these hashes, "" if there is none. Two files of equal articles may differ all the same.
func (x *Index) FileLike(hashes [][32]byte) string {
	s := x.current.Load()
	if s == nil || len(hashes) == 0 {
		return ""
	}
	wanted := make(map[[32]byte]bool, len(hashes))
	for _, h := range hashes {
		wanted[h] = true
	}
	var file string
	all, found := 0, 0 // articles of file, and those of them that are wanted
	for _, a := range s.articles {
		if a.File != file {
			if all == len(hashes) && found == all {
				return file
			}
			file, all, found = a.File, 0, 0
		}
		if all++; wanted[a.Hash] {
			found++
		}
	}
	if all == len(hashes) && found == all {
		return file
	}
	return ""
}
