package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// aged waits until files written before are older than the stamps' resolution.
func aged(t *testing.T) {
	t.Helper()
	time.Sleep(restless + 20*time.Millisecond)
}

// opens counts how often a load opens files, by the calls of a format and by what it
// kept: a stamp that holds keeps the very *File.
func reload(t *testing.T, l *Loader, before *Loaded) (after *Loaded, same map[string]bool) {
	t.Helper()
	after, err := l.Load(t.Context(), knownOf(before), nil)
	check(t, err)
	same = make(map[string]bool)
	known := knownOf(before)
	for _, f := range after.Files {
		same[f.Path] = known.File(f.Path) == f
	}
	return after, same
}

func TestStamps(t *testing.T) {
	t.Parallel()
	var parsed atomic.Int64
	dir := write(t, "still.txt", "不变。", "reset.txt", "甲甲。", "renamed.txt", "乙。", "other/new.txt", "丙。",
		"touched.txt", "丁。", "one.txt", "一。", "two.txt", "二。", "side.txt", "戊。", "side.txt.yaml", "source: 甲", "bare.txt", "己。")
	check(t, os.Symlink("one.txt", filepath.Join(dir, "link.txt")))
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(&parsed)}}
	first := load(t, l)
	if _, same := reload(t, l, first); same["still.txt"] {
		t.Error("a file that was just written is taken for the same by its stamp: it may be written again within the same tick")
	}
	aged(t)
	settled, _ := reload(t, l, first)
	if after, same := reload(t, l, settled); len(same) != 10 || fmt.Sprint(same) != strings.ReplaceAll(fmt.Sprint(same), "false", "true") || len(after.Articles) != 10 {
		t.Errorf("unchanged files are read again: %v", same)
	}
	calls := parsed.Load()

	name := func(s string) string { return filepath.Join(dir, s) }
	info, err := os.Stat(name("reset.txt"))
	check(t, err)
	check(t, os.WriteFile(name("reset.txt"), []byte("乙乙。"), 0o644)) // as long as before, and with its time set back
	check(t, os.Chtimes(name("reset.txt"), info.ModTime(), info.ModTime()))
	check(t, os.Rename(name("other/new.txt"), name("renamed.txt")))
	check(t, os.Chtimes(name("touched.txt"), time.Now(), time.Now()))
	check(t, os.Remove(name("link.txt")))
	check(t, os.Symlink("two.txt", name("link.txt")))
	check(t, os.Remove(name("side.txt.yaml")))
	check(t, os.WriteFile(name("bare.txt.yaml"), []byte("source: 乙"), 0o644))

	after, same := reload(t, l, settled)
	texts := make(map[string]string)
	for _, a := range after.Articles {
		texts[a.Path] = a.Text + a.Source
	}
	for path, want := range map[string]string{
		"still.txt": "不变。", "reset.txt": "乙乙。", "renamed.txt": "丙。", "touched.txt": "丁。", "one.txt": "一。", "two.txt": "二。",
		"link.txt": "二。", "side.txt": "戊。", "bare.txt": "己。乙", "other/new.txt": "",
	} {
		if texts[path] != want {
			t.Errorf("%s: %q, want %q", path, texts[path], want)
		}
	}
	if !same["still.txt"] || !same["one.txt"] || same["touched.txt"] {
		t.Errorf("kept by their stamps: %v", same)
	}
	if n := parsed.Load() - calls; n != 5 { // reset, renamed, link, side and bare; not touched
		t.Errorf("%d files were parsed, want 5", n)
	}

	// The metadata change once more, and a forced load reads what it would not have.
	aged(t)
	settled, _ = reload(t, l, after)
	check(t, os.WriteFile(name("bare.txt.yaml"), []byte("source: 丙"), 0o644))
	if after, _ = reload(t, l, settled); after.Articles[0].Source != "丙" {
		t.Errorf("%+v", after.Articles[0])
	}
}

func TestArticleModified(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "正文。")
	when := time.Date(2023, 9, 7, 8, 0, 0, 0, time.UTC)
	check(t, os.Chtimes(filepath.Join(dir, "a.txt"), when, when))
	if got := load(t, &Loader{Dir: dir}).Articles[0].Modified; !got.Equal(when) {
		t.Errorf("modified %v, want %v", got, when)
	}
}

// leases says whether this file system tells who has a file open for writing.
func leases(t *testing.T, dir string) bool {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, ".probe"))
	check(t, err)
	defer f.Close()
	r, err := os.Open(f.Name())
	check(t, err)
	defer r.Close()
	held, known := heldForWriting(r)
	if known && !held {
		t.Error("a file that is open for writing counts as whole")
	}
	return known
}

// A file that its writer has open is not read, whatever pauses it makes; an older one of
// the same name stays meanwhile.
func TestLoadWaitsForWriters(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "旧的。", "b.txt", "别的。")
	if !leases(t, dir) {
		t.Skip("this file system doesn't tell who has a file open")
	}
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(nil)}}
	before := load(t, l)
	f, err := os.Create(filepath.Join(dir, "a.txt"))
	check(t, err)
	g, err := os.Create(filepath.Join(dir, "c.txt"))
	check(t, err)
	defer g.Close()
	for _, h := range []*os.File{f, g} {
		_, err = h.WriteString("一半，")
		check(t, err)
	}
	start := time.Now()
	half, err := l.Load(t.Context(), knownOf(before), nil)
	check(t, err)
	if took := time.Since(start); took > patience+2*time.Second {
		t.Errorf("waited for %v", took)
	}
	if paths(half) != "a.txt b.txt" || half.Articles[0].Text != "旧的。" || len(half.Warnings) != 1 || !strings.Contains(half.Warnings[0], "a.txt: the file is still being written") {
		t.Errorf("articles: %s, %q; warnings: %q", paths(half), half.Articles[0].Text, half.Warnings)
	}
	wantSkipped(t, half.Skipped, "c.txt", "still being written")
	_, err = f.WriteString("另一半。")
	check(t, err)
	check(t, f.Close())
	// One who never closes it is not waited for without end.
	old := time.Now().Add(-maxHold)
	check(t, os.Chtimes(g.Name(), old, old))
	whole, err := l.Load(t.Context(), knownOf(half), nil)
	check(t, err)
	if paths(whole) != "a.txt b.txt c.txt" || whole.Articles[0].Text != "一半，另一半。" || whole.Warnings != nil {
		t.Errorf("articles: %s, %q; warnings: %q", paths(whole), whole.Articles[0].Text, whole.Warnings)
	}
}

