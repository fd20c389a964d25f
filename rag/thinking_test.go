package rag_test

import (
	"context"
	"strings"
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

// pieces is a chat model that says them as they are.
type pieces []rag.Piece

func (p pieces) Model() string { return "pieces" }

func (p pieces) Chat(_ context.Context, _ []rag.Message, emit func(rag.Piece) error) (string, error) {
	for _, piece := range p {
		if err := emit(piece); err != nil {
			return "", err
		}
	}
	return "stop", nil
}

func TestThinkingIsToldApart(t *testing.T) {
	t.Parallel()
	thinks := func(text string) rag.Piece { return rag.Piece{Text: text, Thinking: true} }
	q := question("讯飞星火上线14小时用户突破多少？")
	for name, c := range map[string]struct {
		model rag.ChatModel
		told  string // kinds of events, thinking and deltas with their text
	}{
		"before the answer": {
			pieces{thinks("第[2]段说3342万"), thinks("，不对。"), {Text: "突破100万[1]。"}},
			"passages (第[2]段说3342万) (，不对。) 突破100万[1]。 sentence",
		},
		"between its words": {
			pieces{{Text: "突破"}, thinks("嗯[3]"), {Text: "100万[1]。"}},
			"passages 突破 (嗯[3]) 100万[1]。 sentence",
		},
		"taken for the answer at first": {
			pieces{{Text: "先看第[2]段。"}, {Text: "还有3342万["}, {Text: "先看第[2]段。还有3342万[", Thinking: true, Recant: true}, {Text: "突破100万[1]。"}},
			"passages 先看第[2]段。 还有3342万 sentence restart (先看第[2]段。还有3342万[) 突破100万[1]。 sentence",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, wanted := range []bool{false, true} {
				var told []string
				asking := q
				asking.Thinking = wanted
				answer, err := newAnswerer(t, c.model).Ask(t.Context(), asking, func(e rag.Event) error {
					switch e.Kind {
					case rag.EventThinking:
						told = append(told, "("+e.Thinking+")")
					case rag.EventDelta:
						told = append(told, e.Delta)
					default:
						told = append(told, string(e.Kind))
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(told, " "); got != c.told {
					t.Errorf("told %s\nwant %s", got, c.told)
				}
				if answer.Answer != "突破100万[1]。" || len(answer.Citations) != 1 || len(answer.Sentences) != 1 || !answer.Complete {
					t.Errorf("answer %+v", answer)
				}
				if (answer.Thinking != "") != wanted {
					t.Errorf("thinking %q, asked for: %v", answer.Thinking, wanted)
				}
				if s := answer.Stats; s.ThinkingMS < 0 || s.ThinkingMS > s.FirstMS {
					t.Errorf("thought for %v of %v ms", s.ThinkingMS, s.FirstMS)
				}
			}
		})
	}
}

func TestThinkingThatLeadsNowhereIsNotKept(t *testing.T) {
	t.Parallel()
	failed := &ragtest.Chat{Replies: []ragtest.Reply{{Thinks: []string{"想了很久"}, Err: &rag.ModelError{Kind: rag.ErrorProtocol, Hint: "h"}}}}
	q := question("讯飞星火上线14小时用户突破多少？")
	q.Thinking = true
	got := ask(t, newAnswerer(t, failed), q)
	if got.Mode != rag.ModeExtractive || got.Thinking != "" || got.Stats.ThinkingMS != 0 || strings.Contains(got.Answer.Answer, "想了") {
		t.Errorf("answer %+v", got.Answer)
	}
}
