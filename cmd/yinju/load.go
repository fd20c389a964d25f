package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"yinju/rag"
)

// firstLoad reads the articles, with a bar if a person is looking.
func (s *service) firstLoad(ctx context.Context, sys system) error {
	done := make(chan struct{})
	drawn := make(chan struct{})
	go func() {
		defer close(drawn)
		if isTerminal(sys.Stderr) {
			drawProgress(sys.Stderr, s.Index.Progress, done)
		}
	}()
	_, err := s.Index.Reload(ctx, false)
	close(done)
	<-drawn
	return err
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// barDelay keeps the bar away from loads that are over before it can be read.
const barDelay = 300 * time.Millisecond

// drawProgress shows the phase, how far it is and how long it will take, until done.
func drawProgress(w io.Writer, progress func() rag.Progress, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-time.After(barDelay):
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := bars.AddBar(0, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return string(progress().Phase) + " " }), decor.CountersNoUnit("%d / %d")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return time.Duration(progress().ETAMS * int64(time.Millisecond)).Round(time.Second).String()
		})))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			bar.Abort(true)
			bars.Wait()
			return
		case <-tick.C:
			p := progress()
			bar.SetTotal(int64(p.Total), false)
			bar.SetCurrent(int64(p.Done))
		}
	}
}
