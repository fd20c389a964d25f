package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"yinju/rag"
)

// rollbackSettings are those of yinju rollback.
type rollbackSettings struct {
	Generation uint64 `arg:"" optional:"" help:"The generation that is to serve. Default: the one before the one that serves."`
	Server     string `help:"Address of the running server. Default: that of -listen." placeholder:"URL"`
}

// rollbackTimeout bounds the request to the running server, which answers at once.
const rollbackTimeout = 30 * time.Second

// rollback asks the running server to serve an earlier generation, and prints what serves.
func rollback(ctx context.Context, sys system, set *settings) error {
	ctx, cancel := context.WithTimeout(ctx, rollbackTimeout)
	defer cancel()
	to := "previous"
	if set.rollback.Generation > 0 {
		to = fmt.Sprint(set.rollback.Generation)
	}
	at := strings.TrimRight(set.rollback.Server, "/")
	if at == "" {
		at = "http://" + reachable(set.Listen)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/reload?to="+to, http.NoBody)
	if err != nil {
		return errors.New("-server is no address; write it as http://127.0.0.1:8080")
	}
	req.Header.Set("Accept-Language", "en")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no yinju answers at %s; -listen or -server says where it runs: %w", at, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return err
	}
	var answer struct {
		rag.Progress
		Error *struct{ Message, Hint string }
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&answer); err != nil {
		return fmt.Errorf("what answers at %s is no yinju; -listen or -server says where it runs", at)
	}
	if answer.Error != nil {
		return errors.New(strings.TrimSpace(answer.Error.Message + " " + answer.Error.Hint))
	}
	_, err = fmt.Fprintf(sys.Stdout, "Generation %d serves: %d articles, %d passages. It stays until POST /reload, or a new start, takes in the folder.\n",
		answer.Generation, answer.Articles, answer.Passages)
	return err
}

// reachable is an address that this machine can connect to where a server listens at one.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
