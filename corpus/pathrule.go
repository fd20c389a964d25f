package corpus

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// PathRule says what the parts of a path mean: {source}/{year}/{month}/{title}. Use
// ParsePathRule to make one; it may be used by several goroutines at once.
type PathRule struct {
	form   *regexp.Regexp
	fields []string // those of the groups of form
}

// pathFields are the fields of rules and what they match. A field takes as little as it
// can, and never a slash but for **.
var pathFields = map[string]string{
	"source": `([^/]+?)`, "author": `([^/]+?)`, "title": `([^/]+?)`, "tag": `([^/]+?)`,
	"year": `(\d{4})年?`, "month": `(\d{1,2})月?`, "day": `(\d{1,2})[日号]?`, "date": `([^/]+?)`,
	"*": `([^/]*?)`, "**": `(.*?)`,
}

// ParsePathRule reads a rule: fields in braces, {source}, {author}, {title}, {tag},
// {year}, {month}, {day}, {date}, {*} for anything within a folder's or file's name and
// {**} for anything at all, with what stands between them as it is. It holds for the whole
// path within the folder, without the extension.
func ParsePathRule(s string) (PathRule, error) {
	var form strings.Builder
	r := PathRule{}
	seen := make(map[string]bool)
	for rest := strings.Trim(s, "/"); rest != ""; {
		text, field, found := strings.Cut(rest, "{")
		form.WriteString(regexp.QuoteMeta(text))
		if !found {
			break
		}
		name, after, closed := strings.Cut(field, "}")
		part, known := pathFields[name]
		switch {
		case !closed:
			return PathRule{}, fmt.Errorf("the path rule %q has a { without a }", s)
		case !known:
			return PathRule{}, fmt.Errorf("the path rule %q has {%s}; there are {source}, {author}, {title}, {tag}, {year}, {month}, {day}, {date}, {*} and {**}", s, name)
		case seen[name] && name != "tag" && name[0] != '*':
			return PathRule{}, fmt.Errorf("the path rule %q has {%s} twice; put {*} for one of them", s, name)
		}
		seen[name] = true
		form.WriteString(part)
		r.fields = append(r.fields, name)
		rest = after
	}
	if len(r.fields) == 0 {
		return PathRule{}, fmt.Errorf("the path rule %q has no field; write it as {source}/{year}/{month}/{title}", s)
	}
	var err error
	if r.form, err = regexp.Compile(`^(?:` + form.String() + `)$`); err != nil {
		return PathRule{}, fmt.Errorf("the path rule %q cannot be used: %w", s, err)
	}
	return r, nil
}

// match returns what a path says by the rule. A path that gives a date which no calendar
// has does not match.
func (r PathRule) match(name string) (f pathFacts, ok bool) {
	if r.form == nil {
		return pathFacts{}, false
	}
	m := r.form.FindStringSubmatch(strings.TrimSuffix(name, path.Ext(name)))
	if m == nil {
		return pathFacts{}, false
	}
	year, month, day := 0, 0, 0
	for i, field := range r.fields {
		value := strings.TrimSpace(m[i+1])
		number, _ := strconv.Atoi(value) // of the words there is none
		switch field {
		case "source":
			f.Source = value
		case "author":
			f.Author = value
		case "title":
			f.Title = value
		case "tag":
			f.Tags = append(f.Tags, ParseTags(value)...)
		case "year":
			year = number
		case "month":
			month = number
		case "day":
			day = number
		case "date":
			if f.Published, ok = ParseDate(value); !ok {
				return pathFacts{}, false
			}
		}
	}
	if f.Published.IsZero() && year != 0 {
		f.year = year
		if month != 0 {
			if f.Published, ok = ParseDate(fmt.Sprintf("%04d-%02d-%02d", year, month, cmp.Or(day, 1))); !ok {
				return pathFacts{}, false
			}
		}
	}
	return f, true
}

// pathFacts is what a path says of an article.
type pathFacts struct {
	Metadata
	year int // 0 if it says none; of a year alone there is no Published
}

// pathMetadata reads a path by the first rule that fits, and then by the usual ways to
// write dates: 2023/09/08/x.md, 2023-09-08-标题.md, 20230908_标题.txt.
func pathMetadata(name string, rules []PathRule) pathFacts {
	usual := usualPath(name)
	for _, r := range rules {
		if f, ok := r.match(name); ok {
			f.Metadata = f.or(usual.Metadata)
			f.year = cmp.Or(f.year, usual.year)
			return f
		}
	}
	return usual
}

