package main

import (
	"io"
	"log"
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
	expect(t, findings, "warn", "skipped", `big\nname.md`)

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
		"not streamed":           {openaitest.Fault{Kind: openaitest.Whole, On: "chat"}, key, "warn", "model", "does not stream"},
		"thinks first":           {openaitest.Fault{Kind: openaitest.Reasoning, Body: "hm", On: "chat"}, key, "ok", "model", "thought and answered"},
		"a page for the vectors": {openaitest.Fault{Kind: openaitest.HTML, On: "embeddings"}, key, "FAIL", "embeddings", "web page"},
		"a page for the answer":  {openaitest.Fault{Kind: openaitest.HTML, On: "chat"}, key, "FAIL", "model", "proxy"},
		"a page for the ranking": {openaitest.Fault{Kind: openaitest.HTML, On: "rerank"}, key, "FAIL", "reranking", "web page"},
		"a firewall's page":      {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 403, Body: openaitest.Page, On: "chat"}, key, "FAIL", "model", "web page"},
		"a proxy that asks":      {openaitest.Fault{Kind: openaitest.ErrorStatus, Status: 407, On: "chat"}, key, "FAIL", "model", "HTTPS_PROXY"},
		"one odd vector":         {openaitest.Fault{Kind: openaitest.Dimension, N: 3, On: "embeddings"}, key, "FAIL", "embeddings", "3 dimensions"},
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

// A faulty setting is told from what the server says elsewhere.
func TestDoctorFindsWhatIsBehindAnError(t *testing.T) {
	t.Parallel()
	const key = "sk-very-secret"
	fake := &openaitest.Server{
		Key: key, Model: "qwen3:8b", EmbedModel: "bge-m3", MaxBatch: 4, Date: "Sun, 01 Nov 2020 00:00:00 GMT",
		Models: []string{"zephyr", key, "a\x1b[31m\nname", strings.Repeat("long", 100), "m1", "m2", "m3", "m4", "m5"},
	}
	base, stop := fake.Start()
	t.Cleanup(stop)
	root := strings.TrimSuffix(base, "/v1")
	closed, stopped := (&openaitest.Server{}).Start()
	stopped()
	tls := httptest.NewUnstartedServer(fake)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the client that distrusts it
	tls.StartTLS()
	t.Cleanup(tls.Close)
	env := map[string]string{"YINJU_MODEL_KEY": key, "YINJU_EMBED_KEY": key}
	for name, c := range map[string]struct {
		args                []string
		level, about, words string
	}{
		"a misspelt model":        {[]string{"-model", "qwen3-8b", "-model-url", base}, "FAIL", "model", "does not list the model qwen3-8b; it lists qwen3:8b, "},
		"a misspelt embedder":     {[]string{"-embed-model", "bgem3", "-embed-url", base}, "FAIL", "embeddings", "it lists bge-m3, "},
		"no /v1":                  {[]string{"-model", "qwen3:8b", "-model-url", root}, "FAIL", "model", "answers at " + base + ": write that into -model-url"},
		"two /v1":                 {[]string{"-model", "qwen3:8b", "-model-url", base + "/v1"}, "FAIL", "model", "answers at " + base + ":"},
		"no /v1 for the embedder": {[]string{"-embed-model", "bge-m3", "-embed-url", root}, "FAIL", "embeddings", "write that into -embed-url"},
		"too many texts at once":  {[]string{"-embed-model", "bge-m3", "-embed-url", base}, "warn", "embeddings", "does not take 10 texts at once, but 2"},
		"a clock that is wrong":   {[]string{"-model", "qwen3:8b", "-model-url", base}, "warn", "clock", "differ by"},
		"a server that is down":   {[]string{"-model", "m", "-model-url", closed}, "FAIL", "model", "server runs"},
		"no such host":            {[]string{"-model", "m", "-model-url", "http://no-such-host.invalid/v1"}, "FAIL", "model", "host name"},
		"a certificate of ours":   {[]string{"-model", "m", "-model-url", tls.URL + "/v1"}, "FAIL", "model", "not trusted"},
		"no TLS there":            {[]string{"-model", "m", "-model-url", strings.Replace(base, "http:", "https:", 1)}, "FAIL", "model", "write http://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings, err := examine(t, env, c.args...)
			expect(t, findings, c.level, c.about, c.words)
			if (err != nil) != (c.level == "FAIL") {
				t.Errorf("ended with %v:\n%s", err, findings)
			}
			if strings.Contains(findings, key) || strings.Contains(findings, "\x1b") || strings.Contains(findings, strings.Repeat("long", 30)) {
				t.Errorf("the server's words as they came:\n%s", findings)
			}
		})
	}
}

func TestDoctorKnowsThePresetsVectors(t *testing.T) {
	t.Parallel()
	fake := &openaitest.Server{Dimensions: 8}
	base, stop := fake.Start()
	t.Cleanup(stop)
	findings, err := examine(t, nil, "-preset", "ollama", "-model-url", base, "-preset-embed", "-embed-url", base)
	if err != nil {
		t.Errorf("%v:\n%s", err, findings)
	}
	expect(t, findings, "warn", "embeddings", "bge-m3 is known to give 1024 dimensions, not 8")
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
