package corpus

import "time"

// Skipped is a file that could not be read as an article, and why.
type Skipped struct {
	Path   string `json:"path"`
	Reason string `json:"reason"` // a sentence for the editor
}

// File is what became of one file in the folder. It is immutable once loaded.
type File struct {
	Path     string
	Stamp    Stamp      // the file's when it was read, the zero one if it can't be relied on
	Sidecar  Stamp      // that of the file with its metadata, the zero one if there is none
	Hash     [32]byte   // SHA-256 of the file and its sidecar; zero if they could not be read
	Articles []*Article // in it: one, but for tables and archives
	Skipped  []Skipped  // what of it could not be read
	Slow     int        // how often in a row it took too long
}

// Afresh is f as of a file that is to be read again, even if it looks the same, and
// parsed again if that once took too long.
func (f *File) Afresh() *File {
	again := *f
	again.Stamp = Stamp{}
	if again.Slow > 0 {
		again.Hash = [32]byte{}
	}
	return &again
}

// Outcome is what becomes of a file.
type Outcome string

// The outcomes, of which OutcomeBegun is not the last.
const (
	OutcomeBegun  Outcome = "begun"  // it is being read
	OutcomeKept   Outcome = "kept"   // it is as it was
	OutcomeRead   Outcome = "read"   // its articles are read
	OutcomeFailed Outcome = "failed" // no article could be read of it
)

// Step is what a Loader tells of its progress.
type Step struct {
	Done, Total int // files
	Path        string
	Outcome     Outcome // "" before the first file
	Reason      string  // of OutcomeFailed, a sentence
	// Limit is how long a file that is begun may take until it is given up.
	Limit time.Duration
}
