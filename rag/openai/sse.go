package openai

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"
)

// filter is the body of a streamed answer as go-openai should see it: data lines
// only, one chunk a line, none longer than max bytes. It stops with a *failure at an
// error object, at a line without an end, and at what is no stream at all (an HTML
// page). A whole completion instead of a stream becomes a stream of one chunk.
//
// The format is Server-Sent Events (HTML standard, section 9.2), read as loosely as
// servers write it: events need no blank line between them, and an event is one line.
type filter struct {
	endpoint
	src        io.ReadCloser
	lines      *bufio.Reader
	max        int
	heard      func(data bool) // called for each line that came in
	done       func()          // called when [DONE] came
	unstreamed func()          // called when the answer comes whole
	out        []byte
	err        error
	stream     bool // a first field was seen, so this is a stream
	failed     bool // the event under way is named "error"
}

func (e endpoint) newFilter(src io.ReadCloser, maxLine int) *filter {
	return &filter{
		endpoint: e, src: src, lines: bufio.NewReader(src), max: maxLine,
		heard: func(bool) {}, done: func() {}, unstreamed: func() {},
	}
}

func (f *filter) Close() error { return f.src.Close() }

func (f *filter) Read(p []byte) (int, error) {
	for len(f.out) == 0 {
		if f.err != nil {
			return 0, f.err
		}
		var line []byte
		line, f.err = f.readLine()
		if _, broken := errors.AsType[*failure](f.err); broken {
			continue
		}
		if err := f.take(line); err != nil {
			f.err = err
		}
	}
	n := copy(p, f.out)
	f.out = f.out[n:]
	return n, nil
}

// readLine returns a line without its end; at the end of the body what is left, and
// io.EOF.
func (f *filter) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := f.lines.ReadSlice('\n')
		if len(line)+len(part) > f.max {
			return nil, f.protocolFailure(fmt.Sprintf("The server sent a line longer than %d bytes.", f.max))
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil, errors.Is(err, io.EOF):
			return bytes.TrimSpace(line), err
		}
		return nil, f.brokenFailure()
	}
}

var utf8BOM = []byte("\uFEFF")

func (f *filter) take(line []byte) error {
	if !f.stream {
		line = bytes.TrimPrefix(line, utf8BOM)
	}
	if len(line) == 0 || line[0] == ':' {
		f.heard(false)
		f.failed = f.failed && len(line) > 0
		return nil
	}
	f.heard(true)
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch string(field) {
	case "data":
		f.stream = true
		return f.data(value)
	case "event":
		f.stream = true
		f.failed = string(value) == "error"
		return nil
	case "id", "retry":
		f.stream = true
		return nil
	}
	switch {
	case f.stream && line[0] == '{':
		if err := f.errorIn(line); err != nil {
			return err
		}
		return nil
	case f.stream: // the standard lets unknown fields pass
		return nil
	case line[0] == '{':
		return f.whole(line)
	}
	if isPage(line) {
		return f.webPage(http.StatusOK)
	}
	return f.protocolFailure("The server answered with something else than a chat completion: check that " +
		f.names.url + " is the address of an OpenAI-compatible server, usually ending in /v1.")
}

func (f *filter) data(value []byte) error {
	switch {
	case len(value) == 0:
		return nil
	case f.failed:
		return f.reported(value)
	case string(value) == "[DONE]":
		f.done()
		// Read to the end, that the connection can serve again. What comes after the
		// end is of no interest, nor is an error there.
		_, _ = io.CopyN(io.Discard, f.lines, maxErrorBody)
		f.err = io.EOF
	default:
		if err := f.errorIn(value); err != nil {
			return err
		}
	}
	value = escapeInvalid(value)
	var c completion
	if json.Unmarshal(value, &c) == nil {
		value = c.chunk()
	}
	f.emit(value)
	return nil
}

func (f *filter) emit(data []byte) {
	f.out = append(append(append(f.out, "data: "...), data...), '\n')
}

// completion is what is used of a chunk, or of a whole answer.
type completion struct {
	Choices []struct {
		Index        int    `json:"index"`
		Message      *said  `json:"message"`
		Delta        *said  `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
}

// said is what a message or its delta holds. The thinking has two names: DeepSeek's,
// which most took over, and OpenRouter's, which vLLM, Ollama and SenseNova use.
type said struct {
	Content          string `json:"content"`
	ReasoningContent string `json:"reasoning_content"`
	Reasoning        text   `json:"reasoning"`
}

// text is a string, or empty where something else stands.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	}
	return nil
}

// plainChunk is a chunk as go-openai knows it.
type plainChunk struct {
	Choices []plainChoice `json:"choices"`
}

type plainChoice struct {
	Delta struct {
		Content          string `json:"content,omitempty"`
		ReasoningContent string `json:"reasoning_content,omitempty"`
	} `json:"delta"`
	FinishReason string `json:"finish_reason,omitempty"`
}

// chunk writes a chunk anew, in one dialect, with the first choice only.
func (c completion) chunk() []byte {
	plain := plainChunk{Choices: []plainChoice{}}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		if len(plain.Choices) == 0 {
			plain.Choices = make([]plainChoice, 1)
		}
		to := &plain.Choices[0]
		for _, from := range []*said{choice.Delta, choice.Message} {
			if from != nil {
				to.Delta.Content += from.Content
				to.Delta.ReasoningContent += cmp.Or(from.ReasoningContent, string(from.Reasoning))
			}
		}
		to.FinishReason = cmp.Or(choice.FinishReason, to.FinishReason)
	}
	data, err := json.Marshal(plain)
	if err != nil {
		return nil // strings always can be written
	}
	return data
}

func (f *filter) whole(line []byte) error {
	body := line
	if f.err == nil {
		rest, err := f.readAll(f.lines, max(f.max-len(line), 0))
		if err != nil {
			return err
		}
		body = append(append(body, '\n'), rest...)
	}
	if err := f.errorIn(body); err != nil {
		return err
	}
	body = escapeInvalid(body)
	var c completion
	if err := json.Unmarshal(body, &c); err != nil || len(c.Choices) == 0 || c.Choices[0].Message == nil {
		return f.protocolFailure("The server answered with JSON that is not a chat completion: check that " +
			f.names.url + " is the address of an OpenAI-compatible server, usually ending in /v1.")
	}
	f.unstreamed()
	f.emit(c.chunk())
	f.emit([]byte("[DONE]"))
	f.done()
	f.err = io.EOF
	return nil
}

// Some servers cut a character between two chunks. Decoding JSON would make U+FFFD of
// both halves, so bytes that are not UTF-8 travel through it as characters of the
// private plane 16, as PEP 383 does with surrogates; answerText turns them back.
const escapeBase = 0x10FF00

func escapeInvalid(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	out := make([]byte, 0, len(b)+16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = escapeBase + rune(b[0])
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}
