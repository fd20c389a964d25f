package api

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// stream sends server-sent events. Nothing is sent, not even the header, before
// the first event or comment. Its methods may be called concurrently.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
type stream struct {
	server *Server
	c      *gin.Context
	rc     *http.ResponseController

	mu      sync.Mutex
	started bool
	err     error // of the first write that failed; no other is tried
}

func (s *Server) newStream(c *gin.Context) *stream {
	// gin's writer hides the errors of Flush.
	var w http.ResponseWriter = c.Writer
	if u, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		w = u.Unwrap()
	}
	return &stream{server: s, c: c, rc: http.NewResponseController(w)}
}

// event sends v as the JSON of an event. JSON holds no line ends, so it is one
// data line whatever v says.
func (s *stream) event(name string, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("event: " + name + "\ndata: ")
	b.Write(data) // with its newline
	b.WriteString("\n")
	return s.write(b.Bytes())
}

// write sends bytes at once, or fails when the client does not take them in time.
func (s *stream) write(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	// A test's recorder has no deadlines.
	_ = s.rc.SetWriteDeadline(time.Now().Add(s.server.Timeouts.Write))
	if !s.started {
		s.started = true
		h := s.c.Writer.Header()
		h.Set("Content-Type", "text/event-stream; charset=utf-8")
		h.Set("X-Accel-Buffering", "no") // or nginx collects the pieces
		s.c.Status(http.StatusOK)
		s.c.Writer.WriteHeaderNow()
	}
	if s.c.Request.Method == http.MethodHead {
		return nil
	}
	if _, s.err = s.c.Writer.Write(p); s.err == nil {
		s.err = s.rc.Flush()
	}
	return s.err
}

// fail ends a stream that has begun with an error event; it reports false if
// nothing has been sent yet.
func (s *stream) fail(err error) bool {
	s.mu.Lock()
	started := s.started
	s.mu.Unlock()
	if !started {
		return false
	}
	if s.c.Request.Context().Err() == nil {
		p := s.server.problemOf(err)
		s.server.logProblem(p, err)
		_ = s.event("error", p.body(language(s.c.Request))) // the client may have gone
	}
	return true
}

// keepAlive sends a comment whenever an interval has passed, so that neither side
// nor a proxy between takes silence for death, and calls gone when the client does
// not take it. The caller runs stop, which may be
// done twice, before its handler returns.
func (s *stream) keepAlive(ctx context.Context, gone func()) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(s.server.Timeouts.KeepAlive)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if s.write([]byte(": still working\n\n")) != nil {
					gone()
					return
				}
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
