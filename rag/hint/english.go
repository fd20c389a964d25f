package hint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The parts of English dates. A month or a day without a year counts only behind a
// preposition: "may" and "march" are words too.
const (
	monthWord = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	yearWord  = `((?:19|20)\d\d)\b`
	dayWord   = `(\d{1,2})(?:st|nd|rd|th)?`
	before    = `(?:(since|after|before|until|by|in|on|during|from|of|for|throughout) (?:the )?)?`
	must      = `(since|after|before|until|by|in|on|during|from|for|throughout) (?:the )?`
)

// englishForm is one way to write a date. read gets the groups behind the preposition.
type englishForm struct {
	form *regexp.Regexp
	read func(g []string, today time.Time) (Period, bool)
}

var englishForms = []englishForm{
	{re(before + `((?:19|20)\d\d)-(\d\d)-(\d\d)\b`), func(g []string, _ time.Time) (Period, bool) {
		return calendarDay(atoi(g[0]), atoi(g[1]), atoi(g[2]))
	}},
	{re(must + `((?:19|20)\d\d)-(0[1-9]|1[0-2])\b`), func(g []string, _ time.Time) (Period, bool) {
		return month(atoi(g[0]), atoi(g[1])), true
	}},
	{re(before + monthWord + ` ` + dayWord + `,? ` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return calendarDay(atoi(g[2]), monthOf(g[0]), atoi(g[1]))
	}},
	{re(before + dayWord + ` (?:of )?` + monthWord + `,? ` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return calendarDay(atoi(g[2]), monthOf(g[1]), atoi(g[0]))
	}},
	{re(before + monthWord + `,? (?:of )?` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return month(atoi(g[1]), monthOf(g[0])), true
	}},
	{re(before + `(first|second|1st|2nd) half of ` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return half(atoi(g[1]), nth(g[0])), true
	}},
	{re(before + `h([12]) (?:of )?` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return half(atoi(g[1]), atoi(g[0])), true
	}},
	{re(before + `(first|second|third|fourth|1st|2nd|3rd|4th) quarter of ` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return quarter(atoi(g[1]), nth(g[0])), true
	}},
	{re(before + `q([1-4]) (?:of )?` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return quarter(atoi(g[1]), atoi(g[0])), true
	}},
	{re(must + monthWord + ` ` + dayWord + `\b`), func(g []string, today time.Time) (Period, bool) {
		return latest(today, func(y int) (Period, bool) { return calendarDay(y, monthOf(g[0]), atoi(g[1])) })
	}},
	{re(must + dayWord + ` (?:of )?` + monthWord + `\b`), func(g []string, today time.Time) (Period, bool) {
		return latest(today, func(y int) (Period, bool) { return calendarDay(y, monthOf(g[1]), atoi(g[0])) })
	}},
	{re(`(between|from) ` + yearWord + ` (?:and|to|until) ` + yearWord), func(g []string, _ time.Time) (Period, bool) {
		return span(atoi(g[0]), 1, 12*(atoi(g[1])-atoi(g[0]))+12), atoi(g[0]) <= atoi(g[1])
	}},
	{re(must + monthWord + `\b`), func(g []string, today time.Time) (Period, bool) {
		return latest(today, func(y int) (Period, bool) { return month(y, monthOf(g[0])), true })
	}},
	{re(must + yearWord), func(g []string, _ time.Time) (Period, bool) { return year(atoi(g[0])), true }},
	{re(before + `(past|last|previous) (\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)? ?(day|week|month|quarter|year)s?\b`), lastOrPast},
	{re(before + `this (week|month|quarter|year)\b`), func(g []string, today time.Time) (Period, bool) {
		return unitAround(today, unitOf(g[0]), 0), true
	}},
	{re(before + `(the day before yesterday|yesterday|today)\b`), func(g []string, today time.Time) (Period, bool) {
		ago := slices.Index([]string{"today", "yesterday", "the day before yesterday"}, g[0])
		return date(today.AddDate(0, 0, -ago)), true
	}},
}

// bareYear is a year alone, which is one only where articles follow it: "2023 news".
var bareYear = englishForm{re(`()` + yearWord), func(g []string, _ time.Time) (Period, bool) { return year(atoi(g[0])), true }}

