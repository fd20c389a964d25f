package followup

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// sentence is a question as the rules see it.
type sentence struct {
	whole   string // as it was written
	text    string // without its opening
	tokens  []token
	phrases []phrase
	lead    lead
	latin   bool // holds no Chinese character
}

// token is a word with its place in the text, in bytes.
type token struct {
	text, folded string
	start, end   int
}

// phrase is a noun phrase, in bytes of the text.
type phrase struct {
	start, end int
	owner      int  // where what it belongs to ends: 商汤商量 in 商汤商量的客户
	name       bool // holds a name
	aspect     bool // is something of something else
	book       bool // a title in 《》
}

func (q *sentence) named() bool {
	return slices.ContainsFunc(q.phrases, func(p phrase) bool { return p.name })
}

func folded(s string) string { return fold.String(strings.Trim(s, " \t\n\u3000?？!！。.,，")) }

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// locate finds a pattern, written folded, and returns its places in the text as written:
// folding keeps the number of characters.
func locate(pattern *regexp.Regexp, text string) [][]int {
	f := fold.String(text)
	found := pattern.FindAllStringSubmatchIndex(f, -1)
	if len(found) == 0 || utf8.RuneCountInString(f) != utf8.RuneCountInString(text) {
		return nil
	}
	at := make([]int, len(f)+1)
	i := 0
	for j := range f {
		at[j] = i
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	at[len(f)] = len(text)
	for _, m := range found {
		for k := range m {
			if m[k] >= 0 {
				m[k] = at[m[k]]
			}
		}
	}
	return found
}

func (r Resolver) parse(text string) *sentence {
	q := &sentence{text: text, latin: !hasHan(text)}
	cut := r.Cut
	if cut == nil {
		cut = ownCut
	}
	at := 0
	for _, w := range r.withNames(text, cut(text)) {
		if head := withoutVerb(w); head != "" {
			q.tokens = append(q.tokens, token{head, fold.String(head), at, at + len(head)})
			at, w = at+len(head), w[len(head):]
		}
		q.tokens = append(q.tokens, token{w, fold.String(w), at, at + len(w)})
		at += len(w)
	}
	if q.latin {
		q.phrases = englishPhrases(text)
	} else {
		q.phrases = r.phrases(q)
	}
	return q
}

// longestNamed and shortestNamed are the lengths of names, in characters, that are one
// word wherever they stand.
const longestNamed, shortestNamed = 12, 3

// withNames joins the words that a name of the articles runs across: 望江塔建于 is not
// 望江, 塔建, 于.
func (r Resolver) withNames(text string, words []string) []string {
	if r.Named == nil || !hasHan(text) {
		return words
	}
	ends := make(map[int]bool) // bytes where a word ends
	inside := make(map[int]bool)
	at := 0
	for _, w := range words {
		at += len(w)
		ends[at] = true
	}
	var starts []int
	for i := range text {
		starts = append(starts, i)
	}
	starts = append(starts, len(text))
	for i := 0; i < len(starts)-1; i++ {
		for n := min(longestNamed, len(starts)-1-i); n >= shortestNamed; n-- {
			from, to := starts[i], starts[i+n]
			if part := text[from:to]; hasHan(part) && r.Named(fold.String(part)) {
				for _, b := range starts[i+1 : i+n] {
					inside[b] = true
				}
				ends[from], ends[to] = true, true
				i += n - 1
				break
			}
		}
	}
	var joined []string
	from := 0
	for _, b := range starts[1:] {
		if ends[b] && !inside[b] {
			joined = append(joined, text[from:b])
			from = b
		}
	}
	return joined
}

// ownCut cuts by the longest words of this package's lists.
func ownCut(text string) []string {
	var words []string
	for run := range fold.Runs(text) {
		part := text[run.Start:run.End]
		if run.Kind != fold.Han {
			words = append(words, part)
			continue
		}
		runes := []rune(part)
		for i := 0; i < len(runes); {
			n := min(5, len(runes)-i)
			for ; n > 1; n-- {
				w := fold.String(string(runes[i : i+n]))
				if asking[w] || breaking[w] || aspects[w] || kinds[w] || trailing[w] || empty[w] || loose[w] {
					break
				}
			}
			words = append(words, string(runes[i:i+n]))
			i += n
		}
	}
	return words
}

var (
	acronym  = regexp.MustCompile(`^[A-Z]{1,5}$`) // PUE is something that many have
	digits   = regexp.MustCompile(`^[0-9.,%]+$`)
	measures = regexp.MustCompile(`^(?:年|月|日|号|年前|年底|月底|年初|月初|天|个|家|条|道|种|小时|分钟|秒|亿|万|万亿|%)$`)
)

// breaks tells whether a noun phrase ends before a token.
func breaks(t token) bool {
	if asking[t.folded] || breaking[t.folded] {
		return true
	}
	if n := utf8.RuneCountInString(t.folded); n >= 2 && n <= 3 && strings.HasSuffix(t.folded, "于") { // 建于, 毕业于
		return true
	}
	if strings.HasPrefix(t.folded, "这") || strings.HasPrefix(t.folded, "那") {
		return true
	}
	return strings.HasPrefix(t.folded, "几") || strings.HasPrefix(t.folded, "哪")
}

// wholeWords are words that end in 是 or 有.
var wholeWords = wordSet(`可是 但是 还是 就是 都是 也是 总是 正是 只是 于是 不是 便是 倒是 而是 要是 若是 却是 更是 又是 乃是 即是 国是 所有 拥有 没有 只有 还有 具有 共有 占有 私有 国有 现有 富有 持有 享有 含有 设有 已有 自有 公有 原有 特有 稀有 应有 未有 是否有 有没有`)

// withoutVerb is the beginning of words like 官是 and 塔有, which Jieba takes for one
// since it does not know the name before the verb; "" for all others.
func withoutVerb(w string) string {
	f := fold.String(w)
	if n := utf8.RuneCountInString(f); n < 2 || n > 5 || wholeWords[f] || !strings.HasSuffix(f, "是") && !strings.HasSuffix(f, "有") || !hasHan(w) {
		return ""
	}
	_, size := utf8.DecodeLastRuneInString(w)
	return w[:len(w)-size]
}

func punctuation(t token) bool {
	for _, r := range t.text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("·-—&+", r) {
			return false
		}
	}
	return true
}

