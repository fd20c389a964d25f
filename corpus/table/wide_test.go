package table

import (
	"strings"
	"testing"
)

// What is left out of a row with far too many cells costs no memory.
func TestRowOfMillionsOfCells(t *testing.T) {
	text := strings.Repeat(",", 1_000_000)
	allocs := testing.AllocsPerRun(1, func() {
		if records, err := (Reader{}).csv(t.Context(), text); err != nil || len(records) != 1 || records[0].err == nil {
			t.Errorf("%d records, %v", len(records), err)
		}
	})
	if allocs > 10_000 {
		t.Errorf("%.0f allocations", allocs)
	}
}
