package rag

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrPinned is returned by a Refresh, and by a reload that a Rollback overtook.
var ErrPinned = errors.New("an earlier generation is pinned and goes on serving; a reload that is asked for takes in the folder again")

// GenerationError says that a generation can't be served again.
type GenerationError struct {
	Wanted uint64   // 0: the one before the one that serves
	Have   []uint64 // those that can be had, oldest first
}

func (e *GenerationError) Error() string {
	wanted := fmt.Sprintf("generation %d", e.Wanted)
	if e.Wanted == 0 {
		wanted = "the generation before the one that serves"
	}
	if len(e.Have) == 0 {
		return wanted + " can't be served again: none can"
	}
	return fmt.Sprintf("%s can't be served again; these can: %s", wanted, e.List())
}

// List names those that can be had, for people.
func (e *GenerationError) List() string {
	names := make([]string, len(e.Have))
	for i, n := range e.Have {
		names[i] = fmt.Sprint(n)
	}
	return strings.Join(names, ", ")
}

// Kept is a generation that can be served again.
type Kept struct {
	Generation uint64    `json:"generation"`
	Since      time.Time `json:"since"` // it served first
	Articles   int       `json:"articles"`
	Passages   int       `json:"passages"`
	Serving    bool      `json:"serving"`
}

// Pin says that an earlier generation serves until a reload is asked for.
type Pin struct {
	Generation uint64    `json:"generation"`
	Since      time.Time `json:"since"`
	Changed    bool      `json:"folder_changed"` // since then, or so the watcher says
}

// generations are those that can be served again, and the reports of those that came to
// serve. They share articles and passages, and mostly vectors.
type generations struct {
	mu      sync.Mutex
	list    []*snapshot // oldest first
	last    uint64      // the highest number that has served
	pin     *Pin        // never changed, but exchanged
	reports []*Report   // newest first
	recall  sync.Once   // of those of the last start

	loose   map[string]bool // passages whose vectors may be of no generation kept
	dropped []*snapshot     // in the last reload: a question may still be reading it
}

// Rollback makes a generation that is kept serve again, at once, and pins it: until Reload
// is called, what changes in the folder is not taken in. 0 means the generation before the
// one that serves. Errors are *GenerationError or ErrNotReady.
func (x *Index) Rollback(to uint64) (Kept, error) {
	x.init()
	g := &x.kept
	g.mu.Lock()
	defer g.mu.Unlock()
	now := x.current.Load()
	if now == nil {
		return Kept{}, ErrNotReady
	}
	failed := &GenerationError{Wanted: to}
	var found *snapshot
	for _, s := range g.list {
		failed.Have = append(failed.Have, s.generation)
		if s.generation == to || to == 0 && s.generation < now.generation {
			found = s
		}
	}
	if found == nil {
		return Kept{}, failed
	}
	g.pin = &Pin{Generation: found.generation, Since: time.Now()}
	x.current.Store(found)
	x.status.serving(found)
	x.Log.Info("an earlier generation serves and is pinned", "generation", found.generation, "before", now.generation)
	return keptOf(found, true), nil
}

// Refresh is Reload for those who only noticed that something may have changed, the
// watcher say: it does nothing but note that as long as a generation is pinned.
func (x *Index) Refresh(ctx context.Context) (*Report, error) {
	x.init()
	if x.pinned(true) {
		return nil, ErrPinned
	}
	return x.runs.join(false, x.reload).result(ctx)
}

// pinned tells whether a generation is; changed notes that the folder may have changed.
func (x *Index) pinned(changed bool) bool {
	g := &x.kept
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pin != nil && changed && !g.pin.Changed {
		noted := *g.pin
		noted.Changed = true
		g.pin = &noted
		x.Log.Warn("the folder has changed, but a generation is pinned; POST /reload takes the folder in", "generation", noted.Generation)
	}
	return g.pin != nil
}

func (g *generations) unpin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pin = nil
}

// next is the first number that no generation has had.
func (g *generations) next() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last + 1
}

// early notes a number under which a generation serves that is not kept.
func (g *generations) early(n uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last, n)
}

// swap makes a generation serve, unless a Rollback has come meanwhile.
func (x *Index) swap(next *snapshot) error {
	g := &x.kept
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pin != nil {
		return ErrPinned
	}
	next.since = time.Now()
	g.last = max(g.last, next.generation)
	g.list = append(g.list, next)
	if more := len(g.list) - x.Generations; more > 0 {
		g.dropped = append(g.dropped, g.list[:more]...)
		g.list = slices.Clone(g.list[more:])
	}
	x.current.Store(next)
	x.status.serving(next)
	return nil
}

