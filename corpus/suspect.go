package corpus

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Suspect is what in a text looks as if it was decoded wrongly.
type Suspect struct {
	Kind   SuspectKind `json:"kind"`
	Count  int         `json:"count"`
	Places []Place     `json:"places"` // the first few
}

// SuspectKind sorts Suspects.
type SuspectKind string

// The kinds of suspects, worst first.
const (
	SuspectReplaced SuspectKind = "replaced" // U+FFFD: the character itself is lost
	SuspectGarbled  SuspectKind = "garbled"  // UTF-8 read as GBK, and what programs fill memory with: 涓枃, 锟斤拷, 烫烫烫
	SuspectTwice    SuspectKind = "twice"    // UTF-8 read as Latin letters, and encoded again: Ã©, â€™
	SuspectControl  SuspectKind = "control"  // control characters, C1 too, and marks of order and direction
	SuspectPrivate  SuspectKind = "private"  // private use: without the writer's font they show nothing
)

// suspectKinds are in the order in which they are told.
var suspectKinds = []SuspectKind{SuspectReplaced, SuspectGarbled, SuspectTwice, SuspectControl, SuspectPrivate}

// Place is where something stands in a text.
type Place struct {
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // in characters, from 1
	Text   string `json:"found"`  // what stands there, or its beginning
}

// Bounds of what is told of one kind of suspects.
const (
	suspectPlaces = 3
	suspectText   = 8 // characters
)

// suspects finds the suspect characters of a text.
func suspects(text string) []Suspect {
	f := suspectFinder{text: text, found: make(map[SuspectKind][]Span)}
	f.singles()
	f.twice()
	f.garbled()
	var out []Suspect
	places := newPlacer(text)
	for _, kind := range suspectKinds {
		spans := f.found[kind]
		if len(spans) == 0 {
			continue
		}
		slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
		s := Suspect{Kind: kind, Count: len(spans)}
		for _, span := range spans[:min(len(spans), suspectPlaces)] {
			s.Places = append(s.Places, places.of(span))
		}
		out = append(out, s)
	}
	return out
}

type suspectFinder struct {
	text  string
	found map[SuspectKind][]Span
}

func (f *suspectFinder) add(kind SuspectKind, start, end int) {
	f.found[kind] = append(f.found[kind], Span{start, end})
}

// singles finds what is suspect by itself.
func (f *suspectFinder) singles() {
	for i, r := range f.text {
		n := utf8.RuneLen(r)
		switch {
		case r < utf8.RuneSelf && !isControl(r):
		case isControl(r), 0x80 <= r && r < 0xa0, r == '\ufeff', 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
			f.add(SuspectControl, i, i+n)
		case r == utf8.RuneError:
			f.add(SuspectReplaced, i, i+n)
		case unicode.Is(unicode.Co, r):
			f.add(SuspectPrivate, i, i+n)
		}
	}
}

// twice finds characters of UTF-8 whose bytes were read one by one as windows-1252.
func (f *suspectFinder) twice() {
	var run []byte // the bytes of the characters since starts[0]
	var starts []int
	end := 0
	flush := func() {
		for i := 0; i < len(run); {
			r, n := utf8.DecodeRune(run[i:])
			if n > 1 && (r < 0x180 || 0x400 <= r && r < 0x480 || r >= 0x2000) { // other letters of two bytes are too rare
				last := end
				if i+n < len(starts) {
					last = starts[i+n]
				}
				f.add(SuspectTwice, starts[i], last)
			}
			i += max(n, 1)
		}
		run, starts = run[:0], starts[:0]
	}
	for i, r := range f.text {
		if r >= utf8.RuneSelf {
			if c, ok := latinByte(r); ok {
				run, starts, end = append(run, c), append(starts, i), i+utf8.RuneLen(r)
				continue
			}
		}
		if len(run) > 0 {
			flush()
		}
	}
	flush()
}

// latinByte is the byte of a character beyond ASCII in windows-1252, or in Latin-1 where
// that has none.
func latinByte(r rune) (byte, bool) {
	if 0x80 <= r && r <= 0xff {
		return byte(r), true
	}
	if r > 0x2122 { // the last one is ™
		return 0, false
	}
	c, ok := charmap.Windows1252.EncodeRune(r)
	return c, ok && r != utf8.RuneError
}

// fillers are the words that damaged text is full of: what U+FFFD in UTF-8 is in GBK and
// in Big5, and what debuggers fill memory with.
var fillers = []string{"锟斤拷", "嚙踝蕭", "烫烫烫", "屯屯屯", "葺葺葺", "铪铪铪"}

// garbled finds fillers, and stretches that are UTF-8 read as GBK.
func (f *suspectFinder) garbled() {
	for _, word := range fillers {
		for at := 0; ; {
			i := strings.Index(f.text[at:], word)
			if i < 0 {
				break
			}
			f.add(SuspectGarbled, at+i, at+i+len(word))
			at += i + len(word)
		}
	}
	weights := hanWeights()
	start, n, sum := 0, 0, 0.0
	flush := func(end int) {
		// Such stretches are made of characters that hardly occur.
		if n >= 3 && sum/float64(n) <= 0.3 && readAsGBK(f.text[start:end]) && !slices.ContainsFunc(fillers, func(w string) bool { return strings.Contains(f.text[start:end], w) }) {
			f.add(SuspectGarbled, start, end)
		}
	}
	for i, r := range f.text {
		weight := 3.0
		if r >= utf8.RuneSelf && int(r) < len(weights) && r != utf8.RuneError {
			weight = float64(weights[r])
		}
		if weight < 3 {
			if n == 0 {
				start, sum = i, 0
			}
			n++
			sum += weight
			continue
		}
		flush(i)
		n = 0
	}
	flush(len(f.text))
}

// readAsGBK reports whether the bytes that a stretch has in GBK are, but for its ends,
// Chinese in UTF-8.
func readAsGBK(stretch string) bool {
	raw, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(stretch))
	if err != nil {
		return false
	}
	for skip := range 3 { // what went before may have taken the first bytes
		var b strings.Builder
		good := 0
		for i := min(skip, len(raw)); i < len(raw); {
			r, n := utf8.DecodeRune(raw[i:])
			if n == 1 {
				break
			}
			b.WriteRune(r)
			good += n
			i += n
		}
		if good >= 6 && len(raw)-skip-good <= 2 && likeChinese(b.String()) >= 1 {
			return true
		}
	}
	return false
}

// placer turns offsets into lines and columns, going forward where it can.
type placer struct {
	text       string
	at         int
	line, from int // from is the column's origin: a byte offset
}

func newPlacer(text string) *placer { return &placer{text: text, line: 1} }

func (p *placer) of(s Span) Place {
	if s.Start < p.at {
		p.at, p.line, p.from = 0, 1, 0
	}
	for p.at < s.Start {
		i := strings.IndexAny(p.text[p.at:s.Start], "\r\n")
		if i < 0 {
			break
		}
		p.at += i + 1
		if p.text[p.at-1] == '\r' && p.at < len(p.text) && p.text[p.at] == '\n' {
			if p.at == s.Start {
				break
			}
			p.at++
		}
		p.line, p.from = p.line+1, p.at
	}
	text := []rune(p.text[s.Start:s.End])
	return Place{
		Line: p.line, Column: utf8.RuneCountInString(p.text[p.from:s.Start]) + 1,
		Text: string(text[:min(len(text), suspectText)]),
	}
}
