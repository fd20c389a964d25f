package rag

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"yinju/corpus"
	"yinju/rag/cite"
)

// writing is one answer in the making.
type writing struct {
	question Question
	lang     language
	found    *Result
	answer   Answer
	emit     func(Event) error
	started  time.Time
	thinking thinking
	support  scrutiny
	drops    bool            // unsupported sentences are left out
	heard    strings.Builder // what the model has said, its citations in one form
	out      strings.Builder // what has been told of the answer
	told     int             // sentences told
	kept     trimmer         // of what was heard and told, where drops
}

func (w *writing) elapsed() float64 { return milliseconds(time.Since(w.started)) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (w *writing) tell(e Event) error {
	if w.emit == nil {
		return nil
	}
	return w.emit(e)
}

// say adds to the answer.
func (w *writing) say(text string) error {
	if text == "" {
		return nil
	}
	if w.out.Len() == 0 {
		w.answer.Stats.FirstMS = w.elapsed()
		w.answer.Stats.ThinkingMS = w.thinking.lasted(w.answer.Stats.FirstMS)
	}
	w.out.WriteString(text)
	return w.tell(Event{Kind: EventDelta, Delta: text})
}

// refuse says that the articles hold no answer, and what comes closest.
func (w *writing) refuse() error {
	w.answer.Mode = ModeRefused
	w.answer.Complete = true
	w.answer.Closest = w.closest()
	text := w.text(noticeRefused)
	if len(w.answer.Closest) == 0 {
		text = w.text(noticeNothing)
	}
	if err := w.say(text); err != nil {
		return err
	}
	said := Sentence{Text: text, Citations: []int{}, Support: cite.None, Missing: []string{}}
	w.answer.Answer = text
	w.answer.Sentences = []Sentence{said}
	w.answer.Citations = []Citation{}
	return w.tell(Event{Kind: EventSentence, Sentence: &said})
}

// closest are the best three passages, for a reader who was refused.
func (w *writing) closest() []Citation {
	all := w.passages()
	return all[:min(3, len(all))]
}

// passages are the hits as they are shown before the answer: numbered, whole.
func (w *writing) passages() []Citation {
	list := make([]Citation, len(w.found.Hits))
	for i, h := range w.found.Hits {
		list[i] = citation(i+1, h, corpus.Span{Start: h.Passage.Start, End: h.Passage.End})
	}
	return list
}

// extract answers with sentences of the articles.
func (a *Answerer) extract(w *writing) error {
	excerpts := a.Extractor.Extract(w.searched(), w.found)
	if len(excerpts) == 0 {
		return w.refuse()
	}
	w.answer.Mode, w.answer.Answered = ModeExtractive, true
	var before *Excerpt
	for n, e := range excerpts {
		hit := w.found.Hits[e.Hit]
		c := citation(n+1, hit, e.Span)
		text := quoteAsProse(c.Quote)
		sentence := Sentence{Text: asProse(c.Quote), Citations: []int{c.Number}, Support: cite.Supported, Missing: []string{}, Spans: []CitedSpan{c.span()}}
		w.answer.Citations = append(w.answer.Citations, c)
		w.answer.Sentences = append(w.answer.Sentences, sentence)
		if err := w.say(w.separator(before, &e) + text + marker(c.Number)); err != nil {
			return err
		}
		if err := w.tell(Event{Kind: EventSentence, Sentence: &sentence}); err != nil {
			return err
		}
		before = &e
	}
	w.answer.Answer = w.out.String()
	w.answer.Closest = []Citation{}
	return nil
}

// separator parts excerpts: sentences that follow one another in a line of an article
// run on, others begin a paragraph, be they items of a list.
func (w *writing) separator(before, now *Excerpt) string {
	if before == nil {
		return ""
	}
	a, b := w.found.Hits[before.Hit].Article, w.found.Hits[now.Hit].Article
	if a == b && now.Span.Start >= before.Span.End && strings.Trim(a.Text[before.Span.End:now.Span.Start], " \t\u3000") == "" {
		if w.lang == chinese {
			return ""
		}
		return " "
	}
	return "\n\n"
}

// chat lets the model answer, and checks what it says.
func (a *Answerer) chat(ctx context.Context, w *writing) error {
	w.answer.Mode, w.answer.Answered = ModeModel, true
	w.answer.Model = a.Chat.Model()
	w.answer.Stats.ModelCalls++
	messages, shown := a.Prompt.messages(w.question, w.searched(), w.lang, w.found.Hits)
	w.support.shown = shown
	known := func(n int) bool { return n >= 1 && n <= shown }
	newParser := func() *cite.Parser {
		p := cite.NewParser(known)
		p.Quoted = footnotes(w.found.Hits[:shown])
		return p
	}
	parser, blank := newParser(), true
	finish, err := a.Chat.Chat(ctx, messages, func(p Piece) error {
		if p.Recant {
			parser, blank = newParser(), true
		}
		if p.Thinking {
			return w.think(p)
		}
		if blank { // nothing is said by white space
			p.Text = strings.TrimLeftFunc(p.Text, unicode.IsSpace)
			blank = p.Text == ""
		}
		if err := w.hear(parser.Write(p.Text)); err != nil {
			return err
		}
		return w.tellSentences(false)
	})
	if err != nil && w.heard.Len() == 0 {
		w.answer.Model, w.thinking = "", thinking{}
		return err
	}
	w.answer.Thinking = w.thinking.text.String()
	if sayErr := w.hear(parser.Close()); sayErr != nil {
		return sayErr
	}
	if tellErr := w.tellSentences(true); tellErr != nil {
		return tellErr
	}
	if finishErr := a.finish(ctx, w, finish, err); finishErr != nil {
		return finishErr
	}
	return err
}

// finish turns what the model said into the answer.
func (a *Answerer) finish(ctx context.Context, w *writing, finish string, err error) error {
	text := strings.TrimSpace(w.heard.String())
	claims := w.claims(text)
	sentences := w.sentences(claims)
	if err := a.judge(ctx, w, sentences); err != nil {
		return err
	}
	w.assemble(text, claims, sentences)
	if w.answer.Stats.FirstMS == 0 { // nothing could be told before the whole was checked
		w.answer.Stats.FirstMS = w.elapsed()
	}
	w.answer.Citations = w.citations()
	w.answer.Closest = []Citation{}
	switch {
	case err != nil:
	case finish == "length":
		w.answer.notice(w.text(noticeLength))
	case finish == "content_filter":
		w.answer.notice(w.text(noticeFiltered))
	default:
		w.answer.Complete = true
	}
	switch added, own := w.cited(); {
	case w.answer.Dropped > 0 && !w.states():
		return w.refuseUnsupported()
	case w.answer.Dropped > 0:
		w.answer.notice(strings.Replace(w.text(noticeUnsupported), "%", strconv.Itoa(w.answer.Dropped), 1))
	case own == 0 && w.declined():
		w.answer.Answered = false
		w.answer.Closest = w.closest()
	case own == 0 && added > 0:
		w.answer.notice(w.text(noticeAdded))
	case own == 0:
		w.answer.notice(w.text(noticeUncited))
	}
	return nil
}

// declined tells whether the model said what it was told to say when the passages do
// not hold the answer.
func (w *writing) declined() bool {
	for _, lang := range []language{chinese, english} {
		if strings.Contains(w.answer.Answer, strings.TrimRight(declining[lang], "。.")) {
			return true
		}
	}
	return false
}

// citation points at a span of the hit's article, in bytes.
func citation(number int, h Hit, span corpus.Span) Citation {
	a := h.Article
	quote, prefix, suffix, start, end := cite.Anchor(a.Text, span.Start, span.End, quoteContext)
	c := Citation{
		Number: number, PassageID: h.Passage.ID, ArticleID: a.ID,
		Title: a.Title, Source: a.Source, Author: a.Author, URL: a.URL,
		Quote: quote, Prefix: prefix, Suffix: suffix, Start: start, End: end, Score: h.Score,
		AlsoIn: h.copiesOf(quote), AlsoInCount: h.AlsoInCount, Flagged: flag(h.Passage),
		Page: a.Page(span.Start),
	}
	if !a.Published.IsZero() {
		c.Published = a.Published.Format(time.DateOnly)
	}
	return c
}

// explain says of each hit what brought it up.
func explain(hits []Hit) []Reason {
	reasons := make([]Reason, len(hits))
	for i, h := range hits {
		reasons[i] = Reason{
			Number: i + 1, PassageID: h.Passage.ID, ArticleID: h.Article.ID,
			Fused: LegScore{Rank: h.fused, Score: h.Score}, Lexical: h.Lexical, Words: h.Words, Grams: h.Grams, Dense: h.Dense,
			Rerank: h.Rerank, Phrase: h.Phrase, Sentence: h.Sentence, Siblings: h.Siblings, Lost: h.Lost, StandsFor: h.AlsoInCount, Terms: h.Terms, Matched: h.Matched,
		}
		if h.Terms == nil {
			reasons[i].Terms, reasons[i].Matched = []string{}, []TermWeight{}
		}
	}
	return reasons
}

// quoteContext is the length of a citation's prefix and suffix, in characters.
const quoteContext = 32

func (a *Answer) notice(text string) {
	a.Notice = strings.TrimSpace(a.Notice + " " + text)
}

func sortByRank(keys []string, ranks map[string]float64) {
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(ranks[b], ranks[a]) })
}

func (w *writing) text(n notice) string { return n[w.lang] }