// replace puts a generation into the place of the same one.
func (x *Index) replace(s, next *snapshot) {
	g := &x.kept
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.list, s); i >= 0 {
		g.list[i] = next
	}
	x.current.CompareAndSwap(s, next)
}

// loosen notes passages whose vectors are about to be stored for a generation that may
// never serve.
func (g *generations) loosen(ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.loose == nil {
		g.loose = make(map[string]bool)
	}
	for _, id := range ids {
		g.loose[id] = true
	}
}

// sweep returns the passages whose vectors no generation needs. Those of a generation
// that was dropped just now are spared until the next time.
func (g *generations) sweep() (gone []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id := range g.loose {
		if !g.hold(id) {
			gone = append(gone, id)
		}
	}
	g.loose = make(map[string]bool)
	for _, s := range g.dropped {
		for id := range s.places {
			if !g.hold(id) {
				g.loose[id] = true
			}
		}
	}
	g.dropped = nil
	return gone
}

// hold tells whether one that is kept has a passage. The lock must be held.
func (g *generations) hold(id string) bool {
	for i := len(g.list) - 1; i >= 0; i-- {
		if len(g.list[i].places[id]) > 0 {
			return true
		}
	}
	return false
}

// holding tells which passages' vectors the cache is to keep beside those of s: those of
// the others in the same space.
func (g *generations) holding(s *snapshot) func(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	of := []*snapshot{s}
	for _, other := range g.list {
		if other != s && other.space != nil && other.space.kind() == s.space.kind() {
			of = append(of, other)
		}
	}
	return func(id string) bool {
		return slices.ContainsFunc(of, func(s *snapshot) bool { return len(s.places[id]) > 0 })
	}
}

// segments are those of s and of all generations that can be served again: after a
// Rollback the next generation is made of theirs.
func (g *generations) segments(s *snapshot) []*segment {
	g.mu.Lock()
	defer g.mu.Unlock()
	from := slices.Clone(s.from)
	for _, other := range g.list {
		if other != s {
			from = append(from, other.from...)
		}
	}
	return segmentsOf(from)
}

// cleanUp removes from store and cache what no generation kept has.
func (x *Index) cleanUp(ctx context.Context, next *snapshot) {
	gone := x.kept.sweep()
	if next.space != nil && len(gone) > 0 {
		if err := next.space.store.Delete(ctx, gone); err != nil {
			x.Log.Warn("vectors that are gone could not be deleted", "error", err)
		}
	}
	x.sweepCache(ctx, next)
}

func keptOf(s *snapshot, serving bool) Kept {
	return Kept{s.generation, s.since, len(s.articles), len(s.passages), serving}
}

// tell adds to what people see of the Index.
func (g *generations) tell(p *Progress, serving *snapshot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p.Pinned = g.pin
	p.Reports = slices.Clone(g.reports)
	p.Generations = make([]Kept, 0, len(g.list))
	for _, s := range g.list {
		p.Generations = append(p.Generations, keptOf(s, s == serving))
	}
}

// reportsKey is the key of the one blob with the reports.
const reportsKey = "reports"

// recallReports takes over the reports of the last start.
func (x *Index) recallReports(ctx context.Context) {
	x.kept.recall.Do(func() {
		var reports []*Report
		if json.Unmarshal(x.cached(ctx, metaKind, []string{reportsKey})[reportsKey], &reports) != nil {
			return
		}
		reports = slices.DeleteFunc(reports, func(r *Report) bool { return r == nil })
		x.kept.mu.Lock()
		defer x.kept.mu.Unlock()
		x.kept.reports = reports[:min(len(reports), x.Generations)]
	})
}

// keepReport keeps the report of a reload that brought a generation.
func (x *Index) keepReport(ctx context.Context, r *Report) {
	r.When = time.Now()
	if !r.changes() && len(x.kept.reports) > 0 && x.kept.reports[0].Generation == r.Generation {
		return
	}
	g := &x.kept
	g.mu.Lock()
	g.reports = append([]*Report{r}, g.reports[:min(len(g.reports), x.Generations-1)]...)
	data, err := json.Marshal(g.reports)
	g.mu.Unlock()
	if err != nil {
		x.Log.Warn("the reports can't be kept for the next start", "error", err)
		return
	}
	x.save(ctx, []Blob{{metaKind, reportsKey, data}})
}
