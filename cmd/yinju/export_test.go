package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a subcommand and returns what it printed.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), system{Args: args, Env: environment(nil), Stdout: &out, Stderr: io.Discard})
	return out.String(), err
}

// Beside a server, and after it: what is exported is what it serves, and read again it
// agrees with the articles.
func TestExportAndVerify(t *testing.T) {
	t.Parallel()
	dir, data, out := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "export")
	for name, text := range map[string]string{
		"甲.md":    "# 渡口\n\n青石渡口的摆渡船每天早上六点半开出第一班，𠮷利号船票两元。\n",
		"乙/b.txt": strings.Repeat("老城的钟楼建于一九二一年，高二十三米。\n\n", 60),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"-articles", dir, "-data", data}
	if said, err := command(t, append([]string{"verify"}, flags...)...); err != nil || !strings.Contains(said, "no cache") {
		t.Errorf("before: %v\n%s", err, said)
	}
	s := start(t, map[string]string{"YINJU_DATA": data}, "-articles", dir, "-no-watch")
	s.await("/readyz", http.StatusOK)
	if _, err := command(t, append([]string{"export", "-o", out}, flags...)...); err != nil {
		t.Fatal(err)
	}
	var list struct{ Articles []struct{ ID string } }
	request(t, "GET", s.url+"/articles", "", "", &list)
	texts := make(map[string][]rune)
	for _, a := range list.Articles {
		var article struct{ Text string }
		request(t, "GET", s.url+"/articles/"+a.ID, "", "", &article)
		texts[a.ID] = []rune(article.Text)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	first := readExport(t, out, texts)
	if _, err := command(t, append([]string{"export", "-o", out}, flags...)...); err != nil {
		t.Fatal(err)
	}
	if again := readExport(t, out, texts); !bytes.Equal(first, again) {
		t.Error("two exports of the same articles differ")
	}
	if said, err := command(t, append([]string{"export", "-o", "-"}, flags...)...); err != nil || said != string(first) {
		t.Errorf("on the terminal: %v", err)
	}
	if _, err := command(t, append([]string{"export", "-o", dir}, flags...)...); err == nil {
		t.Error("the export took the place of the articles")
	}
	if said, err := command(t, append([]string{"verify"}, flags...)...); err != nil || !strings.Contains(said, "The 2 files") {
		t.Errorf("whole: %v\n%s", err, said)
	}
	if err := os.WriteFile(filepath.Join(dir, "丙.md"), []byte("新来的。"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := command(t, append([]string{"verify"}, flags...)...); err != nil || !strings.Contains(said, "1 files are new") || !strings.Contains(said, "丙.md") {
		t.Errorf("with a new file: %v\n%s", err, said)
	}
	file := filepath.Join(data, "cache.db")
	cache, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	copy(cache[len(cache)/2:], bytes.Repeat([]byte{0x5a}, len(cache)/4))
	if err := os.WriteFile(file, cache, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := command(t, append([]string{"verify"}, flags...)...); err == nil || !strings.Contains(said, "FAIL") {
		t.Errorf("damaged: %v\n%s", err, said)
	}
}

// readExport checks an export and returns its passages as they are written.
func readExport(t *testing.T, dir string, texts map[string][]rune) []byte {
	t.Helper()
	var m manifest
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); name != manifestFile && m.SHA256[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: another checksum than in the manifest", name)
		}
		return data
	}
	if err := json.Unmarshal(read(manifestFile), &m); err != nil {
		t.Fatal(err)
	}
	passages := read(passagesFile)
	lines := 0
	for d := json.NewDecoder(bytes.NewReader(passages)); ; lines++ {
		var p exported
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if text := texts[p.ArticleID]; p.End > len(text) || string(text[p.Start:p.End]) != p.Text || p.Text == "" {
			t.Errorf("%s %d-%d does not cut %q", p.Path, p.Start, p.End, p.Text)
		}
	}
	if m.Articles != len(texts) || lines != m.Passages || lines < 3 || m.Embedder == "" || m.Dimension < 1 {
		t.Errorf("%d lines, %+v", lines, m)
	}
	vectors := read(vectorsFile)
	header := int(binary.LittleEndian.Uint16(vectors[8:]))
	if !bytes.HasPrefix(vectors, []byte("\x93NUMPY\x01\x00")) || !bytes.HasPrefix(vectors[10:], []byte("{'descr': '<f4'")) || (10+header)%64 != 0 || len(vectors) != 10+header+4*lines*m.Dimension {
		t.Errorf("vectors.npy has %d bytes, a header of %d", len(vectors), header)
	}
	for at := 10 + header; at < len(vectors); at += 4 * m.Dimension {
		norm := 0.0
		for i := range m.Dimension {
			f := float64(math.Float32frombits(binary.LittleEndian.Uint32(vectors[at+4*i:])))
			norm += f * f
		}
		if math.Abs(norm-1) > 0.01 {
			t.Errorf("a vector's norm is %g", norm)
		}
	}
	return passages
}
