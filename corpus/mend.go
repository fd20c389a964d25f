package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// A file of which more is lost is no text any more: one part in so many of the characters
// beyond ASCII, or so many in all.
const (
	mendShare = 5
	mendMost  = 10_000
)

// mend decodes a file that cannot be decoded whole: lines in another encoding are read in
// theirs, and the rest that is broken becomes U+FFFD. why is what it failed of.
func mend(data []byte, declared string, why error) (c candidate, warnings []string, err error) {
	if _, name := lookup(declared); name == unsupported || binaryKind(data) != "" || sevenBit(data, declared) != "" {
		return candidate{}, nil, why
	}
	m := markOf(data)
	var lost []int // byte offsets in c.text
	switch {
	case m.name != "":
		c = candidate{name: m.name, sure: 1, proof: ProofMark}
		c.text, lost = lenient(m.decode, data[len(m.bytes):])
	case bytes.IndexByte(data, 0) >= 0:
		return candidate{}, nil, why
	default:
		c, warnings, lost = mendLines(data, declared)
	}
	beyond := 0
	for _, r := range c.text {
		if r >= utf8.RuneSelf {
			beyond++
		}
	}
	if len(lost)*mendShare > beyond || len(lost) > mendMost {
		return candidate{}, nil, why
	}
	if len(lost) > 0 {
		c.sure = round(c.sure * (1 - float64(len(lost))/float64(beyond)))
		warnings = append(warnings, fmt.Sprintf("replaced by \ufffd, as they could not be decoded as %[2]s: %[1]d characters, at %[3]s (line:column); mend them in the file",
			len(lost), strings.TrimSuffix(c.name, " (BOM)"), placesOf(c.text, lost)))
	}
	c, err = finish(c, nil, data)
	return c, warnings, err
}

// lenient decodes piece by piece, and returns where in it it had to put
// U+FFFD.
func lenient(decode func([]byte) (string, error), data []byte) (text string, lost []int) {
	var b strings.Builder
	for at := 0; ; {
		piece, err := decode(data[at:])
		b.WriteString(piece)
		var broken offsetError
		if !errors.As(err, &broken) || len(lost) > mendMost {
			return b.String(), lost
		}
		lost = append(lost, b.Len())
		b.WriteString("\ufffd")
		at += broken.at + max(1, broken.n)
	}
}

// legacyDecoder decodes up to where an encoding breaks, and little beyond.
func legacyDecoder(e encoding.Encoding) func([]byte) (string, error) {
	const piece = 512
	return func(data []byte) (string, error) {
		var b strings.Builder
		for start := 0; start < len(data); {
			end := start
			for end < len(data) && end-start < piece {
				end += unitLen(e, data[end:])
			}
			text, at := decodeStrict(e, data[start:end])
			if at < 0 {
				b.WriteString(text)
				start = end
				continue
			}
			text, _ = decodeStrict(e, data[start:start+at])
			b.WriteString(text)
			at += start
			return b.String(), offsetError{at, brokenLen(e, data[at:])}
		}
		return b.String(), nil
	}
}

// brokenLen is how many of the first bytes are lost: one or two, whichever makes more
// sense of what follows.
func brokenLen(e encoding.Encoding, data []byte) int {
	if len(data) < 2 || data[1] < utf8.RuneSelf {
		return 1
	}
	follows := func(n int) float64 {
		end := n
		for end < len(data) && end-n < 64 && data[end] >= utf8.RuneSelf {
			end += unitLen(e, data[end:])
		}
		text, at := decodeStrict(e, data[n:end])
		if at >= 0 {
			text, _ = decodeStrict(e, data[n:n+at])
			return likeChinese(text) - 4
		}
		return likeChinese(text)
	}
	if follows(1) > follows(2) {
		return 1
	}
	return 2
}

// mendLines reads each line in the encoding of most of the file, unless it is whole in
// another one only.
func mendLines(data []byte, declared string) (c candidate, warnings []string, lost []int) {
	main, decode := mainEncoding(data, declared)
	c = candidate{name: main, sure: 0.9, proof: ProofLikeness}
	if main == "UTF-8" {
		c.proof = ProofUTF8
	}
	var b strings.Builder
	foreign := map[string][]int{}
	for number, l := range fileLines(data) {
		if len(lost) > mendMost {
			break // it is given up
		}
		if name, text := lineEncoding(l); name != "" && name != main && (name == "UTF-8" || main == "UTF-8") {
			foreign[name] = append(foreign[name], number)
			b.WriteString(text)
		} else {
			text, gone := lenient(decode, l)
			for _, at := range gone {
				lost = append(lost, b.Len()+at)
			}
			b.WriteString(text)
		}
	}
	for _, name := range []string{"UTF-8", "GB18030", "Big5"} {
		if len(foreign[name]) > 0 {
			warnings = append(warnings, fmt.Sprintf("the file is in %s, but in %s on %s; all was read as it is meant, but save the file as UTF-8", main, name, lineRanges(foreign[name])))
		}
	}
	c.text = b.String()
	return c, warnings, lost
}

