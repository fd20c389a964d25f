package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"yinju/rag/openai/openaitest"
)

// examine runs doctor with a data folder and a free address unless others are given.
func examine(t *testing.T, env map[string]string, args ...string) (findings string, err error) {
	t.Helper()
	all := map[string]string{"YINJU_DATA": t.TempDir(), "YINJU_LISTEN": "127.0.0.1:0"}
	for name, value := range env {
		all[name] = value
	}
	var out lockedBuffer
	err = run(t.Context(), system{Args: append([]string{"doctor"}, args...), Env: environment(all), Stdout: &out, Stderr: &out})
	line := regexp.MustCompile(`^(ok  |warn|FAIL)  \S+ +  ?\S.*$`)
	for text := range strings.Lines(out.String()) {
		if !line.MatchString(strings.TrimSuffix(text, "\n")) {
			t.Errorf("no finding on one line: %q", text)
		}
	}
	return out.String(), err
}

// expect demands a line that begins with level and topic and holds the words.
func expect(t *testing.T, findings, level, about, words string) {
	t.Helper()
	for line := range strings.Lines(findings) {
		fields := strings.Fields(line)
		if fields[0] == level && fields[1] == about && strings.Contains(line, words) {
			return
		}
	}
	t.Errorf("no finding %q on %s with %q in:\n%s", level, about, words, findings)
}

func TestDoctorFindsNothingWrongWithTheSamples(t *testing.T) {
	t.Parallel()
	findings, err := examine(t, nil)
	if err != nil || strings.Contains(findings, "FAIL") || strings.Contains(findings, "warn") {
		t.Errorf("%v:\n%s", err, findings)
	}
	expect(t, findings, "ok", "phrases", "bring their article")
	expect(t, findings, "ok", "refusal", "about 5 %")
	expect(t, findings, "ok", "embeddings", "-embed-model")
	expect(t, findings, "ok", "articles", "UTF-8 2")
	expect(t, findings, "ok", "listen", "is free")
	expect(t, findings, "ok", "data", "can be written")
}

func TestDoctorOnAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", "# 桥\n\n望江大桥长三百米。")
	write(t, dir, "big\nname.md", strings.Repeat("长", 1000))
	if err := os.WriteFile(filepath.Join(dir, "bad.txt"), []byte{0xff, 0xfe, 0x00, 0xd8, 0x00}, 0o600); err != nil {
		t.Fatal(err)
	}
	gbk := []byte("\xcd\xfb\xbd\xad\xb4\xf3\xc7\xc5\xb5\xc4\xb3\xa4\xb6\xc8\xca\xc7\xc8\xfd\xb0\xd9\xc3\xd7\xa3\xac\xce\xd2\xc3\xc7\xd7\xdf\xb9\xfd\xc8\xa5\xa1\xa3")
	if err := os.WriteFile(filepath.Join(dir, "gbk.txt"), gbk, 0o600); err != nil {
		t.Fatal(err)
	}
	findings, err := examine(t, nil, "-articles", dir, "-max-file-size", "1KiB")
	if err != nil {
		t.Errorf("what is skipped is no failure: %v", err)
	}
	expect(t, findings, "ok", "articles", "GB18030 1, UTF-8 1")
	expect(t, findings, "warn", "skipped", "bad.txt")
	expect(t, findings, "warn", "skipped", "big name.md")

	findings, err = examine(t, nil, "-articles", t.TempDir())
	if err != nil {
		t.Error(err)
	}
	expect(t, findings, "warn", "articles", "holds no articles")
}

