package openai

import (
	"cmp"
	"slices"
	"strings"
)

// Distance counts the edits (insert, delete, replace, swap of neighbours) that make one
// name of the other: the optimal string alignment distance.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// closest orders names by how near they are to one that was not found.
func closest(wanted string, names []string) []string {
	wanted = strings.ToLower(wanted)
	distance := func(name string) int {
		name = strings.ToLower(name)
		if len(name) > 200 {
			return 1000
		}
		d := Distance(wanted, name)
		if strings.Contains(name, wanted) || strings.Contains(wanted, name) {
			d = min(d, 1)
		}
		return d
	}
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	return sorted
}
