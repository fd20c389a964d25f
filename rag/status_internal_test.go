package rag

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yinju/corpus"
)

func TestRateIsThatOfTheLastSeconds(t *testing.T) {
	t.Parallel()
	start := time.Unix(0, 0)
	r := rateFrom(start, 0)
	at, done := start, 0
	if got := r.perSecond(start.Add(100 * time.Millisecond)); got != 0 {
		t.Errorf("after 0.1 s: %v, want 0: nobody knows yet", got)
	}
	for range 1000 { // 100 a second
		at, done = at.Add(10*time.Millisecond), done+1
		r.note(at, done)
	}
	if got := r.perSecond(at); got < 95 || got > 105 {
		t.Errorf("%.1f a second, want 100", got)
	}
	for range 30 { // 1 a second
		at, done = at.Add(time.Second), done+1
		r.note(at, done)
	}
	if got := r.perSecond(at); got < 0.8 || got > 1.2 {
		t.Errorf("%.1f a second, want 1: what was fast is long ago", got)
	}
	if got := r.perSecond(at.Add(time.Minute)); got > 0.3 {
		t.Errorf("%.1f a second after a minute in which nothing came", got)
	}
	if len(r.samples) > 50 {
		t.Errorf("%d samples are kept", len(r.samples))
	}
}

func TestProgressOfFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s status
		s.begin()
		say := func(done int, path string, o corpus.Outcome) {
			s.step(corpus.Step{Done: done, Total: 40, Path: path, Outcome: o, Limit: time.Minute, Reason: map[bool]string{true: "it is broken"}[o == corpus.OutcomeFailed]})
		}
		say(0, "", "")
		say(0, "a.pdf", corpus.OutcomeBegun)
		for i := range 30 {
			path := fmt.Sprintf("%02d.md", i)
			say(i, path, corpus.OutcomeBegun)
			time.Sleep(100 * time.Millisecond)
			say(i+1, path, []corpus.Outcome{corpus.OutcomeKept, corpus.OutcomeRead, corpus.OutcomeFailed}[i%3])
		}
		p := s.progress(time.Now(), 5*time.Second, "")
		f := p.Files
		if f.Kept != 10 || f.Read != 10 || f.Failed != 10 || len(f.Recent) != recentFiles || len(f.Failures) != 10 || f.Failures[9].Path != "02.md" || len(f.InHand) != 1 || f.InHand[0] != (FileInHand{"a.pdf", 3000}) {
			t.Errorf("files %+v", f)
		}
		if got := f.Recent[0]; got != (FileDone{"29.md", corpus.OutcomeFailed, "it is broken", 100}) {
			t.Errorf("the newest is %+v", got)
		}
		if p.Done != 30 || p.Total != 40 || p.Rate < 9.5 || p.Rate > 10.5 || p.ETAMS < 900 || p.ETAMS > 1100 || p.ElapsedMS != 3000 || p.Waiting != nil {
			t.Errorf("progress %+v", p)
		}
		time.Sleep(2 * time.Second)
		w := s.progress(time.Now(), 5*time.Second, "").Waiting
		if w == nil || *w != (Waiting{What: WaitingFile, Name: "a.pdf", SinceMS: 5000, NextMS: 55_000, Doing: "It is given up after 1m0s and skipped."}) {
			t.Errorf("waiting for %+v", w)
		}
		say(31, "a.pdf", corpus.OutcomeRead)
		r := &Report{Slow: s.slowest()}
		s.finished(r)
		if len(r.Slow) != 1 || r.Slow[0].Path != "a.pdf" || r.Slow[0].TookMS != 5000 {
			t.Errorf("slow files %+v", r.Slow)
		}
		if p := s.progress(time.Now(), time.Second, ""); p.Phase != PhaseIdle || p.StartedAt != nil || p.Files.Read != 11 || p.Waiting != nil {
			t.Errorf("afterwards %+v", p)
		}
	})
}

func TestWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s status
		s.begin()
		ctx := s.held(context.Background())
		s.enter(PhaseEmbed, 100)
		s.already(90, 100) // says nothing about the speed
		time.Sleep(4 * time.Second)
		look := func() Progress { return s.progress(time.Now(), 5*time.Second, "bge") }
		if p := look(); p.Waiting != nil || p.Rate != 0 || p.ETAMS != 0 || p.Done != 90 {
			t.Errorf("%+v", p)
		}
		time.Sleep(time.Second)
		if w := look().Waiting; w == nil || w.What != WaitingEmbed || w.Name != "bge" || w.SinceMS != 5000 {
			t.Errorf("waiting for %+v", w)
		}
		before := look().Seq
		release := Hold{What: WaitingEmbed, Name: "bge", Why: ErrorRateLimited, Try: 3, Next: time.Now().Add(4 * time.Second), Doing: "It is asked again."}.In(ctx)
		time.Sleep(10 * time.Millisecond)
		later := Hold{What: WaitingEmbed, Name: "bge", Why: ErrorTimeout}.In(ctx)
		time.Sleep(990 * time.Millisecond)
		if w := look().Waiting; w == nil || *w != (Waiting{WaitingEmbed, "bge", ErrorRateLimited, 3, 1000, 3000, "It is asked again."}) {
			t.Errorf("waiting for %+v", w)
		}
		if look().Seq == before {
			t.Error("the number has not grown")
		}
		release()
		release()
		if w := look().Waiting; w == nil || w.Why != ErrorTimeout {
			t.Errorf("waiting for %+v", w)
		}
		later()
		s.advance(95, 100)
		s.advance(93, 100) // was overtaken
		if p := look(); p.Waiting != nil || p.Done != 95 {
			t.Errorf("%+v", p)
		}
		s.enter(PhaseSave, 0)
		time.Sleep(6 * time.Second)
		if w := look().Waiting; w == nil || w.What != WaitingWork || w.Name != "save" {
			t.Errorf("waiting for %+v", w)
		}
		Hold{}.In(context.Background())() // nobody listens
	})
}

func TestAHoldIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := status{}
	s.begin()
	w := &Waiting{What: WaitingFile, Name: "a.pdf", Doing: "It is given up."}
	for range 3 {
		s.warn(slog.New(slog.NewTextHandler(&log, nil)), w)
	}
	s.warn(slog.New(slog.NewTextHandler(&log, nil)), nil)
	if got := log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "a.pdf") {
		t.Errorf("logged %q", got)
	}
}
