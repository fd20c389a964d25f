package rag

import "yinju/corpus"

// Report says what a reload did. Paths are relative to the folder, sorted.
type Report struct {
	Generation uint64           `json:"generation"` // the one that serves afterwards
	Added      []string         `json:"added"`
	Changed    []string         `json:"changed"`
	Removed    []string         `json:"removed"`
	Unchanged  int              `json:"unchanged"`
	Skipped    []corpus.Skipped `json:"skipped"`
	Warnings   []string         `json:"warnings"` // sentences
	Embedded   int              `json:"embedded"` // passages whose vectors had to be computed
	TookMS     int64            `json:"took_ms"`
	Duplicates int              `json:"duplicates"` // groups of articles with near-duplicate passages
	Refusal    Calibration      `json:"refusal"`    // when it refuses

	// Weighing says what the vectors are worth; nil without vectors.
	Weighing *Weighing `json:"weighing"`

	// The self-test: phrases of the articles that were asked in quotes, those that
	// brought their article, and the first of the others.
	PhrasesTested int            `json:"phrases_tested"`
	PhrasesFound  int            `json:"phrases_found"`
	PhrasesMissed []MissedPhrase `json:"phrases_missed"`
}

// Phase names a step of a reload, in order.
type Phase string

// The phases; PhaseIdle is between reloads.
const (
	PhaseIdle  Phase = "idle"
	PhaseLoad  Phase = "load"
	PhaseSplit Phase = "split"
	PhaseIndex Phase = "index"
	PhaseFit   Phase = "fit" // the built-in embedder is made
	PhaseEmbed Phase = "embed"
	PhaseSave  Phase = "save"
	PhaseWeigh Phase = "weigh" // what the vectors are worth is found; the generation serves already
)

// Progress is the state of the Index as people see it. Done and Total count
// files in PhaseLoad and passages afterwards.
type Progress struct {
	Phase      Phase     `json:"phase"`
	Done       int       `json:"done"`
	Total      int       `json:"total"`
	ETAMS      int64     `json:"eta_ms"` // of the phase under way; 0 if not known
	Generation uint64    `json:"generation"`
	Articles   int       `json:"articles"`
	Passages   int       `json:"passages"`
	Embedder   string    `json:"embedder"`
	Weighing   *Weighing `json:"weighing"`    // what the vectors are worth; nil if none serve
	LastReport *Report   `json:"last_report"` // of the last reload that succeeded
	LastError  string    `json:"last_error"`  // why the last reload failed; empty if it did not
}

// ArticleQuery asks for a page of the article list, ordered by path.
type ArticleQuery struct {
	Text  string // words that title, path or source must contain, folded; empty means all
	Limit int    // 0 means 100
	After string // Path of the last article of the page before
}

// ArticleInfo is an article with what the Index knows of it.
type ArticleInfo struct {
	Article  *corpus.Article
	Passages int
}
