package preset

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yinju/rag"
	"yinju/rag/openai"
	"yinju/rag/openai/openaitest"
)

// heard is what came of an answer.
type heard struct{ thinks, says, finish string }

func ask(t *testing.T, c openai.Chat) (heard, error) {
	t.Helper()
	var h heard
	finish, err := c.Chat(t.Context(), []rag.Message{{Role: "system", Content: "Answer."}, {Role: "user", Content: "问"}}, func(p rag.Piece) error {
		if p.Recant {
			h.says = ""
		}
		if p.Thinking {
			h.thinks += p.Text
		} else {
			h.says += p.Text
		}
		return nil
	})
	h.finish = finish
	return h, err
}

func TestEveryDialectIsUnderstood(t *testing.T) {
	t.Parallel()
	thinking := []string{"读者问", "「[9]」\n", "看第二段。"}
	answer := []string{"讯飞星火", "上线，\"用户\"", "\\破百万[", "1", "]。```<think>代码</think>```"}
	dialects := make(map[string]openaitest.Dialect)
	for _, d := range openaitest.Dialects {
		dialects[d.Name] = d
	}
	for _, p := range All {
		d, found := dialects[p.Name]
		if !found {
			t.Errorf("%s has no replica", p.Name)
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			fake := &openaitest.Server{}
			base, stop := fake.Start()
			t.Cleanup(stop)
			c := openai.Chat{BaseURL: base, Name: "m", Key: "sk-never", Quirks: p.Quirks, Retries: -1, FirstWait: time.Millisecond}
			for _, thoughts := range [][]string{nil, thinking} {
				fake.Script(openaitest.Fault{Kind: openaitest.Raw, Body: d.Stream(thoughts, answer)})
				want := heard{says: strings.Join(answer, ""), finish: "stop"}
				if thoughts != nil && (d.Think != "" || d.Close != "") {
					want.thinks = strings.Join(thoughts, "")
				}
				got, err := ask(t, c)
				got.thinks = strings.TrimSuffix(got.thinks, "\n")
				if err != nil || got != want {
					t.Errorf("got %+v, %v\nwant %+v", got, err, want)
				}
			}
			for _, refusal := range d.Errors {
				f := openaitest.Fault{Kind: openaitest.ErrorStatus, Status: refusal.Status, Body: refusal.Body}
				if refusal.Status == 200 {
					f = openaitest.Fault{Kind: openaitest.Raw, Body: refusal.Body}
				}
				fake.Script(f)
				_, err := ask(t, c)
				var failed *rag.ModelError
				if !errors.As(err, &failed) || string(failed.Kind) != refusal.Means {
					t.Errorf("%d %s: %v, want %s", refusal.Status, refusal.Body, err, refusal.Means)
				} else if strings.Contains(err.Error(), "sk-never") {
					t.Errorf("the key is shown: %v", err)
				}
			}
		})
	}
}

// What is asked of a server keeps to what its quirks say.
func TestRequestsKeepToQuirks(t *testing.T) {
	t.Parallel()
	hot := float32(0)
	for name, c := range map[string]struct {
		model    string
		thinking openai.Thinking
		holds    []string
		lacks    []string
	}{
		"spark":     {"lite", "", []string{`"temperature":0.01`, `"max_tokens":7`, `[{"role":"user","content":"Answer.\n\n问"}]`}, []string{`"system"`, "stream_options"}},
		"dashscope": {"qwen-plus", openai.ThinkingOff, []string{`"enable_thinking":false`, `"role":"system"`}, nil},
		"glm":       {"glm", openai.ThinkingOn, []string{`"thinking":{"type":"enabled"}`}, nil},
		"moonshot":  {"kimi-k2.6", openai.ThinkingOff, []string{`"thinking":{"type":"disabled"}`, `"max_completion_tokens":7`}, []string{"temperature", "max_tokens"}},
		"vllm":      {"m", openai.ThinkingOff, []string{`"chat_template_kwargs":{"enable_thinking":false}`}, nil},
		"huawei":    {"m", openai.ThinkingOn, []string{`"chat_template_kwargs":{"thinking":true}`}, nil},
		"ollama":    {"m", openai.ThinkingOff, []string{`"reasoning_effort":"none"`}, nil},
		"openai":    {"gpt-5-mini", "", []string{`"max_completion_tokens":7`}, []string{`"max_tokens"`}},
		"deepseek":  {"m", "", []string{`"max_tokens":7`}, []string{"thinking", "stream_options", "max_completion"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := Find(name)
			fake := &openaitest.Server{}
			base, stop := fake.Start()
			t.Cleanup(stop)
			fake.Script(openaitest.Fault{Kind: openaitest.Raw, Body: "data: {\"choices\":[{\"delta\":{\"content\":\"好\"},\"finish_reason\":\"stop\"}]}\n\n"})
			if _, err := ask(t, openai.Chat{BaseURL: base, Name: c.model, Quirks: p.Quirks, Thinking: c.thinking, Temperature: &hot, MaxTokens: 7}); err != nil {
				t.Fatal(err)
			}
			body := fake.Requests("chat")[0].Body
			for _, want := range c.holds {
				if !strings.Contains(body, want) {
					t.Errorf("no %s in %s", want, body)
				}
			}
			for _, never := range c.lacks {
				if strings.Contains(body, never) {
					t.Errorf("%s in %s", never, body)
				}
			}
		})
	}
}
