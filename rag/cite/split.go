package cite

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
)

// Claim is a sentence of an answer. Answer[Start:End] is where it stands, with its
// markers; Text has neither markers nor Markdown.
type Claim struct {
	Text       string
	Start, End int // bytes
	Numbers    []int
	Markers    []corpus.Span // where the markers stand
	Heading    bool          // a heading, or the head of a table: it states nothing
}

// Split cuts an answer that came through a Parser into sentences. A marker behind
// the end of a sentence belongs to that sentence. Headings, list items and rows of
// tables are sentences of their own; code blocks, definitions of links and the
// model's own list of references are none.
func Split(answer string) []Claim {
	var claims []Claim
	for _, b := range blocks(answer) {
		c := cleanBlock(answer, b)
		if c.text == "" { // markers alone go to what stands before them
			if n := len(claims); n > 0 {
				claims[n-1].cite(c.markers)
			}
			continue
		}
		first := len(claims)
		for _, s := range corpus.Sentences(c.text) {
			if text := strings.Join(strings.Fields(c.text[s.Start:s.End]), " "); text != "" {
				claims = append(claims, Claim{Text: text, Start: c.places[s.Start], End: c.ends[s.End-1], Heading: b.heading})
				c.spans = append(c.spans, s)
			}
		}
		c.assign(claims[first:])
	}
	return claims
}

// cite adds the numbers of markers that the claim does not have yet.
func (c *Claim) cite(markers []placed) {
	for _, m := range markers {
		c.Markers = append(c.Markers, corpus.Span{Start: m.start, End: m.end})
		if !slices.Contains(c.Numbers, m.number) {
			c.Numbers = append(c.Numbers, m.number)
		}
	}
}

// block is a part of an answer that no sentence crosses, without the marks that
// begin it.
type block struct {
	corpus.Span
	heading bool
}

// blocks finds the blocks line by line; the lines of a paragraph are one block.
func blocks(answer string) []block {
	var o outline
	start := 0
	for line := range strings.Lines(answer) {
		o.add(strings.TrimSuffix(line, "\n"), start)
		start += len(line)
	}
	return o.found
}

// outline is the blocks of the lines read so far.
type outline struct {
	found      []block
	fence      string // what opened the code block being read
	references bool   // reading the model's own list of references
	open       bool   // a plain line continues the last block
	row        bool   // the line before was a row of a table
}

// add reads a line that begins at the byte start of the answer.
func (o *outline) add(line string, start int) {
	continues := o.open
	o.open = false
	if o.code(line) || strings.TrimSpace(line) == "" {
		o.row = false
		return
	}
	skip, kind := leading(line)
	content := strings.TrimSpace(line[skip:])
	row := o.row
	o.row = kind == 't'
	if row && ruled(content, kind) { // what stands above it names the columns
		o.found[len(o.found)-1].heading = true
	}
	if o.reference(content, kind) || wordless(content, kind) {
		o.row = false
		return
	}
	span := corpus.Span{Start: start + skip, End: start + len(line)}
	if continues && kind == 0 {
		o.found[len(o.found)-1].End = span.End
	} else {
		o.found = append(o.found, block{Span: span, heading: kind == 'h' || o.references})
	}
	o.open = kind == 0 && !o.references || kind == 'l'
}

// code tells whether a line belongs to a code block, fences included.
func (o *outline) code(line string) bool {
	if o.fence == "" {
		o.fence = opensFence(line)
		return o.fence != ""
	}
	if closesFence(line, o.fence) {
		o.fence = ""
	}
	return true
}

// reference tells whether a line is an item of the model's own list of references,
// which goes on, from its heading, to the first line that is neither item nor blank.
func (o *outline) reference(content string, kind byte) bool {
	if o.references && (kind == 'l' || strings.HasPrefix(content, "[")) {
		return true
	}
	o.references = isReferences(content, kind)
	return false
}

// wordless tells lines that have no sentence: rules, the ruled line of a table,
// definitions of links.
func wordless(content string, kind byte) bool {
	return strings.Trim(content, "-*_= ") == "" || ruled(content, kind) || isDefinition(content)
}

