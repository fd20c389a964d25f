//go:build unix

package corpus

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestLoadOpensNothingSpecial(t *testing.T) {
	t.Parallel()
	dir := write(t, "a.txt", "正文。")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.txt"), 0o644); err != nil {
		t.Skip(err)
	}
	if s, err := net.Listen("unix", filepath.Join(dir, "s.txt")); err == nil {
		defer s.Close()
	} else {
		t.Skip(err)
	}
	if err := os.Symlink("pipe.txt", filepath.Join(dir, "topipe.txt")); err != nil {
		t.Skip(err)
	}
	got := load(t, &Loader{Dir: dir})
	if p := paths(got); p != "a.txt" {
		t.Errorf("articles: %s", p)
	}
	wantSkipped(t, got.Skipped, "pipe.txt", "a named pipe", "s.txt", "a socket", "topipe.txt", "a named pipe")

	// A pipe that took the place of a file after the folder was listed.
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := readOnce(t.Context(), root, "pipe.txt", 100); err == nil || !strings.Contains(err.Error(), "a named pipe") {
		t.Errorf("reading a pipe: %v", err)
	}
}

func TestLoadWithoutPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	dir := write(t, "a.txt", "正文。", "b.txt", "x", "sub/c.txt", "x")
	for _, name := range []string{"b.txt", "sub"} {
		name = filepath.Join(dir, name)
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o755) })
	}
	got := load(t, &Loader{Dir: dir})
	wantSkipped(t, got.Skipped, "b.txt", "no permission", "sub", "cannot read the folder: permission denied")
}

func TestReadSteadyRefusesWhatChangesUnderIt(t *testing.T) {
	t.Parallel()
	// Files of /proc say that they are empty and then are not, as a growing file does.
	root, err := os.OpenRoot("/proc/self")
	if err != nil {
		t.Skip(err)
	}
	defer root.Close()
	if data, err := readSteady(t.Context(), root, "status", 1<<20, time.Now()); !errors.Is(err, errMoving) {
		t.Errorf("got %d bytes, %v; want %v", len(data), err, errMoving)
	}
	if _, err := readSteady(t.Context(), root, "nothing.txt", 100, time.Time{}); err == nil || !strings.Contains(err.Error(), "vanished") {
		t.Errorf("vanished file: %v", err)
	}
}