// mainEncoding is the one of most lines that can be told apart, or that in which the
// fewest characters are lost and the rest reads best.
func mainEncoding(data []byte, declared string) (name string, decode func([]byte) (string, error)) {
	type choice struct {
		name   string
		decode func([]byte) (string, error)
	}
	choices := []choice{
		{"UTF-8", decodeUTF8},
		{"GB18030", legacyDecoder(simplifiedchinese.GB18030)},
		{"Big5", legacyDecoder(traditionalchinese.Big5)},
	}
	if e, name := lookup(declared); e != nil && name != "GB18030" && name != "Big5" {
		choices = append(choices, choice{name, legacyDecoder(e)})
	}
	counts := make(map[string]int)
	for _, l := range fileLines(data[:min(len(data), 32<<10)]) {
		name, _ := lineEncoding(l)
		counts[name]++
	}
	sample := data[:min(len(data), 64<<10)]
	best := 0.0
	for i, c := range choices {
		if n := counts[c.name]; n > 0 && counts["UTF-8"] > 0 && 2*n >= counts["UTF-8"]+counts["GB18030"]+counts["Big5"] {
			return c.name, c.decode
		}
		text, lost := lenient(c.decode, sample)
		beyond := 0
		for _, r := range text {
			if r >= utf8.RuneSelf {
				beyond++
			}
		}
		score := likeChinese(text) - 12*float64(len(lost))/float64(max(1, beyond))
		if i == 0 || score > best {
			best, name, decode = score, c.name, c.decode
		}
	}
	return name, decode
}

// mixed says which lines of a file are in another encoding than the others, nil if that
// is not what is wrong with it.
func mixed(data []byte) error {
	byName := map[string][]int{}
	if !anyLine(data, surelyUTF8) {
		return nil
	}
	for number, l := range fileLines(data) {
		if name, _ := lineEncoding(l); name != "" {
			byName[name] = append(byName[name], number)
		}
	}
	legacy := "GB18030"
	if len(byName["Big5"]) > len(byName[legacy]) {
		legacy = "Big5"
	}
	if len(byName["UTF-8"]) == 0 || len(byName[legacy]) == 0 {
		return nil
	}
	main, other := "UTF-8", legacy
	if len(byName[legacy]) > len(byName["UTF-8"]) {
		main, other = legacy, "UTF-8"
	}
	return fmt.Errorf("the file mixes encodings: it is in %s, but in %s on %s; save all of it as UTF-8, or have such lines read as they are meant (-undecodable replace)",
		main, other, lineRanges(byName[other]))
}

// surelyUTF8 reports whether a line holds Chinese in UTF-8.
func surelyUTF8(l []byte) bool {
	three := 0
	for i := 0; i < len(l); {
		r, n := utf8.DecodeRune(l[i:])
		if r == utf8.RuneError && n == 1 {
			return false
		}
		if n >= 3 {
			three++
		}
		i += n
	}
	return three >= 2 && likeChinese(string(l)) >= 0
}

// lineEncoding names the encoding of a line that can be told from the line alone, "" if
// it cannot.
func lineEncoding(l []byte) (name, text string) {
	if surelyUTF8(l) {
		return "UTF-8", string(l)
	}
	if utf8.Valid(l) {
		return "", ""
	}
	best := 1.0 // prose scores 2 to 3
	for _, e := range []struct {
		name string
		encoding.Encoding
	}{{"GB18030", simplifiedchinese.GB18030}, {"Big5", traditionalchinese.Big5}} {
		read, at := decodeStrict(e.Encoding, l)
		if score := likeChinese(read); at < 0 && score >= best && utf8.RuneCountInString(read) >= 4 {
			best, name, text = score, e.name, read
		}
	}
	return name, text
}

// fileLines are the lines of a file with their line ends, LF, CRLF or CR, and their
// numbers from 1. All of these encodings have line ends as in ASCII.
func fileLines(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for number := 1; len(data) > 0; number++ {
			i := bytes.IndexAny(data, "\r\n")
			switch {
			case i < 0:
				i = len(data)
			case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
				i += 2
			default:
				i++
			}
			if !yield(number, data[:i]) {
				return
			}
			data = data[i:]
		}
	}
}

func anyLine(data []byte, is func([]byte) bool) bool {
	for _, l := range fileLines(data) {
		if is(l) {
			return true
		}
	}
	return false
}

// lineOf is the number of the line in which a byte of a file stands, whose line ends are
// as in ASCII.
func lineOf(data []byte, at int) int {
	before := data[:min(at, len(data))]
	n := 0
	for number := range fileLines(before) {
		n = number
	}
	if n == 0 || bytes.HasSuffix(before, []byte("\n")) || bytes.HasSuffix(before, []byte("\r")) {
		n++
	}
	return n
}

// placesOf writes the first few places as "3:14, 5:2".
func placesOf(text string, at []int) string {
	const most = 5
	places := newPlacer(text)
	var parts []string
	for _, i := range at[:min(len(at), most)] {
		p := places.of(Span{i, i})
		parts = append(parts, fmt.Sprintf("%d:%d", p.Line, p.Column))
	}
	if len(at) > most {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

// lineRanges writes ascending numbers as "lines 3, 5–8".
func lineRanges(numbers []int) string {
	const most = 8
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if len(parts) == most {
			parts = append(parts, "…")
			break
		}
		part := strconv.Itoa(numbers[i])
		if j > i {
			part += "–" + strconv.Itoa(numbers[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	word := "line "
	if len(numbers) > 1 {
		word = "lines "
	}
	return word + strings.Join(parts, ", ")
}
