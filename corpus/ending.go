package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func isEnd(r rune) bool {
	switch r {
	case '。', '！', '？', '；', '…', '｡', '．', '.', '!', '?', ';':
		return true
	}
	return false
}

// quotes remembers the marks of a line whose closing form is that of the opening one,
// and what stood before the last opening quote.
type quotes struct {
	straight, stars int  // how many " and groups of * there were
	embedded        bool // the last “ or 「 followed a Han character: 提出“…？”的问题
}

func (q *quotes) see(r, prev rune) {
	switch r {
	case '"':
		q.straight++
		if q.straight%2 == 1 {
			q.embedded = unicode.Is(unicode.Han, prev)
		}
	case '*':
		if prev != '*' {
			q.stars++
		}
	case '“', '「', '『', '‘':
		q.embedded = unicode.Is(unicode.Han, prev)
	}
}

// sentenceEnd reads the signs at byte i of text, which ends with the line, and the
// closing quotes and brackets behind them. It returns where they end and whether the
// sentence that began at start ends there; prev is the rune before i.
func (q *quotes) sentenceEnd(text string, start, i int, prev rune) (end int, ends bool) {
	var e ending
	first, _ := utf8.DecodeRuneInString(text[i:])
	end = i
	before := prev
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		closes := end > i && q.closer(r, before, text[end+size:])
		switch {
		case isEnd(r):
			e.wide = e.wide || r >= utf8.RuneSelf && r != '．'
		case !closes:
			return end, q.decide(text, start, i, end, prev, first, e)
		default:
			e.title = e.title || r == '》' || r == '〉'
			e.quoted = e.quoted || strings.ContainsRune("”’」』\"'", r)
			q.see(r, before)
		}
		before = r
		end += size
	}
	return end, q.decide(text, start, i, end, prev, first, e)
}

// ending is what was read at the possible end of a sentence.
type ending struct {
	wide          bool // one of the signs is full-width, which ends Chinese sentences only
	title, quoted bool // a title 《…》 or a quotation closes with it
}

// closer says whether r closes something; before is the rune before it, rest the text
// behind it.
func (q *quotes) closer(r, before rune, rest string) bool {
	switch r {
	case '”', '’', '」', '』', '）', '》', '〉', ')', ']', '】', '〕', '｝', '}':
		return true
	case '"':
		return q.straight%2 == 1
	case '*':
		return q.stars%2 == 1 || before == '*'
	case '\'':
		next, _ := utf8.DecodeRuneInString(rest)
		return rest == "" || unicode.IsSpace(next) || isEnd(next)
	}
	return false
}

func (q *quotes) decide(text string, start, i, end int, prev, first rune, e ending) bool {
	rest := text[end:]
	next, _ := utf8.DecodeRuneInString(rest)
	if strings.TrimSpace(rest) == "" {
		return !numberOnly(text[start:i]) || e.wide
	}
	if strings.ContainsRune("，,、：:", next) {
		return false
	}
	if !e.wide && !asciiEnd(text, start, i, rest, prev, first) {
		return false
	}
	han := unicode.Is(unicode.Han, next)
	switch {
	case e.title && han:
		return false
	case e.quoted && han && (q.embedded || next == '的' || reports(rest)):
		return false
	}
	return true
}

// asciiEnd decides on . ! ? ; and ．, which stand within numbers, names and addresses
// as well. They end a sentence behind a Han character, and otherwise before white
// space, unless it goes on in lower case or the word is an abbreviation.
func asciiEnd(text string, start, i int, rest string, prev, first rune) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	behindHan := !latin(prev) && !unicode.IsSpace(prev)
	switch {
	case numberOnly(text[start:i]):
		return false
	case behindHan && !latin(next):
		return true
	case behindHan && first != '.' && first != '．':
		return true
	case !unicode.IsSpace(next) && !unicode.Is(unicode.Han, next) && !strings.ContainsRune("“「『（《【", next):
		return false
	}
	after, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(rest, unicode.IsSpace))
	if unicode.IsLower(after) && after != next {
		return false
	}
	return first != '.' || !abbreviation(text[start:i], after)
}

func latin(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// numberOnly says whether a sentence is but the number of a list item so far.
func numberOnly(s string) bool {
	return len(s) <= 4 && strings.Trim(s, "(0123456789") == ""
}

// abbreviations never end a sentence; those with false do before an upper-case letter.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "fig": true, "no": true,
	"vs": true, "cf": true, "gen": true, "sen": true, "rep": true, "gov": true, "eq": true, "vol": true, "pp": true, "approx": true,
	"inc": false, "ltd": false, "co": false, "corp": false, "etc": false, "jr": false, "sr": false, "al": false,
}

// abbreviation says whether the point behind s belongs to its last word; after is the
// next rune that isn't white space.
func abbreviation(s string, after rune) bool {
	word := s[max(0, len(s)-16):]
	if i := strings.LastIndexFunc(word, func(r rune) bool { return r != '.' && !latin(r) }); i >= 0 {
		_, size := utf8.DecodeRuneInString(word[i:])
		word = word[i+size:]
	}
	if utf8.RuneCountInString(word) == 1 { // J. Smith
		r, _ := utf8.DecodeRuneInString(word)
		return unicode.IsUpper(r)
	}
	if strings.Contains(word, ".") && !strings.ContainsAny(word, "0123456789") { // e.g. U.S.
		longest := 0
		for part := range strings.SplitSeq(word, ".") {
			longest = max(longest, len(part))
		}
		return longest <= 2
	}
	always, known := abbreviations[strings.ToLower(word)]
	return known && (always || !unicode.IsUpper(after) && !unicode.Is(unicode.Han, after))
}

// reports says whether the text behind a quotation tells who spoke and ends the
// sentence, or goes on with the quotation: ”他说。 or ”他说，“
func reports(rest string) bool {
	n := 0
	for i, r := range rest {
		if n++; n > maxReporting+1 {
			return false
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			continue
		}
		switch {
		case isEnd(r):
		case r == '，' || r == ',':
			next, _ := utf8.DecodeRuneInString(rest[i+utf8.RuneLen(r):])
			if !strings.ContainsRune("“「『\"", next) {
				return false
			}
		default:
			return false
		}
		return hasReportingVerb(rest[:i])
	}
	return hasReportingVerb(rest)
}

func hasReportingVerb(clause string) bool {
	for _, verb := range []string{"说", "表示", "称", "认为", "指出", "道", "问", "强调", "介绍", "透露", "回答", "坦言", "补充", "說", "稱", "認為", "強調"} {
		if strings.HasSuffix(clause, verb) {
			return true
		}
	}
	return false
}
