// Package rag is the core of Yinju: retrieval-augmented generation with citations
// that are checked.
//
// # The two pipelines
//
// Reload brings an Index up to date with the folder of articles:
//
//	load → split → index words and characters → embed what is new → save → swap
//
// Everything before the swap of one atomic pointer is invisible to readers; any error
// before it leaves the old generation serving. What is dear to compute is kept in a
// Cache, keyed by content, so that it is computed once.
//
// Ask answers a question from one generation:
//
//	(rewrite) → dates and sources narrow → retrieve: words, characters, vectors →
//	fuse → refuse, or (rerank) → prompt → chat model → parse citations →
//	check each sentence → answer
//
// Without a ChatModel, or when it fails before its first word, an Extractor picks
// sentences of the passages instead. A question that the articles do not answer is
// refused before any model is called.
//
// # The parts
//
// Adapters in the directories below implement the interfaces of ports.go; they import
// this package and it imports none of them. bm25, cite and hint are leaves that it does use.
package rag
