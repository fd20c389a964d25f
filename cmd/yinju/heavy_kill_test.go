//go:build heavy

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/rag/openai/openaitest"
)

// TestKilledAtAnyMoment kills the binary 50 times, on one data folder, during a first
// load or during a reload. The next start must serve all articles as they are in the
// folder, and embed nothing again but what the batch under way had not committed.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	v := &victim{t: t, dir: t.TempDir(), data: t.TempDir(), binary: buildBinary(t), r: rand.New(rand.NewPCG(9, 9))}
	v.articles = make([]generated, 300)
	for i := range v.articles {
		v.rewrite(i)
	}
	url, stop := v.fake.Start()
	t.Cleanup(stop)
	v.args = []string{"-articles", v.dir, "-data", v.data, "-no-watch", "-embed-model", "e", "-embed-url", url, "-dense-weight", "0.1"} // the fake's vectors know nothing

	began := time.Now()
	c := launch(t, v.binary, v.args...)
	whole := c.untilReady().Sub(began) // how long a load of everything takes
	v.check(c)
	for n := range 50 {
		if t.Failed() {
			return
		}
		v.batches()
		for range 40 + v.r.IntN(100) {
			v.rewrite(v.r.IntN(len(v.articles)))
		}
		moment := time.Duration(v.r.Int64N(int64(whole)))
		if n%2 == 0 { // a first load
			if err := c.stop(); err != nil {
				t.Fatalf("it ended with %v", err)
			}
			c = launch(t, v.binary, v.args...)
			time.Sleep(moment) // the random moment
		} else {
			begin(c)
			time.Sleep(moment / 2)
		}
		c.kill()
		c = launch(t, v.binary, v.args...)
		c.untilReady()
		v.check(c)
		if again := v.batches(); again > 64 {
			t.Errorf("kill %d after %v: %d passages were embedded again; a batch has 64", n, moment, again)
		}
	}
	t.Logf("a whole load takes %v; %d passages embedded", whole, len(v.embedded))
}

// begin starts a reload and doesn't wait for its end.
func begin(c *child) {
	c.t.Helper()
	if status, text := c.call("POST", "/reload?wait=false", "", nil); status != http.StatusAccepted {
		c.t.Fatalf("reload: %d %s", status, text)
	}
}

type victim struct {
	t        *testing.T
	dir      string
	data     string
	binary   string
	args     []string
	fake     openaitest.Server
	articles []generated
	version  int
	embedded map[string]bool // passages
	r        *rand.Rand
}

func (v *victim) rewrite(i int) {
	v.version++
	v.articles[i] = generate(i, v.version, 400)
	write(v.t, v.dir, v.articles[i].Name, v.articles[i].Text)
}

// batches counts what the embedding server was asked for again since the last call.
func (v *victim) batches() (again int) {
	if v.embedded == nil {
		v.embedded = make(map[string]bool)
	}
	for _, r := range v.fake.Requests("embeddings") {
		if r.Status != http.StatusOK {
			continue
		}
		for _, text := range r.Input {
			if v.embedded[text] && !strings.HasSuffix(text, "？") { // questions come again
				again++
			}
			v.embedded[text] = true
		}
	}
	v.fake.Reset()
	return again
}

// check compares what is served with the folder.
func (v *victim) check(c *child) {
	v.t.Helper()
	var list struct {
		Articles []struct {
			ID, Path string
			Passages int
		}
	}
	c.call("GET", "/articles?limit=1000", "", &list)
	paths := make(map[string]bool)
	for _, a := range list.Articles {
		paths[a.Path] = a.Passages > 0
	}
	for _, g := range v.articles {
		if !paths[g.Name] {
			v.t.Errorf("%s is not served", g.Name)
		}
	}
	if len(list.Articles) != len(v.articles) {
		v.t.Errorf("%d articles are served, %d are there", len(list.Articles), len(v.articles))
	}
	for range 3 {
		g := v.articles[v.r.IntN(len(v.articles))]
		checkFact(c.server, g)
		var article struct{ Text string }
		c.call("GET", "/articles/"+articleIDOf(g), "", &article)
		if article.Text != g.Text {
			v.t.Errorf("%s is not served as it is in the folder", g.Name)
		}
	}
}

