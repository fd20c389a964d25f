package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// stubborn reads .txt as plainFormat does, but never comes back from the text "hang" before
// release is closed, and from "slow" only when its time is over. It counts its calls.
func stubborn(release chan struct{}, calls *atomic.Int64) Format {
	plain := plainFormat(calls)
	return Format{Name: "text", Extensions: []string{".txt"}, Parse: func(ctx context.Context, data []byte) (Parsed, error) {
		switch {
		case strings.HasPrefix(string(data), "hang"):
			<-release
		case strings.HasPrefix(string(data), "slow"):
			calls.Add(1)
			<-ctx.Done()
			return Parsed{}, ctx.Err()
		}
		return plain.Parse(ctx, data)
	}}
}

// pack is the format of fake archives: lines of name=contents, where ; stands for the end of
// a line of an archive in it.
func pack() Format {
	return Format{Name: "pack", Extensions: []string{".pack"}, Unpack: func(_ context.Context, data []byte, member func(string, []byte) error) ([]Skipped, error) {
		var skipped []Skipped
		for line := range strings.Lines(string(data)) {
			name, contents, ok := strings.Cut(strings.TrimSpace(line), "=")
			switch {
			case name == "panic":
				panic("out of range")
			case !ok:
				skipped = append(skipped, Skipped{Path: name, Reason: "damaged"})
			default:
				if err := member(name, []byte(strings.ReplaceAll(contents, ";", "\n"))); err != nil {
					return skipped, err
				}
			}
		}
		return skipped, nil
	}}
}

// rowsFormat has a row a line of a .rows file: name=text, or !reason.
func rowsFormat() Format {
	return Format{Name: "rows", Extensions: []string{".rows"}, Rows: func(_ context.Context, data []byte) ([]Row, error) {
		var rows []Row
		for line := range strings.Lines(string(data)) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), "=")
			row := Row{Name: name, Parsed: Parsed{Text: text}}
			switch {
			case name == "panic":
				panic("out of range")
			case strings.HasPrefix(name, "!"):
				row.Name, row.Err = name[1:], errors.New("it is bad")
			case text == "never":
				row.Parsed.Published = time.Date(12023, 9, 7, 0, 0, 0, 0, time.UTC)
			}
			rows = append(rows, row)
		}
		return rows, nil
	}}
}

// Not parallel: it uses up the calls that may be left behind.
func TestLoadLeavesHangingFormatsBehind(t *testing.T) { //nolint:paralleltest // see above
	release := make(chan struct{})
	var calls atomic.Int64
	files := []string{"a-ok.txt", "正文。", "a.pack", "a.txt=甲\nc.txt=丙\nb.txt=hang in an archive"}
	for i := range maxStrays - 1 {
		files = append(files, fmt.Sprintf("hang%d.txt", i), fmt.Sprintf("hang %d", i))
	}
	dir := write(t, files...)
	l := &Loader{Dir: dir, Formats: []Format{stubborn(release, &calls), pack()}, FileTimeout: 200 * time.Millisecond, Workers: 4}
	start := time.Now()
	got := load(t, l)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the load took %v", took)
	}
	if p := paths(got); p != "a-ok.txt a.pack/a.txt a.pack/c.txt" {
		t.Errorf("articles: %s", p)
	}
	if len(got.Skipped) != maxStrays || !strings.Contains(got.Skipped[0].Reason, "does not come back") {
		t.Errorf("skipped: %v", got.Skipped)
	}

	// They are not read again as long as they run, and no other file either, but that
	// is tried again and again.
	check(t, os.WriteFile(filepath.Join(dir, "new.txt"), []byte("新的。"), 0o600))
	before := calls.Load()
	for range maxSlow + 1 {
		next, err := l.Load(t.Context(), knownOf(got), nil)
		check(t, err)
		if p := paths(next); p != "a-ok.txt a.pack/a.txt a.pack/c.txt" {
			t.Errorf("articles: %s", p)
		}
		if i := slices.IndexFunc(next.Skipped, func(s Skipped) bool { return s.Path == "new.txt" }); i < 0 || !strings.Contains(next.Skipped[i].Reason, "restart Yinju") {
			t.Errorf("skipped: %v", next.Skipped)
		}
		got = next
	}
	if n := calls.Load(); n != before {
		t.Errorf("%d calls more", n-before)
	}

	// When they come back at last, their results are dropped and others are read again.
	close(release)
	for deadline := time.Now().Add(10 * time.Second); strays.check([32]byte{}) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the calls are still counted")
		}
	}
	last, err := l.Load(t.Context(), knownOf(got), nil)
	check(t, err)
	if !slices.ContainsFunc(last.Articles, func(a *Article) bool { return a.Path == "new.txt" }) {
		t.Errorf("articles: %s", paths(last))
	}
}

