package corpus

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// watched runs a Watcher until the test ends; each call of changed sends on calls.
func watched(t *testing.T, w Watcher) (calls chan struct{}) {
	t.Helper()
	calls = make(chan struct{}, 100)
	ready, done := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	w.ready = func() { close(ready) }
	if w.Quiet == 0 {
		w.Quiet = 40 * time.Millisecond
	}
	if w.Every == 0 {
		w.Every = time.Hour // the events alone
	}
	go func() {
		defer close(done)
		w.Run(ctx, func() { calls <- struct{}{} })
	}()
	<-ready
	t.Cleanup(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("Run doesn't end")
		}
	})
	return calls
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, calls chan struct{}, what string) {
	t.Helper()
	select {
	case <-calls:
	case <-time.After(10 * time.Second):
		t.Fatalf("not noticed: %s", what)
	}
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	writeFile(t, path, "一")
	calls := watched(t, Watcher{Dir: dir})

	start := time.Now()
	writeFile(t, path, "二")
	expect(t, calls, "a changed file")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("noticed after %v", took)
	}
	check(t, os.Rename(path, filepath.Join(dir, "b.md")))
	expect(t, calls, "a renamed file")
	check(t, os.Remove(filepath.Join(dir, "b.md")))
	expect(t, calls, "a removed file")

	deep := filepath.Join(dir, "x", "y", "z")
	writeFile(t, filepath.Join(deep, "c.md"), "三")
	expect(t, calls, "a file in a new folder")
	writeFile(t, filepath.Join(deep, "d.md"), "四")
	expect(t, calls, "another file in the new folder")
	check(t, os.Rename(filepath.Join(dir, "x"), filepath.Join(dir, "w")))
	expect(t, calls, "a renamed folder")
	writeFile(t, filepath.Join(dir, "w", "y", "z", "d.md"), "五")
	expect(t, calls, "a file in the renamed folder")
	check(t, os.RemoveAll(filepath.Join(dir, "w")))
	expect(t, calls, "a removed folder")
}

// Hidden and temporary files are not reported; the file behind them is, so the test
// need not wait for nothing to happen.
func TestWatcherIgnores(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calls := watched(t, Watcher{Dir: dir})
	for _, name := range []string{".hidden", ".git/config", "a.md.swp", "~$a.docx", "a.md~", "b.tmp"} {
		writeFile(t, filepath.Join(dir, name), "x")
	}
	select {
	case <-calls:
		t.Error("a temporary file is reported")
	case <-time.After(200 * time.Millisecond):
	}
	check(t, os.Rename(filepath.Join(dir, "b.tmp"), filepath.Join(dir, "b.md")))
	expect(t, calls, "a file saved by renaming")
}

func TestWatcherBurst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calls := watched(t, Watcher{Dir: dir, Quiet: 300 * time.Millisecond})
	for i := range 200 {
		writeFile(t, filepath.Join(dir, fmt.Sprintf("%d.md", i)), "x")
	}
	expect(t, calls, "200 files")
	if n := len(calls); n > 0 {
		t.Errorf("%d calls more for one burst", n)
	}
}

// A burst without end is reported all the same.
func TestWatcherMaxDelay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calls := watched(t, Watcher{Dir: dir, Quiet: time.Hour, MaxDelay: 100 * time.Millisecond})
	writeFile(t, filepath.Join(dir, "a.md"), "x")
	expect(t, calls, "a burst that goes on")
}

