package preset

import (
	"slices"
	"strings"
	"testing"

	"yinju/rag/openai"
)

func TestEveryPresetIsWhole(t *testing.T) {
	t.Parallel()
	seen := make(map[string]string)
	var names []string
	for _, p := range All {
		names = append(names, p.Name)
		for _, n := range p.names() {
			if other, twice := seen[plain(n)]; twice && other != p.Name {
				t.Errorf("%q names both %s and %s", n, other, p.Name)
			}
			seen[plain(n)] = p.Name
		}
		if err := openai.CheckURL(p.URL); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		hosted := strings.HasPrefix(p.URL, "https://")
		if hosted != (len(p.Keys) > 0) || hosted && p.Model == "" {
			t.Errorf("%s: a provider is reached by TLS with a key, and has a model", p.Name)
		}
		if hosted && !p.Owns(p.URL) || p.Rerank.URL != "" && hosted && !p.Owns(p.Rerank.URL) {
			t.Errorf("%s does not own its addresses", p.Name)
		}
		if (p.Rerank.Model == "") != (p.Rerank.URL == "") || p.Embed.Model != "" && p.Embed.Dimensions == 0 {
			t.Errorf("%s: half a model: %+v %+v", p.Name, p.Embed, p.Rerank)
		}
		if p.Docs.Name == "" || !strings.HasPrefix(p.Docs.URL, "https://") || (p.Docs.Read == "") != p.Docs.Memory {
			t.Errorf("%s: where is this from? %+v", p.Name, p.Docs)
		}
		for _, key := range p.Keys {
			if key != strings.ToUpper(key) || strings.HasPrefix(key, "YINJU_") {
				t.Errorf("%s: %q is no provider's variable", p.Name, key)
			}
		}
		if p.Note != "" && !strings.HasSuffix(p.Note, ".") {
			t.Errorf("%s: the note is no sentence", p.Name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not in order: %v", names)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"DeepSeek": "deepseek", " 文心一言 ": "qianfan", "讯飞": "spark", "混元": "hunyuan", "百川": "baichuan", "商汤": "sensenova",
		"智谱": "glm", "面壁": "minicpm", "盘古": "huawei", "百灵": "ling", "通义": "dashscope", "Kimi": "moonshot", "豆包": "doubao",
		"硅基流动": "siliconflow", "LM Studio": "lmstudio", "lm-studio": "lmstudio", "spark X1": "spark-x1", "vLLM": "vllm",
		"云从": "", "": "", "nothing": "",
	} {
		if p, found := Find(name); p.Name != want || found != (want != "") {
			t.Errorf("%q is %q, want %q", name, p.Name, want)
		}
	}
	if Undocumented("云从科技") == "" || Undocumented("CloudWalk") == "" || Undocumented("deepseek") != "" {
		t.Error("云从 is the one without an address")
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"deepsek": "deepseek", "depeseek": "deepseek", "olama": "ollama", "silicon": "siliconflow", "星火大模型": "spark", "moonshoot": "moonshot",
		"qwen-plus": "dashscope",
	} {
		if got := Close(name); len(got) == 0 || got[0] != want || len(got) > 3 {
			t.Errorf("%q is near %v, want %s", name, got, want)
		}
	}
	if got := Close("zzzzzzzz"); len(got) != 0 {
		t.Errorf("near nothing: %v", got)
	}
}

func TestAtAndOwns(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://spark-api-open.xf-yun.com/v1/": "spark", "https://SPARK-api-open.xf-yun.com/v2": "spark-x1", "https://api.deepseek.com/v1": "deepseek",
		"http://127.0.0.1:11434/v1": "", "https://example.com/v1": "", "": "", "::": "",
	} {
		if p, found := At(address); p.Name != want || found != (want != "") {
			t.Errorf("%q is %q, want %q", address, p.Name, want)
		}
	}
	p, _ := Find("deepseek")
	for address, want := range map[string]bool{
		"https://api.deepseek.com/beta": true, "http://api.deepseek.com/v1": false, "https://api.deepseek.com.evil.example/v1": false,
		"https://evil.example/api.deepseek.com": false, "https://api.deepseek.com:444/v1": false, "": false,
	} {
		if p.Owns(address) != want {
			t.Errorf("owns %q: %v", address, !want)
		}
	}
}
