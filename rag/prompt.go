package rag

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/rag/cite"
	"yinju/rag/guard"
)

// Prompt makes the messages for the chat model. The zero value is ready to use.
type Prompt struct {
	// Budget bounds passages and history together, in characters; for Chinese a
	// character is about a token. The least relevant passages go first when the
	// passages exceed two thirds of it, then the oldest turns. 0 means 12,000.
	Budget int
	// Context is how many tokens the model takes, its answer included, as Tokens counts
	// them; 0 means 16,384. What the system prompt, the question and the answer leave is
	// shared by passages and history as the Budget is.
	Context int
	// Answer is how many of those tokens are kept for the answer; 0 means 2,048, or a
	// quarter of the Context if that is less.
	Answer int
	// System is the system prompt, a template as CheckPrompt takes it; "" means the
	// repository's own, in the question's language.
	System string
}

const (
	promptBudget  = 12_000
	promptContext = 16_384
	promptAnswer  = 2048
	overhead      = 64 // tokens of the chat template and of our own words between the parts
)

var (
	//go:embed prompts/zh.txt
	systemZH string
	//go:embed prompts/en.txt
	systemEN string
)

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// maxSystem bounds a system prompt, in characters.
const maxSystem = 20_000

// CheckPrompt says what is wrong with a system prompt. It is text with placeholders:
// {{no_answer}} becomes the sentence by which the model says that the passages do not
// answer, and must be there; {{language}} the language of the question, {{today}} the
// date as YYYY-MM-DD.
func CheckPrompt(text string) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return errors.New("it is not text in UTF-8; save it as UTF-8")
	case strings.TrimSpace(text) == "":
		return errors.New("it is empty; write what the model is to do, with {{no_answer}} for the sentence that says that there is no answer")
	case utf8.RuneCountInString(text) > maxSystem:
		return fmt.Errorf("it has more than %d characters; shorten it, for it takes the place of passages", maxSystem)
	}
	rest := placeholder.ReplaceAllString(text, "")
	if strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return errors.New("a {{ or }} stands alone; placeholders are {{no_answer}}, {{language}} and {{today}}")
	}
	needed := false
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]string{"no_answer", "language", "today"}, m[1]) {
			return fmt.Errorf("there is no placeholder {{%s}}; there are {{no_answer}}, {{language}} and {{today}}", m[1])
		}
		needed = needed || m[1] == "no_answer"
	}
	if !needed {
		return errors.New("it lacks {{no_answer}}: without the sentence that the model is to say when the passages do not answer, a refusal could not be told from an answer")
	}
	return nil
}

// system is the system prompt filled in.
func (p Prompt) system(lang language) string {
	text := strings.TrimSpace(cmp.Or(p.System, notice{systemZH, systemEN}[lang]))
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		switch placeholder.FindStringSubmatch(m)[1] {
		case "no_answer":
			return declining[lang]
		case "language":
			return notice{"中文", "English"}[lang]
		case "today":
			return time.Now().Format(time.DateOnly)
		}
		return m
	})
}

// budget is what passages and history may take, in characters and in tokens.
type budget struct{ characters, tokens int }

func (b budget) holds(text string) bool {
	return utf8.RuneCountInString(text) <= b.characters && Tokens(text) <= b.tokens
}

func (b budget) less(text string) budget {
	return budget{b.characters - utf8.RuneCountInString(text), b.tokens - Tokens(text)}
}

func (b budget) share(n, of int) budget { return budget{b.characters * n / of, b.tokens * n / of} }

// budget is what system prompt, question and answer leave of the context.
func (p Prompt) budget(system, question string) budget {
	context := cmp.Or(max(0, p.Context), promptContext)
	answer := min(cmp.Or(max(0, p.Answer), promptAnswer), context/2)
	if p.Answer <= 0 {
		answer = min(answer, context/4)
	}
	return budget{cmp.Or(max(0, p.Budget), promptBudget), max(0, context-answer-Tokens(system)-Tokens(question)-overhead)}
}

// messages returns the conversation to send and how many of the hits it shows. asked is
// the question as it was searched for.
func (p Prompt) messages(q Question, asked string, lang language, hits []Hit) (messages []Message, shown int) {
	system := p.system(lang)
	whole := p.budget(system, q.Text+asked)
	task, shown, left := task(q.Text, asked, lang, hits, whole)
	messages = []Message{{Role: "system", Content: system}}
	messages = append(messages, recent(q.History, left)...)
	return append(messages, Message{Role: "user", Content: task}), shown
}

