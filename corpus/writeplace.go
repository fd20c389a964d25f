package corpus

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// add places a file under a name that is free.
func (b *Batch) add(s *Staged, name string) (*Placed, error) {
	made, err := makeFolders(b.root, path.Dir(name))
	if err == nil {
		err = b.near(s, name, func(file string) error { return takeFreeName(b.root, file, name) })
	}
	if err != nil {
		for _, dir := range made {
			_ = b.root.Remove(dir) // it is empty, or somebody else's by now
		}
		if errors.Is(err, fs.ErrExist) {
			return nil, existsError(name)
		}
		return nil, writeError(name, err)
	}
	for _, dir := range made {
		syncFolders(b.root, path.Dir(dir))
	}
	syncFolders(b.root, path.Dir(name))
	b.remember(s, name)
	return &Placed{Path: name, Done: PlacedAdded}, nil
}

// replace places a file under the name of another, which goes to the trash. At every
// moment one of the two has the name.
func (b *Batch) replace(s *Staged, name string, there fs.FileInfo) (*Placed, error) {
	trash := trashPath(name)
	err := b.root.MkdirAll(path.Dir(trash), 0o755)
	if err == nil {
		err = keep(b.root, name, trash)
	}
	if err == nil && there.Mode().IsRegular() {
		err = b.root.Chmod(s.file, there.Mode().Perm())
	}
	if err == nil {
		err = b.near(s, name, func(file string) error { return b.root.Rename(file, name) })
	}
	if err != nil {
		_ = b.root.Remove(trash) // the file is in its place
		return nil, writeError(name, err)
	}
	syncFolders(b.root, path.Dir(trash), path.Dir(name))
	b.remember(s, name)
	return &Placed{Path: name, Done: PlacedReplaced, Trash: trash}, nil
}

// near calls move with the staged file, or with a copy beside its new name if that is
// on another disk.
func (b *Batch) near(s *Staged, name string, move func(file string) error) error {
	err := move(s.file)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	copied := path.Join(path.Dir(name), stagePrefix+rand.Text()+".tmp")
	if err = copyFile(b.root, s.file, copied); err == nil {
		err = move(copied)
	}
	if err != nil {
		_ = b.root.Remove(copied)
	}
	return err
}

// takeFreeName gives a file a name that nobody else has or gets at this moment.
func takeFreeName(root *os.Root, file, name string) error {
	err := root.Link(file, name)
	switch {
	case err == nil:
		return root.Remove(file)
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return err
	}
	// A file system without hard links. Only another program can take the name between
	// these two lines.
	if _, err := root.Lstat(name); err == nil {
		return fs.ErrExist
	}
	return root.Rename(file, name)
}

// keep gives what stands at a path a second one.
func keep(root *os.Root, name, second string) error {
	if err := root.Link(name, second); err == nil || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return err
	}
	return copyFile(root, name, second)
}

// copyFile copies a file and makes sure that it is on the disk.
func copyFile(root *os.Root, from, to string) error {
	in, err := open(root, from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // opened for reading only
	out, err := root.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		_ = root.Remove(to)
	}
	return err
}

// makeFolders makes a folder and those above it, and returns those that were not
// there, innermost first.
func makeFolders(root *os.Root, folder string) (made []string, err error) {
	if folder == "." {
		return nil, nil
	}
	err = root.Mkdir(folder, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if made, err = makeFolders(root, path.Dir(folder)); err == nil {
			err = root.Mkdir(folder, 0o755)
		}
	}
	if err == nil {
		made = append([]string{folder}, made...)
	}
	return made, err
}
