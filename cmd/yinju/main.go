// Command yinju answers questions about a folder of articles, with citations.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, system{Args: os.Args[1:], Env: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr, Signals: true})
	if err == nil || errors.Is(err, errHelped) {
		return
	}
	fmt.Fprintln(os.Stderr, "yinju:", err)
	os.Exit(1)
}

// system is what a run takes from the outside, so that tests can run it too.
type system struct {
	Args    []string
	Env     func(name string) string
	Stdout  io.Writer
	Stderr  io.Writer
	Signals bool // SIGHUP reloads
	// Serving, if not nil, is told the address once the server listens.
	Serving func(addr string)
}

// run is the whole program. It returns when the command is done or ctx is.
func run(ctx context.Context, sys system) error {
	command, settings, err := parse(sys)
	if err != nil {
		return err
	}
	switch {
	case command == "version":
		_, err = fmt.Fprintln(sys.Stdout, version())
	case command == "presets":
		err = listPresets(sys.Stdout, settings.presets)
	case command == "ask":
		err = ask(ctx, sys, settings)
	case command == "doctor":
		err = doctor(ctx, sys, settings)
	case command == "rollback":
		err = rollback(ctx, sys, settings)
	case command == "verify":
		err = verify(ctx, sys, settings)
	case command == "export":
		err = export(ctx, sys, settings)
	case command == "eval":
		err = eval(ctx, sys, settings)
	default:
		if err = serve(ctx, sys, settings); ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // stopped before it served
		}
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("stopped before it was done")
	}
	return err
}
