package rag

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"yinju/corpus"
)

// status is what Progress shows of a reload. Its methods are safe for concurrent use.
type status struct {
	mu     sync.Mutex
	now    Progress // but for the clocks
	began  time.Time
	moved  time.Time // when something last went on
	rate   rate
	inHand map[string]fileBegun
	holds  map[*Hold]time.Time // since when
	slow   []FileDone
	warned map[string]bool // what the log has been told of in this reload
}

type fileBegun struct {
	at    time.Time
	limit time.Duration // until it is given up
}

const (
	recentFiles = 10
	failedFiles = 20
	slowFiles   = 10
	slowFile    = time.Second
)

// begin clears the table for a reload.
func (s *status) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began = time.Now()
	s.now.Reload++
	s.now.Files = Files{}
	s.slow, s.warned = nil, make(map[string]bool)
	s.enterLocked(PhaseLoad, 0)
}

// enter begins a phase with so many items to do; 0 if that is not known.
func (s *status) enter(p Phase, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enterLocked(p, total)
}

func (s *status) enterLocked(p Phase, total int) {
	s.now.Phase, s.now.Done, s.now.Total = p, 0, total
	s.inHand, s.holds = make(map[string]fileBegun), make(map[*Hold]time.Time)
	s.went()
	s.rate = rateFrom(s.moved, 0)
}

// went notes that something has gone on. It must be called with the lock held.
func (s *status) went() {
	s.moved = time.Now()
	s.now.Seq++
}

// advance tells how many items are done. Calls may overtake each other.
func (s *status) advance(done, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advanceLocked(done, total)
}

func (s *status) advanceLocked(done, total int) {
	if done < s.now.Done {
		return
	}
	s.now.Done, s.now.Total = done, total
	s.went()
	s.rate.note(s.moved, done)
}

// already tells how many items need no work: they say nothing about how fast the others
// go.
func (s *status) already(done, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advanceLocked(done, total)
	s.rate = rateFrom(s.moved, s.now.Done)
}

// step notes what the loader tells.
func (s *status) step(step corpus.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch step.Outcome {
	case corpus.OutcomeBegun:
		s.inHand[step.Path] = fileBegun{now, step.Limit}
	case corpus.OutcomeKept:
		s.now.Files.Kept++
	case corpus.OutcomeRead:
		s.now.Files.Read++
		s.fileDone(step, now)
	case corpus.OutcomeFailed:
		s.now.Files.Failed++
		s.fileDone(step, now)
	}
	if step.Outcome != corpus.OutcomeBegun {
		delete(s.inHand, step.Path)
		s.advanceLocked(step.Done, step.Total)
	}
}

func (s *status) fileDone(step corpus.Step, now time.Time) {
	took := time.Duration(0)
	if b, found := s.inHand[step.Path]; found {
		took = now.Sub(b.at)
	}
	f := FileDone{Path: step.Path, Outcome: step.Outcome, Reason: step.Reason, TookMS: took.Milliseconds()}
	files := &s.now.Files
	files.Recent = before(f, files.Recent, recentFiles)
	if f.Outcome == corpus.OutcomeFailed {
		files.Failures = before(f, files.Failures, failedFiles)
	}
	if took >= slowFile {
		s.slow = append(s.slow, f)
		slices.SortStableFunc(s.slow, func(a, b FileDone) int { return cmp.Compare(b.TookMS, a.TookMS) })
		s.slow = s.slow[:min(len(s.slow), slowFiles)]
	}
}

// before puts f at the head of a new list of at most so many.
func before(f FileDone, list []FileDone, most int) []FileDone {
	return append([]FileDone{f}, list[:min(len(list), most-1)]...)
}

// hold says what is waited for, until it is released.
func (s *status) hold(h Hold) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holds == nil {
		s.holds = make(map[*Hold]time.Time)
	}
	s.holds[&h] = time.Now()
	s.now.Seq++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, found := s.holds[&h]; found {
			delete(s.holds, &h)
			s.now.Seq++
		}
	}
}

func (s *status) serving(next *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Generation, s.now.Articles, s.now.Passages = next.generation, len(next.articles), len(next.passages)
	s.now.Seq++
}

