package html

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// writer puts runs of text together as a browser would: white space collapses, and
// blocks are separated by one blank line. Unlike a browser it writes no space for a
// line end between two Chinese characters.
type writer struct {
	b       strings.Builder
	breaks  int    // line ends owed before the next text
	space   bool   // white space owed before the next text
	newline bool   // that white space held a line end
	marker  string // prefix owed before the next text
	last    rune   // last character written, 0 at the start of a line
}

func (w *writer) String() string { return w.b.String() }

func (w *writer) owe(n int) {
	if w.marker != "" {
		return // the first block of an item stands beside its marker
	}
	w.breaks = max(w.breaks, n)
	w.space, w.newline = false, false
}

func (w *writer) block() { w.owe(2) }
func (w *writer) line()  { w.owe(1) }

// tighten makes of an owed blank line a line end, as between the items of a list.
func (w *writer) tighten() { w.breaks = min(w.breaks, 1) }

// lineBreak is <br>: several of them make a new paragraph.
func (w *writer) lineBreak() { w.owe(min(w.breaks+1, 2)) }

// prefix marks the next text as a heading or an item; "" takes the mark back.
func (w *writer) prefix(s string) { w.marker = s }

// flush writes what is owed before a text that begins with next.
func (w *writer) flush(next rune) {
	if w.b.Len() > 0 {
		for range w.breaks {
			w.b.WriteByte('\n')
		}
	}
	if w.breaks > 0 || w.b.Len() == 0 {
		w.last = 0
	}
	if w.marker != "" {
		w.b.WriteString(w.marker)
		w.last = 0
	}
	if w.space && w.last != 0 && (!w.newline || !chinese(w.last) || !chinese(next)) {
		w.b.WriteByte(' ')
	}
	w.breaks, w.marker, w.space, w.newline = 0, "", false, false
}

func (w *writer) text(s string) {
	for _, c := range s {
		switch {
		case unicode.IsSpace(c):
			w.space = true
			w.newline = w.newline || c == '\n' || c == '\r'
			continue
		case invisible(c):
			continue
		}
		if w.space || w.breaks > 0 || w.marker != "" || w.b.Len() == 0 {
			w.flush(c)
		}
		w.b.WriteRune(c)
		w.last = c
	}
}

// verbatim writes s as it is.
func (w *writer) verbatim(s string) {
	if s == "" {
		return
	}
	first, _ := utf8.DecodeRuneInString(s)
	w.space = false
	w.flush(first)
	w.b.WriteString(s)
	w.last, _ = utf8.DecodeLastRuneInString(s)
}

// preformatted writes s between fences longer than any in it.
func (w *writer) preformatted(s string) {
	s = strings.Map(func(c rune) rune {
		if invisible(c) && c != '\t' && c != '\n' {
			return -1
		}
		return c
	}, s)
	if strings.TrimSpace(s) == "" {
		return
	}
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	w.block()
	w.verbatim(fence + "\n" + s + "\n" + fence)
	w.block()
}

// invisible characters would keep a reader from finding the word they stand in.
func invisible(c rune) bool {
	return unicode.IsControl(c) || c == '\u200b' || c == '\u2060' || c == '\ufeff' || c == '\u00ad'
}

// chinese characters stand without spaces between them, their punctuation too.
func chinese(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana) || 0x3000 <= c && c <= 0x303f ||
		0xff01 <= c && c <= 0xff65 || strings.ContainsRune("“”‘’—…·", c)
}
