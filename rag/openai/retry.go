package openai

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"yinju/rag"
)

// patience says how often and how long a request is tried again.
type patience struct {
	retries int
	first   time.Duration // the first wait, doubled each time, with jitter
	longest time.Duration // all the waits that a server may ask for, together
	model   string        // of vectors, for a reload that waits meanwhile; empty for other models
}

// waiting tells a reload, if ctx is one's, that a try failed and the next comes after a
// wait, until release is called.
func (p patience) waiting(ctx context.Context, err error, try int, wait time.Duration) (release func()) {
	f, ok := errors.AsType[*failure](err)
	if p.model == "" || !ok {
		return func() {}
	}
	return rag.Hold{
		What: rag.WaitingEmbed, Name: p.model, Why: f.Kind, Try: try, Next: time.Now().Add(wait),
		Doing: "The embedding server is asked again.",
	}.In(ctx)
}

// retry calls do until it succeeds, fails for good, or patience ends. It gives up
// at once if the server asks for a longer wait than there is time.
func retry[T any](ctx context.Context, p patience, do func() (T, error)) (T, error) {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = p.first, 20*p.first, 2
	waited, tries := time.Duration(0), 0
	release := func() {}
	defer func() { release() }()
	once := func() (T, error) {
		tries++
		v, err := do()
		f, ok := errors.AsType[*failure](err)
		switch {
		case err == nil:
			return v, nil
		case !ok || !f.retry, waited+f.after > p.longest, tooLate(ctx, f.after):
			return v, backoff.Permanent(err)
		case f.after > 0:
			return v, errors.Join(err, &backoff.RetryAfterError{Duration: f.after})
		}
		return v, err
	}
	return backoff.Retry(ctx, once,
		backoff.WithBackOff(b),
		backoff.WithMaxTries(uint(p.retries)+1),
		backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, wait time.Duration) {
			waited += wait
			release()
			release = p.waiting(ctx, err, tries+1, wait)
		}))
}

func tooLate(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < wait
}
