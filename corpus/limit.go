package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stopwatch measures how long a format works, without what others do in between.
type stopwatch struct {
	timer *time.Timer
	limit time.Duration
}

func (w *stopwatch) stop() { w.timer.Stop() }

// start gives all of the time again, as there was progress.
func (w *stopwatch) start() { w.timer.Reset(w.limit) }

var (
	errSlow  = errors.New("reading it takes too long; split it or raise the limit")
	errStuck = errors.New("its reader does not come back, and is left alone; change the file or take it away")
	errBusy  = errors.New("it is not read as the readers of other files, which are named, do not come back; take those away and restart Yinju")
)

// maxStrays bounds the calls of formats that nobody waits for any more. Each holds the
// bytes of its file, and perhaps a processor.
const maxStrays = 8

// strays are those calls, by the hash of what they read, of all Loaders: they share one
// memory.
var strays = stray{running: make(map[[32]byte]bool)}

type stray struct {
	mu      sync.Mutex
	running map[[32]byte]bool
}

// check refuses to read what is still being read, and more when there are too many.
func (s *stray) check(hash [32]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.running[hash]:
		return errStuck
	case len(s.running) >= maxStrays:
		return errBusy
	}
	return nil
}

func (s *stray) set(hash [32]byte, running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if running {
		s.running[hash] = true
	} else {
		delete(s.running, hash)
	}
}

// limited calls a format for a part of a file, on a goroutine of its own: one that goes on
// when its time is over is left behind. It reads files from anywhere with other people's
// libraries; a panic in one costs that file only.
func limited[T any](ctx context.Context, r *fileReader, p part, read func(context.Context, *stopwatch) (T, error)) (T, error) {
	var none T
	if err := strays.check(p.hash); err != nil {
		r.again(err)
		return none, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := cmp.Or(r.FileTimeout, time.Minute)
	watch := &stopwatch{time.AfterFunc(limit, func() { cancel(errSlow) }), limit}
	defer watch.stop()

	type result struct {
		out T
		err error
	}
	done := make(chan result, 1)
	go func() {
		var res result
		defer func() {
			if r := recover(); r != nil {
				res.err = fmt.Errorf("the %s reader failed on this file (%v); it may be damaged", p.format.Name, r)
			}
			done <- res
		}()
		res.out, res.err = read(ctx, watch)
	}()
	var res result
	select {
	case res = <-done:
	case <-ctx.Done():
		grace := time.NewTimer(min(limit, 5*time.Second))
		defer grace.Stop()
		select {
		case res = <-done:
		case <-grace.C:
			strays.set(p.hash, true)
			go func() {
				<-done
				strays.set(p.hash, false)
			}()
			res.err = errStuck
		}
	}
	if res.err != nil && r.ctx.Err() == nil && ctx.Err() != nil {
		if res.err != errStuck { //nolint:errorlint // set above
			res.err = errSlow
		}
		r.again(res.err)
	}
	return res.out, res.err
}
