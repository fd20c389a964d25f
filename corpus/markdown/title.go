package markdown

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/frontmatter"
)

var (
	atx      = regexp.MustCompile(`^ {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	atxTight = regexp.MustCompile(`^#{1,6}(\p{Han}[^#]*)$`)
	underset = regexp.MustCompile(`^ {0,3}(?:=+|-+)[ \t]*$`)
	htmlHead = regexp.MustCompile(`(?i)^ {0,3}<h[1-6][^>]*>(.+?)</h[1-6]>`)
	// notText starts a line that no underline makes a heading of.
	notText = regexp.MustCompile(`^(?: {0,3}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|\||<)| {4}|\t)`)
)

// headingTitle is the first heading of a Markdown text, without its markers, or "".
func headingTitle(body string) string {
	fence, paragraph, comment, started := "", "", false, false
	for rest := body; rest != ""; {
		raw := frontmatter.FirstLine(rest)
		rest = rest[len(raw):]
		l := strings.TrimRight(raw, "\r\n")
		trimmed := strings.TrimSpace(l)
		switch {
		case comment:
			comment = !strings.Contains(l, "-->")
			continue
		case fence != "":
			if strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]) == "" {
				fence = ""
			}
			continue
		case strings.HasPrefix(trimmed, "<!--"):
			comment, paragraph = !strings.Contains(l, "-->"), ""
			continue
		}
		if f := fenceOf(l); f != "" {
			fence, paragraph = f, ""
			continue
		}
		candidate := ""
		switch {
		case atx.MatchString(l):
			candidate, paragraph = atx.FindStringSubmatch(l)[1], ""
		case !started && atxTight.MatchString(l): // many forget the space
			candidate = atxTight.FindStringSubmatch(l)[1]
		case htmlHead.MatchString(l):
			candidate = htmlHead.FindStringSubmatch(l)[1]
		case paragraph != "" && underset.MatchString(l):
			candidate, paragraph = paragraph, ""
		case trimmed == "" || notText.MatchString(l):
			paragraph = ""
		case paragraph == "":
			paragraph = trimmed
		default: // a heading over several lines is rarely meant as one
			paragraph = ""
			rest = skipParagraph(rest)
		}
		if title := plain(candidate); title != "" {
			return title
		}
		started = started || trimmed != ""
	}
	return ""
}

// skipParagraph drops the lines up to the next blank one or heading.
func skipParagraph(s string) string {
	for s != "" {
		l := frontmatter.FirstLine(s)
		if t := strings.TrimRight(l, "\r\n"); strings.TrimSpace(t) == "" || atx.MatchString(t) || fenceOf(t) != "" {
			return s
		}
		s = s[len(l):]
	}
	return s
}

// fenceOf is the run of marks that opens a code block, or "".
func fenceOf(l string) string {
	t := strings.TrimLeft(l, " ")
	if len(l)-len(t) > 3 || t == "" || t[0] != '`' && t[0] != '~' {
		return ""
	}
	n := len(t) - len(strings.TrimLeft(t, t[:1]))
	if n < 3 || t[0] == '`' && strings.Contains(t[n:], "`") {
		return ""
	}
	return t[:n]
}

var (
	image    = regexp.MustCompile(`!\[([^\]]*)\]\([^)]*\)`)
	link     = regexp.MustCompile(`\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])`)
	tag      = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)
	attr     = regexp.MustCompile(`\s*\{[#.:][^{}]*\}\s*$`)
	strong   = regexp.MustCompile(`(\*{1,3}|~~|` + "`+" + `)([^*~` + "`" + `]+)(\*{1,3}|~~|` + "`+" + `)`)
	underbar = regexp.MustCompile(`(^|[\s\p{P}])_{1,3}([^_]+)_{1,3}($|[\s\p{P}])`)
	escaped  = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
)

const hidden = '\ue000'

// plain removes the markup from a heading.
func plain(s string) string {
	// Escaped characters are hidden from the rules below as private-use ones.
	s = escaped.ReplaceAllStringFunc(s, func(m string) string { return string(hidden + rune(m[1])) })
	s = attr.ReplaceAllString(s, "")
	s = image.ReplaceAllString(s, "$1")
	s = link.ReplaceAllString(s, "$1")
	s = tag.ReplaceAllString(s, "")
	for range 3 { // emphasis within emphasis
		s = strong.ReplaceAllString(s, "$2")
		s = underbar.ReplaceAllString(s, "$1$2$3")
	}
	s = strings.Map(func(r rune) rune {
		if hidden <= r && r < hidden+utf8.RuneSelf {
			return r - hidden
		}
		return r
	}, html.UnescapeString(s))
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}

// firstLineTitle is the title of a plain text: a heading with #, or a short first
// line before a blank one that doesn't read like a sentence or a list; or "".
func firstLineTitle(body string) string {
	rest := body
	for rest != "" && strings.TrimSpace(frontmatter.FirstLine(rest)) == "" {
		rest = rest[len(frontmatter.FirstLine(rest)):]
	}
	first := frontmatter.FirstLine(rest)
	rest = rest[len(first):]
	l := strings.TrimRight(first, "\r\n")
	if m := atx.FindStringSubmatch(l); m != nil {
		return plain(m[1])
	}
	next := frontmatter.FirstLine(rest)
	blank := next != "" && strings.TrimSpace(next) == ""
	title := strings.TrimSpace(l)
	if !blank || strings.TrimSpace(rest) == "" || utf8.RuneCountInString(title) > 40 ||
		strings.HasPrefix(l, "　") || strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t") || notText.MatchString(l) ||
		strings.ContainsAny(title, "。！？；，…!?;=|<>{}") || strings.IndexFunc(title, unicode.IsLetter) < 0 {
		return ""
	}
	if last, _ := utf8.DecodeLastRuneInString(title); strings.ContainsRune(".,:：、", last) {
		return ""
	}
	return strings.Join(strings.Fields(title), " ")
}
