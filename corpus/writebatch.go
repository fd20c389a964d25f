package corpus

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// Batch is some files on their way into the folder: each is staged whole, outside the
// articles' sight, then placed. One goroutine uses a Batch and closes it.
type Batch struct {
	w      *Writer
	root   *os.Root
	dir    string   // hidden, in the root
	handle *os.File // of dir; its lock says that the batch is alive
	count  int
}

// Staged is a file that has come whole and was read on trial.
type Staged struct {
	Name     string // safe
	Articles int
	Whole    bool      // the file is one article, neither a table nor an archive
	Skipped  []Skipped // parts of it that could not be read
	Warnings []string

	file   string // path of the staged file
	hash   [32]byte
	hashes [][32]byte // of its articles
}

// Placing says where a staged file goes.
type Placing struct {
	Folder  string // below that of the articles; "" is that itself; made if it is not there
	Replace bool   // another file under this name goes to the trash
	Copies  bool   // it is taken in even if the folder has the same file under another name
}

// Placed says what became of a file.
type Placed struct {
	Path      string
	Done      PlaceDone
	Duplicate string // path of the file that has the same content, for PlacedDuplicate
	Trash     string // path of the file that was replaced, for PlacedReplaced
}

// PlaceDone is what was done with a file.
type PlaceDone string

// What can be done with a file.
const (
	PlacedAdded     PlaceDone = "added"
	PlacedReplaced  PlaceDone = "replaced"
	PlacedUnchanged PlaceDone = "unchanged" // it was there already
	PlacedDuplicate PlaceDone = "duplicate" // it is there under another name, and was not taken in again
)

// Begin makes a Batch.
func (w *Writer) Begin() (*Batch, error) {
	root, err := w.open()
	if err != nil {
		return nil, err
	}
	b := &Batch{w: w, root: root, dir: stagePrefix + rand.Text()}
	if err := root.Mkdir(b.dir, 0o700); err != nil {
		_ = root.Close() // nothing was done with it
		return nil, writeError("", err)
	}
	if b.handle, err = root.Open(b.dir); err == nil {
		err = hold(b.handle)
	}
	if err != nil {
		return nil, errors.Join(writeError("", err), b.Close())
	}
	return b, nil
}

// Close removes what was not placed.
func (b *Batch) Close() error {
	err := b.root.RemoveAll(b.dir)
	if b.handle != nil {
		_ = b.handle.Close() // opened for reading only
	}
	_ = b.root.Close() // as above
	if err != nil {
		return writeError(b.dir, err)
	}
	return nil
}

// Stage reads a file to its end into the batch, and reads its articles on trial: what
// the Loader would skip is refused here. Nothing of it is held in memory afterwards.
func (b *Batch) Stage(ctx context.Context, name string, content io.Reader) (*Staged, error) {
	safe, err := SafeName(name)
	if err != nil {
		return nil, err
	}
	formats := b.w.Loader.byExtension()
	if formats[extension(safe)] == nil {
		s := &scanner{formats: formats}
		return nil, &WriteError{Kind: WriteUnsupported, Path: safe, Reason: s.unsupported(extension(safe))}
	}
	b.count++
	s := &Staged{Name: safe, file: path.Join(b.dir, strconv.Itoa(b.count))}
	if err := b.receive(ctx, s, content); err != nil {
		_ = b.root.Remove(s.file) // else Close does
		return nil, err
	}
	if err := b.try(ctx, s); err != nil {
		_ = b.root.Remove(s.file) // as above
		return nil, err
	}
	return s, nil
}

// receive writes the content to the staged file.
func (b *Batch) receive(ctx context.Context, s *Staged, content io.Reader) error {
	f, err := b.root.OpenFile(s.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return writeError(s.Name, err)
	}
	most := cmp.Or(b.w.Loader.MaxFileBytes, 16<<20)
	sum := sha256.New()
	n, err := copyAll(ctx, f, sum, io.LimitReader(content, most+1))
	if err == nil && n > most {
		err = &WriteError{Kind: WriteTooLarge, Path: s.Name, Reason: fmt.Sprintf("the file has more than %d bytes; split it or raise the limit", most)}
	}
	if err == nil {
		err = onDisk(f.Sync())
	}
	if closed := f.Close(); err == nil {
		err = onDisk(closed)
	}
	var disk diskError
	if errors.As(err, &disk) {
		return writeError(s.Name, disk.error)
	}
	sum.Sum(s.hash[:0])
	return err
}

// diskError tells an error of the disk from one of the reader that was handed in.
type diskError struct{ error }

func onDisk(err error) error {
	if err == nil {
		return nil
	}
	return diskError{err}
}

