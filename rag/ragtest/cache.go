package ragtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"yinju/rag"
)

// TestCache checks what rag.Cache promises. open returns an empty cache, a new
// one for each call; what it needs to close goes into t.Cleanup.
//
// Beyond the interface's words: kinds and keys are any bytes; of several blobs
// under one key the last counts; no slice is shared with the caller; a cancelled
// context is its error, and nothing has changed.
func TestCache(t *testing.T, open func(t *testing.T) rag.Cache) {
	for name, check := range map[string]func(*testing.T, rag.Cache){
		"empty":      cacheEmpty,
		"round trip": cacheRoundTrip,
		"replaces":   cacheReplaces,
		"copies":     cacheCopies,
		"keep":       cacheKeep,
		"many keys":  cacheMany,
		"cancelled":  cacheCancelled,
		"concurrent": cacheConcurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			check(t, c)
			if n := c.Damaged(); n != 0 {
				t.Errorf("Damaged() = %d, want 0", n)
			}
		})
	}
}

func cacheEmpty(t *testing.T, c rag.Cache) {
	wantBlobs(t, c, "kind", nil, nil)
	wantBlobs(t, c, "kind", []string{"a", ""}, nil)
	must(t, c.Commit(t.Context(), nil))
	must(t, c.Keep(t.Context(), nil))
	must(t, c.Keep(t.Context(), map[string][]string{"kind": {"a"}, "other": nil}))
	wantBlobs(t, c, "kind", []string{"a"}, nil)
}

// oddities are kinds and keys that a careless store confuses.
var oddities = []string{"", "a", "A", "a ", "a\x00", "a\x00b", "%", "_", "'", "''\"", "é", "e\u0301", "中文", "\xff\xfe", "1", "01", "1.0", "?", "\n"}

func cacheRoundTrip(t *testing.T, c rag.Cache) {
	want := make(map[string]map[string][]byte)
	var blobs []rag.Blob
	for i, kind := range oddities {
		want[kind] = make(map[string][]byte)
		for j, key := range oddities {
			data := bytes.Repeat([]byte{0, byte(i), byte(j), 0xff}, (i*j)%37)
			want[kind][key] = data
			blobs = append(blobs, rag.Blob{Kind: kind, Key: key, Data: data})
		}
	}
	large := bytes.Repeat([]byte("大而完整\x00"), 100_000)
	blobs = append(blobs, rag.Blob{Kind: "large", Key: "large", Data: large}, rag.Blob{Kind: "large", Key: "nil"})
	must(t, c.Commit(t.Context(), blobs))
	for kind, blobs := range want {
		wantBlobs(t, c, kind, oddities, blobs)
		wantBlobs(t, c, kind, []string{"中文", "unknown", "中文"}, map[string][]byte{"中文": blobs["中文"]})
	}
	wantBlobs(t, c, "large", []string{"large", "nil"}, map[string][]byte{"large": large, "nil": {}})
	wantBlobs(t, c, "unknown", oddities, nil)
}

func cacheReplaces(t *testing.T, c rag.Cache) {
	must(t, c.Commit(t.Context(), []rag.Blob{blob("k", "a", "1"), blob("k", "b", "1"), blob("other", "a", "1")}))
	must(t, c.Commit(t.Context(), []rag.Blob{blob("k", "a", "2"), blob("k", "c", "3"), blob("k", "c", "4")}))
	wantBlobs(t, c, "k", []string{"a", "b", "c"}, data("a", "2", "b", "1", "c", "4"))
	wantBlobs(t, c, "other", []string{"a", "b", "c"}, data("a", "1"))
}

func cacheCopies(t *testing.T, c rag.Cache) {
	value := []byte("value")
	must(t, c.Commit(t.Context(), []rag.Blob{{Kind: "k", Key: "a", Data: value}}))
	value[0] = 'X'
	got, err := c.Get(t.Context(), "k", []string{"a"})
	must(t, err)
	if len(got["a"]) > 0 {
		got["a"][1] = 'X'
	}
	wantBlobs(t, c, "k", []string{"a"}, data("a", "value"))
}

