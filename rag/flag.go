package rag

import (
	"slices"

	"yinju/corpus"
	"yinju/rag/guard"
)

// flaggedInstructions is what Citation.Flagged says.
const flaggedInstructions = "instructions"

const warnFlagged = "It holds text that speaks to a language model. Models see it as a quotation, and passages with it are marked; look whether it belongs there."

var noticeFlagged = notice{
	"所用的段落里有像是写给语言模型的文字，只按引文处理，没有照办。",
	"A passage used here holds text that seems addressed to a language model. It was taken as a quotation and not followed.",
}

// flag marks a passage that holds instructions to a model.
func flag(p corpus.Passage) string {
	if guard.Instructs(p.Text) {
		return flaggedInstructions
	}
	return ""
}

// tellFlagged notes that a passage which the answer cites, or which the model has seen,
// holds instructions.
func (w *writing) tellFlagged() {
	cited := slices.ContainsFunc(w.answer.Citations, func(c Citation) bool { return c.Flagged != "" })
	seen := w.answer.Mode == ModeModel && slices.ContainsFunc(w.found.Hits, func(h Hit) bool { return flag(h.Passage) != "" })
	if cited || seen {
		w.answer.notice(w.text(noticeFlagged))
	}
}
