package corpus

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of the place where a dateline may stand: a title, its second lines, and what
// stands between them and the first paragraph.
const (
	datelineLines = 8
	datelineBytes = 4 << 10
	bylineRunes   = 120 // a longer line is prose
)

// dateline is what the first lines of a text say of it. A date of which the year is not
// said has the month and the day only.
type dateline struct {
	Metadata
	month, day int
}

// Parts of datelines. Behind a dateline must stand what ends it: 「9月8日电视节目」 is none.
const (
	monthDay = `(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*日`
	behind   = `(?:$|[\s(（,，:：、—–-]|题|记者|综合|据)`
	outlet   = `[\p{Han}]{1,10}?(?:通讯社|社|网|报|电视台|广播电台|新闻|财经|时报)(?:网|社|客户端|新闻|讯)?`
)

var (
	// wire is 新华社北京9月8日电（记者 张三）, 本报北京2023年9月8日讯.
	wire = regexp.MustCompile(`^(` + outlet + `)(?:记者)?([\p{Han}]{0,8}?)\s*` + monthDay + `\s*(专?电|讯|消息|报道)` + behind)
	// wireSite is 新浪科技讯 北京时间9月8日晚间消息.
	wireSite = regexp.MustCompile(`^([\p{Han}]{2,8})讯\s*(?:北京时间\s*)?` + monthDay + `\p{Han}{0,3}(?:消息|报道)` + behind)
	// wireUndated is 新华社电, 本报讯（记者 张三）.
	wireUndated = regexp.MustCompile(`^(` + outlet + `)(?:[\p{Han}]{0,4}?)(?:电|讯|消息)(?:$|[\s(（,，:：])`)
	// wireEnglish is BEIJING, Sept. 8, 2023 (Xinhua) --.
	wireEnglish = regexp.MustCompile(`^[A-Z][A-Z.' -]{2,30}(?:,\s*[A-Z][A-Za-z.' -]{2,30})?,\s*([A-Z][a-z]{2,8})\.?\s+(\d{1,2})(?:,\s*(\d{4}))?\s*\(([A-Z][A-Za-z .]{1,30})\)\s*(?:--|—|–|-)`)
	// reporter is the（本报记者 张三）behind a dateline, or a line of it.
	reporter     = regexp.MustCompile(`^(?:[^（(。]{0,30}?(?:电|讯|消息|报道))?\s*[（(]\s*(?:本报|本刊|本网|本台|本社|新华社|人民网)?\s*(?:驻\p{Han}{2,6})?(?:特约|见习|实习|首席|特派)?记者[\s:：]*([^）)]{2,60})[）)]`)
	reporterLine = regexp.MustCompile(`^[□■◎●○◇◆\s(（]*(?:(?:本报|本刊|本网|本台|本社|新华社)\s*(?:驻\p{Han}{2,6})?(?:特约|见习|实习|首席|特派)?记者|记者|文[/／]|作者\s*[:：])[\s:：/／]*([^:：。]{2,60}?)[)）]?$`)
	// edition is （2023年09月08日 第03版）, 《人民日报》（2023年09月08日 第 03 版）.
	edition = regexp.MustCompile(`^[《(（\s]*([\p{Han}]{2,10}(?:报|刊))?[》)）(（\s]*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日[\s,，]*(?:星期.|周.)?[\s,，]*第?\s*[A-Z]?\d{1,3}\s*版[^。]{0,30}$`)
	// dateLine is a line of a date alone, with or without the time.
	dateLine = regexp.MustCompile(`^[(（\[【]?\s*((?:19|20)\d{2}\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}\s*日?)(?:\s*(?:星期.|周.))?(?:[\sT]*(\d{1,2}:\d{2}(?::\d{2})?))?\s*[)）\]】]?$`)
)

// Dateline is what the first lines of an article, and its last, say of it: who reports,
// for whom, and when, if they say in which year.
func Dateline(text string) Metadata { return readDateline(text).Metadata }

// readDateline finds source, author and date in the first lines of a body.
func readDateline(body string) dateline {
	var d dateline
	about := byline{}
	lines := firstLines(body)
	for _, l := range lines {
		switch {
		case d.wire(l), d.edition(l), about.read(l), d.reporter(l):
		case dateLine.MatchString(l) && about.date == "" && onlyDateLine(body, l):
			m := dateLine.FindStringSubmatch(l)
			about.date, about.sure = strings.TrimSpace(m[1]+" "+m[2]), true
		}
	}
	d.edition(lastLine(body))
	if d.month != 0 && !d.alone(body) {
		d.month, d.Published = 0, time.Time{}
	}
	d.Metadata = d.or(about.metadata())
	return d
}

// firstLines are the lines in which a dateline may stand, without markup.
func firstLines(body string) (lines []string) {
	head := body[:min(len(body), datelineBytes)]
	for l := range strings.SplitSeq(strings.ReplaceAll(head, "\r", "\n"), "\n") {
		if l = bareLine(l); l != "" {
			if lines = append(lines, l); len(lines) == datelineLines {
				break
			}
		}
	}
	return lines
}

// bareLine is a line without the marks of headings, quotations and emphasis, its digits
// and spaces as in ASCII.
func bareLine(l string) string {
	l = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '　', r == '\u00a0', r == '\t':
			return ' '
		}
		return r
	}, l)
	return strings.TrimSpace(strings.Trim(strings.TrimLeft(strings.ReplaceAll(strings.TrimSpace(l), "**", ""), "#> "), "*_"))
}

