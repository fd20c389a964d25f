package zip

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// 新闻/九月.txt as old programs for Windows write it, in China and in Taiwan, and a
// German name as the specification wants it.
const (
	gbkName    = "\xd0\xc2\xce\xc5/\xbe\xc5\xd4\xc2.txt"
	big5Name   = "\xb7\x73\xbb\x44/\xa4\x45\xa4\xeb.txt"
	germanName = "M\x81ller.txt"
)

// packed is a file to pack; the zero header is that of a plain one.
type packed struct {
	header zip.FileHeader
	data   string
}

func file(name, data string) packed { return packed{zip.FileHeader{Name: name}, data} }

// pack makes an archive. A header with a method other than 0 and 8, a size or a
// checksum is written as it is, whatever the data.
func pack(t testing.TB, files ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := f.header
		h.NonUTF8 = h.NonUTF8 || !utf8.ValidString(h.Name)
		raw := h.Method > zip.Deflate || h.UncompressedSize64 > 0 || h.Flags&1 != 0
		create := w.CreateHeader
		if raw {
			h.CompressedSize64 = uint64(len(f.data))
			create = w.CreateRaw
		}
		out, err := create(&h)
		if err == nil && !strings.HasSuffix(h.Name, "/") {
			_, err = out.Write([]byte(f.data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpack returns the members as "name=data", and the skipped as "path: reason".
func unpack(t *testing.T, r Reader, data []byte) (members, skipped []string, err error) {
	t.Helper()
	out, err := r.Format().Unpack(t.Context(), data, func(name string, data []byte) error {
		members = append(members, name+"="+string(data))
		return nil
	})
	for _, s := range out {
		skipped = append(skipped, s.Path+": "+s.Reason)
	}
	return members, skipped, err
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want string }{
		{"新闻/九月.txt", "新闻/九月.txt"},
		{gbkName, "新闻/九月.txt"},
		{big5Name, "新聞/九月.txt"},
		{germanName, "Müller.txt"},
		{"a b/c.txt", "a b/c.txt"},
		{`目录\文.txt`, "目录/文.txt"},
		{"./a//b.txt", "a/b.txt"},
	} {
		members, skipped, err := unpack(t, Reader{}, pack(t, file(tt.name, "x")))
		if !slices.Equal(members, []string{tt.want + "=x"}) || skipped != nil || err != nil {
			t.Errorf("%q: %q, %q, %v; want %q", tt.name, members, skipped, err, tt.want)
		}
	}
	// UTF-8 without the flag, beside GBK.
	members, _, _ := unpack(t, Reader{}, pack(t, packed{zip.FileHeader{Name: "湿地.txt", NonUTF8: true}, "x"}, file(gbkName, "y")))
	if !slices.Equal(members, []string{"湿地.txt=x", "新闻/九月.txt=y"}) {
		t.Errorf("mixed: %q", members)
	}
}

func TestInfoZIPName(t *testing.T) {
	t.Parallel()
	const raw, name = "????.txt", "候鸟归来.txt"
	extra := func(sum uint32) []byte {
		field := append(binary.LittleEndian.AppendUint32([]byte{1}, sum), name...)
		return append(binary.LittleEndian.AppendUint16([]byte{0x75, 0x70}, uint16(len(field))), field...)
	}
	for sum, want := range map[uint32]string{crc32.ChecksumIEEE([]byte(raw)): name, 1: raw} {
		members, _, err := unpack(t, Reader{}, pack(t, packed{zip.FileHeader{Name: raw, Extra: extra(sum)}, "x"}))
		if !slices.Equal(members, []string{want + "=x"}) || err != nil {
			t.Errorf("%q, %v; want %q", members, err, want)
		}
	}
}

func TestHostileEntries(t *testing.T) {
	t.Parallel()
	link := zip.FileHeader{Name: "link.txt"}
	link.SetMode(fs.ModeSymlink | 0o777)
	pipe := zip.FileHeader{Name: "pipe.txt"}
	pipe.SetMode(fs.ModeNamedPipe | 0o644)
	members, skipped, err := unpack(t, Reader{}, pack(
		t, file("a.txt", "甲"), file("../up.txt", "x"), file(`..\up.txt`, "x"), file("d/../../up.txt", "x"), file("/etc/passwd", "x"), file(`C:\a.txt`, "x"),
		file(`\\server\a.txt`, "x"), file("bell\a.txt", "x"), file("txt.\u202egpj.txt", "x"), file(strings.Repeat("长", 400)+".txt", "x"), file("a.txt", "again"),
		packed{link, "/etc/passwd"}, packed{pipe, ""},
		packed{zip.FileHeader{Name: "secret.txt", Flags: 1, UncompressedSize64: 1}, "x"},
		packed{zip.FileHeader{Name: "lzma.txt", Method: 14, UncompressedSize64: 1}, "x"},
		packed{zip.FileHeader{Name: "lie.txt", UncompressedSize64: 1 << 40}, "x"},
		packed{zip.FileHeader{Name: "sum.txt", UncompressedSize64: 1, CRC32: 7}, "x"},
		packed{zip.FileHeader{Name: "broken.txt", Method: zip.Deflate, UncompressedSize64: 9}, "\xff\xff\xff"},
		file("dir/", ""), file("__MACOSX/._a.txt", "x"), file(".git/a.txt", "x"), file("d/.hidden.txt", "x"), file("d/b.txt", "乙"),
	))
	if err != nil || !slices.Equal(members, []string{"a.txt=甲", "d/b.txt=乙"}) {
		t.Errorf("members: %q, %v", members, err)
	}
	want := []string{
		"../up.txt: *leads out", `..\up.txt: *leads out`, "d/../../up.txt: *leads out", "/etc/passwd: *somebody's disk", `C:\a.txt: *somebody's disk`,
		`\\server\a.txt: *somebody's disk`, `bell\a.txt: *cannot be shown`, `txt.\u202egpj.txt: *cannot be shown`, "长*more than the limit of 1024", "a.txt: *same name",
		"link.txt: *a link", "pipe.txt: *something special", "secret.txt: *encrypted", "lzma.txt: *LZMA", "lie.txt: *damaged", "sum.txt: *damaged", "broken.txt: *damaged",
	}
	if len(skipped) != len(want) {
		t.Errorf("%d skipped, want %d: %q", len(skipped), len(want), skipped)
	}
	for i := range min(len(skipped), len(want)) {
		from, reason, _ := strings.Cut(want[i], "*")
		if !strings.HasPrefix(skipped[i], from) || !strings.Contains(skipped[i], reason) || len(skipped[i]) > 800 {
			t.Errorf("skipped %q, want %q", skipped[i], want[i])
		}
	}
}

// overlapping is an archive of n entries which all lie at one place.
func overlapping(t testing.TB, n int) []byte {
	t.Helper()
	one := pack(t, file("00000.txt", strings.Repeat("甲", 5000)))
	at := bytes.Index(one, []byte("PK\x01\x02"))
	tail := bytes.Index(one, []byte("PK\x05\x06"))
	record := one[at:tail]
	out := bytes.NewBuffer(bytes.Clone(one[:at]))
	for i := range n {
		copy(record[46:], fmt.Sprintf("%05d", i%100_000))
		out.Write(record)
	}
	end := bytes.Clone(one[tail:])
	binary.LittleEndian.PutUint16(end[8:], uint16(n))
	binary.LittleEndian.PutUint16(end[10:], uint16(n))
	binary.LittleEndian.PutUint32(end[12:], uint32(n*len(record)))
	out.Write(end)
	return out.Bytes()
}

func TestBombs(t *testing.T) {
	t.Parallel()
	members, skipped, err := unpack(t, Reader{}, overlapping(t, 50))
	if err != nil || len(members) != 1 || len(skipped) != 49 || !strings.Contains(skipped[0], "shares its place") {
		t.Errorf("overlapping: %d members, %d skipped, %v", len(members), len(skipped), err)
	}
	zeros := strings.Repeat("\x00", 4<<20)
	members, skipped, err = unpack(t, Reader{}, pack(t, packed{zip.FileHeader{Name: "zeros.txt", Method: zip.Deflate}, zeros}, file("a.txt", "甲")))
	if err != nil || !slices.Equal(members, []string{"a.txt=甲"}) || len(skipped) != 1 || !strings.Contains(skipped[0], "more than 200 to 1") {
		t.Errorf("ratio: %.60q, %q, %v", members, skipped, err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := pack(t, file("a.txt", "甲甲"), file("b.txt", "乙乙乙"), file("c.txt", "丙丙"))
	for _, tt := range []struct {
		limits        bounded.Limits
		members       int
		skipped, fail string
	}{
		{bounded.Limits{}, 3, "", ""},
		{bounded.Limits{Member: 6}, 2, "b.txt: unpacked, the file has more than 6 bytes", ""},
		{bounded.Limits{Unpacked: 10, Member: 10}, 1, "", "larger than the limit of 10 bytes"},
		{bounded.Limits{Entries: 2}, 0, "", "3 entries, more than the limit of 2"},
		{bounded.Limits{Name: 4}, 0, "a.txt: the name has 5 bytes", ""},
	} {
		members, skipped, err := unpack(t, Reader{tt.limits}, data)
		if len(members) != tt.members || !strings.Contains(strings.Join(skipped, " "), tt.skipped) || (err != nil) != (tt.fail != "") || err != nil && !strings.Contains(err.Error(), tt.fail) {
			t.Errorf("%+v: %q, %q, %v", tt.limits, members, skipped, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ZIP().Unpack(ctx, data, func(string, []byte) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	full := errors.New("full")
	if _, err := ZIP().Unpack(t.Context(), data, func(string, []byte) error { return full }); !errors.Is(err, full) {
		t.Errorf("a member's error: %v", err)
	}
}

func TestNoArchive(t *testing.T) {
	t.Parallel()
	good := pack(t, file("a.txt", strings.Repeat("甲乙丙", 100)))
	for in, want := range map[string]string{
		"Rar!\x1a\x07\x01\x00":                              "a RAR archive",
		"7z\xbc\xaf\x27\x1c\x00":                            "a 7-Zip archive",
		"plain text":                                        "damaged",
		string(good[:len(good)/2]):                          "damaged",
		string(pack(t)):                                     "empty",
		string(pack(t, file("dir/", ""))):                   "empty",
		string(pack(t, file("word/document.xml", "<x/>"))):  "name it .docx",
		string(pack(t, file("META-INF/container.xml", ""))): "name it .epub",
	} {
		members, _, err := unpack(t, Reader{}, []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || members != nil {
			t.Errorf("%.20q: %v, %q; want %q", in, err, members, want)
		}
	}
}

// loader reads text and archives from a folder with the files given.
func loader(t *testing.T, files map[string][]byte) corpus.Loader {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := corpus.Format{Name: "text", Extensions: []string{".txt"}, Parse: func(_ context.Context, data []byte) (corpus.Parsed, error) {
		text, encoding, err := corpus.Decode(data, "")
		return corpus.Parsed{Text: text, Encoding: encoding}, err
	}}
	return corpus.Loader{Dir: dir, Formats: []corpus.Format{text, ZIP()}}
}

func load(t *testing.T, l corpus.Loader) (articles, skipped []string) {
	t.Helper()
	got, err := l.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got.Articles {
		articles = append(articles, a.Path)
		if a.ID != corpus.ArticleID(a.Path) || !strings.HasPrefix(a.Path, a.File+"/") && a.Path != a.File {
			t.Errorf("%s: ID %s, file %s", a.Path, a.ID, a.File)
		}
	}
	for _, s := range got.Skipped {
		skipped = append(skipped, s.Path+": "+s.Reason)
	}
	return articles, skipped
}

func TestInTheFolder(t *testing.T) {
	t.Parallel()
	inner := pack(t, file("c.txt", "丙"))
	deep := pack(t, file("b.zip", string(pack(t, file("deepest.zip", string(inner))))))
	l := loader(t, map[string][]byte{
		"a.zip": pack(t, file(gbkName, "\xbc\xd7\xd2\xd2\xb1\xfb\xa3\xac\xc4\xe3\xba\xc3\xa1\xa3"), file("b.zip", string(inner)), file("d.pdf", "x"), file("e.txt", "")),
		"d.zip": deep, "e.txt": []byte("戊"), "broken.zip": deep[:len(deep)/2],
	})
	articles, skipped := load(t, l)
	if want := []string{"a.zip/b.zip/c.txt", "a.zip/新闻/九月.txt", "e.txt"}; !slices.Equal(articles, want) {
		t.Errorf("articles %q, want %q", articles, want)
	}
	for i, want := range []string{"a.zip/d.pdf: unsupported", "a.zip/e.txt: the file is empty", "broken.zip: the archive is damaged", "d.zip/b.zip/deepest.zip: the archive is nested"} {
		if i >= len(skipped) || !strings.HasPrefix(skipped[i], want) {
			t.Errorf("skipped %q, want %q", skipped, want)
		}
	}
	l.MaxUnpacked = 20
	if articles, skipped = load(t, l); len(articles) != 2 || !strings.Contains(strings.Join(skipped, "\n"), "a.zip: unpacked, it has more than 20 bytes") {
		t.Errorf("within 20 bytes: %q, %q", articles, skipped)
	}
}

func TestLargeMember(t *testing.T) {
	t.Parallel()
	l := loader(t, map[string][]byte{"a.zip": pack(t, packed{zip.FileHeader{Name: "large.txt", Method: zip.Deflate}, strings.Repeat("甲乙丙丁", 500)}, file("b.txt", "乙"))})
	l.MaxFileBytes = 3000
	articles, skipped := load(t, l)
	if !slices.Equal(articles, []string{"a.zip/b.txt"}) || len(skipped) != 1 || !strings.Contains(skipped[0], "6000 bytes, more than the limit of 3000") {
		t.Errorf("%q, %q", articles, skipped)
	}
}

// What is damaged is named, what is not is served as it was.
func TestMutations(t *testing.T) {
	t.Parallel()
	whole := []string{"a.txt=" + strings.Repeat("甲乙丙，", 50), "新闻/九月.txt=乙", "c/d.txt=" + strings.Repeat("丁", 300)}
	data := pack(t, packed{zip.FileHeader{Name: "a.txt", Method: zip.Deflate}, whole[0][6:]}, file(gbkName, "乙"), file("c/d.txt", whole[2][8:]))
	try := func(what string, data []byte) {
		members, skipped, err := unpack(t, Reader{}, data)
		for _, m := range members {
			if _, content, _ := strings.Cut(m, "="); !slices.ContainsFunc(whole, func(w string) bool { return strings.HasSuffix(w, "="+content) }) {
				t.Errorf("%s: a damaged file was served: %.60q", what, m)
			}
		}
		if len(members) < 3 && len(skipped) == 0 && err == nil {
			t.Errorf("%s: %d members, and nothing is said about the others: %q", what, len(members), members)
		}
	}
	for i := range 50 {
		try(fmt.Sprintf("cut at %d/50", i), data[:len(data)*i/50])
	}
	random := rand.New(rand.NewPCG(5, 8))
	for range 1000 {
		damaged := bytes.Clone(data)
		at, bits := random.IntN(len(data)), byte(1+random.IntN(255))
		damaged[at] ^= bits
		try(fmt.Sprintf("byte %d ^ %#x", at, bits), damaged)
	}
}

// No archive panics, all names are clean, and what comes out is bounded.
func FuzzZIP(f *testing.F) {
	f.Add(pack(f, file("a.txt", "甲"), file(gbkName, "乙"), file("../c", "x")))
	f.Add(pack(f, packed{zip.FileHeader{Name: "z", Method: zip.Deflate}, strings.Repeat("x", 3000)}))
	f.Add(overlapping(f, 3))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		limits := bounded.Limits{Unpacked: 1 << 20, Entries: 100}
		_, _ = Reader{limits}.Format().Unpack(t.Context(), data, func(name string, data []byte) error {
			if total += len(data); total > 1<<20 {
				t.Fatalf("%d bytes were unpacked", total)
			}
			if !fs.ValidPath(name) || name == "." || strings.Contains(name, `\`) {
				t.Fatalf("name %q", name)
			}
			return nil
		})
	})
}
