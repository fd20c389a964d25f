package openai

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag"
	"yinju/rag/openai/openaitest"
	"yinju/rag/ragtest"
)

// shelf is a folder in memory whose files are a passage each.
type shelf struct {
	mu    sync.Mutex
	files map[string]string
}

func shelfOf(n int) *shelf {
	s := &shelf{files: make(map[string]string)}
	for i := range n {
		s.files[fmt.Sprintf("%03d.md", i)] = fmt.Sprintf("第%d家水果店卖苹果和香蕉", i)
	}
	return s
}

func (s *shelf) write(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = text
}

func (s *shelf) load(ctx context.Context, _ corpus.Known, _ func(corpus.Step)) (*corpus.Loaded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &corpus.Loaded{}
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		text := s.files[path]
		a := &corpus.Article{ID: corpus.ArticleID(path), Path: path, File: path, Title: "店", Text: text, Hash: sha256.Sum256([]byte(text))}
		out.Articles = append(out.Articles, a)
		out.Files = append(out.Files, &corpus.File{Path: path, Hash: a.Hash, Articles: []*corpus.Article{a}})
	}
	return out, ctx.Err()
}

// indexOn is an Index whose vectors come from a server.
func indexOn(t *testing.T, base string, s *shelf, cache rag.Cache) *rag.Index {
	x := &rag.Index{
		Load: s.load, Words: fold.Grams, Cut: func(s string) []string { return strings.Split(s, "") }, Version: "test",
		Split: func(a *corpus.Article) []corpus.Passage {
			return []corpus.Passage{{ID: corpus.PassageID(a.Title, nil, a.Text), Article: a.ID, Title: a.Title, End: len(a.Text), Text: a.Text}}
		},
		Remote: true, NewStore: func() rag.VectorStore { return &ragtest.Store{} }, Cache: cache,
		EmbedBatch: 4, EmbedParallel: 3, RetryAfter: 20 * time.Millisecond, TestPhrases: -1, FalseRefusals: -1, ServeAfter: time.Hour,
	}
	e := quickEmbeddings(base)
	e.Undivided, e.Batch, e.Retries = true, 4, 2
	x.Embedder = e
	x.Ranking.DenseWeight = 0.5
	t.Cleanup(x.Close)
	return x
}

// passagesSent counts how often each passage was sent in requests that were answered.
func passagesSent(s *openaitest.Server) map[string]int {
	sent := make(map[string]int)
	for _, r := range s.Requests("embeddings") {
		for _, text := range r.Input {
			if r.Status == 200 && strings.HasPrefix(text, "店\n") {
				sent[text]++
			}
		}
	}
	return sent
}

// until waits for a generation that is whole.
func until(t *testing.T, x *rag.Index, what string, ok func(rag.Progress) bool) rag.Progress {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		p := x.Progress()
		if ok(p) {
			return p
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in time; %+v", what, p)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func dense(t *testing.T, x *rag.Index, text string) bool {
	t.Helper()
	r, err := x.Retrieve(t.Context(), rag.Query{Text: text})
	return err == nil && len(r.Hits) > 0 && r.Hits[0].Dense.Rank > 0 && r.Notice == ""
}

// Whatever the server does, the old generation serves, the reload comes again by itself,
// and no passage is computed twice.
func TestReloadsOutliveTheServersFaults(t *testing.T) {
	t.Parallel()
	with := func(f fault, times int) fault { f.On, f.Times = "embeddings", times; return f }
	tests := []struct {
		name  string
		fault fault
		error string // of the first reload; empty: it succeeds
	}{
		{"down for long", with(fault{Kind: openaitest.ErrorStatus, Status: 503}, 14), "unavailable"},
		{"a limit for long", with(fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "0.001"}, 14), "rate_limit"},
		{"a limit for short", with(fault{Kind: openaitest.ErrorStatus, Status: 429, RetryAfter: "0.001"}, 2), ""},
		{"connections lost", with(fault{Kind: openaitest.Abort}, 14), "unavailable"},
		{"slow", with(fault{Kind: openaitest.Slow, N: 30}, 9), ""},
		{"another key for a while", with(fault{Kind: openaitest.ErrorStatus, Status: 401}, 2), "auth"},
		{"500 for one batch", with(fault{Kind: openaitest.ErrorStatus, Status: 500}, 1), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{})
			f := shelfOf(10)
			x := indexOn(t, base, f, &ragtest.Cache{})
			if _, err := x.Reload(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			for i := 100; i < 130; i++ {
				f.write(fmt.Sprint(i, ".md"), fmt.Sprintf("新开的第%d家书店", i))
			}
			s.Script(test.fault)
			_, err := x.Reload(t.Context(), false)
			if (err == nil) != (test.error == "") || err != nil && !strings.Contains(err.Error(), test.error) {
				t.Errorf("the first reload: %v, want %q", err, test.error)
			}
			if err != nil && (!strings.Contains(err.Error(), "tried again by itself") || x.Progress().RetryAt == nil && x.Progress().Phase == rag.PhaseIdle && x.Progress().Generation == 1 && !x.Progress().Queued) {
				t.Errorf("%v; no retry is announced: %+v", err, x.Progress())
			}
			until(t, x, test.name, func(p rag.Progress) bool { return p.Generation == 2 && p.Phase == rag.PhaseIdle })
			if !dense(t, x, "第110家书店") {
				t.Error("what is new has no vectors")
			}
			sent := passagesSent(s)
			if len(sent) != 40 {
				t.Errorf("%d passages were embedded, want 40", len(sent))
			}
			for text, n := range sent {
				if n != 1 {
					t.Errorf("%q was embedded %d times", text, n)
				}
			}
		})
	}
}

