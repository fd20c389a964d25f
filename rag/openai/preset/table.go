package preset

import "yinju/rag/openai"

// toOne is the range of temperatures of most Chinese providers.
var toOne = openai.Range{Min: 0, Max: 1}

// All lists the presets by name. Model names change faster than anything else here: they
// are a start, and -model overrides them.
var All = []Preset{
	{
		Name: "baichuan", Title: "百川智能", Aliases: []string{"百川"},
		URL: "https://api.baichuan-ai.com/v1", Keys: []string{"BAICHUAN_API_KEY"}, Model: "Baichuan4-Turbo",
		Embed:  Embedding{Model: "Baichuan-Text-Embedding", Dimensions: 1024, Batch: 16},
		Quirks: openai.Quirks{Temperature: toOne},
		Docs:   Docs{Name: "百川智能开放平台 API 文档", URL: "https://platform.baichuan-ai.com/docs/api", Of: "2024-08", Memory: true},
	},
	{
		Name: "dashscope", Title: "通义千问（阿里云百炼）", Aliases: []string{"qwen", "tongyi", "bailian", "通义", "千问", "通义千问", "百炼", "阿里云"},
		URL: "https://dashscope.aliyuncs.com/compatible-mode/v1", Keys: []string{"DASHSCOPE_API_KEY"}, Model: "qwen-plus",
		Embed:  Embedding{Model: "text-embedding-v4", Dimensions: 1024, Batch: 10},
		Rerank: Reranking{Model: "qwen3-rerank", URL: "https://dashscope.aliyuncs.com/compatible-api/v1/reranks"},
		Quirks: openai.Quirks{Switch: openai.SwitchEnable},
		Docs:   Docs{Name: "Alibaba Cloud Model Studio: Deep thinking; Rerank; OpenAI compatible embedding", URL: "https://help.aliyun.com/zh/model-studio/deep-thinking", Read: "2026-11-23"},
		Note:   "Keys of the international site work at https://dashscope-intl.aliyuncs.com/compatible-mode/v1 only.",
	},
	{
		Name: "deepseek", Title: "DeepSeek", Aliases: []string{"深度求索"},
		URL: "https://api.deepseek.com/v1", Keys: []string{"DEEPSEEK_API_KEY"}, Model: "deepseek-flash",
		Quirks: openai.Quirks{Switch: openai.SwitchType},
		Docs:   Docs{Name: "DeepSeek API Docs: Models & Pricing; Rate Limit", URL: "https://api-docs.deepseek.com/quick_start/pricing", Read: "2026-11-23"},
	},
	{
		Name: "doubao", Title: "豆包（火山方舟）", Aliases: []string{"ark", "volcengine", "豆包", "方舟", "火山方舟", "火山引擎", "字节"},
		URL: "https://ark.cn-beijing.volces.com/api/v3", Keys: []string{"ARK_API_KEY"}, Model: "doubao-seed-2-0-pro-260215",
		Embed:  Embedding{Model: "doubao-embedding-large-text-250515", Dimensions: 2048, Batch: 256},
		Quirks: openai.Quirks{Switch: openai.SwitchType, Temperature: openai.Range{Max: 2}},
		Docs:   Docs{Name: "火山方舟：对话（Chat）API；文本向量化 API", URL: "https://www.volcengine.com/docs/82379/1302003", Of: "2025-12", Memory: true},
		Note:   "A model must be enabled in the console first; an endpoint's ID (ep-…) serves as -model too.",
	},
	{
		Name: "glm", Title: "智谱 GLM", Aliases: []string{"zhipu", "bigmodel", "chatglm", "zai", "智谱", "智谱清言", "智谱AI"},
		URL: "https://open.bigmodel.cn/api/paas/v4", Keys: []string{"ZHIPUAI_API_KEY", "ZAI_API_KEY", "GLM_API_KEY"}, Model: "glm-5.2",
		Embed:  Embedding{Model: "embedding-3", Dimensions: 2048, Batch: 64},
		Rerank: Reranking{Model: "rerank", URL: "https://open.bigmodel.cn/api/paas/v4"},
		Quirks: openai.Quirks{Temperature: toOne, Switch: openai.SwitchType},
		Docs:   Docs{Name: "智谱 BigModel：对话补全；文本嵌入；GLM-4.5", URL: "https://docs.bigmodel.cn/api-reference", Read: "2026-11-23"},
	},
	{
		Name: "huawei", Title: "华为云 MaaS（昇腾）", Aliases: []string{"maas", "modelarts", "ascend", "pangu", "盘古", "昇腾", "华为", "华为云", "华为云MaaS"},
		URL: "https://api.modelarts-maas.com/v1", Keys: []string{"MAAS_API_KEY"}, Model: "deepseek-v3.1",
		Quirks: openai.Quirks{Switch: openai.SwitchKwargs2},
		Docs:   Docs{Name: "ModelArts Studio（MaaS）用户指南：对话 Chat/POST", URL: "https://support.huaweicloud.com/usermanual-maas-modelarts/maas-modelarts-0078.html", Of: "2025-09", Read: "2026-11-23"},
		Note:   "MaaS serves open models on Ascend. Pangu's own address (/api/v2/chat/completions) wants the header X-Auth-Token instead of a key, which Yinju does not send.",
	},
	{
		Name: "hunyuan", Title: "腾讯混元", Aliases: []string{"tencent", "hy", "混元", "腾讯"},
		URL: "https://api.hunyuan.cloud.tencent.com/v1", Keys: []string{"HUNYUAN_API_KEY"}, Model: "hunyuan-turbos-latest",
		Embed:  Embedding{Model: "hunyuan-embedding", Dimensions: 1024, Batch: 200},
		Quirks: openai.Quirks{Temperature: openai.Range{Max: 2}},
		Docs:   Docs{Name: "混元 OpenAI 兼容接口相关调用示例；GetEmbedding", URL: "https://cloud.tencent.com/document/product/1729/111007", Of: "2025-07", Read: "2026-11-23"},
	},
	{
		Name: "ling", Title: "蚂蚁百灵", Aliases: []string{"ring", "ant", "bailing", "ant-ling", "百灵", "蚂蚁", "蚂蚁集团"},
		URL: "https://api.ant-ling.com/v1", Keys: []string{"ANT_LING_API_KEY"}, Model: "Ling-2.6-flash",
		Quirks: openai.Quirks{Temperature: toOne},
		Docs:   Docs{Name: "Ant Ling: OpenAI Compatible API; Streaming", URL: "https://developer.ant-ling.com/en/docs/api-reference/openai/", Read: "2026-11-23"},
		Note:   "The provider names no usual variable for its key; ANT_LING_API_KEY is ours.",
	},
	{
		Name: "lmstudio", Title: "LM Studio", Aliases: []string{"lm studio"},
		URL:  "http://127.0.0.1:1234/v1",
		Docs: Docs{Name: "LM Studio Developer Docs: OpenAI Compatible Endpoints; API Changelog", URL: "https://lmstudio.ai/docs/developer/openai-compat", Read: "2026-11-23"},
		Note: "Name the model that is loaded there by -model.",
	},
	{
		Name: "minicpm", Title: "面壁 MiniCPM（Ollama）", Aliases: []string{"面壁", "面壁智能", "modelbest", "openbmb"},
		URL: "http://127.0.0.1:11434/v1", Model: "minicpm-v4.5:8b",
		Embed:  Embedding{Model: "bge-m3", Dimensions: 1024},
		Quirks: openai.Quirks{Switch: openai.SwitchEffort},
		Docs:   Docs{Name: "Ollama library: minicpm-v4.5", URL: "https://ollama.com/library/minicpm-v4.5", Read: "2026-11-23"},
		Note:   "First: ollama pull minicpm-v4.5:8b. On vLLM: -preset vllm -model openbmb/MiniCPM4-8B.",
	},
	{
		Name: "minimax", Title: "MiniMax", Aliases: []string{"稀宇"},
		URL: "https://api.minimaxi.com/v1", Keys: []string{"MINIMAX_API_KEY"}, Model: "MiniMax-M3",
		Quirks: openai.Quirks{MaxCompletionTokens: true, Temperature: openai.Range{Min: 0.01, Max: 1}},
		Docs:   Docs{Name: "AgentScope: MiniMax model (on MiniMax's OpenAI-compatible API)", URL: "https://java.agentscope.io/v2/en/integration/model/minimax", Read: "2026-11-23"},
	},
	{
		Name: "moonshot", Title: "月之暗面 Kimi", Aliases: []string{"kimi", "月之暗面"},
		URL: "https://api.moonshot.cn/v1", Keys: []string{"MOONSHOT_API_KEY", "KIMI_API_KEY"}, Model: "kimi-k2.6",
		Quirks: openai.Quirks{MaxCompletionTokens: true, NoTemperature: true, Switch: openai.SwitchType},
		Docs:   Docs{Name: "AgentScope: Kimi model; NeuroLink: Moonshot AI (both on Kimi's API reference)", URL: "https://platform.kimi.ai/docs/api/models-overview", Read: "2026-11-23"},
		Note:   "Keys of the international site work at https://api.moonshot.ai/v1 only.",
	},
	{
		Name: "ollama", Title: "Ollama",
		URL: "http://127.0.0.1:11434/v1", Model: "qwen3:8b",
		Embed:  Embedding{Model: "bge-m3", Dimensions: 1024},
		Quirks: openai.Quirks{Switch: openai.SwitchEffort},
		Docs:   Docs{Name: "Ollama: OpenAI compatibility", URL: "https://docs.ollama.com/api/openai-compatibility", Read: "2026-11-23"},
		Note:   "First: ollama pull qwen3:8b (and bge-m3 for embeddings). Ollama reads 4,096 tokens unless told more: OLLAMA_CONTEXT_LENGTH=16384 ollama serve.",
	},
	{
		Name: "openai", Title: "OpenAI", Aliases: []string{"gpt", "chatgpt"},
		URL: "https://api.openai.com/v1", Keys: []string{"OPENAI_API_KEY"}, Model: "gpt-5-mini",
		Embed:  Embedding{Model: "text-embedding-3-small", Dimensions: 1536, Batch: 2048},
		Quirks: openai.Quirks{MaxCompletionTokens: true},
		Docs:   Docs{Name: "OpenAI API reference: Create chat completion; Create embeddings", URL: "https://platform.openai.com/docs/api-reference/chat/create", Of: "2025-12", Memory: true},
	},
	{
		Name: "qianfan", Title: "文心（百度千帆）", Aliases: []string{"ernie", "wenxin", "baidu", "文心", "文心一言", "百度", "千帆"},
		URL: "https://qianfan.baidubce.com/v2", Keys: []string{"QIANFAN_API_KEY", "QIANFAN_TOKEN"}, Model: "ernie-5.1",
		Embed:  Embedding{Model: "bge-large-zh", Dimensions: 1024, Batch: 16},
		Rerank: Reranking{Model: "bce-reranker-base", URL: "https://qianfan.baidubce.com/v2"},
		Quirks: openai.Quirks{Temperature: openai.Range{Min: 0.01, Max: 1}, Switch: openai.SwitchEnable},
		Docs:   Docs{Name: "百度千帆 V2：向量；NeuroLink: Baidu Qianfan (on the V2 inference API)", URL: "https://cloud.baidu.com/doc/qianfan-api/s/Fm7u3ropn", Read: "2026-11-23"},
		Note:   "The key is that of the V2 API (bce-v3/…), not an AK/SK pair.",
	},
	{
		Name: "sensenova", Title: "商汤日日新", Aliases: []string{"sensetime", "sensechat", "商汤", "商量", "日日新"},
		URL: "https://token.sensenova.cn/v1", Keys: []string{"SENSENOVA_API_KEY"}, Model: "sensenova-6.7-flash-lite",
		Quirks: openai.Quirks{Temperature: openai.Range{Max: 2}},
		Docs:   Docs{Name: "SenseNova LLM API Integration Guide (OpenSenseNova/SenseNova6.7)", URL: "https://github.com/OpenSenseNova/SenseNova6.7/blob/main/API.md", Read: "2026-11-23"},
		Note:   "For SenseChat and older models: -model-url https://api.sensenova.cn/compatible-mode/v1, with -model.",
	},
	{
		Name: "siliconflow", Title: "硅基流动 SiliconFlow", Aliases: []string{"siliconcloud", "硅基流动", "硅基"},
		URL: "https://api.siliconflow.cn/v1", Keys: []string{"SILICONFLOW_API_KEY"}, Model: "deepseek-ai/DeepSeek-V4-Flash",
		Embed:  Embedding{Model: "BAAI/bge-m3", Dimensions: 1024, Batch: 32},
		Rerank: Reranking{Model: "BAAI/bge-reranker-v2-m3", URL: "https://api.siliconflow.cn/v1"},
		Quirks: openai.Quirks{Switch: openai.SwitchEnable, Temperature: openai.Range{Max: 2}},
		Docs:   Docs{Name: "SiliconFlow API: chat completions; embeddings; error handling", URL: "https://docs.siliconflow.cn/docs/api/chat-completions-post", Read: "2026-11-23"},
	},
	{
		Name: "spark", Title: "讯飞星火", Aliases: []string{"xfyun", "iflytek", "星火", "讯飞", "科大讯飞"},
		URL: "https://spark-api-open.xf-yun.com/v1", Keys: []string{"SPARK_API_PASSWORD"}, Model: "4.0Ultra",
		Quirks: openai.Quirks{
			NoFinish: true, NoSystem: []string{"lite", "general", "generalv3", "pro-128k"},
			Temperature: openai.Range{Min: 0.01, Max: 1},
		},
		Docs: Docs{Name: "星火认知大模型 Web API 文档：HTTP 调用", URL: "https://www.xfyun.cn/doc/spark/HTTP调用文档.html", Of: "2025-03", Read: "2026-11-23"},
		Note: "The key is the APIPassword of the HTTP service, another one for each model.",
	},
	{
		Name: "spark-x1", Title: "讯飞星火 X1", Aliases: []string{"x1", "星火x1"},
		URL: "https://spark-api-open.xf-yun.com/v2", Keys: []string{"SPARK_API_PASSWORD"}, Model: "x1",
		Quirks: openai.Quirks{NoFinish: true, Temperature: openai.Range{Min: 0.01, Max: 2}},
		Docs:   Docs{Name: "星火大模型 X1 http 接口", URL: "https://www.xfyun.cn/doc/spark/X1http.html", Of: "2025-10", Read: "2026-11-23"},
	},
	{
		Name: "vllm", Title: "vLLM",
		URL:    "http://127.0.0.1:8000/v1",
		Quirks: openai.Quirks{Switch: openai.SwitchKwargs},
		Docs:   Docs{Name: "vLLM: Reasoning Outputs; OpenAI-Compatible Server", URL: "https://docs.vllm.ai/en/latest/features/reasoning_outputs/", Read: "2026-11-23"},
		Note:   "Name the model that it was started with by -model. Start it with --reasoning-parser, so that thinking comes in a field of its own.",
	},
	{
		Name: "xinference", Title: "Xinference", Aliases: []string{"xorbits"},
		URL:    "http://127.0.0.1:9997/v1",
		Embed:  Embedding{Model: "bge-m3", Dimensions: 1024},
		Rerank: Reranking{Model: "bge-reranker-v2-m3", URL: "http://127.0.0.1:9997/v1"},
		Quirks: openai.Quirks{Switch: openai.SwitchKwargs},
		Docs:   Docs{Name: "Xinference: built-in models; rerank", URL: "https://inference.readthedocs.io/zh-cn/stable/index.html", Read: "2026-11-23"},
		Note:   "Name the model's UID, as it was launched, by -model.",
	},
}

// Unknown are families that documented no address of this kind when they were looked for,
// with what there is instead.
var Unknown = []struct {
	Names []string
	Why   string
}{
	{
		Names: []string{"云从", "云从科技", "从容", "cloudwalk"},
		Why:   "云从科技 (CloudWalk) documents no public OpenAI-compatible address; if you were given one, name it by -model-url and -model",
	},
}

// Undocumented says why a family has no preset, or is empty.
func Undocumented(name string) string {
	for _, u := range Unknown {
		for _, n := range u.Names {
			if plain(n) == plain(name) {
				return u.Why
			}
		}
	}
	return ""
}