// finished tells what a reload did; nil if another one takes over.
func (s *status) finished(r *Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.enterLocked(PhaseIdle, 0); r == nil {
		return
	}
	s.now.LastReport, s.now.LastError = r, ""
}

func (s *status) slowest() []FileDone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]FileDone{}, s.slow...)
}

func (s *status) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enterLocked(PhaseIdle, 0)
	s.now.LastError = err.Error()
}

// progress is a copy for readers. What has taken longer than patience is what it waits
// for; server names the model of a server of vectors, if there is one.
func (s *status) progress(now time.Time, patience time.Duration, server string) Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.now
	p.Phase = cmp.Or(p.Phase, PhaseIdle)
	p.Files.InHand = []FileInHand{}
	p.Files.Recent = append([]FileDone{}, p.Files.Recent...)
	p.Files.Failures = append([]FileDone{}, p.Files.Failures...)
	if p.Phase == PhaseIdle {
		return p
	}
	began := s.began
	p.StartedAt, p.ElapsedMS = &began, now.Sub(began).Milliseconds()
	p.Rate = s.rate.perSecond(now)
	if left := p.Total - p.Done; p.Rate > 0 && left > 0 {
		p.ETAMS = int64(1000 * float64(left) / p.Rate)
	}
	for path, b := range s.inHand {
		p.Files.InHand = append(p.Files.InHand, FileInHand{path, now.Sub(b.at).Milliseconds()})
	}
	slices.SortFunc(p.Files.InHand, func(a, b FileInHand) int {
		return cmp.Or(cmp.Compare(b.SinceMS, a.SinceMS), cmp.Compare(a.Path, b.Path))
	})
	p.Waiting = s.waiting(now, patience, server, p)
	return p
}

// waiting says what holds a reload up, nil if nothing does: what a part has said that it
// waits for; else the file that has been in hand too long; else, if nothing goes on, the
// work of the phase.
func (s *status) waiting(now time.Time, patience time.Duration, server string, p Progress) *Waiting {
	var longest *Hold
	for h, since := range s.holds {
		if longest == nil || since.Before(s.holds[longest]) {
			longest = h
		}
	}
	if h := longest; h != nil {
		return &Waiting{h.What, h.Name, h.Why, h.Try, now.Sub(s.holds[h]).Milliseconds(), until(now, h.Next), h.Doing}
	}
	if f := p.Files.InHand; len(f) > 0 && time.Duration(f[0].SinceMS)*time.Millisecond >= patience {
		limit := s.inHand[f[0].Path].limit
		doing := "It is being read."
		next := int64(0)
		if limit > 0 {
			doing = fmt.Sprintf("It is given up after %v and skipped.", limit)
			next = max(0, limit.Milliseconds()-f[0].SinceMS)
		}
		return &Waiting{What: WaitingFile, Name: f[0].Path, SinceMS: f[0].SinceMS, NextMS: next, Doing: doing}
	}
	still := now.Sub(s.moved)
	switch {
	case still < patience:
		return nil
	case server != "" && (p.Phase == PhaseEmbed || p.Phase == PhaseWeigh):
		return &Waiting{What: WaitingEmbed, Name: server, SinceMS: still.Milliseconds(), Doing: "The server has not answered yet; it is given its time, then asked again."}
	}
	return &Waiting{What: WaitingWork, Name: string(p.Phase), SinceMS: still.Milliseconds(), Doing: "This machine is at work on it; nothing else is waited for."}
}

func until(now, then time.Time) int64 {
	if then.IsZero() {
		return 0
	}
	return max(0, then.Sub(now).Milliseconds())
}

// watch logs once what holds the reload up, and lets readers of Progress know, until stop
// is called.
func (x *Index) watch() (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(max(x.Patience/4, time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				x.status.warn(x.Log, x.Progress().Waiting)
			}
		}
	}()
	return func() { close(done); <-over }
}

func (s *status) warn(log *slog.Logger, w *Waiting) {
	if w == nil {
		return
	}
	s.mu.Lock()
	key := fmt.Sprint(w.What, w.Name, w.Why)
	known := s.warned[key]
	if !known {
		s.warned[key] = true
		s.now.Seq++
	}
	s.mu.Unlock()
	if !known {
		log.Warn("a reload waits", "for", w.What, "name", w.Name, "why", w.Why, "since_ms", w.SinceMS, "doing", w.Doing)
	}
}
