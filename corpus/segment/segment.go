// Package segment cuts Chinese text into words with Jieba. It is the only package
// that needs cgo.
package segment

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"sync"
	"unicode/utf8"

	"github.com/yanyiwu/gojieba"

	"yinju/corpus/fold"
)

// rules changes when this package cuts otherwise than before with equal dictionaries.
const rules = "segment-2 gojieba-1.4.7"

// maxPiece bounds what Jieba sees at once, in runes: its memory grows with the length
// of the text, and a text without any punctuation may be as long as a file.
const maxPiece = 2000

// Config says how to cut. The zero value is a working default.
type Config struct {
	// UserDict is the path of a file of own words, in UTF-8, one a line: the word,
	// then optionally its frequency, then optionally a tag. Without a frequency the
	// word prevails over any other reading. Blank lines and lines that begin with #
	// are passed over. Jieba sees Chinese characters only, so a word with letters or
	// digits in it has no effect. "" means none.
	UserDict string
	// MaxUserDict bounds that file, in bytes; 0 means 16 MiB.
	MaxUserDict int64
	// TempDir is where the dictionaries, about 6 MB, are unpacked for the moment it
	// takes to read them; "" means the system's folder for temporary files.
	TempDir string
	// Background makes New return before the dictionaries are read; what cuts before that
	// waits. A process that ends without Wait may leave their files in TempDir.
	Background bool
}

// Segmenter cuts texts. It is safe for concurrent use.
type Segmenter struct {
	jieba   func() *gojieba.Jieba // waits until the dictionaries are read
	version string
	common  map[string]bool // words that are too common to be missed
}

// shared keeps one Segmenter for each user dictionary, by its version, for ever: a
// dictionary takes about 100 MB, and freeing it while another goroutine cuts crashes.
var shared = struct {
	sync.Mutex
	by map[string]*Segmenter
}{by: make(map[string]*Segmenter)}

// New returns the Segmenter of a configuration; equal user dictionaries share one.
// The first call takes about half a second. An error is a sentence that names the
// file and, for a bad line, its number.
func New(c Config) (*Segmenter, error) {
	s, err := begin(c)
	if err == nil && !c.Background {
		s.Wait()
	}
	return s, err
}

// begin is New in the background.
func begin(c Config) (*Segmenter, error) {
	user, err := readUserDict(c)
	if err != nil {
		return nil, err
	}
	v := version(user)
	shared.Lock()
	defer shared.Unlock()
	if s := shared.by[v]; s != nil {
		return s, nil
	}
	j, err := load(c.TempDir, user)
	if err != nil {
		return nil, err
	}
	common, err := commonWords()
	if err != nil {
		return nil, err
	}
	s := &Segmenter{jieba: j, version: v, common: common}
	shared.by[v] = s
	return s, nil
}

func version(user []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(rules), []byte(fold.Version()), dictionary, model, user} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Version changes whenever Terms may: with the dictionaries and with the rules. Terms
// kept under another version must be computed anew.
func (s *Segmenter) Version() string { return s.version }

// Wait returns when the dictionaries are read and no file of them is left.
func (s *Segmenter) Wait() { s.jieba() }

// Words cuts text without loss: the words joined are the text, byte for byte, whatever
// it holds. Punctuation and white space come as words of their own.
func (s *Segmenter) Words(text string) []string {
	words := make([]string, 0, len(text)/5+1)
	for run := range fold.Runs(text) {
		part := text[run.Start:run.End]
		switch run.Kind {
		case fold.Han:
			for piece := range pieces(part, maxPiece) {
				words = s.appendWords(words, piece)
			}
		case fold.Word:
			words = append(words, part)
		default:
			for piece := range pieces(part, 64) {
				words = append(words, piece)
			}
		}
	}
	return words
}

// appendWords cuts the folded piece, as the dictionary is Simplified, and carries the
// cuts back by counting runes, which folding leaves alone.
func (s *Segmenter) appendWords(words []string, piece string) []string {
	folded := fold.String(piece)
	at := 0
	for _, word := range s.cut(folded) {
		end := at
		for range utf8.RuneCountInString(word) {
			_, size := utf8.DecodeRuneInString(piece[end:])
			end += size
		}
		words = append(words, piece[at:end])
		at = end
	}
	if at < len(piece) {
		words = append(words, piece[at:])
	}
	return words
}

// Terms returns the terms of the lexical index in order of appearance, for articles
// and questions alike. The text is folded first. Chinese is cut in search mode: a long
// word comes with the words inside it. Latin words come as their fold.Stem, numbers whole, and if they
// are compounds, with their parts. Numbers and dates come once more at the end, spelled
// as fold.Quantities does. Punctuation is dropped.
func (s *Segmenter) Terms(text string) []string {
	terms := make([]string, 0, len(text)/4+1)
	for run := range fold.Runs(text) {
		switch run.Kind {
		case fold.Han:
			for piece := range pieces(run.Text, maxPiece) {
				terms = append(terms, s.cutForSearch(piece)...)
			}
		case fold.Word:
			terms = append(terms, fold.Stem(run.Text))
			terms = append(terms, fold.Parts(run.Text)...)
		}
	}
	return append(terms, fold.Quantities(text)...)
}

// cut and cutForSearch are the only ways to Jieba. What they are given comes out of a
// Han run: valid UTF-8 without NUL, for Jieba loses what follows a NUL and the whole of
// a text that is not UTF-8. gojieba frees its memory in a finalizer and keeps nothing
// alive while it cuts, hence KeepAlive.
func (s *Segmenter) cut(piece string) []string {
	j := s.jieba()
	defer runtime.KeepAlive(j)
	return j.Cut(piece, true)
}

func (s *Segmenter) cutForSearch(piece string) []string {
	j := s.jieba()
	defer runtime.KeepAlive(j)
	return j.CutForSearch(piece, true)
}

// pieces cuts text into pieces of at most n runes.
func pieces(text string, n int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(text) > n { // as many bytes are as many runes or fewer
			end := 0
			for i := 0; i < n && end < len(text); i++ {
				_, size := utf8.DecodeRuneInString(text[end:])
				end += size
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
		if text != "" {
			yield(text)
		}
	}
}
