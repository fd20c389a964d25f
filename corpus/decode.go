package corpus

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Decoder turns whole files into UTF-8. The zero value gives up a file that cannot be
// decoded whole.
type Decoder struct {
	Replace bool // put U+FFFD for what cannot be decoded, and warn
}

// Decoded is a file as text.
type Decoded struct {
	Text     string // valid UTF-8 without NUL
	Encoding string
	Decoding Decoding
	Warnings []string
}

// Parsed is what a Format finds in a file of plain text.
func (d Decoded) Parsed() Parsed {
	return Parsed{Text: d.Text, Encoding: d.Encoding, Decoding: d.Decoding, Warnings: d.Warnings}
}

// Decode is the zero Decoder's, without what proves it.
func Decode(data []byte, declared string) (text, enc string, err error) {
	d, err := Decoder{}.Decode(data, declared)
	return d.Text, d.Encoding, err
}

// Decode turns a whole file into UTF-8 and names the encoding it found: "UTF-8",
// "UTF-8 (BOM)", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "GB18030" (also for
// GBK and GB2312, its subsets), "Big5", "windows-1252", or a declared one.
//
// In order: a byte order mark, strict UTF-8, UTF-16 without a mark, then whichever
// of GB18030, Big5 and the declared encoding (the label of an HTML page; may be
// empty) reads more like Chinese. The mark is removed; nothing else is added or
// dropped, and nothing replaced unless d.Replace: a file that cannot be decoded whole is
// an error, which says at which byte and in which line.
func (d Decoder) Decode(data []byte, declared string) (Decoded, error) {
	c, err := decode(data, declared)
	var warnings []string
	if err != nil && d.Replace {
		c, warnings, err = mend(data, declared, err)
	}
	if err != nil {
		return Decoded{}, err
	}
	return Decoded{
		Text: c.text, Encoding: c.name, Warnings: warnings,
		Decoding: Decoding{Sure: c.sure, Proof: c.proof, Suspects: suspects(c.text)},
	}, nil
}

func decode(data []byte, declared string) (candidate, error) {
	if c, ok, err := decodeMarked(data); ok {
		return finish(c, err, data)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		// No encoding of Chinese but UTF-16 has NUL bytes in it.
		if c, ok := guess(data, utf16Candidates(data)); ok {
			return finish(c, nil, data)
		}
		return candidate{}, notText(data, fmt.Errorf("the file is not text: there is a NUL byte at byte %d", bytes.IndexByte(data, 0)))
	}
	if utf8.Valid(data) {
		return decodeValid(data, declared)
	}
	if err := mixed(data); err != nil {
		return candidate{}, err
	}
	if at, yes := brokenUTF8(data); yes {
		return candidate{}, fmt.Errorf("the file is UTF-8, but broken at byte %d (line %d); mend that character, save the file as UTF-8 again, or have such characters replaced (-undecodable replace)", at, lineOf(data, at))
	}
	c, err := decodeLegacy(data, declared)
	return finish(c, err, data)
}

// decodeValid decodes what is valid UTF-8, and very short files that only look like it.
func decodeValid(data []byte, declared string) (candidate, error) {
	if name := sevenBit(data, declared); name != "" {
		return candidate{}, fmt.Errorf("the file is in %s, which is not supported; save it as UTF-8", name)
	}
	if len(data) <= shortFile && bytes.ContainsFunc(data, isControl) {
		// A few Chinese characters in UTF-16 may all consist of ASCII bytes.
		if c, ok := guess(data, utf16Candidates(data)); ok {
			return finish(c, nil, data)
		}
	}
	if c, ok := shortGBK(data); ok {
		return finish(c, nil, data)
	}
	return finish(candidate{text: string(data), name: "UTF-8", sure: sureUTF8(data), proof: ProofUTF8}, nil, data)
}

// finish turns away what decoded, but is no text.
func finish(c candidate, err error, data []byte) (candidate, error) {
	if err != nil {
		return candidate{}, err
	}
	text := c.text
	if i := strings.IndexByte(text, 0); i >= 0 {
		return candidate{}, notText(data, fmt.Errorf("the file is not text: there is a NUL character at character %d", utf8.RuneCountInString(text[:i])))
	}
	controls, first := 0, -1
	for i := range len(text) {
		if isControl(rune(text[i])) {
			controls++
			if first < 0 {
				first = i
			}
		}
	}
	if controls > 3 && controls > len(text)/100 {
		return candidate{}, notText(data, fmt.Errorf("the file is not text: it has %d control characters, the first at byte %d", controls, first))
	}
	return c, nil
}

// isControl tells control characters that no text has, unlike tabs and line ends.
func isControl(c rune) bool {
	return c < ' ' && (c < '\b' || c > '\r') && c != 0x1a && c != 0x1b || c == 0x7f
}

// notText says what the file is instead, where its first bytes tell.
func notText(data []byte, why error) error {
	if kind := binaryKind(data); kind != "" {
		return fmt.Errorf("the file is %s, not text, whatever its name says", kind)
	}
	return fmt.Errorf("%w; save the file as UTF-8 text", why)
}

