package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yinju/corpus"
	"yinju/rag"
	"yinju/rag/sqlite"
)

// littleSpace is what a disk should have left for a cache, in bytes.
const littleSpace = 1 << 30

// dataFolder looks at the folder of the cache and tells whether a Yinju has it.
func (d *diagnosis) dataFolder(ctx context.Context, data string) (locked bool) {
	info, err := os.Stat(data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := canWrite(existing(data)); err != nil {
			d.fail("data", "The folder %s is not there and can't be made: %v; choose another one by -data.", data, err)
			return false
		}
		d.ok("data", "The folder %s will be made at the first start.", data)
		return false
	case err != nil:
		d.fail("data", "The folder %s can't be looked at: %v; choose another one by -data.", data, err)
		return false
	case !info.IsDir():
		d.fail("data", "%s is a file; name a folder by -data.", data)
		return false
	}
	if err := canWrite(data); err != nil {
		d.fail("data", "The folder %s can't be written: %v; let this user write there, or choose another one by -data.", data, err)
		return false
	}
	return d.cache(ctx, data)
}

func (d *diagnosis) cache(ctx context.Context, data string) (locked bool) {
	var warnings []string
	cache, err := sqlite.Open(ctx, sqlite.Options{Dir: data, Warn: func(m string) { warnings = append(warnings, m) }})
	switch {
	case errors.Is(err, sqlite.ErrLocked):
		d.ok("data", "A running yinju has the folder %s (%s); its cache was left alone.", data, sizeWords(sizeOf(data)))
		return true
	case err != nil:
		d.fail("cache", "%v.", err)
		return false
	}
	damaged := cache.Damaged()
	if err := cache.Close(); err != nil {
		d.warn("cache", "It could not be closed: %v.", err)
	}
	for _, w := range warnings {
		d.warn("cache", "%s", w)
	}
	if damaged > 0 {
		d.warn("cache", "%d damaged entries were thrown away; they are computed again.", damaged)
	}
	d.ok("data", "The folder %s can be written; its cache, checked entry by entry, has %s.", data, sizeWords(sizeOf(data)))
	return false
}

// existing is the nearest folder above path that is there.
func existing(path string) string {
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

func canWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".yinju-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// sizeOf adds up the cache's files, which lie directly in the folder.
func sizeOf(dir string) (bytes int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
	}
	return bytes
}

func sizeWords(bytes int64) string {
	if bytes >= 1e9 {
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

func (d *diagnosis) space(data string) {
	free, known := freeSpace(existing(data))
	switch {
	case !known:
	case free < littleSpace:
		d.warn("disk", "Only %s are free where the cache is; make room, or choose another place by -data.", sizeWords(free))
	default:
		d.ok("disk", "%s are free where the cache is.", sizeWords(free))
	}
}

// listen tells whether the address is free, or who has it.
func (d *diagnosis) listen(ctx context.Context, address string, locked bool) {
	host, _, _ := net.SplitHostPort(address) // it has been checked with the settings
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		d.warn("listen", "%s can be reached from other machines, and Yinju asks nobody who they are; put a proxy in front, or listen on 127.0.0.1.", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		_ = listener.Close() // nobody has come in
		if locked {
			d.ok("listen", "%s is free; the running yinju listens elsewhere.", address)
		} else {
			d.ok("listen", "%s is free.", address)
		}
		return
	}
	if running := yinjuAt(ctx, address); running != "" {
		d.ok("listen", "On %s runs %s.", address, running)
		return
	}
	d.fail("listen", "%s can't be listened on: %v; stop the program that is there, or take another address by -listen.", address, err)
}

// yinjuAt returns the version of the Yinju that answers at an address, empty if none does.
func yinjuAt(ctx context.Context, address string) string {
	host, port, _ := net.SplitHostPort(address) // it has been checked with the settings
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return ""
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close() //nolint:errcheck // only read
	var health struct{ Version string }
	if json.NewDecoder(io.LimitReader(response.Body, 1<<12)).Decode(&health) != nil || !strings.HasPrefix(health.Version, "yinju ") {
		return ""
	}
	return health.Version
}

// rerankSample is two hits of which one answers a question about a bridge.
func rerankSample() []rag.Hit {
	var hits []rag.Hit
	for _, text := range []string{"大桥全长三百米。", "山上种茶。"} {
		a := &corpus.Article{ID: corpus.ArticleID(text), Title: "样例", Text: text}
		hits = append(hits, rag.Hit{Article: a, Passage: corpus.Passage{
			ID: corpus.PassageID(a.Title, nil, text), Article: a.ID, Title: a.Title, End: len(text), Text: text,
		}})
	}
	return hits
}
