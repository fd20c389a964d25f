package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrLocked is what Open returns, in a longer sentence, when the data folder is
// in use.
var ErrLocked = errors.New("the data folder is in use")

// lock takes the data folder for this process and this Cache. The operating
// system frees it when the process ends, however it ends. The file stays: to
// remove it would let two processes lock two files of one name.
func lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, "lock")
	f := flock.New(path)
	taken, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be locked: %w; let this user write there, or choose another data folder", dir, err)
	}
	if !taken {
		return nil, fmt.Errorf("%w: %s is used by %s; stop that one, or choose another data folder for this one", ErrLocked, dir, holder(path))
	}
	// For the sentence above only, so a failure is none.
	_ = os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	return func() { _ = f.Close() }, nil
}

// holder names the process that wrote the lock file.
func holder(path string) string {
	data, err := os.ReadFile(path)
	pid, err2 := strconv.Atoi(strings.TrimSpace(string(data)))
	switch {
	case err != nil || err2 != nil:
		return "another process"
	case pid == os.Getpid():
		return "this very process (" + strconv.Itoa(pid) + ")"
	}
	return "process " + strconv.Itoa(pid)
}
