package lsa

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// sparse is a matrix by rows (CSR): row i has values[start[i]:start[i+1]] in the
// columns beside them.
type sparse struct {
	start   []int
	columns []int32
	values  []float32
	width   int
}

func (s *sparse) height() int { return len(s.start) - 1 }

// transposed keeps the order of the rows within each column, so that sums over them
// always come out the same.
func (s *sparse) transposed() *sparse {
	t := &sparse{
		start:   make([]int, s.width+1),
		columns: make([]int32, len(s.columns)),
		values:  make([]float32, len(s.values)),
		width:   s.height(),
	}
	for _, column := range s.columns {
		t.start[column+1]++
	}
	for i := range s.width {
		t.start[i+1] += t.start[i]
	}
	next := append([]int(nil), t.start...)
	for row := range s.height() {
		for i := s.start[row]; i < s.start[row+1]; i++ {
			to := next[s.columns[i]]
			next[s.columns[i]]++
			t.columns[to], t.values[to] = int32(row), s.values[i]
		}
	}
	return t
}

// addRow adds a row of the product with a dense matrix to sum.
func (s *sparse) addRow(sum []float64, row int, dense *mat.Dense) {
	for i := s.start[row]; i < s.start[row+1]; i++ {
		floats.AddScaled(sum, float64(s.values[i]), dense.RawRowView(int(s.columns[i])))
	}
}

// multiply sets product to that with a dense matrix. Each row is the work of one
// goroutine, in the order of its columns: the same to the last bit, however many there
// are.
func (s *sparse) multiply(ctx context.Context, product, dense *mat.Dense) error {
	return spread(ctx, s.height(), func(row int) {
		sum := product.RawRowView(row)
		clear(sum)
		s.addRow(sum, row, dense)
	})
}

const (
	oversampling = 10
	iterations   = 2
	panel        = 96 // columns multiplied at a time: bounds the memory, fits the processor's cache
)

// leftSingular approximates the first singular values of a, in falling order, and its
// left singular vectors, the columns of an orthonormal matrix: subspace iteration from
// a random start (N. Halko, P.-G. Martinsson, J. A. Tropp, Finding Structure with
// Randomness, SIAM Review 2011, algorithm 4.4, started among the rows). There are rank
// of them, or as many as a has.
func leftSingular(ctx context.Context, a, across *sparse, rank int, seed uint64) (values []float64, vectors *mat.Dense, err error) {
	width := min(rank+oversampling, a.height(), a.width)
	if width == 0 || len(a.values) == 0 {
		return nil, nil, ctx.Err()
	}
	random := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)) //nolint:gosec // is to repeat itself
	basis := mat.NewDense(a.height(), width, nil)
	for i := range a.height() {
		for j := range width {
			basis.Set(i, j, random.NormFloat64())
		}
	}
	for range iterations {
		if err := square(ctx, a, across, basis); err != nil {
			return nil, nil, err
		}
		if values, basis, err = orthonormal(basis); err != nil {
			return nil, nil, err
		}
	}
	height, found := basis.Dims()
	found = min(found, rank)
	for j, value := range values {
		values[j] = math.Sqrt(value)
	}
	return values[:found], basis.Slice(0, height, 0, found).(*mat.Dense), ctx.Err()
}

// square replaces y by a·aᵀ·y.
func square(ctx context.Context, a, across *sparse, y *mat.Dense) error {
	height, width := y.Dims()
	between := mat.NewDense(a.width, min(panel, width), nil)
	for from := 0; from < width; from += panel {
		part := y.Slice(0, height, from, min(from+panel, width)).(*mat.Dense)
		_, n := part.Dims()
		z := between.Slice(0, a.width, 0, n).(*mat.Dense)
		if err := across.multiply(ctx, z, part); err != nil {
			return err
		}
		if err := a.multiply(ctx, part, z); err != nil {
			return err
		}
	}
	return nil
}

// orthonormal returns the singular values of y, the greatest first, and its left
// singular vectors, without those that rounding hides. They come from the eigenvectors
// of yᵀy, which is small, for y is tall.
func orthonormal(y *mat.Dense) (values []float64, basis *mat.Dense, err error) {
	_, width := y.Dims()
	var gram mat.SymDense
	gram.SymOuterK(1, y.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&gram, true) {
		return nil, nil, errors.New("the passages could not be decomposed: QR iteration did not converge")
	}
	rising := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for j := width - 1; j >= 0 && rising[j] > 1e-10*rising[width-1]; j-- {
		values = append(values, math.Sqrt(rising[j]))
	}
	turn := mat.NewDense(width, len(values), nil)
	for j, value := range values {
		for i := range width {
			turn.Set(i, j, vectors.At(i, width-1-j)/value)
		}
	}
	basis = new(mat.Dense)
	basis.Mul(y, turn)
	return values, basis, nil
}
