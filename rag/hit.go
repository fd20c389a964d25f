package rag

import "yinju/corpus"

// Query asks for passages.
type Query struct {
	Text   string
	K      int // hits wanted; 0 means the Index's default
	Filter Filter
}

// Hit is a retrieved passage with what brought it up. Ranks count from 1; 0 means
// that the leg did not find the passage.
type Hit struct {
	Passage corpus.Passage  `json:"-"`
	Article *corpus.Article `json:"-"`
	Score   float64         `json:"score"` // fused, in [0, 1] within one query
	Words   LegScore        `json:"words"` // lexical: Jieba words
	Grams   LegScore        `json:"grams"` // lexical: characters and bigrams
	Dense   LegScore        `json:"dense"` // cosine similarity
	Phrase  bool            `json:"phrase"` // holds every quoted phrase of the query
	Terms   []string        `json:"terms"`  // terms of the query found in it
}

// LegScore is a passage's place in one ranking.
type LegScore struct {
	Rank  int     `json:"rank"`
	Score float64 `json:"score"`
}
