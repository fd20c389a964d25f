package main

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yinju/rag"
)

func TestProgressInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		p               rag.Progress
		work, speed, at string
	}{
		{rag.Progress{Phase: rag.PhaseLoad, Done: 3, Total: 12, Files: rag.Files{InHand: []rag.FileInHand{{Path: "2023/\x1b[2J报道.pdf", SinceMS: 900}}}}, "reading files: 3 of 12 files", "", "2023/ [2J报道.pdf"},
		{rag.Progress{Phase: rag.PhaseEmbed, Done: 64, Total: 6400, Rate: 12.34, ETAMS: 513_400}, "computing vectors: 64 of 6400 passages", "12/s, 8m33s left", ""},
		{rag.Progress{Phase: rag.PhaseEmbed, Rate: 0.5, ETAMS: 10, Waiting: &rag.Waiting{What: rag.WaitingEmbed, Name: "bge-m3", Why: rag.ErrorRateLimited, SinceMS: 4200, NextMS: 3100, Doing: "It is asked again."}}, "computing vectors", "0.5/s, 1s left", "waiting for bge-m3, 4 s (rate_limit): It is asked again. In 4 s."},
		{rag.Progress{Phase: "set 1", Done: 1, Total: 2}, "set 1: 1 of 2", "", ""},
		{rag.Progress{Phase: rag.PhaseSave}, "saving", "", ""},
	} {
		if got := workWords(test.p); got != test.work {
			t.Errorf("work %q, want %q", got, test.work)
		}
		if got := speedWords(test.p); got != test.speed {
			t.Errorf("speed %q, want %q", got, test.speed)
		}
		if got := atWords(test.p); got != test.at {
			t.Errorf("at %q, want %q", got, test.at)
		}
	}
	for phase := range phaseWords {
		if workWords(rag.Progress{Phase: phase}) == string(phase) && phase != rag.PhaseIdle {
			t.Errorf("phase %s has no words", phase)
		}
	}
}

func TestCutTo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s       string
		columns int
		want    string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"报道甲", 6, "报道甲"}, {"报道甲乙", 6, "报道…"}, {"a报道", 4, "a报…"}, {"", 0, ""}, {"abc", 0, "…"},
	} {
		if got := cutTo(test.s, test.columns); got != test.want {
			t.Errorf("%q in %d columns: %q, want %q", test.s, test.columns, got, test.want)
		}
	}
}

// A journal shows that a long reload lives; a short one leaves no line.
func TestSignsOfLife(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	var short atomic.Bool
	short.Store(true)
	started := time.Now()
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		logProgress(slog.New(slog.NewTextHandler(&log, nil)), func() rag.Progress {
			p := rag.Progress{Reload: 1, Phase: rag.PhaseEmbed, Done: 3, Total: 9, ElapsedMS: time.Since(started).Milliseconds(), Files: rag.Files{}}
			if short.Load() {
				p = rag.Progress{Reload: 1, Phase: rag.PhaseIdle}
			}
			return p
		}, 5*time.Millisecond, done)
	}()
	time.Sleep(50 * time.Millisecond)
	if log.String() != "" {
		t.Errorf("nothing is under way: %s", log.String())
	}
	short.Store(false)
	for deadline := time.Now().Add(5 * time.Second); strings.Count(log.String(), "\n") < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no three lines: %s", log.String())
		}
	}
	close(done)
	<-over
	if line := log.String(); !strings.Contains(line, "phase=embed done=3 total=9") {
		t.Error(line)
	}
}
