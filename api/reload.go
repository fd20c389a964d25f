package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"yinju/rag"
)

// reload takes in what changed in the folder and reports it, or with ?wait=false
// answers 202 with the progress. With ?to= it serves an earlier generation instead.
func (s *Server) reload(c *gin.Context) error {
	p := paramsOf(c)
	wait, force := p.flag("wait", true), p.flag("force", false)
	to, back := p.raw("to")
	if err := p.err(); err != nil {
		return err
	}
	if err := s.decodeNothing(c); err != nil {
		return err
	}
	if back {
		return s.rollback(c, to)
	}
	ctx := c.Request.Context()
	if wait {
		report, err := s.Index.Reload(ctx, force)
		if err != nil {
			return s.reloadProblem(ctx, err)
		}
		return s.respond(c, http.StatusOK, wholeReport(report))
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeouts.Start)
	defer cancel()
	if _, err := s.Index.Reload(ctx, force); err != nil && ctx.Err() == nil {
		return s.reloadProblem(ctx, err)
	}
	return s.respond(c, http.StatusAccepted, wholeProgress(s.Index.Progress()))
}

// reloadProblem words a reload's failure. The Index's own words are meant for
// people: they also stand in the progress.
func (s *Server) reloadProblem(ctx context.Context, err error) error {
	p := s.problemOf(err)
	if p.code != "internal" || ctx.Err() != nil {
		return err
	}
	p = fault("reload_failed")
	p.hint = s.Index.Progress().LastError
	s.Log.Error("reload failed", "error", err)
	return p
}

// progress tells how far a reload has come; as a stream, whenever that changes until no
// reload is under way. Only the last event, done, holds the last report, which may be
// long.
func (s *Server) progress(c *gin.Context) error {
	if err := paramsOf(c).err(); err != nil {
		return err
	}
	if !accepts(c.Request, "text/event-stream") {
		return s.respond(c, http.StatusOK, wholeProgress(s.Index.Progress()))
	}
	ctx, cancel := context.WithCancel(c.Request.Context())
	defer cancel()
	stream := s.newStream(c)
	stop := stream.keepAlive(ctx, cancel)
	defer stop()
	ticker := time.NewTicker(s.Timeouts.Progress)
	defer ticker.Stop()
	var last rag.Progress
	for told := (time.Time{}); ; {
		now := s.Index.Progress()
		if now.Phase == rag.PhaseIdle && !now.Queued || now.Phase == "" {
			stop()                                       // nothing comes behind the last event
			_ = stream.event("done", wholeProgress(now)) // the client may have gone
			return nil
		}
		// The clocks go on while nothing else does.
		if now.Seq != last.Seq || now.Queued != last.Queued || time.Since(told) >= s.Timeouts.Clock {
			last, told = now, time.Now()
			now.LastReport, now.Reports = nil, nil
			if stream.event("progress", wholeProgress(now)) != nil || c.Request.Method == http.MethodHead {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.stopping:
			return nil
		case <-ticker.C:
		}
	}
}

// examples returns questions that the articles answer.
func (s *Server) examples(c *gin.Context) error {
	p := paramsOf(c)
	lang := p.text("lang", 10)
	if lang == "" {
		lang = language(c.Request)
	}
	if lang != "zh" && lang != "en" {
		p.fail(fault("bad_language", "lang"))
	}
	if err := p.err(); err != nil {
		return err
	}
	return s.respond(c, http.StatusOK, struct {
		Questions []string `json:"questions"`
	}{list(s.Index.Examples(lang))})
}

// health says that the process serves.
func (s *Server) health(c *gin.Context) error {
	return s.respond(c, http.StatusOK, struct {
		Status  string `json:"status"`
		Version string `json:"version"`
		Writes  bool   `json:"writes"` // POST and DELETE on articles are allowed, with the token
	}{"ok", s.Version, s.Writes != nil})
}

// ready says that questions can be answered.
func (s *Server) ready(c *gin.Context) error {
	generation := s.Index.Progress().Generation
	if generation == 0 {
		return rag.ErrNotReady
	}
	return s.respond(c, http.StatusOK, struct {
		Status     string `json:"status"`
		Generation uint64 `json:"generation"`
	}{"ready", generation})
}

// wholeReport has empty lists where r has none.
func wholeReport(r *rag.Report) *rag.Report {
	if r == nil {
		return nil
	}
	whole := *r
	whole.Added, whole.Changed, whole.Removed = list(r.Added), list(r.Changed), list(r.Removed)
	whole.Skipped, whole.Warnings, whole.Slow = list(r.Skipped), list(r.Warnings), list(r.Slow)
	return &whole
}

func wholeProgress(p rag.Progress) rag.Progress {
	p.LastReport = wholeReport(p.LastReport)
	p.Generations, p.Reports = list(p.Generations), slices.Clone(list(p.Reports))
	for i, r := range p.Reports {
		p.Reports[i] = wholeReport(r)
	}
	p.Files.InHand, p.Files.Recent, p.Files.Failures = list(p.Files.InHand), list(p.Files.Recent), list(p.Files.Failures)
	return p
}