// binaryKind tells what the first bytes say that a file is, "" if nothing.
func binaryKind(data []byte) string {
	for _, kind := range []struct{ magic, name string }{
		{"\x89PNG", "a PNG image"},
		{"\xff\xd8\xff", "a JPEG image"},
		{"GIF8", "a GIF image"},
		{"%PDF-", "a PDF document"},
		{"PK\x03\x04", "a ZIP archive or an Office document"},
		{"\xd0\xcf\x11\xe0", "an old Office document"},
		{"\x1f\x8b", "a gzip archive"},
		{"\x7fELF", "a program"},
		{"SQLite format 3", "a database"},
	} {
		if bytes.HasPrefix(data, []byte(kind.magic)) {
			return kind.name
		}
	}
	return ""
}

// decodeMarked decodes a file with a byte order mark; ok is false if it has none.
func decodeMarked(data []byte) (c candidate, ok bool, err error) {
	m := markOf(data)
	if m.name == "" {
		return candidate{}, false, nil
	}
	text, err := m.decode(data[len(m.bytes):])
	var at offsetError
	if errors.As(err, &at) {
		byteAt := len(m.bytes) + at.at
		err = fmt.Errorf("the file is marked as %s, but broken at byte %d (line %d); mend that character or save the file again, best as UTF-8",
			strings.TrimSuffix(m.name, " (BOM)"), byteAt, strings.Count(text, "\n")+1)
	}
	return candidate{text: text, name: m.name, sure: 1, proof: ProofMark}, true, err
}

// byteMark is a byte order mark. Its decode returns the text before what is broken, if
// anything is.
type byteMark struct {
	bytes, name string
	decode      func(data []byte) (string, error)
}

// byteMarks are all of them, longer ones first.
var byteMarks = []byteMark{
	{"\xef\xbb\xbf", "UTF-8 (BOM)", decodeUTF8},
	{"\xff\xfe\x00\x00", "UTF-32LE", func(b []byte) (string, error) { return decodeUTF32(b, binary.LittleEndian) }},
	{"\x00\x00\xfe\xff", "UTF-32BE", func(b []byte) (string, error) { return decodeUTF32(b, binary.BigEndian) }},
	{"\xff\xfe", "UTF-16LE", func(b []byte) (string, error) { return decodeUTF16(b, binary.LittleEndian) }},
	{"\xfe\xff", "UTF-16BE", func(b []byte) (string, error) { return decodeUTF16(b, binary.BigEndian) }},
}

// markOf is the byte order mark of a file, the zero one if it has none.
func markOf(data []byte) byteMark {
	for _, m := range byteMarks {
		if bytes.HasPrefix(data, []byte(m.bytes)) {
			return m
		}
	}
	return byteMark{}
}

func decodeUTF8(data []byte) (string, error) {
	if at := invalidAt(data); at >= 0 {
		n := 1 // a character that begins well and breaks off is one
		for n < utf8.UTFMax && at+n <= len(data) && !utf8.FullRune(data[at:at+n]) {
			n++
		}
		return string(data[:at]), offsetError{at, max(1, n-1)}
	}
	return string(data), nil
}

// offsetError says at which byte decoding failed, and how many bytes are of no use.
type offsetError struct{ at, n int }

func (e offsetError) Error() string { return fmt.Sprintf("broken at byte %d", e.at) }

func decodeUTF16(data []byte, order binary.ByteOrder) (string, error) {
	var b strings.Builder
	b.Grow(len(data) + len(data)/2)
	for i := 0; i < len(data); i += 2 {
		if i+1 >= len(data) {
			return b.String(), offsetError{i, 1}
		}
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			if i+3 >= len(data) {
				return b.String(), offsetError{i, len(data) - i}
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[i+2:]))); r == utf8.RuneError {
				return b.String(), offsetError{i, 2}
			}
			i += 2
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

func decodeUTF32(data []byte, order binary.ByteOrder) (string, error) {
	var b strings.Builder
	for i := 0; i < len(data); i += 4 {
		if i+3 >= len(data) {
			return b.String(), offsetError{i, len(data) - i}
		}
		r := order.Uint32(data[i:])
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return b.String(), offsetError{i, 4}
		}
		b.WriteRune(rune(r))
	}
	return b.String(), nil
}

// invalidAt is the offset of the first byte that is not UTF-8, or -1.
func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// brokenUTF8 tells a damaged UTF-8 file from one in another encoding: by far the
// most bytes beyond ASCII form whole UTF-8 characters of three bytes or more, or
// the file is cut off in the middle of its last character. Without this test the
// bytes would often pass as GB18030 and read as nonsense.
func brokenUTF8(data []byte) (at int, yes bool) {
	at = -1
	whole, bad := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if at < 0 {
				at = i
			}
			bad++
		case n >= 3:
			whole += n
		}
		i += n
	}
	cut := at >= 0 && len(data)-at < utf8.UTFMax && !utf8.FullRune(data[at:])
	return at, bad > 0 && (whole >= 4*bad || cut && whole > 0)
}
