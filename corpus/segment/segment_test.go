package segment

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"yinju/corpus/fold"
)

func mustNew(t testing.TB, c Config) *Segmenter {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTerms(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{})
	for in, want := range map[string]string{
		"":        "",
		"，。 \n":   "",
		"南京市长江大桥": "南京|京市|南京市|长江|大桥|长江大桥",
		"我国累计有130个大模型问世？":  "我国|累计|有|130|个|大|模型|问世",
		"發佈GPT-4o，１，０００萬":  "发布|gpt-4o|gpt|4o|1000|万|10000000",
		"Qwen2.5-72B與3.5%": "qwen2.5-72b|qwen|2.5|72b|与|3.5%|3.5",
		"乾隆皇帝":             "干隆|皇帝|干隆皇帝",
		"a\x00大模型\xff模型":   "a|大|模型|模型",
	} {
		if got := strings.Join(s.Terms(in), "|"); got != want {
			t.Errorf("Terms(%q) = %s, want %s", in, got, want)
		}
	}
}

// Traditional and Simplified, wide and narrow must meet in the index.
func TestTermsFolded(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{})
	a, b := s.Terms("臺灣積體電路製造公司發佈ＡＩ晶片"), s.Terms("台湾积体电路制造公司发布AI晶片")
	if !slices.Equal(a, b) {
		t.Errorf("%v differs from %v", a, b)
	}
}

var hostile = []string{
	"", "\x00", "\xff", "大\x00模型", "大模\xe5型", "国\xed\xa0\x80家", "😀😀大模型👨‍👩‍👧", "發佈GPT-4o，１，０００萬",
	"か\u3099大\u200b模\ufe0f型\ufeff", "\r\n\t　", "𠀀𠀁𪚥㐀㐁", "a\u0308\u0308", strings.Repeat("模型", 3000), strings.Repeat("。", 200),
}

func TestWords(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{})
	for _, in := range hostile {
		if got := strings.Join(s.Words(in), ""); got != in {
			t.Errorf("Words(%.40q) joined is %.40q", in, got)
		}
	}
	if got := strings.Join(s.Words("臺灣發佈了GPT-4o。"), "|"); got != "臺灣|發佈|了|GPT-4o|。" {
		t.Errorf("Words = %s", got)
	}
}

// A run without any break is cut in pieces, so that Jieba's memory stays bounded.
func TestLongRun(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{})
	long := strings.Repeat("模型", 1<<20/6)
	if words := s.Words(long); strings.Join(words, "") != long || len(words) < len(long)/60 {
		t.Errorf("%d words", len(words))
	}
	if terms := s.Terms(long); len(terms) < len(long)/60 {
		t.Errorf("%d terms", len(terms))
	}
	for piece := range pieces("一二三四五", 2) {
		if len(piece) > 6 {
			t.Errorf("piece %q is too long", piece)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	s := mustNew(f, Config{})
	f.Fuzz(func(t *testing.T, text string) {
		if got := strings.Join(s.Words(text), ""); got != text {
			t.Errorf("Words(%q) joined is %q", text, got)
		}
		for _, term := range s.Terms(text) {
			if term == "" || fold.String(term) != term {
				t.Errorf("term %q of %q", term, text)
			}
		}
	})
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{})
	text := strings.Repeat("南京市长江大桥发布了GPT-4o，讯飞星火用户突破100万。", 5)
	want := s.Terms(text)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			s := mustNew(t, Config{})
			for range 20 {
				if !slices.Equal(s.Terms(text), want) || strings.Join(s.Words(text), "") != text {
					t.Error("another goroutine's words")
				}
			}
		})
	}
	wg.Wait()
}

