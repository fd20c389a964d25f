package bm25

import "math"

const (
	noBlocks = -1 // of a short list
	// longList is how many postings a list has for each window, at least, to be given
	// blocks: eight bytes each, so that they take a third of the postings at most.
	longList = 4
)

// windows is how many windows the documents fill.
func (x *Index) windows() int { return (len(x.norms) + window - 1) / window }

// addBlocks describes the postings from start on, all of one term.
func (x *Index) addBlocks(start uint32) postings {
	p := postings{start: start, end: uint32(len(x.docs)), blocks: noBlocks}
	docs, freqs := x.docs[start:], x.freqs[start:]
	if len(docs) < longList*x.windows() {
		p.most = mostOf(docs, freqs, x.norms)
		return p
	}
	p.blocks = int32(len(x.blocks))
	for n, at := 0, 0; n < x.windows(); n++ {
		from := at
		for at < len(docs) && docs[at] < uint32(n+1)*window {
			at++
		}
		b := block{uint32(at), mostOf(docs[from:at], freqs[from:at], x.norms)}
		p.most = max(p.most, b.most)
		x.blocks = append(x.blocks, b)
	}
	return p
}

// mostOf is a bound, rounded up, on the saturation in a list.
func mostOf(docs []uint32, freqs []uint16, norms []float32) float32 {
	most := 0.0
	for i, doc := range docs {
		most = max(most, saturation(freqs[i], norms[doc]))
	}
	return math.Nextafter32(float32(most), 2)
}

func (x *Index) blocksOf(p postings) []block {
	if p.blocks == noBlocks {
		return nil
	}
	return x.blocks[p.blocks : int(p.blocks)+x.windows()]
}
