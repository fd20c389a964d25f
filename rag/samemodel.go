package rag

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// made says by which model the vectors of a space were made. The name tells little:
// behind it a server may exchange the model.
type made struct {
	Epoch  int       `json:"epoch"`  // how often the model behind the name has changed
	Canary []float32 `json:"canary"` // the vector of canaryText; empty if not known
}

// canaryText is embedded now and then to see that its vector is still the same.
const canaryText = "引据用这句话看出向量模型是否换了。Is it the same model?"

// alike is the cosine of one text's vectors from which they are of the same model. Other
// builds of a model (quantised, on another engine) stay above 0.95; other models of the
// same dimension come to about 0.
const alike = 0.9

// changedModelError is found where an embedder has become another one under the same name.
type changedModelError struct{ was, now []float32 }

func (e *changedModelError) Error() string {
	switch len(e.was) {
	case len(e.now):
		return "the embedding model under the same name is another one now: the same text has another vector"
	case 0:
		return fmt.Sprintf("the embedding model under the same name is another one now: its vectors have %d dimensions, unlike those stored", len(e.now))
	}
	return fmt.Sprintf("the embedding model under the same name is another one now: its vectors have %d dimensions, not %d", len(e.now), len(e.was))
}

func (e *changedModelError) Is(target error) bool {
	return target == ErrDimension && len(e.was) != len(e.now)
}

// sameModel returns a *changedModelError if the embedder is no longer the one that made the
// vectors of in. Of a space that it knows nothing of yet it notes what there is to know.
// Other errors are the embedder's.
func (x *Index) sameModel(ctx context.Context, in *space) error {
	if x.Embedder == nil || in.embedder != x.Embedder {
		return nil // made from the passages
	}
	now, err := x.canary(ctx)
	if err != nil {
		return err
	}
	if len(in.made.Canary) == 0 {
		return x.firstCanary(ctx, in, now)
	}
	if cosine(in.made.Canary, now) >= alike {
		x.suspected.Store(false)
		return nil
	}
	if err := x.pause(ctx, in); err != nil {
		return err
	}
	again, err := x.canary(ctx)
	switch {
	case err != nil:
		return err
	case cosine(in.made.Canary, again) >= alike:
		return nil
	case cosine(now, again) < alike:
		x.Log.Warn("the embedding model gives the same text another vector each time: what it finds is left to chance")
		x.suspected.Store(false)
		if len(again) == len(in.made.Canary) {
			return nil
		}
	}
	return &changedModelError{in.made.Canary, again}
}

// pause lets a server that has just been started, say, come to itself before it is asked a
// second time: to embed all passages anew for a mistake of a moment is dear.
func (x *Index) pause(ctx context.Context, in *space) error {
	wait := x.RetryAfter / 4
	defer x.status.hold(Hold{
		What: WaitingEmbed, Name: in.embedder.Model(), Why: ErrorProtocol, Next: time.Now().Add(wait),
		Doing: "The embedding server's vectors are not those of the model before; it is asked again.",
	})()
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// canary asks for the vector of canaryText. An adapter's first answer of another
// dimension may be an error; the second is none.
func (x *Index) canary(ctx context.Context) ([]float32, error) {
	v, err := x.Embedder.EmbedPassages(ctx, []string{canaryText})
	if errors.Is(err, ErrDimension) {
		v, err = x.Embedder.EmbedPassages(ctx, []string{canaryText})
	}
	if err == nil && len(v) != 1 {
		err = fmt.Errorf("the embedder returned %d vectors for one text", len(v))
	}
	if err != nil {
		return nil, err
	}
	return v[0], nil
}

// firstCanary notes the vector in a space made before there was one. All that can be
// told of it is whether the dimension fits.
func (x *Index) firstCanary(ctx context.Context, in *space, now []float32) error {
	if _, err := in.store.Nearest(ctx, now, 1); errors.Is(err, ErrDimension) {
		return &changedModelError{nil, now}
	}
	in.made.Canary = now
	x.saveMade(ctx, in)
	x.suspected.Store(false)
	return nil
}

// beside makes the space of the model that has taken another's place. The vectors of the
// old one serve as long as the generation does, but no question meets them any more.
func (x *Index) beside(ctx context.Context, in *space, changed *changedModelError, report *Report) *space {
	in.stale.Store(true)
	next := newSpace(x.Embedder, x.NewStore())
	next.made = made{in.made.Epoch + 1, changed.now}
	x.saveMade(ctx, next)
	x.fixed = next
	x.suspected.Store(false)
	report.Warnings = append(report.Warnings, fmt.Sprintf("%s: %s. All passages are embedded anew.", x.Embedder.Model(), changed.Error()))
	x.Log.Warn("all passages are embedded anew", "embedder", x.Embedder.Model(), "reason", changed)
	return next
}

// suspect lets a reload find out whether the embedder has become another one, because a
// question's vector does not fit those of the passages.
func (x *Index) suspect(err error) {
	if !errors.Is(err, ErrDimension) || x.Embedder == nil || x.suspected.Swap(true) {
		return
	}
	x.Log.Warn("the vector of a question does not fit those of the passages; a reload looks into it", "error", err)
	x.runs.join(false, x.reload)
}

// verifyTimeout bounds what a reload waits to see whether the embedder is still itself.
const verifyTimeout = 2 * time.Second

// verify looks whether the embedder is still itself, after a reload that did not need it.
func (x *Index) verify(ctx context.Context, s *snapshot, report *Report) {
	if x.Embedder == nil || !x.Remote || report.Embedded > 0 || !s.dense || s.space.isStale() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout+x.RetryAfter/4)
	defer cancel()
	var changed *changedModelError
	switch err := x.sameModel(ctx, s.space); {
	case errors.As(err, &changed):
		s.space.stale.Store(true)
		x.suspected.Store(true)
		x.Log.Warn("the articles are embedded anew", "reason", changed)
		x.runs.join(false, x.reload)
	case err != nil && x.ctx.Err() == nil:
		x.Log.Warn("the embedding server does not answer; questions are answered by words until it does", "error", err)
	}
}

// otherModel tells whether a suspicion about the embedder has come true.
func (x *Index) otherModel(ctx context.Context, s *snapshot) bool {
	var changed *changedModelError
	return x.suspected.Load() && s.dense && errors.As(x.sameModel(ctx, s.space), &changed)
}

func madeKey(e Embedder) string { return "made " + e.Model() }

// keptMade is what the cache holds of how an Embedder's vectors were made.
func (x *Index) keptMade(ctx context.Context) made {
	var m made
	key := madeKey(x.Embedder)
	if json.Unmarshal(x.cached(ctx, metaKind, []string{key})[key], &m) != nil {
		return made{}
	}
	return m
}

func (x *Index) saveMade(ctx context.Context, in *space) {
	if data, err := json.Marshal(in.made); err == nil { // else the check is not made
		x.save(ctx, []Blob{{metaKind, madeKey(in.embedder), data}})
	}
}

// cosine is that of two vectors of unit length; 0 if their dimensions differ.
func cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		return 0
	}
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
