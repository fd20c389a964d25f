// Package corpus turns a folder of articles into passages.
//
// It loads and decodes files, reports what became of each of them, cuts articles
// into passages and notices changes. It knows nothing of search: it imports no
// other package of Yinju but its own leaves.
package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// Article is one source document. It is immutable once loaded and safe for
// concurrent use.
type Article struct {
	ID        string    // of the path, so that a link to the article survives an edit of it
	Path      string    // slash-separated, relative to the folder; of a part of a file: the file's, "/" and the part's name
	File      string    // path of the file that it is in, Path but for tables and archives
	Title     string    // never empty
	Source    string    // publication or, if there is none, author; may be empty
	Author    string    // names with 、 between them; may be empty
	URL       string    // where it was published; may be empty
	Published time.Time // zero if unknown
	Tags      []string
	Text      string    // valid UTF-8, what the reader reads; passages are spans of it
	Body      int       // byte offset in Text where the body begins, behind any front matter
	Pages     []int     // byte offsets in Text where its pages begin, ascending; nil if it has none
	Hash      [32]byte  // SHA-256 of the file as it lies on disk, or of its part of the file
	Format    string    // "markdown", "text", "html", "pdf", ...
	Encoding  string    // "UTF-8", "UTF-8 (BOM)", "UTF-16LE", "GB18030", "Big5", ...
	Decoding  Decoding  // how well that is known
	Bytes     int64     // size of the file on disk
	Modified  time.Time // when the file was last written, as far as its folder knows
	Warnings  []string  // what was odd about the file but did not keep it out
}

// Passage is the span of an article that is embedded, retrieved and cited.
type Passage struct {
	ID      string   // content address, see PassageID
	Article string   // Article.ID
	Title   string   // Article.Title
	Heading []string // headings that enclose the passage, outermost first
	Start   int      // byte offset into Article.Text
	End     int      // byte offset into Article.Text, exclusive
	Text    string   // Article.Text[Start:End]
}

// Span is a half-open range of byte offsets into a text.
type Span struct{ Start, End int }

// Authors are the names in Author, and Author as it stands.
func (a *Article) Authors() []string {
	names := strings.FieldsFunc(a.Author, func(r rune) bool { return strings.ContainsRune("、,，;；/", r) })
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
	}
	return append(names, a.Author)
}

// ArticleID derives an article's ID, 16 hexadecimal digits, from its path.
func ArticleID(path string) string {
	sum := sha256.Sum256([]byte("article\x00" + path))
	return hex.EncodeToString(sum[:8])
}

// PassageID is the content address of a passage, 32 hexadecimal digits: equal
// title, headings and text give equal IDs, wherever they stand. A vector computed
// for a passage can therefore be kept when the passage moves or its file is renamed.
func PassageID(title string, heading []string, text string) string {
	h := sha256.New()
	write := func(s string) { io.WriteString(h, s); h.Write([]byte{0}) }
	write("passage")
	write(title)
	for _, s := range heading {
		write(s)
	}
	write("")
	write(text)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Context is the title and the headings of a passage on lines of their own. It
// travels with the passage into the indexes but is no part of its text.
func (p Passage) Context() string {
	s := p.Title
	for _, h := range p.Heading {
		if h != p.Title {
			s += "\n" + h
		}
	}
	return s
}