// ruled tells the line below the head of a table.
func ruled(content string, kind byte) bool {
	return kind == 't' && strings.Trim(content, "|:- ") == ""
}

// opensFence returns the run of backticks or tildes that opens a code block.
func opensFence(line string) string {
	line = strings.TrimLeft(line, " \t>-*+")
	for _, c := range []string{"`", "~"} {
		n := len(line) - len(strings.TrimLeft(line, c))
		if n >= 3 && (c == "~" || !strings.Contains(line[n:], "`")) {
			return line[:n]
		}
	}
	return ""
}

func closesFence(line, fence string) bool {
	line = strings.TrimSpace(strings.TrimLeft(line, " \t>-*+"))
	return len(line) >= len(fence) && strings.Trim(line, fence[:1]) == ""
}

// leading measures the marks before the content of a line. kind is h for a
// heading, l for a list item, t for a row of a table, 0 for anything else.
func leading(line string) (skip int, kind byte) {
	for {
		rest := line[skip:]
		trimmed := strings.TrimLeft(rest, " \t\u3000>")
		skip += len(rest) - len(trimmed)
		n := len(trimmed) - len(strings.TrimLeft(trimmed, "#"))
		number := len(trimmed) - len(strings.TrimLeft(trimmed, "0123456789"))
		switch {
		case trimmed == "":
			return skip, kind
		case n > 0 && n <= 6 && strings.HasPrefix(trimmed[n:], " "):
			return skip + n + 1, 'h'
		case strings.ContainsRune("-*+•", firstRune(trimmed)) && blankAt(trimmed, utf8.RuneLen(firstRune(trimmed))):
			skip, kind = skip+utf8.RuneLen(firstRune(trimmed))+1, 'l'
		case kind == 0 && 0 < number && number < 4 && strings.IndexAny(trimmed[number:], ".)") == 0 && blankAt(trimmed, number+1):
			skip, kind = skip+number+2, 'l'
		case kind == 'l' && (strings.HasPrefix(trimmed, "[ ] ") || strings.HasPrefix(trimmed, "[x] ") || strings.HasPrefix(trimmed, "[X] ")):
			return skip + 4, kind
		case kind == 0 && trimmed[0] == '|':
			return skip, 't'
		default:
			return skip, kind
		}
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func blankAt(s string, i int) bool { return i < len(s) && (s[i] == ' ' || s[i] == '\t') }

// isReferences tells the heading of the model's own list of sources.
func isReferences(content string, kind byte) bool {
	if kind == 'l' {
		return false
	}
	word := strings.ToLower(strings.TrimSpace(strings.Trim(content, "*_:：# ")))
	return slices.Contains([]string{"参考资料", "参考文献", "参考来源", "资料来源", "引用来源", "信息来源", "来源", "引用", "references", "sources", "citations"}, word)
}

// isDefinition tells [1]: http://… and [^1]: text.
func isDefinition(content string) bool {
	end := strings.Index(content, "]:")
	return content[0] == '[' && end > 1 && !strings.ContainsAny(content[1:end], "[]\n")
}

// cleaned is a block without markers and Markdown. places and ends map each byte of
// text to where its character begins and ends in the answer.
type cleaned struct {
	text    string
	places  []int
	ends    []int
	markers []placed
	spans   []corpus.Span // of the claims, in text
}

// placed is a marker that stood at a byte of the cleaned text, and from start to end in
// the answer.
type placed struct{ number, at, start, end int }

// assign gives each marker to the sentence that ends at or around it.
func (c *cleaned) assign(claims []Claim) {
	if len(claims) == 0 {
		return
	}
	for _, m := range c.markers {
		before := len(strings.TrimRightFunc(c.text[:m.at], unicode.IsSpace))
		i := max(0, sort.Search(len(claims), func(i int) bool { return c.spans[i].Start >= before })-1)
		claims[i].cite([]placed{m})
		if i+1 == len(claims) || m.end <= claims[i+1].Start {
			claims[i].End = max(claims[i].End, m.end)
		}
	}
}
