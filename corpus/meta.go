package corpus

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// dateForm finds 2023-09-07, 2023/9/7, 2023.9.7, 2023年9月7日, 20230907 and 2023-09,
// with or without a time of day and a zone behind it.
var dateForm = regexp.MustCompile(`^(\d{4})(?:\s*年\s*|\s*[-/._]\s*|)(\d{1,2})(?:\s*月\s*|\s*[-/._]\s*|)(\d{1,2})?\s*[日号號]?` +
	`(?:(?:[Tt\s]|\pL{1,3})*(\d{1,2})\s*[:时時点點]\s*(\d{1,2})?\s*分?(?:[:.]?(\d{1,2})\s*秒?)?(?:[.,]\d+)?\s*(?:([Zz]|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?)?)?`)

// englishDates are layouts of time.Parse for dates with the month in words.
var englishDates = []string{
	"January 2, 2006", "Jan 2, 2006", "January 2 2006", "Jan 2 2006", "2 January 2006", "2 Jan 2006",
	"Monday, January 2, 2006", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700",
}

// ParseDate reads a date as people and programs write it: numbers in the order year,
// month, day with any of - / . or 年月日 between them, the day optional, full-width digits too,
// optionally with a time of day and a zone (UTC if there is none); or in English. It
// reports false for what is no date or doesn't exist, such as 2023-02-30.
func ParseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(strings.Map(narrow, s))
	for _, layout := range englishDates {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v } // "" is 0
	year, month, day := n(1), n(2), n(3)
	if m[3] == "" {
		day = 1
	}
	// A digit right behind would mean that this is a longer number.
	if rest := s[len(m[0]):]; rest != "" && unicode.IsDigit(rune(rest[0])) {
		return time.Time{}, false
	}
	zone := time.UTC
	if m[8] != "" {
		offset := n(9)*3600 + n(10)*60
		if m[8] == "-" {
			offset = -offset
		}
		zone = time.FixedZone("", offset)
	}
	t := time.Date(year, time.Month(month), day, n(4), n(5), n(6), 0, zone)
	if year < 1000 || t.Year() != year || t.Month() != time.Month(month) || t.Day() != day || n(5) > 59 || n(6) > 59 {
		return time.Time{}, false
	}
	return t, true
}

// narrow maps full-width digits, signs and spaces to ASCII.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	case strings.ContainsRune("–—−", r):
		return '-'
	}
	return r
}

// ParseURL returns the address in its normal form if a browser may be sent there:
// absolute, http or https, without a password.
func ParseURL(s string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", false
	}
	return u.String(), true
}

// ParseTags splits lists of tags at commas and their Chinese kin, and drops empty
// and repeated ones.
func ParseTags(lists ...string) []string {
	var tags []string
	seen := make(map[string]bool)
	for _, list := range lists {
		for tag := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(",，、;；|\n", r) }) {
			tag = oneLine(strings.TrimLeft(strings.TrimSpace(tag), "#"))
			if tag != "" && !seen[tag] {
				seen[tag] = true
				tags = append(tags, tag)
			}
		}
	}
	return tags
}
