package corpus

import (
	"context"
	"errors"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// plainFormat reads .txt; the text "panic" makes it panic.
func plainFormat(parsed *atomic.Int64) Format {
	return Format{Name: "text", Extensions: []string{".txt", ".md"}, Parse: func(_ context.Context, data []byte) (Parsed, error) {
		if parsed != nil {
			parsed.Add(1)
		}
		text, enc, err := Decode(data, "")
		if text == "panic" {
			panic("index out of range")
		}
		return Parsed{Text: text, Encoding: enc}, err
	}}
}

// write makes files from pairs of path and contents, and returns their folder.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(files[i+1]), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, l *Loader) *Loaded {
	t.Helper()
	if l.Formats == nil {
		l.Formats = []Format{plainFormat(nil)}
	}
	got, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// knownOf makes what was loaded known.
type loadedBefore map[string]*File

func (k loadedBefore) File(path string) *File  { return k[path] }
func (k loadedBefore) Paths() iter.Seq[string] { return maps.Keys(k) }

func knownOf(l *Loaded) Known {
	known := make(loadedBefore)
	for _, f := range l.Files {
		known[f.Path] = f
	}
	return known
}

func paths(l *Loaded) string {
	var names []string
	for _, a := range l.Articles {
		names = append(names, a.Path)
	}
	return strings.Join(names, " ")
}

// wantSkipped compares the skipped paths and a part of each reason.
func wantSkipped(t *testing.T, got []Skipped, want ...string) {
	t.Helper()
	for i, s := range got {
		if 2*i+1 >= len(want) || s.Path != want[2*i] || !strings.Contains(s.Reason, want[2*i+1]) {
			t.Errorf("skipped %d: %+v", i, s)
		}
	}
	if 2*len(got) != len(want) {
		t.Errorf("%d skipped, want %d", len(got), len(want)/2)
	}
}

func TestLoadReportsEveryFile(t *testing.T) {
	t.Parallel()
	dir := write(t,
		"b.txt", "第二篇。", "a.TXT", "第一篇。", "深/层/c.md", "第三篇。",
		"empty.txt", "", "blank.txt", " \n\u3000\u200b\n", "broken.txt", "今天天气\xff很好。", "bad.txt", "panic",
		"image.png", "\x89PNG", "README", "no extension", "bad\xffname.txt", "x",
		".hidden.txt", "x", ".git/a.txt", "x", "~$a.txt", "x", "a.txt~", "x", "a.txt.swp", "x", "#a.txt#", "x",
		"a.txt.part", "x", "a.txt.tmp", "x", "a.txt.crdownload", "x", "Thumbs.db", "x")
	got := load(t, &Loader{Dir: dir})
	if p := paths(got); p != "a.TXT b.txt 深/层/c.md" {
		t.Errorf("articles: %s", p)
	}
	a := got.Articles[0]
	if a.ID != ArticleID("a.TXT") || a.Title != "a" || a.Format != "text" || a.Encoding != "UTF-8" || a.Bytes != 12 || a.Text != "第一篇。" {
		t.Errorf("article: %+v", a)
	}
	wantSkipped(t, got.Skipped,
		"README", "no extension", "bad.txt", "failed on this file", `bad\xffname.txt`, "not valid UTF-8",
		"blank.txt", "no text", "broken.txt", "broken at byte 12", "empty.txt", "empty",
		"image.png", "unsupported format .png; supported: .md, .txt")
}

func TestLoadFollowsLinksOnlyInside(t *testing.T) {
	t.Parallel()
	outside := write(t, "secret.txt", "机密。")
	dir := write(t, "real.txt", "正文。", "sub/other.txt", "别的。")
	for name, target := range map[string]string{
		"inside.txt": "real.txt", "sub/up.txt": "../real.txt", "out.txt": filepath.Join(outside, "secret.txt"),
		"up.txt": "../" + filepath.Base(outside) + "/secret.txt", "dangling.txt": "nothing.txt",
		"loop.txt": "loop.txt", "folder": "sub", "sub/back": "..", "outfolder": outside, "passwd.txt": "/etc/passwd",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	got := load(t, &Loader{Dir: dir})
	if p := paths(got); p != "inside.txt real.txt sub/other.txt sub/up.txt" {
		t.Errorf("articles: %s", p)
	}
	wantSkipped(t, got.Skipped,
		"dangling.txt", "leads nowhere", "folder", "link to a folder", "loop.txt", "back to itself",
		"out.txt", "out of the folder", "outfolder", "out of the folder", "passwd.txt", "out of the folder",
		"sub/back", "link to a folder", "up.txt", "out of the folder")
}

func TestLoadLimits(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "甲乙", "b.txt", "甲乙丙", "c.txt", "甲", "d/e/f/g.txt", "深")
	got := load(t, &Loader{Dir: dir, MaxFileBytes: 6, MaxDepth: 2, MaxFiles: 2})
	if p := paths(got); p != "a.txt" {
		t.Errorf("articles: %s", p)
	}
	wantSkipped(t, got.Skipped, "b.txt", "9 bytes, more than the limit of 6", "d/e/f", "more than 2 deep")
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "3 articles, but only the first 2") {
		t.Errorf("warnings: %q", got.Warnings)
	}
}

