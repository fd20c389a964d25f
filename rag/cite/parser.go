package cite

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of what the parser holds back, in characters.
const (
	codeReach = 200 // behind a bracket in inline code that has not been closed yet
	linkReach = 48  // behind [1]( for what may be the address of a link
	maxBlanks = 16  // blanks before a possible marker
)

// Parser brings the citations of an answer into one form, [1][2], while the
// answer streams. It knows the forms that models write: [1], [1,2], [1-3], [^1],
// [[1]], 【1】, ［１］, 【1†source】, [来源1], [source 1], ^1^, <sup>1</sup> and their
// mixtures.
// Numbers that Known refuses go, a marker left empty goes with the blanks before
// it, and a number repeated in adjacent markers is written once.
//
// No marker is made of code (fenced, or in backticks on one line), of the text or
// address of a link, of [1]: at the beginning of a line (a definition), of a
// bracket that holds a number of four digits or more and nothing known (a year),
// of a list with a zero in it ([0, 1] is an interval) or behind a word such as 区间,
// of a value (x = [1]), of a superscript that is an exponent, or of an index: a bracket
// directly behind an ASCII identifier that looks like code (one small letter, an
// underscore, a usual name such as arr), or followed by an assignment or a field.
// Behind any other ASCII word it is a citation, because models write "OpenAI[1]".
//
// A marker within which the answer ends is left out.
//
// What Write and Close return, joined, depends on the text only and not on how it
// was cut into pieces; pieces may even cut through a character. Invalid UTF-8
// becomes U+FFFD. A Parser serves one answer and one goroutine.
type Parser struct {
	// Quoted, if set, tells whether a passage has a bracket, as it stands, behind the
	// characters before it: a footnote in quoted text, which stays text. It is asked about
	// unknown numbers, and within quotation marks about all. Set it before the first Write.
	Quoted func(before, bracket string) bool

	known func(n int) bool
	buf   string // not decided yet
	out   strings.Builder

	mode    mode
	fence   rune // of the open code block
	width   int  // of the backticks or tildes that opened the code
	run     int  // length of the run of backticks or tildes being read
	runRune rune
	atStart bool // nothing but indentation in this line so far; for a run: before it
	runHead bool // the run began the line
	ending  bool // this line may close the code block
	depth   int  // of parentheses in a link's address
	sure    int  // bytes ahead that are known to be code

	blanks  []rune // held back before a possible marker
	dropped bool   // a marker and the blanks before it were removed just here
	escaped bool   // behind a backslash
	bracket bool   // behind a closing bracket of the text itself
	prev    rune
	word    []byte // ASCII word directly before
	tail    []rune // the last characters that are no blanks
	quote   rune   // what ends the quotation that is open, 0 if none is
	group   []int  // numbers of the markers directly before
}

type mode int8

const (
	inText  mode = iota
	inCode       // between backticks
	inInfo       // behind an opening fence, in its line
	inFence      // in a code block
	inLink       // in the address of a link
)

// NewParser returns a Parser that keeps the numbers for which known is true.
func NewParser(known func(n int) bool) *Parser {
	return &Parser{known: known, atStart: true}
}

// Write takes a piece of the answer and returns what is decided.
func (p *Parser) Write(piece string) string { return p.advance(piece, false) }

// Close returns the rest. The Parser must not be used afterwards.
func (p *Parser) Close() string { return p.advance("", true) }

func (p *Parser) advance(piece string, final bool) string {
	p.buf += piece
	p.out.Reset()
	for p.step(final) {
	}
	if final {
		p.flushBlanks()
	}
	return p.out.String()
}

// step decides on the next character or marker; false if there is nothing to
// decide or more text is needed.
func (p *Parser) step(final bool) bool {
	if p.buf == "" || !final && !utf8.FullRuneInString(p.buf) {
		return false
	}
	r, size := utf8.DecodeRuneInString(p.buf)
	if p.run > 0 && (r != p.runRune || p.escaped) {
		p.endRun(r)
	}
	if (opens(r) || p.mode == inText && (r == '<' || r == '^')) && !p.escaped && (p.mode == inText || p.mode == inCode) {
		if p.mode == inText {
			return p.opening(r, size, final)
		}
		switch p.closedAhead(final) {
		case more:
			return false
		case no:
			p.mode = inText // the backtick was one
			return true
		}
	}
	p.pass(r, size)
	return true
}

// pass lets a character of the text through.
func (p *Parser) pass(r rune, size int) {
	p.buf = p.buf[size:]
	p.sure = max(0, p.sure-size)
	if p.mode == inLink {
		p.address(r)
	}
	switch {
	case r == '\n':
		p.newline()
	case (r == '`' || r == '~') && !p.escaped && p.runsMatter(r):
		if p.run == 0 {
			p.runRune, p.runHead = r, p.atStart
		}
		p.run++
	case p.mode == inFence:
		p.ending = p.ending && blank(r)
	case p.mode == inText && blank(r) && len(p.blanks) < maxBlanks:
		p.blanks, p.word, p.bracket, p.escaped = append(p.blanks, r), p.word[:0], false, false
		return
	case p.mode == inText && r == '(' && p.bracket:
		p.mode, p.depth = inLink, 1
	}
	p.emit(r)
}

