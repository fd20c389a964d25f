// Package sample holds the articles that come with Yinju, so that a first run has
// something worth asking. All of them were written for this project and share its
// licence: their sources, "引据编辑部" and "Yinju Editorial", are the project itself.
//
// questions.jsonl beside them holds questions about these articles, one JSON
// object a line: {"question", "answers", "doc_ids"}, where each of the answers
// stands literally in one of the named files, or {"question", "unanswerable": true}
// for what the articles do not say. conversations.jsonl holds follow-up questions:
// {"kind", "turns", "doc_ids", "phrase"}, where turns are what reader and answerer said,
// the reader last, and phrase stands in the passage that answers the last question.
package sample

import "embed"

// FS holds the articles as Markdown files in its root. It is read-only and safe
// for concurrent use.
//
//go:embed *.md
var FS embed.FS
