package rag

import (
	"slices"
	"strings"

	"yinju/rag/cite"
)

// Unsupported says what becomes of sentences that their passages do not support.
type Unsupported string

// The ways.
const (
	MarkUnsupported Unsupported = "mark" // they are shown, marked; also what "" means
	DropUnsupported Unsupported = "drop" // they are left out
)

// assemble puts the answer together of its sentences: with the markers of the repaired
// ones, without the dropped ones. A repair after which the text no longer reads as it
// should (in inline code, say) is taken back.
func (w *writing) assemble(text string, claims []cite.Claim, sentences []Sentence) {
	const rounds = 3
	for range rounds {
		w.compose(text, claims, sentences)
		if !w.misread(claims, sentences) {
			return
		}
	}
	for i := range sentences {
		if sentences[i].Repaired != "" {
			sentences[i] = w.examine(claims[i], false)
		}
	}
	w.compose(text, claims, sentences)
}

func (w *writing) compose(text string, claims []cite.Claim, sentences []Sentence) {
	var out strings.Builder
	var t trimmer
	w.answer.Sentences, w.answer.Dropped = []Sentence{}, 0
	for i, c := range claims {
		drop := w.drops && sentences[i].dropped()
		piece := text[c.Start:c.End]
		if sentences[i].Repaired != "" {
			piece = remark(text, c, sentences[i].Citations)
		}
		out.WriteString(t.next(text, c, piece, drop))
		if drop {
			w.answer.Dropped++
			continue
		}
		w.answer.Sentences = append(w.answer.Sentences, sentences[i])
	}
	out.WriteString(t.rest(text))
	w.answer.Answer = strings.TrimSpace(out.String())
}

// misread tells whether some sentences do not read as they should. What had taken over a
// marker that has been moved since gets one of its own; a repair is taken back.
func (w *writing) misread(claims []cite.Claim, sentences []Sentence) (some bool) {
	read := w.claims(w.answer.Answer)
	k := 0
	for i, s := range sentences {
		if w.drops && s.dropped() {
			continue
		}
		right := k < len(read) && read[k].Text == s.Text && slices.Equal(read[k].Numbers, s.Citations)
		switch k++; {
		case right:
		case s.Repaired != "":
			sentences[i], some = w.examine(claims[i], false), true
		case len(s.Citations) > 0 && len(claims[i].Markers) == 0:
			sentences[i].Repaired, some = repairedAdded, true
		}
	}
	return some
}

// remark writes a sentence with other markers: where its first one stood, or before
// its full stop.
func remark(text string, c cite.Claim, numbers []int) string {
	var markers strings.Builder
	for _, n := range numbers {
		markers.WriteString(marker(n))
	}
	var out strings.Builder
	at, placed := c.Start, false
	for _, m := range c.Markers {
		if m.Start < at || m.End > c.End {
			continue
		}
		out.WriteString(text[at:m.Start])
		if !placed {
			out.WriteString(markers.String())
			placed = true
		}
		at = m.End
	}
	if placed {
		return out.String() + text[at:c.End]
	}
	whole := text[c.Start:c.End]
	end := len(strings.TrimRight(whole, " \t\u3000|"))
	end = len(strings.TrimRight(whole[:end], "*_~"))
	end = len(strings.TrimRight(whole[:end], "。！？!?.；;…"))
	return whole[:end] + markers.String() + whole[end:]
}

// trimmer writes an answer claim by claim, without the dropped ones. What stands
// between claims (line ends, the marks of lists, code blocks) goes with the claim
// behind it.
type trimmer struct {
	at    int    // bytes of the text that are done with
	gap   string // what stood before the claims dropped last
	begun bool
}

// next returns what is to be written for a claim, whose own text is piece.
func (t *trimmer) next(text string, c cite.Claim, piece string, drop bool) string {
	gap := between(t.gap, text[min(t.at, c.Start):c.Start], t.gap != "")
	t.at = c.End
	if drop {
		t.gap = gap
		if gap == "" && t.begun {
			t.gap = ""
		}
		return ""
	}
	t.gap = ""
	if !t.begun {
		gap = strings.TrimLeft(gap, "\r\n")
	}
	t.begun = true
	return gap + piece
}

// rest returns what stands behind the last claim.
func (t *trimmer) rest(text string) string {
	rest := text[min(t.at, len(text)):]
	t.at = len(text)
	if t.gap != "" {
		rest = between(t.gap, rest, true)
		if !strings.Contains(rest, "```") {
			rest = strings.TrimRight(rest, " \t\r\n-*+_~>#0123456789.)|")
		}
		t.gap = ""
	}
	return rest
}

// between joins what stood before and behind a dropped claim.
func between(before, behind string, dropped bool) string {
	if !dropped {
		return before + behind
	}
	for _, sign := range []string{"**", "__", "*", "_"} { // emphasis around the claim
		if strings.HasSuffix(before, sign) && strings.HasPrefix(behind, sign) {
			before, behind = strings.TrimSuffix(before, sign), strings.TrimPrefix(behind, sign)
			break
		}
	}
	switch {
	case strings.Contains(before, "```"):
		return before + behind
	case strings.Contains(behind, "\n"):
		return behind
	}
	return before
}

// cited counts the sentences whose citations are the model's own, and the others.
func (w *writing) cited() (added, own int) {
	for _, s := range w.answer.Sentences {
		switch {
		case len(s.Citations) == 0:
		case s.Repaired == repairedAdded && len(s.Citations) == 1:
			added++
		default:
			own++
		}
	}
	return added, own
}

// states tells whether the answer still states anything.
func (w *writing) states() bool {
	return slices.ContainsFunc(w.answer.Sentences, func(s Sentence) bool { return s.Support != cite.None })
}

// refuseUnsupported refuses where no sentence of the model's was supported.
func (w *writing) refuseUnsupported() error {
	if w.out.Len() > 0 {
		w.out.Reset()
		if err := w.tell(Event{Kind: EventRestart}); err != nil {
			return err
		}
	}
	dropped := w.answer.Dropped
	w.answer.Answered, w.answer.Model = false, ""
	w.answer.notice(w.text(noticeNoneSupported))
	err := w.refuse()
	w.answer.Dropped = dropped
	return err
}
