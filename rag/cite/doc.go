// Package cite ties an answer to its sources.
//
// Parser brings the citations in a streaming answer into one form; Split cuts the
// finished answer into sentences with the numbers they cite; Check tells whether a
// sentence's facts stand in its sources; Best finds the sentence of a passage that
// supports a claim; Anchor and Locate write down a place in an article and find it
// again. All functions are pure and safe for concurrent use.
//
// The checks are lexical: they see a changed digit, unit, date or name, a name in the
// place of another, a rise for a fall, and a plain denial of what the source says without
// any. They do not see most negations, nor a subject and an object that changed places.
package cite