func lastLine(body string) string {
	body = strings.TrimRight(body, " \t\r\n　")
	return bareLine(body[strings.LastIndexAny(body, "\r\n")+1:])
}

// wire reads the line that a news agency or a paper begins a report with.
func (d *dateline) wire(l string) bool {
	if d.month != 0 || d.Source != "" {
		return false
	}
	source, year, month, day, ok := wireParts(l)
	if !ok {
		return false
	}
	if !strings.HasPrefix(source, "本") { // 本报 is whoever prints it
		d.Source = source
	}
	d.date(year, month, day)
	d.reporter(l)
	return true
}

// wireParts takes such a line apart; month is "" if it has no date.
func wireParts(l string) (source, year, month, day string, ok bool) {
	l = strings.Trim(l, "【】")
	bare := strings.TrimPrefix(l, "据")
	if m := wire.FindStringSubmatch(bare); m != nil {
		// What others reported is told in the same words: only their own wire is a dateline.
		own := m[6] == "电" || m[6] == "专电" || bare == l && (m[6] == "讯" || strings.HasSuffix(m[1], "网") || strings.HasSuffix(m[1], "客户端"))
		return m[1], m[3], m[4], m[5], own
	}
	if m := wireSite.FindStringSubmatch(l); m != nil {
		return m[1], m[2], m[3], m[4], true
	}
	if m := wireUndated.FindStringSubmatch(l); m != nil {
		return m[1], "", "", "", true
	}
	if m := wireEnglish.FindStringSubmatch(l); m != nil {
		return strings.TrimSpace(m[4]), m[3], englishMonth(m[1]), m[2], true
	}
	return "", "", "", "", false
}

// alone reports whether no other paragraph has a dateline of another day: a digest has
// many.
func (d *dateline) alone(body string) bool {
	for l := range strings.SplitSeq(strings.ReplaceAll(body, "\r", "\n"), "\n") {
		if len(l) > 600 {
			l = strings.ToValidUTF8(l[:600], "")
		}
		if (!strings.Contains(l, "月") || !strings.ContainsAny(l, "电讯息道")) && !strings.Contains(l, "(") {
			continue
		}
		_, _, month, day, ok := wireParts(bareLine(l))
		m, _ := strconv.Atoi(month) // "" is 0
		n, _ := strconv.Atoi(day)
		if ok && m != 0 && (m != d.month || n != d.day) {
			return false
		}
	}
	return true
}

func englishMonth(name string) string {
	if t, err := time.Parse("Jan", name[:3]); err == nil {
		return strconv.Itoa(int(t.Month()))
	}
	return ""
}

// date takes a date of which the year may be unknown; one that no calendar has is none.
func (d *dateline) date(year, month, day string) {
	m, _ := strconv.Atoi(month) // "" is 0
	n, _ := strconv.Atoi(day)
	leap := time.Date(2000, time.Month(m), n, 0, 0, 0, 0, time.UTC)
	if m < 1 || n < 1 || int(leap.Month()) != m || leap.Day() != n {
		return
	}
	if d.month, d.day = m, n; year != "" {
		if when, ok := ParseDate(year + "-" + month + "-" + day); ok {
			d.Published = when
		}
	}
}

func (d *dateline) edition(l string) bool {
	if utf8.RuneCountInString(l) > bylineRunes || !d.Published.IsZero() {
		return false
	}
	m := edition.FindStringSubmatch(l)
	if m == nil {
		return false
	}
	if d.Source == "" {
		d.Source = m[1]
	}
	d.date(m[2], m[3], m[4])
	return true
}

func (d *dateline) reporter(l string) bool {
	if d.Author != "" {
		return false
	}
	m := reporter.FindStringSubmatch(l)
	if m == nil && utf8.RuneCountInString(l) <= 40 {
		m = reporterLine.FindStringSubmatch(l)
	}
	if m == nil {
		return false
	}
	names, _, _ := strings.Cut(m[1], "通讯员")
	names, _, _ = strings.Cut(names, " 报道")
	d.Author = strings.Join(ParseNames(names), "、")
	return d.Author != ""
}

// onlyDateLine reports whether no other line of a text is a date alone: a chronicle has
// many.
func onlyDateLine(body, first string) bool {
	for l := range strings.SplitSeq(strings.ReplaceAll(body, "\r", "\n"), "\n") {
		if len(l) < 100 {
			if l = bareLine(l); l != first && dateLine.MatchString(l) {
				return false
			}
		}
	}
	return true
}

// dated is the day of a dateline, its year known by another date near it, or by the year
// alone; the zero time if it is known by neither.
func (d dateline) dated(near time.Time, year int) time.Time {
	switch {
	case !d.Published.IsZero() || d.month == 0:
		return d.Published
	case near.IsZero() && year == 0:
		return time.Time{}
	case near.IsZero():
		return d.in(year)
	}
	best := time.Time{}
	for _, y := range []int{near.Year() - 1, near.Year(), near.Year() + 1} {
		when := d.in(y)
		if !when.IsZero() && (best.IsZero() || when.Sub(near).Abs() < best.Sub(near).Abs()) {
			best = when
		}
	}
	return best
}

// in is the day in a year, the zero time if the year does not have it.
func (d dateline) in(year int) time.Time {
	when := time.Date(year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	if when.Day() != d.day {
		return time.Time{}
	}
	return when
}
