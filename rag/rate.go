package rag

import "time"

// rate measures how fast a count grows, over the last seconds. The zero value has seen
// nothing.
type rate struct {
	samples []rateSample // the oldest first, rateEvery apart or more
}

type rateSample struct {
	at   time.Time
	done int
}

const (
	rateOver  = 10 * time.Second
	rateEvery = 250 * time.Millisecond
	rateLeast = 500 * time.Millisecond // less tells nothing
)

func rateFrom(at time.Time, done int) rate { return rate{[]rateSample{{at, done}}} }

// note takes a count.
func (r *rate) note(at time.Time, done int) {
	n := len(r.samples)
	if n > 1 && at.Sub(r.samples[n-2].at) < rateEvery {
		r.samples[n-1] = rateSample{at, done}
		return
	}
	r.samples = append(r.samples, rateSample{at, done})
	for len(r.samples) > 2 && at.Sub(r.samples[1].at) > rateOver {
		r.samples = r.samples[1:]
	}
}

// perSecond is the growth a second until now, 0 if that is not known yet. While nothing
// comes it falls.
func (r *rate) perSecond(now time.Time) float64 {
	n := len(r.samples)
	if n == 0 {
		return 0
	}
	first, last := r.samples[0], r.samples[n-1]
	over := now.Sub(first.at)
	if over < rateLeast {
		return 0
	}
	return float64(last.done-first.done) / over.Seconds()
}
