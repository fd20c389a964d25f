package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
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
	unread   map[string]error // folders that could not be read, though they are there
	lost     map[string]bool  // files in them
	start    time.Time        // of the load
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
		case strings.HasPrefix(e.Name(), "."), e.IsDir() && systemFolder(e.Name()), !e.IsDir() && temporary(e.Name()):
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
				if !errors.Is(err, fs.ErrNotExist) {
					s.unread[name] = err
				}
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
		case err != nil && s.formats[extension(name)] != nil:
			s.files = append(s.files, name) // reading it says why, and it may have been read earlier
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
	default:
		s.skip(name, "%s", s.unsupported(ext))
	}
}

// stamp returns the zero Stamp of what cannot be looked at, and when it was written.
func (s *scanner) stamp(name string) (Stamp, time.Time) {
	if name == "" {
		return Stamp{}, time.Time{}
	}
	info, err := s.root.Stat(name)
	if err != nil {
		return Stamp{}, time.Time{}
	}
	return stampOf(info), info.ModTime()
}

// keepUnread adds the files in folders that could not be read and that are known.
func (s *scanner) keepUnread(known Known) {
	if len(s.unread) == 0 || known == nil {
		return
	}
	s.lost = make(map[string]bool)
	for name := range known.Paths() {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if s.unread[dir] != nil {
				s.files = append(s.files, name)
				s.lost[name] = true
				break
			}
		}
	}
}

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

// temporary tells the files that editors, office programs, copying programs and browsers
// leave while they work. Those whose names begin with a dot are hidden anyway.
func temporary(name string) bool {
	switch extension(name) {
	case ".swp", ".swo", ".swx", ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload", ".aria2":
		return true
	}
	return strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") ||
		len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#' ||
		name == "4913" || // by which vim tries whether it may write
		strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

// systemFolder tells the folders that file servers and systems put among those of people.
func systemFolder(name string) bool {
	switch strings.ToLower(name) {
	case "@eadir", "#recycle", "#snapshot", "@recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx":
		return true
	}
	return false
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