func re(form string) *regexp.Regexp { return regexp.MustCompile(`\b` + form) }

// datedWords are parts of words one of which is in every date. Looking for them first
// costs a hundredth of the forms.
var datedWords = strings.Fields("0 1 2 3 4 5 6 7 8 9 jan feb mar apr may jun jul aug sep oct nov dec last past previous this today yesterday")

func holdsOne(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
}

// englishDates reads the dates of folded English text. Forms that stand first win.
func englishDates(s []rune, today time.Time) []mark {
	text := string(s)
	if !slices.ContainsFunc(s, isLatin) || !holdsOne(text, datedWords) {
		return nil
	}
	var marks []mark
	for _, f := range englishForms {
		marks = add(marks, f.find(text, today))
	}
	return marks
}

func bareYears(s []rune, today time.Time) []mark {
	marks := bareYear.find(string(s), today)
	for i := range marks {
		marks[i].onlyFilter = true
	}
	return marks
}

func (f englishForm) find(text string, today time.Time) []mark {
	var marks []mark
	for _, at := range f.form.FindAllStringSubmatchIndex(text, maxHints) {
		groups := make([]string, 0, len(at)/2)
		for g := 2; g < len(at); g += 2 {
			groups = append(groups, text[max(0, at[g]):max(0, at[g+1])])
		}
		p, ok := f.read(groups[1:], today)
		if !ok || strings.HasSuffix(text[:at[0]], "-") || strings.HasSuffix(text[:at[0]], ".") || partOfNumber(text[at[1]:]) {
			continue
		}
		start := utf8.RuneCountInString(text[:at[0]])
		marks = append(marks, mark{
			start: start, end: start + utf8.RuneCountInString(text[at[0]:at[1]]),
			onlyFilter: groups[1] == "today",
			hint:       Hint{Kind: Published, Period: opened(groups[0], p)},
		})
	}
	return marks
}

// partOfNumber says whether what follows a date makes another thing of it: 2023.9.
func partOfNumber(rest string) bool {
	return len(rest) > 1 && strings.ContainsRune(".-/,%", rune(rest[0])) && isDigit(rune(rest[1]))
}

// opened opens a period to the side that its preposition says.
func opened(preposition string, p Period) Period {
	switch preposition {
	case "since":
		return Period{Since: p.Since}
	case "after":
		return Period{Since: p.Until.AddDate(0, 0, 1)}
	case "before":
		return Period{Until: p.Since.AddDate(0, 0, -1)}
	case "until", "by":
		return Period{Until: p.Until}
	}
	return p
}

// lastOrPast tells "last month", the one before this, from "the past month" and "the
// last two months", which end today.
func lastOrPast(g []string, today time.Time) (Period, bool) {
	u := unitOf(g[2])
	if g[1] == "" && g[0] != "past" {
		return unitAround(today, u, -1), true
	}
	n := slices.Index(numberWords, g[1])
	switch {
	case g[1] == "":
		n = 1
	case n < 0:
		n = atoi(g[1])
	}
	return back(today, n, u), n > 0
}

var numberWords = []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// unitAround is the unit that lies n units from the one that today is in.
func unitAround(today time.Time, u unit, n int) Period {
	y, m := today.Year(), int(today.Month())
	switch u {
	case days:
		return date(today.AddDate(0, 0, n))
	case weeks:
		return week(today, n)
	case months:
		return month(y, m+n)
	case quarters:
		return quarter(y, quarterOf(today)+n)
	}
	return year(y + n)
}

func unitOf(word string) unit {
	return unit(slices.Index([]string{"day", "week", "month", "quarter", "year"}, word))
}

func monthOf(word string) int {
	return slices.Index([]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, word[:3]) + 1
}

func nth(word string) int {
	for i, words := range [][2]string{{"first", "1st"}, {"second", "2nd"}, {"third", "3rd"}, {"fourth", "4th"}} {
		if word == words[0] || word == words[1] {
			return i + 1
		}
	}
	return 0
}

// atoi reads digits that a form has let through.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
