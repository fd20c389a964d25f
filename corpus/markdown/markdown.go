// Package markdown reads Markdown and plain text files, with or without front matter.
package markdown

import (
	"context"

	"yinju/corpus"
	"yinju/corpus/frontmatter"
)

// Reader reads Markdown and plain text. The zero value gives up files that cannot be
// decoded whole.
type Reader struct {
	Decoder corpus.Decoder
}

// Markdown is the format of .md and .markdown files. The text of the article is the
// whole file, untouched; its body begins behind the front matter. Where the front
// matter has no title, the first heading is it.
func (r Reader) Markdown() corpus.Format {
	return corpus.Format{Name: "markdown", Extensions: []string{".md", ".markdown"}, Parse: r.parser(headingTitle)}
}

// Text is the format of .txt and .text files. They may have front matter too. A
// short first line that stands alone and isn't a sentence is the title.
func (r Reader) Text() corpus.Format {
	return corpus.Format{Name: "text", Extensions: []string{".txt", ".text"}, Parse: r.parser(firstLineTitle)}
}

// Markdown is the format that the zero Reader reads.
func Markdown() corpus.Format { return Reader{}.Markdown() }

// Text is the format that the zero Reader reads.
func Text() corpus.Format { return Reader{}.Text() }

func (r Reader) parser(title func(body string) string) func(context.Context, []byte) (corpus.Parsed, error) {
	return func(_ context.Context, data []byte) (corpus.Parsed, error) {
		decoded, err := r.Decoder.Decode(data, "")
		if err != nil {
			return corpus.Parsed{}, err
		}
		p := decoded.Parsed()
		if block, body, ok := frontmatter.Find(p.Text); ok {
			p.Body = body
			p.Fill(corpus.ParseMetadata("the front matter", block))
		}
		if p.Title == "" {
			p.Title = title(p.Text[p.Body:])
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
