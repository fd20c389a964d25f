package rag

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"yinju/corpus"
)

// The kinds of blobs. What was made by other rules, or by another model, has another
// kind: it is not found, and swept.
func (x *Index) articlesKind() string { return "articles-2/" + x.Version } // of a segment, by its key
func (x *Index) segmentKind() string  { return "segment-1/" + x.Version }
func (x *Index) keptKind() string     { return "generation-1/" + x.Version }

const (
	generationKey = "generation" // a keptGeneration
	pendingKey    = "pending"    // the keys of the segments that were saved since then
	readKey       = "copies"     // the passages that were held against each other
)

// keptGeneration is what the next start must know of a generation.
type keptGeneration struct {
	Segments []keptSegment
	Refusal  keptCalibration
}

type keptSegment struct {
	Key  string
	Dead []int // the articles in it that are gone
}

// keptCalibration is a Calibration with all that it goes by.
type keptCalibration struct {
	Calibration
	Rules    string // see Index.calibrationRules
	Strange  [2]float64
	Passages int
	Changed  int
}

// shelf is what is indexed and does not serve: of the generation before the start, or of
// a reload that did not come to its end.
type shelf struct {
	from    []origin // by path
	served  []origin // before the start
	refusal keptCalibration
	read    map[kin]kinship

	mu      sync.Mutex
	pending []string // keys of segments, see pendingKey
	unsaved int      // pairs that were read since they were cached, see saveReadings
}

// find returns where an article is indexed.
func (s *shelf) find(a *corpus.Article) (origin, bool) {
	i, found := slices.BinarySearchFunc(s.from, a.Path, func(o origin, path string) int {
		return strings.Compare(o.article().Path, path)
	})
	if !found || !sameArticle(s.from[i].article(), a) {
		return origin{}, false
	}
	return s.from[i], true
}

// saveSegment caches a segment, so that it is not made again even if the process ends
// before the generation serves.
func (x *Index) saveSegment(ctx context.Context, s *segment) {
	if x.Cache == nil {
		return
	}
	articles := s.appendArticles(nil)
	s.key = keyOf(articles)
	index := s.appendIndex(nil)
	x.shelf.mu.Lock()
	defer x.shelf.mu.Unlock()
	x.shelf.pending = append(x.shelf.pending, s.key)
	x.save(ctx, []Blob{
		{x.articlesKind(), s.key, articles},
		{x.segmentKind(), s.key, index},
		{x.keptKind(), pendingKey, []byte(strings.Join(x.shelf.pending, "\n"))},
	})
}

// restore takes from the cache what was indexed before the start.
func (x *Index) restore(ctx context.Context) {
	x.shelf.from, x.shelf.pending = nil, nil
	blobs := x.cached(ctx, x.keptKind(), []string{generationKey, pendingKey})
	var kept keptGeneration
	if json.Unmarshal(blobs[generationKey], &kept) != nil {
		kept = keptGeneration{}
	}
	for _, key := range strings.Fields(string(blobs[pendingKey])) {
		if !slices.ContainsFunc(kept.Segments, func(s keptSegment) bool { return s.Key == key }) {
			kept.Segments = append(kept.Segments, keptSegment{Key: key})
			x.shelf.pending = append(x.shelf.pending, key)
		}
	}
	segments := make([]*segment, len(kept.Segments))
	inParallel(len(segments), func(i int) {
		key := []string{kept.Segments[i].Key}
		articles, index := x.cached(ctx, x.articlesKind(), key)[key[0]], x.cached(ctx, x.segmentKind(), key)[key[0]]
		if s, err := decodeSegment(articles, index); err == nil { // else it is made again
			s.key = key[0]
			segments[i] = s
		}
	})
	latest := make(map[string]origin)
	for i, s := range segments {
		if s == nil {
			continue
		}
		for at, a := range s.articles {
			if a != nil && !slices.Contains(kept.Segments[i].Dead, at) {
				latest[a.Path] = origin{s, at}
			}
		}
	}
	for _, o := range latest {
		x.shelf.from = append(x.shelf.from, o)
	}
	slices.SortFunc(x.shelf.from, func(a, b origin) int { return strings.Compare(a.article().Path, b.article().Path) })
	x.shelf.served, x.shelf.refusal = x.shelf.from, kept.Refusal
	x.shelf.read = x.keptReadings(ctx)
}

