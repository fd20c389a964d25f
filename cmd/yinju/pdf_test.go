package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/corpus/pdf"
)

// A PDF is answered from with the page on which the words stand; one that cannot be
// read is named, and costs the others nothing.
func TestAnswersFromAPDF(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), t.TempDir()
	pages, err := os.ReadFile(filepath.Join(root, "corpus/pdf/testdata/libreoffice.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"报道.pdf": pages, "截断.pdf": pages[:len(pages)/2], "笔记.md": []byte("# 笔记\n\n渡轮早上六点开。\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// PDFium as corpus/pdf's own tests have compiled it: that may take longer than a server
	// that starts is waited for.
	compiled := t.TempDir()
	if cache, err := os.UserCacheDir(); err == nil {
		compiled = filepath.Join(cache, "yinju-test", "pdfium")
	}
	reader := pdf.Reader{Cache: compiled}
	defer reader.Close()
	if _, err := reader.Format().Parse(t.Context(), pages); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(compiled, filepath.Join(data, "pdfium")); err != nil {
		t.Fatal(err)
	}
	s := start(t, nil, "-articles", dir, "-data", data)
	a := s.ask("课题服务台开设半年接待了多少人次？")
	if len(a.Citations) == 0 {
		t.Fatalf("no citation: %+v", a)
	}
	c := a.Citations[0]
	if !strings.Contains(c.Quote, "两千三百余人次") || c.Page != 2 || len(a.Sentences) == 0 || len(a.Sentences[0].Spans) == 0 || a.Sentences[0].Spans[0].Page != 2 {
		t.Errorf("citation %+v, sentences %+v", c, a.Sentences)
	}
	var article struct {
		Text  string `json:"text"`
		Pages []int  `json:"pages"`
	}
	if status, _ := s.call(http.MethodGet, "/articles/"+c.ArticleID, "", &article); status != http.StatusOK || len(article.Pages) != 2 {
		t.Errorf("status %d, pages %v", status, article.Pages)
	} else if text := []rune(article.Text); !strings.Contains(string(text[article.Pages[1]:]), c.Quote) || strings.Contains(string(text[:article.Pages[1]]), c.Quote) {
		t.Errorf("the second page begins with %.40q", string(text[article.Pages[1]:]))
	}
	if r := s.reload(); len(r.Skipped) != 1 || r.Skipped[0].Path != "截断.pdf" || !strings.Contains(r.Skipped[0].Reason, "damaged") {
		t.Errorf("skipped %+v", r.Skipped)
	}
	if a := s.ask("渡轮早上几点开？"); len(a.Citations) == 0 || a.Citations[0].Page != 0 {
		t.Errorf("an article without pages is cited as %+v", a.Citations)
	}
}
