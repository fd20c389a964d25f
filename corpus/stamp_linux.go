package corpus

import (
	"io/fs"
	"syscall"
	"time"
)

// stampOf reads what tells a file that was written from one that wasn't.
func stampOf(info fs.FileInfo) Stamp {
	s := Stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Stamp{}
	}
	s.Inode = st.Ino
	s.Changed = time.Unix(st.Ctim.Unix()).UnixNano()
	return s
}
