package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	// Every is how often to look at all files without an event; 0 means 30 s. It is less
	// often where looking takes long: a twentieth of the time is spent on it at most.
	Every time.Duration
	// Warn is told, in a sentence, when changes will be noticed late. May be nil.
	Warn func(string)

	ready func() // called once changes are being noticed; for tests
	deaf  bool   // as if the system had no events; for tests
}

// Run calls changed after every burst of changes in the folder or below it, one call at
// a time, until ctx is done. Changes since Run began are noticed, so a program that
// starts it before it reads the folder misses none. Hidden and temporary files don't
// count, and a file that is being written does once it is whole. The folder may be missing,
// come, go and come again, or be a link that is turned. changed should return soon when
// ctx is done, as Run waits for it.
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
	r.last = r.look(false)
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
	inode  os.FileInfo       // of root
	last   fingerprint       // of the folder when changed was last called
	moving []string          // files that were being written at the last look
	took   time.Duration     // by the last look
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
	glance := time.NewTicker(min(r.Quiet, r.Every, time.Second))
	defer glance.Stop()
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
		case <-glance.C:
			r.glance()
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
	}
}

// interval is how long to wait for the next look at all files.
func (r *watch) interval() time.Duration { return max(r.Every, 20*r.took) }

// glance looks, at next to no cost, for what comes without an event: another folder in the
// place of this one, and the end of writing a file.
func (r *watch) glance() {
	root, inode := resolve(r.Dir)
	if root != r.root || root != "" && !os.SameFile(inode, r.inode) {
		r.unfollow()
		r.follow()
		r.burst(true)
		return
	}
	for _, name := range r.moving {
		if !movingAt(name) && r.since.IsZero() {
			r.burst(false)
			return
		}
	}
}

// resolve returns the folder without symbolic links, or "" if there is none.
func resolve(dir string) (string, os.FileInfo) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", nil
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", nil
	}
	info, err := os.Stat(root)
	if err != nil || !info.IsDir() {
		return "", nil
	}
	return root, info
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
	seen := r.look(false)
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
	rel, err := filepath.Rel(r.root, event.Name)
	if err != nil {
		return
	}
	info, err := os.Lstat(event.Name)
	switch {
	case hidden(rel):
		// By turning a hidden link, Kubernetes replaces all files that lead through it.
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			r.burst(false)
		}
		return
	case temporary(filepath.Base(rel)) && (err != nil || !info.IsDir()):
		return
	}
	if event.Has(fsnotify.Rename) || event.Has(fsnotify.Remove) {
		_ = r.events.Remove(event.Name) // an error says that it was no folder
	}
	if event.Has(fsnotify.Create) {
		r.addTree(event.Name)
	}
	// A file whose attributes alone were touched looks the same, and one that is being
	// written counts when it is whole.
	r.burst(event.Op != fsnotify.Chmod && (err != nil || !movingAt(event.Name)))
}

// check looks at the folder without an event.
func (r *watch) check() {
	if r.look(true) != r.last && r.since.IsZero() {
		r.burst(false)
	}
}

// follow asks for the events of the folder and all folders in it.
func (r *watch) follow() {
	if r.root, r.inode = resolve(r.Dir); r.root == "" || r.deaf {
		return
	}
	var err error
	if r.events, err = fsnotify.NewWatcher(); err != nil {
		r.events = nil
		r.warn(err)
		return
	}
	r.addTree(r.root)
}

func (r *watch) unfollow() {
	if r.events != nil {
		_ = r.events.Close() // it has no error to report
	}
	r.events, r.root, r.moving = nil, "", nil
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
		case path != r.root && hidden(entry.Name()):
			return fs.SkipDir
		case !r.add(path):
			return fs.SkipAll
		}
		return nil
	})
}

// add asks for the events of one folder. It is false if the system has no more to give.
func (r *watch) add(dir string) bool {
	err := r.events.Add(dir)
	// One that may not be read the loader names; the others are watched.
	if err == nil || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return true
	}
	r.warn(err)
	return false
}

func (r *watch) warn(err error) {
	text := fmt.Sprintf("changes in %s may be noticed only every %v, as the system reports no events: %v", r.Dir, r.Every, err)
	if r.Warn != nil && text != r.warned {
		r.Warn(text)
	}
	r.warned = text
}

// unwatched says whether a path below the folder is hidden, of the system, or temporary.
func unwatched(rel string) bool { return hidden(rel) || temporary(filepath.Base(rel)) }

// hidden says whether a part of a path is hidden, or a folder of the system.
func hidden(rel string) bool {
	for name := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if len(name) > 1 && name[0] == '.' || systemFolder(name) {
			return true
		}
	}
	return false
}
