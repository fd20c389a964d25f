package rag

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Weighing says what the dense ranking is worth on the articles. Figures are percent of
// MRR@10 over questions made out of the articles.
type Weighing struct {
	Embedder  string  `json:"embedder"`
	Weight    float64 `json:"weight"`    // the dense ranking's share of the fused score; 0: it fills the last places only
	Questions int     `json:"questions"` // that were asked; 0: none were
	Words     float64 `json:"mrr_words"` // by words alone
	Dense     float64 `json:"mrr_dense"` // by vectors alone
	Fused     float64 `json:"mrr_fused"` // by both, at Weight
	Reason    string  `json:"reason"`    // why Weight was not found by questions, a sentence; empty if it was
}

// Sentence says it to people.
func (w Weighing) Sentence() string {
	worth := fmt.Sprintf("weight %.2f", w.Weight)
	if w.Weight == 0 {
		worth = "fills the last places only"
	}
	switch {
	case w.Reason != "":
		return fmt.Sprintf("embedder %s: %s. %s", w.Embedder, worth, w.Reason)
	case w.Weight == 0:
		return fmt.Sprintf("embedder %s: %s, for on %d questions made out of the articles it is no better than words alone (MRR %.1f %%; vectors alone %.1f %%)",
			w.Embedder, worth, w.Questions, w.Words, w.Dense)
	}
	return fmt.Sprintf("embedder %s: %s, %+.1f MRR points on %d questions made out of the articles (%.1f %% by words alone, %.1f %% with vectors)",
		w.Embedder, worth, w.Fused-w.Words, w.Questions, w.Words, w.Fused)
}

const (
	weighSteps    = 20  // weights that are tried: 0, 0.05 … 1
	weighDepth    = 10  // articles among which the right one must be
	fewQuestions  = 20  // with fewer no weight is found
	priorWeight   = 0.4 // is not far from the best at any level of noise, on the sets that were looked at
	weighTogether = 4   // questions that are embedded at a time
)

// weighed is a Weighing with what tells when it is outdated.
type weighed struct {
	Weighing
	Passages int `json:"passages"` // there were when the weight was found; 0: it was not
}

// outdated tells whether the corpus has grown or shrunk by more than a fifth since.
func (w weighed) outdated(passages int) bool {
	return w.Passages == 0 || 5*max(w.Passages-passages, passages-w.Passages) > w.Passages
}

// ranking is how the legs become one ranking in this generation.
func (x *Index) ranking(s *snapshot) Ranking {
	r := x.Ranking
	if r.DenseWeight < 0 {
		r.DenseWeight = s.weighed.Weight
	}
	return r
}

// weightBefore is the weight with which a generation begins: that of the one before, or of
// the last start, or a prior.
func (x *Index) weightBefore(ctx context.Context, old, next *snapshot) weighed {
	name := next.space.embedder.Model()
	if x.Ranking.DenseWeight >= 0 {
		return weighed{Weighing: Weighing{Embedder: name, Weight: x.Ranking.DenseWeight, Reason: x.reasonSet()}}
	}
	if old != nil && old.dense {
		kept := old.weighed
		kept.Embedder = name
		return kept
	}
	if kept, found := x.keptWeight(ctx); found {
		return kept
	}
	return weighed{Weighing: Weighing{Embedder: name, Weight: priorWeight, Reason: "The weight has not been found yet."}}
}

// reasonSet says why no weight is looked for.
func (x *Index) reasonSet() string {
	if x.Embedder == nil && x.Ranking.DenseWeight == 0 {
		return "It knows only the words of the articles; to find what says it in other words, connect a real embedding model: yinju -embed-url URL -embed-model NAME"
	}
	return "The weight is set."
}

func (x *Index) keptWeight(ctx context.Context) (kept weighed, found bool) {
	err := json.Unmarshal(x.cached(ctx, x.weightKind(), []string{x.weightKey()})[x.weightKey()], &kept)
	return kept, err == nil && kept.Weight >= 0 && kept.Weight <= 1
}

// KeptWeighing is what the cache holds of the weight that was found last, nil if nothing.
func (x *Index) KeptWeighing(ctx context.Context) *Weighing {
	x.init()
	if kept, found := x.keptWeight(ctx); found {
		return &kept.Weighing
	}
	return nil
}

// weightKind is the kind of what is kept of a weight.
func (x *Index) weightKind() string { return "weight/" + x.lineage() }

// weightKey names the rules by which a weight was found.
func (x *Index) weightKey() string {
	return fmt.Sprintf("1 %s %s %g %d %d", x.Version, x.Ranking.Fusion, x.Ranking.WordsShare, x.Ranking.Pool, x.WeighQuestions)
}

