package rag

import (
	"context"
	"sync"
)

// runs lets one reload work at a time. Whoever asks while one is under way gets the
// next one, together with all others who wait: the one under way may already have
// passed the file that they have just written.
type runs struct {
	mu      sync.Mutex
	running *run
	next    *run
	closed  bool
	done    sync.WaitGroup
}

// run is one reload. report and err are set before done is closed.
type run struct {
	force  bool
	begun  bool // with its work
	done   chan struct{}
	report *Report
	err    error
}

// join returns a run that starts after this call. work does a run.
func (rs *runs) join(force bool, work func(force bool) (*Report, error)) *run {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.next == nil {
		rs.next = &run{done: make(chan struct{})}
		if rs.closed {
			rs.next.err = context.Canceled
			close(rs.next.done)
			defer func() { rs.next = nil }()
			return rs.next
		}
	}
	r := rs.next
	r.force = r.force || force
	if rs.running == nil {
		rs.startNext(work)
	}
	return r
}

// startNext must be called with the lock held.
func (rs *runs) startNext(work func(force bool) (*Report, error)) {
	r := rs.next
	rs.running, rs.next = r, nil
	if r == nil {
		return
	}
	rs.done.Go(func() {
		r.report, r.err = work(r.force)
		rs.mu.Lock()
		rs.startNext(work)
		rs.mu.Unlock()
		close(r.done)
	})
}

// queued tells whether a run waits for its turn or is about to begin.
func (rs *runs) queued() bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.next != nil || rs.running != nil && !rs.running.begun
}

// begin notes that the running one has begun.
func (rs *runs) begin() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.running.begun = true
}

// wait refuses new runs and returns when none is under way.
func (rs *runs) wait() {
	rs.mu.Lock()
	rs.closed = true
	rs.mu.Unlock()
	rs.done.Wait()
}

// result waits for the run's end, or for ctx.
func (r *run) result(ctx context.Context) (*Report, error) {
	select {
	case <-r.done:
		return r.report, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
