package rag

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

// kinship says how a passage and the leader of its group stand to each other. A passage
// covers another if each sentence of that stands, word for word and figure for figure,
// in it or in its neighbours.
type kinship struct {
	covers, covered         bool // the passage covers the leader; is covered by it
	partCovers, partCovered bool // with the help of the neighbours
}

const (
	ownShare     = 0.6 // of the other's letters that a covering passage itself must have
	leastCovered = 30  // letters of a passage that can be covered by one with more text
)

// wording is a text without what copying changes: folded, without punctuation but in
// numbers and without white space between Chinese characters, characters that are often
// mistaken for each other as one.
type wording struct {
	text string
	cut  []int // bytes before which there was punctuation or a line ended; its ends too; ascending
}

// mistaken are groups of characters that editors put right in each other's place and by
// which no fact changes. Figures, negations and what names are made of are not among them.
const mistaken = "的地得 作做 像象 账帐 再在 份分 座坐 须需 即既 戴带 返反 订定 贴帖 候侯 复覆 炼练 划画 型形 纪记 致至 己已以 拨拔 唯惟 竞竟 躁燥 辨辩 它他 粘黏 震振 爆暴"

// firstHan and lastHan bound the characters in general use.
const firstHan, lastHan = 0x4E00, 0x9FFF

// oneFor has for each of these characters the one that stands for its group.
var oneFor = func() (one [lastHan - firstHan + 1]rune) {
	for i := range one {
		one[i] = firstHan + rune(i)
	}
	for group := range strings.FieldsSeq(mistaken) {
		runes := []rune(group)
		for _, r := range runes[1:] {
			one[r-firstHan] = runes[0]
		}
	}
	return one
}()

// wordingOf keeps the signs that belong to a number: 3.5, −5, 50%, 12:30, $5.
func wordingOf(text string) wording {
	w := worder{wording: wording{cut: []int{0}}}
	w.sb.Grow(len(text))
	for i, raw := range text {
		switch r := fold.Rune(raw); {
		case firstHan <= r && r <= lastHan:
			w.letter(oneFor[r-firstHan], text, i)
		case isHidden(r) || unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			w.letter(r, text, i)
		default:
			if isDigit(w.last) && !w.between && strings.ContainsRune("%‰°", r) {
				w.sb.WriteRune(r)
			}
			w.ends = w.ends || r == '\n' || !isBlank(r)
			w.between, w.sign = true, r
		}
	}
	w.text = w.sb.String()
	w.cut = append(w.cut, len(w.text))
	return w.wording
}

// worder makes a wording.
type worder struct {
	wording
	sb      strings.Builder
	last    rune // letter or digit
	sign    rune // right before the next one
	between bool // something stood since last,
	ends    bool // punctuation or the end of a line
}

// letter writes a letter or digit, which stands at byte i of text.
func (w *worder) letter(r rune, text string, i int) {
	switch {
	case w.between:
		w.gap(r, text, i)
	case r == '的' && w.last == r:
		return // written twice
	}
	w.sb.WriteRune(r)
	w.last, w.sign, w.between, w.ends = r, 0, false, false
}

