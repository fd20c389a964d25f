package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSentence  = 400 // runes; what is longer is cut at commas
	shortLine    = 15  // runes; a shorter line is not one of a wrapped paragraph
	longLine     = 120 // runes; a longer one neither
	maxReporting = 12  // runes of a clause such as 他在会上表示 behind a quotation
)

// Sentences returns the sentences of a text; see SentencesIn.
func Sentences(text string) []Span { return SentencesIn(text, Span{0, len(text)}) }

// SentencesIn returns the sentences within a span of text, in order and without
// overlap. They cover all but white space and the marks that begin lines in Markdown
// (#, -, >, rules). Closing quotes and brackets stay with their sentence; headings,
// list items, table rows and code lines are sentences of their own; lines of a wrapped
// paragraph are joined; a sentence of more than 400 characters is cut at commas. The
// span should lie on rune boundaries; it takes linear time.
func SentencesIn(text string, span Span) []Span { return sentencesIn(text, span, maxSentence) }

// sentencesIn is SentencesIn with another limit, in runes, for a sentence.
func sentencesIn(text string, span Span, most int) []Span {
	span.Start = min(max(span.Start, 0), len(text))
	span.End = min(max(span.End, span.Start), len(text))
	s := sentences{text: text, most: most, start: -1}
	for at := span.Start; at < span.End; {
		end := lineEnd(text, at, span.End)
		s.line(at, end)
		at = end + 1
	}
	s.flush()
	return s.spans
}

// sentences collects the spans of a text read line by line.
type sentences struct {
	text  string
	most  int // runes of a sentence
	spans []Span
	start int  // of the sentence that is open; -1 if none is
	last  Span // the content of the line before, where one is open
	fence bool // within fenced code
}

// flush ends the open sentence at the end of the line before.
func (s *sentences) flush() {
	if s.start >= 0 {
		s.emit(s.start, s.last.End)
	}
	s.start = -1
}

func (s *sentences) emit(start, end int) {
	span := trim(s.text, Span{start, end})
	for span.Start < span.End {
		cut := cutLong(s.text, span, s.most)
		if piece := trim(s.text, Span{span.Start, cut}); piece.Start < piece.End {
			s.spans = append(s.spans, piece)
		}
		span = trim(s.text, Span{cut, span.End})
	}
}

// cutLong returns where to cut a span so that at most n runes come before: behind the
// last comma among them, else behind white space, else at n.
func cutLong(text string, span Span, n int) int {
	comma, space, count := -1, -1, 0
	for i, r := range text[span.Start:span.End] {
		if count++; count > n {
			switch {
			case comma > 0:
				return comma
			case space > 0:
				return space
			}
			return span.Start + i
		}
		switch {
		case strings.ContainsRune("，、,：", r):
			comma = span.Start + i + utf8.RuneLen(r)
		case unicode.IsSpace(r):
			space = span.Start + i + utf8.RuneLen(r)
		}
	}
	return span.End
}

// line reads the line text[at:end].
func (s *sentences) line(at, end int) {
	kind, content := blockOf(s.text[at:end])
	if s.fence && kind != blockFence {
		kind, content = blockTable, 0 // a code line is whole, as a table row is
	}
	span := trim(s.text, Span{at + content, end})
	switch kind {
	case blockBlank, blockRule:
		s.flush()
		return
	case blockHead, blockTable, blockFence:
		if kind == blockFence {
			s.fence = !s.fence
		}
		s.flush()
		s.emit(span.Start, span.End)
		return
	}
	if s.start >= 0 && (kind == blockItem || !s.joins(span, s.text[at:end])) {
		s.flush()
	}
	if s.start < 0 {
		s.start = span.Start
	}
	s.last = span
	s.cut(span)
}

// joins says whether the next line goes on with the sentence that the line before left
// open. Wrapped lines are neither short, but for a comma at their end, nor long, and only
// paragraphs are indented.
func (s *sentences) joins(next Span, line string) bool {
	before := s.text[s.last.Start:s.last.End]
	if strings.HasSuffix(before, "：") || strings.HasSuffix(before, ":") ||
		strings.HasPrefix(s.text[s.last.End:], "  ") || // a hard break of Markdown
		strings.HasPrefix(line, "　") || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t") {
		return false
	}
	n := countTo(before, longLine+1)
	unended := strings.HasSuffix(before, "，") || strings.HasSuffix(before, "、")
	return (unended || n >= shortLine) && n <= longLine && countTo(s.text[next.Start:next.End], longLine+1) <= longLine
}

// countTo counts the runes of s, but no further than n.
func countTo(s string, n int) int {
	count := 0
	for range s {
		if count++; count >= n {
			break
		}
	}
	return count
}

// cut ends sentences within the line.
func (s *sentences) cut(line Span) {
	text := s.text[:line.End]
	var q quotes
	prev := ' '
	for i := line.Start; i < line.End; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isEnd(r) {
			q.see(r, prev)
			prev = r
			i += size
			continue
		}
		end, ends := q.sentenceEnd(text, s.start, i, prev)
		if ends {
			s.emit(s.start, end)
			for end < line.End {
				space, size := utf8.DecodeRuneInString(text[end:])
				if !unicode.IsSpace(space) {
					break
				}
				end += size
			}
			s.start = end
		}
		prev, _ = utf8.DecodeLastRuneInString(text[:end])
		i = end
	}
	if s.start >= line.End {
		s.start = -1
	}
}
