package lsa

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// rounded is a dense matrix by rows, with 8 bits a value and a scale a row in [0, 1].
type rounded struct {
	width  int
	scales []float32
	values []byte // int8
}

// termVectors returns the rows by which a text is folded in: with a = u·s·vᵀ, the text
// whose terms weigh x has the place x·v, as the passages have theirs in u·s. Here v is
// aᵀ·u/s, and the terms' idf is part of their rows. Places in u, without s, measure the
// same on large corpora and less on small ones, whose last singular vectors are noise.
func termVectors(ctx context.Context, across *sparse, idf, values []float64, vectors *mat.Dense) (*rounded, error) {
	width := len(values)
	rows := &rounded{width: width, scales: make([]float32, across.height()), values: make([]byte, across.height()*width)}
	if width == 0 {
		return rows, ctx.Err()
	}
	scales := make([]float64, across.height())
	err := spread(ctx, across.height(), func(i int) {
		row := make([]float64, width)
		across.addRow(row, i, vectors)
		for j := range row {
			row[j] *= idf[i] / values[j]
			scales[i] = max(scales[i], math.Abs(row[j])/math.MaxInt8)
		}
		for j, x := range row {
			if scales[i] > 0 {
				rows.values[i*width+j] = byte(int8(math.Round(x / scales[i])))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for i, most := 0, slices.Max(scales); i < len(scales); i++ {
		rows.scales[i] = float32(scales[i] / most) // only the directions of texts count
	}
	return rows, nil
}
