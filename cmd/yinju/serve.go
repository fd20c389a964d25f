package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"yinju/api"
	"yinju/corpus"
	"yinju/web"
)

// serve runs the HTTP server until ctx is done.
func serve(ctx context.Context, sys system, set *settings) error {
	hangup := make(chan os.Signal, 1)
	if sys.Signals { // from the start: until somebody listens, SIGHUP ends the process
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
	}
	if err := set.checkWrites(); err != nil {
		return err
	}
	s, err := build(ctx, set, sys.Stderr)
	if err != nil {
		return err
	}
	defer s.Close()
	s.hangup = hangup
	server, err := (api.Server{
		Answerer: s.Answerer,
		Index:    s.Index,
		Assets:   web.FS,
		Version:  version(),
		Log:      s.Log,
		Hosts:    set.Hosts,
		Writes:   s.writes(set),
		Limits:   api.Limits{Body: int64(set.MaxBody), Upload: int64(set.MaxUpload), Question: set.MaxQuestion, Asks: set.MaxAsks},
	}).HTTPServer()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", set.Listen)
	if err != nil {
		return fmt.Errorf("can't listen on %s: %w; is another program there? -listen takes another address", set.Listen, err)
	}
	return s.serveOn(ctx, sys, set, server, listener)
}

// serveOn serves while the articles are read, and goes on until ctx is done.
func (s *service) serveOn(ctx context.Context, sys system, set *settings, server *http.Server, listener net.Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var background sync.WaitGroup
	defer background.Wait()
	defer cancel(nil)

	background.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			cancel(err)
		}
	})
	fmt.Fprintf(sys.Stdout, "Yinju 引据: %s — articles in %s\n", address(listener), s.Articles) //nolint:errcheck // nobody may be reading
	if sys.Serving != nil {
		sys.Serving(listener.Addr().String())
	}
	background.Go(func() { s.keepUp(ctx, cancel, sys, set) })

	<-ctx.Done()
	err := context.Cause(ctx)
	stopping, stop := context.WithTimeout(context.WithoutCancel(ctx), set.StopTimeout)
	defer stop()
	if server.Shutdown(stopping) != nil {
		_ = server.Close() // what has not ended by now is cut off
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// keepUp reads the articles, then again whenever they change or SIGHUP comes.
func (s *service) keepUp(ctx context.Context, fail context.CancelCauseFunc, sys system, set *settings) {
	var group sync.WaitGroup
	defer group.Wait()
	reload := func() {
		// An error is in the log and in GET /reload; the old generation serves.
		_, _ = s.Index.Refresh(ctx)
	}
	if set.Watch { // from before the first load on, so that no change falls between
		w := corpus.Watcher{Dir: s.Articles, Warn: func(m string) { s.Log.Warn(m) }}
		group.Go(func() { w.Run(ctx, reload) })
	}
	group.Go(func() { s.onHangup(ctx, reload) })
	if err := s.firstLoad(ctx, sys); err != nil {
		fail(err)
	}
	logProgress(s.Log, s.Index.Progress, firstSign, ctx.Done())
}

func (s *service) onHangup(ctx context.Context, reload func()) {
	for {
		select {
		case <-s.hangup:
			reload()
		case <-ctx.Done():
			return
		}
	}
}

// address is what a browser on this machine can open.
func address(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return l.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
