package rag_test

import (
	"context"
	"crypto/sha256"
	"errors"
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

func (f *folder) load(ctx context.Context, known func(string, [32]byte) *corpus.Article, progress func(int, int)) (*corpus.Loaded, error) {
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
		a := known(path, hash)
		if a == nil {
			f.parsed++
			a = &corpus.Article{ID: corpus.ArticleID(path), Path: path, Title: strings.TrimSuffix(path, ".md"), Text: text, Hash: hash}
		}
		out.Articles = append(out.Articles, a)
		progress(i+1, len(files))
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

func newIndex(t *testing.T, f *folder) *rag.Index {
	t.Helper()
	x := &rag.Index{
		Load: f.load, Split: lines, Words: fold.Grams, Cut: characters, Version: "test",
		Embedder: &ragtest.Embedder{}, Store: &ragtest.Store{}, Cache: &ragtest.Cache{},
	}
	t.Cleanup(x.Close)
	return x
}

func reload(t *testing.T, x *rag.Index) *rag.Report {
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

func TestReloadReportsWhatChanged(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果很甜", "b.md": "香蕉很长", "c.md": "樱桃很小"})
	x := newIndex(t, f)
	if r := reload(t, x); fmt.Sprint(r.Added, r.Generation, r.Embedded) != "[a.md b.md c.md] 1 3" {
		t.Errorf("first load: %+v", r)
	}
	f.write("b.md", "香蕉很弯")
	f.write("d.md", "葡萄很圆")
	f.remove("c.md")
	f.skipped = []corpus.Skipped{{Path: "e.bin", Reason: "no article"}}
	r := reload(t, x)
	if got := fmt.Sprint(r.Added, r.Changed, r.Removed, r.Unchanged, r.Skipped, r.Generation, r.Embedded); got != "[d.md] [b.md] [c.md] 1 [{e.bin no article}] 2 2" {
		t.Errorf("second load: %s", got)
	}
	if f.parsed != 5 {
		t.Errorf("%d files parsed, want 5: what has not changed is parsed once", f.parsed)
	}
	for question, want := range map[string]string{"哪里的葡萄": "d.md", "香蕉弯": "b.md", "香蕉长": "b.md", "苹果": "a.md"} {
		if got := first(retrieve(t, x, question)); got != want {
			t.Errorf("%s → %q, want %s", question, got, want)
		}
	}
	if got := retrieve(t, x, "樱桃"); slices.Contains(got, "c.md") {
		t.Errorf("an article that was removed is still found: %v", got)
	}
}

func TestReloadWithoutChangesKeepsTheGeneration(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果"}))
	reload(t, x)
	if r := reload(t, x); r.Generation != 1 || r.Unchanged != 1 {
		t.Errorf("%+v, want generation 1 with one article unchanged", r)
	}
}

func TestFailedLoadKeepsTheOldGeneration(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	reload(t, x)
	f.err = errors.New("the disk is gone")
	if _, err := x.Reload(t.Context(), false); !errors.Is(err, f.err) {
		t.Errorf("reload: %v, want %v", err, f.err)
	}
	if p := x.Progress(); p.LastError != "the disk is gone" || p.Generation != 1 || p.Phase != rag.PhaseIdle {
		t.Errorf("progress %+v", p)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q after a failed reload", got)
	}
}

func TestAnEmptiedFolderEmptiesNothingUnlessForced(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	reload(t, x)
	f.remove("a.md")
	if _, err := x.Reload(t.Context(), false); !errors.Is(err, rag.ErrEmptied) {
		t.Errorf("reload: %v, want ErrEmptied", err)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q, want the article that was there", got)
	}
	if r, err := x.Reload(t.Context(), true); err != nil || r.Generation != 2 {
		t.Errorf("forced: %+v, %v", r, err)
	}
	if got := retrieve(t, x, "苹果"); len(got) != 0 {
		t.Errorf("found %v after a forced reload of an empty folder", got)
	}
}

func TestNothingIsFoundBeforeTheFirstLoad(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(nil))
	if _, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"}); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("retrieve: %v", err)
	}
	if _, _, err := x.Articles(rag.ArticleQuery{}); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("articles: %v", err)
	}
	reload(t, x)
	if got := retrieve(t, x, "苹果"); len(got) != 0 {
		t.Errorf("an empty folder gave %v", got)
	}
}

