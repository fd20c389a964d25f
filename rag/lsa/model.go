package lsa

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"

	"yinju/rag"
)

// Model is a fitted embedder. A text's vector is the sum of its terms' vectors, weighted
// by their counts and scaled to unit length: that of the passage folded into the
// decomposition. It depends on nothing but the text. A text without a term of the
// vocabulary gets the last dimension, which is orthogonal to all other texts.
//
// A Model does not change and is safe for concurrent use.
type Model struct {
	cut    func(text string) []string
	name   string
	data   []byte // as encode made it
	fitted int
	dim    int // with the last one
	terms  map[string]int32
	scales []float32
	rows   []byte // dim-1 int8 a term, to be multiplied by its scale
}

var _ rag.Embedder = (*Model)(nil)

// EmbedPassages implements rag.Embedder, on all processors. The only error is the
// context's.
func (m *Model) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	if err := spread(ctx, len(texts), func(i int) { vectors[i] = m.embed(texts[i]) }); err != nil {
		return nil, err
	}
	return vectors, nil
}

// EmbedQuery implements rag.Embedder. The only error is the context's.
func (m *Model) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return m.embed(text), nil
}

// Model implements rag.Embedder: "lsa-256-0123abcd", with dimensions and content.
func (m *Model) Model() string { return m.name }

// Fitted is the number of passages that the model was fitted on.
func (m *Model) Fitted() int { return m.fitted }

// Marshal returns what Restore takes, some Dim bytes a term of the vocabulary.
func (m *Model) Marshal() []byte { return bytes.Clone(m.data) }

func (m *Model) embed(text string) []float32 {
	vector := make([]float32, m.dim)
	sums := vector[:m.dim-1]
	var mass float64
	b := newBag(m.cut(text))
	for i, term := range b.terms { // not over a map: sums depend on the order
		id, known := m.terms[term]
		if !known {
			continue
		}
		weight := float32(local(b.counts[i])) * m.scales[id]
		mass += float64(weight)
		for j, q := range m.rows[int(id)*len(sums):][:len(sums)] {
			sums[j] += float32(weight * float32(int8(q))) // the conversion forbids a fused multiply-add
		}
	}
	var squares float64
	for _, x := range sums {
		squares += float64(float64(x) * float64(x))
	}
	norm := math.Sqrt(squares)
	// What is left of terms that cancel is rounding, and no direction.
	if norm <= 1e-4*mass {
		clear(sums)
		vector[m.dim-1] = 1
		return vector
	}
	for j, x := range sums {
		sums[j] = float32(float64(x) / norm)
	}
	return vector
}

// A stored model, numbers as uvarints unless said otherwise:
//
//	magic; rules, a string; passages; dim; terms; each term, a string, in order;
//	each term's scale, a float32 in [0, 1], and each term's dim-1 int8, little-endian;
//	SHA-256 of all that
//
// where a string is its length and its bytes.
const magic = "lsa\x01"

// encode writes a model. All its vectors come from what is written here, so a restored
// model embeds as the fresh one does.
func encode(rules string, fitted int, terms []string, rows *rounded) []byte {
	data := append([]byte(magic), appendString(nil, rules)...)
	for _, n := range []int{fitted, rows.width + 1, len(terms)} {
		data = binary.AppendUvarint(data, uint64(n))
	}
	for _, term := range terms {
		data = appendString(data, term)
	}
	for _, scale := range rows.scales {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(scale))
	}
	data = append(data, rows.values...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...)
}

func appendString(data []byte, s string) []byte {
	return append(binary.AppendUvarint(data, uint64(len(s))), s...)
}

var errDamaged = errors.New("the stored model is damaged and must be fitted again")

// Restore reads a model back that Marshal wrote. It is an error if the data is damaged,
// or if the model was made by other rules than f's.
func (f Fitter) Restore(data []byte) (*Model, error) {
	return f.withDefaults().restore(bytes.Clone(data))
}

func (f Fitter) restore(data []byte) (*Model, error) {
	body := len(data) - sha256.Size
	if body < 0 || sha256.Sum256(data[:body]) != [sha256.Size]byte(data[body:]) {
		return nil, errDamaged
	}
	rest, ok := bytes.CutPrefix(data[:body], []byte(magic))
	if !ok {
		return nil, errDamaged
	}
	r := reader{rest: string(rest)}
	if rules := r.string(); r.damaged || rules != f.Rules() {
		return nil, fmt.Errorf("the stored model was made by the rules %q, not %q, and must be fitted again", rules, f.Rules())
	}
	m := &Model{cut: f.Terms, data: data, fitted: r.number(math.MaxInt32), dim: r.number(maxDim)}
	m.name = fmt.Sprintf("lsa-%d-%s", m.dim, hex.EncodeToString(data[body:body+4]))
	if !m.readTerms(&r) || !m.readRows(data[body-len(r.rest):body]) {
		return nil, errDamaged
	}
	return m, nil
}

func (m *Model) readTerms(r *reader) bool {
	n := r.number(len(r.rest))
	m.terms = make(map[string]int32, n)
	for i := range n {
		m.terms[r.string()] = int32(i)
	}
	return !r.damaged && m.dim > 0 && len(m.terms) == n
}

func (m *Model) readRows(data []byte) bool {
	n := len(m.terms)
	if len(data) != n*(4+m.dim-1) {
		return false
	}
	m.scales, m.rows = make([]float32, n), data[4*n:]
	for i := range m.scales {
		m.scales[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		if !(m.scales[i] >= 0 && m.scales[i] <= 1) { // nor NaN
			return false
		}
	}
	return true
}

// reader takes numbers and strings off the front of rest. After damage all are zero.
type reader struct {
	rest    string
	damaged bool
}

func (r *reader) number(most int) int {
	head := r.rest[:min(len(r.rest), binary.MaxVarintLen64)]
	n, size := binary.Uvarint([]byte(head))
	if r.damaged || size <= 0 || n > uint64(most) {
		r.damaged = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) string() string {
	n := r.number(len(r.rest))
	if n > len(r.rest) {
		r.damaged = true
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return strings.Clone(s)
}
