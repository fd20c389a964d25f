//go:build heavy

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	runtimemetrics "runtime/metrics"
	"strings"
	"testing"
	"time"
	"unicode"

	"yinju/corpus"
	"yinju/corpus/docx"
	"yinju/corpus/epub"
	"yinju/corpus/html"
	"yinju/corpus/markdown"
	czip "yinju/corpus/zip"
)

// source is the article that the documents are made of.
const source = root + "/corpus/docx/testdata/article.md"

// program runs a program that the machine has to have.
func program(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil && os.Getenv("CI") != "true" {
		t.Skipf("%s is not installed", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "HOME="+dir) // LibreOffice keeps its settings there
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// office converts a document in dir, to dir/out.
func office(t *testing.T, dir, from, filter, to string) {
	t.Helper()
	args := []string{"--headless", "--convert-to", to, "--outdir", "out", from}
	if filter != "" {
		args = append([]string{"--infilter=" + filter}, args...)
	}
	program(t, dir, "soffice", args...)
}

var (
	noteDefinition = regexp.MustCompile(`(?m)^\[\^(\d+)\]: (.*)\n*`)
	noteReference  = regexp.MustCompile(`\[\^(\d+)\]`)
	ruledLine      = regexp.MustCompile(`(?m)^\|[-|]+\|\n`)
	lineMarks      = regexp.MustCompile(`(?m)^ *(?:#+|-) `)
)

// Where a document shows the notes of the article.
const (
	noNotes = iota
	behindParagraphs
	behindChapters
)

// expected is the text of the article, without front matter, as a document shows it.
func expected(article string, notes int) string {
	text := article
	byNumber := make(map[string]string)
	for _, m := range noteDefinition.FindAllStringSubmatch(text, -1) {
		byNumber[m[1]] = m[2]
	}
	text = ruledLine.ReplaceAllString(noteDefinition.ReplaceAllString(text, ""), "")
	parts := strings.SplitAfter(text, "\n\n")
	switch notes {
	case noNotes:
		return noteReference.ReplaceAllString(text, "")
	case behindChapters:
		parts = regexp.MustCompile(`(?m)^# `).Split(text, -1)
	}
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(part)
		for _, m := range noteReference.FindAllStringSubmatch(part, -1) {
			fmt.Fprintf(&b, "\n[^%s]: %s\n", m[1], byNumber[m[1]])
		}
	}
	return b.String()
}

// letters are the characters of a text that are read, in their order.
func letters(text string) []rune {
	text = lineMarks.ReplaceAllString(text, "")
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '|' {
			return -1
		}
		return r
	}, text))
}

