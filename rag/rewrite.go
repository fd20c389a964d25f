package rag

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
	"yinju/rag/followup"
	"yinju/rag/guard"
)

// Rewriting says how questions that lean on the conversation are made self-contained.
// The zero value does it by rules. A first question is never rewritten.
type Rewriting struct {
	Off   bool
	Cut   func(string) []string // cuts text into words whose concatenation is the text; nil: by a small list
	Named func(string) bool     // tells what the articles are about, folded; *Index's Named
	// Model rewrites what the rules say leans on the conversation; nil: the rules do it.
	// When it fails, is slow or says what stands nowhere in the conversation, the rules'
	// reading serves.
	Model   ChatModel
	Timeout time.Duration // what the Model may take; 0 means 5 s
}

const (
	leaningShare = 0.3 // what the bare question counts for beside its reading, times how well it is answered, if it cannot be understood alone
	bareShare    = 1.0 // if it can
	mergeK       = 10  // of the reciprocal ranks by which the two are fused
)

// rewrite returns the question made self-contained, "" if it is that itself, and what the
// bare question, which found what it found, counts for beside it.
func (a *Answerer) rewrite(ctx context.Context, w *writing, bare *Result) (text string, share float64) {
	q := w.question
	turns := turnsOf(q.History)
	if n := len(turns) - 1; n >= 0 && turns[n].Answer == "" && strings.TrimSpace(turns[n].Question) == strings.TrimSpace(q.Text) {
		turns = turns[:n] // some clients send the question as the last turn, too
	}
	if a.Rewrite.Off {
		return "", 0
	}
	r := followup.Resolver{Cut: a.Rewrite.Cut, Named: a.Rewrite.Named, Score: func(text string) float64 {
		found, err := a.Retriever.Retrieve(ctx, Query{Text: text, K: readPassages, Filter: q.Filter, Literal: true, lexical: true})
		if err != nil {
			return 0 // the search that follows tells of it
		}
		return found.Coverage
	}}
	reading := r.Resolve(q.Text, turns)
	share = bareShare
	if reading.Leans {
		share = leaningShare * bare.Coverage
	}
	if !reading.Leans || a.Rewrite.Model == nil || len(turns) == 0 {
		return reading.Text, share
	}
	w.answer.Stats.ModelCalls++
	if text := a.rewriteByModel(ctx, q); text != "" && !r.Resolve(text, turns).Leans {
		return text, share
	}
	return reading.Text, share
}

// turnsOf pairs the questions of a conversation with their answers. What has another
// role, or no question before it, is passed over.
func turnsOf(history []Message) []followup.Turn {
	var turns []followup.Turn
	for _, m := range history {
		switch n := len(turns); {
		case strings.TrimSpace(m.Content) == "":
		case m.Role == "user":
			turns = append(turns, followup.Turn{Question: m.Content})
		case m.Role == "assistant" && n > 0 && turns[n-1].Answer == "":
			turns[n-1].Answer = m.Content
		case m.Role == "assistant" && n > 0:
			turns[n-1].Answer += "\n" + m.Content
		}
	}
	return turns
}

var rewriting = notice{
	`把对话里最后一个问题改写成一个不看前文也能懂的问题：补上省略的主语，把“它”“这个”“那…呢”换成所指的名称。不要回答，不要添加对话里没有的名称和数字。问题本来就完整，就原样写出。只写改写后的问题，一行。`,
	`Rewrite the last question of the conversation so that it can be understood without what came before: put names for pronouns, and supply what was left out. Do not answer it. Add no name and no number that is not in the conversation. If it is complete already, repeat it. Write the question only, on one line.`,
}

const (
	rewriteTimeout = 5 * time.Second
	rewriteTurns   = 6   // messages of the conversation that the model sees
	rewriteTurn    = 400 // characters of each
	rewriteLimit   = 200 // characters that a rewritten question may have
)

// errEnough ends a model that goes on.
var errEnough = errors.New("enough")

