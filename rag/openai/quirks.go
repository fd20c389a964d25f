package openai

import (
	"slices"
	"strings"

	"yinju/rag"
)

// Quirks are what a server demands beyond, or beside, OpenAI's own format. The zero
// value demands nothing. Where a server's answers alone tell what is meant (names of
// the thinking, elements in the text, shapes of errors), there is no quirk: that is
// understood of every server. Yinju sends no stream_options, so that none is needed
// for servers that refuse them.
type Quirks struct {
	// NoFinish: [DONE] ends a whole answer, for no chunk has a finish_reason (Spark).
	NoFinish bool `json:"no_finish,omitempty"`
	// NoSystem names models without a system role, as exact names; for those,
	// instructions go into the first question.
	NoSystem []string `json:"no_system,omitempty"`
	// MaxCompletionTokens: the limit is called max_completion_tokens, not max_tokens.
	MaxCompletionTokens bool `json:"max_completion_tokens,omitempty"`
	// NoTemperature: the server refuses any temperature but its own, so none is sent.
	NoTemperature bool `json:"no_temperature,omitempty"`
	// Temperature is what the server accepts; what lies outside is moved to the bound.
	Temperature Range `json:"temperature,omitzero"`
	// Switch is how the server is told whether to think.
	Switch Switch `json:"switch,omitempty"`
}

// Range is an interval, with its bounds. The zero Range is all numbers.
type Range struct {
	Min float32 `json:"min"`
	Max float32 `json:"max"`
}

func (r Range) clamp(x float32) float32 {
	if r == (Range{}) {
		return x
	}
	return min(max(x, r.Min), r.Max)
}

// Thinking is what a model is asked to do before it answers.
type Thinking string

// The answers to whether a model is to think.
const (
	ThinkingAuto Thinking = "" // as the server likes
	ThinkingOn   Thinking = "on"
	ThinkingOff  Thinking = "off"
)

// Switch names the field of the request that turns thinking on and off.
type Switch string

// The switches.
const (
	NoSwitch      Switch = ""
	SwitchEnable  Switch = "enable_thinking"                      // true or false
	SwitchType    Switch = "thinking"                             // {"type":"enabled"} or {"type":"disabled"}
	SwitchKwargs  Switch = "chat_template_kwargs.enable_thinking" // true or false, as vLLM hands on to Qwen's template
	SwitchKwargs2 Switch = "chat_template_kwargs.thinking"        // the same for DeepSeek's template
	SwitchEffort  Switch = "reasoning_effort"                     // "medium" or "none"
)

// switched is the switch as a member of a JSON object, or empty.
func (q Quirks) switched(to Thinking) string {
	if to == ThinkingAuto {
		return ""
	}
	on := to == ThinkingOn
	pick := func(yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	switch q.Switch {
	case SwitchEnable:
		return `"enable_thinking":` + pick("true", "false")
	case SwitchType:
		return `"thinking":{"type":"` + pick("enabled", "disabled") + `"}`
	case SwitchKwargs:
		return `"chat_template_kwargs":{"enable_thinking":` + pick("true", "false") + `}`
	case SwitchKwargs2:
		return `"chat_template_kwargs":{"thinking":` + pick("true", "false") + `}`
	case SwitchEffort:
		return `"reasoning_effort":"` + pick("medium", "none") + `"`
	}
	return ""
}

// fold puts instructions into the first question, for a model without a system role.
func (q Quirks) fold(model string, messages []rag.Message) []rag.Message {
	if !slices.ContainsFunc(q.NoSystem, func(name string) bool { return strings.EqualFold(name, model) }) {
		return messages
	}
	var instructions []string
	var folded []rag.Message
	for _, m := range messages {
		if m.Role == "system" {
			instructions = append(instructions, m.Content)
			continue
		}
		if m.Role == "user" && instructions != nil {
			m.Content = strings.Join(append(instructions, m.Content), "\n\n")
			instructions = nil
		}
		folded = append(folded, m)
	}
	return folded
}

// finishReason gives a reason for the end of an answer the name that OpenAI has for it,
// and tells whether the server broke off. GLM says "sensitive", "network_error" and
// "model_context_window_exceeded"; DeepSeek and Huawei "insufficient_system_resource";
// Ollama, of a model unloaded meanwhile, "unload".
func finishReason(reason string) (name string, broken bool) {
	switch reason {
	case "sensitive", "content-filter", "risk":
		return "content_filter", false
	case "max_tokens", "model_context_window_exceeded", "model_length":
		return "length", false
	case "end_turn", "eos", "eos_token", "stop_sequence", "normal":
		return "stop", false
	case "network_error", "insufficient_system_resource", "error", "abort", "unload":
		return reason, true
	}
	return reason, false
}
