package rag

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

const (
	// listed is how many keys of packs stand in one blob: with each batch that is computed
	// only the last of these blobs is written anew.
	listed = 128
	// packVectors is how many vectors a pack has that was put together out of others.
	packVectors = 4096
	// mostPacks is how many packs there are of less than half of that before they are put
	// together.
	mostPacks = 16
)

// packs are the cached vectors of one embedder. They are cached many at a time, each
// batch as it was computed: a row each would make the cache slow to check and to read.
type packs struct {
	kind string

	mu    sync.Mutex
	keys  []string          // of the packs
	holds map[string]string // vector → key of the pack that has it; nil until they are read
	size  map[string]int    // key → vectors in the pack
}

// packsOf are the cached vectors of a space.
func (x *Index) packsOf(in *space) *packs {
	x.packsMu.Lock()
	defer x.packsMu.Unlock()
	kind := in.kind()
	if x.packs == nil || x.packs.kind != kind {
		x.packs = &packs{kind: kind}
	}
	return x.packs
}

// cachedVectors gives those of ids to take, pack by pack, that the cache holds, and
// returns the others. What take returns an error for is among the others, unless ctx is
// done.
func (x *Index) cachedVectors(ctx context.Context, in *space, ids []string, take func([]Vector) error) (missing []string, err error) {
	p := x.packsOf(in)
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var keys []string
	if p.holds == nil {
		keys = p.open(ctx, x)
	} else {
		for _, id := range ids {
			if key, found := p.holds[id]; found && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	for _, key := range keys {
		vectors := p.read(ctx, x, key)
		vectors = slices.DeleteFunc(vectors, func(v Vector) bool { return !wanted[v.ID] })
		if len(vectors) == 0 {
			continue
		}
		if err := take(vectors); err == nil {
			for _, v := range vectors {
				delete(wanted, v.ID)
			}
		} else if ctx.Err() != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		if wanted[id] {
			missing = append(missing, id)
		}
	}
	return missing, ctx.Err()
}

// open reads the lists of the packs.
func (p *packs) open(ctx context.Context, x *Index) []string {
	p.keys = nil
	for n := 0; len(p.keys) == n*listed; n++ {
		p.keys = append(p.keys, strings.Fields(string(x.cached(ctx, p.kind, []string{listKey(n)})[listKey(n)]))...)
	}
	p.holds, p.size = make(map[string]string), make(map[string]int)
	return slices.Clone(p.keys)
}

// read returns the vectors of a pack; none if it is not whole.
func (p *packs) read(ctx context.Context, x *Index, key string) []Vector {
	vectors := decodePack(x.cached(ctx, p.kind, []string{key})[key])
	for _, v := range vectors {
		p.holds[v.ID] = key
	}
	p.size[key] = len(vectors)
	return vectors
}

// saveVectors caches vectors that were computed.
func (x *Index) saveVectors(ctx context.Context, in *space, vectors []Vector) {
	if x.Cache == nil {
		return
	}
	p := x.packsOf(in)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.openAll(ctx, x)
	x.save(ctx, p.add(vectors))
}

// openAll finds out which pack has which vector, unless that is known.
func (p *packs) openAll(ctx context.Context, x *Index) {
	if p.holds != nil {
		return
	}
	for _, key := range p.open(ctx, x) {
		p.read(ctx, x, key)
	}
}

// add makes a pack, and returns it and the list that it is in as they are to be cached.
func (p *packs) add(vectors []Vector) []Blob {
	data := encodePack(vectors)
	sum := sha256.Sum256(data)
	key := hex.EncodeToString(sum[:16])
	if !slices.Contains(p.keys, key) {
		p.keys = append(p.keys, key)
	}
	p.size[key] = len(vectors)
	for _, v := range vectors {
		p.holds[v.ID] = key
	}
	return []Blob{{p.kind, key, data}, p.list(slices.Index(p.keys, key) / listed)}
}

func listKey(n int) string { return fmt.Sprintf("packs/%d", n) }

// list is the nth list of packs.
func (p *packs) list(n int) Blob {
	part := p.keys[min(n*listed, len(p.keys)):min((n+1)*listed, len(p.keys))]
	return Blob{p.kind, listKey(n), []byte(strings.Join(part, "\n"))}
}

// lists are all lists of packs, one of them empty if the others are full.
func (p *packs) lists() []Blob {
	var lists []Blob
	for n := range len(p.keys)/listed + 1 {
		lists = append(lists, p.list(n))
	}
	return lists
}

// tidy puts packs together that are small and many, and those of which more than half is
// not live any more. It returns the keys of all that is to stay in the cache.
func (p *packs) tidy(ctx context.Context, x *Index, live func(id string) bool) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.openAll(ctx, x)
	left := make(map[string]int, len(p.keys))
	for id, key := range p.holds {
		if live(id) {
			left[key]++
		} else {
			delete(p.holds, id)
		}
	}
	var half, small []string
	for _, key := range p.keys {
		switch {
		case 2*left[key] < p.size[key]:
			half = append(half, key)
		case left[key] < packVectors/2:
			small = append(small, key)
		}
	}
	if len(small) > mostPacks {
		half = append(half, small...)
	}
	for len(half) > 0 && ctx.Err() == nil {
		n, size := 1, left[half[0]]
		for n < len(half) && size+left[half[n]] <= packVectors {
			size += left[half[n]]
			n++
		}
		p.join(ctx, x, half[:n])
		half = half[n:]
	}
	keep := slices.Clone(p.keys)
	for _, list := range p.lists() {
		keep = append(keep, list.Key)
	}
	return keep
}

// join makes one pack of what is left of some.
func (p *packs) join(ctx context.Context, x *Index, keys []string) {
	var vectors []Vector
	for _, key := range keys {
		for _, v := range decodePack(x.cached(ctx, p.kind, []string{key})[key]) {
			if p.holds[v.ID] == key {
				vectors = append(vectors, v)
			}
		}
	}
	if ctx.Err() != nil {
		return
	}
	p.keys = slices.DeleteFunc(p.keys, func(key string) bool { return slices.Contains(keys, key) })
	for _, key := range keys {
		delete(p.size, key)
	}
	var pack []Blob
	if len(vectors) > 0 {
		pack = p.add(vectors)[:1]
	}
	x.save(ctx, append(pack, p.lists()...))
}

// A pack is the number of its vectors and their dimension, the IDs, each with its length
// before it, and the values as little-endian float32; numbers as uvarints.

func encodePack(vectors []Vector) []byte {
	dim := 0
	if len(vectors) > 0 {
		dim = len(vectors[0].Values)
	}
	data := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(len(vectors))), uint64(dim))
	for _, v := range vectors {
		data = appendString(data, v.ID)
	}
	data = slices.Grow(data, 4*dim*len(vectors))
	for _, v := range vectors {
		for _, f := range v.Values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(f))
		}
	}
	return data
}

// decodePack returns nothing if the data is not a whole pack.
func decodePack(data []byte) []Vector {
	r := readerOf(data)
	n, dim := r.number(), r.number()
	if r.damaged || dim == 0 || n > len(r.data)/(4*dim) {
		return nil
	}
	vectors := make([]Vector, n)
	for i := range vectors {
		vectors[i].ID = strings.Clone(r.string())
	}
	if r.damaged || len(r.data) != 4*n*dim {
		return nil
	}
	values, all := data[len(data)-len(r.data):], make([]float32, n*dim)
	for i := range all {
		all[i] = math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:]))
	}
	for i := range vectors {
		vectors[i].Values = all[i*dim:][:dim:dim]
	}
	return vectors
}
