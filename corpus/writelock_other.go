//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package corpus

import (
	"os"
	"time"
)

// forgotten is after how long a staging folder is abandoned.
const forgotten = 24 * time.Hour

func hold(*os.File) error { return nil }

// abandoned reports whether a staging folder is too old for an upload under way.
func abandoned(root *os.Root, name string) bool {
	info, err := root.Stat(name)
	return err == nil && time.Since(info.ModTime()) > forgotten
}
