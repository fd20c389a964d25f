package corpus

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// With and without events, everything that changes what would be loaded is noticed.
func TestWatcherNoticesChanges(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("deaf=%v", deaf), func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := t.TempDir(), t.TempDir()
			name := func(s string) string { return filepath.Join(dir, s) }
			writeFile(t, name("a.md"), "一")
			writeFile(t, name("sub/deep/b.md"), "一")
			writeFile(t, filepath.Join(elsewhere, "folder/c.md"), "一")
			w := Watcher{Dir: dir, Quiet: 20 * time.Millisecond, deaf: deaf}
			if deaf {
				w.Every = 10 * time.Millisecond
			}
			calls := watched(t, w)
			for _, step := range []struct {
				what string
				do   func() error
			}{
				{"a changed file", func() error { return os.WriteFile(name("a.md"), []byte("一二"), 0o600) }},
				{"a file of the same size and time in its place", func() error {
					info, err := os.Stat(name("a.md"))
					check(t, err)
					writeFile(t, filepath.Join(elsewhere, "new.md"), "三四")
					check(t, os.Chtimes(filepath.Join(elsewhere, "new.md"), info.ModTime(), info.ModTime()))
					return os.Rename(filepath.Join(elsewhere, "new.md"), name("a.md"))
				}},
				{"a changed case", func() error { return os.Rename(name("a.md"), name("A.md")) }},
				{"a folder moved in", func() error { return os.Rename(filepath.Join(elsewhere, "folder"), name("moved")) }},
				{"a file in it", func() error { return os.WriteFile(name("moved/d.md"), []byte("一"), 0o600) }},
				{"a folder moved within", func() error { return os.Rename(name("moved"), name("sub/moved")) }},
				{"a file in it there", func() error { return os.WriteFile(name("sub/moved/d.md"), []byte("一二"), 0o600) }},
				{"a folder moved out", func() error { return os.Rename(name("sub"), filepath.Join(elsewhere, "out")) }},
				{"a link", func() error { return os.Symlink("A.md", name("link.md")) }},
				{"a folder with the name of a temporary file", func() error { return os.Mkdir(name("draft.tmp"), 0o700) }},
				{"a file in that", func() error { return os.WriteFile(name("draft.tmp/e.md"), []byte("一"), 0o600) }},
				{"a name with a line end", func() error { return os.WriteFile(name("a\nb.md"), []byte("一"), 0o600) }},
				{"a removed file", func() error { return os.Remove(name("A.md")) }},
			} {
				drain(calls)
				check(t, step.do())
				expect(t, calls, step.what)
			}
		})
	}
}

// What programs leave while they work is neither loaded nor a reason to load.
func TestTemporaryNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		".a.md.swp", "a.md.swp", "4913", "a.md~", "#a.md#", ".#a.md", "~$a.docx", ".~lock.a.odt#", ".~a.docx", "a.md.tmp", "a.TMP",
		"a.zip.crdownload", "a.zip.part", "a.zip.download", ".a.md.Ab12Cd", "._a.md", ".DS_Store", "Thumbs.db", "desktop.ini", "a.filepart",
		"@eaDir/a.md", ".git/config", "sub/.hidden/a.md", "#recycle/a.md",
	} {
		if !unwatched(name) {
			t.Errorf("%s counts", name)
		}
	}
	for _, name := range []string{"a.md", "4913.md", "a~b.md", "#1.md", "draft.tmp/a.md", "a~/b.md", "~a.md", "...md"} {
		if got := unwatched(name); got != strings.HasPrefix(name, ".") {
			t.Errorf("%s: unwatched is %v", name, got)
		}
	}
}

// Kubernetes turns a hidden link by which all files of a volume are reached.
func TestWatcherHiddenLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, text := range []string{"一", "二"} { // of the same size
		writeFile(t, filepath.Join(dir, fmt.Sprintf("..v%d", i), "a.txt"), text)
	}
	check(t, os.Symlink("..v0", filepath.Join(dir, "..data")))
	check(t, os.Symlink("..data/a.txt", filepath.Join(dir, "a.txt")))
	l := &Loader{Dir: dir}
	first := load(t, l)
	calls := watched(t, Watcher{Dir: dir})
	check(t, os.Symlink("..v1", filepath.Join(dir, "..data_tmp")))
	check(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
	expect(t, calls, "the link turned")
	l.Formats = []Format{plainFormat(nil)}
	second, err := l.Load(t.Context(), knownOf(first), nil)
	check(t, err)
	if len(first.Articles) != 1 || first.Articles[0].Text != "一" || len(second.Articles) != 1 || second.Articles[0].Text != "二" {
		t.Errorf("%+v became %+v", first.Articles, second.Articles)
	}
}

// Another folder in the place of the watched one is noticed without a look at all files.
func TestWatcherFolderReplaced(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		base := t.TempDir()
		dir := filepath.Join(base, "articles")
		writeFile(t, filepath.Join(dir, "a.md"), "一")
		writeFile(t, filepath.Join(base, "new", "b.md"), "二")
		calls := watched(t, Watcher{Dir: dir, deaf: deaf})
		check(t, os.Rename(dir, filepath.Join(base, "old")))
		check(t, os.Rename(filepath.Join(base, "new"), dir))
		expect(t, calls, "another folder in its place")
	}
}

