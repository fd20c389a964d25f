package cite

import (
	"slices"
	"strings"
)

// How much must stand alike around a name, in letters, to tell that a source has
// another one in its place, and how long that one may be.
const (
	slotBefore = 3
	slotBehind = 3
	slotAlone  = 5 // behind a name that begins the sentence
	slotWidth  = 8
)

// borrowed tells a name that the sources have, but never where the sentence has it: the
// same words stand around another one there. 周远表示将退休 is not said by 周远表示欢迎,
// 何敏表示将退休.
func (e *evidence) borrowed(f fact) bool {
	if f.kind != nameFact {
		return false
	}
	start, end := e.from.sentence(f)
	before, behind := letters(e.from.folded[start:f.start]), letters(e.from.folded[f.end:end])
	need := slotBehind
	if len(before) < slotBefore {
		if len(before) > 0 {
			return false
		}
		need = slotAlone
	}
	if len(behind) < need {
		return false
	}
	before, behind = before[max(0, len(before)-slotBefore):], behind[:need]
	name := string(f.word)
	another := false
	for _, s := range e.sources {
		if strings.Contains(s.letters, name+string(behind[:2])) || len(before) > 0 && strings.Contains(s.letters, string(before[1:])+name) {
			return false
		}
		another = another || s.slot(string(before), string(behind), name)
	}
	return another
}

// slot tells whether a sentence of the text has another word between before and behind.
func (s *Source) slot(before, behind, name string) bool {
	for _, sentence := range s.sentences {
		i := strings.Index(sentence, behind)
		if i < 0 {
			continue
		}
		head := []rune(sentence[:i])
		head = head[max(0, len(head)-slotWidth-slotBefore):]
		word := string(head)
		if before == "" {
			if len([]rune(sentence[:i])) > slotWidth {
				continue
			}
		} else {
			at := strings.LastIndex(word, before)
			if at < 0 {
				continue
			}
			word = word[at+len(before):]
		}
		if word != "" && !strings.Contains(word, name) {
			return true
		}
	}
	return false
}

// bySentence gives the letters of each sentence, and where it stands.
func bySentence(t script) (list []string, bounds []fact) {
	for start := 0; start < len(t.folded); {
		end := slices.IndexFunc(t.folded[start:], func(r rune) bool { return strings.ContainsRune("。！？!?\n；;", r) })
		if end += start + 1; end <= start {
			end = len(t.folded)
		}
		if l := letters(t.folded[start:end]); len(l) > 0 {
			list, bounds = append(list, string(l)), append(bounds, fact{start: start, end: end})
		}
		start = end
	}
	return list, bounds
}
