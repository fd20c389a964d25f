package corpus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"
)

func TestSafeName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"文章.md":                          "文章.md",
		"\xce\xc4\xd5\xc2.txt":           "文章.txt", // GBK
		"../../etc/b.md":                 "b.md",
		"a/../../b.md":                   "b.md",
		`C:\文章\b.md`:                     "b.md",
		"/abs.md":                        "abs.md",
		"-rf.md":                         "rf.md",
		"...x.md":                        "x.md",
		"CON.md":                         "_CON.md",
		"con":                            "_con",
		"nul.tar.md":                     "_nul.tar.md",
		"COM¹.txt":                       "_COM¹.txt",
		"console.md":                     "console.md",
		"x.md\x00.txt":                   "x.md.txt",
		"a\r\nb\tc.md":                   "a b c.md",
		"\u202egpj.md":                   "gpj.md",
		"a:b|c?.md":                      "a_b_c_.md",
		"x.md. . ":                       "x.md",
		"  空　格 .md":                      "空 格 .md",
		"e\u0301.md":                     "é.md",
		".md":                            "md",
		"问：“引号”？.md":                     "问：“引号”？.md",
		strings.Repeat("字", 2000):        strings.Repeat("字", 85),
		strings.Repeat("字", 100) + ".md": strings.Repeat("字", 84) + ".md",
	} {
		if got, err := SafeName(given); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
	}
	for _, given := range []string{"", "..", "/", "\x00", "~$报告.docx", "x.md~", "#x#", "Thumbs.db", "\xff\xff.md", "...", "a/", "\u200b"} {
		if got, err := SafeName(given); err == nil {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestSafeFolder(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": ".", ".": ".", "2026/十一月": "2026/十一月", "a/": "a", "e\u0301": "é"} {
		if got, err := SafeFolder(given); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
	}
	for _, given := range []string{"/", "/etc", "..", "a/..", "../a", "a//b", "./a", ".git", "a/.yinju-trash", "NUL", "a\x00", "a\\b", "C:", "~a", "a/~$b", "-a", "a ", "a.", "\xff", strings.Repeat("a/", 2000)} {
		if got, err := SafeFolder(given); err == nil {
			t.Errorf("%q became %q", given, got)
		}
	}
}

// A safe name stays in its folder, is hidden from nobody, and is safe again.
func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"a/../../b.md", "CON.md", ".md", "x.md\x00.txt", "\xce\xc4.txt", strings.Repeat("字", 99), "a.\u00a0", "~$x.md", "\u0344.md"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, given string) {
		name, err := SafeName(given)
		if err != nil {
			return
		}
		if !filepath.IsLocal(name) || filepath.Base(name) != name || name[0] == '.' || name[0] == '-' || len(name) > maxName || !utf8.ValidString(name) {
			t.Errorf("%q became %q", given, name)
		}
		if again, err := SafeName(name); err == nil && again != name {
			t.Errorf("%q became %q, then %q", given, name, again)
		}
	})
}

// writing is a folder with a Writer whose only format is text.
func writing(t *testing.T, files map[string]string) (*Writer, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, dir, name, text)
	}
	text := Format{Name: "text", Extensions: []string{".txt", ".md"}, Parse: func(_ context.Context, data []byte) (Parsed, error) {
		if strings.Contains(string(data), "broken") {
			return Parsed{}, errors.New("it is broken")
		}
		return Parsed{Text: string(data)}, nil
	}}
	return &Writer{Loader: &Loader{Dir: dir, Formats: []Format{text}, MaxFileBytes: 1000}}, dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// upload stages and places one file in a batch of its own.
