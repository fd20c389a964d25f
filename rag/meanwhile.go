package rag

import (
	"context"
	"time"
)

// embedFirst embeds a first generation. If the reload, which began at began, takes longer
// than ServeAfter, the generation serves meanwhile without its vectors: found by words is better than not
// found yet. The generation with its vectors is then the one after it.
func (x *Index) embedFirst(ctx context.Context, began time.Time, next *snapshot, report *Report) error {
	early := *next // what is published must not change any more
	done, stopped := make(chan struct{}), make(chan bool)
	go func() {
		select {
		case <-time.After(time.Until(began.Add(x.ServeAfter))):
			x.kept.early(early.generation)
			x.current.Store(&early)
			x.status.serving(&early)
			x.Log.Info("serving by words while the passages are embedded", "generation", early.generation)
			stopped <- true
		case <-done:
			stopped <- false
		}
	}()
	err := x.embed(ctx, nil, next, report)
	close(done)
	if <-stopped {
		next.generation++
	}
	return err
}
