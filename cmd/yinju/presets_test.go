package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/rag/openai"
	"yinju/rag/openai/preset"
)

func TestAPresetFillsWhatIsNotSet(t *testing.T) {
	t.Parallel()
	env := map[string]string{"DASHSCOPE_API_KEY": "sk-usual"}
	_, s, err := parsed(t, env, "-preset", "通义")
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "qwen-plus" || s.ModelURL != "https://dashscope.aliyuncs.com/compatible-mode/v1" || s.modelKey != "sk-usual" ||
		s.EmbedModel != "" || s.RerankModel != "" || s.embedKey != "" || s.rerankKey != "" {
		t.Errorf("chat alone is what a preset is for: %+v", s)
	}
	env["YINJU_MODEL_KEY"] = "sk-ours"
	_, s, err = parsed(t, env, "-preset=dashscope", "-model", "qwen-max", "-preset-embed", "-preset-rerank", "-embed-model", "text-embedding-v3", "-thinking", "off")
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "qwen-max" || s.modelKey != "sk-ours" || s.embedKey != "sk-usual" || s.rerankKey != "sk-usual" ||
		s.EmbedModel != "text-embedding-v3" || s.EmbedURL != s.ModelURL || s.RerankModel != "qwen3-rerank" || !strings.HasSuffix(s.RerankURL, "/reranks") {
		t.Errorf("what is set wins: %+v", s)
	}
	if s.quirks().Switch != openai.SwitchEnable || s.thinking() != openai.ThinkingOff {
		t.Errorf("quirks %+v, thinking %q", s.quirks(), s.thinking())
	}
}

func TestAProvidersKeyGoesToTheProviderOnly(t *testing.T) {
	t.Parallel()
	env := map[string]string{"DEEPSEEK_API_KEY": "sk-usual"}
	_, s, err := parsed(t, env, "-preset", "deepseek", "-model-url", "https://proxy.example/v1")
	if err != nil || s.modelKey != "" {
		t.Errorf("key %q, %v", s.modelKey, err)
	}
	_, s, err = parsed(t, env, "-preset", "deepseek", "-embed-model", "e", "-embed-url", "https://other.example/v1")
	if err != nil || s.embedKey != "" || s.modelKey != "sk-usual" {
		t.Errorf("keys %q, %q, %v", s.modelKey, s.embedKey, err)
	}
	if _, s, err = parsed(t, nil, "-preset", "ollama", "-preset-embed"); err != nil || s.modelKey != "" || s.EmbedModel != "bge-m3" {
		t.Errorf("a program on this machine needs no key: %+v, %v", s, err)
	}
}

func TestQuirksAreTheServersHoweverItWasNamed(t *testing.T) {
	t.Parallel()
	_, s, err := parsed(t, nil, "-model", "lite", "-model-url", "https://spark-api-open.xf-yun.com/v1")
	if err != nil || !s.quirks().NoFinish {
		t.Errorf("quirks %+v, %v", s.quirks(), err)
	}
}

func TestWrongPresetsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	env := map[string]string{"MINIMAX_API_KEY": "k", "DEEPSEEK_API_KEY": "k"}
	for want, args := range map[string][]string{
		"did you mean deepseek?":              {"-preset", "deepsek"},
		"documents no public":                 {"-preset", "云从"},
		"yinju presets lists them":            {"-preset", "zzzzzz"},
		"set MOONSHOT_API_KEY":                {"-preset", "kimi"},
		"needs -model too":                    {"-preset", "vllm"},
		"has no embedding model":              {"-preset", "deepseek", "-preset-embed"},
		"has no reranking model":              {"-preset", "deepseek", "-preset-rerank"},
		"go with -preset":                     {"-preset-embed"},
		"no switch for it":                    {"-preset", "minimax", "-thinking", "off"},
		"how to tell this server is not know": {"-model", "m", "-model-url", "http://127.0.0.1/v1", "-thinking", "on"},
		"must be one of":                      {"-thinking", "maybe"},
	} {
		if _, _, err := parsed(t, env, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want a sentence with %q", args, err, want)
		}
	}
}

// The README says how to connect each of them.
func TestTheReadmeNamesEveryPreset(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range preset.All {
		row := "-preset " + p.Name
		if len(p.Keys) > 0 {
			row = "| `" + p.Name + "` | `" + p.Keys[0] + "` |"
		}
		if !strings.Contains(string(readme), row) {
			t.Errorf("the README lacks %q", row)
		}
	}
}

func TestPresetsAreListed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	list := func(args ...string) string {
		out.Reset()
		sys := system{Args: append([]string{"presets"}, args...), Env: environment(map[string]string{"DEEPSEEK_API_KEY": "sk-secret"}), Stdout: &out, Stderr: &out}
		if err := run(t.Context(), sys); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	table := list()
	for _, p := range preset.All {
		if !strings.Contains(table, p.Name) || !strings.Contains(table, p.Title) || !strings.Contains(table, p.URL) {
			t.Errorf("the table lacks %s", p.Name)
		}
	}
	if strings.Contains(table, "sk-secret") {
		t.Error("a key is shown")
	}
	var read []preset.Preset
	if err := json.Unmarshal([]byte(list("-json")), &read); err != nil || len(read) != len(preset.All) || read[0].Docs.Name != preset.All[0].Docs.Name {
		t.Errorf("%v: %d of %d", err, len(read), len(preset.All))
	}
}
