package openai

import (
	"strings"
	"unicode/utf8"
)

// joiner puts characters together that were cut between two pieces. The zero value is
// ready for use.
type joiner struct {
	tail []byte // the beginning of a character
}

// push takes a piece and returns what is whole, valid UTF-8.
func (j *joiner) push(piece string) string {
	for _, r := range piece {
		if r >= escapeBase+0x80 {
			j.tail = append(j.tail, byte(r-escapeBase))
		} else {
			j.tail = utf8.AppendRune(j.tail, r)
		}
	}
	end := len(j.tail)
	for i := end - 1; i >= max(0, end-utf8.UTFMax); i-- {
		if utf8.RuneStart(j.tail[i]) {
			if !utf8.FullRune(j.tail[i:]) {
				end = i
			}
			break
		}
	}
	whole := strings.ToValidUTF8(string(j.tail[:end]), "\uFFFD")
	j.tail = append(j.tail[:0], j.tail[end:]...)
	return whole
}

// rest returns what stands for a character that was never finished.
func (j *joiner) rest() string {
	if len(j.tail) == 0 {
		return ""
	}
	j.tail = nil
	return "\uFFFD"
}

// answerText tells thinking from answer where the server doesn't: models think aloud in
// elements such as <think>…</think> before they answer. Behind the first word of an
// answer such a tag is text. The zero value is ready for use.
type answerText struct {
	held     string // what may yet turn out to belong to a tag, or is space around one
	state    stage
	closing  string // the tag that ends the thinking
	fresh    bool   // the thinking has no visible character yet
	thought  bool   // some thinking is over
	bare     bool   // the text so far was taken for the answer, and no tag has been seen
	answered strings.Builder
}

type stage int

const (
	undecided stage = iota // nothing but space, or the beginning of a tag
	inside                 // behind <think>
	answering
)

// part is a stretch of text, as rag.Piece has it.
type part struct {
	text             string
	thinking, recant bool
}

// tags open and close thinking: those of DeepSeek, Qwen, GLM, Hunyuan and MiniMax; of
// ByteDance's Seed; of Mistral; and two that others use.
var tags = [][2]string{
	{"<think>", "</think>"},
	{"<seed:think>", "</seed:think>"},
	{"[THINK]", "[/THINK]"},
	{"<thinking>", "</thinking>"},
	{"<thought>", "</thought>"},
}

// Templates of some models open the element in the prompt (Qwen3.5, DeepSeek R1), so
// that nothing but the end of it is seen. It counts only on a line of its own: within a
// line an answer may speak of the tag.
const bareClose = "\n</think>\n"

const (
	space    = " \t\r\n"
	maxLead  = 1 << 10  // white space before <think>, in bytes
	maxShown = 64 << 10 // bytes of an answer that can still turn out to be thinking
)

// push takes text and returns what can be told of it, often all.
func (t *answerText) push(s string) []part {
	s = t.held + s
	t.held = ""
	var parts []part
	for s != "" {
		var p part
		switch t.state {
		case undecided:
			s = t.decide(s)
			continue
		case inside:
			p, s = t.think(s)
		case answering:
			p, s = t.answer(s)
		}
		if p.text != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// rest returns what was held back, once the text is at its end.
func (t *answerText) rest() []part {
	s := t.held
	t.held = ""
	if t.state == undecided && t.thought {
		s = strings.TrimLeft(s, space)
	}
	if t.bare && t.state == answering && s == strings.TrimSuffix(bareClose, "\n") {
		return t.recant(s)
	}
	if s == "" {
		return nil
	}
	return []part{{text: s, thinking: t.state == inside}}
}

// decide looks for an opening tag at the beginning of s, and returns what stands behind
// it, or holds s back.
func (t *answerText) decide(s string) string {
	lead := strings.TrimLeft(s, space)
	for _, tag := range tags {
		if rest, found := strings.CutPrefix(lead, tag[0]); found {
			t.state, t.closing, t.fresh = inside, tag[1], true
			return rest
		}
		if rest, found := strings.CutPrefix(lead, tag[1]); found {
			t.thought = true // the prompt opened it, and nothing was thought
			return rest
		}
	}
	for _, tag := range tags {
		if (strings.HasPrefix(tag[0], lead) || strings.HasPrefix(tag[1], lead)) && len(s) < maxLead {
			t.held = s
			return ""
		}
	}
	t.state, t.bare = answering, !t.thought
	if t.thought {
		return lead
	}
	return s
}

// think splits s at the end of the thinking.
func (t *answerText) think(s string) (part, string) {
	text, behind, closed := strings.Cut(s, t.closing)
	if closed {
		t.state, t.thought = undecided, true
	} else {
		text, t.held = splitBefore(s, t.closing)
	}
	if t.fresh {
		text = strings.TrimLeft(text, space)
		t.fresh = text == ""
	}
	return part{text: text, thinking: true}, behind
}

// answer splits s where a bare closing tag makes thinking of what came before.
func (t *answerText) answer(s string) (part, string) {
	if !t.bare {
		return part{text: s}, ""
	}
	before, behind, closed := strings.Cut(s, bareClose)
	if closed {
		return t.recant(before)[0], behind
	}
	before, t.held = splitBefore(s, bareClose)
	if t.answered.Len()+len(before) > maxShown {
		before += t.held
		t.bare, t.held = false, ""
		t.answered.Reset()
	}
	if t.bare {
		t.answered.WriteString(before)
	}
	return part{text: before}, ""
}

// recant takes back the answer so far, and last, which has not been told.
func (t *answerText) recant(last string) []part {
	last = strings.TrimSuffix(last, strings.TrimSuffix(bareClose, "\n"))
	p := part{text: t.answered.String() + last, thinking: true, recant: true}
	t.answered.Reset()
	t.state, t.thought, t.bare = undecided, true, false
	return []part{p}
}

// splitBefore cuts off an end of s that may be the beginning of tag.
func splitBefore(s, tag string) (before, end string) {
	for n := min(len(s), len(tag)-1); n > 0; n-- {
		if strings.HasPrefix(tag, s[len(s)-n:]) {
			return s[:len(s)-n], s[len(s)-n:]
		}
	}
	return s, ""
}
