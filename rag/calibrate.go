package rag

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// Calibration is what the Index found out about when to refuse, by asking itself
// questions. Those about other things say what Coverage is reached by chance, which
// grows with the folder. Those made out of the articles say how narrow the folder's field
// is, and what an answer may miss at most.
type Calibration struct {
	Rate      float64 `json:"rate"`      // of false refusals that is aimed at, 0 to 1
	Chinese   float64 `json:"chinese"`   // the Coverage below which a question in Chinese is refused
	English   float64 `json:"english"`   // and one without Chinese characters
	Narrow    float64 `json:"narrow"`    // from 0, articles about all things, to 1, about one field
	Questions int     `json:"questions"` // asked to find this out

	strange  [2]float64 // of the foreign questions, by language: see strangeness
	passages int        // there were
	changed  int        // have come or gone since
}

// Found by regression over CMRC, DRCD, XQuAD and STARD and over parts of them of 30 to
// 35,000 passages, and rounded. The Coverage that 95 % of people's questions reach is at
// least chanceBase + chanceSlope × √ of what foreign questions reach on average: words
// are met by chance there, too.
const (
	chanceSlope = 0.51
	chanceMost  = 0.4 // beyond what was seen
	chanceLeast = 0.1 // a word or two, in a language that hardly any article is in

	// About one field, the words of a question tell whether it is of that field, and lay
	// people ask in other words than the articles': the less strange its words, the less
	// of them need be found.
	narrowFrom  = 0.28 // share by which own questions are less strange than foreign ones: narrow from here
	narrowTo    = 0.40 // to here, wholly
	narrowLost  = 0.05 // off the threshold of a wholly narrow folder
	narrowShare = 1.0  // and off a question's, times what it is less strange than foreign ones
	familiar    = 0.10 // beyond this
	narrowLeast = 3    // of the threshold a third stays

	ownQuestions  = 64  // at most, made out of the articles
	ownWords      = 8   // of each that say something
	ownStrange    = 0.2 // share of them that is replaced: people ask in other words
	recalibrateAt = 0.2 // share of the passages that has come or gone
)

var chanceBase = [2]float64{chinese: 0.06, english: 0.02}

// strictness is what the threshold is multiplied by for other rates than 5 %.
var strictness = []struct{ rate, times float64 }{{0, 0}, {0.005, 0.62}, {0.01, 0.72}, {0.02, 0.8}, {0.05, 1}, {0.1, 1.22}, {0.2, 1.5}, {0.3, 1.72}, {0.5, 2.1}}

func strictnessOf(rate float64) float64 {
	for i, at := range strictness[1:] {
		if before := strictness[i]; rate <= at.rate {
			return before.times + (at.times-before.times)*(rate-before.rate)/(at.rate-before.rate)
		}
	}
	return strictness[len(strictness)-1].times
}

// calibrate finds out when a generation is to refuse, or takes that over from the one
// before, or from that before the start, as long as few passages have changed. Equal
// articles give an equal Calibration.
func (x *Index) calibrate(ctx context.Context, old, next *snapshot) error {
	before := x.shelf.served
	if old != nil {
		before, next.refusal = old.from, old.refusal
	} else if kept := x.shelf.refusal; kept.Rules == x.calibrationRules() {
		next.refusal = kept.Calibration
		next.refusal.strange, next.refusal.passages, next.refusal.changed = kept.Strange, kept.Passages, kept.Changed
	}
	if next.refusal.passages > 0 {
		next.refusal.changed += changes(before, next.from)
		if float64(next.refusal.changed) <= recalibrateAt*float64(next.refusal.passages) {
			return nil
		}
	}
	next.refusal = Calibration{Rate: max(0, x.FalseRefusals), passages: len(next.places)}
	if x.FalseRefusals < 0 || len(next.passages) == 0 {
		return ctx.Err()
	}
	foreign := foreignQuestions()
	var chance [2]float64
	for lang, questions := range foreign {
		coverage, strange, err := x.probe(ctx, next, questions)
		if err != nil {
			return err
		}
		chance[lang], next.refusal.strange[lang] = mean(coverage), mean(strange)
		next.refusal.Questions += len(questions)
	}
	said, own := x.paraphrased(next, foreign)
	coverage, _, err := x.probe(ctx, next, own)
	if err != nil {
		return err
	}
	less := make([]float64, len(said))
	for i, text := range said {
		usual := next.refusal.strange[languageOf(text)]
		less[i] = (usual - next.strangeness(x.searchTerms(text))) / usual
	}
	next.refusal.Questions += len(own)
	next.refusal.settle(chance, coverage, less)
	return nil
}

