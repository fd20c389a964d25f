package rag

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// normal is the form in which texts and phrases are compared: folded, white space of
// any length one space, invisible characters gone.
func normal(text string) string {
	var sb strings.Builder
	sb.Grow(len(text))
	walkNormal(text, func(r rune, _ int) bool {
		sb.WriteRune(r)
		return true
	})
	return sb.String()
}

// walkNormal tells the runes of a text's normal form, each with the byte in text where it
// comes from, until yield says stop.
func walkNormal(text string, yield func(r rune, at int) bool) {
	space := false
	for i, r := range text {
		r = fold.Rune(r)
		switch {
		case r > ' ' && r < 0x7F, r > 0x3000 && r < 0xFE00:
			space = false
		case isBlank(r):
			if space {
				continue
			}
			space, r = true, ' '
		case isHidden(r):
			continue
		default:
			space = false
		}
		if !yield(r, i) {
			return
		}
	}
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// isHidden are the runes that a copied text often loses: soft hyphens, zero width
// spaces, byte order marks, variation selectors.
func isHidden(r rune) bool {
	return r == 0xAD || 0x200B <= r && r <= 0x200F || r == 0x2060 || r == 0xFEFF || 0xFE00 <= r && r <= 0xFE0F
}

// spanOfNormal returns the bytes of a text from which bytes [start, end) of its plain
// form come.
func spanOfNormal(text string, start, end int) (from, to int) {
	n := 0
	from, to = len(text), len(text)
	walkNormal(text, func(r rune, at int) bool {
		switch {
		case n >= end:
			to = at
			return false
		case n >= start && from == len(text):
			from = at
		}
		n += utf8.RuneLen(r)
		return true
	})
	return from, to
}

// sign is a signature of an article (Faloutsos & Christodoulakis, Signature Files, 1984;
// here a Bloom filter): which characters, pairs and triples of them its normal text has.
// It may say yes wrongly (for a key that is absent, in less than one case of ten), never
// no. It makes a phrase between passages, in front matter or inside a Latin word as
// quick to find as one of Chinese words.
type sign []uint64

// signBits is the size of a sign, per rune of the text.
const signBits = 12

func signOf(a *corpus.Article) sign {
	s := make(sign, (utf8.RuneCountInString(a.Title)+utf8.RuneCountInString(a.Text))*signBits/64+1)
	s.add(a.Title)
	s.add(a.Text)
	return s
}

func (s sign) add(text string) {
	walkKeys(text, func(key uint64) bool {
		i, j := s.places(key)
		s[i/64] |= 1 << (i % 64)
		s[j/64] |= 1 << (j % 64)
		return true
	})
}

func (s sign) has(keys []uint64) bool {
	for _, key := range keys {
		i, j := s.places(key)
		if s[i/64]&(1<<(i%64)) == 0 || s[j/64]&(1<<(j%64)) == 0 {
			return false
		}
	}
	return true
}

// places maps a key onto two bits.
func (s sign) places(key uint64) (i, j uint64) {
	key *= 0x9E3779B97F4A7C15
	key ^= key >> 29
	key *= 0xBF58476D1CE4E5B9
	size := uint64(len(s)) * 64
	i, _ = bits.Mul64(key, size)
	j, _ = bits.Mul64(key*0x94D049BB133111EB, size)
	return i, j
}

// keysOf are the keys that an article must have to hold the phrases.
func keysOf(phrases []string) (keys []uint64) {
	for _, p := range phrases {
		walkKeys(p, func(key uint64) bool { keys = append(keys, key); return true })
	}
	return keys
}

// walkKeys tells each rune of the normal text, each pair and each triple as a number.
func walkKeys(text string, yield func(key uint64) bool) {
	var before, last uint64
	walkNormal(text, func(r rune, _ int) bool {
		now := uint64(r) + 1
		more := yield(now)
		if last > 0 {
			more = more && yield(last<<21|now)
		}
		if before > 0 {
			more = more && yield(before<<42|last<<21|now)
		}
		before, last = last, now
		return more
	})
}
