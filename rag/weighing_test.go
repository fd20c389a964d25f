package rag_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

// knowing is an embedder that knows what stands where: a text that is part of a file has
// the file's direction, with noise if it is a question.
type knowing struct {
	files   map[string]string
	answers map[string]string // question → path
	noise   float64
	model   string

	mu    sync.Mutex
	asked int
	err   error         // of questions
	block chan struct{} // if not nil, questions wait until it is closed or they are given up
}

func (k *knowing) Model() string { return "knowing" + k.model }

func (k *knowing) direction(text string, noise float64) []float32 {
	own := rand.New(rand.NewPCG(uint64(len(text)), hash(text)))
	v := make([]float32, 64)
	for i := range v {
		v[i] = float32(own.NormFloat64() * noise)
	}
	body := text[strings.LastIndexByte(text, '\n')+1:]
	path := k.answers[text]
	for _, p := range slices.Sorted(maps.Keys(k.files)) {
		if path == "" && strings.Contains(k.files[p], body) {
			path = p
		}
	}
	if path != "" {
		its := rand.New(rand.NewPCG(1, hash(path)))
		for i := range v {
			v[i] += float32(its.NormFloat64())
		}
	}
	return unit(v)
}

func unit(v []float32) []float32 {
	squares := 1e-12
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(squares))
	}
	return v
}

func hash(s string) (h uint64) {
	for _, b := range []byte(s) {
		h = h*1099511628211 + uint64(b)
	}
	return h
}

func (k *knowing) EmbedPassages(_ context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = k.direction(text, 0)
	}
	return vectors, nil
}

func (k *knowing) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	k.mu.Lock()
	k.asked++
	err, block := k.err, k.block
	k.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return k.direction(text, k.noise), err
}

func (k *knowing) set(change func()) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
	return k.asked
}

// madeUp are n files of sentences whose characters are drawn from few for each file, and
// from the same few for neighbours, so that words alone mistake one for another.
func madeUp(n int) map[string]string {
	rng := rand.New(rand.NewPCG(9, 9))
	files := make(map[string]string)
	for i := range n {
		var lines []string
		for range 4 {
			var sb strings.Builder
			for range 16 {
				sb.WriteRune(rune(0x4E00 + 40*(i/4) + rng.IntN(40) + 7))
			}
			lines = append(lines, sb.String()+"。")
		}
		files[fmt.Sprintf("%03d.md", i)] = strings.Join(lines, "\n")
	}
	return files
}

func weighing(t *testing.T, k *knowing, cache rag.Cache, f *folder) *rag.Index {
	t.Helper()
	x := newIndex(t, f)
	x.Embedder, x.Cache = k, cache
	x.Ranking.DenseWeight = -1
	x.TestPhrases = -1
	return x
}

func TestTheWeightIsWhatTheVectorsAreWorth(t *testing.T) {
	t.Parallel()
	for noise, want := range map[float64][2]float64{0.3: {0.3, 1}, 2: {0.2, 0.9}, 300: {0, 0}} {
		files := madeUp(80)
		x := weighing(t, &knowing{files: files, noise: noise}, nil, newFolder(files))
		w := reload(t, x).Weighing
		if w.Weight < want[0] || w.Weight > want[1] || w.Questions < 100 || w.Reason != "" || w.Fused < w.Words {
			t.Errorf("noise %v: %+v, want a weight of %v", noise, *w, want)
		}
		if p := x.Progress().Weighing; p == nil || *p != *w {
			t.Errorf("progress says %+v, the report %+v", p, *w)
		}
	}
}

func TestAWeightIsFoundOnceAndAgainWhenTheCorpusHasGrown(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	f := newFolder(files)
	cache := &ragtest.Cache{}
	k := &knowing{files: madeUp(120), noise: 1}
	x := weighing(t, k, cache, f)
	found := reload(t, x).Weighing
	asked := k.set(func() {})
	f.write("new.md", files["000.md"])
	if again := reload(t, x).Weighing; *again != *found || k.set(func() {}) != asked {
		t.Errorf("one more article: %d more questions, %+v after %+v", k.set(func() {})-asked, again, found)
	}
	x.Close()
	x = weighing(t, k, cache, f)
	if kept := x.KeptWeighing(t.Context()); kept == nil || *kept != *found {
		t.Errorf("the cache holds %+v, want %+v", kept, found)
	}
	if again := reload(t, x).Weighing; *again != *found || k.set(func() {}) != asked {
		t.Errorf("a restart: %d more questions, %+v after %+v", k.set(func() {})-asked, again, found)
	}
	for path, text := range madeUp(120) {
		f.write(path, text)
	}
	reload(t, x)
	if k.set(func() {}) < asked+100 {
		t.Errorf("half as many articles again: %d more questions", k.set(func() {})-asked)
	}
	other := weighing(t, &knowing{files: madeUp(120), noise: 1, model: "2"}, cache, f)
	if w := reload(t, other).Weighing; w.Embedder != "knowing2" || w.Questions == 0 {
		t.Errorf("another model: %+v", w)
	}
}

