package rag

import "yinju/rag/cite"

// FindAgain finds a quote in a text that has changed since it was cited, where it does
// not stand as it was: with other white space, width or script, or else edited, when it
// returns the place most alike and changed is true. start and end are code points.
func FindAgain(text, quote, prefix, suffix string, hint int) (start, end int, changed, ok bool) {
	if start, end, ok = cite.Locate(text, quote, prefix, suffix, hint); ok {
		return start, end, false, true
	}
	start, end, ok = cite.Nearest(text, quote, hint)
	return start, end, ok, ok
}
