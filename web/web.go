// Package web holds the chat page: one HTML file, one style sheet and ES modules,
// embedded as they are written. There is no build step and no third-party script.
//
// The page asks for its files under /assets/_/NAME; whoever serves them may put a
// hash of the content in place of the underscore. Modules import each other by
// relative paths, so that they stay under one such prefix.
package web

import "embed"

// FS holds index.html and everything it loads, in one flat folder. It is safe for
// concurrent use.
//
//go:embed index.html *.css icon.svg *.js
var FS embed.FS
