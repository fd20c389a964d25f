package corpus

import (
	"errors"
	"os"
	"syscall"
)

// fSetLease is F_SETLEASE of fcntl(2), which package syscall lacks.
const fSetLease = 1024

// heldForWriting says whether any program has the file open for writing. The system
// knows: it grants a read lease, which is given back at once, only when none has. known is
// false where it doesn't tell, to all but the file's owner and the superuser, say.
func heldForWriting(f *os.File) (held, known bool) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, false
	}
	err = conn.Control(func(fd uintptr) {
		_, _, e := syscall.Syscall(syscall.SYS_FCNTL, fd, fSetLease, syscall.F_RDLCK)
		if e == 0 {
			_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, fSetLease, syscall.F_UNLCK) // closing the file does too
		}
		held, known = errors.Is(e, syscall.EAGAIN), e == 0 || errors.Is(e, syscall.EAGAIN)
	})
	return held, known && err == nil
}
