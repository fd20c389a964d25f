package rag

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"yinju/corpus"
)

// Near-duplicates are passages of which one says all that the other says: the same
// report in several papers, with another dateline, headline or punctuation. They are
// proposed by MinHash (Broder, On the Resemblance and Containment of Documents, 1997)
// with banding (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, ch. 3), which
// only says that two texts look alike, and then read: see same.go.

const (
	shingle   = 5  // letters
	slots     = 32 // of a minHash
	bandSlots = 2  // of them make up a band: passages that agree in a band are compared

	leastAlike = 0.35 // resemblance below which a proposed pair is not read
	mostTried  = 4    // pairs of a passage that are read
	// crowd is how many passages that agree in a band are all compared with each other.
	// Of more, each is compared with the first few and the one before it: real copies
	// agree in rarer bands too.
	crowd    = 8
	inCrowds = 4

	// support is the share of an article that must have near-duplicates, here or on the
	// other side, for any of its passages to be one: a clause that two laws share is not.
	support = 0.5
)

// minHash is the signature of a text's shingles. The share of equal slots estimates the
// resemblance (Jaccard) of two texts. The slots are 16 bits of each minimum (Li & König,
// b-Bit Minwise Hashing, 2010).
type minHash [slots]uint16

// multipliers are odd; each is a hash function of a mixed shingle (Dietzfelbinger et al.,
// J. Algorithms 25, 1997).
var multipliers = func() (m [slots]uint64) {
	x := uint64(0x79696e6a75)
	for i := range m {
		x += 0x9E3779B97F4A7C15
		m[i] = mix(x) | 1
	}
	return m
}()

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func minHashOf(text string) minHash {
	var least [slots]uint32
	for i := range least {
		least[i] = math.MaxUint32
	}
	add := func(hash uint64) {
		hash = mix(hash)
		for i, m := range multipliers {
			least[i] = min(least[i], uint32(hash*m>>32))
		}
	}
	var last [shingle]uint64
	n := 0
	for _, r := range wordingOf(text).text {
		copy(last[:], last[1:])
		last[shingle-1] = uint64(r)
		if n++; n >= shingle {
			h := uint64(0)
			for _, r := range last {
				h = h*0x100000001B3 + r
			}
			add(h)
		}
	}
	if 0 < n && n < shingle {
		for _, r := range last {
			add(r)
		}
	}
	var m minHash
	for i, l := range least {
		m[i] = uint16(mix(uint64(l)))
	}
	return m
}

// alike estimates the resemblance of two texts.
func (m *minHash) alike(o *minHash) float64 {
	equal := 0
	for i := range m {
		if m[i] == o[i] {
			equal++
		}
	}
	return float64(equal) / slots
}

// near knows the near-duplicates of a generation. Each passage of a group has been held
// against the group's leader, the first of them in the order of paths.
type near struct {
	hashes  []minHash
	leader  []int32         // passage → the leader of its group, itself if it has none
	to      []kinship       // passage → how it and its leader stand to each other
	members map[int32][]int // leader → the passages of the group, its own first
	read    map[kin]kinship // the pairs that were read, for the next generation
	anew    int             // of them those that the one before had not read
	groups  int             // of articles
}

// kin is a pair of passages, by article and number there.
type kin struct {
	a, b *corpus.Article
	i, j int
}

// nearAfter finds the near-duplicates. Pairs that known has, which may be nil, are not
// read again.
func (s *snapshot) nearAfter(known map[kin]kinship) *near {
	n := &near{
		hashes:  make([]minHash, 0, len(s.passages)),
		leader:  make([]int32, len(s.passages)),
		to:      make([]kinship, len(s.passages)),
		members: make(map[int32][]int),
		read:    make(map[kin]kinship),
	}
	for _, o := range s.from {
		n.hashes = append(n.hashes, o.hashes()...)
	}
	n.link(s, known)
	n.support(s)
	for p, l := range n.leader {
		if int(l) != p {
			if n.members[l] == nil {
				n.members[l] = []int{int(l)}
			}
			n.members[l] = append(n.members[l], p)
		}
	}
	n.groups = n.count(s)
	return n
}

// link lets each passage follow the leader of one that it is a near-duplicate of.
func (n *near) link(s *snapshot, known map[kin]kinship) {
	for p := range n.leader {
		n.leader[p] = int32(p)
		n.to[p] = kinship{covers: true, covered: true}
	}
	r := newReader(s)
	pairs := n.pairs()
	for len(pairs) > 0 {
		passage := pairs[0].passage
		end := slices.IndexFunc(pairs, func(p proposal) bool { return p.passage != passage })
		if end < 0 {
			end = len(pairs)
		}
		var tried []int32
		for _, p := range pairs[:end] {
			leader := n.leader[p.before]
			if slices.Contains(tried, leader) {
				continue
			}
			if tried = append(tried, leader); len(tried) > mostTried {
				break
			}
			k, found := n.kinship(s, r, int(passage), int(leader), known)
			if found {
				n.leader[passage], n.to[passage] = leader, k
				break
			}
		}
		pairs = pairs[end:]
	}
}

