package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yinju/rag/openai/openaitest"
)

// preferring scores 1 what holds text, 0 all else.
func preferring(text string) func(string, string) float64 {
	return func(_, document string) float64 {
		if strings.Contains(document, text) {
			return 1
		}
		return 0
	}
}

// withReranker serves twelve articles that answer one question alike.
func withReranker(t *testing.T, fake *openaitest.Server, more ...string) *server {
	t.Helper()
	dir := t.TempDir()
	for i := range 12 {
		write(t, dir, fmt.Sprintf("%02d.md", i), fmt.Sprintf("# 通车%d\n\n望江大桥第%d次测量的长度是%d米。", i, i, 100+i))
	}
	url, stop := fake.Start()
	t.Cleanup(stop)
	if fake.TEI {
		url = strings.TrimSuffix(url, "/v1")
	}
	return start(t, map[string]string{"YINJU_RERANK_KEY": "sk-very-secret"},
		append([]string{"-articles", dir, "-rerank-model", "r", "-rerank-url", url, "-k", "2"}, more...)...)
}

const bridge = "望江大桥测量的长度是多少米？"

func TestARerankingServerChoosesThePassages(t *testing.T) {
	t.Parallel()
	for _, tei := range []bool{false, true} {
		fake := &openaitest.Server{Key: "sk-very-secret", RerankModel: "r", TEI: tei, Score: preferring("109米")}
		s := withReranker(t, fake, "-rerank-pool", "11")
		a := s.ask(bridge)
		if len(a.Citations) == 0 || !strings.Contains(a.Citations[0].Quote, "109米") || strings.Contains(a.Notice, "重排") {
			t.Errorf("TEI %v: answer %+v", tei, a)
		}
		calls := fake.Requests("rerank")
		last := calls[len(calls)-1]
		if len(last.Documents) != 11 || last.Query != bridge || !strings.Contains(last.Documents[0], "通车") || a.Stats.Hits != 2 {
			t.Errorf("TEI %v: sent %+v", tei, last)
		}
		if a := s.ask("深圳地铁早上几点开门？"); a.Answered || len(fake.Requests("rerank")) != len(calls) {
			t.Errorf("TEI %v: a refused question was reranked: %+v", tei, a)
		}
	}
}

func TestARerankingServerThatFailsCostsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]openaitest.Fault{
		"a wrong key": {Kind: openaitest.ErrorStatus, Status: 401, Body: "bad key sk-very-secret"},
		"broken":      {Kind: openaitest.ErrorStatus, Status: 500, Times: 9},
		"a page":      {Kind: openaitest.HTML},
		"NaN":         {Kind: openaitest.NaN},
		"silent":      {Kind: openaitest.Silent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &openaitest.Server{Key: "sk-very-secret", Score: preferring("109米")}
			s := withReranker(t, fake, "-rerank-timeout", "300ms")
			fake.Script(fault)
			begun := time.Now()
			a := s.ask(bridge)
			if !a.Answered || len(a.Citations) == 0 || !strings.Contains(a.Notice, "重排未成功") || a.Stats.RerankMS <= 0 {
				t.Errorf("answer %+v", a)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("the reader waited %v", took)
			}
			if strings.Contains(a.Notice+s.log.String(), "sk-very-secret") || strings.Contains(a.Notice, "nginx") {
				t.Errorf("the server's words have leaked: %s\n%s", a.Notice, s.log)
			}
		})
	}
}

func TestSettingsOfReranking(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"a model without URL": {nil, []string{"-rerank-model", "r"}, "needs -rerank-url"},
		"a URL without model": {nil, []string{"-rerank-url", "http://x/v1/rerank"}, "needs the name of the model"},
		"no URL":              {nil, []string{"-rerank-model", "r", "-rerank-url", "localhost:80"}, "http"},
		"a key as a flag":     {nil, []string{"-rerank-key=sk-secret"}, "set YINJU_RERANK_KEY"},
		"a key in the file":   {map[string]string{"YINJU_CONFIG": write(t, dir, "1", "rerank-key = sk-secret")}, nil, "keys don't go into this file"},
		"both key and file":   {map[string]string{"YINJU_RERANK_KEY": "sk-secret", "YINJU_RERANK_KEY_FILE": dir + "/1"}, nil, "keep one"},
		"no pool":             {nil, []string{"-rerank-pool", "0"}, "from 1 to 1000"},
		"no time":             {nil, []string{"-rerank-timeout", "0s"}, "such as 30s"},
	} {
		_, _, err := parsed(t, c.env, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "sk-secret") {
			t.Errorf("%s: %v; want a sentence with %q and no key", name, err, c.want)
		}
	}
	_, s, err := parsed(t, map[string]string{"YINJU_RERANK_KEY_FILE": write(t, dir, "key", "sk-file\n")},
		"-rerank-model", "r", "-rerank-url", "http://x/v1/rerank")
	if err != nil || s.rerankKey != "sk-file" || s.RerankPool != 30 || s.RerankTimeout != 3*time.Second {
		t.Errorf("%+v, %v", s, err)
	}
}
