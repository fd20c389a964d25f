// Package api serves Yinju over HTTP: questions, searches, articles, reloads and
// the chat page. server.go holds the table of all routes.
//
// A handler decodes, validates, acts and responds, or returns an error; errors.go
// turns every error into a response.
package api

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"yinju/rag"
)

// Answerer answers questions. emit may be nil; an error of emit ends Ask.
type Answerer interface {
	Ask(ctx context.Context, q rag.Question, emit func(rag.Event) error) (*rag.Answer, error)
}

// Index searches the articles and takes in what changed in their folder.
type Index interface {
	Retrieve(ctx context.Context, q rag.Query) (*rag.Result, error)
	Articles(q rag.ArticleQuery) (list []rag.ArticleInfo, next string, err error)
	Article(id string) (rag.ArticleInfo, bool)
	// Reload starts a reload or joins the one under way. ctx bounds only the
	// waiting, never the reload.
	Reload(ctx context.Context, force bool) (*rag.Report, error)
	// Rollback makes an earlier generation serve and pins it; 0 means the one before.
	Rollback(to uint64) (rag.Kept, error)
	Progress() rag.Progress
	Examples(lang string) []string // questions that the articles answer; lang is "zh" or "en"
}

// Server is the HTTP side of Yinju. Fill it, then call Handler or HTTPServer; what
// they return is safe for concurrent use and does not see later changes of it.
type Server struct {
	Answerer Answerer
	Index    Index
	Assets   fs.FS // the page: index.html and what it loads; nil means no page
	Version  string
	Log      *slog.Logger // nil means slog.Default()

	// Hosts are the names under which readers reach the server, besides
	// localhost and IP addresses; "*" means any. Other names are refused, else a
	// foreign page whose name is made to resolve to this machine could read the
	// articles (DNS rebinding).
	Hosts    []string
	Limits   Limits
	Timeouts Timeouts

	// Writes lets clients put files into the folder and take them out; nil refuses it.
	Writes *Writes

	uploads  chan struct{} // holds one element for each upload
	attempts *attempts     // at guessing the token

	asks     chan struct{} // holds one element for each question being answered
	stopping chan struct{} // closed when those who only look on are to go; nil: never
	assets   *assets
}

// Limits bound what a client may send; zero fields mean the default.
type Limits struct {
	Body     int64 // bytes of a request's body: 256 KiB
	Header   int   // bytes of a request's header: 64 KiB
	Question int   // characters of a question or search: 2,000
	History  int   // turns sent along with a question: 50
	Turn     int   // characters of a turn: 8,000
	Filters  int   // values of one filter: 100
	K        int   // passages asked for: 50
	Articles int   // articles on a page of the list: 1,000
	Asks     int   // questions answered at the same time: 64

	Upload      int64 // bytes of the body of an upload: 256 MiB
	UploadFiles int   // files in it: 1,000
	Uploads     int   // uploads at the same time: 4
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Body:     cmp.Or(l.Body, 256<<10),
		Header:   cmp.Or(l.Header, 64<<10),
		Question: cmp.Or(l.Question, 2000),
		History:  cmp.Or(l.History, 50),
		Turn:     cmp.Or(l.Turn, 8000),
		Filters:  cmp.Or(l.Filters, 100),
		K:        cmp.Or(l.K, 50),
		Articles: cmp.Or(l.Articles, 1000),
		Asks:     cmp.Or(l.Asks, 64),

		Upload:      cmp.Or(l.Upload, 256<<20),
		UploadFiles: cmp.Or(l.UploadFiles, 1000),
		Uploads:     cmp.Or(l.Uploads, 4),
	}
}

// Timeouts bound how long a client may take; zero fields mean the default.
type Timeouts struct {
	ReadHeader time.Duration // until the header is there: 10 s
	Read       time.Duration // until the body is there, of an upload until more of it is: 30 s
	Upload     time.Duration // until the body of an upload is there: 10 min
	Write      time.Duration // for one write to a client that reads slowly: 30 s
	Idle       time.Duration // between two requests of a connection: 2 min
	KeepAlive  time.Duration // between comments in a silent stream: 15 s
	Progress   time.Duration // between looks at a reload's progress: 200 ms
	Clock      time.Duration // between events of a reload in which nothing else changes: 1 s
	Start      time.Duration // for a reload to fail at once when nobody waits for it: 50 ms
}

