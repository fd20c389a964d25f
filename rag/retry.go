package rag

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// embedError is a reload's failure by its embedder.
type embedError struct{ err error }

func (e *embedError) Error() string { return "embedding the new passages: " + e.err.Error() }
func (e *embedError) Unwrap() error { return e.err }

// withoutVectors lets a generation serve that has no vectors, because there have been
// none since the start: answers found by words are better than none. The embedder is
// asked again until it answers.
func (x *Index) withoutVectors(err error, report *Report) {
	report.Warnings = append(report.Warnings, "Serving without the dense ranking, which is tried again: "+err.Error())
	x.Log.Warn("serving without the dense ranking", "error", err)
	x.comeAgain()
}

// tryLater lets a reload come by itself after one that the embedder failed, and says so
// in the error.
func (x *Index) tryLater(err error) error {
	if failed := (*embedError)(nil); !errors.As(err, &failed) || x.ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w (it is tried again by itself in %v)", err, x.comeAgain().Round(time.Second))
}

const (
	longestRetry = 32  // times RetryAfter
	retryJitter  = 0.2 // of the wait, to both sides: many instances may share one server
)

// comeAgain reloads later, the later the oftener the embedder has failed in a row.
func (x *Index) comeAgain() time.Duration {
	times := longestRetry
	if x.failures < 5 {
		times = 1 << x.failures
	}
	x.failures++
	wait := x.RetryAfter * time.Duration(times)
	wait += time.Duration((2*rand.Float64() - 1) * retryJitter * float64(wait)) //nolint:gosec // no secret
	at := time.Now().Add(wait)
	if before := x.retryAt.Swap(&at); before != nil && before.After(time.Now()) {
		x.retryAt.Store(before) // one is coming already
		return time.Until(*before)
	}
	x.runs.done.Go(func() {
		select {
		case <-time.After(wait):
			x.retryAt.CompareAndSwap(&at, nil)
			x.runs.join(false, x.reload)
		case <-x.ctx.Done():
		}
	})
	return wait
}
