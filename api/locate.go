package api

import (
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/rag"
)

// place says where a quotation stood when it was cited. start and end are code
// points (W3C TextPositionSelector), -1 if not given; quote, prefix and suffix are
// a TextQuoteSelector. https://www.w3.org/TR/annotation-model/#selectors
type place struct {
	start, end            int
	quote, prefix, suffix string
}

// locate finds a place in a text that may have changed since. The position holds
// if it cuts out the quote, or if there is no quote. Otherwise the occurrence of
// the quote counts whose surroundings agree most; of equals, the one nearest to
// the old position.
func locate(text string, p place) (corpus.Span, bool) {
	at := corpus.Span{Start: -1}
	if p.start >= 0 {
		if span, ok := byteSpan(text, p.start, p.end); ok {
			if p.quote == "" || text[span.Start:span.End] == p.quote {
				return span, span.Start < span.End
			}
			at = span
		} else {
			at.Start = len(text)
		}
	}
	if p.quote == "" {
		return corpus.Span{}, false
	}
	best, bestAgree, bestAway := -1, -1, 0
	// A quote of one letter may occur a million times: the first thousands will do.
	const most = 10_000
	for from, n := 0, 0; n < most; n++ {
		i := strings.Index(text[from:], p.quote)
		if i < 0 {
			break
		}
		i += from
		from = i + 1 // a quote begins with a whole character; so does any match of it
		agree := commonSuffix(text[:i], p.prefix) + commonPrefix(text[i+len(p.quote):], p.suffix)
		away := 0
		if at.Start >= 0 {
			away = max(i-at.Start, at.Start-i)
		}
		if agree > bestAgree || agree == bestAgree && away < bestAway {
			best, bestAgree, bestAway = i, agree, away
		}
	}
	return corpus.Span{Start: best, End: best + len(p.quote)}, best >= 0
}

// find looks for a place in a text as it is, then as it may have become: changed says
// that the words are not those that were cited, but the most alike.
func (p place) find(text string) (span corpus.Span, changed, ok bool) {
	if span, ok = locate(text, p); ok || p.quote == "" {
		return span, false, ok
	}
	start, end, changed, ok := rag.FindAgain(text, p.quote, p.prefix, p.suffix, max(0, p.start))
	if !ok {
		return corpus.Span{}, false, false
	}
	span, ok = byteSpan(text, start, end)
	return span, changed, ok
}

// byteSpan turns code points into bytes; false if the text is shorter.
func byteSpan(text string, start, end int) (corpus.Span, bool) {
	span := corpus.Span{Start: -1, End: -1}
	n := 0
	for i := range text {
		if n == start {
			span.Start = i
		}
		if n == end {
			span.End = i
			return span, true
		}
		n++
	}
	if n == start {
		span.Start = len(text)
	}
	if n == end {
		span.End = len(text)
	}
	return span, span.End >= 0
}

// codePoints turns ascending byte offsets into code points.
func codePoints(text string, bytes []int) []int {
	out := make([]int, 0, len(bytes))
	at, n := 0, 0
	for _, b := range bytes {
		b = min(b, len(text))
		n += utf8.RuneCountInString(text[at:b])
		at = b
		out = append(out, n)
	}
	return out
}

// commonPrefix counts the characters in which a and b begin alike.
func commonPrefix(a, b string) int {
	n := 0
	for len(a) > 0 && len(b) > 0 {
		r, size := utf8.DecodeRuneInString(a)
		q, qsize := utf8.DecodeRuneInString(b)
		if r != q || size != qsize {
			break
		}
		a, b = a[size:], b[qsize:]
		n++
	}
	return n
}

// commonSuffix counts the characters in which a and b end alike.
func commonSuffix(a, b string) int {
	n := 0
	for len(a) > 0 && len(b) > 0 {
		r, size := utf8.DecodeLastRuneInString(a)
		q, qsize := utf8.DecodeLastRuneInString(b)
		if r != q || size != qsize {
			break
		}
		a, b = a[:len(a)-size], b[:len(b)-qsize]
		n++
	}
	return n
}
