package rag

import (
	"yinju/corpus"
	"yinju/rag/bm25"
	"yinju/rag/hint"
)

// Query asks for passages.
type Query struct {
	Text   string
	K      int // hits wanted; 0 means the Index's default
	Spare  int // hits wanted beyond those, for a Reranker to choose from
	Filter Filter
	// Exclude, if not nil, leaves out the passages for which it is true, as if they
	// stood in no article. The weights of the terms are still those of all passages.
	Exclude func(corpus.Passage) bool
	// Literal keeps dates and sources that the text names from narrowing the search.
	Literal bool
	// MinCoverage is the Result.Coverage below which a search that the text narrowed
	// has found nothing, and is widened. Negative: the Result.Threshold.
	MinCoverage float64

	lexical bool           // no embedder is asked
	vectors *goldenVectors // of questions that are asked again and again; nil: none
}

// Result is what a Query found in one generation, best hit first.
type Result struct {
	Generation uint64
	Hits       []Hit
	Spare      []Hit       // what the Query wanted beyond Hits; some word led to each
	Passages   int         // passages in the generation
	Coverage   float64     // how well the best hits answer the question, 0 to 1; see answerable.go
	Threshold  float64     // the Coverage below which the question is to be refused, as calibrated
	Words      []bm25.Term // what was searched for, weighted by idf: words,
	Grams      []bm25.Term // and characters and bigrams
	// SearchedFilters are the filters and boosts that the text asked for.
	SearchedFilters []SearchedFilter
	Notice          string // what did not go as configured, a sentence: the embedder was down, say

	narrowed []hint.Kind // by what the text asked for
	lifted   []bool      // which hints of the question some candidate meets
}

// Hit is a retrieved passage with what brought it up.
type Hit struct {
	Passage corpus.Passage
	Article *corpus.Article
	Score   float64      // fused, in [0, 1] within one query
	Lexical LegScore     // the two lexical legs together, in [0, 1] within one query
	Words   LegScore     // BM25 over Jieba words
	Grams   LegScore     // BM25 over characters and bigrams
	Dense   LegScore     // cosine similarity
	Rerank  LegScore     // what a Reranker made of it; the scale is the model's own
	Phrase  bool         // holds every quoted phrase of the query
	Terms   []string     // terms of the query found in it
	Matched []TermWeight // the same with their weights, heaviest first
	// Sentence is what the best sentence holds of the question, where it was read, and
	// Siblings the mean lexical score of the best other passages of the article, or of its series. Both add to
	// Score; see evidence.go.
	Sentence, Siblings float64
	Lost               float64 // share of the score that it lost for not meeting dates and sources that the query prefers

	// AlsoIn are near-duplicates of the passage in other articles, newest first, ten at
	// most; AlsoInCount counts all of them. They are no hits themselves.
	AlsoIn      []Copy
	AlsoInCount int

	fused int // its place before a Reranker, from 1; set by the Answerer
}

// key tells hits of one generation apart: a passage's ID alone is its content's.
func (h Hit) key() string { return h.Article.ID + "/" + h.Passage.ID }

// TermWeight is a term of the query found in a passage, with its idf times how much its
// occurrences there count for: in proportion to what it adds to the score by words.
type TermWeight struct {
	Term   string  `json:"term"`
	Weight float64 `json:"weight"`
}

// LegScore is a passage's place in one ranking. Ranks count from 1; 0 means that
// the leg did not find the passage.
type LegScore struct {
	Rank  int     `json:"rank"`
	Score float64 `json:"score"`
}