// phrases lists the noun phrases of a Chinese question, those in 《》 first.
func (r Resolver) phrases(q *sentence) []phrase {
	var books, list []phrase
	from := -1 // token that begins the phrase
	closePhrase := func(to int) {
		if from >= 0 {
			if p, ok := r.phrase(q, from, to); ok {
				list = append(list, p)
			}
		}
		from = -1
	}
	for i := 0; i < len(q.tokens); i++ {
		t := q.tokens[i]
		if b, next := q.book(i); next > i {
			closePhrase(i)
			books = append(books, b)
			i = next - 1
			continue
		}
		switch {
		case from >= 0 && q.bridges(i), t.folded == "的" || t.folded == "之":
		case punctuation(t), breaks(t):
			closePhrase(i)
		case from < 0 && (digits.MatchString(t.folded) || measures.MatchString(t.folded)):
		case from < 0:
			from = i
		}
	}
	closePhrase(len(q.tokens))
	return append(books, list...)
}

// book is the title in 《》 that begins with token i, and the first token behind it; i if
// none does.
func (q *sentence) book(i int) (phrase, int) {
	t := q.tokens[i]
	at := strings.Index(t.text, "《")
	if at < 0 {
		return phrase{}, i
	}
	start := t.start + at
	n := strings.Index(q.text[start:], "》")
	if n < 0 {
		return phrase{}, i
	}
	end := start + n + len("》")
	next := i + 1
	for next < len(q.tokens) && q.tokens[next].start < end {
		next++
	}
	return phrase{start: start, end: end, owner: end, name: true, book: true}, next
}

