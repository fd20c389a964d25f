package corpus

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Decoding says how well a file's encoding is known, and what in its text looks as if it
// was decoded wrongly, now or by those who wrote the file.
type Decoding struct {
	Sure     float64   `json:"sure"`     // 0 to 1; an estimate unless it is 1
	Proof    Proof     `json:"proof"`    // "" where the format leaves no choice
	Suspects []Suspect `json:"suspects"` // at most one of each kind
}

// Proof is what an encoding is known by.
type Proof string

// The proofs, surest first.
const (
	ProofMark     Proof = "mark"     // a byte order mark
	ProofUTF8     Proof = "utf-8"    // it is valid UTF-8, which other text hardly ever is
	ProofDeclared Proof = "declared" // the file says so, and can be read so
	ProofLikeness Proof = "likeness" // it reads like Chinese in this encoding only
)

// What a character of another encoding is taken to be valid UTF-8 with: the shares of
// GBK's pairs of bytes that are a two-byte character, and of its triples that are one of
// three bytes, in running text.
const (
	chanceOf2 = 0.25
	chanceOf3 = 0.02
)

// sureUTF8 is how sure it is that valid UTF-8 is meant to be UTF-8.
func sureUTF8(data []byte) float64 {
	chance := 1.0
	for i := 0; i < len(data) && chance > 1e-9; {
		_, n := utf8.DecodeRune(data[i:])
		switch {
		case n == 2:
			chance *= chanceOf2
		case n > 2:
			chance *= chanceOf3
		}
		i += n
	}
	if chance == 1 {
		return 1 // ASCII, which is the same in all of them
	}
	return round(1 - chance/2)
}

// nonsense is the score of text that is read in the wrong encoding, at best.
const nonsense = -1.5

// sureLike is how sure the best of the candidates is: the more characters, and the
// farther the second, the surer. A text that reads like none known is never sure.
func sureLike(best candidate, second float64) float64 {
	n := 0
	for _, r := range best.text {
		if r >= utf8.RuneSelf {
			n++
		}
	}
	margin := max(0, best.score-second)
	sense := min(1, max(0.1, (best.score+2)/3))
	return round(sense * (1 - math.Exp(-margin*float64(n)/6)/2))
}

// round keeps three digits, and never makes a guess certain.
func round(p float64) float64 { return min(0.999, math.Round(p*1000)/1000) }

// prose reports whether one of the candidates reads like running Chinese text, whatever
// the file declares.
func prose(candidates []candidate) bool {
	for _, c := range candidates {
		if c.score >= 2 && utf8.RuneCountInString(c.text) >= 12 {
			return true
		}
	}
	return false
}

// shortGBK reads a file of a few words whose bytes happen to be valid UTF-8 as well:
// 「一些」 in GBK is two Cyrillic letters.
func shortGBK(data []byte) (candidate, bool) {
	if len(data) > 64 {
		return candidate{}, false
	}
	text := string(data)
	high, seen := 0, make(map[rune]bool)
	for _, r := range text {
		if r >= 0x800 {
			return candidate{}, false
		}
		if r >= utf8.RuneSelf {
			high++
			seen[r] = true
		}
	}
	if len(seen) < 2 {
		return candidate{}, false
	}
	read, at := decodeStrict(simplifiedchinese.GB18030, data)
	if at >= 0 || likeChinese(read) < 2.5 || asciiTrails(data) {
		return candidate{}, false
	}
	c := candidate{text: read, name: "GB18030", score: likeChinese(read), proof: ProofLikeness}
	c.sure = round(1 - math.Pow(0.5, float64(high)))
	return c, true
}

// sevenBit names the encoding of Chinese, Japanese or Korean in ASCII bytes that a file
// is in, "" if it is in none.
func sevenBit(data []byte, declared string) string {
	for _, s := range []struct{ shift, name string }{
		{"\x1b$)A", "ISO-2022-CN"},
		{"\x1b$)G", "ISO-2022-CN"},
		{"\x1b$)C", "ISO-2022-KR"},
		{"\x1b$B", "ISO-2022-JP"},
		{"\x1b$@", "ISO-2022-JP"},
		{"\x1b$A", "ISO-2022-JP"},
	} {
		if bytes.Contains(data, []byte(s.shift)) {
			return s.name
		}
	}
	start := bytes.Index(data, []byte("~{"))
	if start < 0 || bytes.ContainsFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return ""
	}
	end := bytes.Index(data[start:], []byte("~}"))
	if end < 0 {
		return ""
	}
	text, err := simplifiedchinese.HZGB2312.NewDecoder().Bytes(data[start : start+end+2])
	declaredHZ := strings.Contains(strings.ToLower(declared), "hz")
	if err == nil && end >= 4 && (declaredHZ || likeChinese(string(text)) >= 1) {
		return "HZ"
	}
	return ""
}