func TestAServerThatFailsKeepsTheWeight(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	k := &knowing{files: files, noise: 1, err: errors.New("overloaded")}
	x := weighing(t, k, &ragtest.Cache{}, newFolder(files))
	r := reload(t, x)
	if w := r.Weighing; w.Weight != 0.4 || w.Questions != 0 || w.Reason == "" {
		t.Errorf("%+v, want the prior and why", *w)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "overloaded") || !strings.Contains(r.Warnings[0], "0.40") {
		t.Errorf("warnings %q", r.Warnings)
	}
	k.set(func() { k.err = nil })
	if r := reload(t, x); r.Weighing.Questions == 0 || r.Generation != 1 || len(r.Warnings) != 0 {
		t.Errorf("the next reload: %+v, generation %d, warnings %q", *r.Weighing, r.Generation, r.Warnings)
	}
}

func TestASetWeightAsksNothing(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	for _, weight := range []float64{0, 0.5} {
		k := &knowing{files: files}
		x := weighing(t, k, nil, newFolder(files))
		x.Ranking.DenseWeight = weight
		if w := reload(t, x).Weighing; w.Weight != weight || w.Reason == "" || k.set(func() {}) != 0 {
			t.Errorf("%+v after %d questions", *w, k.set(func() {}))
		}
	}
	x := weighing(t, nil, nil, newFolder(files))
	x.Embedder = nil
	if r := reload(t, x); r.Weighing != nil || x.Progress().Weighing != nil {
		t.Errorf("without an embedder: %+v", r.Weighing)
	}
}

func TestFewQuestionsLeaveAPrior(t *testing.T) {
	t.Parallel()
	files := madeUp(2)
	x := weighing(t, &knowing{files: files, noise: 0.1}, nil, newFolder(files))
	w := reload(t, x).Weighing
	if w.Questions == 0 || w.Questions >= 20 || !strings.Contains(w.Reason, "too few") || w.Weight != 0.4 && w.Weight != 0 {
		t.Errorf("%+v", *w)
	}
}

func TestServingGoesOnWhileTheWeightIsFoundAndCloseEndsIt(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	k := &knowing{files: files, noise: 1, block: make(chan struct{})}
	x := weighing(t, k, nil, newFolder(files))
	done := make(chan *rag.Report)
	go func() {
		r, err := x.Reload(context.Background(), false)
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	for x.Progress().Phase != rag.PhaseWeigh || k.set(func() {}) == 0 {
		if t.Context().Err() != nil {
			t.Fatal("no question was made")
		}
	}
	k.set(func() { k.block = nil }) // for the reader; what waits goes on waiting
	if got := first(retrieve(t, x, files["007.md"][:48])); got != "007.md" {
		t.Errorf("found %q meanwhile", got)
	}
	x.Close()
	if r := <-done; r.Weighing.Weight != 0.4 || len(r.Warnings) != 0 {
		t.Errorf("stopped: %+v, warnings %q", *r.Weighing, r.Warnings)
	}
}

func TestMRRByWeight(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	k := &knowing{files: files, noise: 0.2, answers: make(map[string]string)}
	x := weighing(t, k, nil, newFolder(files))
	if _, err := x.MRRByWeight(t.Context(), nil, nil); !errors.Is(err, rag.ErrNotReady) {
		t.Errorf("before the first load: %v", err)
	}
	reload(t, x)
	list, _, err := x.Articles(rag.ArticleQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var questions []rag.Judged
	for i, a := range list { // in the words of another article
		question := list[(i+1)%len(list)].Article.Text[:12]
		k.answers[question] = a.Article.Path
		questions = append(questions, rag.Judged{Question: question, Articles: []string{a.Article.ID}})
	}
	got, err := x.MRRByWeight(t.Context(), questions, []float64{0, 0.7, 1})
	if err != nil || len(got) != 3 || got[0] > 50 || got[2] < 99 || got[1] <= got[0] {
		t.Errorf("MRR %v, %v: words see less than vectors that know", got, err)
	}
}