// Answers that are no good are not stored: they are asked for again, in smaller batches.
func TestWrongAnswersAreAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault{
		{Kind: openaitest.Fewer},
		{Kind: openaitest.Dimension, N: 3},
		{Kind: openaitest.NaN},
		{Kind: openaitest.Zero},
		{Kind: openaitest.Twice},
		{Kind: openaitest.HTML},
		{Kind: openaitest.Shuffled},
	} {
		t.Run(string(kind.Kind), func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{})
			f := shelfOf(10)
			x := indexOn(t, base, f, nil)
			if _, err := x.Reload(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			f.write("n.md", "新开的书店")
			f.write("o.md", "老字号茶馆")
			s.Script(fault{Kind: openaitest.Slow, N: 1, On: "embeddings"}, func() fault { kind.On = "embeddings"; return kind }())
			r, err := x.Reload(t.Context(), false)
			if err != nil || r.Embedded != 2 || len(r.Warnings) != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			for text, path := range map[string]string{"新开的书店": "n.md", "老字号茶馆": "o.md"} {
				found, err := x.Retrieve(t.Context(), rag.Query{Text: text})
				if err != nil || found.Hits[0].Article.Path != path || found.Hits[0].Dense.Rank != 1 {
					t.Errorf("%s: %+v, %v", text, found, err)
				}
			}
		})
	}
}

