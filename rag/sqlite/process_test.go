//go:build unix

package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yinju/rag"
)

// roles are what this test binary does when it is started by one of its own tests.
var roles = map[string]func(dir string) error{
	"commit for ever": commitForEver,
	"hold the lock":   holdTheLock,
	"fill the disk":   fillTheDisk,
}

func TestMain(m *testing.M) {
	role := roles[os.Getenv("YINJU_TEST_ROLE")]
	if role == nil {
		os.Exit(m.Run())
	}
	if err := role(os.Getenv("YINJU_TEST_DIR")); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

// start runs a role in a process of its own and returns it and its output.
func start(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "YINJU_TEST_ROLE="+role, "YINJU_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // without an end until the process is waited for
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

const perCommit = 15

func commitKey(commit, part int) string { return fmt.Sprintf("c%d-p%d", commit, part) }

func commitKeys(from, to int) (keys []string) {
	for i := from; i < to; i++ {
		for j := range perCommit {
			keys = append(keys, commitKey(i, j))
		}
	}
	return keys
}

// commitForEver goes on after the last commit it finds, says so after each one,
// and now and then keeps the last three only.
func commitForEver(dir string) error {
	ctx := context.Background()
	c, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	if c.Damaged() != 0 {
		return errors.New("found damage")
	}
	last, err := lastCommit(ctx, c)
	for err == nil {
		last++
		blobs := []rag.Blob{{Kind: "last", Key: "last", Data: []byte(strconv.Itoa(last))}}
		for _, key := range commitKeys(last, last+1) {
			blobs = append(blobs, rag.Blob{Kind: "k", Key: key, Data: valueOf(key)})
		}
		if err = c.Commit(ctx, blobs); err == nil && last%4 == 0 {
			err = c.Keep(ctx, map[string][]string{"last": {"last"}, "k": commitKeys(last-2, last+1)})
		}
		fmt.Println(last)
	}
	return err
}

func lastCommit(ctx context.Context, c *Cache) (int, error) {
	found, err := c.Get(ctx, "last", []string{"last"})
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return strconv.Atoi(string(found["last"]))
}

func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	said := 0
	for round := range 10 {
		cmd, out := start(t, "commit for ever", dir)
		for range 1 + rand.IntN(6) {
			if !out.Scan() {
				t.Fatalf("round %d: the process ended by itself", round)
			}
			var err error
			if said, err = strconv.Atoi(out.Text()); err != nil {
				t.Fatal(out.Text())
			}
		}
		time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond) // the random moment
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed, so an error for sure
		c, err := Open(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		last, err := lastCommit(t.Context(), c)
		if err != nil || last < said || c.Damaged() != 0 {
			t.Fatalf("round %d: the last commit is %d (%v), %d was reported; %d damaged", round, last, err, said, c.Damaged())
		}
		for i := max(1, last-10); i < last+3; i++ {
			n := wantNoWrong(t, c, commitKeys(i, i+1))
			if n != 0 && n != perCommit || i == last && n == 0 || i > last && n != 0 {
				t.Errorf("round %d: %d of %d blobs of commit %d of %d", round, n, perCommit, i, last)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func holdTheLock(dir string) error {
	c, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		return err
	}
	fmt.Println("locked")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until killed
	return c.Close()
}

func TestLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, out := start(t, "hold the lock", dir)
	if !out.Scan() || out.Text() != "locked" {
		t.Fatalf("the other process said %q", out.Text())
	}
	_, err := Open(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), strconv.Itoa(cmd.Process.Pid)) {
		t.Errorf("got %v; want ErrLocked with the folder and process %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, so an error for sure
	open(t, dir)
}

// fillTheDisk meets a limit on the size of files, the nearest thing to a full disk.
func fillTheDisk(dir string) error {
	ctx := context.Background()
	c, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	small := rag.Blob{Kind: "k", Key: "small", Data: []byte("small")}
	if err := c.Commit(ctx, []rag.Blob{small}); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	full := limit
	full.Cur = 300 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	large := rag.Blob{Kind: "k", Key: "large", Data: bytes.Repeat([]byte("x"), 1<<20)}
	err = c.Commit(ctx, []rag.Blob{{Kind: "k", Key: "other"}, large, {Kind: "k", Key: "small", Data: []byte("new")}})
	if err == nil || !strings.Contains(err.Error(), "could not be written") || !strings.Contains(err.Error(), "disk") {
		return fmt.Errorf("Commit on a full disk: %w", err)
	}
	found, err := c.Get(ctx, "k", []string{"small", "large", "other"})
	if err != nil || len(found) != 1 || string(found["small"]) != "small" {
		return fmt.Errorf("after the failed Commit: %q, %w", found, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := c.Commit(ctx, []rag.Blob{large}); err != nil {
		return fmt.Errorf("Commit with room again: %w", err)
	}
	if c.Damaged() != 0 {
		return errors.New("a full disk was taken for damage")
	}
	if err := c.Close(); err != nil {
		return err
	}
	full.Cur = 1 << 10 // now not even an empty cache can be made
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	if c, err := Open(ctx, Options{Dir: dir}); err == nil || c != nil {
		return errors.New("Open on a full disk is no error")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if c, err = Open(ctx, Options{Dir: dir}); err != nil {
		return err
	}
	found, err = c.Get(ctx, "k", []string{"small", "large"})
	if err != nil || len(found) != 2 || c.Damaged() != 0 {
		return fmt.Errorf("after a full disk at start: %d blobs, %d damaged, %w", len(found), c.Damaged(), err)
	}
	return c.Close()
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	cmd, out := start(t, "fill the disk", t.TempDir())
	for out.Scan() {
		t.Error(out.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
