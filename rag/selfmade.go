package rag

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
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
				q.title = titles[fold.String(q.text)] == 1 && x.informative(s, article, q.text) && !used[q.text]
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
// number, and its article speaks of something that it names.
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
	terms := slices.DeleteFunc(fold.Grams(x.contentOf(title)), func(t string) bool { return utf8.RuneCountInString(t) < 2 })
	return slices.ContainsFunc(s.passagesOf(article), func(p corpus.Passage) bool {
		text := fold.String(p.Text)
		return slices.ContainsFunc(terms, func(t string) bool { return strings.Contains(text, t) })
	})
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

// elsewhere tells whether a sentence stands in another article, too.
func (s *snapshot) elsewhere(article int, sentence string) bool {
	for _, passage := range s.grams.Containing(fold.Grams(sentence)) {
		if s.owner[passage] != article && strings.Contains(s.passages[passage].Text, sentence) {
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
