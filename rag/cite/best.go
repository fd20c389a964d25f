package cite

import (
	"strings"

	"yinju/corpus"
)

// Weights of Best, and by how much two sentences must beat one.
const (
	factWeight = 0.6
	clearly    = 0.15
)

// Best returns the smallest span of a passage's text that supports a claim, and how
// well it does, in [0, 1]: one of the given sentences, or two neighbours where they
// hold clearly more of the claim's facts and words than either. Of equals the
// shorter, then the earlier wins. Without sentences the whole text is the span. The
// span begins and ends with something else than white space, and lies within text.
func Best(claim, text string, sentences []corpus.Span) (corpus.Span, float64) {
	if len(sentences) == 0 {
		sentences = []corpus.Span{{Start: 0, End: len(text)}}
	}
	c := newScript(claim)
	facts := c.facts(true)
	pick := func(n int, span func(i int) corpus.Span) (best corpus.Span, top float64) {
		for i := range n {
			s := trimmed(text, span(i))
			if s.Start == s.End {
				continue
			}
			score := scoreSpan(c, facts, text[s.Start:s.End])
			if best.Start == best.End || score > top || score == top && s.End-s.Start < best.End-best.Start {
				best, top = s, score
			}
		}
		return best, top
	}
	one, score := pick(len(sentences), func(i int) corpus.Span { return sentences[i] })
	two, both := pick(len(sentences)-1, func(i int) corpus.Span {
		return corpus.Span{Start: sentences[i].Start, End: sentences[i+1].End}
	})
	if both > score+clearly {
		return two, both
	}
	return one, score
}

func scoreSpan(claim script, facts []fact, text string) float64 {
	e := evidence{sources: []*Source{NewSource(text)}, from: claim}
	overlap := e.overlap()
	if len(facts) == 0 {
		return overlap
	}
	found := 0
	for _, f := range facts {
		if e.holds(f) {
			found++
		}
	}
	return factWeight*float64(found)/float64(len(facts)) + (1-factWeight)*overlap
}

// trimmed puts a span inside text and takes the white space off its ends.
func trimmed(text string, s corpus.Span) corpus.Span {
	start := min(max(s.Start, 0), len(text))
	end := min(max(s.End, start), len(text))
	inner := strings.TrimSpace(text[start:end])
	start += strings.Index(text[start:end], inner)
	return corpus.Span{Start: start, End: start + len(inner)}
}
