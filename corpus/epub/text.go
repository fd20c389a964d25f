package epub

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// text reads the chapters. Those that cannot be read are in the warnings.
func (b *book) text() (string, []string, error) {
	var text strings.Builder
	var broken []string
	var first error
	for _, id := range b.spine {
		it := b.items[id]
		if b.asides[it.href] || strings.Contains(" "+it.properties+" ", " nav ") || it.href != "" && !page(it) {
			continue
		}
		chapter, err := b.chapter(it)
		if b.ctx.Err() != nil {
			return "", nil, b.ctx.Err()
		}
		if err != nil {
			if first == nil {
				first = err
			}
			broken = append(broken, it.href)
			continue
		}
		if chapter == "" {
			continue
		}
		if text.Len()+len(chapter) > b.MaxText {
			return "", nil, fmt.Errorf("the book has more than %d bytes of text, the limit; split it", b.MaxText)
		}
		if text.Len() > 0 {
			text.WriteString("\n\n")
		}
		text.WriteString(chapter)
	}
	switch {
	case text.Len() == 0 && first != nil:
		return "", nil, fmt.Errorf("no chapter of the book can be read; the first: %w", first)
	case text.Len() == 0 && len(b.spine) == 0:
		return "", nil, errors.New("the book lists no chapters; make it again in the program that made it")
	case text.Len() == 0:
		return "", nil, errors.New("there is no text in the book; its pages may be pictures")
	case first != nil:
		const shown = 3
		names := strings.Join(broken[:min(len(broken), shown)], ", ")
		return text.String(), []string{fmt.Sprintf("%d of the book's %d parts cannot be read (%s): %v", len(broken), len(b.spine), names, first)}, nil
	}
	return text.String(), nil, nil
}

// page tells the parts that are pages of text from pictures.
func page(it item) bool {
	switch it.kind {
	case "application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", "application/xml", "text/xml", "":
		return true
	}
	return false
}

var (
	declared = regexp.MustCompile(`^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)`)
	// selfClosed is an element without content as XML writes it. HTML knows only some
	// elements that have none, and takes the rest of the page for the content of others.
	selfClosed = regexp.MustCompile(`<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'))?)*\s*)/>`)
	void       = regexp.MustCompile(`(?i)^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$`)
	// frontMatter is the beginning of a page that is not to be read as a chapter.
	frontName   = regexp.MustCompile(`(?i)^(?:cover|title[-_]?page|half[-_]?title)[^a-z]`)
	frontMatter = regexp.MustCompile(`<(?:body|section|div)\b[^<>]*\bepub:type\s*=\s*["'][^"'<>]*\b(?:cover|titlepage|halftitlepage|toc|landmarks)\b`)
)

// maxFrontMatter is the length, in bytes of text, of a cover or title page: a longer one
// has the book in it, too.
const maxFrontMatter = 600

// chapter returns the text of a part; "" if there is none to read.
func (b *book) chapter(it item) (string, error) {
	if it.href == "" {
		return "", errors.New("it is not in the list of parts")
	}
	entry := b.archive.Find(it.href)
	if entry == nil {
		return "", fmt.Errorf("%s is missing", it.href)
	}
	data, err := b.archive.Read(b.ctx, entry)
	if err != nil {
		return "", err
	}
	label := ""
	if m := declared.FindSubmatch(data[:min(len(data), 1<<10)]); m != nil {
		label = string(m[1])
	}
	decoded, err := b.Chapter.Decoder.Decode(data, label)
	if err != nil {
		return "", err
	}
	source := selfClosed.ReplaceAllStringFunc(decoded.Text, func(tag string) string {
		m := selfClosed.FindStringSubmatch(tag)
		if void.MatchString(m[1]) {
			return tag
		}
		return "<" + m[1] + m[2] + "></" + m[1] + ">"
	})
	text, err := b.Chapter.Chapter(b.ctx, source)
	isFront := len(text) <= maxFrontMatter && (frontMatter.MatchString(source) || frontName.MatchString(path.Base(it.href)))
	if err != nil || text == "" || isFront || b.isContents(text) {
		return "", err
	}
	return b.renumbered(headed(text, b.titles[it.href])), nil
}

// isContents reports whether a page is a table of contents: most of its lines are titles
// of chapters.
func (b *book) isContents(text string) bool {
	known := make(map[string]bool, len(b.titles))
	for _, title := range b.titles {
		known[bare(title)] = true
	}
	lines, titles := 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		if line = bare(itemMark.ReplaceAllString(line, "")); line != "" {
			lines++
			if known[line] {
				titles++
			}
		}
	}
	return lines > 3 && titles*10 >= lines*7
}

func bare(s string) string { return strings.Join(strings.Fields(s), "") }

var (
	itemMark = regexp.MustCompile(`^\s*(?:#+|-|\d+\.)\s+`)
	noteMark = regexp.MustCompile(`\[\^(\d{1,4})\]`)
)

// renumbered returns a chapter whose notes begin at 1 again with numbers behind those of
// the chapters before.
func (b *book) renumbered(text string) string {
	last, again := b.notes, false
	for _, m := range noteMark.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		again = again || n <= b.notes
		last = max(last, n)
	}
	if again {
		before := b.notes
		text = noteMark.ReplaceAllStringFunc(text, func(mark string) string {
			n, _ := strconv.Atoi(mark[2 : len(mark)-1])
			last = max(last, before+n)
			return fmt.Sprintf("[^%d]", before+n)
		})
	}
	b.notes = last
	return text
}

// heading is a line that is one.
var heading = regexp.MustCompile(`(?m)^#{1,6} `)

// headed returns a chapter with its title as a heading, unless it has headings.
func headed(text, title string) string {
	if title == "" || heading.MatchString(text) {
		return text
	}
	line, rest, _ := strings.Cut(text, "\n")
	if bare(line) == bare(title) {
		return "# " + title + "\n" + rest
	}
	return "# " + title + "\n\n" + text
}
