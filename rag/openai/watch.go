package openai

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// watch ends a request that has gone silent, by cancelling its context with a
// *failure as the cause. It belongs to the goroutine that reads the stream.
type watch struct {
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	longest time.Duration // of silence
	begun   bool          // the first piece came
	over    bool          // the last piece came
}

func newWatch(first time.Duration, cancel context.CancelCauseFunc) *watch {
	w := &watch{cancel: cancel}
	w.start(first, timeoutFailure(fmt.Sprintf(
		"Nothing came from the server for %v: check that the model is loaded and not overloaded.", first)))
	return w
}

func (w *watch) start(longest time.Duration, cause error) {
	w.longest = longest
	w.timer = time.AfterFunc(longest, func() { w.cancel(cause) })
}

// heard is told of every line. Servers send comments while a request waits in their
// queue, so before the first piece a comment counts as a sign of life.
func (w *watch) heard(data bool) {
	if !w.over && (data || !w.begun) {
		w.timer.Reset(w.longest)
	}
}

// resume goes on with the clock that was stopped.
func (w *watch) resume() {
	if !w.over {
		w.timer.Reset(w.longest)
	}
}

// answering starts the clock that runs between pieces.
func (w *watch) answering(idle time.Duration) {
	if w.begun {
		w.timer.Reset(w.longest)
		return
	}
	w.begun = true
	w.start(idle, timeoutFailure(fmt.Sprintf(
		"The answer stopped in the middle and nothing more came for %v: try again.", idle)))
}

const lingering = 250 * time.Millisecond

var errOver = errors.New("the answer is complete")

// linger gives the server a moment to end a stream that has said all.
func (w *watch) linger() {
	if !w.over {
		w.stop()
		w.over = true
		w.start(lingering, errOver)
	}
}

func (w *watch) stop() { w.timer.Stop() }
