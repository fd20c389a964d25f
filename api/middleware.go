package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// logged writes one line a request. Neither the address's parameters nor a body
// are in it: they hold what people ask.
func (s *Server) logged(c *gin.Context) {
	start := time.Now()
	defer func() { // also when a panic aborts the connection
		level := slog.LevelInfo
		if c.FullPath() == "/healthz" || c.FullPath() == "/readyz" {
			level = slog.LevelDebug
		}
		s.Log.LogAttrs(c.Request.Context(), level, "request",
			slog.String("method", c.Request.Method),
			slog.String("path", shorten(c.Request.URL.Path, 200)),
			slog.Int("status", c.Writer.Status()),
			slog.Int("bytes", max(0, c.Writer.Size())),
			slog.Duration("took", time.Since(start)),
			slog.String("from", c.RemoteIP()))
	}()
	c.Next()
}

// recovered turns a panic into an error, or cuts the connection when a part of the
// response is already out: a cut response is not taken for a whole one.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		// Of other values only the type is logged: they may quote the question.
		what := fmt.Sprintf("%T", v)
		if err, ok := v.(runtime.Error); ok {
			what = err.Error()
		}
		s.Log.Error("panic", slog.String("value", what), slog.String("stack", string(debug.Stack())))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
		s.fail(c, fault("internal"))
	}()
	c.Next()
}

// contentPolicy lets the page load from this server only.
const contentPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// secured sets the headers that every response carries.
func (s *Server) secured(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Next()
}

// sameHost refuses host names that are not this server's.
func (s *Server) sameHost(c *gin.Context) {
	if !s.knownHost(c.Request.Host) {
		s.fail(c, fault("host_refused", c.Request.Host))
		return
	}
	c.Next()
}

func (s *Server) knownHost(host string) bool {
	if host == "" {
		return true // HTTP/1.0 of a health check; a browser always sends one
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(h string) bool {
		return h == "*" || strings.EqualFold(strings.TrimSuffix(h, "."), name)
	})
}

var crossOrigin = http.NewCrossOriginProtection()

// sameOrigin refuses requests that change something and that another site's page sent.
func (s *Server) sameOrigin(c *gin.Context) {
	if err := crossOrigin.Check(c.Request); err != nil {
		s.fail(c, fault("cross_origin"))
		return
	}
	c.Next()
}

// bounded limits the body, and lifts the read deadline where none is to be read:
// it would end a long answer, too.
func (s *Server) bounded(c *gin.Context) {
	most, code := s.Limits.Body, "too_large"
	if c.Request.Method == http.MethodPost && c.FullPath() == uploadPath {
		most, code = s.Limits.Upload, "upload_too_large"
	}
	if c.Request.ContentLength > most {
		s.fail(c, fault(code, most))
		drain(c, max(most, 16<<20))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
	if c.Request.ContentLength == 0 {
		liftReadDeadline(c)
	}
	c.Next()
}

const drainTime = 10 * time.Second

// drain reads on for a while behind an answer that was given before the body was read:
// many clients send all of it before they look, and would see a broken connection instead.
func drain(c *gin.Context, most int64) {
	c.Writer.Flush()
	if http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(drainTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.Request.Body, most) // the answer is out already
	}
}

// liftReadDeadline lets a request whose body has been read take its time. Without
// it net/http takes the passing of ReadTimeout for the client's leaving.
func liftReadDeadline(c *gin.Context) {
	// Only a test's recorder has no deadlines.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Time{})
}