func TestDoctorOnModelServers(t *testing.T) {
	t.Parallel()
	const key = "sk-very-secret"
	for name, c := range map[string]struct {
		fault        openaitest.Fault
		key          string
		level, about string
		words        string
	}{
		"all well":               {openaitest.Fault{}, key, "ok", "embeddings", "64 dimensions"},
		"the chat model answers": {openaitest.Fault{}, key, "ok", "model", "m answered"},
		"the reranker ranks":     {openaitest.Fault{}, key, "ok", "reranking", "r ranked"},
		"wrong key":              {openaitest.Fault{}, "sk-quoted-back", "FAIL", "model", "auth"},
		"not an API":             {openaitest.Fault{Kind: openaitest.HTML, On: "chat"}, key, "FAIL", "model", "protocol"},
		"no word":                {openaitest.Fault{Kind: openaitest.Empty, On: "chat"}, key, "FAIL", "model", "protocol"},
		"a key in an error":      {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 400, Body: "bad key " + key, On: "chat"}, key, "FAIL", "model", "request"},
		"no such model":          {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 404, On: "embeddings"}, key, "FAIL", "embeddings", "request"},
		"vectors of nothing":     {openaitest.Fault{Kind: openaitest.NaN, On: "embeddings"}, key, "FAIL", "embeddings", "protocol"},
		"ranks without score":    {openaitest.Fault{Kind: openaitest.NoScore, On: "rerank"}, key, "FAIL", "reranking", "protocol"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &openaitest.Server{Key: key, RerankModel: "r"}
			if c.fault.Kind != "" {
				fake.Script(c.fault)
			}
			base, stop := fake.Start()
			t.Cleanup(stop)
			findings, err := examine(t, map[string]string{"YINJU_MODEL_KEY": c.key, "YINJU_EMBED_KEY": c.key, "YINJU_RERANK_KEY": c.key},
				"-model", "m", "-model-url", base, "-embed-model", "e", "-embed-url", base, "-rerank-model", "r", "-rerank-url", base)
			expect(t, findings, c.level, c.about, c.words)
			if (err != nil) != (c.level == "FAIL") || (err != nil) != strings.Contains(findings, "FAIL") {
				t.Errorf("ended with %v:\n%s", err, findings)
			}
			if strings.Contains(findings, "sk-") {
				t.Errorf("the key is shown:\n%s", findings)
			}
			expect(t, findings, "ok", "settings", "with a key")
		})
	}
}

func TestDoctorBesideAServer(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := start(t, map[string]string{"YINJU_DATA": data})
	findings, err := examine(t, map[string]string{"YINJU_DATA": data, "YINJU_LISTEN": strings.TrimPrefix(s.url, "http://")})
	if err != nil {
		t.Errorf("%v:\n%s", err, findings)
	}
	expect(t, findings, "ok", "data", "A running yinju has the folder")
	expect(t, findings, "ok", "listen", "runs yinju ")
	expect(t, findings, "ok", "phrases", "bring their article")
}

func TestDoctorOnPlacesThatWillNotDo(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "cache.db"), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env                 map[string]string
		level, about, words string
	}{
		"another program":      {map[string]string{"YINJU_LISTEN": other.Listener.Addr().String()}, "FAIL", "listen", "another address"},
		"open to all":          {map[string]string{"YINJU_LISTEN": "0.0.0.0:0"}, "warn", "listen", "other machines"},
		"data is a file":       {map[string]string{"YINJU_DATA": file}, "FAIL", "data", "is a file"},
		"data below a file":    {map[string]string{"YINJU_DATA": filepath.Join(file, "x")}, "FAIL", "data", "-data"},
		"data not yet made":    {map[string]string{"YINJU_DATA": filepath.Join(t.TempDir(), "x", "y")}, "ok", "data", "will be made"},
		"a cache that is none": {map[string]string{"YINJU_DATA": damaged}, "warn", "cache", "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings, err := examine(t, c.env)
			expect(t, findings, c.level, c.about, c.words)
			if (err != nil) != (c.level == "FAIL") {
				t.Errorf("ended with %v:\n%s", err, findings)
			}
		})
	}
	if _, err := net.Dial("tcp", other.Listener.Addr().String()); err != nil {
		t.Errorf("the other program was disturbed: %v", err)
	}
}

// The rate moves the threshold; a threshold of the operator's own is told as such.
func TestDoctorTellsWhenItRefuses(t *testing.T) {
	t.Parallel()
	var last float64
	for _, rate := range []string{"0", "0.01", "0.2"} {
		findings, err := examine(t, nil, "-false-refusals", rate)
		_, rest, _ := strings.Cut(findings, "refused below ")
		number, _, _ := strings.Cut(rest, " ")
		threshold, wrong := strconv.ParseFloat(number, 64)
		if err != nil || wrong != nil || rate == "0" && threshold != 0 || rate != "0" && threshold <= last {
			t.Errorf("%s: %v, %v:\n%s", rate, err, wrong, findings)
		}
		last = threshold
	}
	findings, err := examine(t, nil, "-refuse-below", "0.3")
	expect(t, findings, "ok", "refusal", "below 0.30, by -refuse-below")
	if err != nil {
		t.Error(err)
	}
}
