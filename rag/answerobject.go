package rag

import (
	"time"

	"yinju/corpus"
)

// Question is what a reader asks.
type Question struct {
	Text    string
	History []Message // earlier turns, oldest first
	K       int       // passages to answer from; 0 means the Answerer's default
	Filter  Filter
	Literal bool // dates and sources in the text narrow nothing
	Explain bool
	// Thinking asks for what the model thought before it answered, in Answer.Thinking.
	Thinking bool
}

// Filter narrows the articles that are searched. Within a field any value will
// do; all fields must agree. The zero Filter lets everything pass.
type Filter struct {
	Articles []string // article IDs
	Sources  []string
	Authors  []string // each author's name, or all as the article names them
	Tags     []string
	Since    time.Time // published on this day or later
	Until    time.Time // published on this day or earlier
}

// Answer is the whole, checked answer: the same object in the API, on the command
// line and at the end of a stream.
type Answer struct {
	Answer     string     `json:"answer"` // Markdown with markers [n]
	Answered   bool       `json:"answered"`
	Mode       Mode       `json:"mode"`
	Model      string     `json:"model"`     // empty unless a model wrote the answer
	Citations  []Citation `json:"citations"` // only those the answer uses
	Sentences  []Sentence `json:"sentences"`
	Dropped    int        `json:"dropped"`     // sentences left out, as their passages do not support them
	Closest    []Citation `json:"closest"`     // when refused: the nearest passages
	SearchedAs string     `json:"searched_as"` // the question made self-contained, if it was not
	// SearchedFilters are the dates and sources of the question that narrowed the
	// search or weighed in it, and those that were dropped.
	SearchedFilters []SearchedFilter `json:"searched_filters"`
	Generation      uint64           `json:"generation"`
	Complete        bool             `json:"complete"` // the model said that it had finished
	Notice          string           `json:"notice"`   // what a reader should know of how the answer came about
	Explain         []Reason         `json:"explain,omitempty"`
	Thinking        string           `json:"thinking,omitempty"` // what the model thought aloud, if asked for; not checked against anything
	Stats           Stats            `json:"stats"`
}

// Mode says who wrote the answer.
type Mode string

// The modes.
const (
	ModeModel      Mode = "model"
	ModeExtractive Mode = "extractive"
	ModeRefused    Mode = "refused"
)

// Citation points at a sentence of an article. Start and End are Unicode code
// points into Article.Text (W3C TextPositionSelector); Quote is exactly what they
// cut out, Prefix and Suffix stand around it (TextQuoteSelector).
type Citation struct {
	Number    int     `json:"number"`
	PassageID string  `json:"passage_id"`
	ArticleID string  `json:"article_id"`
	Title     string  `json:"title"`
	Source    string  `json:"source"`
	Author    string  `json:"author"`
	Published string  `json:"published"` // YYYY-MM-DD, or empty
	URL       string  `json:"url"`
	Quote     string  `json:"quote"`
	Prefix    string  `json:"prefix"`
	Suffix    string  `json:"suffix"`
	Start     int     `json:"start"`
	End       int     `json:"end"`
	Score     float64 `json:"score"`
	// AlsoIn are other articles in which the passage stands too, ten at most;
	// AlsoInCount counts all of them.
	AlsoIn      []Copy `json:"also_in"`
	AlsoInCount int    `json:"also_in_count"`
	// Flagged is "instructions" if the passage holds text that speaks to a language
	// model: it was shown to the model as a quotation only. Else it is left out.
	Flagged string `json:"flagged,omitempty"`
	// Page is where the quote begins, from 1; 0 if the article has no pages.
	Page int `json:"page,omitempty"`
}

// Reason says why a passage was retrieved.
type Reason struct {
	Number    int      `json:"number"`
	PassageID string   `json:"passage_id"`
	ArticleID string   `json:"article_id"`
	Fused     LegScore `json:"fused"`
	Lexical   LegScore `json:"lexical"`
	Words     LegScore `json:"words"`
	Grams     LegScore `json:"grams"`
	Dense     LegScore `json:"dense"`
	Rerank    LegScore `json:"rerank"` // rank 0: no reranker, or not ranked by it
	Phrase    bool     `json:"phrase"`
	Terms     []string `json:"terms"`
	// Matched are the Terms with their weights, heaviest first.
	Matched []TermWeight `json:"matched"`
	// Sentence is how much of the question the passage's best sentence holds, from 0 to 1
	// (0: not among the first ten), Siblings the mean lexical score of the article's best
	// other passages. Both add to the fused score.
	Sentence float64 `json:"sentence"`
	Siblings float64 `json:"siblings"`
	// Lost is the share of the score that the passage lost for not meeting the dates and
	// sources that the question prefers.
	Lost float64 `json:"lost"`
	// StandsFor is how many articles the passage was shown for, besides its own.
	StandsFor int `json:"stands_for"`
}

// Sentence is a sentence of the answer with what was found of it in the passages
// it cites. Text has no markers.
type Sentence struct {
	Text      string   `json:"text"`
	Citations []int    `json:"citations"`
	Support   string   `json:"support"` // supported, partial, unsupported, none: see package cite
	Missing   []string `json:"missing"` // what the cited passages do not hold
	// Repaired is "added" if a citation was put that the model had left out, "moved" if
	// one was put in the place of one whose passage does not support the sentence.
	Repaired string `json:"repaired"`
	// JudgedBy names the judge who found less support than the words alone.
	JudgedBy string `json:"judged_by"`
	// Spans are the exact places in the articles, one for each citation whose passage has
	// something of the sentence.
	Spans []CitedSpan `json:"spans"`
}

// CitedSpan is the place, a sentence or two, that supports one sentence of an answer,
// as Citation has it for all sentences that cite it.
type CitedSpan struct {
	Citation int    `json:"citation"` // Citation.Number
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Quote    string `json:"quote"`
	Prefix   string `json:"prefix"`
	Suffix   string `json:"suffix"`
	Page     int    `json:"page,omitempty"`

	bytes corpus.Span
}

// Stats tells what an answer cost.
type Stats struct {
	Passages   int     `json:"passages"` // passages searched
	Hits       int     `json:"hits"`     // passages answered from
	RetrieveMS float64 `json:"retrieve_ms"`
	RerankMS   float64 `json:"rerank_ms"` // 0 if no reranker was asked
	FirstMS    float64 `json:"first_ms"`  // until the first piece of the answer
	// ThinkingMS is the part of FirstMS that the model thought aloud; 0 if it did not.
	ThinkingMS float64 `json:"thinking_ms"`
	TotalMS    float64 `json:"total_ms"`
	ModelCalls int     `json:"model_calls"`
	Coverage   float64 `json:"coverage"`  // what the refusal was decided on, 0 to 1
	Threshold  float64 `json:"threshold"` // below which it is refused
}

// EventKind names what an Event carries.
type EventKind string

// The kinds of events, in the order in which they come.
const (
	EventPassages EventKind = "passages" // the passages the answer is written from
	EventThinking EventKind = "thinking" // a piece of what the model thinks before it answers
	EventRestart  EventKind = "restart"  // the deltas and sentences so far are no part of the answer after all
	EventDelta    EventKind = "delta"    // a piece of the answer
	EventSentence EventKind = "sentence" // a finished sentence, checked
)

// Event is what Ask tells while it works. Exactly the field of its kind is set.
type Event struct {
	Kind     EventKind
	Passages []Citation
	Thinking string
	Delta    string
	Sentence *Sentence
}