// A reload asked for while another one reads the folder must see what was written
// before it was asked for.
func TestReloadsThatComeMeanwhileShareOneThatStartsAfterThem(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	f.opened, f.entered = make(chan struct{}, 8), make(chan struct{}, 8)
	x := newIndex(t, f)
	first := make(chan error, 1)
	go func() {
		_, err := x.Reload(context.Background(), false)
		first <- err
	}()
	<-f.opened // the first one has read the files
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() { _, _ = x.Reload(canceled(t), false) }) // joins, and doesn't wait
	}
	wg.Wait()
	f.write("b.md", "香蕉")
	_, _ = x.Reload(canceled(t), false)
	f.entered <- struct{}{}
	<-f.opened // the one that all others share
	f.entered <- struct{}{}
	if err := <-first; err != nil {
		t.Errorf("reload: %v", err)
	}
	for x.Progress().Generation < 2 {
		time.Sleep(time.Millisecond)
	}
	if got := retrieve(t, x, "香蕉"); len(got) == 0 || got[0] != "b.md" {
		t.Errorf("found %q: the reload missed a file written before it was asked for", got)
	}
	select {
	case <-f.opened:
		t.Error("a third reload ran")
		f.entered <- struct{}{}
	case <-time.After(10 * time.Millisecond):
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestVectorsAreReusedByContent(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果很甜\n梨也很甜", "b.md": "香蕉"})
	cache, embedder := &ragtest.Cache{}, &ragtest.Embedder{}
	x := newIndex(t, f)
	x.Cache, x.Embedder = cache, embedder
	reload(t, x)
	f.write("a.md", "新的一行\n苹果很甜\n梨也很甜")
	if r := reload(t, x); r.Embedded != 1 {
		t.Errorf("%d passages embedded after one line was added", r.Embedded)
	}

	restarted := newIndex(t, f)
	restarted.Cache, restarted.Embedder = cache, embedder
	before := f.parsed
	if r := reload(t, restarted); r.Embedded != 0 || f.parsed != before {
		t.Errorf("after a restart %d passages were embedded, %d files parsed", r.Embedded, f.parsed-before)
	}

	other := newIndex(t, f)
	other.Cache, other.Embedder = cache, &ragtest.Embedder{Name: "another", Dim: 16}
	r := reload(t, other)
	if r.Embedded != 4 || !strings.Contains(strings.Join(r.Warnings, " "), "from fake to another") {
		t.Errorf("after a change of the embedder: %+v", r)
	}
}

func TestAFailingEmbedderAtTheStartLeavesTheWords(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	embedder := &ragtest.Embedder{}
	embedder.Fail(errors.New("no server"))
	x.Embedder, x.RetryAfter = embedder, 5*time.Millisecond
	if r := reload(t, x); len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "no server") {
		t.Errorf("report %+v, want one warning", r)
	}
	if got := first(retrieve(t, x, "苹果")); got != "a.md" {
		t.Errorf("found %q without vectors", got)
	}
	embedder.Fail(nil)
	deadline := time.Now().Add(5 * time.Second)
	for embedder.Embedded() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("the embedder was not asked again")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestASlowEmbedderAtTheStartKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果", "b.md": "苹果派"}))
	embedder := &slowEmbedder{begun: make(chan struct{}), release: make(chan struct{})}
	x.Embedder, x.ServeAfter = embedder, time.Millisecond
	reports := make(chan *rag.Report)
	go func() {
		r, err := x.Reload(context.Background(), false)
		if err != nil {
			t.Errorf("reload: %v", err)
		}
		reports <- r
	}()
	<-embedder.begun
	for {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
		if errors.Is(err, rag.ErrNotReady) {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil || len(r.Hits) != 2 || r.Generation != 1 {
			t.Errorf("meanwhile: %+v, %v", r, err)
		}
		break
	}
	close(embedder.release)
	if r := <-reports; r.Generation != 2 || r.Embedded != 2 || len(r.Added) != 2 {
		t.Errorf("report %+v", r)
	}
	if r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"}); err != nil || r.Generation != 2 || r.Hits[0].Dense.Rank == 0 {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// slowEmbedder waits for its release.
type slowEmbedder struct {
	ragtest.Embedder
	begun, release chan struct{}
}

func (e *slowEmbedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	close(e.begun)
	<-e.release
	return e.Embedder.EmbedPassages(ctx, texts)
}

func TestAFailingEmbedderLaterChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x := newIndex(t, f)
	embedder := &ragtest.Embedder{}
	x.Embedder = embedder
	reload(t, x)
	embedder.Fail(errors.New("no server"))
	f.write("b.md", "香蕉")
	if _, err := x.Reload(t.Context(), false); err == nil {
		t.Error("the reload succeeded without vectors")
	}
	r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
	if err != nil || len(r.Hits) != 1 || r.Generation != 1 || r.Notice == "" {
		t.Errorf("%+v, %v; want the old generation, with a notice that the embedder is down", r, err)
	}
	embedder.Fail(nil)
	if r := reload(t, x); r.Embedded != 1 || r.Generation != 2 {
		t.Errorf("afterwards %+v", r)
	}
}

func TestFailingCacheIsNoObstacle(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果"}))
	cache := &ragtest.Cache{}
	cache.Fail(errors.New("disk full"))
	x.Cache = cache
	if r := reload(t, x); r.Generation != 1 {
		t.Errorf("%+v", r)
	}
}

func TestFiltersNarrowEveryLeg(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	f := newFolder(map[string]string{"a.md": "苹果", "b.md": "苹果派", "c.md": "苹果树"})
	x := newIndex(t, f)
	meta := map[string]corpus.Article{
		"a.md": {Source: "晨报", Published: day("2023-09-01"), Tags: []string{"AI", "水果"}},
		"b.md": {Source: "晚報", Published: day("2023-10-01")},
	}
	load := x.Load
	x.Load = func(ctx context.Context, known func(string, [32]byte) *corpus.Article, p func(int, int)) (*corpus.Loaded, error) {
		l, err := load(ctx, known, p)
		for _, a := range l.Articles {
			a.Source, a.Published, a.Tags = meta[a.Path].Source, meta[a.Path].Published, meta[a.Path].Tags
		}
		return l, err
	}
	reload(t, x)
	for name, c := range map[string]struct {
		filter rag.Filter
		want   string
	}{
		"none":             {rag.Filter{}, "[a.md b.md c.md]"},
		"source, folded":   {rag.Filter{Sources: []string{"晚报"}}, "[b.md]"},
		"tag, folded":      {rag.Filter{Tags: []string{"ai", "x"}}, "[a.md]"},
		"since, inclusive": {rag.Filter{Since: day("2023-10-01")}, "[b.md]"},
		"until, inclusive": {rag.Filter{Until: day("2023-09-01")}, "[a.md]"},
		"article":          {rag.Filter{Articles: []string{corpus.ArticleID("c.md")}}, "[c.md]"},
		"all must agree":   {rag.Filter{Sources: []string{"晨报"}, Since: day("2023-10-01")}, "[]"},
	} {
		r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果", Filter: c.filter})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, h := range r.Hits {
			paths = append(paths, h.Article.Path)
		}
		slices.Sort(paths)
		if got := fmt.Sprint(paths); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestQuotedPhrasesComeFirst(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{
		"a.md": "大模型剩者为王是一种看法，大模型，大模型，剩者",
		"b.md": "有人说，未来是垂直大模型百花齐放的局面",
		"c.md": "GPT-4o 与其他模型",
		"d.md": "模型很大，GPT 很多，4o 也有",
	}))
	reload(t, x)
	for question, want := range map[string]string{
		"大模型剩者为王，“垂直大模型百花齐放”": "b.md",
		"「垂直大模型」":           "b.md",
		"\"gpt-4o\" 模型 GPT": "c.md",
		"“ＰＴ-４Ｏ”":           "c.md",
		"谁说“剩者为王之后的事”":      "a.md", // stands nowhere: its words count as usual
	} {
		if got := first(retrieve(t, x, question)); got != want {
			t.Errorf("%s → %q, want %s", question, got, want)
		}
	}
}

