package bm25

import "sort"

const (
	noBlocks = -1 // of a short list
	// longList is how many postings a list has for each window, at least, to be given
	// blocks: eight bytes each, so that they take no more than the postings.
	longList = 4
)

// block is what a list has in one window of documents.
type block struct {
	end  uint32  // of its postings, counted from the start of the list
	most float32 // the largest occurrences/norm in it, see shard.most
}

// windows is how many windows the documents fill.
func (s *shard) windows() int { return (len(s.lengths) + window - 1) / window }

// bound finds what limits the scores that the lists give.
func (s *shard) bound() {
	inverse := make([]float32, len(s.lengths))
	for doc, n := range s.lengths {
		inverse[doc] = 1 / norm(n, s.average)
	}
	s.most, s.firstBlock = make([]float32, s.terms()), make([]int32, s.terms())
	for id := range s.most {
		docs, freqs := s.list(id)
		s.firstBlock[id] = noBlocks
		if len(docs) < longList*s.windows() {
			s.most[id] = mostOf(docs, freqs, inverse)
			continue
		}
		s.firstBlock[id] = int32(len(s.blocks))
		for n, at := 0, 0; n < s.windows(); n++ {
			size := sort.Search(len(docs)-at, func(i int) bool { return int(docs[at+i]) >= (n+1)*window })
			b := block{uint32(at + size), mostOf(docs[at:at+size], freqs[at:at+size], inverse)}
			s.most[id] = max(s.most[id], b.most)
			s.blocks = append(s.blocks, b)
			at += size
		}
	}
}

func mostOf(docs []uint16, freqs []uint8, inverse []float32) float32 {
	most := float32(0)
	for i, doc := range docs {
		if here := float32(freqs[i]) * inverse[doc]; here > most { // max looks for NaN, and takes twice as long
			most = here
		}
	}
	return most
}

func (s *shard) blocksOf(id int) []block {
	if s.firstBlock[id] == noBlocks {
		return nil
	}
	return s.blocks[s.firstBlock[id]:][:s.windows()]
}
