package rag

import (
	"context"
	"time"

	"yinju/corpus"
)

// Phase names a step of a reload, in order.
type Phase string

// The phases; PhaseIdle is between reloads.
const (
	PhaseIdle  Phase = "idle"
	PhaseLoad  Phase = "load"
	PhaseSplit Phase = "split"
	PhaseIndex Phase = "index"
	PhaseFit   Phase = "fit" // the built-in embedder is made
	PhaseEmbed Phase = "embed"
	PhaseGate  Phase = "gate" // golden questions are asked
	PhaseSave  Phase = "save"
	PhaseWeigh Phase = "weigh" // what the vectors are worth is found; the generation serves already
)

// Progress is the state of the Index as people see it. Done and Total count files in
// PhaseLoad, articles in PhaseSplit, questions in PhaseGate and PhaseWeigh and passages elsewhere.
// Within a phase of a reload Done never falls. Paths are relative to the folder; there is
// no address of a server in it, and no key.
type Progress struct {
	Seq    uint64 `json:"seq"`    // grows with every change of what is said here, but for the clocks
	Reload uint64 `json:"reload"` // the how manieth reload is under way, or was the last
	Queued bool   `json:"queued"` // another reload waits for the end of this one, or is about to begin

	Phase     Phase      `json:"phase"`
	Done      int        `json:"done"`
	Total     int        `json:"total"`
	Rate      float64    `json:"rate"`       // items a second over the last seconds
	ETAMS     int64      `json:"eta_ms"`     // of the phase under way; 0 if not known
	StartedAt *time.Time `json:"started_at"` // of the reload under way; nil between reloads
	ElapsedMS int64      `json:"elapsed_ms"` // since then
	Files     Files      `json:"files"`      // of the reload under way, or of the last
	Waiting   *Waiting   `json:"waiting"`    // what holds it up; nil if nothing does

	Generation uint64    `json:"generation"`
	Articles   int       `json:"articles"`
	Passages   int       `json:"passages"`
	Embedder   string    `json:"embedder"`
	Weighing   *Weighing `json:"weighing"`    // what the vectors are worth; nil if none serve
	LastReport *Report   `json:"last_report"` // of the last reload that succeeded
	LastError  string    `json:"last_error"`  // why the last reload failed; empty if it did not

	RetryAt     *time.Time `json:"retry_at"`    // when a reload that the embedder failed is tried again by itself; nil if none is
	Generations []Kept     `json:"generations"` // that can be served again, oldest first
	Pinned      *Pin       `json:"pinned"`      // by Rollback; nil if none is
	Reports     []*Report  `json:"reports"`     // of the reloads that brought the last generations, those of earlier starts too, newest first
}

// Progress tells what the Index serves and what a reload under way is doing.
func (x *Index) Progress() Progress {
	x.init()
	server := ""
	if x.Embedder != nil {
		server = x.Embedder.Model()
	}
	queued := x.runs.queued() // first: a reload that begins meanwhile is not overlooked
	p := x.status.progress(time.Now(), x.Patience, server)
	p.Queued = queued
	p.Embedder = server
	p.RetryAt = x.retryAt.Load()
	s := x.current.Load()
	x.kept.tell(&p, s)
	if s != nil && s.space != nil {
		p.Embedder = s.space.embedder.Model()
	}
	if s != nil && s.dense {
		w := s.weighed.Weighing
		p.Weighing = &w
	}
	return p
}

// Files tells what becomes of the files of a reload.
type Files struct {
	Kept   int          `json:"kept"`
	Read   int          `json:"read"`
	Failed int          `json:"failed"`
	InHand []FileInHand `json:"in_hand"` // the oldest first
	Recent []FileDone   `json:"recent"`  // the last that were read or failed, the newest first, ten at most

	Failures []FileDone `json:"failures"` // the last that failed, the newest first, twenty at most
}

// FileInHand is a file that is being read.
type FileInHand struct {
	Path    string `json:"path"`
	SinceMS int64  `json:"since_ms"`
}

// FileDone is a file that has been read.
type FileDone struct {
	Path    string         `json:"path"`
	Outcome corpus.Outcome `json:"outcome"`
	Reason  string         `json:"reason"` // of OutcomeFailed, a sentence
	TookMS  int64          `json:"took_ms"`
}

// Waiting is what a reload waits for.
type Waiting struct {
	What    WaitingFor `json:"what"`
	Name    string     `json:"name"`     // path of the file, name of the model, or phase
	Why     ErrorKind  `json:"why"`      // the server's last error; "" if it just takes its time
	Try     int        `json:"try"`      // of a server: 1 is the first; 0 if not counted
	SinceMS int64      `json:"since_ms"` // how long it has been waited for
	NextMS  int64      `json:"next_ms"`  // until what is done about it; 0 if that is now, or not known
	Doing   string     `json:"doing"`    // what is done about it, a sentence
}

// WaitingFor is the kind of what a reload waits for.
type WaitingFor string

// What a reload can wait for.
const (
	WaitingFile  WaitingFor = "file"       // a file that is being read
	WaitingEmbed WaitingFor = "embeddings" // the server of vectors
	WaitingWork  WaitingFor = "work"       // this machine is busy with the phase
)

// Hold is told of by a part that waits for something outside.
type Hold struct {
	What  WaitingFor
	Name  string    // of the model; never an address
	Why   ErrorKind // "" if there was no error
	Try   int       // the try that comes next, or is under way; 1 is the first
	Next  time.Time // when something is done about it; zero: not known
	Doing string    // what is done about it, a sentence for people
}

type holdKey struct{}

// In tells whoever made ctx that its work waits, until release is called, which may be
// done more than once. Elsewhere than in a reload nobody listens. An adapter calls it
// before it waits to try again, and anew with each try.
func (h Hold) In(ctx context.Context) (release func()) {
	if s, found := ctx.Value(holdKey{}).(*status); found {
		return s.hold(h)
	}
	return func() {}
}

// held makes a ctx in which Hold.In tells s.
func (s *status) held(ctx context.Context) context.Context {
	return context.WithValue(ctx, holdKey{}, s)
}
