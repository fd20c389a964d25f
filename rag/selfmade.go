package rag

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
	"yinju/rag/bm25"
)

// selfMade is a question made out of an article, which answers it: its title, asked of
// its body, or one of its sentences, asked of the rest of it. No person asked it, but it
// is about what the articles are about. To find its article by the very place where it
// was taken from would prove nothing: see rest.
type selfMade struct {
	text    string // stands in the article as it is
	article int    // the right answer, index in snapshot.articles
	title   bool   // else it is a sentence
}

const (
	selfMadeRounds = 4   // questions of an article: its title, if that will do, and sentences
	selfMadeTries  = 20  // articles that are tried for each question: of copies none can be asked
	titleMin       = 4   // characters of a title that is a question
	sentenceMin    = 12  // characters of a sentence that is one
	sentenceMax    = 80  //
	latinMin       = 40  // and of one in Latin letters
	latinMax       = 240 //
	sentenceWords  = 4   // that say something
	restMin        = 2   // times the sentence that the rest of its article is long
	sentenceTries  = 8   // sentences looked at for one that will do
)

// selfMade makes n questions at most out of the articles, different ones as far as there
// are. The same articles give the same questions.
func (x *Index) selfMade(s *snapshot, n int) []selfMade {
	rng := rand.New(rand.NewPCG(1, 0x79696e6a75)) //nolint:gosec // a sample, not a secret
	order := rng.Perm(len(s.articles))
	order = order[:min(len(order), selfMadeTries*n)]
	titles := make(map[string]int)
	for _, a := range s.articles {
		titles[fold.String(strings.TrimSpace(a.Title))]++
	}
	var made []selfMade
	used := make(map[string]bool)
	for round := range selfMadeRounds {
		for nth, article := range order {
			if len(made) >= n {
				return made
			}
			// Half of the articles are asked for by their titles first, the others next.
			q := selfMade{article: article, title: round < 2 && round == nth%2}
			if q.title {
				q.text = strings.TrimSpace(s.articles[article].Title)
				q.title = titles[fold.String(q.text)] == 1 && x.informative(s, article, q.text) && !s.elsewhere(article, q.text)
			}
			if !q.title {
				q.text = x.sampleSentence(s, article, rng)
			}
			if q.text != "" && !used[q.text] {
				used[q.text] = true
				made = append(made, q)
			}
		}
	}
	return made
}

// informative tells whether a title could be asked: it is long enough, is more than a
// number, and its article speaks of most of what it names.
func (x *Index) informative(s *snapshot, article int, title string) bool {
	letters := 0
	for _, r := range title {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < titleMin || utf8.RuneCountInString(title) > latinMax || !x.says(title) {
		return false
	}
	// A term for each pair of characters and each Latin word.
	terms := slices.DeleteFunc(fold.Grams(x.contentOf(title)), func(t string) bool { return utf8.RuneCountInString(t) < 2 })
	spoken := 0
	for _, t := range terms {
		if slices.ContainsFunc(s.passagesOf(article), func(p corpus.Passage) bool { return strings.Contains(fold.String(p.Text), t) }) {
			spoken++
		}
	}
	return 2*spoken > len(terms)
}

// sampleSentence picks a sentence of an article, of middle length, that says something, stands
// in no other article and is but a part of its own. It returns "" if it hits upon none.
func (x *Index) sampleSentence(s *snapshot, article int, rng *rand.Rand) string {
	a, passages := s.articles[article], s.passagesOf(article)
	if len(passages) == 0 {
		return ""
	}
	for range sentenceTries {
		p := passages[rng.IntN(len(passages))]
		sentences := corpus.SentencesIn(a.Text, corpus.Span{Start: p.Start, End: p.End})
		if len(sentences) == 0 {
			continue
		}
		span := sentences[rng.IntN(len(sentences))]
		text := a.Text[span.Start:span.End]
		if restMin*len(text) <= len(a.Text)-a.Body-len(text) && x.askable(text) && !s.elsewhere(article, text) {
			return text
		}
	}
	return ""
}

// askable tells whether a sentence says something in plain words.
func (x *Index) askable(sentence string) bool {
	n, least, most := utf8.RuneCountInString(sentence), sentenceMin, sentenceMax
	if languageOf(sentence) == english {
		least, most = latinMin, latinMax
	}
	if n < least || n > most || strings.ContainsAny(sentence, "|\n`[]<>{}") || strings.Contains(sentence, "://") {
		return false
	}
	said := make(map[string]bool)
	for _, w := range x.Cut(x.contentOf(sentence)) {
		if w = fold.String(w); strings.ContainsFunc(w, unicode.IsLetter) {
			said[w] = true
		}
	}
	return len(said) >= sentenceWords
}

// elsewhere tells whether a text stands in another article, too.
func (s *snapshot) elsewhere(article int, text string) bool {
	for passage := range s.grams.EachContaining(fold.Grams(text)) {
		if s.owner[passage] != article && strings.Contains(indexedText(s.passages[passage]), text) {
			return true
		}
	}
	return false
}

// rest is what a passage is found by if the question's own text is taken out of it.
func (q selfMade) rest(p corpus.Passage) string {
	if !q.title {
		return p.Context() + "\n" + strings.ReplaceAll(p.Text, q.text, "\n")
	}
	var lines []string
	for line := range strings.Lines(indexedText(p)) {
		if strings.Trim(line, "# \t\r\n") != q.text {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// thinnings are the shares of their words that the questions lose in turn: who asks uses
// other words than the article. Thinned, one is asked of the whole article; in full, of
// the rest. Together they are about as hard to answer by words as people's questions are,
// on the sets that were looked at, the easy and the hard ones.
var thinnings = [...]float64{0, 0.5, 0.7}

// byWords ranks the passages by the words of the nth self-made question.
func (x *Index) byWords(s *snapshot, q selfMade, nth int) (words, grams leg) {
	thinning := thinnings[nth%len(thinnings)]
	if thinning > 0 {
		terms := x.searchTerms(x.thinned(q.text, thinning))
		return s.words.Search(terms.words.all, x.Ranking.Pool, nil), s.grams.Search(terms.grams.all, x.Ranking.Pool, nil)
	}
	terms := x.searchTerms(q.text)
	return s.ofTheRest(s.words, x.Words, terms.words.all, q, x.Ranking.Pool), s.ofTheRest(s.grams, fold.Grams, terms.grams.all, q, x.Ranking.Pool)
}

// thinned drops a share of the words of a text, always the same.
func (x *Index) thinned(text string, share float64) string {
	rng := rand.New(rand.NewPCG(uint64(len(text)), 0x79696e6a75)) //nolint:gosec // a sample, not a secret
	var sb strings.Builder
	for _, w := range x.Cut(text) {
		if rng.Float64() < share {
			w = "\n"
		}
		sb.WriteString(w)
	}
	return sb.String()
}

// ofTheRest ranks the passages by terms of the question, which its own article has only as
// far as they stand in the rest of it.
func (s *snapshot) ofTheRest(index *bm25.Index, cut func(string) []string, terms []bm25.Term, q selfMade, pool int) leg {
	found := leg(index.Search(terms, pool, nil))
	for i, h := range found {
		if s.owner[h.Doc] == q.article {
			found[i].Score = index.ScoreAs(h.Doc, cut(q.rest(s.passages[h.Doc])), terms)
		}
	}
	found = slices.DeleteFunc(found, func(h bm25.Hit) bool { return h.Score <= 0 })
	slices.SortStableFunc(found, func(a, b bm25.Hit) int { return cmp.Compare(b.Score, a.Score) })
	return found
}