func TestLoadWithoutFolder(t *testing.T) {
	t.Parallel()
	dir := write(t, "file.txt", "x")
	for _, missing := range []string{filepath.Join(dir, "none"), filepath.Join(dir, "file.txt"), ""} {
		got, err := (&Loader{Dir: missing}).Load(t.Context(), nil, nil)
		if err == nil || got != nil || !strings.Contains(err.Error(), "cannot open the articles' folder") {
			t.Errorf("%q: %v, %v", missing, got, err)
		}
	}
}

func TestLoadKeepsWhatItKnows(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "甲", "b.txt", "乙")
	var parsed atomic.Int64
	l := &Loader{Dir: dir, Formats: []Format{plainFormat(&parsed)}}
	first := load(t, l)
	if err := os.WriteFile(filepath.Join(dir, "b.txt"), []byte("乙乙"), 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := l.Load(t.Context(), knownOf(first), nil)
	if err != nil || second.Articles[0] != first.Articles[0] || second.Articles[1].Text != "乙乙" || parsed.Load() != 3 {
		t.Errorf("%+v, %v, parsed %d times", second, err, parsed.Load())
	}
}

func TestLoadProgressAndCancel(t *testing.T) {
	t.Parallel()
	var files []string
	for _, c := range "abcdefghij" {
		files = append(files, string(c)+".txt", "正文")
	}
	l := &Loader{Dir: write(t, files...), Formats: []Format{plainFormat(nil)}, Workers: 3}
	var seen []int
	if _, err := l.Load(t.Context(), nil, func(s Step) { seen = append(seen, s.Done, s.Total) }); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 42 || !slices.IsSorted([]int{seen[0], seen[2], seen[40]}) || seen[0] != 0 || seen[40] != 10 || seen[41] != 10 {
		t.Errorf("progress: %v", seen)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err := l.Load(ctx, nil, func(s Step) {
		if s.Done == 3 {
			cancel()
		}
	})
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", got, err)
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2023-09-07": "2023-09-07T00:00:00Z", "2023/9/7": "2023-09-07T00:00:00Z", "2023.9.7": "2023-09-07T00:00:00Z",
		"2023年9月7日": "2023-09-07T00:00:00Z", "2023年 9月 7日 08:30": "2023-09-07T08:30:00Z", "２０２３－０９－０７": "2023-09-07T00:00:00Z",
		"20230907": "2023-09-07T00:00:00Z", "2023-09": "2023-09-01T00:00:00Z", "2023年9月": "2023-09-01T00:00:00Z",
		"2023-09-07T08:30:15+08:00": "2023-09-07T08:30:15+08:00", "2023-09-07T08:30:15.123Z": "2023-09-07T08:30:15Z",
		"2001-12-14 21:59:43.10 -5": "2001-12-14T21:59:43-05:00", "2023-09-07 08:30:15 +0800": "2023-09-07T08:30:15+08:00",
		"September 7, 2023": "2023-09-07T00:00:00Z", "7 Sep 2023": "2023-09-07T00:00:00Z", "2024-02-29": "2024-02-29T00:00:00Z",
		"2023年9月7日 星期四": "2023-09-07T00:00:00Z", "2023年9月7日 8时30分": "2023-09-07T08:30:00Z",
		"2023-02-30": "", "2023-13-01": "", "昨天": "", "": "", "2023": "", "123456789012": "", "2023-09-07 25:00": "", "13912345678": "",
	} {
		got, ok := ParseDate(in)
		if s := got.Format("2006-01-02T15:04:05Z07:00"); ok != (want != "") || ok && s != want {
			t.Errorf("ParseDate(%q) = %s, %v; want %q", in, s, ok, want)
		}
	}
}

func TestParseURLAndTags(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" https://example.com/a?b=c ": "https://example.com/a?b=c", "http://example.com": "http://example.com",
		"javascript:alert(1)": "", "//example.com": "", "ftp://example.com/a": "", "https://u:p@example.com/": "", "example.com": "", "": "",
	} {
		if got, ok := ParseURL(in); got != want || ok != (want != "") {
			t.Errorf("ParseURL(%q) = %q, %v", in, got, ok)
		}
	}
	if got := ParseTags("大模型、人工智能，AI, #算力", "AI", " ; machine learning"); !slices.Equal(got, []string{"大模型", "人工智能", "AI", "算力", "machine learning"}) {
		t.Errorf("tags: %q", got)
	}
}
