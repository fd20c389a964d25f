// Package fold makes texts comparable: case, width, compatibility forms and
// Traditional characters are folded away, on the side of the articles and of the
// question alike. It also cuts folded text into runs of one kind of writing.
package fold

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// t2s holds pairs of runes: a Traditional character, then its Simplified one.
//
//go:embed t2s.txt
var t2s string

// rules changes when this package folds or cuts otherwise than before.
const rules = "fold-2"

// Version names what this package does to a text. A cache of folded terms is valid
// only under an equal version.
func Version() string {
	sum := sha256.Sum256([]byte(t2s + unicode.Version + norm.Version))
	return rules + "-" + stemming + "-" + hex.EncodeToString(sum[:4])
}

// planes is the folding of all runes: the basic plane by array, as nearly all text
// lies there, the others by the runes that change.
type planes struct {
	basic [1 << 16]uint16
	other map[rune]rune
}

var tables = sync.OnceValue(func() *planes {
	simplified := make(map[rune]rune, len(t2s)/6)
	pairs := []rune(strings.ReplaceAll(t2s, "\n", ""))
	for i := 0; i+1 < len(pairs); i += 2 {
		simplified[pairs[i]] = pairs[i+1]
	}
	p := &planes{other: make(map[rune]rune)}
	for r := range rune(1 << 16) {
		f := settle(r, simplified)
		if p.basic[r] = uint16(f); f >= 1<<16 {
			p.basic[r] = leaves
			p.other[r] = f
		}
	}
	beyond := func(r rune) {
		if f := settle(r, simplified); f != r {
			p.other[r] = f
		}
	}
	// Outside the basic plane only these change; trying all would take ten times as long.
	for r := rune(0x10000); r <= 0x1FFFF; r++ {
		beyond(r)
	}
	for r := rune(0x2F800); r <= 0x2FA1F; r++ { // CJK Compatibility Ideographs Supplement
		beyond(r)
	}
	for r := range simplified {
		if r > 0x1FFFF {
			beyond(r)
		}
	}
	return p
})

// leaves marks, in planes.basic, a rune whose folding lies outside the basic plane.
// It is a surrogate: no rune of a string has it.
const leaves = 0xD800

// settle folds a rune until folding changes it no more, which makes Rune idempotent.
func settle(r rune, simplified map[rune]rune) rune {
	for range 8 {
		f := once(r, simplified)
		if f == r {
			return r
		}
		r = f
	}
	return r
}

func once(r rune, simplified map[rune]rune) rune {
	if !utf8.ValidRune(r) {
		return r
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if norm.NFKC.Properties(buf[:n]).Decomposition() != nil {
		composed := norm.NFKC.Bytes(buf[:n])
		if c, size := utf8.DecodeRune(composed); size == len(composed) {
			r = c
		}
	}
	// By way of the upper case, so that ς and σ, ſ and s meet.
	r = unicode.ToLower(unicode.ToUpper(r))
	if s, ok := simplified[r]; ok {
		r = s
	}
	return r
}

// Rune folds one rune: lower case, half width, compatibility form (where that is one
// rune), Simplified. Rune(Rune(r)) == Rune(r). Safe for concurrent use.
func Rune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	p := tables()
	if r < 1<<16 {
		if f := p.basic[r]; f != leaves {
			return rune(f)
		}
	}
	if f, ok := p.other[r]; ok {
		return f
	}
	return r
}

// String folds every rune of s. The result has as many runes as s, so an index
// counted in runes is valid in both; a byte that is not UTF-8 counts as one rune
// and becomes U+FFFD.
func String(s string) string {
	for i, r := range s {
		if f := Rune(r); f != r || r == utf8.RuneError {
			return fromChange(s, i)
		}
	}
	return s
}

func fromChange(s string, i int) string {
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:i])
	for _, r := range s[i:] {
		b.WriteRune(Rune(r))
	}
	return b.String()
}

// Composed is a text in Unicode's composed form (NFC), in which equal names are equal.
func Composed(s string) string { return norm.NFC.String(s) }
