package rag

import (
	"time"

	"yinju/corpus"
)

// Report says what a reload did. Paths are relative to the folder, sorted.
type Report struct {
	Generation uint64           `json:"generation"` // the one that serves afterwards
	When       time.Time        `json:"when"`       // it ended
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

	Gate *GateReport `json:"gate"` // how the golden questions went; nil if none were asked

	// The self-test: phrases of the articles that were asked in quotes, those that
	// brought their article, and the first of the others.
	PhrasesTested int            `json:"phrases_tested"`
	PhrasesFound  int            `json:"phrases_found"`
	PhrasesMissed []MissedPhrase `json:"phrases_missed"`

	Slow []FileDone `json:"slow"` // files that took a second or longer, the slowest first, ten at most
}

// ArticleQuery asks for a page of the article list, ordered by path.
type ArticleQuery struct {
	Text    string   // words that title, path, source, author or tags must contain, folded; empty means all
	Authors []string // any of them wrote the article, folded; empty means all
	Limit   int      // 0 means 100
	After   string   // Path of the last article of the page before
}

// ArticleInfo is an article with what the Index knows of it.
type ArticleInfo struct {
	Article  *corpus.Article
	Passages int
}