// A file that took too long is tried again, but not for ever.
func TestLoadTriesSlowFilesAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	dir := write(t, "a.txt", "slow", "b.txt", "正文。")
	past := time.Now().Add(-time.Hour)
	check(t, os.Chtimes(filepath.Join(dir, "a.txt"), past, past))
	l := &Loader{Dir: dir, Formats: []Format{stubborn(nil, &calls)}, FileTimeout: 100 * time.Millisecond}
	got := load(t, l)
	for range 2 * maxSlow {
		wantSkipped(t, got.Skipped, "a.txt", "takes too long")
		var err error
		got, err = l.Load(t.Context(), knownOf(got), nil)
		check(t, err)
	}
	if n := calls.Load(); n != maxSlow+1 { // and once for b.txt
		t.Errorf("%d calls, want %d", n, maxSlow+1)
	}
	// Forced, it is read once more.
	forced := make(loadedBefore)
	for _, f := range got.Files {
		forced[f.Path] = f.Afresh()
	}
	if _, err := l.Load(t.Context(), forced, nil); err != nil || calls.Load() != maxSlow+2 {
		t.Errorf("forced: %d calls, %v", calls.Load(), err)
	}
}

// A damaged file is not parsed again until it changes, and never costs the others.
func TestLoadParsesFailuresOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	dir := write(t, "bad.txt", "panic", "empty.txt", "", "good.txt", "正文。")
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(&calls)}}
	first := load(t, l)
	for range 3 {
		next, err := l.Load(t.Context(), knownOf(first), nil)
		check(t, err)
		wantSkipped(t, next.Skipped, "bad.txt", "failed on this file", "empty.txt", "empty")
	}
	if calls.Load() != 2 {
		t.Errorf("parsed %d times", calls.Load())
	}
	check(t, os.WriteFile(filepath.Join(dir, "bad.txt"), []byte("好了。"), 0o600))
	next, err := l.Load(t.Context(), knownOf(first), nil)
	check(t, err)
	if paths(next) != "bad.txt good.txt" || calls.Load() != 3 {
		t.Errorf("articles: %s, parsed %d times", paths(next), calls.Load())
	}
}

func TestLoadArchives(t *testing.T) {
	t.Parallel()
	dir := write(t,
		"a.pack", "x/b.txt=甲\n../c.txt=乙\n.hidden/d.txt=x\n__MACOSX/e.txt=x\n~$f.txt=x\ng.png=x\nh.txt=\nbroken\nx/b.txt=又",
		"deep.pack", "1.pack=2.pack=3.pack=x", "nest.pack", "one.pack=a.txt=甲;b.rows=r",
		"p.pack", "a.txt=甲\npanic=\nb.txt=乙", "t.rows", "1=甲\n2=乙\n!3=\n2=丙\n4=never\n=整个", "p.rows", "panic=")
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(nil), pack(), rowsFormat(), {Name: "other", Extensions: []string{".txt"}}}}
	got, err := l.Load(t.Context(), nil, nil)
	check(t, err)
	if p := paths(got); p != "a.pack/c.txt a.pack/x/b.txt nest.pack/one.pack/a.txt p.pack/a.txt t.rows t.rows/1 t.rows/2" {
		t.Errorf("articles: %s", p)
	}
	for _, a := range got.Articles {
		if a.ID != ArticleID(a.Path) || !strings.HasPrefix(a.Path, a.File) || strings.Contains(a.File, "/") || a.Modified.IsZero() {
			t.Errorf("%+v", a)
		}
	}
	for _, want := range []string{
		"{a.pack/broken damaged}", "{a.pack/g.png unsupported", "{a.pack/h.txt the file is empty}", "{a.pack/x/b.txt another part",
		"{p.pack the pack reader failed", "{p.rows the rows reader failed", "{t.rows/2 another part", "{t.rows/3 it is bad}", "{t.rows/4 the row has a date",
	} {
		if !strings.Contains(fmt.Sprint(got.Skipped), want) {
			t.Errorf("skipped %v, want %s", got.Skipped, want)
		}
	}
}

func TestLoadBoundsParts(t *testing.T) {
	t.Parallel()
	many := strings.Builder{}
	bad := strings.Builder{}
	for i := range 300 {
		fmt.Fprintf(&many, "%d=正文\n", i)
		fmt.Fprintf(&bad, "!%d=\n", i)
	}
	dir := write(t, "bad.rows", bad.String(), "many.rows", many.String(), "many.pack", strings.ReplaceAll(many.String(), "=", ".txt="))
	got := load(t, &Loader{Dir: dir, Formats: []Format{plainFormat(nil), pack(), rowsFormat()}, MaxParts: 10})
	if len(got.Articles) != 20 || len(got.Skipped) != maxNamed+3 {
		t.Errorf("%d articles, %d skipped", len(got.Articles), len(got.Skipped))
	}
	text := fmt.Sprint(got.Skipped)
	for _, want := range []string{"{bad.rows 200 more of its parts", "{many.pack it holds more articles", "{many.rows it holds more articles"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text[:500])
		}
	}
}

// An archive may take longer than one file, as long as it gets on.
func TestLoadTimesTheMembersOfAnArchive(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	dir := write(t, "a.pack", "a.txt=slow\nb.txt=甲\nc.txt=slow\nd.txt=乙")
	got := load(t, &Loader{Dir: dir, Formats: []Format{stubborn(nil, &calls), pack()}, FileTimeout: 300 * time.Millisecond})
	if p := paths(got); p != "a.pack/b.txt a.pack/d.txt" {
		t.Errorf("articles: %s", p)
	}
	wantSkipped(t, got.Skipped, "a.pack/a.txt", "too long", "a.pack/c.txt", "too long")
}