func upload(w *Writer, name, text string, p Placing) (*Placed, error) {
	b, err := w.Begin()
	if err != nil {
		return nil, err
	}
	defer b.Close()
	s, err := b.Stage(context.Background(), name, strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return b.Place(context.Background(), s, p)
}

func kindOfError(err error) WriteKind {
	var e *WriteError
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// tree lists the files below a folder, without the times in the trash, and their text.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, file)
		if rest, ok := strings.CutPrefix(name, Trash+"/"); ok {
			_, rest, _ = strings.Cut(rest, "/")
			name = "trash/" + rest
		}
		data, _ := os.ReadFile(file)
		files[name] = string(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func expectTree(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if got := tree(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"old.md": "旧", "same.md": "一样"})
	w.Served = func([][32]byte) string { return "same.md" }
	for _, step := range []struct {
		name, text string
		p          Placing
		want       Placed
		wrong      WriteKind
	}{
		{"new.md", "新", Placing{}, Placed{Path: "new.md", Done: PlacedAdded}, ""},
		{"new.md", "新", Placing{}, Placed{Path: "new.md", Done: PlacedUnchanged}, ""},
		{"new.md", "又新", Placing{}, Placed{}, WriteExists},
		{"other.md", "新", Placing{}, Placed{Path: "other.md", Done: PlacedDuplicate, Duplicate: "new.md"}, ""},
		{"other.md", "一样", Placing{}, Placed{Path: "other.md", Done: PlacedDuplicate, Duplicate: "same.md"}, ""},
		{"copy.md", "一样", Placing{Copies: true}, Placed{Path: "copy.md", Done: PlacedAdded}, ""},
		{"old.md", "更新", Placing{Replace: true}, Placed{Path: "old.md", Done: PlacedReplaced}, ""},
		{"x.md", "深", Placing{Folder: "a/b/c"}, Placed{Path: "a/b/c/x.md", Done: PlacedAdded}, ""},
		{"x.md", "坏", Placing{Folder: "new.md/b"}, Placed{}, WriteBadName},
		{"x.md", "坏", Placing{Folder: "../b"}, Placed{}, WriteBadName},
		{"x.md", "坏", Placing{Folder: strings.Repeat("d/", 40)}, Placed{}, WriteBadName},
		{"x.pdf", "坏", Placing{}, Placed{}, WriteUnsupported},
		{".md", "坏", Placing{}, Placed{}, WriteUnsupported},
		{"x.md", "", Placing{}, Placed{}, WriteUnreadable},
		{"x.md", "broken", Placing{}, Placed{}, WriteUnreadable},
		{"x.md", strings.Repeat("x", 1001), Placing{}, Placed{}, WriteTooLarge},
		{"full.md", strings.Repeat("x", 1000), Placing{}, Placed{Path: "full.md", Done: PlacedAdded}, ""},
	} {
		got, err := upload(w, step.name, step.text, step.p)
		if step.wrong != "" {
			if kindOfError(err) != step.wrong {
				t.Errorf("%s %+v: %+v, %v; want %s", step.name, step.p, got, err, step.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %+v: %v", step.name, step.p, err)
			continue
		}
		if got.Trash = ""; *got != step.want {
			t.Errorf("%s %+v: %+v, want %+v", step.name, step.p, *got, step.want)
		}
	}
	expectTree(t, dir, map[string]string{
		"old.md": "更新", "trash/old.md": "旧", "same.md": "一样", "copy.md": "一样", "new.md": "新", "a/b/c/x.md": "深", "full.md": strings.Repeat("x", 1000),
	})
}

// What served once and is gone, or was edited since, is no duplicate.
func TestDuplicateMustStillBeThere(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"edited.md": "已改"})
	if _, err := upload(w, "a.md", "文", Placing{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	w.Served = func([][32]byte) string { return "edited.md" }
	got, err := upload(w, "b.md", "文", Placing{})
	if err != nil || got.Done != PlacedAdded {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"in/a.md": "内"})
	outside := t.TempDir()
	put(t, outside, "secret.md", "外")
	for link, to := range map[string]string{"out": outside, "inner": "in", "file.md": filepath.Join(outside, "secret.md")} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"out", "out/deeper", "inner"} {
		if got, err := upload(w, "x.md", "文", Placing{Folder: folder}); kindOfError(err) != WriteBadName {
			t.Errorf("%s: %+v, %v", folder, got, err)
		}
	}
	if _, err := upload(w, "file.md", "新", Placing{}); kindOfError(err) != WriteExists {
		t.Errorf("a link was overwritten: %v", err)
	}
	if _, err := w.Remove(t.Context(), "out/secret.md"); err == nil {
		t.Error("a file outside was removed")
	}
	for _, name := range []string{"../x.md", "", ".", "in", "/etc/passwd", "a\x00"} {
		if _, err := w.Remove(t.Context(), name); err == nil {
			t.Errorf("%q was removed", name)
		}
	}
	expectTree(t, outside, map[string]string{"secret.md": "外"})
}

func TestRemove(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"甲/a.md": "文", "甲/a.md.yaml": "title: 题"})
	trash, err := w.Remove(t.Context(), "甲/a.md")
	if err != nil || !w.Holds(trash) || w.Holds("甲/a.md") {
		t.Errorf("%q, %v", trash, err)
	}
	if _, err := w.Remove(t.Context(), "甲/a.md"); kindOfError(err) != WriteMissing {
		t.Errorf("again: %v", err)
	}
	expectTree(t, dir, map[string]string{"trash/甲/a.md": "文", "trash/甲/a.md.yaml": "title: 题"})
	loaded, err := w.Loader.Load(t.Context(), nil, nil)
	if err != nil || len(loaded.Articles)+len(loaded.Skipped) != 0 {
		t.Errorf("the trash was read: %+v, %v", loaded, err)
	}
}

