package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"yinju/rag"
)

// ask answers one question on the terminal, with its sources below.
func ask(ctx context.Context, sys system, set *settings) error {
	if set.LogLevel == "info" {
		set.LogLevel = "warn" // the answer is what was asked for
	}
	s, err := build(ctx, set, sys.Stderr)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.firstLoad(ctx, sys); err != nil {
		return err
	}
	answer, err := s.Answerer.Ask(ctx, rag.Question{Text: set.question}, func(e rag.Event) error {
		_, err := unescape.WriteString(sys.Stdout, e.Delta)
		return err
	})
	if err != nil {
		return err
	}
	return printSources(sys.Stdout, answer)
}

// unescape takes the signs off brackets that are no markers: a terminal shows no Markdown.
var unescape = strings.NewReplacer(`\[`, "[", `\]`, "]")

func printSources(w io.Writer, a *rag.Answer) error {
	out := &printer{w: w}
	out.printf("\n\n")
	for _, s := range a.Sentences {
		if len(s.Missing) > 0 {
			out.printf("! %s — not in the cited passages: %q\n", s.Text, s.Missing)
		}
	}
	for _, c := range a.Citations {
		out.printf("[%d] %s%s\n    %s\n", c.Number, c.Title, published(c), c.Quote)
		out.alsoIn(c)
	}
	for _, c := range a.Closest {
		out.printf("·   %s%s\n    %s\n", c.Title, published(c), c.Quote)
		out.alsoIn(c)
	}
	for _, f := range a.SearchedFilters {
		if f.Applied {
			out.printf("\n%s: %s (%s)\n", f.Mode, strings.TrimSpace(string(f.Kind)+" "+f.Label), f.Words)
		}
	}
	if a.Notice != "" {
		out.printf("\n%s\n", a.Notice)
	}
	return out.err
}

// alsoIn names the other articles in which a cited passage stands.
func (p *printer) alsoIn(c rag.Citation) {
	if c.AlsoInCount == 0 {
		return
	}
	var titles []string
	for _, copied := range c.AlsoIn {
		titles = append(titles, copied.Title+byline(copied.Source, copied.Published))
	}
	if rest := c.AlsoInCount - len(titles); rest > 0 {
		titles = append(titles, fmt.Sprintf("and %d more", rest))
	}
	p.printf("    also in: %s\n", strings.Join(titles, "; "))
}

func published(c rag.Citation) string { return byline(c.Source, c.Published) }

func byline(source, published string) string {
	about := ""
	if source != "" {
		about += " · " + source
	}
	if published != "" {
		about += " · " + published
	}
	return about
}

// printer remembers the first error of several writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
