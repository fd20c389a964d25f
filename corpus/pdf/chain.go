package pdf

import (
	"math"
	"slices"
)

// leaps says whether a file holds the lines of a page in no order at all: most of them
// stand far from the one before.
func leaps(lines []line) bool {
	n := 0
	for i := 1; i < len(lines); i++ {
		a, b := lines[i-1], lines[i]
		if math.Abs(b.y-a.y) > 3*max(a.size, b.size) {
			n++
		}
	}
	return len(lines) >= 12 && 2*n > len(lines)
}

// chained puts each line behind the one that it alone stands below. The chains, such
// as columns, are in the order of their first lines, from the top and from the left.
func chained(lines []line) []line {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b line) int {
		if math.Abs(a.y-b.y) < 0.01 {
			return cmpFloat(a.x0, b.x0)
		}
		return cmpFloat(a.y, b.y)
	})
	below, above := make([]int, len(lines)), make([]int, len(lines)) // above counts
	for i := range lines {
		below[i] = nextBelow(lines, i)
		if below[i] > 0 {
			above[below[i]]++
		}
	}
	var out []line
	taken := make([]bool, len(lines))
	for i := range lines {
		for at := i; !taken[at]; at = below[at] {
			taken[at] = true
			out = append(out, lines[at])
			if below[at] == 0 || above[below[at]] > 1 {
				break
			}
		}
	}
	for i := range out {
		out[i].seq = i
	}
	return out
}

// nextBelow returns the line right below line i, of lines from top to bottom; 0 if
// there is none.
func nextBelow(lines []line, i int) int {
	l := lines[i]
	for j := i + 1; j < len(lines); j++ {
		o := lines[j]
		em := max(l.size, o.size)
		switch down := o.y - l.y; {
		case down > 2.4*max(l.size, 10):
			return 0
		case down < sameBase*em:
			continue
		}
		if across := min(l.x1, o.x1) - max(l.x0, o.x0); across > 0.5*min(l.x1-l.x0, o.x1-o.x0) {
			return j
		}
	}
	return 0
}