// Dates in names: of folders of a year, a month and a day, and of one of both or all.
var (
	yearName   = regexp.MustCompile(`^((?:19|20)\d{2})年?$`)
	monthName  = regexp.MustCompile(`^(0?[1-9]|1[0-2])月?$`)
	dayName    = regexp.MustCompile(`^(0?[1-9]|[12]\d|3[01])[日号]?$`)
	folderDate = regexp.MustCompile(`^((?:19|20)\d{2})(?:[-._年]?(0[1-9]|1[0-2])|[-._年]([1-9]))月?$`)
	nameDate   = `((?:19|20)\d{2})(?:[-._]?(0[1-9]|1[0-2])[-._]?(0[1-9]|[12]\d|3[01])|[-._]([1-9]|1[0-2])[-._]([1-9]|[12]\d|3[01])|年(\d{1,2})月(\d{1,2})[日号])`
	dateFirst  = regexp.MustCompile(`^` + nameDate + `(?:[T_-]?\d{4}(?:\d{2})?)?(?:$|[\s_.、,，)）】—–-]+|(\D))`)
	dateLast   = regexp.MustCompile(`^(.*?)[\s_(（【—–-]+` + nameDate + `[)）】]?$`)
)

// usualPath finds the date in a path, and a title behind or before it.
func usualPath(name string) (f pathFacts) {
	parts := strings.Split(strings.TrimSuffix(name, path.Ext(name)), "/")
	year, month, day := "", "", ""
	for _, p := range parts[:len(parts)-1] {
		p = strings.TrimSuffix(p, ".zip")
		if m := dateFirst.FindStringSubmatch(p); m != nil && m[8] == "" {
			year, month, day = dateParts(m[1:8])
		} else if m := folderDate.FindStringSubmatch(p); m != nil {
			year, month, day = m[1], m[2]+m[3], ""
		} else if m := yearName.FindStringSubmatch(p); m != nil {
			year, month, day = m[1], "", ""
		} else if m := monthName.FindStringSubmatch(p); m != nil && year != "" && month == "" {
			month = m[1]
		} else if m := dayName.FindStringSubmatch(p); m != nil && month != "" && day == "" {
			day = m[1]
		}
	}
	base := parts[len(parts)-1]
	if m := dateFirst.FindStringSubmatchIndex(base); m != nil {
		groups := dateFirst.FindStringSubmatch(base)
		year, month, day = dateParts(groups[1:8])
		rest := base[m[1]:]
		if m[16] >= 0 {
			rest = base[m[16]:]
		}
		f.Title = titleName(rest)
	} else if m := dateLast.FindStringSubmatch(base); m != nil {
		year, month, day = dateParts(m[2:9])
		f.Title = titleName(m[1])
	}
	f.year, _ = strconv.Atoi(year) // "" is 0
	if month != "" {
		when, ok := ParseDate(year + "-" + month + "-" + cmp.Or(day, "1"))
		if !ok {
			return pathFacts{}
		}
		f.Published = when
	}
	return f
}

// dateParts takes the groups of nameDate, in the first of which stands the year and then
// month and day in one of three ways.
func dateParts(groups []string) (year, month, day string) {
	return groups[0], groups[1] + groups[3] + groups[5], groups[2] + groups[4] + groups[6]
}

// titleName is a part of a file name as a title, "" if it has no word.
func titleName(s string) string {
	s = strings.Trim(s, " _-—–.、,，")
	if !strings.ContainsFunc(s, unicode.IsLetter) {
		return ""
	}
	return s
}

// datedURL is the date in an address such as https://example.com/2023-09/08/c_1.htm, the
// zero time if there is no day in it.
func datedURL(address string) time.Time {
	m := urlDate.FindStringSubmatch(address)
	if m == nil {
		return time.Time{}
	}
	when, _ := ParseDate(m[1] + "-" + m[2] + "-" + m[3])
	return when
}

var urlDate = regexp.MustCompile(`^https?://[^/]+/(?:[^?#]*/)?((?:19|20)\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])/`)
