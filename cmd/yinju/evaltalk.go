package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"yinju/corpus/fold"
	"yinju/rag"
)

// conversation is a line of the file of -conversations: what reader and answerer said by
// turns, the reader last, and where the last question is answered.
type conversation struct {
	Kind   string   `json:"kind"`
	Turns  []string `json:"turns"`
	DocIDs []string `json:"doc_ids"`
	Phrase string   `json:"phrase"` // stands in the right passage
}

const conversationForm = `{"kind":"…","turns":["question","answer","question"],"doc_ids":["…"],"phrase":"what the right passage holds"}`

// talkFirst is among how many passages the right one must be.
const talkFirst = 3

// question is the last one with what came before.
func (c conversation) question() rag.Question {
	q := rag.Question{Text: c.Turns[len(c.Turns)-1]}
	for i, turn := range c.Turns[:len(c.Turns)-1] {
		role := "user"
		if i%2 == 1 {
			role = "assistant"
		}
		q.History = append(q.History, rag.Message{Role: role, Content: turn})
	}
	return q
}

// talk is what came of a conversation. A rank is the place of the right passage, 0 if it
// was not found.
type talk struct {
	conversation
	SearchedAs string `json:"searched_as"`
	Rank       int    `json:"rank"`
	RawRank    int    `json:"raw_rank"` // by the bare question alone
}

func amongFirst(rank int) bool { return rank > 0 && rank <= talkFirst }

// talkReport is what was measured on conversations: shares in percent of those whose
// right passage is among the first three.
type talkReport struct {
	Conversations int      `json:"conversations"`
	Found         float64  `json:"found_in_3"`
	Raw           float64  `json:"raw_found_in_3"`
	Kinds         []kindOf `json:"kinds"`
	Talks         []talk   `json:"talks"`
}

type kindOf struct {
	Kind          string `json:"kind"`
	Conversations int    `json:"conversations"`
	Found         int    `json:"found_in_3"`
	Raw           int    `json:"raw_found_in_3"`
}

// evalTalks measures follow-up questions.
func evalTalks(ctx context.Context, sys system, set *settings) error {
	e := set.eval
	if len(e.Set)+len(e.Questions) > 0 || e.Docs != "" || e.HTML != "" || e.Dump != "" || e.Compare != "" {
		return errors.New("-conversations is measured by itself, over -articles: leave -set, -docs, -questions, -html, -dump and -compare away")
	}
	list, err := readConversations(ctx, e)
	if err != nil {
		return err
	}
	s, err := buildFor(ctx, set, testSet{}, sys.Stderr)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.firstLoad(ctx, sys); err != nil {
		return err
	}
	report, err := s.tryTalks(ctx, list)
	if err != nil {
		return err
	}
	return report.write(sys.Stdout, e.JSON)
}

func readConversations(ctx context.Context, e evalSettings) ([]conversation, error) {
	var list []conversation
	err := readLines(ctx, e.Talks, int(e.MaxLine), conversationForm, func(c conversation, at string) error {
		if len(c.Turns)%2 == 0 || c.Phrase == "" || len(c.DocIDs) == 0 {
			return fmt.Errorf("%s: turns begin and end with a question of the reader's, doc_ids and phrase say where it is answered; write %s", at, conversationForm)
		}
		list = append(list, c)
		return nil
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("there is no conversation in %s; write one a line, %s", e.Talks, conversationForm)
	}
	return spread(list, e.Limit), err
}

func (s *service) tryTalks(ctx context.Context, list []conversation) (*talkReport, error) {
	raw := *s.Answerer
	raw.Rewrite.Off = true
	r := &talkReport{Conversations: len(list), Talks: make([]talk, 0, len(list))}
	kinds := make(map[string]int)
	for _, c := range list {
		t := talk{conversation: c}
		found, searched, err := s.Answerer.Find(ctx, c.question())
		if err != nil {
			return nil, err
		}
		alone, _, err := raw.Find(ctx, c.question())
		if err != nil {
			return nil, err
		}
		t.SearchedAs, t.Rank, t.RawRank = searched, c.rank(found), c.rank(alone)
		r.Talks = append(r.Talks, t)
		i, known := kinds[c.Kind]
		if !known {
			i = len(r.Kinds)
			kinds[c.Kind] = i
			r.Kinds = append(r.Kinds, kindOf{Kind: c.Kind})
		}
		k := &r.Kinds[i]
		k.Conversations++
		if amongFirst(t.Rank) {
			k.Found++
			r.Found += 100 / float64(len(list))
		}
		if amongFirst(t.RawRank) {
			k.Raw++
			r.Raw += 100 / float64(len(list))
		}
	}
	return r, nil
}

// rank is the place of the first passage of a right article that holds the phrase.
func (c conversation) rank(found *rag.Result) int {
	phrase := fold.String(c.Phrase)
	return 1 + slices.IndexFunc(found.Hits, func(h rag.Hit) bool {
		return slices.Contains(c.DocIDs, h.Article.Path) && strings.Contains(fold.String(h.Passage.Text), phrase)
	})
}

func (r *talkReport) write(stdout io.Writer, path string) error {
	if path != "" {
		put := func(w io.Writer) error {
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", " ")
			return enc.Encode(r)
		}
		if path == "-" {
			return put(stdout)
		}
		if err := toFile(path, put); err != nil {
			return err
		}
	}
	p := &printer{w: stdout}
	p.printf("follow-up questions: the right passage among the first %d\n\n", talkFirst)
	p.printf("%-14s %13s %8s %20s\n", "kind", "conversations", "found", "by the bare question")
	for _, k := range r.Kinds {
		p.printf("%-14s %13d %8d %20d\n", k.Kind, k.Conversations, k.Found, k.Raw)
	}
	p.printf("%-14s %13d %7.1f%% %19.1f%%\n", "all", r.Conversations, r.Found, r.Raw)
	for _, t := range r.Talks {
		if !amongFirst(t.Rank) {
			p.printf("\nmissed (%s, rank %d, bare %d): %s\n  searched as: %s\n", t.Kind, t.Rank, t.RawRank, strings.Join(t.Turns, " / "), t.SearchedAs)
		}
	}
	return p.err
}

// noConversations says what is wrong with the file's name.
func noConversations(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return fmt.Errorf("-conversations %q is no file that can be read; write one conversation a line, %s", path, conversationForm)
	}
	return nil
}
