package table

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// csv reads comma-separated values, as RFC 4180 has them and as programs write them:
// separated by semicolons, tabs or bars too, with any line ends, with stray quotes.
func (r Reader) csv(ctx context.Context, text string) ([]record, error) {
	if first, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(strings.ToLower(first), "sep=") {
		if sep := strings.TrimSpace(first[4:]); len(sep) == 1 { // Excel's own line
			return r.cells(ctx, rest, sep[0], 2)
		}
	}
	return r.cells(ctx, text, separator(text), 1)
}

func (r Reader) tsv(ctx context.Context, text string) ([]record, error) {
	return r.cells(ctx, text, '\t', 1)
}

func (r Reader) cells(ctx context.Context, text string, sep byte, line int) ([]record, error) {
	s := scanner{text: text, sep: sep, line: line, mostCells: cmp.Or(r.MaxColumns, 1000), mostBytes: cmp.Or(r.MaxFieldBytes, 4<<20)}
	var lines []tableLine
	for most := cmp.Or(r.MaxRows, 100_000) + maxPreamble + 2; s.at < len(text) && len(lines) < most; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if l := s.next(); l.err != nil || slices.ContainsFunc(l.cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			lines = append(lines, l)
		}
	}
	return table(lines), nil
}

// separators are those of CSV, likeliest first.
const separators = ",;\t|"

// separator is the character that cuts most of the first lines into the same number of
// cells, more than one.
func separator(text string) byte {
	best, bestScore := separators[0], 0
	for i := range separators {
		s := scanner{text: text[:min(len(text), 256<<10)], sep: separators[i], line: 1, mostCells: 1000, mostBytes: 64 << 10}
		widths := make(map[int]int)
		for range 30 {
			if s.at >= len(s.text) {
				break
			}
			if l := s.next(); l.err == nil && len(l.cells) > 1 {
				widths[len(l.cells)]++
			}
		}
		score := 0
		for width, lines := range widths {
			score = max(score, lines*1000+min(width, 999))
		}
		if score > bestScore {
			best, bestScore = separators[i], score
		}
	}
	return best
}

// tableLine is one row of a CSV file.
type tableLine struct {
	number int // of its first line
	cells  []string
	err    error
}

// scanner cuts a text into rows. Its work is linear in the text whatever quotes are in it.
type scanner struct {
	text      string
	at        int
	sep       byte
	line      int
	mostCells int
	mostBytes int
	inVain    int // bytes read for the end of quotes that are never closed
}

// next reads the row at s.at, which must be within the text.
func (s *scanner) next() tableLine {
	l := tableLine{number: s.line}
	start := s.at
	for {
		value, closed := s.cell()
		switch {
		case !closed: // the line is left out, and nothing of those behind it is lost
			s.inVain += s.at - start
			s.at, s.line = start, l.number
			s.skipLine()
			return tableLine{number: l.number, err: fmt.Errorf("a quote in line %d is never closed; close it", l.number)}
		case l.err != nil: // one is enough; a row may have millions of cells
		case len(value) > s.mostBytes:
			l.err = fmt.Errorf("a cell has %d bytes, more than the limit of %d; split it", len(value), s.mostBytes)
		case len(l.cells) == s.mostCells:
			l.err = fmt.Errorf("the row has more than %d cells", s.mostCells)
		default:
			l.cells = append(l.cells, strings.Clone(value))
		}
		if s.at >= len(s.text) {
			return l
		}
		c := s.text[s.at]
		s.at++
		if c == s.sep {
			continue
		}
		if c == '\r' && s.at < len(s.text) && s.text[s.at] == '\n' {
			s.at++
		}
		s.line++
		return l
	}
}

func (s *scanner) skipLine() {
	end := strings.IndexAny(s.text[s.at:], "\r\n")
	if end < 0 {
		s.at = len(s.text)
		return
	}
	if s.at += end + 1; s.text[s.at-1] == '\r' && s.at < len(s.text) && s.text[s.at] == '\n' {
		s.at++
	}
	s.line++
}

// cell reads up to the separator or line end behind a cell, or to the end of the text.
func (s *scanner) cell() (value string, closed bool) {
	start := s.at
	// After so much in vain quotes are characters like others, lest the work be quadratic.
	if s.inVain > 2*len(s.text) || s.text[start:] == "" || s.text[start] != '"' {
		for s.at < len(s.text) && s.text[s.at] != s.sep && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
			s.at++
		}
		return s.text[start:s.at], true
	}
	var b strings.Builder
	first := s.line
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c != '"':
			if b.WriteByte(c); c == '\n' {
				s.line++
			}
		case s.at+1 < len(s.text) && s.text[s.at+1] == '"':
			b.WriteByte('"')
			s.at++
		case s.at+1 == len(s.text) || s.text[s.at+1] == s.sep || s.text[s.at+1] == '\n' || s.text[s.at+1] == '\r':
			s.at++
			return b.String(), true
		case s.text[s.at-1] == s.sep && s.line > first:
			return "", false // the beginning of a cell further down
		default:
			b.WriteByte('"') // one that somebody forgot to double
		}
	}
	return "", false
}