// settle draws the conclusions from the coverage that foreign questions reach on average,
// by language, that which the own questions reach, and the share by which the words of
// those are less strange.
func (c *Calibration) settle(chance [2]float64, coverage, less []float64) {
	most := 1.0
	if len(coverage) > 0 {
		c.Narrow = min(1, max(0, (mean(less)-narrowFrom)/(narrowTo-narrowFrom)))
		slices.Sort(coverage)
		most = min(most, coverage[int(c.Rate*float64(len(coverage)-1))])
	}
	for lang, threshold := range map[language]*float64{chinese: &c.Chinese, english: &c.English} {
		usual := max(chanceLeast, min(chanceMost, chanceBase[lang]+chanceSlope*math.Sqrt(chance[lang]))-narrowLost*c.Narrow)
		*threshold = min(most, usual*strictnessOf(c.Rate))
	}
}

// threshold is the Coverage below which a question is refused.
func (c *Calibration) threshold(lang language, strangeness float64) float64 {
	t := c.Chinese
	if lang == english {
		t = c.English
	}
	return max(t/narrowLeast, t-narrowShare*c.Narrow*max(0, c.strange[lang]-strangeness-familiar))
}

// strangeness is how rare the words of a question are in the articles, on average: 0 if
// every passage has them, 1 if hardly one does.
func (s *snapshot) strangeness(terms searchTerms) float64 {
	sum := 0.0
	for _, t := range terms.words.content {
		sum += rarity(s.words, t.Text)
	}
	return sum / math.Max(1, float64(len(terms.words.content))) / math.Log(float64(s.words.Len()+background))
}

// probe asks questions, by words only.
func (x *Index) probe(ctx context.Context, s *snapshot, questions []string) (coverage, strange []float64, err error) {
	coverage, strange = make([]float64, len(questions)), make([]float64, len(questions))
	errs := make([]error, len(questions))
	inParallel(len(questions), func(i int) {
		if ctx.Err() != nil {
			return
		}
		var found *Result
		q := Query{Text: questions[i], Literal: true, lexical: true}
		if found, errs[i] = x.search(ctx, s, q, wishes{text: q.Text}); errs[i] == nil {
			coverage[i], strange[i] = found.Coverage, s.strangeness(x.searchTerms(q.Text))
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return coverage, strange, ctx.Err()
}

// paraphrased are parts of sentences of the articles, as they are said there, and with
// some words replaced by such as hardly stand in the same article: those of the foreign
// questions.
func (x *Index) paraphrased(s *snapshot, foreign [2][]string) (said, texts []string) {
	var strangers [2][]string
	for lang, questions := range foreign {
		for _, q := range questions {
			words := x.Cut(q)
			for _, i := range sayingWords(words) {
				strangers[lang] = append(strangers[lang], words[i])
			}
		}
	}
	rng := rand.New(rand.NewPCG(2, 0x79696e6a75)) //nolint:gosec // a sample, not a secret
	for _, q := range x.selfMade(s, 2*ownQuestions) {
		if len(texts) == ownQuestions {
			break
		}
		words := x.Cut(q.text)
		saying := sayingWords(words)
		if q.title || len(saying) == 0 {
			continue
		}
		if more := len(saying) - ownWords; more > 0 {
			from := rng.IntN(more + 1)
			saying = saying[from : from+ownWords]
		}
		from, to := saying[0], saying[len(saying)-1]+1
		said = append(said, strings.Join(words[from:to], ""))
		for n, i := range saying {
			if int(ownStrange*float64(n+1)+0.5) > int(ownStrange*float64(n)+0.5) {
				list := strangers[languageOf(q.text)]
				words[i] = list[rng.IntN(len(list))]
			}
		}
		texts = append(texts, strings.Join(words[from:to], ""))
	}
	return said, texts
}

// sayingWords are the places of the words that say something.
func sayingWords(words []string) []int {
	var places []int
	for i, w := range words {
		if !isStopWord(fold.String(w)) && strings.ContainsFunc(w, unicode.IsLetter) {
			places = append(places, i)
		}
	}
	return places
}

// changes counts the passages that only one of two generations has, of the articles that
// are not the same.
func changes(before, after []origin) int {
	stays := make(map[*corpus.Article]bool, len(before))
	for _, o := range before {
		stays[o.article()] = true
	}
	ids := make(map[string]int) // which of the two has it
	for _, o := range after {
		if stays[o.article()] {
			delete(stays, o.article())
			continue
		}
		for _, p := range o.passages() {
			ids[p.ID] |= 1
		}
	}
	for _, o := range before {
		if !stays[o.article()] {
			continue
		}
		for _, p := range o.passages() {
			ids[p.ID] |= 2
		}
	}
	n := 0
	for _, in := range ids {
		if in != 1|2 {
			n++
		}
	}
	return n
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / math.Max(1, float64(len(values)))
}

// Calibration is that of the generation that serves.
func (x *Index) Calibration() Calibration {
	if s := x.current.Load(); s != nil {
		return s.refusal
	}
	return Calibration{}
}