// Every run of 2 to 20 characters of an article, asked in quotes, brings the article,
// also across passages and in the other script, case and width.
func TestEveryPhraseIsFound(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"a.md": "大模型的價值在於應用\nGPT-4o 上线，３３４２万次\n只有在多樣化的場景中",
		"b.md": "大模型的应用在于价值\n上线 GPT-4，3342 次\n场景只有中",
	}
	x := newIndex(t, newFolder(texts))
	reload(t, x)
	for path, text := range texts {
		runes := []rune(text)
		for length := 2; length <= 20; length += 3 {
			for start := 0; start+length <= len(runes); start++ {
				phrase := strings.TrimSpace(string(runes[start : start+length]))
				if len([]rune(phrase)) < 2 {
					continue
				}
				found := retrieve(t, x, "哪里说「"+strings.ToUpper(phrase)+"」？")
				if !slices.Contains(found, path) || !holds(texts[first(found)], phrase) {
					t.Errorf("%q of %s → %v", phrase, path, found)
				}
			}
		}
	}
}

func holds(text, phrase string) bool { return strings.Contains(fold.String(text), fold.String(phrase)) }

func TestArticlesArePaged(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{})
	for i := range 25 {
		f.write(fmt.Sprintf("%02d.md", i), "文章")
	}
	x := newIndex(t, f)
	reload(t, x)
	var paths []string
	after := ""
	for range 10 {
		list, next, err := x.Articles(rag.ArticleQuery{Limit: 10, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			paths = append(paths, a.Article.Path)
		}
		if after = next; next == "" {
			break
		}
	}
	if len(paths) != 25 || !slices.IsSorted(paths) || after != "" {
		t.Errorf("%d paths, next %q: %v", len(paths), after, paths)
	}
	if list, _, _ := x.Articles(rag.ArticleQuery{Text: "１3"}); len(list) != 1 || list[0].Passages != 1 {
		t.Errorf("search for 13: %v", list)
	}
}

