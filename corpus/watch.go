package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watcher notices changes in a folder of articles, by the events of the system and by
// looking from time to time, as network folders send no events and the system may run
// out of them.
type Watcher struct {
	Dir      string
	Quiet    time.Duration // a burst of changes is over when nothing happened for so long; 0 means 500 ms
	MaxDelay time.Duration // a burst that goes on is reported after so long; 0 means 1 s
	Every    time.Duration // how often to look without an event; 0 means 30 s
	// Warn is told, in a sentence, when changes will be noticed late. May be nil.
	Warn func(string)

	ready func() // called once changes are being noticed; for tests
}

// Run calls changed after every burst of changes in the folder or below it, one call at
// a time, until ctx is done. Changes since Run began are noticed, so a program that
// starts it before it reads the folder misses none. Hidden and temporary files don't
// count; the folder may be missing, come, go and come again. changed should return
// soon when ctx is done, as Run waits for it.
func (w Watcher) Run(ctx context.Context, changed func()) {
	if w.Quiet <= 0 {
		w.Quiet = 500 * time.Millisecond
	}
	if w.MaxDelay <= 0 {
		w.MaxDelay = time.Second
	}
	if w.Every <= 0 {
		w.Every = 30 * time.Second
	}
	r := &watch{Watcher: w, ctx: ctx, due: time.NewTimer(w.MaxDelay), done: make(chan struct{})}
	r.due.Stop()
	defer r.stop()
	r.follow()
	r.last = r.look()
	if w.ready != nil {
		w.ready()
	}
	r.loop(changed)
}

// watch is the state of one Run. Only its goroutine touches it.
type watch struct {
	Watcher
	ctx    context.Context
	events *fsnotify.Watcher // nil if the system has none to give
	root   string            // Dir without symbolic links; "" while it is missing
	last   fingerprint       // of the folder when changed was last called
	warned string            // the last warning, which is not repeated

	due     *time.Timer // fires when the burst is over
	since   time.Time   // when the burst began; zero if there is none
	certain bool        // in this burst something changed, as opposed to may have
	running bool        // changed is being called
	again   bool        // call it again when it is back
	done    chan struct{}
}

func (r *watch) stop() {
	r.due.Stop()
	if r.running {
		<-r.done
	}
	r.unfollow()
}

func (r *watch) loop(changed func()) {
	check := time.NewTimer(r.interval())
	defer check.Stop()
	for {
		var events chan fsnotify.Event
		var failures chan error
		if r.events != nil {
			events, failures = r.events.Events, r.events.Errors
		}
		select {
		case <-r.ctx.Done():
			return
		case event := <-events:
			r.see(event)
		case err := <-failures:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				r.warn(err)
			}
			r.addTree(r.root)
			r.burst(true)
		case <-check.C:
			r.check()
			check.Reset(r.interval())
		case <-r.due.C:
			r.fire(changed)
		case <-r.done:
			if r.running = false; r.again {
				r.again = false
				r.start(changed)
			}
		}
		if r.root == "" {
			check.Reset(r.interval())
		}
	}
}

// interval is how long to wait for the next look: not long while the folder is gone,
// as nothing tells when it is back.
func (r *watch) interval() time.Duration {
	if r.root == "" {
		return min(r.Quiet, r.Every)
	}
	return r.Every
}

// burst notes that something happened.
func (r *watch) burst(certain bool) {
	now := time.Now()
	if r.since.IsZero() {
		r.since = now
	}
	r.certain = r.certain || certain
	r.due.Reset(max(0, min(r.Quiet, r.MaxDelay-now.Sub(r.since))))
}

// fire ends a burst.
func (r *watch) fire(changed func()) {
	seen := r.look()
	certain := r.certain
	r.since, r.certain = time.Time{}, false
	if r.ctx.Err() != nil || !certain && seen == r.last {
		return
	}
	r.last = seen
	if r.running {
		r.again = true
		return
	}
	r.start(changed)
}

func (r *watch) start(changed func()) {
	r.running = true
	go func() {
		changed()
		r.done <- struct{}{}
	}()
}

// see judges one event.
func (r *watch) see(event fsnotify.Event) {
	if event.Name == r.root {
		if event.Has(fsnotify.Remove) || event.Has(fsnotify.Rename) {
			r.unfollow()
			r.follow()
			r.burst(true)
		}
		return
	}
	if rel, err := filepath.Rel(r.root, event.Name); err != nil || unwatched(rel) {
		return
	}
	if event.Has(fsnotify.Rename) || event.Has(fsnotify.Remove) {
		_ = r.events.Remove(event.Name) // an error says that it was no folder
	}
	if event.Has(fsnotify.Create) {
		r.addTree(event.Name)
	}
	// A file whose attributes alone were touched looks the same.
	r.burst(event.Op != fsnotify.Chmod)
}

// check looks at the folder without an event.
func (r *watch) check() {
	if root, err := filepath.EvalSymlinks(r.Dir); r.root == "" || err != nil || root != r.root {
		r.unfollow()
		r.follow()
	} else {
		r.addTree(r.root)
	}
	if r.look() != r.last && r.since.IsZero() {
		r.burst(false)
	}
}

// follow asks for the events of the folder and all folders in it.
func (r *watch) follow() {
	root, err := filepath.EvalSymlinks(r.Dir)
	if err != nil {
		return
	}
	if root, err = filepath.Abs(root); err != nil {
		return
	}
	r.root = root
	if r.events, err = fsnotify.NewWatcher(); err != nil {
		r.events = nil
		r.warn(err)
		return
	}
	r.addTree(root)
}

func (r *watch) unfollow() {
	if r.events != nil {
		_ = r.events.Close() // it has no error to report
	}
	r.events, r.root = nil, ""
}

// addTree asks for the events of a folder, then of those in it, in this order, so that
// none made meanwhile is missed.
func (r *watch) addTree(dir string) {
	if r.events == nil || r.root == "" {
		return
	}
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case err != nil || !entry.IsDir():
			return nil //nolint:nilerr // it is gone again, or no folder
		case path != r.root && unwatched(entry.Name()):
			return fs.SkipDir
		}
		switch err := r.events.Add(path); {
		case errors.Is(err, fs.ErrPermission): // the loader names it; the other folders are watched
			return fs.SkipDir
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			r.warn(err)
			return fs.SkipAll
		}
		return nil
	})
}

func (r *watch) warn(err error) {
	text := fmt.Sprintf("changes in %s may be noticed only every %v, as the system reports no events: %v", r.Dir, r.Every, err)
	if r.Warn != nil && text != r.warned {
		r.Warn(text)
	}
	r.warned = text
}

// unwatched says whether a path below the folder is hidden, of the system, or temporary.
func unwatched(rel string) bool { return hidden(rel) || temporary(path.Base(filepath.ToSlash(rel))) }

// hidden says whether a part of a path is hidden, or a folder of the system.
func hidden(rel string) bool {
	for name := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if len(name) > 1 && name[0] == '.' || systemFolder(name) {
			return true
		}
	}
	return false
}

// look takes the fingerprint of the folder; it never reads a file.
func (r *watch) look() fingerprint {
	h := newFingerprint()
	root := r.root
	if root == "" {
		return h.sum()
	}
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case path != root && unwatched(filepath.Base(path)):
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case err != nil:
			h.add(path, nil)
			return nil //nolint:nilerr // a folder that cannot be read is a state as well
		case entry.IsDir():
			h.add(path, nil)
			return nil
		}
		info, err := os.Stat(path) // of what a link leads to
		if err != nil {
			info = nil
		}
		h.add(path, info)
		return nil
	})
	return h.sum()
}
