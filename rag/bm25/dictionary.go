package bm25

import "hash/maphash"

// dictionary numbers the terms of a shard in their order. It is two slices without
// pointers and a hash table, because it may have millions of entries: quick to make and
// nothing for the garbage collector to walk.
type dictionary struct {
	text  []byte   // the terms, one behind the other
	ends  []uint32 // by number: where the term ends in text
	table []uint32 // open addressing: number+1, 0 for a free place; a power of two
}

var seed = maphash.MakeSeed()

// newDictionary takes terms in ascending order, all different.
func newDictionary(text []byte, ends []uint32) dictionary {
	size := 8
	for size < 2*len(ends) {
		size *= 2
	}
	d := dictionary{text: text, ends: ends, table: make([]uint32, size)}
	for id := range ends {
		at := maphash.Bytes(seed, d.term(id)) & uint64(size-1)
		for d.table[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		d.table[at] = uint32(id) + 1
	}
	return d
}

// term is the term of a number. It must not be changed.
func (d *dictionary) term(id int) []byte {
	start := uint32(0)
	if id > 0 {
		start = d.ends[id-1]
	}
	return d.text[start:d.ends[id]]
}

// find returns the number of a term, none if it is not there.
func (d *dictionary) find(term string) int {
	mask := uint64(len(d.table) - 1)
	for at := maphash.String(seed, term) & mask; d.table[at] != 0; at = (at + 1) & mask {
		if id := int(d.table[at] - 1); string(d.term(id)) == term {
			return id
		}
	}
	return none
}

// none is the number of a term that is not there.
const none = -1
