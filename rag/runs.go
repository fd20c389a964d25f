package rag

import (
	"context"
	"errors"
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

// run is one reload. report, err and heir are set before done is closed.
type run struct {
	force  bool
	begun  bool          // with its work
	joined chan struct{} // closed when another run waits for the end of this one
	stays  bool          // it is not given up for another one: the one before it was
	gaveUp bool          // some of its work, or all of it, for the next
	done   chan struct{}
	report *Report
	err    error
	heir   *run // that has taken over, if it has been given up
}

// errGivenUp is what a run returns that leaves its work to the next.
var errGivenUp = errors.New("a newer reload takes over")

// join returns a run that starts after this call. work does a run.
func (rs *runs) join(force bool, work func(*run) (*Report, error)) *run {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.next == nil {
		r := &run{joined: make(chan struct{}), done: make(chan struct{})}
		if rs.closed {
			r.err = context.Canceled
			close(r.done)
			return r
		}
		rs.next = r
		if rs.running != nil {
			close(rs.running.joined)
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
func (rs *runs) startNext(work func(*run) (*Report, error)) {
	r := rs.next
	rs.running, rs.next = r, nil
	if r == nil {
		return
	}
	rs.done.Go(func() {
		r.report, r.err = work(r)
		rs.mu.Lock()
		if rs.next != nil {
			rs.next.stays = r.gaveUp
			if errors.Is(r.err, errGivenUp) {
				r.heir = rs.next
				r.heir.force = r.heir.force || r.force
			}
		}
		rs.startNext(work)
		rs.mu.Unlock()
		close(r.done)
	})
}

// begin notes that r is at work.
func (rs *runs) begin(r *run) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r.begun = true
}

// queued tells whether a run waits for its turn or is about to begin.
func (rs *runs) queued() bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.next != nil || rs.running != nil && !rs.running.begun
}

// wait refuses new runs and returns when none is under way.
func (rs *runs) wait() {
	rs.mu.Lock()
	rs.closed = true
	rs.mu.Unlock()
	rs.done.Wait()
}

// result waits for the end of the run, or of the one that has taken over, or for ctx.
func (r *run) result(ctx context.Context) (*Report, error) {
	for ; ; r = r.heir {
		select {
		case <-r.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if r.heir == nil {
			return r.report, r.err
		}
	}
}
