// Package followup makes questions that lean on a conversation self-contained, by rules
// and without a model: 「那腾讯呢？」 takes the place of the former subject in the former
// question, a pronoun becomes what it stands for, 「什么时候开始的？」 gets its subject
// back, 「第二个呢？」 becomes the second item of the former answer.
//
// The rules find several readings where a question has several. Which one is meant the
// articles decide: the one that they answer best.
package followup

import (
	"strings"
	"unicode/utf8"
)

// Turn is a question of the conversation with the answer to it.
type Turn struct{ Question, Answer string }

// Resolver resolves follow-ups. It is safe for concurrent use if its functions are.
type Resolver struct {
	// Cut cuts text into words whose concatenation is the text; nil cuts by the words
	// of this package alone.
	Cut func(text string) []string
	// Named tells whether a word is the name of something that articles are about; nil
	// knows none. Latin words and titles in 《》 are names anyhow.
	Named func(word string) bool
	// Score says how well the articles answer a question, from 0 to 1; nil takes the
	// first reading, and none that is no more than likely.
	Score func(question string) float64
}

// Reading is what a question was understood as.
type Reading struct {
	// Text is the self-contained question, empty if the question is that itself.
	Text string
	// Leans tells that the question cannot be understood alone.
	Leans bool
}

const (
	maxTurns    = 6    // of the conversation that are read
	maxQuestion = 200  // characters; a longer question speaks for itself
	maxReading  = 300  // characters
	maxAnswer   = 2000 // characters of an answer that are read
	maxTopics   = 4    // that are kept in mind
	known       = 0.3  // how well a bare question must be answered to be taken for one about the subject at all
	later       = 0.08 // by what a less likely reading must be answered better
)

// Resolve reads the question after the turns, oldest first.
func (r Resolver) Resolve(question string, turns []Turn) Reading {
	var c *context
	for _, t := range turns[max(0, len(turns)-maxTurns):] {
		if isSmallTalk(t.Question) {
			continue
		}
		said := strings.TrimSpace(t.Question)
		if text := r.read(said, c).Text; text != "" {
			said = text
		}
		c = r.follow(c, said, t.Answer)
	}
	question = strings.TrimSpace(question)
	reading := r.read(question, c)
	if reading.Text == question || utf8.RuneCountInString(reading.Text) > maxReading {
		reading.Text = ""
	}
	return reading
}

// context is what the conversation is about.
type context struct {
	question string   // the last one, self-contained
	topics   []string // what was asked about, the likeliest first
	last     int      // how many of the topics are those of the last question
	answer   string
}

func (r Resolver) follow(before *context, question, answer string) *context {
	question, answer = beginning(question, maxQuestion), beginning(answer, maxAnswer)
	c := &context{question: question, answer: answer, topics: r.topics(question)}
	c.last = len(c.topics)
	if before == nil {
		return c
	}
	for _, t := range before.topics {
		if len(c.topics) < maxTopics && !overlaps(c.topics, t) {
			c.topics = append(c.topics, t)
		}
	}
	return c
}

// beginning is a text up to so many characters.
func beginning(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}

// overlaps tells whether a topic is, or holds, or stands in one of a list.
func overlaps(list []string, topic string) bool {
	for _, t := range list {
		if strings.Contains(t, topic) || strings.Contains(topic, t) {
			return true
		}
	}
	return false
}

// readings are what a question may mean. sure: it leans on the conversation for certain.
type readings struct {
	texts []string
	sure  bool
}

// read tries the rules in order.
func (r Resolver) read(question string, c *context) Reading {
	if utf8.RuneCountInString(question) > maxQuestion {
		return Reading{}
	}
	rest, lead := opening(question)
	if lead.newTopic {
		return Reading{Text: rest}
	}
	if c == nil || rest == "" || isSmallTalk(question) {
		return Reading{}
	}
	q := r.parse(rest)
	q.lead, q.whole = lead, question
	for _, rule := range []func(Resolver, *sentence, *context) readings{
		Resolver.repeated, Resolver.corrected, Resolver.ordinal, Resolver.compared, Resolver.alone, Resolver.fragment, Resolver.why, Resolver.pronoun, Resolver.elliptic,
	} {
		if found := rule(r, q, c); len(found.texts) > 0 || found.sure {
			return r.choose(question, found)
		}
	}
	return Reading{}
}

// repeated finds a question that was just asked in the same words.
func (r Resolver) repeated(q *sentence, c *context) readings {
	if folded(q.text) == folded(c.question) {
		return readings{texts: []string{q.text}}
	}
	return readings{}
}

// choose takes the reading that the articles answer best, and an unsure one only if
// they answer it no worse than the bare question. That must be answered in part itself:
// of a question that is foreign to the articles they would find nothing but the subject.
func (r Resolver) choose(question string, found readings) Reading {
	if len(found.texts) == 0 {
		return Reading{Leans: found.sure}
	}
	if r.Score == nil {
		if !found.sure {
			return Reading{}
		}
		return Reading{Text: found.texts[0], Leans: true}
	}
	best, text := 0.0, ""
	if len(found.texts) > 1 || !found.sure {
		for i, t := range found.texts {
			if score := r.Score(t) - later*float64(i); text == "" || score > best {
				best, text = score, t
			}
		}
	} else {
		text = found.texts[0]
	}
	if !found.sure {
		if bare := r.Score(question); bare < known || best < bare {
			return Reading{}
		}
	}
	return Reading{Text: text, Leans: found.sure}
}
