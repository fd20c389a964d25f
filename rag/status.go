package rag

import (
	"sync"
	"time"

	"yinju/corpus"
)

// status is what Progress shows of a reload.
type status struct {
	mu      sync.Mutex
	now     Progress
	entered time.Time
	retired []string // passage IDs that only the generation before this one had
}

// Progress tells what the Index serves and what a reload under way is doing.
func (x *Index) Progress() Progress {
	x.init()
	x.status.mu.Lock()
	defer x.status.mu.Unlock()
	p := x.status.now
	if p.Phase == "" {
		p.Phase = PhaseIdle
	}
	if s := x.current.Load(); s != nil && s.space != nil {
		p.Embedder = s.space.embedder.Model()
	} else if x.Embedder != nil {
		p.Embedder = x.Embedder.Model()
	}
	if s := x.current.Load(); s != nil && s.dense {
		w := s.weighed.Weighing
		p.Weighing = &w
	}
	if p.Done > 0 && p.Total > p.Done {
		p.ETAMS = (time.Since(x.status.entered) * time.Duration(p.Total-p.Done) / time.Duration(p.Done)).Milliseconds()
	}
	return p
}

func (s *status) enter(p Phase, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Phase, s.now.Done, s.now.Total = p, 0, total
	s.entered = time.Now()
}

// step notes what the loader tells.
func (s *status) step(step corpus.Step) { s.advance(step.Done, step.Total) }

func (s *status) advance(done, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Done, s.now.Total = done, total
}

func (s *status) serving(next *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Generation, s.now.Articles, s.now.Passages = next.generation, len(next.articles), len(next.passages)
}

func (s *status) finished(r *Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Phase, s.now.Done, s.now.Total = PhaseIdle, 0, 0
	s.now.LastReport, s.now.LastError = r, ""
}

func (s *status) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Phase, s.now.Done, s.now.Total = PhaseIdle, 0, 0
	s.now.LastError = err.Error()
}

// retire notes what only old has and returns what has been gone for a whole
// generation.
func (s *status) retire(old, next *snapshot) (gone []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.retired {
		if len(next.places[id]) == 0 && len(old.places[id]) == 0 {
			gone = append(gone, id)
		}
	}
	s.retired = nil
	for id := range old.places {
		if len(next.places[id]) == 0 {
			s.retired = append(s.retired, id)
		}
	}
	return gone
}