// What can't be read for a moment, or because somebody changed the rights of it, is
// served as it was.
func TestLoadKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	dir := write(t, "a.txt", "甲。", "b.txt", "乙。", "sub/c.txt", "丙。", "sub/deep/d.txt", "丁。", "sub/bad.txt", "panic", "gone/e.txt", "戊。")
	check(t, os.Symlink("sub/c.txt", filepath.Join(dir, "link.txt")))
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(nil)}}
	before := load(t, l)
	for _, name := range []string{"b.txt", "sub"} {
		name = filepath.Join(dir, name)
		check(t, os.Chmod(name, 0))
		t.Cleanup(func() { _ = os.Chmod(name, 0o755) })
	}
	check(t, os.RemoveAll(filepath.Join(dir, "gone")))
	after := before
	for range 2 { // and go on being served
		var err error
		after, err = l.Load(t.Context(), knownOf(after), nil)
		check(t, err)
		if p := paths(after); p != "a.txt b.txt link.txt sub/c.txt sub/deep/d.txt" {
			t.Errorf("articles: %s", p)
		}
		wantSkipped(t, after.Skipped, "sub", "cannot read the folder: permission denied", "sub/bad.txt", "failed on this file")
		if w := strings.Join(after.Warnings, "\n"); len(after.Warnings) != 3 || !strings.Contains(w, "b.txt: no permission") || !strings.Contains(w, "link.txt: no permission") ||
			!strings.Contains(w, "sub: the folder cannot be read (permission denied); the 3 files") {
			t.Errorf("warnings: %q", after.Warnings)
		}
	}
	check(t, os.Chmod(filepath.Join(dir, "sub"), 0o755))
	check(t, os.Remove(filepath.Join(dir, "sub/c.txt")))
	after, err := l.Load(t.Context(), knownOf(after), nil)
	check(t, err)
	if p := paths(after); p != "a.txt b.txt sub/deep/d.txt" {
		t.Errorf("articles: %s", p)
	}
}

func TestKeptWarningsAreFew(t *testing.T) {
	t.Parallel()
	var files []Skipped
	for i := range 1000 {
		files = append(files, Skipped{Path: fmt.Sprintf("%d.txt", i), Reason: "no"}, Skipped{Path: fmt.Sprintf("d/x/%d.txt", i), Reason: "no"})
	}
	got := keptWarnings(files, map[string]error{"d": syscall.EIO})
	if len(got) != keptNamed+2 || !strings.HasPrefix(got[keptNamed], "980 more files") || !strings.Contains(got[keptNamed+1], "the 1000 files") {
		t.Errorf("%q", got)
	}
}

// Names that people and other systems give.
func TestLoadNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 83) + ".txt" // 253 bytes
	deep := strings.Repeat(strings.Repeat("d", 200)+"/", 30) + "x.txt"
	dir := write(t, "a\nb.txt", "甲。", "caf\u00e9.txt", "乙。", "cafe\u0301.txt", "丙。", "A.txt", "丁。", "a.txt", "戊。", long, "己。", " .txt", "庚。",
		"@eaDir/x.txt", "x", "$RECYCLE.BIN/y.txt", "x", "lost+found/z.txt", "x", "4913", "", "报告.tmp/f.txt", "辛。", ".~lock.x.txt#", "x", "._a.txt", "x", ".a.txt.Xb12Cd", "x")
	root, err := os.OpenRoot(dir)
	check(t, err)
	defer root.Close()
	check(t, root.MkdirAll(filepath.Dir(deep), 0o755))
	check(t, root.WriteFile(deep, []byte("壬。"), 0o644))
	got := load(t, &Loader{Dir: dir})
	if len(got.Articles) != 9 || len(got.Skipped) != 0 {
		t.Errorf("%d articles: %q, skipped %v", len(got.Articles), paths(got), got.Skipped)
	}
	ids := make(map[string]bool)
	for _, a := range got.Articles {
		ids[a.ID] = true
		if a.Title == "" || strings.Contains(a.Title, "\n") {
			t.Errorf("%q has the title %q", a.Path, a.Title)
		}
	}
	if len(ids) != 9 {
		t.Errorf("%d IDs", len(ids))
	}
	check(t, os.Rename(filepath.Join(dir, "A.txt"), filepath.Join(dir, "B.txt")))
	check(t, os.Rename(filepath.Join(dir, "B.txt"), filepath.Join(dir, "a.TXT")))
	after, err := (&Loader{Dir: dir, Formats: []Format{plainFormat(nil)}}).Load(t.Context(), knownOf(got), nil)
	if err != nil || !strings.Contains(paths(after), "a.TXT") || strings.Contains(paths(after), "A.txt") {
		t.Errorf("%s, %v", paths(after), err)
	}
}
