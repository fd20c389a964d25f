package pdf_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"yinju/corpus"
	"yinju/corpus/pdf"
)

// reader is shared, as PDFium takes seconds to compile. The compiled one is kept for
// the next run of the tests.
var reader pdf.Reader

func TestMain(m *testing.M) {
	if dir, err := os.UserCacheDir(); err == nil {
		reader.Cache = filepath.Join(dir, "yinju-test", "pdfium")
	}
	code := m.Run()
	reader.Close()
	os.Exit(code)
}

func parse(t *testing.T, data []byte) corpus.Parsed {
	t.Helper()
	p, err := reader.Format().Parse(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// bare is a text without white space and without the marks of headings.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '#' {
			return -1
		}
		return r
	}, s)
}

// One article of ours in two columns, with a running head, page numbers, a table, a
// footnote and English words, as three programs print it.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	want := string(read(t, "article.txt"))
	for _, test := range []struct{ name, author, second string }{
		{"chromium.pdf", "", "馆员陈桂芳在图书馆"},
		{"weasyprint.pdf", "林晓舟", "馆员陈桂芳在图书馆"},
		{"libreoffice.pdf", "林晓舟", "## 馆员去了哪里"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, read(t, test.name))
			if share := likeness(bare(want), bare(p.Text)); share < 0.999 {
				t.Errorf("%.2f %% of the text is as it was written:\n%s", share*100, p.Text)
			}
			if p.Title != "城市图书馆的夜班机器人" || p.Author != test.author {
				t.Errorf("title %q, author %q", p.Title, p.Author)
			}
			if len(p.Pages) != 2 || p.Pages[0] != 0 || !strings.HasPrefix(p.Text[p.Pages[1]:], test.second) {
				t.Errorf("pages begin at %v: %.60q", p.Pages, p.Text[p.Pages[len(p.Pages)-1]:])
			}
			for _, paragraph := range strings.Split(want, "\n") {
				if _, whole, _ := strings.Cut(paragraph, " "); strings.HasSuffix(paragraph, "。") && !strings.Contains(whole, "静态") &&
					!strings.Contains(squeezed(p.Text), squeezed(paragraph)) {
					t.Errorf("a paragraph is not whole: %s", paragraph)
				}
			}
		})
	}
}

// squeezed leaves out spaces, but not the ends of lines.
func squeezed(s string) string { return strings.ReplaceAll(s, " ", "") }

// likeness is the length of the longest common subsequence as a share of the longer.
func likeness(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	before, now := make([]int, len(y)+1), make([]int, len(y)+1)
	for i := range x {
		for j := range y {
			if x[i] == y[j] {
				now[j+1] = before[j] + 1
			} else {
				now[j+1] = max(before[j+1], now[j])
			}
		}
		before, now = now, before
	}
	return float64(before[len(y)]) / float64(max(len(x), len(y), 1))
}

func TestFilesWithoutText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty pages", newPaper().next().bytes(), "no text layer"},
		{"a font that names no characters", unnamed().bytes(), "no usable text"},
		{"not a PDF", []byte("<html>not a PDF</html>"), "not a PDF"},
		{"no data", []byte("%PDF-1.4\n"), "damaged"},
		{"a password", read(t, "password.pdf"), "password"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := reader.Format().Parse(t.Context(), test.data)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, %v, want an error with %q", p.Text, err, test.want)
			}
		})
	}
}

func unnamed() *paper {
	p := newPaper()
	p.mapped = false
	return p.put(50, 700, "\ue001\ue002\ue003\ue004\ue005")
}

func TestPagesWithoutTextAreNamed(t *testing.T) {
	t.Parallel()
	p := parse(t, newPaper().put(50, 700, "第一页有字。").next().next().next().put(50, 700, "第四页也有字。").next().bytes())
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "2-3, 5") {
		t.Errorf("warnings %q", p.Warnings)
	}
	if a := (&corpus.Article{Pages: p.Pages}); len(p.Pages) != 5 || a.Page(strings.Index(p.Text, "第四页")) != 4 || a.Page(0) != 1 {
		t.Errorf("pages begin at %v of %q", p.Pages, p.Text)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := newPaper()
	for range 4 {
		many.put(50, 700, "这一页有十个字的文字。").next()
	}
	file := many.put(50, 700, "末页").bytes()
	short := pdf.Reader{Cache: reader.Cache, MaxPages: 2, Workers: 1}
	t.Cleanup(short.Close)
	p, err := short.Format().Parse(t.Context(), file)
	if err != nil || len(p.Pages) != 2 || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "first 2 of 5 pages") {
		t.Errorf("pages %v, warnings %q, %v", p.Pages, p.Warnings, err)
	}
	few := pdf.Reader{Cache: reader.Cache, MaxChars: 30}
	t.Cleanup(few.Close)
	if _, err := few.Format().Parse(t.Context(), file); err == nil || !strings.Contains(err.Error(), "more text than is allowed") {
		t.Errorf("too many characters: %v", err)
	}
	quick := pdf.Reader{Cache: reader.Cache, Timeout: 1}
	t.Cleanup(quick.Close)
	if _, err := quick.Format().Parse(t.Context(), file); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("too little time: %v", err)
	}
	hasty := pdf.Reader{Cache: reader.Cache, PageTimeout: 1}
	t.Cleanup(hasty.Close)
	if _, err := hasty.Format().Parse(t.Context(), read(t, "chromium.pdf")); err == nil || !strings.Contains(err.Error(), "of the PDF takes too long") {
		t.Errorf("too little time for a page: %v", err)
	}
	small := pdf.Reader{Cache: reader.Cache, MaxMemory: 20 << 20}
	t.Cleanup(small.Close)
	big := append(file, make([]byte, 40<<20)...)
	if _, err := small.Format().Parse(t.Context(), big); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("too little memory: %v", err)
	}
	if _, err := small.Format().Parse(t.Context(), file); err != nil {
		t.Errorf("a file after one that was too large: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := reader.Format().Parse(stopped, file); err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Errorf("a stopped context: %v", err)
	}
}

// What is idle gives its memory back, and starts again when it is needed.
func TestIdleReaderStops(t *testing.T) {
	t.Parallel()
	r := pdf.Reader{Cache: reader.Cache, Idle: 1}
	t.Cleanup(r.Close)
	file := newPaper().put(50, 700, "有字。").bytes()
	for range 3 {
		if p, err := r.Format().Parse(t.Context(), file); err != nil || p.Text != "有字。\n" {
			t.Fatalf("%q, %v", p.Text, err)
		}
		r.Close()
	}
}
