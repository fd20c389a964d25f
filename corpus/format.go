package corpus

import (
	"context"
	"time"
)

// Format reads files of one kind. Formats are handed to the Loader by the caller,
// so that this package needs none of their libraries.
type Format struct {
	Name       string   // as shown to people: "markdown"
	Extensions []string // lower case, with the dot
	// Parse reads a whole file. It must not keep data. An error is shown to the
	// editor as the reason why the file was skipped, so it is a sentence.
	Parse func(ctx context.Context, data []byte) (Parsed, error)
}

// Parsed is what a Format found in a file. Empty fields are filled by the Loader:
// the title from the file name.
type Parsed struct {
	Title, Source, URL string
	Published          time.Time
	Tags               []string
	Text               string // valid UTF-8 without NUL
	Body               int    // byte offset in Text
	Encoding           string
	Warnings           []string
}