// One file that is written all the time must not keep the others waiting: what is put
// into the folder is to be found within 2 s.
func TestWatcherBusyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calls := watched(t, Watcher{Dir: dir, Quiet: 500 * time.Millisecond})
	start := time.Now()
	for n := 0; ; n++ {
		writeFile(t, filepath.Join(dir, "busy.md"), fmt.Sprint(n))
		select {
		case <-calls:
			if took := time.Since(start); took > 1800*time.Millisecond {
				t.Errorf("noticed after %v", took)
			}
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Without events the folder is looked at from time to time.
func TestWatcherPeriodic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	writeFile(t, path, "一")
	r := &watch{Watcher: Watcher{Dir: dir, Quiet: time.Millisecond, MaxDelay: time.Second, Every: 10 * time.Millisecond}, ctx: t.Context(), due: time.NewTimer(0), done: make(chan struct{}, 1)}
	r.root = dir // and no events
	r.last = r.look(false)
	r.check()
	if !r.since.IsZero() {
		t.Error("nothing changed, yet a change is seen")
	}
	writeFile(t, path, "一二")
	r.check()
	if r.since.IsZero() {
		t.Fatal("a changed size is not seen")
	}
	called := make(chan struct{}, 2)
	r.fire(func() { called <- struct{}{} })
	expect(t, called, "a change found by looking")
	r.stop()
	r.root = dir
	r.check()
	if !r.since.IsZero() {
		t.Error("the change is seen twice")
	}
	r.unfollow()
}

func TestWatcherFolderGone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "articles")
	calls := watched(t, Watcher{Dir: dir})
	writeFile(t, filepath.Join(dir, "a.md"), "一")
	expect(t, calls, "the folder, made after the start")
	for range 2 {
		check(t, os.RemoveAll(dir))
		expect(t, calls, "the folder removed")
		drain(calls)
		writeFile(t, filepath.Join(dir, "a.md"), "二")
		expect(t, calls, "the folder made again")
		drain(calls)
	}
	check(t, os.Rename(dir, dir+"-old"))
	expect(t, calls, "the folder renamed")
	drain(calls)
	writeFile(t, filepath.Join(dir, "b.md"), "三")
	expect(t, calls, "another folder in its place")
}

// drain waits until a burst that came as two is over.
func drain(calls chan struct{}) {
	for {
		select {
		case <-calls:
		case <-time.After(150 * time.Millisecond):
			return
		}
	}
}

// The folder may be a symbolic link that is turned to another folder.
func TestWatcherSymlink(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	writeFile(t, filepath.Join(base, "one", "a.md"), "一")
	writeFile(t, filepath.Join(base, "two", "b.md"), "二")
	link := filepath.Join(base, "link")
	if err := os.Symlink("one", link); err != nil {
		t.Skip(err)
	}
	calls := watched(t, Watcher{Dir: link, Every: 50 * time.Millisecond})
	writeFile(t, filepath.Join(base, "one", "c.md"), "三")
	expect(t, calls, "a file behind the link")
	check(t, os.Symlink("two", link+"-new"))
	check(t, os.Rename(link+"-new", link))
	expect(t, calls, "the link turned")
	drain(calls)
	writeFile(t, filepath.Join(base, "two", "d.md"), "四")
	expect(t, calls, "a file behind the new link")
}

// Calls never overlap, and a change during a call leads to another.
func TestWatcherOneAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan struct{})
	entered, leave := make(chan struct{}), make(chan struct{})
	var inside atomic.Int32
	w := Watcher{Dir: dir, Quiet: 10 * time.Millisecond, ready: func() { close(ready) }}
	go func() {
		defer close(done)
		w.Run(ctx, func() {
			if inside.Add(1) > 1 {
				t.Error("two calls at a time")
			}
			entered <- struct{}{}
			<-leave
			inside.Add(-1)
		})
	}()
	<-ready
	writeFile(t, filepath.Join(dir, "a.md"), "一")
	<-entered
	writeFile(t, filepath.Join(dir, "b.md"), "二")
	leave <- struct{}{}
	<-entered // for b.md
	cancel()
	close(leave)
	<-done
}

func TestWatcherWarns(t *testing.T) {
	t.Parallel()
	var warnings []string
	r := &watch{Watcher: Watcher{Dir: "d", Every: time.Minute, Warn: func(s string) { warnings = append(warnings, s) }}}
	r.warn(os.ErrPermission)
	r.warn(os.ErrPermission)
	if len(warnings) != 1 {
		t.Errorf("warned %d times of one thing: %q", len(warnings), warnings)
	}
}

// A folder that may not be read is left out; those beside it are watched.
func TestWatcherForbiddenFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := t.TempDir()
	closed := filepath.Join(dir, "a-closed")
	writeFile(t, filepath.Join(closed, "a.md"), "一")
	writeFile(t, filepath.Join(dir, "b", "b.md"), "一")
	check(t, os.Chmod(closed, 0))
	t.Cleanup(func() { _ = os.Chmod(closed, 0o700) })
	calls := watched(t, Watcher{Dir: dir, Warn: func(m string) { t.Error(m) }})
	writeFile(t, filepath.Join(dir, "b", "b.md"), "二")
	expect(t, calls, "a file beside a forbidden folder")
}

// Not parallel: it counts goroutines.
func TestWatcherLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "x", "a.md"), "一")
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		w := Watcher{Dir: dir, ready: cancel}
		w.Run(ctx, func() { t.Error("called") })
	}
	goleak.VerifyNone(t, before)
}