func (n *near) kinship(s *snapshot, r *reader, passage, leader int, known map[kin]kinship) (kinship, bool) {
	a, b := s.owner[passage], s.owner[leader]
	key := kin{s.articles[a], s.articles[b], passage - s.first[a], leader - s.first[b]}
	k, found := known[key]
	if !found {
		k = r.kinship(passage, leader)
		n.anew++
	}
	n.read[key] = k
	return k, k.covers || k.covered
}

// proposal is a pair of passages that look alike.
type proposal struct {
	passage, before int32
	alike           float64
}

// pairs proposes pairs, by passage, those most alike first, then the earlier.
func (n *near) pairs() []proposal {
	var pairs []proposal
	var mu sync.Mutex
	inParallel(slots/bandSlots, func(i int) {
		agreeing := n.propose(nil, n.band(i*bandSlots))
		mu.Lock()
		defer mu.Unlock()
		pairs = append(pairs, agreeing...)
	})
	slices.SortFunc(pairs, func(a, b proposal) int {
		return cmp.Or(cmp.Compare(a.passage, b.passage), cmp.Compare(b.alike, a.alike), cmp.Compare(a.before, b.before))
	})
	return slices.Compact(pairs)
}

// band sorts the passages by the slots of a band from one on: the slots and the passage.
func (n *near) band(from int) []uint64 {
	band, next := make([]uint64, len(n.hashes)), make([]uint64, len(n.hashes))
	for p := range n.hashes {
		h := &n.hashes[p]
		band[p] = uint64(h[from])<<48 | uint64(h[from+1])<<32 | uint64(p)
	}
	for shift := 32; shift < 64; shift += 8 { // by radix; the passages are in order
		var starts [257]int
		for _, v := range band {
			starts[v>>shift&0xff+1]++
		}
		for i := range 256 {
			starts[i+1] += starts[i]
		}
		for _, v := range band {
			at := &starts[v>>shift&0xff]
			next[*at] = v
			*at++
		}
		band, next = next, band
	}
	return band
}

// propose adds the pairs of a band that look alike.
func (n *near) propose(pairs []proposal, band []uint64) []proposal {
	for start := 0; start < len(band); {
		end := start + 1
		for end < len(band) && band[end]>>32 == band[start]>>32 {
			end++
		}
		pairs = n.proposeAmong(pairs, band[start:end])
		start = end
	}
	return pairs
}

func (n *near) proposeAmong(pairs []proposal, agreeing []uint64) []proposal {
	for i, a := range agreeing {
		for j, b := range agreeing[:i] {
			if len(agreeing) > crowd && j >= inCrowds && j < i-1 {
				continue
			}
			passage, before := int32(uint32(a)), int32(uint32(b))
			if alike := n.hashes[passage].alike(&n.hashes[before]); alike >= leastAlike {
				pairs = append(pairs, proposal{passage, before, alike})
			}
		}
	}
	return pairs
}

// support takes back what links articles of which most is different. Passages with the
// same text stay linked.
func (n *near) support(s *snapshot) {
	has := make([]bool, len(n.leader)) // a near-duplicate in another article
	for p, l := range n.leader {
		if s.owner[p] != s.owner[l] {
			has[p], has[l] = true, true
		}
	}
	share := make([]float64, len(s.articles))
	for i := range s.articles {
		with, all := 0, 0
		for p := s.first[i]; p < s.first[i+1]; p++ {
			all += len(s.passages[p].Text)
			if has[p] {
				with += len(s.passages[p].Text)
			}
		}
		share[i] = float64(with) / float64(max(1, all))
	}
	for p, l := range n.leader {
		if max(share[s.owner[p]], share[s.owner[l]]) < support && s.passages[p].Text != s.passages[l].Text {
			n.leader[p], n.to[p] = int32(p), kinship{covers: true, covered: true}
		}
	}
}

// count counts the groups of articles, by union and find.
func (n *near) count(s *snapshot) (groups int) {
	parent := make([]int, len(s.articles))
	size := make([]int, len(s.articles))
	for i := range parent {
		parent[i], size[i] = i, 1
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for p, l := range n.leader {
		a, b := root(s.owner[p]), root(s.owner[l])
		if a != b {
			parent[a] = b
			size[b] += size[a]
		}
	}
	for i := range parent {
		if parent[i] == i && size[i] > 1 {
			groups++
		}
	}
	return groups
}

// covers tells whether a passage says all that another one of its group says.
func (n *near) covers(a, b int) bool { return n.to[a].covers && n.to[b].covered }

// partly tells whether a passage that covers another one leaves something of it to its
// neighbours.
func (n *near) partly(a, b int) bool { return n.to[a].partCovers || n.to[b].partCovered }
