package rag

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"unicode/utf8"
)

// embedding is the computing of a generation's vectors. Batches are computed a few at a
// time. The first that fails lets no other begin, but those under way are finished: what
// a server has computed is not asked for again.
type embedding struct {
	x     *Index
	s     *snapshot
	total int // passages of the generation

	mu       sync.Mutex
	left     []string // IDs of passages that no batch has taken
	most     int      // passages a batch, once the server has refused more; 0: EmbedBatch
	done     int
	embedded int
	cut      []string // what became of passages that were shortened, or
	refused  []string // left out: sentences
	err      error

	asking sync.Mutex // one asks at a time whether the server is still itself
}

// run returns when all vectors are stored, or no more will be.
func (e *embedding) run(ctx context.Context) error {
	var working sync.WaitGroup
	for range e.x.EmbedParallel {
		working.Go(func() {
			for ctx.Err() == nil {
				batch := e.next()
				if len(batch) == 0 {
					return
				}
				if err := e.embed(ctx, batch); err != nil {
					e.fail(err)
					return
				}
			}
		})
	}
	working.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return e.err
}

// next cuts a batch off, bounded in passages and in characters.
func (e *embedding) next() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil
	}
	most := e.x.EmbedBatch
	if e.most > 0 {
		most = min(most, e.most)
	}
	n, chars := 0, 0
	for n < min(most, len(e.left)) {
		chars += utf8.RuneCountInString(e.text(e.left[n]))
		if chars > e.x.EmbedChars && n > 0 {
			break
		}
		n++
	}
	batch := e.left[:n]
	e.left = e.left[n:]
	return batch
}

func (e *embedding) text(id string) string { return indexedText(e.s.passages[e.s.places[id][0]]) }

// fail keeps the first error, and one that tells why before one that does not.
func (e *embedding) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if changed := (*changedModelError)(nil); e.err == nil || errors.As(err, &changed) {
		e.err = err
	}
}

// embed stores the vectors of a batch. One that the server cannot do is divided, so that
// the passage at fault stands alone in the end.
func (e *embedding) embed(ctx context.Context, ids []string) error {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = e.text(id)
	}
	err := e.compute(ctx, ids, texts)
	if err == nil || ctx.Err() != nil {
		return err
	}
	why := faultOf(err)
	if why == faultElsewhere {
		return err
	}
	if len(ids) == 1 || why != faultSize {
		var other *changedModelError
		if now := e.same(ctx); errors.As(now, &other) {
			return now
		} else if now != nil {
			return err // the server does nothing at all
		}
	}
	if len(ids) == 1 {
		return e.shorten(ctx, ids[0], texts[0], why, err)
	}
	half := len(ids) / 2
	before := e.trouble()
	if err := e.embed(ctx, ids[:half]); err != nil {
		return err
	}
	if err := e.embed(ctx, ids[half:]); err != nil {
		return err
	}
	if why != faultContent && e.trouble() == before {
		e.atMost(len(ids) - half) // it was the number of passages
	}
	return nil
}

// compute asks for vectors, stores and caches them.
func (e *embedding) compute(ctx context.Context, ids, texts []string) error {
	in := e.s.space
	values, err := in.embedder.EmbedPassages(ctx, texts)
	if err != nil {
		return err
	}
	if len(values) != len(ids) {
		return fmt.Errorf("the embedder returned %d vectors for %d passages", len(values), len(ids))
	}
	vectors := make([]Vector, len(ids))
	for i, id := range ids {
		if want := len(in.made.Canary); want > 0 && len(values[i]) != want {
			return fmt.Errorf("%w: %d, not %d", ErrDimension, len(values[i]), want)
		}
		vectors[i] = Vector{ID: id, Values: values[i]}
	}
	if err := in.store.Put(ctx, vectors); err != nil {
		return err
	}
	e.x.saveVectors(ctx, in, vectors)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.embedded += len(ids)
	e.advance(len(ids))
	return nil
}

// advance must be called with the lock held.
func (e *embedding) advance(n int) {
	e.done += n
	e.x.status.advance(e.done, e.total)
}

// same tells nil if the server answers a question as it used to.
func (e *embedding) same(ctx context.Context) error {
	e.asking.Lock()
	defer e.asking.Unlock()
	return e.x.sameModel(ctx, e.s.space)
}

func (e *embedding) trouble() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.cut) + len(e.refused)
}

func (e *embedding) atMost(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.most == 0 || n < e.most {
		e.most = n
	}
}

// shortest is the share of a text that is tried when the whole is refused.
const shortest = 8

// shorten embeds the beginning of a text that a server refuses while it takes others; the
// whole once more before, where only the answer was no good: that may have been chance. If
// it takes none of it, the passage stays without a vector until the next start: one
// passage that is found by words only is better than a folder that is not taken in.
func (e *embedding) shorten(ctx context.Context, id, text string, why fault, err error) error {
	runes, part := []rune(text), 2
	if why == faultContent {
		part = 1
	}
	for ; part <= shortest && why != faultTime && len(runes) >= part; part *= 2 {
		short := runes[:len(runes)/part]
		again := e.compute(ctx, []string{id}, []string{string(short)})
		switch {
		case again == nil && part == 1:
			return nil
		case again == nil:
			e.note(&e.cut, id, fmt.Sprintf("only the first %d of %d characters of a passage were embedded, for the embedding server refuses the whole: %v", len(short), len(runes), err))
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case faultOf(again) == faultElsewhere:
			return again
		}
	}
	e.note(&e.refused, id, fmt.Sprintf("a passage has no vector and is found by words only, for the embedding server takes other passages but not this one: %v", err))
	return e.leaveOut(id)
}

func (e *embedding) note(list *[]string, id, sentence string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	path := e.s.article(e.s.places[id][0]).Path
	*list = append(*list, path+": "+sentence)
	e.x.Log.Warn("a passage could not be embedded whole", "path", path, "passage", id)
}

// mostRefused is how many passages may be left out beyond as many as are embedded.
const mostRefused = 20

var errRefusesAll = errors.New("the embedding server refuses most passages; look at its log, and check that the model is one for embeddings")

func (e *embedding) leaveOut(id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.refused) > mostRefused+e.embedded {
		return errRefusesAll
	}
	e.s.space.refuse(id)
	e.advance(1)
	return nil
}

// warningsShown is how many passages that could not be embedded whole are named.
const warningsShown = 20

func (e *embedding) warnings() []string {
	all := append(e.refused, e.cut...)
	if more := len(all) - warningsShown; more > 0 {
		all = append(all[:warningsShown:warningsShown], fmt.Sprintf("%d more passages could not be embedded whole; the log names them.", more))
	}
	return all
}

// fault is what a batch may fail by.
type fault int

const (
	faultElsewhere fault = iota // no batch would do better: the server is down, the key is wrong
	faultSize                   // it refuses so much at once, or one of the texts
	faultContent                // one of the texts may be at fault
	faultTime                   // it is too slow for so much at once, or hangs on one of the texts
)

func faultOf(err error) fault {
	var failed *ModelError
	switch {
	case errors.Is(err, ErrDimension):
		return faultContent
	case !errors.As(err, &failed):
		return faultElsewhere
	case failed.Kind == ErrorRequest && (failed.Status == http.StatusBadRequest ||
		failed.Status == http.StatusRequestEntityTooLarge || failed.Status == http.StatusUnprocessableEntity):
		return faultSize
	case failed.Kind == ErrorProtocol, failed.Kind == ErrorUnavailable && failed.Status == http.StatusInternalServerError:
		return faultContent
	case failed.Kind == ErrorTimeout:
		return faultTime
	}
	return faultElsewhere
}