// weigh finds the dense ranking's weight if it is to be found and the last one is outdated.
// It runs beside questions, after the generation serves, and then makes the same
// generation serve with the weight. If the embedder fails, the weight stays.
func (x *Index) weigh(ctx context.Context, s *snapshot, report *Report) {
	if !s.dense {
		return
	}
	defer func() { w := x.current.Load().weighed.Weighing; report.Weighing = &w }()
	if x.Ranking.DenseWeight >= 0 || !s.weighed.outdated(len(s.passages)) {
		return
	}
	next := *s
	var err error
	if next.weighed, err = x.findWeight(ctx, s); err != nil {
		if ctx.Err() == nil {
			report.Warnings = append(report.Warnings, fmt.Sprintf("What the vectors are worth could not be found, their weight stays %.2f until the next reload: %v", s.weighed.Weight, err))
			x.Log.Warn("the dense ranking's weight could not be found and stays as it is", "weight", s.weighed.Weight, "error", err)
		}
		return
	}
	x.replace(s, &next)
	x.Log.Info("the dense ranking's weight", "weight", next.weighed.Weight, "questions", next.weighed.Questions, "mrr_words", next.weighed.Words, "mrr_fused", next.weighed.Fused)
	if data, err := json.Marshal(next.weighed); err == nil { // else it is found again
		x.save(ctx, []Blob{{x.weightKind(), x.weightKey(), data}})
	}
}

// findWeight asks the self-made questions once and looks for the weight at which their
// articles come first.
func (x *Index) findWeight(ctx context.Context, s *snapshot) (weighed, error) {
	w := weighed{Weighing{Embedder: s.space.embedder.Model()}, len(s.passages)}
	questions := x.selfMade(s, x.WeighQuestions)
	x.status.enter(PhaseWeigh, len(questions))
	tried := make([]weighTrial, len(questions))
	done, err := x.tryEach(ctx, len(questions), func(ctx context.Context, i int) (err error) {
		words, grams := x.byWords(s, questions[i], i)
		tried[i], err = x.tryQuestion(ctx, s, questions[i].text, words, grams)
		tried[i].right = []int{questions[i].article}
		return err
	})
	if err == nil && done < min(len(questions), fewQuestions) {
		err = fmt.Errorf("only %d questions were embedded in %v", done, x.WeighTime)
	}
	if err != nil {
		return w, err
	}
	table := newWeighTable(telling(tried[:done], questions))
	w.Questions = len(table[0])
	step := table.choose()
	if w.Questions < fewQuestions {
		w.Reason = fmt.Sprintf("The articles give %d questions only, too few to find a weight by: this one does no harm elsewhere.", w.Questions)
		step = int(priorWeight * weighSteps)
		if w.Questions > 0 && mean(table[step]) < mean(table[0]) {
			step = 0
		}
	}
	w.Weight = float64(step) / weighSteps
	w.Words, w.Dense, w.Fused = 100*mean(table[0]), 100*mean(table[weighSteps]), 100*mean(table[step])
	return w, nil
}

// tryEach calls try(0) … try(n-1), a few at a time, until WeighTime is over, and returns
// how many are done. The first error ends it.
func (x *Index) tryEach(ctx context.Context, n int, try func(ctx context.Context, i int) error) (done int, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	deadline := time.Now().Add(x.WeighTime)
	var next, finished atomic.Int64
	var working sync.WaitGroup
	for range min(weighTogether, n) {
		working.Go(func() {
			for ctx.Err() == nil && time.Now().Before(deadline) {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := try(ctx, i); err != nil {
					stop(err)
					return
				}
				x.status.advance(int(finished.Add(1)), n)
			}
		})
	}
	working.Wait()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return min(int(next.Load()), n), nil // those begun in time were finished
}

// weighTrial is what both rankings say of a question.
type weighTrial struct {
	right      []int // articles
	candidates []weighCandidate
}

type weighCandidate struct {
	article        int
	lexical, dense float64 // shares, see Ranking.shares
}

var errNotEmbedded = errors.New("the articles have no vectors")

// tryQuestion sends a question to the embedder, as readers' questions are.
func (x *Index) tryQuestion(ctx context.Context, s *snapshot, question string, words, grams leg) (weighTrial, error) {
	if !s.dense {
		return weighTrial{}, errNotEmbedded
	}
	limited, cancel := context.WithTimeout(ctx, embedQueryTimeout)
	defer cancel()
	vector, err := s.space.embedder.EmbedQuery(limited, question)
	if err != nil {
		return weighTrial{}, err
	}
	dense, err := s.nearestTo(ctx, vector, x.Ranking.Pool, nil)
	if err != nil {
		return weighTrial{}, err
	}
	all := candidates(words, grams, dense)
	lexicals, likenesses := x.Ranking.shares(all)
	t := weighTrial{candidates: make([]weighCandidate, len(all))}
	for i, c := range all {
		t.candidates[i] = weighCandidate{s.owner[c.passage], lexicals[i], likenesses[i]}
	}
	return t, nil
}

