package openaitest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

const maxBody = 16 << 20

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// The parameters a strict server knows: anything else is refused, as OpenAI does.
type chatRequest struct {
	Model               string         `json:"model"`
	Messages            []Message      `json:"messages"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options"`
	Temperature         *float64       `json:"temperature"`
	MaxTokens           *int           `json:"max_tokens"`
	MaxCompletionTokens *int           `json:"max_completion_tokens"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type embeddingRequest struct {
	Model          string `json:"model"`
	Input          inputs `json:"input"`
	EncodingFormat string `json:"encoding_format"`
	Dimensions     int    `json:"dimensions"`
}

// inputs is a string or a list of strings.
type inputs []string

func (in *inputs) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*in = inputs{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(in))
}

// parse reads a request, and says in refusal what is wrong with it.
func parse(path string, body []byte) (request Request, refusal string) {
	request = Request{Path: path, Body: string(body)}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if strings.HasSuffix(path, "/embeddings") {
		var e embeddingRequest
		if err := d.Decode(&e); err != nil {
			return request, "Unrecognized request: " + err.Error() + "."
		}
		request.Model, request.Input, request.Dimensions = e.Model, e.Input, e.Dimensions
		if len(e.Input) == 0 {
			return request, "'input' must not be empty."
		}
		for _, text := range e.Input {
			if strings.TrimSpace(text) == "" {
				return request, "'input' must not hold an empty string."
			}
		}
		if e.EncodingFormat != "" && e.EncodingFormat != "float" {
			return request, "'encoding_format' must be float."
		}
		return request, ""
	}
	var c chatRequest
	if err := d.Decode(&c); err != nil {
		return request, "Unrecognized request: " + err.Error() + "."
	}
	request.Model, request.Messages, request.Stream = c.Model, c.Messages, c.Stream
	if len(c.Messages) == 0 {
		return request, "'messages' must not be empty."
	}
	for _, m := range c.Messages {
		switch m.Role {
		case "system", "developer", "user", "assistant":
		default:
			return request, "'" + m.Role + "' is not a role."
		}
	}
	return request, ""
}

// refuses answers what a real server refuses for its content.
func (s *Server) refuses(w http.ResponseWriter, r Request) bool {
	model, batch := s.Model, s.MaxBatch
	if len(r.Input) > 0 {
		model = s.EmbedModel
	}
	if batch == 0 {
		batch = 2048
	}
	chars := 0
	for _, m := range r.Messages {
		chars += utf8.RuneCountInString(m.Content)
	}
	for _, text := range r.Input {
		chars = max(chars, utf8.RuneCountInString(text))
	}
	switch {
	case r.Model == "" || model != "" && r.Model != model:
		writeError(w, http.StatusNotFound, "invalid_request_error", "model_not_found", "The model '"+r.Model+"' does not exist.")
	case len(r.Input) > batch:
		writeError(w, http.StatusBadRequest, "invalid_request_error", "", "The batch size is too large.")
	case s.MaxChars > 0 && chars > s.MaxChars:
		writeError(w, http.StatusBadRequest, "invalid_request_error", "context_length_exceeded",
			"This model's maximum context length is exceeded.")
	default:
		return false
	}
	return true
}

type chunk struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   *usage   `json:"usage,omitempty"`
}

type choice struct {
	Index        int     `json:"index"`
	Delta        *delta  `json:"delta,omitempty"`
	Message      *delta  `json:"message,omitempty"`
	FinishReason *string `json:"finish_reason"`
}

type delta struct {
	Role             string  `json:"role,omitempty"`
	Content          *string `json:"content,omitempty"`
	ReasoningContent *string `json:"reasoning_content,omitempty"`
	Reasoning        *string `json:"reasoning,omitempty"`
}

type usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens,omitempty"`
	TotalTokens      int `json:"total_tokens"`
}

type embedding struct {
	Object    string    `json:"object"`
	Index     *int      `json:"index,omitempty"`
	Embedding []float32 `json:"embedding"`
}

type embeddingList struct {
	Object string      `json:"object"`
	Data   []embedding `json:"data"`
	Model  string      `json:"model"`
	Usage  usage       `json:"usage"`
}

type modelInfo struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

type modelList struct {
	Object string      `json:"object"`
	Data   []modelInfo `json:"data"`
}

func (s *Server) models() modelList {
	list := modelList{Object: "list", Data: []modelInfo{}}
	for _, name := range append([]string{s.Model, s.EmbedModel, s.RerankModel}, s.Models...) {
		if name != "" {
			list.Data = append(list.Data, modelInfo{ID: name, Object: "model", Created: created, OwnedBy: "openaitest"})
		}
	}
	return list
}

type apiError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

type errorBody struct {
	Error apiError `json:"error"`
}

func errorOf(kind, code, message string) errorBody {
	e := errorBody{apiError{Message: message, Type: kind}}
	if code != "" {
		e.Error.Code = &code
	}
	return e
}

func writeError(w http.ResponseWriter, status int, kind, code, message string) {
	writeJSON(w, status, errorOf(kind, code, message))
}

func writeJSON[T any](w http.ResponseWriter, status int, v T) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has left gets no answer.
	_ = json.NewEncoder(w).Encode(v)
}
