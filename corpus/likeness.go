package corpus

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// candidate is one way to read a file.
type candidate struct {
	text, name   string
	score, least float64 // below least it makes no sense
	sure         float64
	proof        Proof
}

// Prose scores 2 to 3, a list of all characters of GBK or Big5 about −1, text read in
// the wrong encoding −1.5 and less.
const (
	minChinese  = -1.2 // GB18030 and Big5
	minDeclared = -4   // the same, where the page says so
	minUTF16    = 0.5  // most bytes can be read as UTF-16, so it must be convincing
)

// guess picks the likeliest candidate, and says how sure it is; ok is false if none
// makes sense.
func guess(data []byte, candidates []candidate) (best candidate, ok bool) {
	if len(candidates) == 0 {
		return candidate{}, false
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(preference(b.name), preference(a.name)))
	})
	best = candidates[0]
	if best.score < best.least {
		return candidate{}, false
	}
	if best.score < 1 && asciiTrails(data) {
		if _, ok := western(data); ok {
			return candidate{}, false
		}
	}
	second := nonsense
	if len(candidates) > 1 {
		second = max(second, candidates[1].score)
	}
	best.sure = sureLike(best, second)
	return best, true
}

// preference decides between equal scores.
func preference(name string) int {
	return slices.Index([]string{"UTF-16BE", "UTF-16LE", "Big5", "GB18030"}, name)
}

// likeChinese scores a text by how common its characters beyond ASCII are: the mean
// of their weights, from +3 (all common) to −8 (none is a character at all).
func likeChinese(text string) float64 {
	weights := hanWeights()
	sum, n := 0.0, 0
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		n++
		if int(r) < len(weights) {
			sum += float64(weights[r])
		} else {
			sum += rareWeight(r)
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// likeText is likeChinese for UTF-16, where ASCII speaks for the reading too.
func likeText(text string) float64 {
	beyond := 0
	for _, r := range text {
		if r >= utf8.RuneSelf {
			beyond++
		}
	}
	total := utf8.RuneCountInString(text)
	if total == 0 {
		return 0
	}
	return (likeChinese(text)*float64(beyond) + 2*float64(total-beyond)) / float64(total)
}

// hanWeights weighs the characters of the Basic Multilingual Plane. Level 1 of
// GB 2312 and of Big5 are the characters that those standards hold to be in
// general use.
var hanWeights = sync.OnceValue(func() []int8 {
	w := make([]int8, 1<<16)
	for r := range w {
		w[r] = int8(rareWeight(rune(r)))
	}
	level1 := func(e encoding.Encoding, from, to byte, trails string) {
		for lead := from; lead <= to; lead++ {
			for _, trail := range []byte(trails) {
				out, err := e.NewDecoder().Bytes([]byte{lead, trail})
				if r, _ := utf8.DecodeRune(out); err == nil && unicode.Is(unicode.Han, r) {
					w[r] = 1
				}
			}
		}
	}
	high, low := byteRange(0xa1, 0xfe), byteRange(0x40, 0x7e)
	level1(simplifiedchinese.GBK, 0xb0, 0xd7, high)
	level1(traditionalchinese.Big5, 0xa4, 0xc6, low+high)
	for _, r := range commonHan + "，。、：；？！“”‘’（）《》「」『』【】…—·　" {
		w[r] = 3
	}
	for _, r := range "％～．°′″℃×÷±–①②③④⑤⑥⑦⑧⑨⑩" {
		w[r] = 1
	}
	return w
})

func byteRange(from, to byte) string {
	var b strings.Builder
	for c := int(from); c <= int(to); c++ {
		b.WriteByte(byte(c))
	}
	return b.String()
}

// rareWeight weighs a character that is in no list.
func rareWeight(r rune) float64 {
	switch {
	case r < 0xa0 || unicode.Is(unicode.Co, r):
		return -8
	case 0x4e00 <= r && r <= 0x9fff:
		return -2
	case unicode.Is(unicode.Han, r):
		return -3
	case 0xff01 <= r && r <= 0xff5e, 0x3001 <= r && r <= 0x3020:
		return 0
	case !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf):
		return -8 // unassigned
	default:
		return -2
	}
}

// western reads data as windows-1252, if it looks like prose of a Western language:
// mostly ASCII letters, with single accented letters and typographic signs.
func western(data []byte) (string, bool) {
	letters, high, run := 0, 0, 0
	for _, c := range data {
		if c < utf8.RuneSelf {
			run = 0
			if unicode.IsLetter(rune(c)) || c == ' ' {
				letters++
			}
			continue
		}
		high++
		if run++; run > 2 || !westernByte(c) {
			return "", false
		}
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(out), err == nil && letters >= 4*high && letters*2 > len(data)
}

func westernByte(c byte) bool {
	if c >= 0xc0 {
		return c != 0xd7 && c != 0xf7
	}
	// € … ‘ ’ “ ” • – — ™ and, from Latin-1, no-break space ¡ £ § © « ® ° ² ³ · » ½ ¿
	return strings.IndexByte("\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa1\xa3\xa7\xa9\xab\xae\xb0\xb2\xb3\xb7\xbb\xbd\xbf", c) >= 0
}

// asciiTrails reports whether most bytes beyond ASCII stand alone, as accented
// letters do; a Chinese character in GBK is nearly always two of them.
func asciiTrails(data []byte) bool {
	alone, high := 0, 0
	for i, c := range data {
		if c < utf8.RuneSelf {
			continue
		}
		high++
		if (i == 0 || data[i-1] < utf8.RuneSelf) && (i+1 == len(data) || data[i+1] < utf8.RuneSelf) {
			alone++
		}
	}
	return 2*alone > high
}