func TestUserDict(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "words.txt")
	content := "\uFEFF# own words\r\n剩者为王\r\n讯飞星火 100000 nz\r\n\r\n商汤商量\tnz\r大裝置 2000000\nGPT-4o 10 nz"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s, plain := mustNew(t, Config{UserDict: path}), mustNew(t, Config{})
	for in, want := range map[string]string{
		"认为剩者为王的": "剩者为王", "用讯飞星火写": "讯飞星火", "商汤商量上线": "商汤商量", "大装置": "大装置",
	} {
		if !slices.Contains(s.Terms(in), want) {
			t.Errorf("Terms(%q) = %v lacks %q", in, s.Terms(in), want)
		}
		if slices.Contains(plain.Terms(in), want) {
			t.Errorf("Terms(%q) has %q also without the user dictionary: the test shows nothing", in, want)
		}
	}
	if s.Version() == plain.Version() {
		t.Error("the user dictionary doesn't change the version")
	}
	if again := mustNew(t, Config{UserDict: path}); again != s {
		t.Error("an equal user dictionary is loaded twice")
	}
}

func TestUserDictErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"columns":   {"好词\n多 1 n 余\n", "line 2: it has 4 columns"},
		"control":   {"好词\r\n好\x00词", "line 2: it holds the control character U+0000"},
		"escape":    {"\x1b[31m词", "line 1: it holds the control character U+001B"},
		"encoding":  {"好词\n\n\xb4\xf3\xc4\xa3\xd0\xcd\n", "line 3: it is not UTF-8"},
		"utf-16":    {"\xff\xfe\x27\x59", "line 1: it is not UTF-8"},
		"zero":      {"词 0 n", `line 1: the frequency "0"`},
		"negative":  {"词 -5", `line 1: the frequency "-5"`},
		"fraction":  {"词 0.5", `line 1: the frequency "0.5"`},
		"huge":      {"词 99999999999999999999 n", `line 1: the frequency "99999999999999999999"`},
		"no number": {"词 很多 n", `line 1: the frequency "很多"`},
		"long":      {strings.Repeat("词", 65), "line 1: the word has 65 characters"},
		"large":     {strings.Repeat("词\n", 300), "larger than 1000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "words.txt")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := New(Config{UserDict: path, MaxUserDict: 1000})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := New(Config{UserDict: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a missing file is no error")
	}
	if _, err := New(Config{UserDict: t.TempDir()}); err == nil {
		t.Error("a folder is no error")
	}
}

// Whatever passes the check must not end the process.
func FuzzCleanDict(f *testing.F) {
	for _, s := range []string{"词\r\n词 3\r词 n\n词 3 n", "\uFEFF#\n", "词 1e3 n", "a 1 n\n a", "\u3000词\u3000"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		clean, err := cleanDict("words.txt", data)
		if err != nil {
			return
		}
		for line := range strings.Lines(string(clean)) {
			if strings.Count(line, " ") != 2 || !strings.HasSuffix(line, "\n") || strings.ContainsAny(line, "\r\x00\t") {
				t.Errorf("line %q of %q is not clean", line, data)
			}
		}
		again, err := cleanDict("words.txt", clean)
		if err != nil || string(again) != string(clean) {
			t.Errorf("cleaning %q again gives %q, %v", clean, again, err)
		}
	})
}

func TestTempDir(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "none")
	if _, err := load(none, nil); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error is %v, want advice", err)
	}
	if _, err := load(filepath.Join(t.TempDir(), "a;b"), nil); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error is %v, want advice", err)
	}
	dir := t.TempDir()
	path := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(path, []byte("临时目录词\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustNew(t, Config{UserDict: path, TempDir: dir})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A -trimpath binary has no path to the module cache compiled in. It is run in an
// empty folder with nothing in its environment.
func TestTrimpath(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a program with cgo")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go tool")
	}
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command(goTool, "build", "-trimpath", "-o", program, "./testdata/trimpath").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	temp := t.TempDir()
	cmd := exec.Command(program)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"TMPDIR=" + temp}
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "我国|累计|有|130|个|大|模型" {
		t.Errorf("%v\n%s", err, out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

var prose = strings.Repeat("2023年，讯飞星火上线14小时用户突破100万，商汤商量和500多家客户建立了合作，专家表示“通用认知大模型剩者为王”。\n", 100)

func BenchmarkTerms(b *testing.B) {
	s := mustNew(b, Config{})
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		s.Terms(prose)
	}
}

func BenchmarkWords(b *testing.B) {
	s := mustNew(b, Config{})
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		s.Words(prose)
	}
}