// task is the last message: the passages that fit into two thirds of the budget, at
// least one, and the question. left is what remains for the history.
func task(question, asked string, lang language, hits []Hit, whole budget) (text string, shown int, left budget) {
	var sb strings.Builder
	sb.WriteString(notice{"资料段落：\n", "Passages:\n"}[lang])
	room := whole.share(2, 3)
	left = whole
	for i, h := range hits {
		block := passageBlock(i+1, h, h.Passage.Text)
		if !room.holds(block) {
			if shown > 0 {
				break
			}
			block = passageBlock(i+1, h, shortened(asked, h, room))
		}
		sb.WriteString(block)
		room, left = room.less(block), left.less(block)
		shown++
	}
	fmt.Fprintf(&sb, notice{"\n问题：%s", "\nQuestion: %s"}[lang], guard.Neutral(question))
	if asked != question {
		fmt.Fprintf(&sb, notice{"\n（联系上文，意思是：%s）", "\n(In view of what was said before: %s)"}[lang], guard.Neutral(asked))
	}
	return sb.String(), shown, left
}

// passageBlock quotes a passage as data. What looks like our own tags in it, or like
// those of a chat template, is disarmed: an article cannot end its passage and speak for
// us.
func passageBlock(number int, h Hit, text string) string {
	title := strings.Join(append([]string{h.Passage.Title}, h.Passage.Heading...), " › ")
	about := fmt.Sprintf("number=\"%d\" title=%q", number, inAttribute(title))
	if h.Article.Source != "" {
		about += fmt.Sprintf(" source=%q", inAttribute(h.Article.Source))
	}
	if !h.Article.Published.IsZero() {
		about += fmt.Sprintf(" date=%q", h.Article.Published.Format(time.DateOnly))
	}
	return fmt.Sprintf("<passage %s>\n[%d] %s\n</passage>\n", about, number, guard.Neutral(text))
}

func inAttribute(text string) string {
	return strings.NewReplacer("\"", "”", "\n", " ", "\t", " ", "\\", "＼").Replace(guard.Neutral(text))
}

// shortened is what of a passage fits: whole sentences around the one that answers the
// question best, or, if that alone is too long, its beginning.
func shortened(question string, h Hit, room budget) string {
	text := h.Passage.Text
	spans := corpus.Sentences(text)
	if len(spans) == 0 {
		return text
	}
	best, _ := cite.Best(question, text, spans)
	at := max(0, slices.IndexFunc(spans, func(s corpus.Span) bool { return s.Start <= best.Start && best.Start < s.End }))
	fits := func(from, to int) bool {
		return room.holds(passageBlock(1, h, "…"+text[spans[from].Start:spans[to].End]+"…"))
	}
	if !fits(at, at) {
		runes := []rune(text[spans[at].Start:spans[at].End])
		n := len(runes)
		for n > 0 && !room.holds(passageBlock(1, h, string(runes[:n])+"…")) {
			n = n * 9 / 10
		}
		return string(runes[:n]) + "…"
	}
	from, to := at, at
	for grown := true; grown; {
		grown = false
		if to+1 < len(spans) && fits(from, to+1) {
			to, grown = to+1, true
		}
		if from > 0 && fits(from-1, to) {
			from, grown = from-1, true
		}
	}
	cut := text[spans[from].Start:spans[to].End]
	if from > 0 {
		cut = "…" + cut
	}
	if to+1 < len(spans) {
		cut += "…"
	}
	return cut
}

// recent returns the latest turns that fit into the budget, each whole: a question with
// its answer. What has another role or says nothing is left out.
func recent(history []Message, left budget) []Message {
	turns := turnsOf(history)
	var kept []Message
	for _, t := range slices.Backward(turns) {
		question, answer := guard.Neutral(t.Question), guard.Neutral(t.Answer)
		if strings.TrimSpace(answer) == "" {
			continue // two questions in a row are refused by some servers
		}
		if !left.holds(question + answer) {
			break
		}
		left = left.less(question + answer)
		kept = slices.Insert(kept, 0, Message{Role: "user", Content: question}, Message{Role: "assistant", Content: answer})
	}
	return kept
}
