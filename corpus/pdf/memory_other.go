//go:build !linux && !darwin

package pdf

import "context"

type mapping []byte

func (mapping) unmap() {}

func (*engine) allocating(ctx context.Context) context.Context { return ctx }
