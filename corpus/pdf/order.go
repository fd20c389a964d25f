package pdf

import (
	"math"
	"slices"
	"unicode"
)

// block is lines that stand one below the other.
type block struct {
	lines          []line
	x0, x1, y0, y1 float64
	cell           bool // it stands beside the block before it, in a row of a table
}

func (b *block) add(l line) {
	if len(b.lines) == 0 {
		b.x0, b.x1, b.y0, b.y1 = l.x0, l.x1, l.y-0.9*l.size, l.y+0.2*l.size
	}
	b.lines = append(b.lines, l)
	b.x0, b.x1 = min(b.x0, l.x0), max(b.x1, l.x1)
	b.y0, b.y1 = min(b.y0, l.y-0.9*l.size), max(b.y1, l.y+0.2*l.size)
}

// inOrder returns the lines of a page in blocks, in the order in which they are read.
// Most programs write text in that order, which knows of stories and table cells what
// no geometry does. It is followed as far as what stands above comes before what
// stands below it, and left before right in a row.
func inOrder(lines []line) []block {
	if leaps(lines) {
		lines = chained(lines)
	}
	lines = rows(columns(lines))
	var blocks []block
	for _, l := range lines {
		if n := len(blocks); n > 0 && blocks[n-1].goesOn(l) {
			blocks[n-1].add(l)
			continue
		}
		blocks = append(blocks, block{})
		blocks[len(blocks)-1].add(l)
	}
	blocks = joined(sorted(blocks))
	for i := 1; i < len(blocks); i++ {
		blocks[i].cell = beside(&blocks[i-1], &blocks[i])
	}
	return blocks
}

// joined joins the blocks of text that the file does not hold in order.
func joined(blocks []block) []block {
	var out []block
	for _, b := range blocks {
		if n := len(out); n > 0 && out[n-1].goesOn(b.lines[0]) {
			for _, l := range b.lines {
				out[n-1].add(l)
			}
			continue
		}
		out = append(out, b)
	}
	return out
}

const cellLines = 5 // more are a column of text

// beside says whether b is the cell of a table to the right of a, and not another
// column of text.
func beside(a, b *block) bool {
	em := a.lines[0].size
	if len(a.lines) > 2 && len(b.lines) > 2 && a.x1-a.x0 > 10*em && b.x1-b.x0 > 10*em {
		return false
	}
	along := min(a.y1, b.y1) - max(a.y0, b.y0)
	return len(a.lines) <= cellLines && len(b.lines) <= cellLines && b.x0 > a.x1-a.lines[0].size/2 &&
		along > 0.5*min(a.y1-a.y0, b.y1-b.y0)
}

// goesOn says whether a line stands right below the last one of the block.
func (b *block) goesOn(l line) bool {
	last := b.lines[len(b.lines)-1]
	em := max(last.size, l.size)
	down := l.y - last.y
	if em > resized*min(last.size, l.size) && len(l.glyphs) > 2 && len(last.glyphs) > 2 {
		return false
	}
	return !last.row && !l.row && down > sameBase*em && down < 2.4*em && l.x0 < b.x1 && l.x1 > b.x0
}

const maxBlocks = 1500 // of a page; one with more is not a page of text

// sorted puts blocks into an order in which each comes behind those that must come
// before it; among those that may come next, the first in the file does.
func sorted(blocks []block) []block {
	n := len(blocks)
	if n > maxBlocks {
		return blocks
	}
	waits := make([]int, n) // for how many others
	before := make([][]int, n)
	for i := range blocks {
		for j := range blocks {
			if i != j && precedes(&blocks[i], &blocks[j]) {
				before[i] = append(before[i], j)
				waits[j]++
			}
		}
	}
	out := make([]block, 0, n)
	done := make([]bool, n)
	for range n {
		next := -1
		for i := range blocks {
			if !done[i] && (waits[i] <= 0 || next < 0) {
				next = i
				if waits[i] <= 0 {
					break
				}
			}
		}
		if waits[next] > 0 { // they wait for each other
			next = slices.Index(done, false)
		}
		done[next] = true
		out = append(out, blocks[next])
		for _, j := range before[next] {
			waits[j]--
		}
	}
	return out
}

