package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"yinju/rag"
)

// firstLoad reads the articles, with a bar if a person is looking, else with a line in the
// log now and then.
func (s *service) firstLoad(ctx context.Context, sys system) error {
	loading, loaded := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	drawing.Go(func() {
		if isTerminal(sys.Stderr) {
			drawProgress(sys.Stderr, s.out, s.Index.Progress, loading.Done())
		} else {
			logProgress(s.Log, s.Index.Progress, firstSign, loading.Done())
		}
	})
	_, err := s.Index.Reload(ctx, false)
	loaded()
	drawing.Wait()
	return err
}

// isTerminal tells whether a person is looking, at something that can move its cursor.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// swapWriter is where the log goes: above the bar while there is one.
type swapWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *swapWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// swap returns what was written to before.
func (s *swapWriter) swap(w io.Writer) io.Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, s.w = s.w, w
	return w
}

// barDelay keeps the bar away from loads that are over before it can be read.
const barDelay = 300 * time.Millisecond

// drawProgress shows the phase, how far it is, how long it will take and what it is at,
// until done. What is logged meanwhile, to log, stands above; log may be nil.
func drawProgress(w io.Writer, log *swapWriter, progress func() rag.Progress, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-time.After(barDelay):
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(30))
	bar := bars.AddBar(0, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return workWords(progress()) + " " })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + speedWords(progress()) })),
		mpb.BarBtmExtender(mpb.BarFillerFunc(func(w io.Writer, st decor.Statistics) error {
			_, err := fmt.Fprintln(w, cutTo(atWords(progress()), st.AvailableWidth-1))
			return err
		})))
	before := w
	if log != nil {
		before = log.swap(bars)
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			if log != nil {
				log.swap(before)
			}
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

// A sign of life comes after the first of these times, and then after twice the time, up to
// the last.
const (
	firstSign = 5 * time.Second
	lastSign  = time.Minute
)

// logProgress writes a line now and then while a reload takes long, until done.
func logProgress(log *slog.Logger, progress func() rag.Progress, first time.Duration, done <-chan struct{}) {
	reload, wait := uint64(0), first
	for {
		select {
		case <-done:
			return
		case <-time.After(wait):
		}
		p := progress()
		elapsed := time.Duration(p.ElapsedMS) * time.Millisecond
		switch {
		case p.Phase == rag.PhaseIdle:
			wait = first
			continue
		case p.Reload != reload:
			reload, wait = p.Reload, first
		default:
			wait = min(2*wait, lastSign)
		}
		if elapsed < first {
			continue
		}
		log.Info("reloading", "phase", p.Phase, "done", p.Done, "total", p.Total, "rate", strings.TrimSuffix(fmt.Sprintf("%.1f", p.Rate), ".0"),
			"left", timeLeft(p), "elapsed", elapsed.Round(time.Second), "at", atWords(p))
	}
}

// phaseWords are what people call the phases, and what they count in them.
var phaseWords = map[rag.Phase][2]string{
	rag.PhaseIdle:  {"starting", ""},
	rag.PhaseLoad:  {"reading files", "files"},
	rag.PhaseSplit: {"cutting passages", "articles"},
	rag.PhaseIndex: {"indexing words", "passages"},
	rag.PhaseFit:   {"learning the vector space", "passages"},
	rag.PhaseEmbed: {"computing vectors", "passages"},
	rag.PhaseGate:  {"asking the golden questions", "questions"},
	rag.PhaseSave:  {"saving", ""},
	rag.PhaseWeigh: {"weighing the vectors", "questions"},
}

// workWords says what is done, and how much of it.
func workWords(p rag.Progress) string {
	words, known := phaseWords[p.Phase]
	if !known {
		words[0] = string(p.Phase)
	}
	if p.Total == 0 {
		return words[0]
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d of %d %s", words[0], p.Done, p.Total, words[1]))
}

// speedWords says how fast it goes, and how long it will take.
func speedWords(p rag.Progress) string {
	var words []string
	if p.Rate >= 0.05 {
		words = append(words, fmt.Sprintf("%.*f/s", decimals(p.Rate), p.Rate))
	}
	if left := timeLeft(p); left != "" {
		words = append(words, left+" left")
	}
	return strings.Join(words, ", ")
}

func decimals(rate float64) int {
	if rate < 10 {
		return 1
	}
	return 0
}

func timeLeft(p rag.Progress) string {
	if p.ETAMS <= 0 {
		return ""
	}
	return max(time.Second, time.Duration(p.ETAMS)*time.Millisecond).Round(time.Second).String()
}

// atWords says what is waited for, or which file is being read.
func atWords(p rag.Progress) string {
	if w := p.Waiting; w != nil {
		words := fmt.Sprintf("waiting for %s, %d s", oneLine(w.Name), w.SinceMS/1000)
		if w.Why != "" {
			words += fmt.Sprintf(" (%s)", w.Why)
		}
		words += ": " + w.Doing
		if w.NextMS > 0 {
			words += fmt.Sprintf(" In %d s.", (w.NextMS+999)/1000)
		}
		return words
	}
	if files := p.Files.InHand; len(files) > 0 {
		return oneLine(files[0].Path)
	}
	return ""
}

// cutTo cuts words to so many columns of a terminal, on which Chinese characters are two
// wide.
func cutTo(s string, columns int) string {
	used := 0
	for i, r := range s {
		width := 1
		if r >= 0x1100 {
			width = 2
		}
		if used+width > columns-1 && len(s) > i+len(string(r)) || used+width > columns {
			return s[:i] + "…"
		}
		used += width
	}
	return s
}