// saveGeneration caches what the next start must know of a generation.
func (x *Index) saveGeneration(ctx context.Context, s *snapshot) {
	if x.Cache == nil {
		return
	}
	live := make(map[origin]bool, len(s.from))
	for _, o := range s.from {
		live[o] = true
	}
	kept := keptGeneration{Refusal: keptCalibration{
		Calibration: s.refusal, Rules: x.calibrationRules(), Strange: s.refusal.strange,
		Passages: s.refusal.passages, Changed: s.refusal.changed,
	}}
	for _, seg := range segmentsOf(s.from) {
		k := keptSegment{Key: seg.key}
		for at := range seg.articles {
			if !live[origin{seg, at}] {
				k.Dead = append(k.Dead, at)
			}
		}
		kept.Segments = append(kept.Segments, k)
	}
	data, err := json.Marshal(kept)
	if err != nil {
		x.Log.Warn("what is indexed can't be cached; the next start indexes it again", "error", err)
		return
	}
	x.shelf.mu.Lock()
	defer x.shelf.mu.Unlock()
	x.shelf.pending = nil
	x.save(ctx, []Blob{{x.keptKind(), generationKey, data}, {x.keptKind(), pendingKey, nil}})
	x.saveReadings(ctx, s)
}

// calibrationRules names all that a Calibration depends on beside the articles.
func (x *Index) calibrationRules() string {
	r := x.Ranking
	r.DenseWeight, r.DenseFill = 0, 0
	return fmt.Sprintf("1 %g %+v", x.FalseRefusals, r)
}

// saveReadings caches which passages were held against each other, unless most of it is
// cached already.
func (x *Index) saveReadings(ctx context.Context, s *snapshot) {
	x.shelf.unsaved += s.near.anew
	if readRewrite*x.shelf.unsaved < len(s.near.read) || x.shelf.unsaved == 0 {
		return
	}
	x.shelf.unsaved = 0
	var names, pairs []byte
	numbers := make(map[*corpus.Article]uint64)
	number := func(a *corpus.Article) uint64 {
		n, known := numbers[a]
		if !known {
			n = uint64(len(numbers))
			numbers[a] = n
			names = append(appendString(names, a.Path), a.Hash[:]...)
		}
		return n
	}
	for k, said := range s.near.read {
		for _, n := range []uint64{number(k.a), uint64(k.i), number(k.b), uint64(k.j), said.bits()} {
			pairs = binary.AppendUvarint(pairs, n)
		}
	}
	data := append(binary.AppendUvarint(nil, uint64(len(numbers))), names...)
	x.save(ctx, []Blob{{x.keptKind(), readKey, append(data, pairs...)}})
}

// readRewrite: what was read is cached again when one in so many is not cached yet.
const readRewrite = 8

// keptReadings are those of the cache, of articles that are on the shelf.
func (x *Index) keptReadings(ctx context.Context) map[kin]kinship {
	r := readerOf(x.cached(ctx, x.keptKind(), []string{readKey})[readKey])
	var articles []*corpus.Article
	for range r.number() {
		path, hash := r.string(), r.take(32)
		a := x.shelf.byPath(path)
		if a != nil && string(a.Hash[:]) != hash {
			a = nil
		}
		if articles = append(articles, a); r.damaged {
			return nil
		}
	}
	read := make(map[kin]kinship)
	for r.data != "" && !r.damaged {
		a, i, b, j, said := r.number(), r.number(), r.number(), r.number(), r.number()
		if !r.damaged && a < len(articles) && b < len(articles) && articles[a] != nil && articles[b] != nil {
			read[kin{articles[a], articles[b], i, j}] = kinshipOf(said)
		}
	}
	return read
}

// byPath returns an article on the shelf, nil if it is not there.
func (s *shelf) byPath(path string) *corpus.Article {
	i, found := slices.BinarySearchFunc(s.from, path, func(o origin, path string) int {
		return strings.Compare(o.article().Path, path)
	})
	if !found {
		return nil
	}
	return s.from[i].article()
}

// bits is a kinship as a number.
func (k kinship) bits() (n uint64) {
	for i, set := range []bool{k.covers, k.covered, k.partCovers, k.partCovered} {
		if set {
			n |= 1 << i
		}
	}
	return n
}

func kinshipOf(bits int) kinship {
	return kinship{bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0}
}
