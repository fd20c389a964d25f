package main

import (
	"fmt"
	"strconv"
	"strings"
)

// byteSize is a number of bytes, written as 512KiB, 16MiB or 1GiB, or plain.
type byteSize int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *byteSize) UnmarshalText(text []byte) error {
	number, factor := string(text), int64(1)
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if n, found := strings.CutSuffix(number, unit); found {
			number, factor = strings.TrimSpace(n), 1<<(10*(i+1))
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > (1<<40)/factor {
		return fmt.Errorf("%q is no size; write bytes, or 512KiB, 16MiB, 1GiB", text)
	}
	*b = byteSize(n * factor)
	return nil
}
