package lsa

import (
	"context"
	"math"
	"slices"
	"strings"
)

// bag is a text's distinct terms in order of appearance, with their counts.
type bag struct {
	terms  []string
	counts []int32
}

func newBag(terms []string) bag {
	var b bag
	places := make(map[string]int, len(terms))
	for _, term := range terms {
		i, known := places[term]
		if !known {
			i = len(b.terms)
			places[term] = i
			b.terms, b.counts = append(b.terms, term), append(b.counts, 0)
		}
		b.counts[i]++
	}
	return b
}

// local is the weight of a term that occurs n times in a text.
func local(n int32) float64 { return 1 + math.Log(float64(n)) }

// counted is the terms of the passages: term id i is the i-th to appear.
type counted struct {
	terms       []string
	frequencies []int     // passages that hold the term
	ids         [][]int32 // by passage
	counts      [][]int32 // by passage, beside ids
}

func (f Fitter) count(ctx context.Context, texts []string) (*counted, error) {
	c := &counted{}
	known := map[string]int32{}
	bags := make([]bag, 512) // cut at once; as numbers they take a fraction of the memory
	for part := range slices.Chunk(texts, len(bags)) {
		if err := spread(ctx, len(part), func(i int) { bags[i] = newBag(f.Terms(part[i])) }); err != nil {
			return nil, err
		}
		for _, b := range bags[:len(part)] {
			c.add(b, known)
		}
	}
	return c, ctx.Err()
}

// add counts the next passage. known has the ids of terms.
func (c *counted) add(b bag, known map[string]int32) {
	ids := make([]int32, len(b.terms))
	for i, term := range b.terms {
		id, ok := known[term]
		if !ok {
			id = int32(len(c.terms))
			term = strings.Clone(term) // not the text with it
			known[term] = id
			c.terms, c.frequencies = append(c.terms, term), append(c.frequencies, 0)
		}
		ids[i] = id
		c.frequencies[id]++
	}
	c.ids, c.counts = append(c.ids, ids), append(c.counts, b.counts)
}

// matrix keeps at most limit terms and returns them in order, their inverse document
// frequencies, and the passages as rows of unit length over them.
func (c *counted) matrix(limit int) (terms []string, idf []float64, passages *sparse) {
	kept := c.choose(limit)
	slices.SortFunc(kept, func(a, b int32) int { return strings.Compare(c.terms[a], c.terms[b]) })
	columns := make([]int32, len(c.terms))
	for i := range columns {
		columns[i] = -1
	}
	for column, id := range kept {
		columns[id] = int32(column)
		terms = append(terms, c.terms[id])
		idf = append(idf, c.idf(id))
	}
	passages = &sparse{start: []int{0}, width: len(terms)}
	for i, ids := range c.ids {
		from := len(passages.values)
		var squares float64
		for j, id := range ids {
			if column := columns[id]; column >= 0 {
				weight := local(c.counts[i][j]) * idf[column]
				squares += weight * weight
				passages.columns = append(passages.columns, column)
				passages.values = append(passages.values, float32(weight))
			}
		}
		for j := range passages.values[from:] {
			passages.values[from+j] /= float32(math.Sqrt(squares))
		}
		passages.start = append(passages.start, len(passages.values))
	}
	return terms, idf, passages
}

func (c *counted) idf(id int32) float64 {
	return math.Log(float64(len(c.ids)+1) / float64(c.frequencies[id]))
}

// choose leaves out the terms that connect nothing, for one passage alone has them, and
// those that tell nothing apart, for most have them. A corpus that is small, or has no
// others, keeps all. Beyond the limit the terms go that weigh least in all passages
// together.
func (c *counted) choose(limit int) (kept []int32) {
	passages := len(c.ids)
	between := func(low, top int) {
		for id, n := range c.frequencies {
			if low <= n && n <= top {
				kept = append(kept, int32(id))
			}
		}
	}
	if passages >= 16 {
		between(2, passages/2)
	}
	if len(kept) == 0 {
		between(1, passages)
	}
	if len(kept) > limit {
		weigh := func(id int32) float64 {
			idf := c.idf(id)
			return float64(c.frequencies[id]) * idf * idf
		}
		slices.SortStableFunc(kept, func(a, b int32) int {
			switch x, y := weigh(a), weigh(b); {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
		kept = kept[:limit]
	}
	return kept
}
