package rag_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/ragtest"
)

// pausing is an embedder that tells of every batch and waits to be let go on.
type pausing struct {
	ragtest.Embedder
	asked chan []string
	goOn  chan struct{}
}

func newPausing() *pausing {
	return &pausing{asked: make(chan []string), goOn: make(chan struct{})}
}

func (e *pausing) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	select {
	case e.asked <- texts:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-e.goOn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return e.Embedder.EmbedPassages(ctx, texts)
}

// letPass answers every batch, and counts the texts.
func (e *pausing) letPass(until <-chan struct{}) (texts int) {
	for {
		select {
		case batch := <-e.asked:
			texts += len(batch)
			e.goOn <- struct{}{}
		case <-until:
			return texts
		}
	}
}

type outcome struct {
	report *rag.Report
	err    error
}

func reloadAside(x *rag.Index, force bool) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		r, err := x.Reload(context.Background(), force)
		done <- outcome{r, err}
	}()
	return done
}

func served(t *testing.T, f *folder) (*rag.Index, *pausing) {
	x, e := newIndex(t, f), newPausing()
	x.Embedder, x.EmbedBatch, x.EmbedParallel = e, 1, 1
	x.Ranking.DenseWeight, x.ServeAfter = 0.5, time.Hour
	first := reloadAside(x, false)
	over := make(chan struct{})
	go func() { <-first; close(over) }()
	e.letPass(over)
	return x, e
}

// A reload that embeds what has been removed again gives way; who waits for it gets the
// result of the newer one, and what was embedded before is not embedded again.
func TestAReloadWhoseWorkNobodyWantsGivesWay(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x, e := served(t, f)
	for i := range 50 {
		f.write(fmt.Sprintf("wrong%d.md", i), fmt.Sprintf("错%d", i))
	}
	f.write("b.md", "香蕉")
	first := reloadAside(x, false)
	<-e.asked // b.md, the first by path
	e.goOn <- struct{}{}
	<-e.asked
	for i := range 50 {
		f.remove(fmt.Sprintf("wrong%d.md", i))
	}
	f.write("c.md", "樱桃")
	second := reloadAside(x, false)
	over := make(chan struct{})
	results := make(chan outcome, 2)
	go func() {
		results <- <-first
		results <- <-second
		close(over)
	}()
	if n := e.letPass(over); n != 1 {
		t.Errorf("%d passages were embedded after the files were removed, want that of c.md", n)
	}
	for range 2 {
		if r := <-results; r.err != nil || r.report.Generation != 2 || fmt.Sprint(r.report.Added) != "[b.md c.md]" {
			t.Errorf("%+v, %v", r.report, r.err)
		}
	}
	if p := x.Progress(); p.Phase != rag.PhaseIdle || p.Queued || p.LastError != "" || p.Reload != 3 {
		t.Errorf("%+v", p)
	}
}

// What is still wanted goes on, whoever waits.
func TestAReloadWhoseWorkIsWantedGoesOn(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x, e := served(t, f)
	for i := range 10 {
		f.write(fmt.Sprintf("b%d.md", i), fmt.Sprintf("香蕉%d", i))
	}
	looked := make(chan struct{}, 8)
	load := x.Load
	x.Load = func(ctx context.Context, known corpus.Known, progress func(corpus.Step)) (*corpus.Loaded, error) {
		defer func() { looked <- struct{}{} }()
		return load(ctx, known, progress)
	}
	first := reloadAside(x, false)
	<-looked // the load itself
	<-e.asked
	f.write("c.md", "樱桃")
	second := reloadAside(x, false)
	<-looked
	if !x.Progress().Queued {
		t.Error("nothing waits")
	}
	e.goOn <- struct{}{}
	over := make(chan struct{})
	var reports [2]outcome
	go func() {
		reports[0], reports[1] = <-first, <-second
		close(over)
	}()
	e.letPass(over)
	if r := reports[0]; r.err != nil || r.report.Generation != 2 || len(r.report.Added) != 10 || r.report.Embedded != 10 {
		t.Errorf("the first: %+v, %v", r.report, r.err)
	}
	if r := reports[1]; r.err != nil || r.report.Generation != 3 || len(r.report.Added) != 1 {
		t.Errorf("the second: %+v, %v", r.report, r.err)
	}
}

// A folder that changes faster than it can be embedded is served all the same: of two
// reloads in a row one goes through.
func TestAFolderThatNeverRestsIsServed(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果0"})
	x, e := served(t, f)
	version := 0
	change := func() <-chan outcome {
		version++
		f.write("a.md", fmt.Sprintf("苹果%d", version))
		return reloadAside(x, false)
	}
	last := change()
	const rounds = 5
	for range rounds {
		<-e.asked
		change() // what is being embedded is outdated
		<-e.asked
		last = change() // the second one in a row is not given up
		e.goOn <- struct{}{}
	}
	<-e.asked
	e.goOn <- struct{}{}
	if r := <-last; r.err != nil || r.report.Generation != 2+rounds {
		t.Errorf("%+v, %v", r.report, r.err)
	}
	if p := x.Progress(); p.Reload != 2+2*rounds {
		t.Errorf("%d reloads made %d generations", p.Reload, p.Generation)
	}
}

// A forced reload stays forced when another one takes over.
func TestForceIsHandedOver(t *testing.T) {
	t.Parallel()
	f := newFolder(map[string]string{"a.md": "苹果"})
	x, e := served(t, f)
	f.remove("a.md")
	f.write("wrong.md", "错")
	forced := reloadAside(x, true)
	<-e.asked
	f.write("wrong.md", "又错")
	plain := reloadAside(x, false)
	<-e.asked // wrong.md anew: the first was given up
	e.goOn <- struct{}{}
	if a, b := <-forced, <-plain; a.err != nil || a.report != b.report {
		t.Errorf("%+v, %+v", a, b)
	}
}

// Weighing the vectors makes nothing wait that was written meanwhile.
func TestWeighingGivesWay(t *testing.T) {
	t.Parallel()
	files := madeUp(80)
	k := &knowing{files: files, noise: 1, block: make(chan struct{})}
	f := newFolder(maps.Clone(files))
	files["new.md"] = "新来的香蕉"
	x := weighing(t, k, nil, f)
	x.ServeAfter = time.Hour
	first := reloadAside(x, false)
	for x.Progress().Phase != rag.PhaseWeigh || k.set(func() {}) == 0 {
		if t.Context().Err() != nil {
			t.Fatal("no question was made")
		}
	}
	f.write("new.md", "新来的香蕉")
	second := reloadAside(x, false)
	if r := <-first; r.err != nil || r.report.Generation != 1 || len(r.report.Warnings) != 0 {
		t.Errorf("%+v, %v", r.report, r.err)
	}
	for x.Progress().Generation < 2 || x.Progress().Phase != rag.PhaseWeigh {
		if t.Context().Err() != nil {
			t.Fatal("the new article does not serve")
		}
	}
	third := reloadAside(x, false) // the second goes through
	k.set(func() {
		close(k.block)
		k.block = nil
	})
	if r := <-second; r.err != nil || r.report.Weighing == nil || r.report.Weighing.Questions == 0 {
		t.Errorf("%+v, %v", r.report, r.err)
	}
	if r := <-third; r.err != nil {
		t.Error(r.err)
	}
}
