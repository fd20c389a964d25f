package openai

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// patience says how often and how long a request is tried again.
type patience struct {
	retries int
	first   time.Duration // the first wait, doubled each time, with jitter
	longest time.Duration // all the waits that a server may ask for, together
}

// retry calls do until it succeeds, fails for good, or patience ends. It gives up
// at once if the server asks for a longer wait than there is time.
func retry[T any](ctx context.Context, p patience, do func() (T, error)) (T, error) {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = p.first, 20*p.first, 2
	waited := time.Duration(0)
	once := func() (T, error) {
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
		backoff.WithNotify(func(_ error, wait time.Duration) { waited += wait }))
}

func tooLate(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < wait
}
