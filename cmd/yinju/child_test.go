package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// child is a server in a process of its own, the binary as it is built for users.
type child struct {
	*server
	cmd *exec.Cmd
}

// buildBinary builds the binary into a folder of the test's.
func buildBinary(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "yinju")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// launch starts the binary and returns as soon as it listens.
func launch(t testing.TB, binary string, args ...string) *child {
	t.Helper()
	c := &child{server: &server{t: t, log: &lockedBuffer{}}, cmd: exec.CommandContext(t.Context(), binary, append([]string{"-listen", "127.0.0.1:0"}, args...)...)}
	c.cmd.Stderr = c.log
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.stop = sync.OnceValue(func() error {
		_ = c.cmd.Process.Signal(os.Interrupt) // it may be gone
		return c.cmd.Wait()
	})
	t.Cleanup(func() { _ = c.stop() }) // a killed one ends with an error
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(line, "http://")
	if address, _, _ = strings.Cut(address, " "); err != nil || !found {
		t.Fatalf("it said %q (%v); log:\n%s", line, err, c.log)
	}
	c.url = "http://" + strings.Replace(address, "localhost", "127.0.0.1", 1)
	return c
}

// untilReady waits for the first generation and returns when it served.
func (c *child) untilReady() time.Time {
	c.t.Helper()
	c.await("/readyz", http.StatusOK)
	return time.Now()
}

// megabytes reads VmRSS or VmHWM from the system.
func (c *child) megabytes(field string) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0 // not Linux
	}
	for line := range strings.Lines(string(data)) {
		if value, found := strings.CutPrefix(line, field+":"); found {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			if err != nil {
				c.t.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}
