// Package bounded reads what anybody may have made, ZIP archives and XML, within
// bounds: whatever is in them, it ends soon and takes little memory.
package bounded

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Limits bound what is read of an archive. Zero ones mean the defaults.
type Limits struct {
	Unpacked int64 // bytes, of all that is read; default 256 MiB
	Member   int64 // bytes of one file in it; default a quarter of Unpacked
	Ratio    int64 // of a file's unpacked to its packed bytes, if it has more than 1 MiB; default 200
	Entries  int   // files and folders in it; default 100,000
	Name     int   // bytes of a name with its folders; default 1,024
}

func (l Limits) withDefaults() Limits {
	l.Unpacked = cmp.Or(l.Unpacked, 256<<20)
	l.Member = cmp.Or(l.Member, l.Unpacked/4)
	l.Ratio = cmp.Or(l.Ratio, 200)
	l.Entries = cmp.Or(l.Entries, 100_000)
	l.Name = cmp.Or(l.Name, 1024)
	return l
}

// Archive is an opened ZIP archive. It is not safe for concurrent use.
type Archive struct {
	Entries []*Entry // the files in it, in its order

	limits Limits
	byName map[string]*Entry
	read   int64 // bytes unpacked so far
}

// Entry is a file in an archive.
type Entry struct {
	Name string // clean, slash-separated, UTF-8; of one with an Err perhaps not clean
	Err  error  // a sentence on why it cannot be read; nil if it can, as far as is known

	file       *zip.File
	start, end int64 // where it lies in the archive
}

// errDamaged is the reason for whatever archive/zip cannot make sense of.
var errDamaged = errors.New("the archive is damaged or was cut off, so that its list of contents cannot be read; make it or copy it again")

