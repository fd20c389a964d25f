package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"yinju/rag"
	"yinju/rag/openai/openaitest"
)

// openTerminal makes a terminal, and what is shown on it.
func openTerminal(t *testing.T, columns uint16) (*os.File, *lockedBuffer) {
	t.Helper()
	outside, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatalf("there is no /dev/ptmx: %v", err)
	}
	call := func(f *os.File, request uintptr, argument unsafe.Pointer) {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(argument)); e != 0 {
			t.Fatalf("ioctl %#x: %v", request, e)
		}
	}
	var number, unlocked int32
	call(outside, syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	call(outside, syscall.TIOCGPTN, unsafe.Pointer(&number))
	inside, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	size := [4]uint16{24, columns}
	call(inside, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	shown, closed := &lockedBuffer{}, make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(shown, outside) // ends with an error when the inside is closed
	}()
	t.Cleanup(func() {
		_ = inside.Close()
		<-closed
		_ = outside.Close()
	})
	return inside, shown
}

// On a real terminal a person sees what is done while a slow server computes vectors, and
// no line is wider than the terminal.
func TestBarOnATerminal(t *testing.T) {
	t.Parallel()
	const columns = 60
	terminal, shown := openTerminal(t, columns)
	release := make(chan struct{})
	fake := openaitest.Server{Embed: func(text string, dimensions int) []float32 {
		<-release
		return openaitest.Characters(text, dimensions)
	}}
	url, stop := fake.Start()
	t.Cleanup(stop)
	dir := t.TempDir()
	write(t, dir, "a.md", "长江全长6300千米。")
	ended := make(chan error, 1)
	go func() {
		ended <- run(t.Context(), system{
			Args: []string{"ask", "长江有多长？", "-articles", dir, "-embed-model", "bge", "-embed-url", url},
			Env:  environment(map[string]string{"YINJU_DATA": t.TempDir()}), Stdout: io.Discard, Stderr: terminal,
		})
	}()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(shown.String(), "computing vectors: 0 of 1 passages"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no bar: %q", shown.String())
		}
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v: %s", err, shown.String())
	}
	for line := range strings.FieldsFuncSeq(shown.String(), func(r rune) bool { return r == '\r' || r == '\n' || r == 0x1b }) {
		if strings.Contains(line, "computing") && len([]rune(line)) > columns+4 { // the sequence before it
			t.Errorf("%q is wider than %d columns", line, columns)
		}
	}
}

// What is logged while the bar is there stands above it, whole.
func TestBarAndLog(t *testing.T) {
	t.Parallel()
	terminal, screen := openTerminal(t, 80)
	out := &swapWriter{w: terminal}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		drawProgress(terminal, out, func() rag.Progress {
			return rag.Progress{Phase: rag.PhaseEmbed, Done: 3, Total: 9, Rate: 2, ETAMS: 3000}
		}, done)
	}()
	for swapped := false; !swapped; time.Sleep(time.Millisecond) {
		out.mu.Lock()
		swapped = out.w != io.Writer(terminal)
		out.mu.Unlock()
	}
	if _, err := io.WriteString(out, "level=WARN msg=\"a line\"\n"); err != nil {
		t.Error(err)
	}
	close(done) // at once: the line must not be lost with the bar
	<-over
	if _, err := io.WriteString(out, "after\n"); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(5 * time.Second); !strings.Contains(screen.String(), "after\r\n"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q", screen.String())
		}
	}
	if got := screen.String(); !strings.Contains(got, "level=WARN msg=\"a line\"\r\n") {
		t.Errorf("%q", got)
	}
}
