//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package corpus

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// forgotten is after how long a staging folder is abandoned that cannot be locked.
const forgotten = 24 * time.Hour

// hold locks a staging folder until its handle is closed or the process ends.
func hold(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EBADF) || errors.Is(err, syscall.EINVAL) {
		return nil // a network folder without locks: its age tells
	}
	return err
}

// abandoned reports whether no process holds a staging folder.
func abandoned(root *os.Root, name string) bool {
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil || errors.Is(err, syscall.EWOULDBLOCK) {
		return err == nil
	}
	info, err := f.Stat()
	return err == nil && time.Since(info.ModTime()) > forgotten
}
