package sqlite

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

func TestAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	for err, full := range map[error]bool{
		&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}: true,
		&os.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}: true,
		&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:  false,
	} {
		told := file{path: "x"}.explain("written", err)
		if errors.Is(told, ErrFull) != full || !errors.Is(told, err) {
			t.Errorf("%v: told as %v", err, told)
		}
	}
}
