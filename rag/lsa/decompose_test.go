package lsa

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// random is a sparse matrix whose singular values fall, as those of texts do.
func random(height, width, parts int) (*sparse, *mat.Dense) {
	r := rand.New(rand.NewPCG(1, 2))
	dense := mat.NewDense(height, width, nil)
	for part := range parts {
		for range 3 * (height + width) / 2 {
			i, j := r.IntN(height), r.IntN(width)
			if (i+part)%7 == j%7 {
				dense.Set(i, j, float64(float32(r.Float64()/float64(part+1))))
			}
		}
	}
	s := &sparse{start: []int{0}, width: width}
	for i := range height {
		for j := range width {
			if x := dense.At(i, j); x != 0 {
				s.columns, s.values = append(s.columns, int32(j)), append(s.values, float32(x))
			}
		}
		s.start = append(s.start, len(s.values))
	}
	return s, dense
}

func exact(t *testing.T, a *mat.Dense) (values []float64, u *mat.Dense) {
	t.Helper()
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		t.Fatal("no SVD")
	}
	u = new(mat.Dense)
	svd.UTo(u)
	return svd.Values(nil), u
}

func TestLeftSingular(t *testing.T) {
	t.Parallel()
	const height, width = 150, 220
	a, dense := random(height, width, 5)
	want, _ := exact(t, dense)
	for _, rank := range []int{1, 5, 20, 60, 140, 150, 200} {
		values, vectors, err := leftSingular(t.Context(), a, a.transposed(), rank, 1)
		if err != nil {
			t.Fatal(err)
		}
		wantOrthonormal(t, vectors)
		if len(values) > rank || rank <= 60 && len(values) != rank {
			t.Errorf("rank %d: %d values", rank, len(values))
		}
		for j, value := range values {
			tolerance := 0.12 // the spectrum is flat
			if rank+oversampling >= height {
				tolerance = 0.03 // of the least, beside which rounding shows
			}
			if math.Abs(value-want[j]) > tolerance*want[j] {
				t.Errorf("rank %d: value %d is %v, want %v", rank, j, value, want[j])
			}
		}
		var least float64 // Eckart and Young: no matrix of this rank comes nearer
		for _, value := range want[len(values):] {
			least += value * value
		}
		if got := residual(dense, vectors); got > 1.05*math.Sqrt(least)+1e-2*want[0] {
			t.Errorf("rank %d: %v of the matrix is lost, the least is %v", rank, got, math.Sqrt(least))
		}
	}
}

// With all of the rank, the start does not matter and the vectors are the SVD's.
func TestLeftSingularExact(t *testing.T) {
	t.Parallel()
	a, dense := random(30, 45, 5)
	wantValues, want := exact(t, dense)
	values, got, err := leftSingular(t.Context(), a, a.transposed(), 25, 1)
	if err != nil {
		t.Fatal(err)
	}
	for j := range values {
		if math.Abs(values[j]-wantValues[j]) > 1e-6*wantValues[0] {
			t.Errorf("value %d is %v, want %v", j, values[j], wantValues[j])
		}
		if j < 5 {
			if cosine := math.Abs(mat.Dot(got.ColView(j), want.ColView(j))); cosine < 0.999 {
				t.Errorf("vector %d has the cosine %v with that of the SVD", j, cosine)
			}
		}
	}
}

func TestRankOfNothing(t *testing.T) {
	t.Parallel()
	ones := &sparse{start: []int{0, 1, 2, 3}, columns: []int32{0, 0, 0}, values: []float32{1, 1, 1}, width: 1}
	for name, test := range map[string]struct {
		a    *sparse
		want int
	}{
		"no rows":    {&sparse{start: []int{0}, width: 3}, 0},
		"no columns": {&sparse{start: []int{0, 0}, width: 0}, 0},
		"zeros":      {&sparse{start: []int{0, 0, 0}, width: 2}, 0},
		"rank one":   {ones, 1},
	} {
		values, vectors, err := leftSingular(t.Context(), test.a, test.a.transposed(), 5, 1)
		if err != nil || len(values) != test.want {
			t.Errorf("%s: values %v, %v; want %d", name, values, err, test.want)
		}
		if vectors != nil {
			wantOrthonormal(t, vectors)
		}
	}
}

func wantOrthonormal(t *testing.T, q *mat.Dense) {
	t.Helper()
	var gram mat.Dense
	gram.Mul(q.T(), q)
	_, width := q.Dims()
	for i := range width {
		for j := range width {
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(gram.At(i, j)-want) > 1e-4 {
				t.Fatalf("of %d vectors, %d and %d have the product %v", width, i, j, gram.At(i, j))
			}
		}
	}
}

// residual is the Frobenius norm of a - q·qᵀ·a.
func residual(a, q *mat.Dense) float64 {
	var inner, outer mat.Dense
	inner.Mul(q.T(), a)
	outer.Mul(q, &inner)
	outer.Sub(a, &outer)
	return mat.Norm(&outer, 2)
}