// Every answer comes from one generation: the two files always agree in it.
func TestAReaderSeesOneGeneration(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "红苹果 v0", "b.md": "青苹果 v0"})
	x := newIndex(t, f)
	reload(t, x)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for ctx.Err() == nil {
				r, err := x.Retrieve(t.Context(), rag.Query{Text: "苹果"})
				if err != nil || len(r.Hits) != 2 {
					t.Errorf("%v, %v", r, err)
					return
				}
				for _, h := range r.Hits {
					if h.Article.Text[len("红苹果"):] != r.Hits[0].Article.Text[len("红苹果"):] {
						t.Errorf("generation %d holds %q and %q", r.Generation, h.Article.Text, r.Hits[0].Article.Text)
						return
					}
				}
			}
		})
	}
	for i := range 200 {
		f.mu.Lock()
		f.files["a.md"], f.files["b.md"] = fmt.Sprintf("红苹果 v%d", i+1), fmt.Sprintf("青苹果 v%d", i+1)
		f.mu.Unlock()
		reload(t, x)
	}
	stop()
	readers.Wait()
	if g := x.Progress().Generation; g != 201 {
		t.Errorf("generation %d after 200 changes, want 201", g)
	}
}

// What is excluded counts for nothing, in any leg and in the coverage; its neighbours
// in the same article stay.
func TestExcludedPassagesAreAsIfAbsent(t *testing.T) {
	t.Parallel()
	x := newIndex(t, newFolder(map[string]string{"a.md": "苹果树开花了\n苹果派出炉了\n“苹果树开花了”", "b.md": "天气晴朗"}))
	reload(t, x)
	find := func(q rag.Query) *rag.Result {
		r, err := x.Retrieve(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, question := range []string{"苹果树开花", "「苹果树开花」"} {
		all := find(rag.Query{Text: question})
		rest := find(rag.Query{Text: question, Exclude: func(p corpus.Passage) bool { return strings.Contains(p.Text, "开花") }})
		for _, h := range rest.Hits {
			if strings.Contains(h.Passage.Text, "开花") {
				t.Errorf("%s found what was excluded: %s", question, h.Passage.Text)
			}
		}
		if len(rest.Hits) == 0 || rest.Hits[0].Passage.Text != "苹果派出炉了" || rest.Coverage >= all.Coverage {
			t.Errorf("%s: %+v, coverage %v of %v", question, rest.Hits, rest.Coverage, all.Coverage)
		}
	}
}