// checkFact asks for an article's fact: the answer must quote it out of that article.
func checkFact(s *server, g generated) {
	s.t.Helper()
	a := s.ask(g.Question)
	if !a.Answered || !strings.Contains(a.Answer, g.Answer) {
		s.t.Errorf("%s: %q, not %s", g.Question, a.Answer, g.Fact)
	}
	for _, c := range a.Citations {
		if c.Quote == g.Fact && c.ArticleID == articleIDOf(g) {
			return
		}
	}
	s.t.Errorf("%s: no citation has %s: %+v", g.Question, g.Fact, a.Citations)
}

// TestEmbeddingServerFailsWithinAReload: the old generation serves, and what was
// embedded before the failure is not embedded again.
func TestEmbeddingServerFailsWithinAReload(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusInternalServerError} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			testFailingEmbedder(t, status)
		})
	}
}

func testFailingEmbedder(t *testing.T, status int) {
	dir := t.TempDir()
	fake := &failing{limit: 1 << 30}
	fake.fault = openaitest.Fault{Kind: openaitest.ErrorStatus, Status: status, On: "embeddings", Times: 1000}
	fake.Embed = fake.embed
	url, stop := fake.Start()
	t.Cleanup(stop)
	old := generate(0, 1, 400)
	write(t, dir, old.Name, old.Text)
	s := start(t, nil, "-articles", dir, "-no-watch", "-embed-model", "e", "-embed-url", url)
	checkFact(s, old)
	for i := 1; i <= 100; i++ {
		g := generate(i, 1, 400)
		write(t, dir, g.Name, g.Text)
	}
	fake.failAfter(150)
	if status, text := s.call("POST", "/reload", "", nil); status < 500 {
		t.Errorf("a reload without its vectors: %d %s", status, text)
	}
	if a := s.ask(old.Question); a.Generation != 1 || !strings.Contains(a.Answer, old.Answer) {
		t.Errorf("answer %+v", a)
	}
	if a := s.ask(generate(50, 1, 400).Question); strings.Contains(a.Answer, generate(50, 1, 400).Answer) {
		t.Errorf("half a reload is served: %+v", a)
	}
	fake.mend()
	report := s.reload()
	if report.Generation != 2 || len(report.Added) != 100 {
		t.Errorf("report %+v", report)
	}
	checkFact(s, generate(50, 1, 400))
	if again := fake.again(); report.Embedded == 0 || again > 64 {
		t.Errorf("%d embedded by the second reload, %d of them again; a batch has 64", report.Embedded, again)
	}
	if total := fake.passages(); total-report.Embedded < 64 {
		t.Errorf("of %d passages %d were embedded by the second reload: it began anew", total, report.Embedded)
	}
}

// failing is a server of vectors that breaks down after so many passages.
type failing struct {
	openaitest.Server
	fault openaitest.Fault

	mu    sync.Mutex
	limit int
	texts []string
}

func (f *failing) embed(text string, dimensions int) []float32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasSuffix(text, "？") {
		f.texts = append(f.texts, text)
	}
	if len(f.texts) == f.limit {
		f.Script(f.fault)
	}
	return openaitest.Characters(text, dimensions)
}

func (f *failing) failAfter(passages int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit = len(f.texts) + passages
}

func (f *failing) mend() { f.Reset() }

func (f *failing) passages() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(slices.Compact(slices.Sorted(slices.Values(f.texts))))
}

func (f *failing) again() int {
	all := f.passages()
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.texts) - all
}

// kill ends it as a power cut would, as far as it can tell.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	_ = c.stop() // the exit status tells of the kill
}
