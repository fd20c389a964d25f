package main

import (
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yinju/corpus/sample"
)

var updateRanking = flag.Bool("update", false, "write testdata/ranking.golden anew")

// What the search finds for a few dozen queries among the bundled articles and those of
// testdata/ranking, so that a change of the ranking shows in review: of the five best
// passages the score, the title and headings, and how the text begins.
//
//	go test ./cmd/yinju -run RankingGolden -update
func TestRankingGolden(t *testing.T) {
	t.Parallel()
	dir, ours := t.TempDir(), filepath.Join("testdata", "ranking")
	copyArticles(t, sample.FS, dir)
	copyArticles(t, os.DirFS(ours), dir)
	queries := readText(t, filepath.Join(ours, "queries.txt"))
	s := start(t, nil, "-articles", dir)
	if status, text := s.call("POST", "/reload", "", nil); status != 200 { // the vectors may have come later
		t.Fatalf("reload: %d %s", status, text)
	}
	var out strings.Builder
	for query := range strings.Lines(queries) {
		query = strings.TrimSpace(query)
		out.WriteString("# " + query + "\n" + s.ranking(query) + "\n")
	}
	golden := filepath.Join("testdata", "ranking.golden")
	if *updateRanking {
		if err := os.WriteFile(golden, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := blocks(readText(t, golden))
	for query, got := range blocks(out.String()) {
		if want[query] != got {
			t.Errorf("the ranking has changed (go test ./cmd/yinju -run RankingGolden -update accepts it): %s\n%s\nwas\n%s", query, got, want[query])
		}
		delete(want, query)
	}
	for query := range want {
		t.Errorf("the golden has a query that is asked no more: %s", query)
	}
}

// ranking is a line for each hit.
func (s *server) ranking(query string) string {
	s.t.Helper()
	var found struct {
		Hits []struct {
			Title, Text string
			Heading     []string
			Score       float64
			Phrase      bool
		}
	}
	if status, text := s.call("GET", "/search?k=5&q="+url.QueryEscape(query), "", &found); status != 200 {
		s.t.Fatalf("%s: %d %s", query, status, text)
	}
	var out strings.Builder
	for i, h := range found.Hits {
		phrase := ""
		if h.Phrase {
			phrase = " phrase"
		}
		place := strings.Join(slices.Compact(append([]string{h.Title}, h.Heading...)), " > ")
		text := []rune(strings.Join(strings.Fields(h.Text), " "))
		fmt.Fprintf(&out, "%d %.2f%s | %s | %s\n", i+1, h.Score, phrase, place, string(text[:min(len(text), 24)]))
	}
	return out.String()
}

// blocks are the parts of a golden, by query.
func blocks(golden string) map[string]string {
	parts := make(map[string]string)
	for part := range strings.SplitSeq("\n"+golden, "\n# ") {
		if query, lines, found := strings.Cut(part, "\n"); found {
			parts[query] = strings.TrimSuffix(lines, "\n")
		}
	}
	return parts
}

// copyArticles copies the articles of a folder, not its other files.
func copyArticles(t *testing.T, from fs.FS, to string) {
	t.Helper()
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "queries.txt" || strings.HasSuffix(e.Name(), ".jsonl") {
			continue
		}
		data, err := fs.ReadFile(from, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, e.Name(), string(data))
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
