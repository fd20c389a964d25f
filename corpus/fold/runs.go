package fold

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Kind is the kind of writing of a Run.
type Kind uint8

// The kinds of writing.
const (
	Other Kind = iota // white space, punctuation, symbols
	Han               // written without spaces: Chinese characters, kana, hangul
	Word              // letters and digits: gpt-4o, 3.5, c++, naïve
)

// Run is a stretch of text of one kind.
type Run struct {
	Start, End int // byte offsets into the text given to Runs
	Kind       Kind
	// Text is the folded text. In a Word the separators of thousands are gone and
	// accents are composed; invisible characters are gone from Han and Word.
	Text string
}

// maxWord bounds a Word, in runes: what is longer is no word, and is cut.
const maxWord = 128

// Runs cuts s into runs that follow one another without gaps from 0 to len(s). Any s
// will do, also one that is not UTF-8. It takes linear time. Safe for concurrent use.
func Runs(s string) iter.Seq[Run] {
	return func(yield func(Run) bool) {
		for start := 0; start < len(s); {
			r, size := next(s, start)
			run := Run{Start: start, Kind: kindOf(r)}
			switch run.Kind {
			case Word:
				run.End, run.Text = word(s, start)
			default:
				run.End, run.Text = stretch(s, start+size, run.Kind, start)
			}
			if !yield(run) {
				return
			}
			start = run.End
		}
	}
}

// next returns the folded rune at byte i of s and its size there; size is 0 at the end.
func next(s string, i int) (r rune, size int) {
	if i >= len(s) {
		return 0, 0
	}
	if c := s[i]; c < utf8.RuneSelf {
		return Rune(rune(c)), 1
	}
	r, size = utf8.DecodeRuneInString(s[i:])
	return Rune(r), size
}

// stretch reads on from byte i while the kind lasts.
func stretch(s string, i int, kind Kind, start int) (end int, text string) {
	hidden, marks := false, false
	for i < len(s) {
		r, size := next(s, i)
		switch {
		case kindOf(r) == kind:
		case kind == Han && invisible(r):
			hidden = true
		case kind == Han && unicode.Is(unicode.M, r): // the voicing mark of か゛
			marks = true
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		i += size
	}
	text = String(s[start:i])
	if hidden {
		text = strings.Map(dropInvisible, text)
	}
	if marks {
		text = norm.NFC.String(text)
	}
	return i, text
}

// word reads the Word that starts at byte start, whose rune is known to be of one.
func word(s string, start int) (end int, text string) {
	var b strings.Builder
	marks := false
	prev, i := rune(0), start
	for n := 0; n < maxWord; n++ {
		r, size := next(s, i)
		switch {
		case size == 0:
			n = maxWord
			continue
		case invisible(r):
			// A soft hyphen or a zero width space does not part a word.
		case kindOf(r) == Word:
			marks = marks || unicode.Is(unicode.M, r)
			b.WriteRune(r)
			prev = r
		default:
			joined, width := joiner(s, i, b.String(), prev, r, size)
			if width == 0 {
				n = maxWord
				continue
			}
			b.WriteString(joined)
			i += width
			if strings.HasSuffix(joined, "%") || joined == "++" || (joined == "#" && b.Len() == 2) {
				n = maxWord // these end a word
			}
			continue
		}
		i += size
	}
	text = b.String()
	if marks {
		text = norm.NFC.String(text)
	}
	return i, text
}

// joiner decides whether r, at byte i behind prev, goes on with the Word read so far.
// It returns what to write for it and how many bytes of s it takes; 0 ends the Word.
func joiner(s string, i int, sofar string, prev, r rune, size int) (text string, width int) {
	after, _ := next(s, i+size)
	inner := kindOf(after) == Word && !unicode.Is(unicode.M, after)
	digits := isDigit(prev) && isDigit(after)
	switch r {
	case '.', '-', '_', '/', '@', '\'':
		if inner {
			return string(r), size
		}
	case '’':
		if inner && unicode.IsLetter(prev) {
			return "'", size
		}
	case ':':
		if digits {
			return ":", size
		}
	case ',':
		if digits && thousands(s, i, i+size, sofar) {
			return "", size
		}
	case '%':
		if isDigit(prev) {
			return "%", size
		}
	case '+', '#':
		if inner {
			return string(r), size
		}
		return closing(s, i, sofar, prev, r, size)
	}
	return "", 0
}

// closing is joiner for the signs that end names: c++ and c#.
func closing(s string, i int, sofar string, prev, r rune, size int) (text string, width int) {
	after, afterSize := next(s, i+size)
	switch {
	case !unicode.IsLetter(prev):
	case r == '#' && utf8.RuneCountInString(sofar) == 1:
		return "#", size
	case r == '+' && after == '+' && !letterAt(s, i+size+afterSize):
		return "++", size + afterSize
	}
	return "", 0
}

func letterAt(s string, i int) bool {
	r, size := next(s, i)
	return size > 0 && kindOf(r) == Word && unicode.IsLetter(r)
}

// thousands says whether the comma at byte comma of s, with digits on both sides,
// separates thousands: three digits and no fourth stand behind it, at byte i, and at
// most three, or groups of three, before it.
func thousands(s string, comma, i int, sofar string) bool {
	// A full-width comma parts numbers, unless they are full-width themselves.
	if s[comma] != ',' && !fullWidthBefore(s, comma) {
		return false
	}
	head := strings.TrimRight(sofar, "0123456789")
	lead := len(sofar) - len(head)
	if lead == 0 || strings.HasSuffix(head, ".") {
		return false
	}
	// Separators before this one are dropped already: 1,000,000 is at 1000 here.
	if lead > 3 && !groupBefore(s, i) {
		return false
	}
	for range 3 {
		r, size := next(s, i)
		if size == 0 || !isDigit(r) {
			return false
		}
		i += size
	}
	r, size := next(s, i)
	return size == 0 || !isDigit(r)
}

// groupBefore says whether the separator that ends at byte i follows a group of
// three digits with a separator before it.
func groupBefore(s string, i int) bool {
	_, size := utf8.DecodeLastRuneInString(s[:i])
	i -= size
	for range 3 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if !isDigit(Rune(r)) {
			return false
		}
		i -= size
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return Rune(r) == ','
}

func fullWidthBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return '０' <= r && r <= '９'
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// invisible runes neither part a run nor belong to its text: soft hyphen, zero width
// space and joiners, word joiner, byte order mark, variation selectors, enclosing marks.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, 0x200B <= r && r <= 0x200D, r == 0x2060, r == 0xFEFF,
		0x20DD <= r && r <= 0x20E4, 0xFE00 <= r && r <= 0xFE0F, 0xE0100 <= r && r <= 0xE01EF:
		return true
	}
	return false
}

func dropInvisible(r rune) rune {
	if invisible(r) {
		return -1
	}
	return r
}

// kindOf gives the kind of a folded rune.
func kindOf(r rune) Kind {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return Word
		}
		return Other
	case 0x4E00 <= r && r <= 0x9FFF:
		return Han
	case invisible(r):
		return Other
	case r == 'ー', r == '〇', unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		if unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return Other
		}
		return Han
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.M, r):
		return Word
	}
	return Other
}
