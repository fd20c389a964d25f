package corpus

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io/fs"
)

// fingerprint tells two states of a folder apart by names, sizes, times and modes.
type fingerprint [sha256.Size]byte

type fingerprinter struct{ hash.Hash }

func newFingerprint() fingerprinter { return fingerprinter{sha256.New()} }

// add adds a path; info is nil for a folder or what cannot be looked at.
func (f fingerprinter) add(path string, info fs.FileInfo) {
	b := append([]byte(path), 0)
	if info != nil {
		b = binary.BigEndian.AppendUint64(b, uint64(info.Size()))
		b = binary.BigEndian.AppendUint64(b, uint64(info.ModTime().UnixNano()))
		b = binary.BigEndian.AppendUint32(b, uint32(info.Mode()))
	}
	_, _ = f.Write(b) // a hash never fails
}

func (f fingerprinter) sum() (s fingerprint) {
	f.Sum(s[:0])
	return s
}