func (t Timeouts) withDefaults() Timeouts {
	return Timeouts{
		ReadHeader: cmp.Or(t.ReadHeader, 10*time.Second),
		Read:       cmp.Or(t.Read, 30*time.Second),
		Upload:     cmp.Or(t.Upload, 10*time.Minute),
		Write:      cmp.Or(t.Write, 30*time.Second),
		Idle:       cmp.Or(t.Idle, 2*time.Minute),
		KeepAlive:  cmp.Or(t.KeepAlive, 15*time.Second),
		Progress:   cmp.Or(t.Progress, 200*time.Millisecond),
		Clock:      cmp.Or(t.Clock, time.Second),
		Start:      cmp.Or(t.Start, 50*time.Millisecond),
	}
}

// Handler returns the routes behind all checks. It fails only if Answerer or Index
// is missing or Assets can't be read.
func (s Server) Handler() (http.Handler, error) {
	if s.Answerer == nil || s.Index == nil {
		return nil, errors.New("api: Server needs an Answerer and an Index")
	}
	if s.Writes != nil && (s.Writes.Token == "" || s.Writes.Writer == nil) {
		return nil, errors.New("api: Writes needs a Writer and a Token")
	}
	s.Log = cmp.Or(s.Log, slog.Default())
	s.Limits = s.Limits.withDefaults()
	s.Timeouts = s.Timeouts.withDefaults()
	s.asks = make(chan struct{}, s.Limits.Asks)
	s.uploads, s.attempts = make(chan struct{}, s.Limits.Uploads), newAttempts()
	var err error
	if s.assets, err = loadAssets(s.Assets); err != nil {
		return nil, err
	}
	return s.routes()
}

func (s *Server) routes() (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	if err := r.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.Use(s.logged, s.recovered, s.secured, s.sameHost, s.sameOrigin, s.bounded)
	r.NoRoute(s.handle(func(*gin.Context) error { return fault("no_such_route") }))
	r.NoMethod(s.handle(func(*gin.Context) error { return fault("method_not_allowed") }))

	post, get := r.POST, func(path string, h ...gin.HandlerFunc) gin.IRoutes {
		return r.HEAD(path, h...).GET(path, h...)
	}
	post("/ask", s.handle(s.ask))
	get("/search", s.handle(s.search))
	get("/articles", s.handle(s.listArticles))
	post(uploadPath, s.handle(s.upload))
	get("/articles/:id", s.handle(s.readArticle))
	r.DELETE("/articles/:id", s.handle(s.remove))
	post("/reload", s.handle(s.reload))
	get("/reload", s.handle(s.progress))
	get("/examples", s.handle(s.examples))
	get("/healthz", s.handle(s.health))
	get("/readyz", s.handle(s.ready))
	get("/", s.handle(s.page))
	get("/assets/:hash/*name", s.handle(s.asset))
	return r, nil
}

// HTTPServer returns a server with all timeouts set, for the caller to Serve and
// Shutdown. Shutdown waits for the answers under way.
func (s Server) HTTPServer() (*http.Server, error) {
	stopping := make(chan struct{})
	s.stopping = stopping
	handler, err := s.Handler()
	if err != nil {
		return nil, err
	}
	t := s.Timeouts.withDefaults()
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: t.ReadHeader,
		ReadTimeout:       t.Read,
		WriteTimeout:      t.Write, // moved on before each write: a model may think for minutes
		IdleTimeout:       t.Idle,
		MaxHeaderBytes:    s.Limits.withDefaults().Header,
		ErrorLog:          slog.NewLogLogger(cmp.Or(s.Log, slog.Default()).Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(sync.OnceFunc(func() { close(stopping) }))
	return server, nil
}

// handle gives a handler's error to the one place that answers errors.
func (s *Server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}
