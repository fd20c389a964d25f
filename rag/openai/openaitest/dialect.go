package openaitest

import (
	"strings"
)

// Dialect is how a provider streams an answer and refuses a request, byte by byte as its
// documentation or its servers have it. In the templates $T stands for the text as a JSON
// string's inside.
type Dialect struct {
	Name   string // the provider's, as a preset has it
	Before string // what comes before the first piece
	Think  string // one piece of thinking; empty: it comes as text, between Open and Close
	Text   string // one piece of the answer
	Open   string // text that opens thinking within the text
	Close  string // text that closes it
	After  string // what ends the stream
	Errors []Refusal
}

// Refusal is an answer to a request that cannot be served.
type Refusal struct {
	Status int
	Body   string
	Means  string // the kind of rag.ModelError
}

// Stream is the body of a whole answer.
func (d Dialect) Stream(thinking, pieces []string) string {
	var b strings.Builder
	b.WriteString(d.Before)
	put := func(template, text string) {
		inside := string(encode(text))
		b.WriteString(strings.ReplaceAll(template, "$T", inside[1:len(inside)-1]))
	}
	if d.Think != "" {
		for _, t := range thinking {
			put(d.Think, t)
		}
	} else if len(thinking) > 0 && d.Close != "" {
		for _, t := range append(append(split(d.Open), thinking...), split(d.Close)...) {
			put(d.Text, t)
		}
	}
	for _, t := range pieces {
		put(d.Text, t)
	}
	b.WriteString(d.After)
	return b.String()
}

// split cuts a tag as tokens do.
func split(tag string) []string {
	if len(tag) < 4 {
		return nil
	}
	return []string{tag[:3], tag[3:]}
}

const openAIEnd = "data: [DONE]\n\n"

