package markdown

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// policy is what may leave Render, whatever the parser did: no image, no style, no
// script, nothing that loads. It is applied last.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote",
		"ul", "li", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "thead", "tbody", "tr", "th", "td",
	)
	p.AllowElements("ol")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^cite$`)).OnElements("sup")
	p.AllowAttrs("data-n").Matching(regexp.MustCompile(`^[0-9]{1,4}$`)).OnElements("a")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^(https?://[^\s]+|#cite-[0-9]{1,4})$`)).OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https")
	p.AllowRelativeURLs(true) // for #cite-n; the pattern above lets no other through
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // adds noopener
	return p
}()