// maxPreamble bounds the lines above the head: a sheet's own title, say.
const maxPreamble = 5

// table makes records of lines: the first names the columns, unless it looks like
// those that follow.
func table(lines []tableLine) []record {
	lines = withoutPreamble(lines)
	if len(lines) == 0 {
		return nil
	}
	var head []string
	if lines[0].err == nil && isHead(lines) {
		head = lines[0].cells
		lines = lines[1:]
	}
	names := columnNames(head, lines)
	records := make([]record, 0, len(lines))
	padded := 0
	for _, l := range lines {
		rec := record{place: fmt.Sprintf("line %d", l.number), err: l.err}
		last := len(l.cells)
		for last > 0 && strings.TrimSpace(l.cells[last-1]) == "" {
			last--
		}
		switch {
		case l.err != nil:
		case last > len(names):
			rec.err = fmt.Errorf("the row has %d cells, the head %d; put a text that holds the separator into quotes", last, len(names))
		default:
			if len(l.cells) < len(names) && head != nil && padded < maxPadded {
				padded++
				rec.warned = []string{fmt.Sprintf("line %d has %d cells, the head %d; the last ones are taken for empty", l.number, len(l.cells), len(names))}
			}
			for i, value := range l.cells[:last] {
				rec.cells = append(rec.cells, cell{name: names[i], value: value})
			}
		}
		records = append(records, rec)
	}
	return records
}

// withoutPreamble drops the lines above the head.
func withoutPreamble(lines []tableLine) []tableLine {
	width := 0
	for _, l := range lines[:min(len(lines), 50)] {
		width = max(width, filled(l.cells))
	}
	for range maxPreamble {
		if len(lines) > 1 && width > 1 && lines[0].err == nil && filled(lines[0].cells) == 1 && filled(lines[1].cells) > 0 {
			lines = lines[1:]
		}
	}
	return lines
}

// maxPadded bounds the warnings of short rows in one table.
const maxPadded = 20

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// isHead says whether the first line names the columns: it has a usual name, or all its
// cells are short words, no two the same, and no data.
func isHead(lines []tableLine) bool {
	first := lines[0].cells
	for _, matches := range find(first) {
		if len(matches) > 0 {
			return true
		}
	}
	seen := make(map[string]bool)
	for i, c := range first {
		c = strings.TrimSpace(c)
		if c == "" && i > 0 && filled(first[i:]) == 0 {
			break
		}
		if c == "" && i > 0 || seen[c] || utf8.RuneCountInString(c) > maxHeading/2 || isData(c) {
			return false
		}
		seen[c] = true
	}
	return len(lines) > 1 && len(first) > 1
}

// columnNames are those of the head, trimmed, without a name twice. Without a head there
// are as many as cells in the longest row, and none has a name but the text: the
// column that is by far the longest.
func columnNames(head []string, lines []tableLine) []string {
	if head != nil {
		for len(head) > 0 && strings.TrimSpace(head[len(head)-1]) == "" {
			head = head[:len(head)-1]
		}
		names := make([]string, len(head))
		for i, c := range head {
			names[i] = oneLine(strings.TrimPrefix(c, "\ufeff"))
			for n, base := 2, names[i]; base != "" && slices.Contains(names[:i], names[i]); n++ {
				names[i] = fmt.Sprintf("%s (%d)", base, n)
			}
		}
		return names
	}
	var sizes []int
	for _, l := range lines {
		for i, c := range l.cells {
			if i == len(sizes) {
				sizes = append(sizes, 0)
			}
			sizes[i] += utf8.RuneCountInString(c)
		}
	}
	names := make([]string, len(sizes))
	total, longest := 0, 0
	for i, size := range sizes {
		total += size
		if size > sizes[longest] {
			longest = i
		}
	}
	if len(sizes) > 0 && sizes[longest] >= 40*len(lines) && 3*sizes[longest] >= 2*total {
		names[longest] = usual[fieldText][0]
		if longest > 0 {
			names[0] = usual[fieldTitle][0]
		}
	}
	return names
}
