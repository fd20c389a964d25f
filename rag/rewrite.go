package rag

import (
	"regexp"
	"strings"

	"yinju/corpus/fold"
)

// leaning finds questions that lean on the turn before: they begin by pointing back,
// hold a pronoun, or end in 呢.
var leaning = regexp.MustCompile(`^(那么|那|这|此|其|它|他|她|上述|前者|后者|还有|然后|另外|再|and |what about|how about|why\b)` +
	`|它|他们|她们|他(的|是|在|说|有|和|对|怎|为|何|什|哪)|她(的|是|在|说|有|和|对|怎|为|何|什|哪)|这家|该公司|这个|这款|这些|那个|那家|那些` +
	`|呢[?？!！。\s]*$|\b(it|its|they|them|their|he|she|his|her|this|that|these|those)\b`)

// rewrite makes a follow-up self-contained by putting the reader's question before
// it in front. It returns "" for a question that stands on its own.
func rewrite(q Question) string {
	if !leaning.MatchString(fold.String(strings.TrimSpace(q.Text))) {
		return ""
	}
	for i := len(q.History) - 1; i >= 0; i-- {
		turn := q.History[i]
		if before := strings.TrimSpace(turn.Content); turn.Role == "user" && before != "" && before != strings.TrimSpace(q.Text) {
			return before + " " + strings.TrimSpace(q.Text)
		}
	}
	return ""
}
