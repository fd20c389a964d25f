package corpus

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// fingerprint tells two states of a folder apart by names, sizes, times, modes and inodes.
type fingerprint [sha256.Size]byte

type fingerprinter struct{ hash.Hash }

// add adds a path; info is nil for what cannot be looked at, and for a folder.
func (f fingerprinter) add(path string, info fs.FileInfo) {
	b := append([]byte(path), 0)
	if info != nil {
		b = binary.BigEndian.AppendUint64(b, uint64(info.Size()))
		b = binary.BigEndian.AppendUint64(b, uint64(info.ModTime().UnixNano()))
		b = binary.BigEndian.AppendUint32(b, uint32(info.Mode()))
		b = binary.BigEndian.AppendUint64(b, stampOf(info).Inode)
	}
	_, _ = f.Write(b) // a hash never fails
}

// look takes the fingerprint of the folder; it never reads a file. A file that is being
// written is in it by its name, and in r.moving. With watch it asks for the events of folders
// that have come without one.
func (r *watch) look(watch bool) (sum fingerprint) {
	start := time.Now()
	h := fingerprinter{sha256.New()}
	r.moving = nil
	watch = watch && r.events != nil
	_ = filepath.WalkDir(r.root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case r.root == "":
			return fs.SkipAll
		case entry != nil && entry.IsDir() && path != r.root && hidden(entry.Name()):
			return fs.SkipDir
		case err != nil:
			h.add(path+"/", nil)
			return nil //nolint:nilerr // a folder that cannot be read is a state as well
		case entry.IsDir():
			watch = watch && r.add(path)
			h.add(path, nil)
		case !unwatched(entry.Name()):
			r.lookAt(h, path, entry)
		}
		return nil
	})
	r.took = time.Since(start)
	h.Sum(sum[:0])
	return sum
}

func (r *watch) lookAt(h fingerprinter, path string, entry fs.DirEntry) {
	info, err := entry.Info()
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		info, err = os.Stat(path) // what it leads to
	}
	switch {
	case err != nil:
		h.add(path, nil)
	case time.Since(info.ModTime()).Abs() < maxHold && movingAt(path):
		r.moving = append(r.moving, path)
		h.add(path+"\x00moving", nil)
	default:
		h.add(path, info)
	}
}

// movingAt says whether the file under a path is being written.
func movingAt(path string) bool {
	f, err := openAt(path)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular() && moving(f, info) != nil
}
