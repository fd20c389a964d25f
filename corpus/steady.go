package corpus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// settle is how long a file that is moving is left in peace before the next look.
	settle = 50 * time.Millisecond
	// patience is for how long, in all, a load waits for files that programs have open: one
	// that is being saved is whole soon, one that is being copied must not hold up the rest.
	patience = 200 * time.Millisecond
	// unsettled is for how long after the last writing a file may still be moving where
	// the system doesn't tell whether a program has it open for writing.
	unsettled = 500 * time.Millisecond
	// maxHold is for how long after its last writing a file is left to the program that
	// has it open for writing. Some never close theirs.
	maxHold = 30 * time.Second
)

var (
	errMoving = errors.New("the file is still being written; it will be read when it is whole")
	errHeld   = fmt.Errorf("%w", errMoving) // by a program that has it open
)

// passing is an error that may be gone the next time: it says nothing of the file.
type passing struct{ error }

func (e passing) Unwrap() error { return e.error }

// moving returns errMoving or errHeld if a file is being written: a program has it open for
// that and wrote to it not long ago.
func moving(f *os.File, info fs.FileInfo) error {
	age := time.Since(info.ModTime()).Abs() // clocks of file servers may go ahead
	if age >= maxHold {
		return nil
	}
	held, known := heldForWriting(f)
	switch {
	case held:
		return errHeld
	case !known && age < unsettled:
		return errMoving
	}
	return nil
}

// open never waits: without O_NONBLOCK, opening a named pipe that took the place of
// a file since it was listed would hang until somebody writes to it.
func open(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func openAt(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// readSteady reads a whole file, and again if it is moving, as long as the patience of a load
// that began at start lasts.
func readSteady(ctx context.Context, root *os.Root, name string, most int64, start time.Time) ([]byte, error) {
	for {
		data, err := readOnce(ctx, root, name, most)
		until := start.Add(unsettled + settle)
		if errors.Is(err, errHeld) {
			until = start.Add(patience)
		}
		if !errors.Is(err, errMoving) || time.Now().After(until) {
			return data, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(settle):
		}
	}
}

func readOnce(ctx context.Context, root *os.Root, name string, most int64) ([]byte, error) {
	f, err := open(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("the file vanished before it could be read")
	case errors.Is(err, fs.ErrPermission):
		return nil, passing{errors.New("no permission to read the file; give the service the right to read it")}
	case err != nil:
		return nil, passing{fmt.Errorf("cannot open the file: %w", reasonOf(err))}
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	before, err := f.Stat()
	if err != nil {
		return nil, passing{fmt.Errorf("cannot read the file: %w", reasonOf(err))}
	}
	switch {
	case !before.Mode().IsRegular():
		return nil, fmt.Errorf("this is %s, not a file", kindOf(before.Mode()))
	case before.Size() > most:
		return nil, fmt.Errorf("the file has %d bytes, more than the limit of %d; split it or raise the limit", before.Size(), most)
	}
	if err := moving(f, before); err != nil {
		return nil, passing{err}
	}
	data := make([]byte, before.Size()+1) // one more, to see it grow
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, passing{fmt.Errorf("cannot read the file: %w", reasonOf(err))}
	}
	after, err := f.Stat()
	if err != nil {
		return nil, passing{fmt.Errorf("cannot read the file: %w", reasonOf(err))}
	}
	if int64(n) != before.Size() || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, passing{errMoving}
	}
	return data[:n], ctx.Err()
}