// gap writes what is to stand between two letters that something parts.
func (w *worder) gap(r rune, text string, i int) {
	end := w.sb.Len()
	figures := isDigit(r) && isDigit(w.last)
	switch {
	case isDigit(r) && strings.ContainsRune("-−+±$¥€£<>≤≥", w.sign), figures && strings.ContainsRune(".:/", w.sign):
		w.sb.WriteRune(w.sign)
	case figures && w.sign == ',' && text[i-1] == ',' && thousands(text[i:]):
		return
	case isLatin(w.last) && isLatin(r):
		w.sb.WriteByte(' ')
	}
	if w.ends {
		w.cut = append(w.cut, end, w.sb.Len())
	}
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isLatin(r rune) bool { return r != 0 && r < 0x2E80 }

// thousands tells whether exactly three digits follow.
func thousands(text string) bool {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n == 3
}

// holds tells whether a sentence stands in the text, from one cut to another: 五人同意
// does not stand in 十五人同意, nor in 五人同意撤回.
func (w *wording) holds(sentence string) bool {
	for from := 0; ; {
		at := strings.Index(w.text[from:], sentence)
		if at < 0 {
			return false
		}
		if at += from; w.isCut(at) && w.isCut(at+len(sentence)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(w.text[at:])
		from = at + size
	}
}

func (w *wording) isCut(at int) bool {
	_, found := slices.BinarySearch(w.cut, at)
	return found
}

// How lines begin and what stands in lines that say who reported and edited, and say
// nothing of the matter.
var (
	dateline = regexp.MustCompile(`^[ \t\x{3000}]*(?:[【（(\[]?(?:据|综合)?\p{Han}{0,10}(?:社|报|网|台|本台)[^，。！？；：]{0,24}?(?:电|讯|消息|报道)[】）)\]]?(?:[（(][^）)]{0,40}[）)])?[ \t\x{3000}，,：:]*|[A-Z][\p{L} .,'’\d]{1,40}\([A-Z][A-Za-z .]{1,20}\)\s*[-—–]+\s*)`)
	credit   = regexp.MustCompile(`^[ \t\x{3000}]*[【（(\[]?(?:(?:责任编辑|责编|编辑|编审|校对|审核|监制|记者|本报记者|通讯员|实习生|供稿|作者|来源|稿源|本文来源|原标题|原题|原载|转载自|转自|发布时间|更新时间|摄影|图/文|文/图)[:：/ \x{3000}]|(?:By|Edited by|Editing by|Reporting by|Written by|Source|Editor|Editors|Author)[: ])[^。！？]{0,60}[】）)\]]?[ \t]*$`)
	signed   = regexp.MustCompile(`[（(](?:本报|本刊)?(?:记者|通讯员|编辑|责任编辑|责编|完)[^）)\n]{0,40}[）)]`)
)

// serial is a number in a file's name that says nothing: 03 of 03-notes, but not 2022 of
// 2022年报.
var serial = regexp.MustCompile(`[\d.:/-]+(?:[^\d.:/\p{Han}-]|$)`)

// withoutCredits is a text without datelines and credits; they become line ends.
func withoutCredits(text string) string {
	var sb strings.Builder
	sb.Grow(len(text) + 8)
	for line := range strings.Lines(text) {
		if len(line) < 400 && credit.MatchString(strings.TrimRight(line, "\r\n")) {
			sb.WriteByte('\n')
			continue
		}
		if at := dateline.FindStringIndex(line); at != nil {
			sb.WriteByte('\n')
			line = line[at[1]:]
		}
		sb.WriteString(line)
	}
	if !strings.ContainsAny(text, "（(") {
		return sb.String()
	}
	return signed.ReplaceAllString(sb.String(), "\n")
}

// reader holds passages against each other. It keeps what it has read of late.
type reader struct {
	s    *snapshot
	read map[int]*reading
}

// keptReadings bounds what a reader keeps, about 10 KB each.
const keptReadings = 512

func newReader(s *snapshot) *reader { return &reader{s: s, read: make(map[int]*reading)} }

func (r *reader) of(passage int) *reading {
	if r.read[passage] == nil {
		if len(r.read) >= keptReadings {
			clear(r.read)
		}
		reading := r.s.reading(passage)
		r.read[passage] = &reading
	}
	return r.read[passage]
}

func (r *reader) kinship(passage, leader int) kinship {
	p, l := r.of(passage), r.of(leader)
	var k kinship
	k.covers, k.partCovers = p.covers(l)
	k.covered, k.partCovered = l.covers(p)
	return k
}

// reading is a passage made ready.
type reading struct {
	sentences    []string // plain
	letters      int      // of the sentences, in bytes
	own, around  wording  // the passage; with its neighbours
	figures      []string // of title and headings
	above, plain string   // title and headings; the whole passage
}

func (s *snapshot) reading(passage int) reading {
	article, p := s.owner[passage], s.passages[passage]
	text := s.articles[article].Text
	from, to := p.Start, p.End
	if passage > s.first[article] {
		from = s.passages[passage-1].Start
	}
	if passage+1 < s.first[article+1] {
		to = s.passages[passage+1].End
	}
	r := reading{plain: wordingOf(p.Text).text}
	stripped := withoutCredits(p.Text)
	r.own, r.around = wordingOf(stripped), wordingOf(withoutCredits(within(text, from, to)))
	for _, span := range corpus.Sentences(stripped) {
		if sentence := wordingOf(stripped[span.Start:span.End]).text; sentence != "" {
			r.sentences = append(r.sentences, sentence)
			r.letters += len(sentence)
		}
	}
	r.above = wordingOf(p.Context()).text
	r.figures = figuresOf(r.above)
	if name := path.Base(s.articles[article].Path); strings.TrimSuffix(name, path.Ext(name)) == p.Title {
		r.figures = figuresOf(serial.ReplaceAllString(r.above, " "))
	}
	return r
}

// within cuts [from, to) out of a text, or what there is of it.
func within(text string, from, to int) string {
	to = min(max(to, 0), len(text))
	return text[min(max(from, 0), to):to]
}

// covers tells whether r says all that o says, and whether only with its neighbours.
func (r *reading) covers(o *reading) (covers, partly bool) {
	for _, f := range o.figures { // the report of 2022 is not that of 2023
		if !standsIn(f, r.above) && !standsIn(f, r.around.text) {
			return false, false
		}
	}
	if r.plain == o.plain {
		return true, false
	}
	if utf8.RuneCountInString(o.plain) < leastCovered {
		return false, false
	}
	own := 0
	for _, sentence := range o.sentences {
		switch {
		case r.own.holds(sentence):
			own += len(sentence)
		case r.around.holds(sentence):
			partly = true
		default:
			return false, false
		}
	}
	return o.letters > 0 && float64(own) >= ownShare*float64(o.letters), partly
}

// figuresOf are the numbers of a plain text, in whatever digits.
func figuresOf(text string) (figures []string) {
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return !isFigure(r) }) {
		figures = append(figures, strings.Trim(f, ".:/-"))
	}
	return figures
}

func isFigure(r rune) bool {
	return isDigit(r) || strings.ContainsRune(".:/-%〇零一二两三四五六七八九十百千万亿兆", r)
}

// standsIn tells whether a number stands in a text, and not within a longer one.
func standsIn(figure, text string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], figure)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(figure):])
		if !isFigure(before) && !isFigure(after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + max(1, size)
	}
}
