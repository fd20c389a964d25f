package rag

import "strings"

// thinking is what a model thinks aloud before it answers. It is told apart from the
// answer, and neither cited nor checked.
type thinking struct {
	text  strings.Builder // empty unless the question asks for it
	began bool
	since float64 // when it began, in ms
}

func (t *thinking) lasted(until float64) float64 {
	if !t.began {
		return 0
	}
	return until - t.since
}

// think tells a piece of thinking, and takes back what was told of the answer if that
// was thinking too.
func (w *writing) think(p Piece) error {
	if !w.thinking.began {
		w.thinking.began, w.thinking.since = true, w.elapsed()
	}
	if p.Recant {
		w.heard.Reset()
		w.told, w.kept = 0, trimmer{}
	}
	if p.Recant && w.out.Len() > 0 {
		w.thinking.since = min(w.thinking.since, w.answer.Stats.FirstMS)
		w.out.Reset()
		w.told = 0
		if err := w.tell(Event{Kind: EventRestart}); err != nil {
			return err
		}
	}
	if w.question.Thinking {
		w.thinking.text.WriteString(p.Text)
	}
	return w.tell(Event{Kind: EventThinking, Thinking: p.Text})
}
