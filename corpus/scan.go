package corpus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// scanner collects the paths of the articles under root.
type scanner struct {
	ctx      context.Context
	root     *os.Root
	formats  map[string]*Format // by extension
	maxDepth int

	files    []string
	sides    []string          // files with metadata
	sidecars map[string]string // file → the file with its metadata
	skipped  []Skipped
}

func (s *scanner) skip(name, format string, args ...any) {
	s.skipped = append(s.skipped, Skipped{Path: printable(name), Reason: fmt.Sprintf(format, args...)})
}

// scan adds the files of a folder and of those below it. The error is about this
// folder; one further down is a reason to skip that.
func (s *scanner) scan(dir string, depth int) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	f, err := open(s.root, dir)
	if err != nil {
		return reasonOf(err)
	}
	entries, err := f.ReadDir(-1)
	_ = f.Close() // opened for reading only
	if err != nil {
		return reasonOf(err)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), !e.IsDir() && temporary(e.Name()):
		case !utf8.ValidString(e.Name()):
			s.skip(name, "the file name is not valid UTF-8; rename the file")
		case !e.IsDir():
			s.file(name, e.Type())
		case depth >= s.maxDepth:
			s.skip(name, "the folder is nested more than %d deep; move it up", s.maxDepth)
		default:
			if err := s.scan(name, depth+1); s.ctx.Err() != nil {
				return s.ctx.Err()
			} else if err != nil {
				s.skip(name, "cannot read the folder: %v", err)
			}
		}
	}
	return nil
}

func (s *scanner) file(name string, mode fs.FileMode) {
	if mode&fs.ModeSymlink != 0 {
		info, err := s.root.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.skip(name, "the link leads nowhere; remove it")
			return
		case errors.Is(err, syscall.ELOOP), err != nil && strings.Contains(err.Error(), "too many"):
			s.skip(name, "the link leads back to itself; remove it")
			return
		case err != nil && strings.Contains(err.Error(), "escapes"):
			s.skip(name, "the link leads out of the folder; put a copy of the file here instead")
			return
		case err != nil:
			s.skip(name, "cannot follow the link: %v", reasonOf(err))
			return
		case info.IsDir():
			s.skip(name, "this is a link to a folder; only links to files are followed")
			return
		}
		mode = info.Mode()
	}
	ext := extension(name)
	switch {
	case !mode.IsRegular():
		s.skip(name, "this is %s, not a file", kindOf(mode))
	case s.formats[ext] != nil:
		s.files = append(s.files, name)
	case isSidecar(name):
		s.sides = append(s.sides, name)
	case ext == "":
		s.skip(name, "the name has no extension that tells its format; supported: %s", s.supported())
	default:
		s.skip(name, "unsupported format %s; supported: %s", ext, s.supported())
	}
}

// stamp returns the zero Stamp of what cannot be looked at.
func (s *scanner) stamp(name string) Stamp {
	if name == "" {
		return Stamp{}
	}
	info, err := s.root.Stat(name)
	if err != nil {
		return Stamp{}
	}
	return stampOf(info)
}

func (s *scanner) supported() string {
	return strings.Join(slices.Sorted(maps.Keys(s.formats)), ", ")
}

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

// temporary tells the files that editors, office programs and browsers leave while
// they work.
func temporary(name string) bool {
	switch extension(name) {
	case ".swp", ".swo", ".swx", ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download":
		return true
	}
	return strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") ||
		len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#' ||
		strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "something special"
	}
}

// printable shows a path that may hold invalid UTF-8 or control characters.
func printable(name string) string {
	q := strconv.Quote(name)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(q[1 : len(q)-1])
}

// open never waits: without O_NONBLOCK, opening a named pipe that took the place of
// a file since it was listed would hang until somebody writes to it.
func open(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// settle is how long a file that changed while it was read is left in peace.
const settle = 50 * time.Millisecond

var errMoving = errors.New("the file is still being written; it will be read when it is whole")

// readSteady reads a whole file, and again if it changed meanwhile.
func readSteady(ctx context.Context, root *os.Root, name string, most int64) ([]byte, error) {
	data, err := readOnce(ctx, root, name, most)
	if !errors.Is(err, errMoving) {
		return data, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(settle):
		return readOnce(ctx, root, name, most)
	}
}

func readOnce(ctx context.Context, root *os.Root, name string, most int64) ([]byte, error) {
	f, err := open(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("the file vanished before it could be read")
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New("no permission to read the file; give the service the right to read it")
	case err != nil:
		return nil, fmt.Errorf("cannot open the file: %w", reasonOf(err))
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	before, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read the file: %w", reasonOf(err))
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("this is %s, not a file", kindOf(before.Mode()))
	}
	if before.Size() > most {
		return nil, fmt.Errorf("the file has %d bytes, more than the limit of %d; split it or raise the limit", before.Size(), most)
	}
	data := make([]byte, before.Size()+1) // one more, to see it grow
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("cannot read the file: %w", reasonOf(err))
	}
	after, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read the file: %w", reasonOf(err))
	}
	if int64(n) != before.Size() || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, errMoving
	}
	return data[:n], ctx.Err()
}
