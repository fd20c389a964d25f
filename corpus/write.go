package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"syscall"
	"time"
)

// Writer takes files into the folder of a Loader and out of it. It never leaves the
// folder, a file appears in it whole or not at all, and what it replaces or removes
// goes to the folder's trash. Set the fields before the first call; all methods are
// safe for concurrent use. Errors are *WriteError unless they are ctx's or those of
// the reader that was handed in.
type Writer struct {
	Loader *Loader // its folder, its formats and the limits of a file

	// Served returns the path of a file that holds exactly the articles with these
	// hashes and is served already, or "". nil: the folder alone is looked at.
	Served func(hashes [][32]byte) string

	mu     sync.Mutex          // while a file takes or leaves its place
	recent map[[32]byte]string // hash of a file → its path, of those taken in lately
	once   sync.Once
	tries  chan struct{} // holds one element while a file is read on trial
}

const (
	// stagePrefix begins the hidden folders in which files wait until they are whole.
	stagePrefix = ".yinju-upload-"
	// Trash is the hidden folder, in that of the articles, of what was replaced and
	// removed, each under the time of that and its old path.
	Trash = ".yinju-trash"
	// maxRecent bounds Writer.recent, which is begun anew when it is full.
	maxRecent = 10_000
)

// WriteKind sorts WriteErrors.
type WriteKind string

// The kinds of errors.
const (
	WriteBadName     WriteKind = "bad_name"     // the name or the folder can't be used
	WriteUnsupported WriteKind = "unsupported"  // no format has this extension
	WriteTooLarge    WriteKind = "too_large"    // more bytes than the Loader reads
	WriteUnreadable  WriteKind = "unreadable"   // no article could be read of it
	WriteExists      WriteKind = "exists"       // another file has the name
	WriteMissing     WriteKind = "missing"      // the file is not there
	WriteNoFolder    WriteKind = "no_folder"    // the folder of the articles is not there
	WriteNoSpace     WriteKind = "no_space"     // the disk is full, or the user's share of it
	WriteNotWritable WriteKind = "not_writable" // no right to write, or a read-only disk
	WriteFailed      WriteKind = "failed"       // anything else
)

// WriteError says why a file was not taken in or out.
type WriteError struct {
	Kind   WriteKind
	Path   string // valid UTF-8; may be empty
	Reason string // a sentence for the editor
	Err    error  // the cause; may be nil
}

func (e *WriteError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

func (e *WriteError) Unwrap() error { return e.Err }

// writeError sorts what the file system says.
func writeError(name string, err error) error {
	e := &WriteError{Kind: WriteFailed, Path: name, Err: err}
	switch {
	case errors.As(err, new(*WriteError)):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Kind, e.Reason = WriteNoSpace, "there is no room left on the disk; make some and send the file again"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Kind, e.Reason = WriteNotWritable, "the service may not write there; give it the right to"
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Reason = WriteNoFolder, "the folder vanished; make it again and send the file again"
	default:
		e.Reason = fmt.Sprintf("it could not be written: %v", reasonOf(err))
	}
	return e
}

func (w *Writer) init() {
	w.once.Do(func() {
		w.tries = make(chan struct{}, 1)
		w.recent = make(map[[32]byte]string)
	})
}

// open opens the folder anew each time: another one may have taken its place.
func (w *Writer) open() (*os.Root, error) {
	w.init()
	root, err := os.OpenRoot(w.Loader.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &WriteError{Kind: WriteNoFolder, Reason: fmt.Sprintf("the articles' folder %q is not there; make it again", w.Loader.Dir), Err: err}
	}
	if err != nil {
		return nil, writeError("", err)
	}
	return root, nil
}

// CleanUp removes what uploads left behind whose process was killed. Those under way,
// in this process or another, stay.
func (w *Writer) CleanUp() error {
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // only removals, which tell their own errors
	dir, err := root.Open(".")
	if err != nil {
		return writeError("", err)
	}
	entries, err := dir.ReadDir(-1)
	_ = dir.Close() // opened for reading only
	if err != nil {
		return writeError("", err)
	}
	var errs []error
	for _, e := range entries {
		if e.IsDir() && isStage(e.Name()) && abandoned(root, e.Name()) {
			errs = append(errs, root.RemoveAll(e.Name()))
		}
	}
	return errors.Join(errs...)
}

func isStage(name string) bool {
	return len(name) > len(stagePrefix) && name[:len(stagePrefix)] == stagePrefix
}

// Remove moves a file, named by its path in the folder, and the metadata that is its
// alone to the trash and returns its path there.
func (w *Writer) Remove(ctx context.Context, name string) (trash string, err error) {
	root, err := w.open()
	if err != nil {
		return "", err
	}
	defer root.Close() //nolint:errcheck // the moves tell their own errors
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	info, err := root.Lstat(name)
	switch {
	case !fs.ValidPath(name), err == nil && info.IsDir():
		return "", &WriteError{Kind: WriteBadName, Path: printable(name), Reason: "this is not the path of a file in the folder"}
	case errors.Is(err, fs.ErrNotExist):
		return "", &WriteError{Kind: WriteMissing, Path: name, Reason: "the file is not there any more", Err: err}
	case err != nil:
		return "", writeError(name, err)
	}
	trash = trashPath(name)
	if err := root.MkdirAll(path.Dir(trash), 0o755); err != nil {
		return "", writeError(Trash, err)
	}
	err = root.Rename(name, trash)
	if errors.Is(err, syscall.EXDEV) { // a disk of its own below the folder
		if err = copyFile(root, name, trash); err == nil {
			err = root.Remove(name)
		}
	}
	if err != nil {
		return "", writeError(name, err)
	}
	for _, ext := range []string{".yaml", ".yml"} { // its metadata would be that of nothing
		_ = root.Rename(name+ext, trash+ext) // mostly there is none
	}
	syncFolders(root, path.Dir(name), path.Dir(trash))
	return trash, nil
}

// Holds reports whether a file stands at a path in the folder.
func (w *Writer) Holds(name string) bool {
	root, err := w.open()
	if err != nil {
		return false
	}
	defer root.Close() //nolint:errcheck // only looked at
	_, err = root.Lstat(name)
	return err == nil
}

// trashPath is where what stands at a path goes now.
func trashPath(name string) string {
	return path.Join(Trash, time.Now().UTC().Format("20060102T150405.000000000Z"), name)
}

// syncFolders makes names that have changed survive a power cut. Some systems can't,
// and what was done is done all the same.
func syncFolders(root *os.Root, folders ...string) {
	for _, name := range folders {
		if f, err := root.Open(name); err == nil {
			_ = f.Sync()
			_ = f.Close()
		}
	}
}