func (p *Parser) runsMatter(r rune) bool {
	switch p.mode {
	case inFence:
		return r == p.fence && (p.run > 0 || p.atStart)
	case inCode, inInfo:
		return r == '`'
	}
	return p.mode == inText
}

// endRun decides what a run of backticks or tildes was, now that it ended before next.
func (p *Parser) endRun(next rune) {
	n := p.run
	p.run = 0
	switch p.mode {
	case inText:
		if n >= 3 && p.runHead {
			p.mode, p.fence, p.width = inInfo, p.runRune, n
		} else if p.runRune == '`' {
			p.mode, p.width, p.sure = inCode, n, 0
		}
	case inCode:
		if n == p.width {
			p.mode = inText
		}
	case inInfo: // a fence has no backtick behind it: it was inline code
		if p.fence == '`' {
			p.mode = inCode
			if n == p.width {
				p.mode = inText
			}
		}
	case inFence:
		p.ending = p.runHead && n >= p.width && (blank(next) || next == '\n' || next == '\r')
	}
}

func (p *Parser) newline() {
	switch p.mode {
	case inInfo:
		p.mode = inFence
	case inFence:
		if p.ending {
			p.mode = inText
		}
	default: // models write no inline code and no address over two lines
		p.mode = inText
	}
	p.ending = false
}

func (p *Parser) address(r rune) {
	switch {
	case p.escaped:
	case r == '(':
		p.depth++
	case r == ')':
		p.depth--
	case blank(r):
		p.depth = 0
	}
	if p.depth == 0 {
		p.mode = inText
	}
}

// emit writes a character and remembers what the next decision needs of it.
func (p *Parser) emit(r rune) {
	if p.dropped && len(p.blanks) == 0 && wordly(p.prev) && wordly(r) {
		p.out.WriteByte(' ')
	}
	p.flushBlanks()
	p.dropped = false
	p.out.WriteRune(r)
	p.group = p.group[:0]
	p.bracket = r == ']' && p.mode == inText && !p.escaped
	p.escaped = r == '\\' && !p.escaped && (p.mode == inText || p.mode == inLink)
	p.prev = r
	p.remember(r)
	if wordly(r) || r == '_' || r == '$' {
		if len(p.word) < 32 {
			p.word = append(p.word, byte(r))
		}
	} else {
		p.word = p.word[:0]
	}
	p.atStart = r == '\n' || p.atStart && (blank(r) || strings.ContainsRune(">-*+\r", r))
}

func (p *Parser) flushBlanks() {
	for _, r := range p.blanks {
		p.out.WriteRune(r)
		p.prev = r
	}
	p.blanks = p.blanks[:0]
}

// wordly tells letters and digits of ASCII.
func wordly(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || digit(r)
}

// opening decides on an opening bracket in text.
func (p *Parser) opening(r rune, size int, final bool) bool {
	m, v := scanMarker(p.buf, final)
	if v == yes {
		v = p.literal(m, final)
		if v == no && p.isText(m) {
			p.escape(m)
			return true
		}
		switch v {
		case more:
			return false
		case yes:
			for range utf8.RuneCountInString(p.buf[:m.size]) {
				r, size = utf8.DecodeRuneInString(p.buf)
				p.pass(r, size)
			}
			return true
		}
		p.cite(m)
		return true
	}
	if v == no && final && p.half() {
		p.buf, p.blanks = "", p.blanks[:0]
		return true
	}
	if v == no {
		p.pass(r, size)
	}
	return v == no
}

// half tells whether the answer ends within a marker: the model broke off.
func (p *Parser) half() bool {
	if first, _ := utf8.DecodeRuneInString(p.buf); !opens(first) {
		return false
	}
	_, v := scanMarker(p.buf, false)
	return v == more && strings.ContainsAny(p.buf, "0123456789")
}

// literal tells whether what looks like a marker is none, for what stands around it.
func (p *Parser) literal(m marker, final bool) verdict {
	isKnown := slices.ContainsFunc(m.numbers, p.known)
	if m.bare && (!isKnown || len(p.blanks) == 0 && (wordly(p.prev) || strings.ContainsRune("米里秒克)）", p.prev))) {
		return yes // 10^6^, km<sup>2</sup>
	}
	large := slices.ContainsFunc(m.numbers, func(n int) bool { return n > 999 })
	if large && !isKnown || m.list && slices.Contains(m.numbers, 0) {
		return yes
	}
	if p.buf[0] != '[' {
		return no
	}
	rest := p.buf[m.size:]
	if rest == "" {
		if final {
			return p.index("", true)
		}
		return more
	}
	if rest[0] == ':' && p.atStart {
		return yes
	}
	if rest[0] == '(' {
		return address(rest[1:], final)
	}
	return p.index(rest, final)
}