// bridges tells whether token i is the space within a name, as in 华为 MaaS.
func (q *sentence) bridges(i int) bool {
	return strings.TrimSpace(q.tokens[i].text) == "" && i > 0 && i+1 < len(q.tokens) &&
		(isLatin(q.tokens[i+1].text) || isLatin(q.tokens[i-1].text))
}

func isLatin(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._+#'", r) {
			return false
		}
	}
	return s != ""
}

// isName tells names by their shape, and by what the articles are about.
func (r Resolver) isName(t token) bool {
	if isLatin(t.text) && !digits.MatchString(t.text) {
		return true
	}
	return utf8.RuneCountInString(t.text) >= 2 && !aspects[t.folded] && !kinds[t.folded] && !punctuation(t) && r.Named != nil && r.Named(t.folded)
}

// phrase is that of the tokens from…to, less what trails.
func (r Resolver) phrase(q *sentence, from, to int) (phrase, bool) {
	for to > from && (trailing[q.tokens[to-1].folded] || strings.TrimSpace(q.tokens[to-1].text) == "") {
		to--
	}
	if to == from {
		return phrase{}, false
	}
	p := phrase{start: q.tokens[from].start, end: q.tokens[to-1].end}
	p.owner = p.end
	text := fold.String(q.text[p.start:p.end])
	if empty[text] || utf8.RuneCountInString(text) < 2 {
		return phrase{}, false
	}
	owner := r.ownerEnd(q, from, to)
	owned := owner < to
	if owned {
		p.owner = q.tokens[owner].start
	}
	p.name = slices.ContainsFunc(q.tokens[from:owner], r.isName) || r.namedFrom(q, from, to) > from
	last := q.tokens[to-1].folded
	p.aspect = !p.name && !owned && (aspects[last] || aspects[text]) && utf8.RuneCountInString(text) <= 6
	return p, true
}

// ownerEnd is the token at which what a phrase belongs to ends: its first 的, but for that
// of 商汤的商量, which joins two names.
func (r Resolver) ownerEnd(q *sentence, from, to int) int {
	chained := false
	for i := from; i < to; i++ {
		switch {
		case q.tokens[i].folded != "的":
		case i > from && i+1 < to && !chained && r.joins(q, i, to):
			chained = true
		default:
			return i
		}
	}
	return to
}

// joins tells whether names stand on both sides of token i.
func (r Resolver) joins(q *sentence, i, to int) bool {
	return r.isName(q.tokens[i-1]) && !acronym.MatchString(q.tokens[i+1].text) && r.namedFrom(q, i+1, to) > i+1
}

// namedFrom returns where a name that begins with token i ends, i if none does: names
// are often cut in two, as 文心 and 一言.
func (r Resolver) namedFrom(q *sentence, i, to int) int {
	if r.isName(q.tokens[i]) {
		return i + 1
	}
	for j := min(to, i+4); j > i+1; j-- {
		text := q.text[q.tokens[i].start:q.tokens[j-1].end]
		if r.Named != nil && r.Named(fold.String(text)) {
			return j
		}
	}
	return i
}

// topics are what a question is about, the likeliest first.
func (r Resolver) topics(question string) []string {
	rest, _ := opening(question)
	q := r.parse(rest)
	var list []string
	add := func(p phrase) {
		t := strings.TrimSpace(q.text[p.start:p.owner])
		if len(list) < 3 && !p.aspect && utf8.RuneCountInString(t) >= 2 && !overlaps(list, t) {
			list = append(list, t)
		}
	}
	for _, p := range q.phrases {
		if p.book || p.name && p.start == leadStart(q) {
			add(p)
		}
	}
	for _, p := range q.phrases {
		add(p)
	}
	if len(list) == 0 && len(q.phrases) > 0 { // better something than nothing
		list = append(list, q.text[q.phrases[0].start:q.phrases[0].end])
	}
	return list
}

// leadStart is where the first word of a question stands that is not loose.
func leadStart(q *sentence) int {
	for _, t := range q.tokens {
		if !punctuation(t) && !loose[t.folded] && !digits.MatchString(t.folded) {
			return t.start
		}
	}
	return len(q.text)
}
