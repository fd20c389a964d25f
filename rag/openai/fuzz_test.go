package openai

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"yinju/rag"
)

var streams = []string{
	"data: {\"choices\":[{\"delta\":{\"content\":\"好\"},\"finish_reason\":null}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
	": keep-alive\n\n: keep-alive\r\n\r\nevent: error\ndata: {\"message\":\"x\"}\n\n",
	"{\"choices\":[{\"message\":{\"content\":\"<think>a</think>好\"},\"finish_reason\":\"stop\"}]}",
	"data: {\"choices\":[{\"delta\":{\"content\":\"\xe5\"}}]}\ndata: {\"choices\":[{\"delta\":{\"content\":\"\xa5\xbd\"},\"finish_reason\":\"stop\"}]}",
	"data: {\"choices\":[{\"delta\":{\"content\":\"a\U0010FFE5b\"},\"finish_reason\":\"stop\"}]}\n",
	"data: {\"error\":{\"code\":429}}\n", "<!DOCTYPE html>", "\uFEFFdata:\n", "id\nretry\ndata: x", "{\"error\":\"x\"}", "",
}

// FuzzFilter states that the filter hands on data lines only, none much longer than the
// limit, and the same whatever way the bytes arrive; and that its errors are its own.
func FuzzFilter(f *testing.F) {
	for _, s := range streams {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		const limit = 200
		read := func(r io.Reader) (string, error) {
			out, err := io.ReadAll(endpoint{names: chatSettings}.newFilter(io.NopCloser(r), limit))
			return string(out), err
		}
		out, err := read(bytes.NewReader(body))
		var own *failure
		if err != nil && !errors.As(err, &own) {
			t.Fatalf("foreign error %v", err)
		}
		for line := range strings.Lines(out) {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok || !strings.HasSuffix(line, "\n") || !utf8.ValidString(line) || len(data) > 6*limit+100 {
				t.Fatalf("line %q", line)
			}
		}
		slow, slowErr := read(iotest.OneByteReader(bytes.NewReader(body)))
		if slow != out || (slowErr == nil) != (err == nil) {
			t.Fatalf("byte by byte %q, %v; at once %q, %v", slow, slowErr, out, err)
		}
	})
}

// answerWith answers every request with status 200 and the same body.
type answerWith []byte

func (a answerWith) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(a)), Header: http.Header{}, Request: r}, nil
}

// FuzzChat states that pieces are valid UTF-8 and never empty, that an answer counts as
// finished only if the body holds a finish reason, and that errors are ModelErrors.
func FuzzChat(f *testing.F) {
	for _, s := range streams {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := Chat{BaseURL: "http://host.example/v1", Name: "m", Retries: -1, HTTP: &http.Client{Transport: answerWith(body)}}
		var pieces []string
		finish, err := c.Chat(context.Background(), question("q"), func(p rag.Piece) error {
			if p.Text == "" || !utf8.ValidString(p.Text) || p.Recant && !p.Thinking {
				t.Fatalf("piece %+v", p)
			}
			if p.Recant {
				pieces = nil
			}
			if !p.Thinking {
				pieces = append(pieces, p.Text)
			}
			return nil
		})
		var own *rag.ModelError
		switch {
		case err == nil:
			// JSON names may be escaped or written in another case.
			lower := bytes.ToLower(body)
			if finish == "" || len(pieces) == 0 || !bytes.Contains(lower, []byte("finish")) && !bytes.Contains(lower, []byte(`\u`)) &&
				!bytes.ContainsRune(lower, 'ſ') {
				t.Fatalf("finished with %q, %q", finish, pieces)
			}
		case !errors.As(err, &own):
			t.Fatalf("foreign error %v", err)
		}
	})
}

// FuzzAnswerText states that what is told of thinking and answer does not depend on
// where the text is cut, even within characters; and that nothing is lost but tags and
// space around them.
func FuzzAnswerText(f *testing.F) {
	for _, s := range []string{
		"好", "<think>好</think>\n 好", "<thin 好", "a<think>b</think>", "\xe5\xa5", "😀", "  ", "<think>", "<think></think>好", "</think>好",
		"<think>a</think>\n<think>b</think>c", "想\n</think>\n\n好", "想\n</think>", "用 </think> 结束", "```\n<think>x</think>\n```", "[THINK]a[/THINK]b",
		"<think>a</thin", "<think>\n\n</think>\n\n", "<seed:think>a</seed:think>b", "a\n</think>\nb\n</think>\nc",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, func(r rune) bool { return r >= escapeBase }) {
			t.Skip("bytes in disguise")
		}
		read := func(pieces []string) (thinks, says string) {
			var j joiner
			var text answerText
			take := func(parts []part) {
				for _, p := range parts {
					if p.text == "" || !utf8.ValidString(p.text) {
						t.Fatalf("part %+v", p)
					}
					if p.recant {
						if !strings.HasPrefix(p.text, says) {
							t.Fatalf("%q recants %q", p.text, says)
						}
						says = ""
					}
					if p.thinking {
						thinks += p.text
					} else {
						says += p.text
					}
				}
			}
			for _, piece := range pieces {
				take(text.push(j.push(string(escapeInvalid([]byte(piece))))))
			}
			take(text.push(j.rest()))
			take(text.rest())
			return thinks, says
		}
		var single []string
		for i := range len(s) {
			single = append(single, s[i:i+1])
		}
		thinks, says := read([]string{s})
		cutThinks, cutSays := read(single)
		// A run of broken bytes may show as one replacement character or as several.
		if !utf8.ValidString(s) {
			return
		}
		if cutThinks != thinks || cutSays != says {
			t.Fatalf("%q cut: %q, %q; whole: %q, %q", s, cutThinks, cutSays, thinks, says)
		}
		if lost := len(s) - len(thinks) - len(says); lost < 0 || lost > 0 && !strings.ContainsAny(s, "<[") {
			t.Fatalf("%q lost %d bytes: %q, %q", s, lost, thinks, says)
		}
	})
}
