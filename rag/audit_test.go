package rag

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"testing"
)

// shelfOf is a cache that holds what it was made with.
type shelfOf map[string]map[string][]byte

func (c shelfOf) Get(_ context.Context, kind string, keys []string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	for _, key := range keys {
		if data, ok := c[kind][key]; ok {
			found[key] = data
		}
	}
	return found, nil
}
func (shelfOf) Commit(context.Context, []Blob) error            { return nil }
func (shelfOf) Keep(context.Context, map[string][]string) error { return nil }
func (shelfOf) Damaged() int                                    { return 0 }

func TestAudit(t *testing.T) {
	t.Parallel()
	unit := func(values ...float32) []byte { return encodePack([]Vector{{ID: "p", Values: values}}) }
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, test := range map[string]struct {
		packs   map[string][]byte
		want    string
		orphans int
	}{
		"whole":             {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(0, 1)}, "", 0},
		"not a number":      {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(nan, 1)}, "1 of the 1 vectors in the pack b are not finite", 0},
		"infinite":          {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(inf, 1)}, "not finite", 0},
		"too long":          {map[string][]byte{"a": unit(3, 4), "b": unit(0, 1)}, "not of unit length", 0},
		"zero":              {map[string][]byte{"a": unit(0, 0), "b": unit(0, 1)}, "not of unit length", 0},
		"another dimension": {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(0, 0, 1)}, "dimension 3, the others of 2", 0},
		"cut":               {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(0, 1)[:5]}, "the pack b holds no vectors", 0},
		"missing":           {map[string][]byte{"a": unit(0.6, 0.8)}, "the pack b is missing", 0},
		"orphan":            {map[string][]byte{"a": unit(0.6, 0.8), "b": unit(0, 1), "c": unit(1, 0)}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const kind = vectorsKind + "m"
			test.packs[listKey(0)] = []byte("a\nb")
			x := &Index{Cache: shelfOf{kind: test.packs}, Log: slog.New(slog.DiscardHandler)}
			audit, err := x.Audit(t.Context(), map[string]int{kind: len(test.packs)})
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Join(audit.Damage, "\n")
			if test.want == "" && said != "" || !strings.Contains(said, test.want) {
				t.Errorf("damage %q, want %q", said, test.want)
			}
			if audit.Orphans[kind] != test.orphans {
				t.Errorf("%d orphans, want %d", audit.Orphans[kind], test.orphans)
			}
		})
	}
}

func TestAuditOfSegments(t *testing.T) {
	t.Parallel()
	x := &Index{Log: slog.New(slog.DiscardHandler)}
	segments := map[string][]byte{"one": {1}, "stray": {2}}
	x.Cache = shelfOf{
		x.keptKind():    {generationKey: []byte(`{"Segments":[{"Key":"one"}]}`), pendingKey: []byte("two")},
		x.segmentKind(): segments,
	}
	audit, err := x.Audit(t.Context(), map[string]int{x.segmentKind(): len(segments)})
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(audit.Damage, "\n"); !strings.Contains(said, "the segment two is missing") || strings.Contains(said, "one") {
		t.Errorf("damage %q", said)
	}
	if got := audit.Orphans[x.segmentKind()]; got != 1 {
		t.Errorf("%d orphans", got)
	}
}
