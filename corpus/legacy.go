package corpus

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// decodeLegacy decodes the encodings from before Unicode.
func decodeLegacy(data []byte, declared string) (candidate, error) {
	declaredEnc, declaredName := lookup(declared)
	if declaredName == unsupported {
		return candidate{}, fmt.Errorf("the file says that it is in %s, which is not supported; save it as UTF-8", strings.ToUpper(strings.TrimSpace(declared)))
	}
	var candidates []candidate
	var failures []string
	broken := -1
	try := func(name string, e encoding.Encoding) {
		text, at := decodeStrict(e, data)
		if at >= 0 {
			failures = append(failures, fmt.Sprintf("%s (broken at byte %d)", name, at))
			broken = max(broken, at)
			return
		}
		c := candidate{text: strings.TrimPrefix(text, "\ufeff"), name: name, least: minChinese, proof: ProofLikeness}
		c.score = likeChinese(c.text)
		if name == declaredName { // which is often wrong, but more often right
			c.score++
			c.least, c.proof = minDeclared, ProofDeclared
		}
		candidates = append(candidates, c)
	}
	try("GB18030", simplifiedchinese.GB18030)
	try("Big5", traditionalchinese.Big5)
	if declaredEnc != nil && declaredName != "GB18030" && declaredName != "Big5" {
		if text, at := decodeStrict(declaredEnc, data); at < 0 && !prose(candidates) {
			return candidate{text: text, name: declaredName, sure: 0.9, proof: ProofDeclared}, nil
		}
	}
	if len(data) <= shortFile {
		candidates = append(candidates, utf16Candidates(data)...)
	}
	if c, ok := guess(data, candidates); ok {
		return c, nil
	}
	if text, ok := western(data); ok {
		return candidate{text: text, name: "windows-1252", sure: 0.7, proof: ProofLikeness}, nil
	}
	for _, c := range candidates {
		if c.name == "GB18030" || c.name == "Big5" {
			failures = append(failures, c.name+" (readable, but makes no sense)")
		}
	}
	why := fmt.Errorf("the file is neither UTF-8 (broken at byte %d) nor %s", invalidAt(data), strings.Join(failures, " nor "))
	if broken >= 0 {
		why = fmt.Errorf("%w; look at line %d", why, lineOf(data, broken))
	}
	return candidate{}, notText(data, why)
}

// shortFile bounds, in bytes, the files that are tried as UTF-16 though they have
// neither a mark nor a NUL byte: a longer text has line ends, and so NUL bytes.
const shortFile = 4 << 10

func utf16Candidates(data []byte) []candidate {
	var out []candidate
	for name, order := range map[string]binary.ByteOrder{"UTF-16LE": binary.LittleEndian, "UTF-16BE": binary.BigEndian} {
		if text, err := decodeUTF16(data, order); err == nil && !strings.ContainsRune(text, 0) {
			out = append(out, candidate{text: text, name: name, score: likeText(text), least: minUTF16, proof: ProofLikeness})
		}
	}
	return out
}

// unsupported is the name of declared encodings that are known and not read.
const unsupported = "unsupported"

// lookup finds a declared encoding. Single-byte Western labels count as none: they
// are what editors and servers write when they don't know.
func lookup(label string) (encoding.Encoding, string) {
	label = strings.ToLower(strings.TrimSpace(label))
	switch label {
	case "euc-tw", "x-euc-tw", "cns11643", "hz-gb-2312", "iso-2022-cn", "iso-2022-cn-ext", "iso-2022-kr", "iso-2022-jp", "utf-7":
		return nil, unsupported
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, ""
	}
	switch name, _ := htmlindex.Name(e); name {
	case "gbk", "gb18030":
		return simplifiedchinese.GB18030, "GB18030"
	case "big5":
		return traditionalchinese.Big5, "Big5"
	case "windows-1252", "utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined", "":
		return nil, ""
	default:
		return e, name
	}
}

// decodeStrict decodes the whole of data, or returns the offset of the first byte
// that has no meaning; at is -1 if there is none.
func decodeStrict(e encoding.Encoding, data []byte) (text string, at int) {
	out, err := e.NewDecoder().Bytes(data)
	text, at = string(out), -1
	if err != nil || bytes.Contains(out, []byte("\ufffd")) {
		text, at = decodeSlowly(e, data)
	}
	if euro := lonelyEuro(e, data); euro >= 0 && (at < 0 || euro < at) {
		at = euro
	}
	return text, at
}

// replacement is U+FFFD in GB18030, the only one of these encodings that has it.
const replacement = "\x84\x31\xa4\x37"

// decodeSlowly decodes in pieces and the broken piece character by character, to
// find where it breaks.
func decodeSlowly(e encoding.Encoding, data []byte) (string, int) {
	var b strings.Builder
	for start := 0; start < len(data); {
		end := start
		for end < len(data) && end-start < 4<<10 {
			end += unitLen(e, data[end:])
		}
		out, err := e.NewDecoder().Bytes(data[start:end])
		if err != nil || bytes.Contains(out, []byte("\ufffd")) {
			for i := start; i < end; i += unitLen(e, data[i:]) {
				unit := data[i : i+unitLen(e, data[i:])]
				out, err := e.NewDecoder().Bytes(unit)
				legitimate := e == simplifiedchinese.GB18030 && string(unit) == replacement
				if err != nil || !legitimate && bytes.Contains(out, []byte("\ufffd")) {
					return "", i
				}
			}
		}
		b.Write(out)
		start = end
	}
	return b.String(), -1
}

// unitLen is the length of the character that starts data.
func unitLen(e encoding.Encoding, data []byte) int {
	n := 1
	switch {
	case data[0] <= utf8.RuneSelf:
	case e == simplifiedchinese.GB18030 && len(data) > 1 && '0' <= data[1] && data[1] <= '9':
		n = 4
	default:
		if _, single := e.(*charmap.Charmap); !single {
			n = 2
		}
	}
	return min(n, len(data))
}

// lonelyEuro finds a byte 0x80, the euro sign of Windows' code page 936, that
// stands before another byte beyond ASCII, or is -1. There it is far more likely
// the ruin of a character.
func lonelyEuro(e encoding.Encoding, data []byte) int {
	if e != simplifiedchinese.GB18030 || bytes.IndexByte(data, 0x80) < 0 {
		return -1
	}
	for i := 0; i < len(data); i += unitLen(e, data[i:]) {
		if data[i] == 0x80 && i+1 < len(data) && data[i+1] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}