// Open reads the list of an archive's contents. The error, a sentence, is about the
// archive as a whole; what is wrong with one file in it stands in its Entry.
func Open(data []byte, limits Limits) (a *Archive, err error) {
	defer func() {
		if recover() != nil {
			a, err = nil, errDamaged
		}
	}()
	limits = limits.withDefaults()
	// The list is counted before anything is made of it: each of its entries has this mark.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > limits.Entries {
		return nil, fmt.Errorf("the archive has about %d entries, more than the limit of %d; split it", n, limits.Entries)
	}
	list, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if kind := Kind(data); kind != "" && kind != kindZip {
			return nil, fmt.Errorf("the file is %s, whatever its name says; give it its own extension, or save it in this format", kind)
		}
		return nil, errDamaged
	}
	a = &Archive{limits: limits, byName: make(map[string]*Entry)}
	names := decodeNames(list.File)
	for i, f := range list.File {
		folder := strings.HasSuffix(names[i], "/") || strings.HasSuffix(names[i], `\`) || f.Mode().IsDir()
		if folder && f.UncompressedSize64 == 0 {
			continue
		}
		a.Entries = append(a.Entries, a.entry(f, names[i], int64(len(data))))
	}
	a.findOverlaps()
	return a, nil
}

// entry looks at one file of the archive, which has so many bytes.
func (a *Archive) entry(f *zip.File, name string, size int64) *Entry {
	e := &Entry{Name: name, file: f}
	clean, err := a.limits.cleanName(name)
	if err != nil {
		e.Err = err
		return e
	}
	e.Name = clean
	offset, err := f.DataOffset()
	switch {
	case f.Mode()&fs.ModeSymlink != 0:
		e.Err = errors.New("this is a link, not a file; put a copy of the file into the archive instead")
	case !f.Mode().IsRegular():
		e.Err = errors.New("this is something special, not a file")
	case f.Flags&1 != 0:
		e.Err = errors.New("the file is encrypted with a password; unpack it, or pack it without one")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		e.Err = fmt.Errorf("the file is packed by a method that is not read (%s); pack it as a plain ZIP", methodName(f.Method))
	case err != nil || f.CompressedSize64 > uint64(size-offset):
		e.Err = errors.New("the archive is damaged here; make it or copy it again")
	default:
		e.start, e.end = offset, offset+int64(f.CompressedSize64)
	}
	if e.Err != nil {
		return e
	}
	if a.byName[clean] != nil {
		e.Err = errors.New("another file in the archive has the same name; only the first is read")
		return e
	}
	a.byName[clean] = e
	return e
}

// findOverlaps marks the files that share packed bytes with another, by which a small
// archive can hold any number of large files (D. Fifield, A better zip bomb, 2019).
func (a *Archive) findOverlaps() {
	placed := make([]*Entry, 0, len(a.Entries))
	for _, e := range a.Entries {
		if e.Err == nil && e.end > e.start {
			placed = append(placed, e)
		}
	}
	slices.SortStableFunc(placed, func(a, b *Entry) int { return cmp.Compare(a.start, b.start) })
	for i, end := 0, int64(0); i < len(placed); i++ {
		if e := placed[i]; e.start < end {
			e.Err = errors.New("the file shares its place in the archive with another, as only archives do that are made to harm; pack it again")
		}
		end = max(end, placed[i].end)
	}
}

// Find returns the file of a name, or nil.
func (a *Archive) Find(name string) *Entry {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if e := a.byName[clean]; e != nil {
		return e
	}
	for _, e := range a.Entries {
		if strings.EqualFold(e.Name, clean) {
			return e
		}
	}
	return nil
}

// errFull ends the reading of an archive.
var errFull = errors.New("unpacked, the archive is larger than the limit")

// Full reports whether the archive's budget of unpacked bytes is spent.
func Full(err error) bool { return errors.Is(err, errFull) }

// Read unpacks a file. The error is a sentence, or that of ctx.
func (a *Archive) Read(ctx context.Context, e *Entry) (data []byte, err error) {
	defer func() {
		if recover() != nil {
			data, err = nil, errors.New("the archive is damaged here; make it or copy it again")
		}
	}()
	if e.Err != nil {
		return nil, e.Err
	}
	r, err := e.file.Open()
	if err != nil {
		return nil, fmt.Errorf("the file cannot be unpacked (%w); make the archive again", err)
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	most := min(a.limits.Member, a.limits.Unpacked-a.read, max(1<<20, a.limits.Ratio*(e.end-e.start)))
	data, err = readAll(ctx, r, most+1)
	a.read += int64(len(data))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case int64(len(data)) <= most && err != nil:
		return nil, fmt.Errorf("the file is damaged (%w); make the archive or copy it again", err)
	case int64(len(data)) <= most:
		return data, nil
	case a.read > a.limits.Unpacked:
		return nil, fmt.Errorf("%w of %d bytes; split it or raise the limit", errFull, a.limits.Unpacked)
	case most == a.limits.Member:
		return nil, fmt.Errorf("unpacked, the file has more than %d bytes, the limit; split it", most)
	default:
		return nil, fmt.Errorf("the file is packed more than %d to 1, as only archives are that are made to harm; pack it again if it is not", a.limits.Ratio)
	}
}

// readAll reads at most so many bytes, by pieces: sizes in an archive may be lies.
func readAll(ctx context.Context, r io.Reader, most int64) ([]byte, error) {
	var b bytes.Buffer
	for int64(b.Len()) < most {
		if err := ctx.Err(); err != nil {
			return b.Bytes(), err
		}
		n, err := io.CopyN(&b, r, min(256<<10, most-int64(b.Len())))
		if errors.Is(err, io.EOF) {
			return b.Bytes(), nil
		}
		if err != nil {
			return b.Bytes(), err
		}
		if n == 0 {
			return b.Bytes(), io.ErrNoProgress
		}
	}
	return b.Bytes(), nil
}

// methodName names the packing methods of the ZIP specification that are met.
func methodName(method uint16) string {
	switch method {
	case 9:
		return "Deflate64"
	case 12:
		return "bzip2"
	case 14:
		return "LZMA"
	case 93:
		return "Zstandard"
	case 95:
		return "xz"
	case 98:
		return "PPMd"
	case 99:
		return "AES encryption"
	}
	return fmt.Sprintf("number %d", method)
}