// isText tells whether a marker belongs to the text for what stands before it: a value
// (x = [1]), a list of numbers (区间[1, 5], array [1, 2]), a footnote of quoted text.
func (p *Parser) isText(m marker) bool {
	if p.buf[0] != '[' {
		return false
	}
	if p.prev == '=' || m.list && (p.prev == '(' || listed(p.tail)) {
		return true
	}
	if p.Quoted == nil || p.quote == 0 && slices.ContainsFunc(m.numbers, p.known) {
		return false
	}
	return p.Quoted(string(p.tail), p.buf[:m.size])
}

// listWords are the words before a list of numbers.
var listWords = []string{"区间", "数组", "列表", "向量", "矩阵", "序列", "数列", "集合", "范围", "interval", "array", "vector", "list", "range", "sequence", "tuple"}

func listed(tail []rune) bool {
	before := strings.ToLower(string(tail))
	return slices.ContainsFunc(listWords, func(w string) bool { return strings.HasSuffix(before, w) })
}

// escape lets a marker through as text, so that nobody takes it for a citation.
func (p *Parser) escape(m marker) {
	text := strings.NewReplacer("[", `\[`, "]", `\]`).Replace(p.buf[:m.size])
	p.buf = text + p.buf[m.size:]
	for range utf8.RuneCountInString(text) {
		r, size := utf8.DecodeRuneInString(p.buf)
		p.pass(r, size)
	}
}

// quotations are the marks that open one, with those that close it.
var quotations = map[rune]rune{'“': '”', '「': '」', '『': '』', '"': '"'}

// longestTail bounds what is remembered of the text before a marker.
const longestTail = 16

// remember notes what the decision on a bracket needs of a character.
func (p *Parser) remember(r rune) {
	switch {
	case r == '\n', r == p.quote:
		p.quote = 0
	case p.quote == 0 && p.mode == inText:
		p.quote = quotations[r]
	}
	if r == '\n' {
		p.tail = p.tail[:0]
		return
	}
	if len(p.tail) == longestTail {
		p.tail = append(p.tail[:0], p.tail[1:]...)
	}
	p.tail = append(p.tail, r)
}

// arrays are the names behind which a bracket holds an index.
var arrays = []string{"arr", "array", "args", "argv", "list", "lst", "nums", "buf", "tmp", "vec", "mat", "matrix", "ptr", "dict", "tuple", "str", "dp"}

// index tells whether a bracket before rest is the index of the word before it.
func (p *Parser) index(rest string, final bool) verdict {
	if len(p.word) == 0 || len(p.blanks) > 0 || digit(rune(p.word[len(p.word)-1])) {
		return no
	}
	word := string(p.word)
	if strings.ContainsAny(word, "_$") || len(word) == 1 && 'a' <= word[0] && word[0] <= 'z' || slices.Contains(arrays, word) {
		return yes
	}
	// Code goes on with a field or an assignment.
	after := strings.TrimPrefix(rest, " ")
	switch {
	case strings.HasPrefix(rest, "=") || strings.HasPrefix(after, "="):
		return yes
	case !final && (after == "" || after == "." && rest == "."):
		return more
	case len(rest) > 1 && rest[0] == '.' && 'a' <= rest[1] && rest[1] <= 'z':
		return yes
	}
	return no
}

// address tells whether s goes on as the address of a link, up to its parenthesis.
func address(s string, final bool) verdict {
	starts := []string{"http:", "https:", "www.", "mailto:", "/", "#", "<", "./", "../"}
	lower := strings.ToLower(s[:min(len(s), 8)])
	for _, start := range starts {
		if strings.HasPrefix(lower, start) {
			return yes
		}
	}
	for i, r := range s {
		switch {
		case r == ')':
			return yes
		case i >= linkReach || r <= ' ' || r >= utf8.RuneSelf:
			return no
		}
	}
	if final {
		return no
	}
	return more
}

// cite replaces the marker that the buffer begins with.
func (p *Parser) cite(m marker) {
	p.buf = p.buf[m.size:]
	kept := false
	for _, n := range m.numbers {
		if !p.known(n) || slices.Contains(p.group, n) {
			continue
		}
		if !kept {
			p.flushBlanks()
		}
		kept = true
		p.group = append(p.group, n)
		p.out.WriteString("[" + strconv.Itoa(n) + "]")
	}
	if kept {
		p.prev, p.word, p.bracket, p.dropped, p.atStart = ']', p.word[:0], false, false, false
		return
	}
	p.dropped = p.dropped || len(p.blanks) > 0
	p.blanks = p.blanks[:0]
}

// closedAhead tells, at a bracket in inline code, whether the code is closed in
// this line.
func (p *Parser) closedAhead(final bool) verdict {
	if p.sure > 0 {
		return yes
	}
	run, seen := 0, 0
	for i, r := range p.buf {
		switch {
		case r == '`':
			run++
		case run == p.width:
			p.sure = i
			return yes
		default:
			run = 0
		}
		if r == '\n' || seen >= codeReach {
			return no
		}
		if r == utf8.RuneError && !final && !utf8.FullRuneInString(p.buf[i:]) {
			return more
		}
		seen++
	}
	switch {
	case !final:
		return more
	case run == p.width:
		return yes
	}
	return no
}