// Whatever ends an upload, nothing of it stays.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, nil)
	cut := errors.New("cut off")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, content := range map[string]io.Reader{
		"cut":  io.MultiReader(strings.NewReader("half"), &failing{cut}),
		"full": strings.NewReader(strings.Repeat("x", 5000)),
	} {
		b, err := w.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Stage(t.Context(), "x.md", content); err == nil || name == "cut" && !errors.Is(err, cut) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.Stage(ctx, "x.md", strings.NewReader("文")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.Stage(t.Context(), "x.md", strings.NewReader("never placed")); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	expectTree(t, dir, map[string]string{})
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// What a killed process left is cleaned up; what another one is doing is not.
func TestCleanUp(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"a.md": "文", stagePrefix + "DEAD/1": "half", stagePrefix + "x.md": "a file"})
	b, err := w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, err := b.Stage(t.Context(), "b.md", strings.NewReader("来"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.CleanUp(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Place(t.Context(), s, Placing{}); err != nil {
		t.Errorf("an upload under way was cleaned up: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	expectTree(t, dir, map[string]string{"a.md": "文", "b.md": "来", stagePrefix + "x.md": "a file"})
}

// Of many uploads of one name one wins, whole.
func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, nil)
	var group sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		group.Go(func() { _, results[i] = upload(w, "x.md", fmt.Sprint("text ", i), Placing{}) })
	}
	group.Wait()
	won := slices.IndexFunc(results, func(err error) bool { return err == nil })
	for i, err := range results {
		if i != won && kindOfError(err) != WriteExists {
			t.Errorf("%d: %v, and %d won", i, err, won)
		}
	}
	expectTree(t, dir, map[string]string{"x.md": fmt.Sprint("text ", won)})
}

func TestFolderThatIsGone(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, nil)
	b, err := w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, err := b.Stage(t.Context(), "x.md", strings.NewReader("文"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Place(t.Context(), s, Placing{}); kindOfError(err) != WriteNoFolder {
		t.Errorf("placed: %v", err)
	}
	if _, err := w.Begin(); kindOfError(err) != WriteNoFolder {
		t.Errorf("begun: %v", err)
	}
	if _, err := w.Remove(t.Context(), "x.md"); kindOfError(err) != WriteNoFolder {
		t.Errorf("removed: %v", err)
	}
}

func TestWriteErrorsAreSorted(t *testing.T) {
	t.Parallel()
	for errno, want := range map[syscall.Errno]WriteKind{
		syscall.ENOSPC: WriteNoSpace, syscall.EDQUOT: WriteNoSpace, syscall.EACCES: WriteNotWritable,
		syscall.EROFS: WriteNotWritable, syscall.ENOENT: WriteNoFolder, syscall.EIO: WriteFailed,
	} {
		err := writeError("x.md", &fs.PathError{Op: "write", Path: "/secret/path", Err: errno})
		if kindOfError(err) != want || strings.Contains(err.Error(), "/secret") {
			t.Errorf("%v: %v", errno, err)
		}
	}
}

// On another disk a file is copied beside its name and placed from there.
func TestOtherDisk(t *testing.T) {
	t.Parallel()
	w, dir := writing(t, map[string]string{"sub/b.md": "旧"})
	b, err := w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, err := b.Stage(t.Context(), "a.md", strings.NewReader("文"))
	if err != nil {
		t.Fatal(err)
	}
	err = b.near(s, "sub/a.md", func(file string) error {
		if file == s.file {
			return syscall.EXDEV
		}
		return takeFreeName(b.root, file, "sub/a.md")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.near(s, "sub/b.md", func(string) error { return syscall.EXDEV }); !errors.Is(err, syscall.EXDEV) {
		t.Error(err)
	}
	if err := copyFile(b.root, "sub/b.md", "kept.md"); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	expectTree(t, dir, map[string]string{"sub/a.md": "文", "sub/b.md": "旧", "kept.md": "旧"})
}
