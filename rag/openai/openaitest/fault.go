package openaitest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is what goes wrong with one request, or with several.
type Fault struct {
	Kind  Kind   `json:"kind"`
	On    string `json:"on"`    // "chat", "embeddings" or "rerank"; empty fits all
	Times int    `json:"times"` // requests that it befalls; 0 means one

	Status     int    `json:"status"`      // of ErrorStatus
	RetryAfter string `json:"retry_after"` // header of ErrorStatus, as it is
	Body       string `json:"body"`        // of ErrorStatus and Raw, and the text of the errors
	Header     string `json:"header"`      // Content-Type of Raw; empty means an event stream
	After      int    `json:"after"`       // pieces sent before the fault of a stream
	N          int    `json:"n"`           // comments, bytes, dimensions, milliseconds: as the Kind says
}

// Kind names a Fault.
type Kind string

// Faults of every kind of request.
const (
	ErrorStatus Kind = "status"   // Status, RetryAfter and Body
	Raw         Kind = "raw"      // status 200 with Body as it is
	HTML        Kind = "html"     // a page with status 200
	Redirect    Kind = "redirect" // 307 to RetryAfter's address
	Silent      Kind = "silent"   // not even a header, until the client leaves
	Slow        Kind = "slow"     // the answer comes after N milliseconds
	Abort       Kind = "abort"    // the connection is closed, at once or After pieces
)

// Faults of an answer.
const (
	Empty     Kind = "empty"      // finished without a word
	Cut       Kind = "cut"        // the body ends After pieces
	CutDone   Kind = "cut-done"   // the same, with [DONE] but no finish reason
	Stall     Kind = "stall"      // After pieces nothing comes any more, until the client leaves
	KeepAlive Kind = "keep-alive" // N comments After pieces; then it goes on, or stalls if N < 0
	MidError  Kind = "error"      // an error object (message Body) After pieces
	Reasoning Kind = "reasoning"  // Body as reasoning_content and as reasoning before the answer
	HugeLine  Kind = "huge"       // a line of N bytes without an end After pieces
	Length    Kind = "length"     // the finish reason is "length" After pieces
	Whole     Kind = "whole"      // not streamed, though asked for
	Halves    Kind = "halves"     // pieces of one byte: characters are cut between chunks
	NoEnd     Kind = "no-end"     // finished, but the body never ends
)

// Faults of vectors and of rankings.
const (
	Fewer     Kind = "fewer"     // one vector or rank is missing
	Dimension Kind = "dimension" // the last vector has N values
	NaN       Kind = "nan"       // a value is NaN, as Python writes it
	Huge      Kind = "overflow"  // a value is beyond float32, a score beyond float64
	Zero      Kind = "zero"      // a vector is all zeros
	Shuffled  Kind = "shuffled"  // in reverse order, with right indexes
	NoIndex   Kind = "no-index"  // without indexes
	Twice     Kind = "twice"     // an index comes twice
	Base64    Kind = "base64"    // base64 though floats were asked for
	Longer    Kind = "longer"    // vectors of length N instead of 1
)

// Faults of rankings.
const (
	WrongIndex Kind = "wrong-index" // the last index is N
	NoScore    Kind = "no-score"    // the last score is missing
)

func (f Fault) fits(path string) bool {
	return strings.Contains(path, f.On)
}

// Page is what a HTML fault answers.
const Page = "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head>" +
	"<body><h1>Welcome to nginx!</h1></body></html>\n"

// answers is true if the fault is all of the answer.
func (f Fault) answers(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case ErrorStatus:
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		message := f.Body
		if message == "" {
			message = http.StatusText(f.Status) + ", key " + r.Header.Get("Authorization")
		}
		if strings.HasPrefix(message, "{") || strings.HasPrefix(message, "<") {
			w.WriteHeader(f.Status)
			_, _ = fmt.Fprint(w, message) //nolint:gosec // for tests, and no browser reads it
		} else {
			writeError(w, f.Status, "server_error", "", message)
		}
	case Raw:
		w.Header().Set("Content-Type", orElse(f.Header, "text/event-stream"))
		_, _ = fmt.Fprint(w, f.Body)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, Page)
	case Redirect:
		w.Header().Set("Location", f.RetryAfter)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case Silent:
		<-r.Context().Done()
	case Slow:
		select {
		case <-r.Context().Done():
			return true
		case <-time.After(time.Duration(f.N) * time.Millisecond):
			return false
		}
	case Abort:
		if f.After > 0 && strings.Contains(r.URL.Path, "chat") {
			return false
		}
		panic(http.ErrAbortHandler)
	default:
		return false
	}
	return true
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// created is when everything was made: the fake's answers are the same each time.
var created = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Unix()