// rewriteByModel returns "" if nothing usable comes in time.
func (a *Answerer) rewriteByModel(ctx context.Context, q Question) string {
	lang := languageOf(q.Text)
	timeout := a.Rewrite.Timeout
	if timeout <= 0 {
		timeout = rewriteTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	said := notice{"对话：\n", "Conversation:\n"}[lang]
	all := said
	for _, m := range q.History[max(0, len(q.History)-rewriteTurns):] {
		line := onOneLine(m.Content)
		if runes := []rune(line); len(runes) > rewriteTurn {
			line = string(runes[:rewriteTurn]) + "…"
		}
		switch m.Role {
		case "user":
			said += notice{"读者：", "Reader: "}[lang] + line + "\n"
		case "assistant":
			said += notice{"回答：", "Answer: "}[lang] + line + "\n"
		}
	}
	for _, m := range q.History {
		all += m.Content + "\n"
	}
	said += notice{"最后一个问题：", "Last question: "}[lang] + onOneLine(q.Text)
	var out strings.Builder
	_, err := a.Rewrite.Model.Chat(ctx, []Message{{Role: "system", Content: rewriting[lang]}, {Role: "user", Content: guard.Neutral(said)}}, func(piece Piece) error {
		if piece.Recant {
			out.Reset()
		}
		if !piece.Thinking {
			out.WriteString(piece.Text)
		}
		if out.Len() > 16*rewriteLimit {
			return errEnough
		}
		return nil
	})
	if err != nil {
		if a.Log != nil {
			a.Log.Info("a follow-up was rewritten by rules, because the model failed", "error", err)
		}
		return ""
	}
	return usable(out.String(), all+q.Text)
}

func onOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var (
	thought    = regexp.MustCompile(`(?s)^.*</think(?:ing)?>`)
	labelled   = regexp.MustCompile(`^(?:改写后的?(?:问题)?|重写后的?问题|问题|rewritten(?: question)?|question)\s*[:：]\s*`)
	namesOrNos = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*|[A-Za-z][A-Za-z0-9]+`)
	nameInside = regexp.MustCompile(`[0-9]|.[A-Z]`)
)

// usable is what a model wrote if it is one question about what was spoken of: one line,
// not long, with no number and no Latin name of its own, mostly made of the
// conversation's characters.
func usable(text, conversation string) string {
	text = strings.TrimSpace(thought.ReplaceAllString(text, ""))
	text = strings.Trim(text, " \t\"'“”「」`*")
	if loc := labelled.FindStringIndex(strings.ToLower(text)); loc != nil && loc[1] <= len(text) {
		text = strings.Trim(text[loc[1]:], " \"'“”「」`*")
	}
	if text == "" || strings.ContainsAny(text, "\n\r<>[]{}|") || !utf8.ValidString(text) || utf8.RuneCountInString(text) > rewriteLimit {
		return ""
	}
	known, english := fold.String(conversation), languageOf(text) == english
	for n, name := range namesOrNos.FindAllString(text, -1) {
		word := english && !nameInside.MatchString(name) && (n == 0 || unicode.IsLower(rune(name[0])))
		if f := fold.String(name); !word && !stopWords[f] && !strings.Contains(known, f) {
			return ""
		}
	}
	if strings.ContainsFunc(text, unicode.IsControl) || strange(text, known) {
		return ""
	}
	return text
}

// strange tells whether a text is not about what is known: its Chinese characters, but for
// those that ask and join, stand there only in part, or hardly any does.
func strange(text, known string) bool {
	content, found := 0, 0
	for _, r := range fold.String(text) {
		if unicode.Is(unicode.Han, r) && !strings.ContainsRune(askingCharacters, r) {
			content++
			if strings.ContainsRune(known, r) {
				found++
			}
		}
	}
	latin := slices.ContainsFunc(namesOrNos.FindAllString(fold.String(text), -1), func(w string) bool {
		return !stopWords[w] && strings.Contains(known, w)
	})
	return found < 2 && !latin || (content-found)*10 > content*4
}

// askingCharacters are those of the words that ask and join.
const askingCharacters = "什么谁哪何几多少怎样如为是否能可以有没吗呢的地得了着过和与及或在从到对于关由因而且但也都就还又才很更最被把将其该此这那它他她们个中里上下内外后前时候请问第一二三年月日家位种类之比相"