// Dialects are those of the providers that presets name.
var Dialects = []Dialect{
	{
		Name:   "deepseek", // comments while the request waits, content null while it thinks, usage in the last chunk
		Before: ": keep-alive\n\n: keep-alive\n\n" + `data: {"id":"f2","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-flash","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":""},"logprobs":null,"finish_reason":null}]}` + "\n\n",
		Think:  `data: {"id":"f2","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-flash","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"$T"},"logprobs":null,"finish_reason":null}]}` + "\n\n: keep-alive\n\n",
		Text:   `data: {"id":"f2","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-flash","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":"$T","reasoning_content":null},"logprobs":null,"finish_reason":null}]}` + "\n\n",
		After:  `data: {"id":"f2","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-flash","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"message":"Authentication Fails, Your api key: ****never is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}}`, "auth"},
			{400, `{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}`, "request"},
			{402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`, "rate_limit"},
			{200, `data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"insufficient_system_resource"}]}` + "\n\n" + openAIEnd, "unavailable"},
		},
	},
	{
		Name:   "dashscope", // a chunk with usage and no choices behind the last one
		Before: `data: {"choices":[{"delta":{"content":null,"role":"assistant","reasoning_content":""},"index":0,"logprobs":null,"finish_reason":null}],"object":"chat.completion.chunk","usage":null,"created":1793491200,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-1"}` + "\n\n",
		Think:  `data: {"choices":[{"finish_reason":null,"logprobs":null,"delta":{"content":null,"reasoning_content":"$T"},"index":0}],"object":"chat.completion.chunk","usage":null,"created":1793491200,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-1"}` + "\n\n",
		Text:   `data: {"choices":[{"delta":{"content":"$T","reasoning_content":null},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1793491200,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-1"}` + "\n\n",
		After:  `data: {"choices":[{"delta":{"content":"","reasoning_content":null},"finish_reason":"stop","index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1793491200,"model":"qwen-plus","id":"chatcmpl-1"}` + "\n\n" + `data: {"choices":[],"object":"chat.completion.chunk","usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14},"model":"qwen-plus","id":"chatcmpl-1"}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"message":"Incorrect API key provided. ","type":"invalid_request_error","param":null,"code":"invalid_api_key"},"request_id":"r"}`, "auth"},
			{404, `{"error":{"message":"The model ` + "`x`" + ` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"},"request_id":"r"}`, "request"},
			{400, `{"error":{"message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]","type":"invalid_request_error","param":null,"code":"invalid_parameter_error"},"request_id":"r"}`, "request"},
		},
	},
	{
		Name:  "glm", // no space behind "data:", its own reasons to finish
		Think: `data: {"id":"20261101","created":1793491200,"object":"chat.completion.chunk","model":"glm-5.2","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"$T"}}]}` + "\n\n",
		Text:  `data: {"id":"20261101","created":1793491200,"object":"chat.completion.chunk","model":"glm-5.2","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"}}]}` + "\n\n",
		After: `data: {"id":"20261101","created":1793491200,"object":"chat.completion.chunk","model":"glm-5.2","choices":[{"index":0,"finish_reason":"stop","delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"code":"1000","message":"身份验证失败。"}}`, "auth"},
			{400, `{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}`, "request"},
			{429, `{"error":{"code":"1113","message":"您的账户已欠费，请充值后重试。"}}`, "rate_limit"},
			{200, `data: {"choices":[{"index":0,"finish_reason":"network_error","delta":{"role":"assistant","content":""}}]}` + "\n\n" + openAIEnd, "unavailable"},
		},
	},
	{
		Name:  "spark", // code, message and sid in every chunk, no finish_reason, no space
		Text:  `data:{"code":0,"message":"Success","sid":"cha000b000c@dx1905cf38fc8b86d552","id":"cha000b000c@dx1905cf38fc8b86d552","created":1793491200,"choices":[{"delta":{"role":"assistant","content":"$T"},"index":0}]}` + "\n\n",
		After: `data:{"code":0,"message":"Success","sid":"cha000b000c@dx1905cf38fc8b86d552","id":"cha000b000c@dx1905cf38fc8b86d552","created":1793491200,"choices":[{"delta":{"role":"assistant","content":""},"index":0}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\ndata:[DONE]\n\n",
		Errors: []Refusal{
			{401, `{"error":{"message":"invalid user","type":"api_error","param":null,"code":null}}`, "auth"},
			{200, `data:{"code":11200,"message":"AppIdNoAuthError:(1001)","sid":"cha000b0001@dx1"}` + "\n\n", "auth"},
			{200, `data:{"code":10907,"message":"token limit","sid":"cha000b0001@dx1","choices":[{"delta":{"role":"assistant","content":""},"index":0}]}` + "\n\n", "request"},
			{200, `{"code":11202,"message":"AppIdQpsOverFlow","sid":"cha000b0001@dx1"}`, "rate_limit"},
		},
	},
	{
		Name:  "spark-x1",
		Think: `data:{"code":0,"message":"Success","sid":"cha000b000d@dx1","choices":[{"delta":{"role":"assistant","content":"","reasoning_content":"$T"},"index":0}]}` + "\n\n",
		Text:  `data:{"code":0,"message":"Success","sid":"cha000b000d@dx1","choices":[{"delta":{"role":"assistant","content":"$T"},"index":0}]}` + "\n\n",
		After: `data:{"code":0,"message":"Success","sid":"cha000b000d@dx1","choices":[{"delta":{"role":"assistant","content":""},"index":0}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\ndata:[DONE]\n\n",
	},
	{
		Name:  "qianfan",
		Think: `data: {"id":"as-1","object":"chat.completion.chunk","created":1793491200,"model":"ernie-5.1","choices":[{"index":0,"delta":{"content":"","reasoning_content":"$T"},"flag":0}]}` + "\n\n",
		Text:  `data: {"id":"as-1","object":"chat.completion.chunk","created":1793491200,"model":"ernie-5.1","choices":[{"index":0,"delta":{"content":"$T"},"flag":0}]}` + "\n\n",
		After: `data: {"id":"as-1","object":"chat.completion.chunk","created":1793491200,"model":"ernie-5.1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","flag":0}]}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"code":"invalid_iam_token","message":"IAM Certification failed","type":"invalid_request_error"},"id":"as-1"}`, "auth"},
			{404, `{"error":{"code":"invalid_model","message":"No permission to use the model","type":"invalid_request_error"},"id":"as-1"}`, "request"},
		},
	},
	{
		Name:  "hunyuan", // a note and moderation beside the choices
		Think: `data: {"id":"h1","object":"chat.completion.chunk","created":1793491200,"model":"hunyuan-turbos-latest","system_fingerprint":"","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"$T"},"finish_reason":null}],"note":"以上内容为AI生成，不代表开发者立场，请勿删除或修改本标记","usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}` + "\n\n",
		Text:  `data: {"id":"h1","object":"chat.completion.chunk","created":1793491200,"model":"hunyuan-turbos-latest","system_fingerprint":"","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"},"finish_reason":null}],"note":"以上内容为AI生成，不代表开发者立场，请勿删除或修改本标记","usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}` + "\n\n",
		After: `data: {"id":"h1","object":"chat.completion.chunk","created":1793491200,"model":"hunyuan-turbos-latest","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, "auth"},
		},
	},
	{
		Name:   "moonshot", // usage within the last choice
		Before: `data: {"id":"cmpl-1","object":"chat.completion.chunk","created":1793491200,"model":"kimi-k2.6","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}` + "\n\n",
		Think:  `data: {"id":"cmpl-1","object":"chat.completion.chunk","created":1793491200,"model":"kimi-k2.6","choices":[{"index":0,"delta":{"reasoning_content":"$T"},"finish_reason":null}]}` + "\n\n",
		Text:   `data: {"id":"cmpl-1","object":"chat.completion.chunk","created":1793491200,"model":"kimi-k2.6","choices":[{"index":0,"delta":{"content":"$T"},"finish_reason":null}]}` + "\n\n",
		After:  `data: {"id":"cmpl-1","object":"chat.completion.chunk","created":1793491200,"model":"kimi-k2.6","choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}]}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"message":"Incorrect API key provided","type":"incorrect_api_key_error"}}`, "auth"},
			{404, `{"error":{"message":"Not found the model x or Permission denied","type":"resource_not_found_error"}}`, "request"},
			{400, `{"error":{"message":"invalid temperature: only 1 is allowed for this model","type":"invalid_request_error"}}`, "request"},
		},
	},
	{
		Name:  "doubao",
		Think: `data: {"choices":[{"delta":{"content":"","reasoning_content":"$T","role":"assistant"},"index":0}],"created":1793491200,"id":"02177","model":"doubao-seed-2-0-pro-260215","service_tier":"default","object":"chat.completion.chunk","usage":null}` + "\n\n",
		Text:  `data: {"choices":[{"delta":{"content":"$T","role":"assistant"},"index":0}],"created":1793491200,"id":"02177","model":"doubao-seed-2-0-pro-260215","service_tier":"default","object":"chat.completion.chunk","usage":null}` + "\n\n",
		After: `data: {"choices":[{"delta":{"content":"","role":"assistant"},"finish_reason":"stop","index":0}],"created":1793491200,"id":"02177","model":"doubao-seed-2-0-pro-260215","service_tier":"default","object":"chat.completion.chunk","usage":null}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"code":"AuthenticationError","message":"The API key format is incorrect. Request id: 0217","param":"","type":"Unauthorized"}}`, "auth"},
			{404, `{"error":{"code":"InvalidEndpointOrModel.NotFound","message":"The model or endpoint x does not exist or you do not have access to it. Request id: 0217","param":"","type":"NotFound"}}`, "request"},
		},
	},
	{
		Name: "minimax", // thinking within the text, errors with status 200
		Open: "<think>\n", Close: "\n</think>\n\n",
		Text:  `data: {"id":"05","choices":[{"index":0,"delta":{"content":"$T","role":"assistant","name":"MiniMax AI","audio_content":""}}],"created":1793491200,"model":"MiniMax-M3","object":"chat.completion.chunk","usage":null,"input_sensitive":false,"output_sensitive":false}` + "\n\n",
		After: `data: {"id":"05","choices":[{"finish_reason":"stop","index":0,"delta":{"content":"","role":"assistant"}}],"created":1793491200,"model":"MiniMax-M3","object":"chat.completion.chunk","usage":{"total_tokens":14},"base_resp":{"status_code":0,"status_msg":""}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{200, `{"id":"05","choices":null,"base_resp":{"status_code":1004,"status_msg":"login fail: Please carry the API secret key in the 'Authorization' field of the request header"}}`, "auth"},
			{200, `data: {"choices":null,"base_resp":{"status_code":1002,"status_msg":"rate limit"}}` + "\n\n", "rate_limit"},
			{200, `{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}`, "rate_limit"},
		},
	},
	{
		Name:  "siliconflow", // code and message without an error object, a bare string for the key
		Think: `data: {"id":"019","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-ai/DeepSeek-V4-Flash","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"$T","role":"assistant"},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}` + "\n\n",
		Text:  `data: {"id":"019","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-ai/DeepSeek-V4-Flash","choices":[{"index":0,"delta":{"content":"$T","reasoning_content":null},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}` + "\n\n",
		After: `data: {"id":"019","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-ai/DeepSeek-V4-Flash","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"finish_reason":"stop"}],"system_fingerprint":"","usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `"Invalid token"`, "auth"},
			{400, `{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}`, "request"},
			{403, `{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}`, "rate_limit"},
			{200, `{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}`, "unavailable"},
		},
	},
	{
		Name:  "ollama", // reasoning instead of reasoning_content
		Think: `data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1793491200,"model":"qwen3:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"$T"},"finish_reason":null}]}` + "\n\n",
		Text:  `data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1793491200,"model":"qwen3:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"},"finish_reason":null}]}` + "\n\n",
		After: `data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1793491200,"model":"qwen3:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{404, `{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}`, "request"},
		},
	},
	{
		Name:   "vllm", // started without a parser: a template that opens the element itself
		Close:  "\n</think>\n\n",
		Before: `data: {"id":"chatcmpl-8","object":"chat.completion.chunk","created":1793491200,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}` + "\n\n",
		Text:   `data: {"id":"chatcmpl-8","object":"chat.completion.chunk","created":1793491200,"model":"m","choices":[{"index":0,"delta":{"content":"$T"},"logprobs":null,"finish_reason":null,"token_ids":null}]}` + "\n\n",
		After:  `data: {"id":"chatcmpl-8","object":"chat.completion.chunk","created":1793491200,"model":"m","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}]}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{404, `{"error":{"message":"The model ` + "`x`" + ` does not exist.","type":"NotFoundError","param":"model","code":404}}`, "request"},
			{400, `{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}`, "request"},
			{200, `data: {"error":{"message":"EngineCore encountered an issue.","type":"InternalServerError","param":null,"code":500}}` + "\n\n" + openAIEnd, "unavailable"},
		},
	},
	{
		Name:  "lmstudio",
		Think: `data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1793491200,"model":"m","system_fingerprint":"m","choices":[{"index":0,"delta":{"role":"assistant","reasoning":"$T"},"logprobs":null,"finish_reason":null}]}` + "\n\n",
		Text:  `data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1793491200,"model":"m","system_fingerprint":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"},"logprobs":null,"finish_reason":null}]}` + "\n\n",
		After: `data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1793491200,"model":"m","system_fingerprint":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{200, `{"error":"Unexpected endpoint or method. (POST /chat/completions)"}`, "unavailable"},
			{404, `{"error":{"message":"Failed to load model \"x\". Error: Model does not exist.","type":"invalid_request_error","param":"model","code":"model_not_found"}}`, "request"},
		},
	},
	{
		Name: "xinference", // CRLF, and a comment from its SSE library
		Open: "<think>", Close: "</think>",
		Text:  `data: {"id":"chat-1","model":"m","created":1793491200,"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"},"finish_reason":null}]}` + "\r\n\r\n",
		After: ": ping - 2026-11-01 00:00:00\r\n\r\n" + `data: {"id":"chat-1","model":"m","created":1793491200,"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}` + "\r\n\r\ndata: [DONE]\r\n\r\n",
		Errors: []Refusal{
			{400, `{"detail":"[address=0.0.0.0:1, pid=1] Model not found, uid: x"}`, "request"},
		},
	},
	{
		Name:  "sensenova", // finish_reason "" while it goes on, usage alone at the end
		Think: `data: {"id":"da","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"reasoning":"$T"},"finish_reason":""}]}` + "\n\n",
		Text:  `data: {"id":"da","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"$T"},"finish_reason":""}]}` + "\n\n",
		After: `data: {"id":"da","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + `data: {"choices":[], "usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{404, `{"error":{"message":"model is not found","type":"not_found_error","code":"5"}}`, "request"},
			{400, `{"error":{"message":"Errors in message queue response","type":"invalid_request_error","code":"3"}}`, "request"},
		},
	},
	{
		Name:  "ling",
		Think: `data: {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1793491200,"model":"Ring-2.5-1T","choices":[{"index":0,"delta":{"reasoning_content":"$T"},"finish_reason":null}]}` + "\n\n",
		Text:  `data: {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1793491200,"model":"Ling-2.6-flash","choices":[{"index":0,"delta":{"content":"$T"},"finish_reason":null}]}` + "\n\n",
		After: `data: {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1793491200,"model":"Ling-2.6-flash","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + openAIEnd,
	},
	{
		Name:  "huawei",
		Think: `data: {"id":"chat-1","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-v3.1","choices":[{"index":0,"delta":{"reasoning_content":"$T"},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":5,"total_tokens":6,"completion_tokens":1}}` + "\n\n",
		Text:  `data: {"id":"chat-1","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-v3.1","choices":[{"index":0,"delta":{"content":"$T"},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":5,"total_tokens":6,"completion_tokens":1}}` + "\n\n",
		After: `data: {"id":"chat-1","object":"chat.completion.chunk","created":1793491200,"model":"deepseek-v3.1","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":5,"total_tokens":14,"completion_tokens":9}}` + "\n\n" + `data: {"id":"chat-1","choices":[],"usage":{"prompt_tokens":5,"total_tokens":14,"completion_tokens":9}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error_code":"ModelArts.81002","error_msg":"Authentication failed"}`, "auth"},
			{404, `{"error_code":"ModelArts.81009","error_msg":"Invalid model"}`, "request"},
		},
	},
	{
		Name:  "baichuan",
		Text:  `data: {"id":"chatcmpl-M","object":"chat.completion.chunk","created":1793491200,"model":"Baichuan4-Turbo","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"}}]}` + "\n\n",
		After: `data: {"id":"chatcmpl-M","object":"chat.completion.chunk","created":1793491200,"model":"Baichuan4-Turbo","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"code":"invalid_api_key","param":null,"type":"invalid_api_key","message":"Incorrect API key provided"}}`, "auth"},
			{429, `{"error":{"code":null,"param":null,"type":"insufficient_quota","message":"Insufficient account balance, please recharge"}}`, "rate_limit"},
		},
	},
	{
		Name:   "openai", // padding against guessing by length
		Before: `data: {"id":"chatcmpl-C","object":"chat.completion.chunk","created":1793491200,"model":"gpt-5-mini","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"obfuscation":"a1b"}` + "\n\n",
		Text:   `data: {"id":"chatcmpl-C","object":"chat.completion.chunk","created":1793491200,"model":"gpt-5-mini","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":"$T"},"finish_reason":null}],"obfuscation":"c2"}` + "\n\n",
		After:  `data: {"id":"chatcmpl-C","object":"chat.completion.chunk","created":1793491200,"model":"gpt-5-mini","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"obfuscation":"d"}` + "\n\n" + openAIEnd,
		Errors: []Refusal{
			{401, `{"error":{"message":"Incorrect API key provided: sk-never.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, "auth"},
			{400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`, "request"},
		},
	},
	{
		Name: "minicpm", // Ollama's stream, with a model that Ollama does not know to think
		Open: "<think>\n", Close: "\n</think>\n",
		Text:  `data: {"id":"chatcmpl-6","object":"chat.completion.chunk","created":1793491200,"model":"minicpm-v4.5:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"$T"},"finish_reason":null}]}` + "\n\n",
		After: `data: {"id":"chatcmpl-6","object":"chat.completion.chunk","created":1793491200,"model":"minicpm-v4.5:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}` + "\n\n" + openAIEnd,
	},
}