// Links that lead in circles end neither looking nor loading.
func TestWatcherLinkLoops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "sub", "a.txt"), "一")
	check(t, os.Symlink("..", filepath.Join(dir, "sub", "up")))
	check(t, os.Symlink("self.txt", filepath.Join(dir, "self.txt")))
	check(t, os.Symlink("two.txt", filepath.Join(dir, "one.txt")))
	check(t, os.Symlink("one.txt", filepath.Join(dir, "two.txt")))
	calls := watched(t, Watcher{Dir: dir})
	writeFile(t, filepath.Join(dir, "sub", "a.txt"), "二")
	expect(t, calls, "a changed file")
	if got := load(t, &Loader{Dir: dir}); paths(got) != "sub/a.txt" || len(got.Skipped) != 4 {
		t.Errorf("articles: %s, skipped: %v", paths(got), got.Skipped)
	}
}

// A folder that may not be read for a while is noticed when it may be again.
func TestWatcherForbiddenForAWhile(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	for _, deaf := range []bool{false, true} {
		dir := t.TempDir()
		sub := filepath.Join(dir, "sub")
		writeFile(t, filepath.Join(sub, "a.md"), "一")
		w := Watcher{Dir: dir, deaf: deaf}
		if deaf {
			w.Every = 10 * time.Millisecond
		}
		calls := watched(t, w)
		t.Cleanup(func() { _ = os.Chmod(sub, 0o700) })
		check(t, os.Chmod(sub, 0))
		expect(t, calls, "a folder that may not be read")
		check(t, os.Chmod(sub, 0o700))
		expect(t, calls, "a folder that may be read again")
		writeFile(t, filepath.Join(sub, "a.md"), "二")
		expect(t, calls, "a file in it")
	}
}

// A file that is written slowly, with pauses, is never loaded half, and soon when it is
// whole; one beside it need not wait.
func TestWatcherSlowWriter(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("deaf=%v", deaf), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if !leases(t, dir) {
				t.Skip("this file system doesn't tell who has a file open")
			}
			const whole = "第一段。第二段。第三段。"
			writeFile(t, filepath.Join(dir, "old.txt"), "旧的。")
			l := &Loader{Dir: dir, Formats: []Format{plainFormat(nil)}}
			known := load(t, l)
			texts := make(chan map[string]string, 1000)
			ctx, cancel := context.WithCancel(t.Context())
			ready, done := make(chan struct{}), make(chan struct{})
			w := Watcher{Dir: dir, Quiet: 30 * time.Millisecond, MaxDelay: 60 * time.Millisecond, Every: 50 * time.Millisecond, deaf: deaf, ready: func() { close(ready) }}
			go func() {
				defer close(done)
				w.Run(ctx, func() {
					got, err := l.Load(ctx, knownOf(known), nil)
					if err != nil {
						return // the test is over
					}
					known = got
					now := make(map[string]string)
					for _, a := range got.Articles {
						now[a.Path] = a.Text
					}
					texts <- now
				})
			}()
			<-ready
			go slowly(t, dir, whole)
			beside, deadline := false, time.After(20*time.Second)
			for finished := false; !finished; {
				select {
				case now := <-texts:
					for _, name := range []string{"old.txt", "new.txt"} {
						if text := now[name]; text != "" && text != "旧的。" && text != whole {
							t.Errorf("%s was loaded half: %q", name, text)
						}
					}
					beside = beside || now["beside.txt"] != "" && now["new.txt"] == ""
					finished = now["old.txt"] == whole && now["new.txt"] == whole
				case <-deadline:
					t.Fatal("the files were not loaded when they were whole")
				}
			}
			if !beside {
				t.Error("another file had to wait for them")
			}
			cancel()
			<-done
		})
	}
}

// slowly writes two files at once, with pauses, and a third one in a pause.
func slowly(t *testing.T, dir, whole string) {
	var files []*os.File
	for _, name := range []string{"old.txt", "new.txt"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		files = append(files, f)
	}
	for i, part := range strings.SplitAfter(strings.TrimSuffix(whole, "。"), "。") {
		if i == 2 {
			part += "。"
			if err := os.WriteFile(filepath.Join(dir, "beside.txt"), []byte("旁边的。"), 0o600); err != nil {
				t.Error(err)
			}
			time.Sleep(1500 * time.Millisecond)
		}
		for _, f := range files {
			if _, err := f.WriteString(part); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func TestWatcherSpendsLittleTimeLooking(t *testing.T) {
	t.Parallel()
	r := &watch{Watcher: Watcher{Every: 30 * time.Second}}
	for took, want := range map[time.Duration]time.Duration{0: 30 * time.Second, time.Second: 30 * time.Second, time.Minute: 20 * time.Minute} {
		if r.took = took; r.interval() != want {
			t.Errorf("a look of %v is followed by one after %v, want %v", took, r.interval(), want)
		}
	}
}