// One answer that is no good for a passage alone in its batch costs none of its text.
func TestOneWrongAnswerShortensNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []openaitest.Kind{openaitest.Fewer, openaitest.Dimension, openaitest.NaN, openaitest.HTML} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, base := serve(t, &openaitest.Server{})
			f := shelfOf(10)
			x := indexOn(t, base, f, nil)
			if _, err := x.Reload(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			f.write("n.md", "新开的书店，从老字号茶馆的对面搬来")
			s.Script(fault{Kind: openaitest.Slow, N: 1, On: "embeddings"}, fault{Kind: kind, N: 3, On: "embeddings"})
			r, err := x.Reload(t.Context(), false)
			if err != nil || r.Embedded != 1 || len(r.Warnings) != 0 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// A server that for a moment answers as another model would is not taken for one.
func TestAMomentOfAnotherDimension(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{})
	f := shelfOf(10)
	x := indexOn(t, base, f, nil)
	if _, err := x.Reload(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	f.write("n.md", "新开的书店")
	x.RetryAfter = 4 * time.Second // asked again after a quarter of it
	s.Script(fault{Kind: openaitest.Dimension, N: 3, On: "embeddings", Times: 1000})
	go func() { _, _ = x.Reload(t.Context(), false) }()
	until(t, x, "a wait", func(p rag.Progress) bool { return p.Waiting != nil && p.Waiting.Why == rag.ErrorProtocol })
	s.Reset()
	p := until(t, x, "the vector", func(p rag.Progress) bool { return p.Generation == 2 && p.Phase == rag.PhaseIdle })
	if r := p.LastReport; r.Embedded != 1 || len(r.Warnings) != 0 {
		t.Errorf("%+v", r)
	}
	for text, n := range passagesSent(s) {
		if n != 1 {
			t.Errorf("%q was embedded %d times", text, n)
		}
	}
}

// A passage that the server refuses is shortened, and left out if that does not help.
func TestAPassageTheServerRefusesKeepsNoOtherBack(t *testing.T) {
	t.Parallel()
	_, base := serve(t, &openaitest.Server{MaxChars: 100})
	f := shelfOf(20)
	f.write("long.md", strings.Repeat("长", 120))
	f.write("longer.md", strings.Repeat("甲", 5000))
	x := indexOn(t, base, f, &ragtest.Cache{})
	x.Ranking.DenseWeight = 0
	r, err := x.Reload(t.Context(), false)
	if err != nil || r.Embedded != 21 || len(r.Warnings) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	all := strings.Join(r.Warnings, "\n")
	if !strings.Contains(all, "long.md: only the first 61 of 122") || !strings.Contains(all, "longer.md: a passage has no vector") {
		t.Errorf("warnings %s", all)
	}
	if r, err := x.Retrieve(t.Context(), rag.Query{Text: strings.Repeat("甲", 20)}); err != nil || r.Hits[0].Article.Path != "longer.md" {
		t.Errorf("not found by words: %+v, %v", r, err)
	}
	f.write("new.md", "新开的书店")
	if r, err := x.Reload(t.Context(), false); err != nil || r.Embedded != 1 || len(r.Warnings) != 0 {
		t.Errorf("what was refused is asked again: %+v, %v", r, err)
	}
}

// A server that refuses everything but single texts teaches the size of batches.
func TestTheSizeOfBatchesIsLearnt(t *testing.T) {
	t.Parallel()
	s, base := serve(t, &openaitest.Server{MaxBatch: 1})
	x := indexOn(t, base, shelfOf(40), nil)
	x.EmbedParallel = 1
	if r, err := x.Reload(t.Context(), false); err != nil || r.Embedded != 40 || len(r.Warnings) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if n := len(s.Requests("embeddings")); n > 50 {
		t.Errorf("%d requests for 40 passages", n)
	}
	for text, n := range passagesSent(s) {
		if n != 1 {
			t.Errorf("%q was embedded %d times", text, n)
		}
	}
}

// After a kill only what was under way is computed again.
func TestAStartGoesOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	served := make(chan struct{}, 100)
	hold := make(chan struct{})
	var n int
	var mu sync.Mutex
	_, killed := serve(t, &openaitest.Server{Embed: func(text string, dim int) []float32 {
		mu.Lock()
		n++
		last := n > 25
		mu.Unlock()
		if last {
			select {
			case served <- struct{}{}:
			default:
			}
			<-hold
		}
		return openaitest.Characters(text, dim)
	}})
	t.Cleanup(func() {
		select {
		case <-hold:
		default:
			close(hold)
		}
	})
	f, cache := shelfOf(60), &ragtest.Cache{}
	x := indexOn(t, killed, f, cache)
	go func() { _, _ = x.Reload(context.Background(), false) }()
	<-served
	x.Close()
	close(hold)
	s, base := serve(t, &openaitest.Server{}) // late requests of the killed one don't count
	again := indexOn(t, base, f, cache)
	r, err := again.Reload(t.Context(), false)
	if err != nil || r.Embedded > 60-12 || r.Embedded < 60-25 {
		t.Fatalf("%d of 60 passages after the kill, %v", r.Embedded, err)
	}
	for text, n := range passagesSent(s) {
		if n != 1 {
			t.Errorf("%q %d times", text, n)
		}
	}
	if r, err := indexOn(t, base, f, cache).Reload(t.Context(), false); err != nil || r.Embedded != 0 {
		t.Errorf("the third start: %+v, %v", r, err)
	}
}

// Another model behind the same name is noticed, at a question or at a reload, and all is
// embedded beside the generation that serves.
func TestAnotherModelUnderTheSameName(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"question", "reload", "start"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			dims, shift := 64, 0
			_, base := serve(t, &openaitest.Server{Embed: func(text string, _ int) []float32 {
				mu.Lock()
				defer mu.Unlock()
				v := openaitest.Characters(text, dims)
				return append(v[shift:], v[:shift]...)
			}})
			f, cache := shelfOf(12), &ragtest.Cache{}
			x := indexOn(t, base, f, cache)
			if _, err := x.Reload(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			if how == "question" {
				dims = 32
			} else {
				shift = 7
			}
			mu.Unlock()
			want := uint64(2)
			switch how {
			case "question":
				for range 2 { // the first may be a mistake of the server's
					if r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"}); err != nil || len(r.Hits) == 0 || r.Notice == "" {
						t.Errorf("meanwhile: %+v, %v", r, err)
					}
				}
			case "reload":
				f.write("n.md", "新开的书店")
				if r, err := x.Reload(t.Context(), false); err != nil || r.Embedded != 13 || !strings.Contains(strings.Join(r.Warnings, " "), "another one now") {
					t.Errorf("%+v, %v", r, err)
				}
			case "start":
				x = indexOn(t, base, f, cache)
				if r, err := x.Reload(t.Context(), false); err != nil || r.Embedded != 0 {
					t.Errorf("%+v, %v", r, err)
				}
			}
			p := until(t, x, how, func(p rag.Progress) bool { return p.Generation == want && p.Phase == rag.PhaseIdle })
			if p.Reports[0].Embedded < 12 || !dense(t, x, "第3家水果店") {
				t.Errorf("%+v", p.Reports[0])
			}
			again := indexOn(t, base, f, cache)
			if r, err := again.Reload(t.Context(), false); err != nil || r.Embedded != 0 || again.Progress().Generation != 1 {
				t.Errorf("the next start: %+v, %v", r, err)
			}
		})
	}
}
