package openaitest

import (
	"regexp"
	"strings"
	"unicode"
)

// A passage of a prompt begins a line with its number: <passage id="1">, or, where
// there are no such elements, [1], 【1】, (1).
var (
	tagged    = regexp.MustCompile(`(?m)^[ \t]*<[a-z]+[^>\n]*?"(\d{1,3})"[^>\n]*>`)
	bracketed = regexp.MustCompile(`(?m)^[ \t]*[\[【［(（](\d{1,3})[\]】］)）]`)
)

// Quote is a useful model: it answers with the sentence of the prompt's numbered
// passages that shares most with the question (the last line of the last message, or
// what follows 问题： or Question:), and its marker, cut into small pieces. A prompt
// without passages gets the question back.
func Quote(request Request) []string {
	question, prompt := "", ""
	for _, m := range request.Messages {
		if m.Role != "assistant" {
			question = m.Content
			prompt += m.Content + "\n"
		}
	}
	question = questionIn(question)
	wanted := bigrams(question)
	best, answer := -1, question
	marks := tagged.FindAllStringSubmatchIndex(prompt, -1)
	if len(marks) == 0 {
		marks = bracketed.FindAllStringSubmatchIndex(prompt, -1)
	}
	for i, m := range marks {
		end := len(prompt)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		number := prompt[m[2]:m[3]]
		text := strings.TrimPrefix(strings.TrimSpace(prompt[m[1]:end]), "["+number+"]")
		for _, sentence := range sentences(text) {
			if strings.Contains(sentence, question) {
				continue
			}
			if score := shared(wanted, sentence); score > best {
				best, answer = score, sentence+"["+number+"]"
			}
		}
	}
	return Pieces(answer)
}

func questionIn(message string) string {
	for _, mark := range []string{"问题：", "问题:", "Question:", "question:"} {
		if i := strings.LastIndex(message, mark); i >= 0 {
			line, _, _ := strings.Cut(strings.TrimSpace(message[i+len(mark):]), "\n")
			return strings.TrimSpace(line)
		}
	}
	message = strings.TrimSpace(message)
	return strings.TrimSpace(message[strings.LastIndexByte(message, '\n')+1:])
}

// sentences cuts at line ends and behind sentence ends; lines of a single tag are
// no sentences.
func sentences(text string) []string {
	var found []string
	start := 0
	cut := func(end int) {
		s := strings.TrimSpace(text[start:end])
		if s != "" && !strings.HasPrefix(s, "<") {
			found = append(found, s)
		}
		start = end
	}
	for i, r := range text {
		if strings.ContainsRune("。！？!?\n", r) {
			cut(i + len(string(r)))
		}
	}
	cut(len(text))
	return found
}

func bigrams(s string) map[string]bool {
	set := map[string]bool{}
	previous := rune(0)
	for _, r := range strings.ToLower(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			previous = 0
			continue
		}
		if previous != 0 {
			set[string([]rune{previous, r})] = true
		}
		previous = r
	}
	return set
}

func shared(wanted map[string]bool, sentence string) int {
	n := 0
	for gram := range bigrams(sentence) {
		if wanted[gram] {
			n++
		}
	}
	return n
}

// Pieces cuts a text as models do: a few characters each, and a marker such as [12]
// into single ones.
func Pieces(text string) []string {
	var pieces []string
	piece := []rune{}
	flush := func() {
		if len(piece) > 0 {
			pieces = append(pieces, string(piece))
			piece = piece[:0]
		}
	}
	inMarker := false
	for _, r := range text {
		inMarker = inMarker || r == '['
		if inMarker || len(piece) == 3 {
			flush()
		}
		piece = append(piece, r)
		if r == ']' {
			flush()
			inMarker = false
		}
	}
	flush()
	return pieces
}