// reciprocal is 1/rank of the first right article at a weight, 0 beyond weighDepth. Of
// articles with the same score half are before it: to break ties at random, as senseless
// vectors would, must not look like a gain.
func (t weighTrial) reciprocal(weight float64) float64 {
	score := func(c weighCandidate) float64 { return equalish((1-weight)*c.lexical + weight*c.dense) }
	best := 0.0
	for _, c := range t.candidates {
		if slices.Contains(t.right, c.article) {
			best = max(best, score(c))
		}
	}
	if best == 0 {
		return 0
	}
	others := make(map[int]float64) // the best score of each
	for _, c := range t.candidates {
		if at := score(c); at >= best && !slices.Contains(t.right, c.article) {
			others[c.article] = max(others[c.article], at)
		}
	}
	rank := 1.0
	for _, at := range others {
		if at > best {
			rank++
		} else {
			rank += 0.5
		}
	}
	if rank > weighDepth {
		return 0
	}
	return 1 / rank
}

// blind is the MRR below which vectors see nothing in a kind of question.
const blind = 0.05

// telling are the trials that tell something. If the vectors see nothing in one kind of
// question, titles or sentences, and well in the other, then the embedder has been given
// what it can't read at all (a server that has never seen a title, say), and what people
// ask is like the other kind.
func telling(tried []weighTrial, questions []selfMade) []weighTrial {
	var kinds [2][]weighTrial
	var seen [2]float64
	for i, t := range tried {
		kind := 0
		if questions[i].title {
			kind = 1
		}
		kinds[kind] = append(kinds[kind], t)
		seen[kind] += t.reciprocal(1)
	}
	for kind, list := range kinds {
		other := 1 - kind
		enough := len(list) > 0 && len(kinds[other]) >= fewQuestions
		if enough && seen[kind] < blind*float64(len(list)) && seen[other] > 10*blind*float64(len(kinds[other])) {
			return kinds[other]
		}
	}
	return tried
}

// weighTable is the reciprocal ranks of each question, by weight.
type weighTable [weighSteps + 1][]float64

func newWeighTable(tried []weighTrial) (table weighTable) {
	inParallel(len(table), func(step int) {
		table[step] = make([]float64, len(tried))
		for i, t := range tried {
			table[step][i] = t.reciprocal(float64(step) / weighSteps)
		}
	})
	return table
}

// choose returns the step of the weight to use. The weights that are worse than the best
// by no more than a standard error (the rule of Breiman et al., Classification and
// Regression Trees, 1984) are as good; of these the lower end is taken, a little towards
// the middle: people's questions are harder for vectors than a sentence of the article, so
// that the true plateau ends sooner above. If words alone are as good but for chance, it is
// 0: no dense ranking moves what words find unless it is known to help.
func (t weighTable) choose() int {
	best := 0
	for step := range t {
		if mean(t[step]) > mean(t[best]) {
			best = step
		}
	}
	if best == 0 || t.asGood(0, best, byChance) {
		return 0
	}
	low, high := best, best
	for low > 1 && t.asGood(low-1, best, 1) {
		low--
	}
	for high < weighSteps && t.asGood(high+1, best, 1) {
		high++
	}
	return low + min((high-low)/2, inward)
}

const (
	byChance = 1.64 // standard errors that one gain in twenty exceeds by chance
	inward   = 1    // steps from the lower end of the plateau, at most
)

// asGood tells whether a step is worse than the best by so many standard errors at most,
// or by less than anybody would notice.
func (t weighTable) asGood(step, best int, errors float64) bool {
	n := float64(len(t[best]))
	sum, squares := 0.0, 0.0
	for i := range t[best] {
		d := t[best][i] - t[step][i]
		sum += d
		squares += d * d
	}
	if n == 0 {
		return true
	}
	loss := sum / n
	return loss <= max(0.001, errors*math.Sqrt(max(0, squares/n-loss*loss)/n))
}

// Judged is a question whose right articles are known.
type Judged struct {
	Question string
	Articles []string // IDs
}

// MRRByWeight asks questions and tells the MRR@10, in percent, that the fused ranking
// would have at each weight of the dense ranking: what no Weighing can know. Boosts and
// near-duplicates are left out of it, as they are when a weight is found.
func (x *Index) MRRByWeight(ctx context.Context, questions []Judged, weights []float64) ([]float64, error) {
	x.init()
	s := x.current.Load()
	if s == nil {
		return nil, ErrNotReady
	}
	sums := make([]float64, len(weights))
	for _, q := range questions {
		terms := x.searchTerms(q.Question)
		t, err := x.tryQuestion(ctx, s, q.Question, s.words.Search(terms.words.all, x.Ranking.Pool, nil), s.grams.Search(terms.grams.all, x.Ranking.Pool, nil))
		if err != nil {
			return nil, err
		}
		for _, id := range q.Articles {
			if i, known := s.byID[id]; known {
				t.right = append(t.right, i)
			}
		}
		for i, w := range weights {
			sums[i] += 100 * t.reciprocal(w) / float64(len(questions))
		}
	}
	return sums, nil
}