// precedes says whether a must be read before b: it stands above b, or to the left of
// it in the same row.
func precedes(a, b *block) bool {
	across := min(a.x1, b.x1) - max(a.x0, b.x0)
	along := min(a.y1, b.y1) - max(a.y0, b.y0)
	em := a.lines[0].size
	if across > 0.1*min(a.x1-a.x0, b.x1-b.x0) {
		return along < 0.3*em && a.y0 < b.y0 && a.y1 < b.y1
	}
	return along > 0.5*min(a.y1-a.y0, b.y1-b.y0) && a.x0 < b.x0 && a.x1 < b.x1
}

// besides says whether b stands to the right of a on one line.
func besides(a, b line) bool {
	return onBase(a.y, a.size, b.y, b.size) && b.x0 > a.x1
}

// rows joins what stands side by side and follows each other in the file: the cells
// of a table's row, or the words of a line set wide.
func rows(lines []line) []line {
	var out []line
	for _, l := range lines {
		if n := len(out); n > 0 && !l.alone && !out[n-1].alone && besides(out[n-1], l) {
			last := &out[n-1]
			if l.x0-last.x1 > cellGap*max(l.size, last.size) && !marker(last.text()) {
				last.row = true
			}
			last.take(l)
			continue
		}
		out = append(out, l)
	}
	for i := range out {
		out[i].row = out[i].row && !out[i].stretched()
	}
	return out
}

// stretched says whether a line is Latin words set so wide that they reach both edges.
func (l *line) stretched() bool {
	least, most := math.Inf(1), 0.0
	for i := 1; i < len(l.glyphs); i++ {
		a, b := l.glyphs[i-1], l.glyphs[i]
		if gap := b.x0 - a.x1; gap > wordGap*l.size {
			if isWide(a.r) || !unicode.IsLetter(b.r) {
				return false
			}
			least, most = min(least, gap), max(most, gap)
		}
	}
	return most-least < l.size/2
}

// columns finds text in columns that the file holds line by line across them, and
// puts one column behind the other. Unlike the cells of a table, the lines of such
// columns are long, and nearly all of them reach the right edge of theirs.
func columns(lines []line) []line {
	var out []line
	for i := 0; i < len(lines); {
		zone, end := zoneAt(lines, i)
		if len(zone) >= 4 && proseColumns(zone) {
			for c := range zone[0] {
				for _, row := range zone {
					if c < len(row) {
						l := row[c]
						l.alone = true
						out = append(out, l)
					}
				}
			}
			i = end
			continue
		}
		for ; i < end; i++ {
			out = append(out, lines[i])
		}
	}
	return out
}

// zoneAt returns the rows that begin at lines[i], as long as each has as many pieces
// as the first, at about the same places, and where they end. The last may have fewer.
func zoneAt(lines []line, i int) (zone [][]line, end int) {
	end = i
	for end < len(lines) {
		next := end + 1
		for next < len(lines) && besides(lines[next-1], lines[next]) {
			next++
		}
		row := lines[end:next]
		if len(zone) == 0 && len(row) < 2 || len(zone) > 0 && !sameColumns(zone[0], row) {
			break
		}
		zone = append(zone, row)
		end = next
		if len(row) < len(zone[0]) {
			break
		}
	}
	return zone, max(end, i+1) // a line that begins no rows is passed over alone
}

// sameColumns says whether the pieces of a row begin where those of the first do.
func sameColumns(first, row []line) bool {
	if len(row) > len(first) {
		return false
	}
	for c := range row {
		if em := row[c].size; row[c].x0 < first[c].x0-3*em || row[c].x0 > first[c].x0+3*em {
			return false
		}
	}
	return true
}

// proseColumns says whether rows are lines of columns of text.
func proseColumns(zone [][]line) bool {
	for c := range zone[0] {
		full, n := 0, 0
		left, right := zone[0][c].x0, zone[0][c].x1
		for _, row := range zone {
			if c < len(row) {
				left, right = min(left, row[c].x0), max(right, row[c].x1)
			}
		}
		for _, row := range zone {
			if c >= len(row) {
				continue
			}
			n++
			if l := row[c]; l.x1-l.x0 > 8*l.size && right-l.x1 < 2.5*l.size {
				full++
			}
		}
		if 3*full < 2*n {
			return false
		}
	}
	return true
}
