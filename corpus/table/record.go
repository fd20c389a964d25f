package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
)

// first is the first cell with one of the names, in their order, that is not empty.
func (rec record) first(names []string) cell {
	for _, name := range names {
		for _, c := range rec.cells {
			if c.name == name && strings.TrimSpace(c.value) != "" {
				return c
			}
		}
	}
	return cell{}
}

// lines are those of a record: "column：value".
func (rec record) lines() string {
	var b strings.Builder
	for _, c := range rec.cells {
		value := strings.TrimSpace(c.value)
		switch {
		case value == "":
		case c.name == "":
			b.WriteString(value + "\n")
		default:
			b.WriteString(oneLine(c.name) + "：" + value + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// maxHeading bounds, in characters, the value that serves a record as its title.
const maxHeading = 60

// heading is the first value of a record that can serve as its title, or "".
func (rec record) heading() string {
	for _, c := range rec.cells {
		value := strings.TrimSpace(c.value)
		if value == "" || utf8.RuneCountInString(value) > maxHeading || strings.Contains(value, "\n") || isData(value) {
			continue
		}
		return value
	}
	return ""
}

// opening is how a text begins, which is its title where it has no other.
func opening(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	line = oneLine(strings.TrimLeft(line, "# "))
	if runes := []rune(line); len(runes) > maxHeading {
		return string(runes[:maxHeading-1]) + "…"
	}
	return line
}

// isData tells numbers, dates and addresses, which name nothing.
func isData(value string) bool {
	if _, err := strconv.ParseFloat(strings.NewReplacer(",", "", "%", "", "％", "").Replace(value), 64); err == nil {
		return true
	}
	_, date := corpus.ParseDate(value)
	_, address := corpus.ParseURL(value)
	return date || address
}

// maxKey bounds the name of a row, in bytes.
const maxKey = 80

// nameRows names the rows by their keys; those that share a key, or have none, by their
// content as well.
func nameRows(rows []corpus.Row, keys []string) {
	count := make(map[string]int, len(keys))
	for i, key := range keys {
		keys[i] = clip(strings.TrimLeft(strings.ReplaceAll(oneLine(key), "/", "_"), "."), maxKey)
		count[keys[i]]++
	}
	taken := make(map[string]int, len(rows))
	for i := range rows {
		if rows[i].Err != nil {
			continue
		}
		name := keys[i]
		if name == "" || count[name] > 1 {
			name = strings.TrimPrefix(name+"-"+digest(rows[i].Parsed), "-")
		}
		base := name
		for taken[name] > 0 {
			taken[base]++
			name = fmt.Sprintf("%s-%d", base, taken[base])
		}
		taken[name]++
		rows[i].Name = name
	}
}

// digest tells rows apart by what they hold.
func digest(p corpus.Parsed) string {
	p.Warnings = nil
	data, err := json.Marshal(p)
	if err != nil { // a date beyond the year 9999
		data = []byte(p.Text)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:5])
}

// oneLine is s on one line without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// clip cuts s to so many bytes, between characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return strings.TrimSpace(s[:most])
}

// short is s as far as a message shows it.
func short(s string) string { return clip(oneLine(s), 60) }

// parseDate reads what corpus.ParseDate does, the seconds or milliseconds since 1970 that
// programs write, and the days since 1899-12-30 that spreadsheets do.
func parseDate(s string) (time.Time, bool) {
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil:
		return corpus.ParseDate(s)
	case n >= 1e8 && n < 1e10:
		return time.Unix(int64(n), 0).UTC(), true
	case n >= 1e11 && n < 1e13:
		return time.UnixMilli(int64(n)).UTC(), true
	case n >= 20_000 && n < 80_000:
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(n * 24 * float64(time.Hour)).Round(time.Second)), true
	}
	return corpus.ParseDate(s)
}

var (
	tag   = regexp.MustCompile(`(?i)</?(?:p|div|br|span|h[1-6]|ul|ol|li|table|tbody|thead|tr|td|th|img|a|strong|em|b|i|u|font|section|article|figure|figcaption|blockquote|pre|hr|html|head|body|style|script|video|iframe)(?:\s[^<>]*)?/?>`)
	block = regexp.MustCompile(`(?i)^(?:<!--|<!doctype html|<(?:p|div|br|span|h[1-6]|ul|ol|table|img|section|article|figure|blockquote|html|head|body|style)\b)`)
)

// isHTML says whether a text plainly is HTML, rather than about it: it begins and ends
// with a tag, or is full of them.
func isHTML(text string) bool {
	if !strings.Contains(text, "<") || strings.Contains(text, "`") {
		return false
	}
	if block.MatchString(text) && strings.HasSuffix(text, ">") {
		return len(tag.FindAllStringIndex(text, 2)) == 2
	}
	tags := tag.FindAllString(text, 3)
	breaks := slices.ContainsFunc(tags, func(t string) bool { return strings.HasPrefix(strings.ToLower(t), "<br") })
	return len(tags) == 3 || breaks
}
