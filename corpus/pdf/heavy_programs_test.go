//go:build heavy

package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yinju/corpus/pdf"
)

// need looks for a program; on a machine for checks it must be there.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return path
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), need(t, name), args...)
	c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// The article as the programs of this machine print it now: nothing of it may depend on
// how one version of them writes PDF.
func TestProgramsOfToday(t *testing.T) {
	page := read(t, "article.html")
	open, rest, _ := bytes.Cut(page, []byte("<span class=fn>"))
	note, behind, found := bytes.Cut(rest, []byte("</span>"))
	if !found {
		t.Fatal("article.html has no footnote")
	}
	// Chromium knows no footnotes: there it is a last paragraph.
	plain := bytes.Join([][]byte{open, []byte("<sup>1</sup>"), bytes.Replace(behind, []byte("</div>"), append([]byte("<p class=note><sup>1</sup> "), append(note, "</p></div>"...)...), 1)}, nil)
	want := string(read(t, "article.txt"))
	for _, test := range []struct {
		name, source string
		data         []byte
		command      []string
	}{
		{"chromium", "a.html", plain, []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf=a.pdf", "a.html"}},
		{"one column", "a.html", bytes.Replace(plain, []byte("column-count:2"), []byte("column-count:1"), 1), []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=a.pdf", "a.html"}},
		{"three columns", "a.html", bytes.Replace(plain, []byte("column-count:2"), []byte("column-count:3"), 1), []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=a.pdf", "a.html"}},
		{"libreoffice", "a.fodt", read(t, "article.fodt"), []string{"soffice", "--headless", "--convert-to", "pdf", "a.fodt"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, test.source), test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, dir, test.command[0], test.command[1:]...)
			data, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
			if err != nil {
				t.Fatal(err)
			}
			p := parse(t, data)
			if share := likeness(bare(want), bare(p.Text)); share < 0.995 {
				t.Errorf("%.2f %% of the text is as it was written:\n%s", share*100, p.Text)
			}
			if p.Title != "城市图书馆的夜班机器人" || len(p.Pages) < 2 || strings.Contains(p.Text, "城市周刊") {
				t.Errorf("title %q, pages %v: %s", p.Title, p.Pages, p.Text)
			}
		})
	}
}

// Real files cut at 50 places and with 1,000 bytes changed at random, and bombs, while
// memory stays within what two readers may have.
func TestDamagedRealFiles(t *testing.T) {
	r := pdf.Reader{Cache: reader.Cache, Timeout: 5 * time.Second, MaxMemory: 256 << 20}
	t.Cleanup(r.Close)
	data := read(t, "libreoffice.pdf")
	tameAll(t, &r, damaged(data, 50, 0))
	tameAll(t, &r, damaged(read(t, "ligatures.pdf"), 50, 1000))
	if p, err := r.Format().Parse(t.Context(), data); err != nil || !strings.Contains(p.Text, "夜班机器人") {
		t.Errorf("after them: %v", err)
	}
}
