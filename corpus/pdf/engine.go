package pdf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// engine holds the compiled PDFium while it is needed.
type engine struct {
	mu    sync.Mutex
	pool  pdfium.Pool
	cache wazero.CompilationCache
	users int
	idle  *time.Timer
	slots chan struct{} // one for each file that may be read now
}

// wasmPage is the unit of WebAssembly's memory, in bytes.
const wasmPage = 64 << 10

// with calls f with an instance of PDFium that nobody used before: what a hostile file
// does to it harms no other. It is ended when ctx is, in the middle of a call too, and
// its memory is given back.
func (r *Reader) with(ctx context.Context, f func(pdfium.Pdfium) error) error {
	pool, slots, err := r.acquire()
	if err != nil {
		return err
	}
	defer r.release()
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return err
	}
	// Kill skips the orderly closing, which runs code over the file's data once more.
	kill := sync.OnceFunc(func() { _ = instance.Kill() })
	defer kill()
	defer context.AfterFunc(ctx, kill)()
	return f(instance)
}

// acquire starts PDFium if it does not run.
func (r *Reader) acquire() (pdfium.Pool, chan struct{}, error) {
	e := &r.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.idle != nil {
		e.idle.Stop()
	}
	if e.pool == nil {
		pool, cache, err := r.start(r.Cache)
		if err != nil && r.Cache != "" { // the folder is full, read-only or damaged
			pool, cache, err = r.start("")
		}
		if err != nil {
			return nil, nil, fmt.Errorf("the PDF reader can't be started: %w", err)
		}
		e.pool, e.cache = pool, cache
		e.slots = make(chan struct{}, cmp.Or(r.Workers, 2))
	}
	e.users++
	return e.pool, e.slots, nil
}

// release stops PDFium when nobody has needed it for a while.
func (r *Reader) release() {
	e := &r.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users--
	if e.users > 0 {
		return
	}
	if e.idle == nil {
		e.idle = time.AfterFunc(cmp.Or(r.Idle, time.Minute), r.stopIdle)
		return
	}
	e.idle.Reset(cmp.Or(r.Idle, time.Minute))
}

func (r *Reader) stopIdle() {
	e := &r.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.users == 0 && e.pool != nil {
		_ = e.pool.Close() // of no consequence: a new one is made when it is needed
		if e.cache != nil {
			_ = e.cache.Close(context.Background())
		}
		e.pool, e.cache = nil, nil
	}
}

// start compiles PDFium, or takes the compiled one out of a folder.
func (r *Reader) start(folder string) (_ pdfium.Pool, cache wazero.CompilationCache, err error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling). // PDFium's longjmp
		WithCloseOnContextDone(true).
		WithMemoryLimitPages(uint32(min(cmp.Or(r.MaxMemory, 192<<20), 4<<30-wasmPage) / wasmPage))
	if folder != "" {
		if err := os.MkdirAll(folder, 0o700); err != nil { // it holds code that is run
			return nil, nil, err
		}
		if cache, err = wazero.NewCompilationCacheWithDir(folder); err != nil {
			return nil, nil, err
		}
		config = config.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal:      cmp.Or(r.Workers, 2),
		RuntimeConfig: config,
		FSConfig:      wazero.NewFSConfig(), // without one the whole disk is in the sandbox
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil && cache != nil {
		err = errors.Join(err, cache.Close(context.Background()))
	}
	return pool, cache, err
}

// Close stops PDFium, once no file is being read. It may be used again after that.
func (r *Reader) Close() {
	r.engine.mu.Lock()
	if r.engine.idle != nil {
		r.engine.idle.Stop()
	}
	r.engine.mu.Unlock()
	r.stopIdle()
}
