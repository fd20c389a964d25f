package rag

import (
	"context"
	"time"

	"yinju/corpus"
)

// lookEvery is how long a run that another one waits for goes on until it looks again
// whether it is still wanted.
const lookEvery = 5 * time.Second

// whileWanted embeds what is new in next. It ends with errGivenUp when another run waits
// and the folder no longer holds most of what is new: vectors for files that have been
// removed or written anew meanwhile would be computed, and perhaps paid for, in vain. What
// is embedded by then is not lost. Of two runs in a row one at least goes through, however
// often the folder changes.
func (x *Index) whileWanted(ctx context.Context, r *run, old, next *snapshot, embed func(context.Context) error) error {
	if r.stays || !x.embeds() {
		return embed(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stale := make(chan map[string]*corpus.File, 1)
	go func(files map[string]*corpus.File) {
		if now := x.awaitStale(ctx, r, old, next, files); now != nil {
			stale <- now
			cancel(errGivenUp)
		}
	}(x.files)
	err := embed(ctx)
	if err == nil || context.Cause(ctx) != errGivenUp { //nolint:errorlint // it is the cause itself
		return err
	}
	x.files = <-stale // what has been read is not read again
	r.gaveUp = true
	return errGivenUp
}

// awaitStale returns the files of the folder as soon as another run waits and most of what
// is new in next is not in them; nil when ctx is done.
func (x *Index) awaitStale(ctx context.Context, r *run, old, next *snapshot, files map[string]*corpus.File) map[string]*corpus.File {
	select {
	case <-r.joined:
	case <-ctx.Done():
		return nil
	}
	for ctx.Err() == nil {
		began := time.Now()
		loaded, err := x.Load(ctx, knownFiles(files), func(corpus.Step) {})
		if err == nil && len(loaded.Articles) > 0 && stale(old, next, loaded.Articles) {
			return filesOf(loaded)
		}
		select {
		case <-time.After(max(lookEvery, 10*time.Since(began))):
		case <-ctx.Done():
		}
	}
	return nil
}

// stale tells whether most of the passages that are new in next are of articles that are
// not as they were.
func stale(old, next *snapshot, now []*corpus.Article) bool {
	still := make(map[string][32]byte, len(now))
	for _, a := range now {
		still[a.ID] = a.Hash
	}
	added, gone := 0, 0
	for i, a := range next.articles {
		if _, found := old.find(a); found {
			continue
		}
		n := len(next.passagesOf(i))
		added += n
		if hash, found := still[a.ID]; !found || hash != a.Hash {
			gone += n
		}
	}
	return 2*gone > added
}

// untilAwaited runs work, which makes what serves better, until another run waits: what
// has just been written comes first. After a run that was cut short one goes through.
func (r *run) untilAwaited(ctx context.Context, work func(context.Context)) {
	if r.stays {
		work(ctx)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-r.joined:
			r.gaveUp = true
			cancel()
		case <-over:
		}
	}()
	work(ctx)
	close(over)
	<-watched
}
