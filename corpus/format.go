package corpus

import (
	"context"
	"time"
)

// Format reads files of one kind. Formats are handed to the Loader by the caller,
// so that this package needs none of their libraries. One of Parse, Rows and Unpack is
// set. None of them may keep data, and their errors are shown to the editor as the reason
// why the file was skipped, so they are sentences. They end soon when ctx is done.
type Format struct {
	Name       string   // as shown to people: "markdown"
	Extensions []string // lower case, with the dot

	// Parse reads a whole file that is one article.
	Parse func(ctx context.Context, data []byte) (Parsed, error)
	// Rows reads a whole file that holds several articles, a table say, in its order.
	Rows func(ctx context.Context, data []byte) ([]Row, error)
	// Unpack reads an archive: it calls member for each of the files in it, one after the
	// other. What it cannot read is among the skipped, whose Path is that in the archive.
	// An error of member ends it.
	Unpack func(ctx context.Context, data []byte, member func(name string, data []byte) error) ([]Skipped, error)
}

// Parsed is what a Format found in a file. Empty fields are filled by the Loader:
// the title from the file name.
type Parsed struct {
	Title, Source, Author, URL string
	Published                  time.Time
	Tags                       []string
	Text                       string // valid UTF-8 without NUL
	Body                       int    // byte offset in Text
	Pages                      []int  // byte offsets in Text where its pages begin, ascending; nil if it has none
	Encoding                   string // "" where the format leaves no choice
	Decoding                   Decoding
	Warnings                   []string
}

// Row is one article of a file that holds several.
type Row struct {
	Name   string // tells it from the others, and stays when they change: a number, a key
	Parsed Parsed
	Err    error // why it is skipped
}
