package openai

import (
	"strings"
	"unicode/utf8"
)

// answerText puts the pieces of an answer together: characters that were cut are
// joined, and a leading <think>…</think>, by which reasoning models think aloud where
// the server doesn't sort it out, is left away. The zero value is ready for use.
type answerText struct {
	tail  []byte // the beginning of a character
	held  string // what may yet turn out to belong to a tag
	state thinking
}

type thinking int

const (
	undecided thinking = iota // nothing but space, or the beginning of <think>
	inside
	after // behind </think>, before the first visible character
	answering
)

const (
	openTag  = "<think>"
	closeTag = "</think>"
	space    = " \t\r\n"
	maxLead  = 1 << 10 // white space before <think>, in bytes
)

// push takes a piece and returns what can be shown, valid UTF-8, often all of it.
func (t *answerText) push(piece string) string {
	for _, r := range piece {
		if r >= escapeBase+0x80 {
			t.tail = append(t.tail, byte(r-escapeBase))
		} else {
			t.tail = utf8.AppendRune(t.tail, r)
		}
	}
	end := len(t.tail)
	for i := end - 1; i >= max(0, end-utf8.UTFMax); i-- {
		if utf8.RuneStart(t.tail[i]) {
			if !utf8.FullRune(t.tail[i:]) {
				end = i
			}
			break
		}
	}
	whole := strings.ToValidUTF8(string(t.tail[:end]), "\uFFFD")
	t.tail = append(t.tail[:0], t.tail[end:]...)
	return t.visible(whole)
}

// rest returns what was held back, once the answer is at its end.
func (t *answerText) rest() string {
	s := ""
	if len(t.tail) > 0 {
		t.tail = nil
		s = t.visible("\uFFFD")
	}
	if t.state == undecided {
		s += t.held
		t.held = ""
	}
	return s
}

func (t *answerText) visible(s string) string {
	if t.state == answering {
		return s
	}
	s = t.held + s
	t.held = ""
	if t.state == undecided {
		lead := strings.TrimLeft(s, space)
		switch {
		case strings.HasPrefix(lead, openTag):
			t.state = inside
			s = lead[len(openTag):]
		case strings.HasPrefix(openTag, lead) && len(s) < maxLead:
			t.held = s
			return ""
		default:
			t.state = answering
			return s
		}
	}
	if t.state == inside {
		_, behind, closed := strings.Cut(s, closeTag)
		if !closed {
			t.held = s[max(0, len(s)-len(closeTag)+1):]
			return ""
		}
		t.state, s = after, behind
	}
	s = strings.TrimLeft(s, space)
	if s != "" {
		t.state = answering
	}
	return s
}
