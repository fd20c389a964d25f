//go:build linux || darwin

package pdf

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// mapping is the memory of one instance: address space for all that it may use, of which
// the system gives what is touched. A slice that grows is copied again and again, and
// a file that fills it would leave three times as much to the garbage collector.
type mapping []byte

// Allocate implements experimental.MemoryAllocator.
func (e *engine) Allocate(_, most uint64) experimental.LinearMemory {
	m, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return &slice{}
	}
	e.mapped = m
	return mapping(m)
}

// Reallocate implements experimental.LinearMemory.
func (m mapping) Reallocate(size uint64) []byte {
	if size > uint64(len(m)) {
		return nil
	}
	return m[:size]
}

// Free implements experimental.LinearMemory. The memory may be in use yet, where a call
// is being broken off: unmap gives it back.
func (m mapping) Free() {}

func (m mapping) unmap() {
	if m != nil {
		_ = syscall.Munmap(m) // fails only for what is not mapped
	}
}

func (e *engine) allocating(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, e)
}

// slice is memory of the usual kind, for where no address space is left.
type slice []byte

// Reallocate implements experimental.LinearMemory.
func (s *slice) Reallocate(size uint64) []byte {
	*s = append(*s, make([]byte, int(size)-len(*s))...)
	return *s
}

// Free implements experimental.LinearMemory.
func (s *slice) Free() {}