func cacheKeep(t *testing.T, c rag.Cache) {
	all := []string{"a", "b", "c"}
	for _, kind := range all {
		must(t, c.Commit(t.Context(), []rag.Blob{blob(kind, "a", kind), blob(kind, "b", kind), blob(kind, "c", kind)}))
	}
	must(t, c.Keep(t.Context(), map[string][]string{"a": {"c", "a", "a", "unknown"}, "b": {}, "c": all, "unknown": {"a"}}))
	wantBlobs(t, c, "a", all, data("a", "a", "c", "a"))
	wantBlobs(t, c, "b", all, nil)
	wantBlobs(t, c, "c", all, data("a", "c", "b", "c", "c", "c"))
	must(t, c.Keep(t.Context(), map[string][]string{"a": {"a"}}))
	wantBlobs(t, c, "a", all, data("a", "a"))
	wantBlobs(t, c, "c", all, nil)
	must(t, c.Commit(t.Context(), []rag.Blob{blob("b", "b", "again")}))
	wantBlobs(t, c, "b", all, data("b", "again"))
	must(t, c.Keep(t.Context(), nil))
	wantBlobs(t, c, "a", all, nil)
	wantBlobs(t, c, "b", all, nil)
}

func cacheMany(t *testing.T, c rag.Cache) {
	const n = 5000
	var keys []string
	var blobs []rag.Blob
	want := make(map[string][]byte)
	for i := range n {
		key := fmt.Sprintf("key %d", i)
		keys = append(keys, key)
		want[key] = fmt.Appendf(nil, "data %d", i)
		blobs = append(blobs, rag.Blob{Kind: "k", Key: key, Data: want[key]})
	}
	must(t, c.Commit(t.Context(), blobs))
	must(t, c.Commit(t.Context(), []rag.Blob{blob("other", "key 0", "other")}))
	unknown := make([]string, 40_000) // more than any SQL engine binds in one statement
	for i := range unknown {
		unknown[i] = fmt.Sprintf("unknown %d", i)
	}
	wantBlobs(t, c, "k", slices.Concat(unknown, keys), want)
	wantBlobs(t, c, "k", slices.Concat(keys[:3], unknown[:3]), data("key 0", "data 0", "key 1", "data 1", "key 2", "data 2"))
	must(t, c.Keep(t.Context(), map[string][]string{"k": slices.Concat(unknown, keys[n-2:])}))
	wantBlobs(t, c, "k", keys, data("key 4998", "data 4998", "key 4999", "data 4999"))
}

func cacheCancelled(t *testing.T, c rag.Cache) {
	must(t, c.Commit(t.Context(), []rag.Blob{blob("k", "a", "1")}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Get(ctx, "k", []string{"a"})
	wantCancelled(t, "Get", err)
	wantCancelled(t, "Commit", c.Commit(ctx, []rag.Blob{blob("k", "a", "2"), blob("k", "b", "2")}))
	wantCancelled(t, "Keep", c.Keep(ctx, nil))
	wantBlobs(t, c, "k", []string{"a", "b"}, data("a", "1"))
}

func cacheConcurrent(t *testing.T, c rag.Cache) {
	ctx := t.Context()
	keys := []string{"a", "b", "c"}
	var wg sync.WaitGroup
	for w := range 4 {
		kind := fmt.Sprintf("k%d", w)
		wg.Go(func() {
			for i := range 10 {
				value := fmt.Sprint(i)
				if err := c.Commit(ctx, []rag.Blob{blob("all", "x", value), blob("all", "y", value), blob(kind, "a", value)}); err != nil {
					t.Errorf("Commit: %v", err)
				}
				got, err := c.Get(ctx, "all", []string{"x", "y"})
				if err != nil || !bytes.Equal(got["x"], got["y"]) || len(got) != 2 {
					t.Errorf("Get saw half a Commit: %q, %v", got, err)
				}
				got, err = c.Get(ctx, kind, keys)
				if err != nil || !equal(got, data("a", value)) {
					t.Errorf("Get = %q, %v; want what was last committed, %s", got, err, value)
				}
				if err := c.Keep(ctx, map[string][]string{"all": {"x", "y"}, "k0": keys, "k1": keys, "k2": keys, "k3": keys}); err != nil {
					t.Errorf("Keep: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func blob(kind, key, value string) rag.Blob {
	return rag.Blob{Kind: kind, Key: key, Data: []byte(value)}
}

// data makes a map of keys and values in turn.
func data(pairs ...string) map[string][]byte {
	m := make(map[string][]byte)
	for pair := range slices.Chunk(pairs, 2) {
		m[pair[0]] = []byte(pair[1])
	}
	return m
}

func equal(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }

func wantBlobs(t *testing.T, c rag.Cache, kind string, keys []string, want map[string][]byte) {
	t.Helper()
	got, err := c.Get(t.Context(), kind, keys)
	if err != nil {
		t.Errorf("Get(%q): %v", kind, err)
	} else if !equal(got, want) {
		t.Errorf("Get(%q) of %d keys: %d blobs, want %d, or others (%.200q)", kind, len(keys), len(got), len(want), got)
	}
}
