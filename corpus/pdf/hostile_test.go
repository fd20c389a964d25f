package pdf_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus/pdf"
)

// tame reads hostile data and holds the result to what a Format promises.
func tame(t testing.TB, r *pdf.Reader, data []byte) {
	t.Helper()
	p, err := r.Format().Parse(context.Background(), data)
	if err != nil {
		if s := err.Error(); strings.Contains(s, "\n") || len(s) > 400 || strings.Contains(s, "goroutine") {
			t.Errorf("the reason is no sentence: %q", s)
		}
		return
	}
	if strings.TrimSpace(p.Text) == "" || strings.ContainsAny(p.Text, "\x00") || p.Text != strings.ToValidUTF8(p.Text, "") {
		t.Errorf("text %q", p.Text)
	}
	for i, at := range p.Pages {
		if at < 0 || at > len(p.Text) || i > 0 && at < p.Pages[i-1] {
			t.Errorf("pages begin at %v", p.Pages)
		}
	}
}

// damaged are pieces of a file and files with bytes changed.
func damaged(data []byte, cuts, flips int) [][]byte {
	var all [][]byte
	for i := range cuts {
		all = append(all, data[:len(data)*i/cuts])
	}
	dice := rand.New(rand.NewPCG(7, 11))
	for range flips {
		bad := bytes.Clone(data)
		for range 1 + dice.IntN(8) {
			bad[dice.IntN(len(bad))] ^= byte(1 + dice.IntN(255))
		}
		all = append(all, bad)
	}
	return all
}

// tameAll reads files two at a time, as the Loader does.
func tameAll(t *testing.T, r *pdf.Reader, files [][]byte) {
	t.Helper()
	var workers sync.WaitGroup
	for w := range 2 {
		workers.Go(func() {
			for i := w; i < len(files); i += 2 {
				tame(t, r, files[i])
			}
		})
	}
	workers.Wait()
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.column(50, 700, 30, prose("正文", 95)+"。")
	p.next().column(50, 700, 30, prose("下页", 65)+"。")
	tameAll(t, &reader, damaged(p.bytes(), 20, 60))
}

func FuzzParse(f *testing.F) {
	f.Add(newPaper().put(50, 700, "一行字").bytes())
	f.Add(newPaper().sized(50, 700, 1e9, "大").matrix("0 0 0 0 0 0", 10, "无").bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := pdf.Reader{Cache: reader.Cache, Timeout: 5 * time.Second, MaxMemory: 128 << 20}
		defer r.Close()
		tame(t, &r, data)
	})
}

func flate(s []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(s)
	_ = w.Close()
	return b.String()
}

// bombs are small files that cost much.
func bombs() map[string][]byte {
	page := func(content, more string) []byte {
		return assemble([]string{
			"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>" + more + ">>/Contents 4 0 R>>",
			content, "<<>>", "<<>>",
		})
	}
	stream := func(data []byte, dict string) string {
		return fmt.Sprintf("<</Length %d%s>>stream\n%s\nendstream", len(data), dict, data)
	}
	zeros := make([]byte, 64<<20)
	once := flate(zeros)
	shows := bytes.Repeat([]byte("BT /F1 10 Tf 50 700 Td (xxxxxxxxxxxxxxxxxxxx) Tj ET\n"), 1<<16)
	var crowd, pile bytes.Buffer
	for i := range 30_000 {
		fmt.Fprintf(&crowd, "BT /F1 4 Tf %d %d Td (ab) Tj ET\n", i*37%600, i*91%800)
		fmt.Fprintf(&pile, "BT /F1 4 Tf %d 400 Td (%c%c) Tj ET\n", i*37%600, 'a'+i%26, 'a'+i/26%26)
	}
	form := "<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 7 0 R>>>>/Length 28>>stream\n" + strings.Repeat("/X Do ", 4) + "    \nendstream"
	self := page(stream([]byte("/X Do"), ""), "/XObject<</X 7 0 R>>")
	self = bytes.Replace(self, []byte("xref\n"), []byte("7 0 obj"+form+"\nendobj\nxref\n"), 1)
	return map[string][]byte{
		"a stream of zeros":     page(stream([]byte(once), "/Filter/FlateDecode"), ""),
		"a stream packed twice": page(stream([]byte(flate([]byte(once))), "/Filter[/FlateDecode/FlateDecode]"), ""),
		"a million words":       page(stream([]byte(flate(shows)), "/Filter/FlateDecode"), ""),
		"a form within itself":  self,
		"a crowd":               page(stream([]byte(flate(crowd.Bytes())), "/Filter/FlateDecode"), ""),
		"a pile":                page(stream([]byte(flate(pile.Bytes())), "/Filter/FlateDecode"), ""),
		"nested arrays":         page(stream([]byte("x"), "/A "+strings.Repeat("[", 1<<20)), ""),
		"nested dictionaries":   page(stream([]byte("x"), "/A "+strings.Repeat("<</A", 1<<18)), ""),
		"nested operands":       page(stream([]byte(strings.Repeat("[", 1<<20)+"TJ"), ""), ""),
		"states without end":    page(stream([]byte(flate(bytes.Repeat([]byte("q "), 1<<20))), "/Filter/FlateDecode"), ""),
		"a billion pages": assemble([]string{
			"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1000000000>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>", "<<>>", "<<>>", "<<>>",
		}),
		"pages within each other": assemble([]string{
			"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 4>>", "<</Type/Pages/Parent 2 0 R/Kids[2 0 R 2 0 R]/Count 2>>", "<<>>", "<<>>", "<<>>",
		}),
		"a page without end": bytes.Replace(newPaper().put(50, 700, "字").bytes(), []byte("[0 0 600 800]"), []byte("[-9e37 -9e37 9e37 9e37]"), 1),
	}
}

func TestBombs(t *testing.T) {
	t.Parallel()
	r := pdf.Reader{Cache: reader.Cache, Timeout: time.Second / 2, MaxMemory: 256 << 20, MaxChars: 200_000}
	t.Cleanup(r.Close)
	for name, data := range bombs() {
		began := time.Now()
		tame(t, &r, data)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	r.Timeout = 0 // the reader still works
	if p, err := r.Format().Parse(t.Context(), newPaper().put(50, 700, "好好的。").bytes()); err != nil || p.Text != "好好的。\n" {
		t.Errorf("%q, %v", p.Text, err)
	}
}

// Files are read at the same time, some good and some bad, some of them given up.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	good := newPaper().put(50, 700, "好好的一行字。").bytes()
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			data := good
			switch i % 4 {
			case 1:
				data = good[:len(good)/2]
			case 2:
				time.AfterFunc(time.Duration(i)*3*time.Millisecond, cancel)
			}
			p, err := reader.Format().Parse(ctx, data)
			if i%4 == 0 && (err != nil || p.Text != "好好的一行字。\n") || i%4 == 2 && err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("file %d: %q, %v", i, p.Text, err)
			}
		})
	}
	all.Wait()
}

// The memory of a file is given back with it.
func TestMemoryIsGivenBack(t *testing.T) {
	data := read(t, "libreoffice.pdf")
	var before, after runtime.MemStats
	parse(t, data)
	debug.FreeOSMemory()
	runtime.ReadMemStats(&before)
	for range 10 {
		parse(t, data)
	}
	debug.FreeOSMemory()
	runtime.ReadMemStats(&after)
	// One instance, of 20 MB, may be kept for the next file.
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}