// distance is the edit distance of Levenshtein.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, c := range b {
			cost := diagonal
			if r != c {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Documents that real programs make out of one article hold its text, in its order.
func TestRealPrograms(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	head, article, _ := strings.Cut(strings.TrimPrefix(string(data), "---\n"), "---\n")
	plain := "---\n" + head + "---\n" + expected(article, noNotes)
	for name, text := range map[string]string{"article.md": string(data), "plain.md": strings.Replace(plain, "评价 |\n", "评价 |\n|-|-|-|-|\n", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pandoc.docx", "pandoc.epub", "pandoc.odt"} {
		program(t, dir, "pandoc", "article.md", "-o", name)
	}
	program(t, dir, "pandoc", "article.md", "-t", "epub2", "-o", "pandoc2.epub")
	program(t, dir, "pandoc", "plain.md", "-s", "-o", "web.html")
	office(t, dir, "pandoc.odt", "", "docx:MS Word 2007 XML")
	office(t, dir, "web.html", "HTML (StarWriter)", "docx:Office Open XML Text")
	for _, d := range []struct {
		file   string
		format corpus.Format
		notes  int
	}{
		{"pandoc.docx", docx.DOCX(), behindParagraphs},
		{"out/pandoc.docx", docx.DOCX(), behindParagraphs},
		{"out/web.docx", docx.DOCX(), noNotes},
		{"web.html", html.HTML(), noNotes},
		{"pandoc.epub", epub.EPUB(), behindChapters},
		{"pandoc2.epub", epub.EPUB(), behindChapters},
	} {
		data, err := os.ReadFile(filepath.Join(dir, d.file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.format.Parse(t.Context(), data)
		if err != nil {
			t.Errorf("%s: %v", d.file, err)
			continue
		}
		_, text, _ := strings.Cut(got.Text, "# 候鸟归来") // behind title, author and date
		want := letters(strings.Replace(expected(article, d.notes), "候鸟归来", "", 1))
		off := distance(letters(text), want)
		share := 100 * (1 - float64(off)/float64(len(want)))
		t.Logf("%s: %d of %d characters differ, %.2f %% are right", d.file, off, len(want), share)
		if share < 99.5 || len(want) < 500 {
			t.Errorf("%s: %.2f %% of the characters are right:\n%s", d.file, share, got.Text)
		}
	}
}

// A damaged document is refused with a sentence, or read; it never ends the process.
func TestDamagedFormats(t *testing.T) {
	docxData, err := os.ReadFile(root + "/corpus/docx/testdata/pandoc.docx")
	if err != nil {
		t.Fatal(err)
	}
	epubData, err := os.ReadFile(root + "/corpus/epub/testdata/pandoc3.epub")
	if err != nil {
		t.Fatal(err)
	}
	zipData := packed(t, "新闻/九月.md", []byte(strings.Repeat("候鸟归来的那一天，湿地很安静。\n", 40)))
	l := corpus.Loader{
		Dir:     t.TempDir(),
		Formats: []corpus.Format{markdown.Markdown(), docx.DOCX(), epub.EPUB(), czip.ZIP()},
	}
	const damages = 200 // of each; the packages' own tests have more
	random := rand.New(rand.NewPCG(5, 8))
	for ext, data := range map[string][]byte{".docx": docxData, ".epub": epubData, ".zip": zipData} {
		for i := range damages {
			damaged := bytes.Clone(data)
			if i < 50 {
				damaged = damaged[:len(data)*i/50]
			} else {
				damaged[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
			}
			if err := os.WriteFile(filepath.Join(l.Dir, fmt.Sprintf("%04d%s", i, ext)), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop := heap()
	began := time.Now()
	got, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	grown := stop()
	t.Logf("%d articles, %d skipped in %v, %d MiB more on the heap", len(got.Articles), len(got.Skipped), time.Since(began).Round(time.Millisecond), grown>>20)
	if len(got.Files) != 3*damages || grown > 300<<20 {
		t.Errorf("%d files, %d MiB more on the heap", len(got.Files), grown>>20)
	}
	for _, f := range got.Files {
		if len(f.Articles) == 0 && len(f.Skipped) == 0 {
			t.Errorf("%s: neither read nor skipped", f.Path)
		}
	}
}

// heap samples the memory of live and dead objects until stop is called, and returns
// its greatest growth in bytes.
func heap() (stop func() uint64) {
	sample := []runtimemetrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 { runtimemetrics.Read(sample); return sample[0].Value.Uint64() }
	before, most := now(), uint64(0)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-end:
				tick.Stop()
				return
			case <-tick.C:
				most = max(most, now())
			}
		}
	}()
	return func() uint64 {
		close(end)
		<-ended
		return max(most, before) - before
	}
}

// packed makes a ZIP of one file.
func packed(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// word makes a document of the XML in its body.
func word(t *testing.T, head, body string) []byte {
	t.Helper()
	return packed(t, "word/document.xml", []byte(head+`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body+`</w:body></w:document>`))
}

// millionEntries is an archive whose list has a million entries at one place.
func millionEntries(t *testing.T) []byte {
	t.Helper()
	const n = 1_000_000
	one := packed(t, "0000000.txt", []byte("甲"))
	at, tail := bytes.Index(one, []byte("PK\x01\x02")), bytes.Index(one, []byte("PK\x05\x06"))
	out := bytes.NewBuffer(bytes.Clone(one[:at]))
	record := one[at:tail]
	for i := range n {
		copy(record[46:], fmt.Sprintf("%07d", i))
		out.Write(record)
	}
	end := bytes.Clone(one[tail:])
	binary.LittleEndian.PutUint16(end[8:], n&0xffff)
	binary.LittleEndian.PutUint16(end[10:], n&0xffff)
	binary.LittleEndian.PutUint32(end[12:], uint32(n*len(record)))
	return append(out.Bytes(), end...)
}

// bombs are small files that would be large, deep or endless. None may be read.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	laughs := `<!DOCTYPE lolz [<!ENTITY lol "lol">`
	for i := range 9 {
		laughs += fmt.Sprintf(`<!ENTITY lol%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&lol%d;", i), 10))
	}
	nested := packed(t, "a.txt", []byte("甲"))
	for range 50 {
		nested = packed(t, "inner.zip", nested)
	}
	zeros := bytes.Repeat([]byte{'0'}, 20<<20)
	deep := func(s string) string { return strings.Repeat(s, 1_000_000) }
	return map[string][]byte{
		"zeros.zip": packed(t, "zeros.txt", zeros), "nested.zip": nested, "million.zip": millionEntries(t),
		"zeros.docx": packed(t, "word/document.xml", zeros), "zeros.epub": packed(t, "META-INF/container.xml", zeros),
		"laughs.docx": word(t, laughs+"]>", "<w:p><w:r><w:t>&lol9;</w:t></w:r></w:p>"),
		"deep.docx":   word(t, "", deep("<w:p>")), "tables.docx": word(t, "", deep("<w:tbl><w:tr><w:tc>")),
		"empty.docx": word(t, "", deep("<w:p/>")),
	}
}

// Hostile files are named; the others are served; memory stays within bounds.
func TestHostileFormats(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hostile := bombs(t)
	for name, data := range hostile {
		put(name, data)
	}
	put("good.md", []byte("# 好的\n\n这一篇好好的。\n"))
	l := corpus.Loader{
		Dir: dir, MaxFileBytes: 128 << 20,
		Formats: []corpus.Format{markdown.Markdown(), markdown.Text(), html.HTML(), docx.DOCX(), epub.EPUB(), czip.ZIP()},
	}
	stop := heap()
	began := time.Now()
	got, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	grown := stop()
	t.Logf("%d bombs in %v, %d MiB more on the heap", len(hostile), time.Since(began).Round(time.Millisecond), grown>>20)
	if grown > 400<<20 {
		t.Errorf("%d MiB more on the heap", grown>>20)
	}
	if len(got.Articles) != 1 || got.Articles[0].Path != "good.md" {
		t.Errorf("%d articles, the first %q", len(got.Articles), got.Articles[0].Path)
	}
	for name := range hostile {
		named := false
		for _, s := range got.Skipped {
			named = named || strings.HasPrefix(s.Path, name) && len(s.Reason) > 20
		}
		if !named {
			t.Errorf("%s is not among the skipped", name)
		}
	}
}