func copyAll(ctx context.Context, to io.Writer, sum hash.Hash, from io.Reader) (n int64, err error) {
	buffer := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		got, err := from.Read(buffer)
		sum.Write(buffer[:got])
		if _, wrong := to.Write(buffer[:got]); wrong != nil {
			return n, onDisk(wrong)
		}
		n += int64(got)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// try reads the articles of a staged file as the Loader would, one file at a time, since
// that takes memory.
func (b *Batch) try(ctx context.Context, s *Staged) error {
	select {
	case b.w.tries <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.w.tries }()
	data, err := b.root.ReadFile(s.file)
	if err != nil {
		return writeError(s.Name, err)
	}
	file := b.w.Loader.try(ctx, s.Name, data, s.hash)
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(file.Articles) == 0 {
		return &WriteError{Kind: WriteUnreadable, Path: s.Name, Reason: reasonsOf(file)}
	}
	s.Articles, s.Skipped = len(file.Articles), file.Skipped
	s.Whole = file.Articles[0].Path == s.Name
	for _, a := range file.Articles {
		s.hashes = append(s.hashes, a.Hash)
		s.Warnings = append(s.Warnings, a.Warnings...)
	}
	return nil
}

// reasonsOf says why a file has no articles.
func reasonsOf(f *File) string {
	if len(f.Skipped) == 0 {
		return "there is no article in the file"
	}
	first := f.Skipped[0]
	reason := first.Reason
	if first.Path != f.Path {
		reason = strings.TrimPrefix(first.Path, f.Path+"/") + ": " + reason
	}
	if more := len(f.Skipped) - 1; more > 0 {
		reason += fmt.Sprintf(" (and %d more)", more)
	}
	return reason
}

// try returns what would become of a file with this name and content.
func (l *Loader) try(ctx context.Context, name string, data []byte, hash [32]byte) *File {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(l.FileTimeout, time.Minute))
	defer cancel()
	s := &scanner{ctx: ctx, formats: l.byExtension()}
	r := &fileReader{Loader: l, ctx: ctx, scanner: s, path: name, file: &File{Path: name, Hash: hash}, modified: time.Now()}
	if err := r.take(ctx, part{name: name, format: s.formats[extension(name)], data: data, hash: hash}); err != nil {
		r.skip(name, err)
	}
	return r.finish()
}

// Place puts a staged file where it belongs, in one step: whoever looks sees it whole
// or the one before. Of two batches that place the same name one is told that it exists.
func (b *Batch) Place(ctx context.Context, s *Staged, p Placing) (*Placed, error) {
	folder, err := SafeFolder(p.Folder)
	if err != nil {
		return nil, err
	}
	name := path.Join(folder, s.Name)
	if strings.Count(name, "/") > cmp.Or(b.w.Loader.MaxDepth, 32) || len(name) > maxPath {
		return nil, badName(name, "the folder is nested too deep, or its path is too long; choose one further up")
	}
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := b.checkFolders(folder); err != nil {
		return nil, err
	}
	there, err := b.root.Lstat(name)
	switch exists := err == nil; {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, writeError(name, err)
	case exists && there.Mode()&^fs.ModePerm&^fs.ModeSymlink != 0:
		return nil, &WriteError{Kind: WriteExists, Path: name, Reason: "something that is no file has this name; choose another one"}
	case exists && b.hashOf(name) == s.hash:
		return &Placed{Path: name, Done: PlacedUnchanged}, nil
	case exists && !p.Replace:
		return nil, existsError(name)
	case exists:
		return b.replace(s, name, there)
	}
	if other := b.elsewhere(s); other != "" && !p.Copies {
		return &Placed{Path: name, Done: PlacedDuplicate, Duplicate: other}, nil
	}
	return b.add(s, name)
}

func existsError(name string) error {
	return &WriteError{Kind: WriteExists, Path: name, Reason: "another file has this name; rename the file, or ask for it to replace the other"}
}

// checkFolders refuses what is no folder of its own: the loader follows no links to folders.
func (b *Batch) checkFolders(folder string) error {
	for at := range parents(folder) {
		info, err := b.root.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return writeError(at, err)
		}
		if !info.IsDir() {
			return &WriteError{Kind: WriteBadName, Path: at, Reason: "this is a link or a file, not a folder; choose another folder"}
		}
	}
	return nil
}

// parents yields the folders of a path and itself, outermost first.
func parents(folder string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i <= len(folder); i++ {
			if (i == len(folder) || folder[i] == '/') && !yield(folder[:i]) {
				return
			}
		}
	}
}

// elsewhere returns the path of a file in the folder that has the same content.
func (b *Batch) elsewhere(s *Staged) string {
	candidates := []string{b.w.recent[s.hash]}
	if b.w.Served != nil {
		candidates = append(candidates, b.w.Served(s.hashes))
	}
	for _, name := range candidates {
		if name != "" && b.hashOf(name) == s.hash {
			return name
		}
	}
	return ""
}

// hashOf is the SHA-256 of a file in the folder, zero if it can't be read.
func (b *Batch) hashOf(name string) (sum [32]byte) {
	f, err := open(b.root, name)
	if err != nil {
		return sum
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > cmp.Or(b.w.Loader.MaxFileBytes, 16<<20) {
		return sum
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum
	}
	h.Sum(sum[:0])
	return sum
}

func (b *Batch) remember(s *Staged, name string) {
	if len(b.w.recent) >= maxRecent {
		clear(b.w.recent)
	}
	b.w.recent[s.hash] = name
}
