package bm25

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// A stored Segment, numbers as uvarints:
//
//	shards; each shard:
//	documents; the length of each
//	terms; for each, in ascending order, the bytes of it and the documents that hold it;
//	the bytes of all terms; the terms themselves
//	postings; for each list, its documents in ascending order, each as the difference to
//	the one before it, times two, plus one if more than one occurrence follows

// Append writes the Segment behind data, for Decode.
func (s *Segment) Append(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(s.shards)))
	for _, sh := range s.shards {
		data = sh.append(data)
	}
	return data
}

func (s *shard) append(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(s.lengths)))
	for _, n := range s.lengths {
		data = binary.AppendUvarint(data, uint64(n))
	}
	data = binary.AppendUvarint(data, uint64(s.terms()))
	before := uint32(0)
	for id, end := range s.ends {
		data = binary.AppendUvarint(data, uint64(end-before))
		data = binary.AppendUvarint(data, uint64(s.starts[id+1]-s.starts[id]))
		before = end
	}
	data = binary.AppendUvarint(data, uint64(len(s.text)))
	data = append(data, s.text...)
	data = binary.AppendUvarint(data, uint64(len(s.docs)))
	for id := range s.ends {
		docs, freqs := s.list(id)
		before := uint64(0)
		for i, doc := range docs {
			gap := (uint64(doc) - before) << 1
			before = uint64(doc)
			if freqs[i] > 1 {
				data = append(binary.AppendUvarint(data, gap|1), freqs[i])
			} else {
				data = binary.AppendUvarint(data, gap)
			}
		}
	}
	return data
}

var errDamaged = errors.New("the stored segment is damaged and must be made again")

// Decode reads a Segment that Append wrote, and returns what follows it.
func Decode(data []byte) (s *Segment, rest []byte, err error) {
	r := decoder{data: data}
	s = new(Segment)
	for range r.number(math.MaxInt32) {
		if s.shards = append(s.shards, r.shard()); r.damaged {
			break
		}
	}
	if r.damaged || len(s.shards) == 0 {
		return nil, nil, errDamaged
	}
	return s, r.data, nil
}

// decoder takes numbers off the front of data. After damage all are zero.
type decoder struct {
	data    []byte
	damaged bool
}

func (r *decoder) number(most uint64) int {
	n, size := binary.Uvarint(r.data)
	if size <= 0 || n > most {
		r.data, r.damaged = nil, true
		return 0
	}
	r.data = r.data[size:]
	return int(n)
}

func (r *decoder) shard() *shard {
	s := &shard{lengths: make([]uint32, r.number(shardDocs))}
	for i := range s.lengths {
		s.lengths[i] = uint32(r.number(math.MaxUint32))
	}
	// Each term and each posting takes a byte at least.
	terms := r.number(uint64(len(r.data)))
	s.starts, s.ends = make([]uint32, 1, terms+1), make([]uint32, terms)
	size, postings := 0, 0
	for id := range s.ends {
		size += r.number(uint64(len(r.data)))
		postings += r.number(uint64(len(s.lengths)))
		s.ends[id] = uint32(size)
		s.starts = append(s.starts, uint32(postings))
	}
	if n := r.number(uint64(len(r.data))); n != size || n > len(r.data) || r.damaged {
		r.damaged = true
		return s
	}
	text := append([]byte{}, r.data[:size]...)
	r.data = r.data[size:]
	for id, d := 1, (&dictionary{text: text, ends: s.ends}); id < terms; id++ {
		if bytes.Compare(d.term(id-1), d.term(id)) >= 0 {
			r.damaged = true
		}
	}
	if n := r.number(uint64(len(r.data))); n != postings || r.damaged {
		r.damaged = true
		return s
	}
	s.docs, s.freqs = make([]uint16, postings), make([]uint8, postings)
	if !s.readPostings(r) {
		r.damaged = true
		return s
	}
	s.dictionary = newDictionary(text, s.ends)
	s.finish()
	return s
}

func (s *shard) readPostings(r *decoder) bool {
	data, at := r.data, 0
	for id := range s.ends {
		docs, freqs := s.list(id)
		doc := uint64(0)
		for i := range docs {
			if at >= len(data) {
				return false
			}
			gap := uint64(data[at])
			at++
			if gap >= 0x80 {
				if at < len(data) && data[at] < 0x80 { // most of those
					gap = gap&0x7f | uint64(data[at])<<7
					at++
				} else {
					n, size := binary.Uvarint(data[at-1:])
					if size <= 0 || n > 2*shardDocs {
						return false
					}
					gap = n
					at += size - 1
				}
			}
			if gap>>1 == 0 && i > 0 {
				return false
			}
			doc += gap >> 1
			freqs[i] = 1
			if gap&1 != 0 {
				if at >= len(data) || data[at] < 2 {
					return false
				}
				freqs[i] = data[at]
				at++
			}
			if doc >= uint64(len(s.lengths)) {
				return false
			}
			docs[i] = uint16(doc)
		}
	}
	r.data = data[at:]
	return true
}
