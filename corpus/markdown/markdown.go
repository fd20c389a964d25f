// Package markdown reads Markdown and plain text files, with or without front matter.
package markdown

import (
	"context"
	"fmt"
	"strings"

	"yinju/corpus"
)

// Markdown is the format of .md and .markdown files. The text of the article is the
// whole file, untouched; its body begins behind the front matter. Where the front
// matter has no title, the first heading is it.
func Markdown() corpus.Format {
	return corpus.Format{Name: "markdown", Extensions: []string{".md", ".markdown"}, Parse: parser(headingTitle)}
}

// Text is the format of .txt and .text files. They may have front matter too. A
// short first line that stands alone and isn't a sentence is the title.
func Text() corpus.Format {
	return corpus.Format{Name: "text", Extensions: []string{".txt", ".text"}, Parse: parser(firstLineTitle)}
}

func parser(title func(body string) string) func(context.Context, []byte) (corpus.Parsed, error) {
	return func(_ context.Context, data []byte) (corpus.Parsed, error) {
		text, encoding, err := corpus.Decode(data, "")
		if err != nil {
			return corpus.Parsed{}, err
		}
		p := corpus.Parsed{Text: text, Encoding: encoding}
		if block, body, ok := frontMatter(text); ok {
			p.Body = body
			fill(&p, block)
		}
		if p.Title == "" {
			p.Title = title(text[p.Body:])
		}
		p.Title = cut(p.Title, maxTitle)
		return p, nil
	}
}

// maxTitle bounds a title, in characters: it travels with every passage.
const maxTitle = 200

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// fill takes from the front matter what an article has a place for.
func fill(p *corpus.Parsed, block string) {
	fields, err := parseYAML(block)
	if err != nil {
		fields, _ = parseLines(block)
		p.Warnings = append(p.Warnings, fmt.Sprintf("the front matter is not valid YAML (%v); it was read line by line", err))
	}
	p.Title = strings.Join(strings.Fields(fields.first(" ", titleKeys...)), " ")
	p.Source = fields.first("、", sourceKeys...)
	p.Tags = corpus.ParseTags(fields.list(tagKeys...)...)
	if date := fields.first(" ", dateKeys...); date != "" {
		when, ok := corpus.ParseDate(date)
		if p.Published = when; !ok {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the date %q is not understood; write it as 2006-01-02", cut(date, 40)))
		}
	}
	if address := fields.first(" ", urlKeys...); address != "" {
		link, ok := corpus.ParseURL(address)
		if p.URL = link; !ok {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the address %q is not used; write it whole, with https://", cut(address, 80)))
		}
	}
}
