package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// maxDepth bounds the nesting of JSON bodies; the deepest we take has 3 levels.
const maxDepth = 8

// decodeBody reads a request's JSON body into v and accepts nothing else: exactly
// one object in UTF-8, with known fields in lower case, each once.
func (s *Server) decodeBody(c *gin.Context, v any) error {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/json" {
		return fault("content_type")
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return fault("content_type")
	}
	body, err := s.readBody(c)
	if err != nil {
		return err
	}
	return decodeJSON(body, v)
}

func (s *Server) readBody(c *gin.Context) ([]byte, error) {
	body, err := io.ReadAll(c.Request.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault("too_large", tooLarge.Limit)
	case err != nil:
		return nil, fault("unreadable")
	}
	liftReadDeadline(c)
	return body, nil
}

// decodeNothing accepts no body, or an empty object.
func (s *Server) decodeNothing(c *gin.Context) error {
	body, err := s.readBody(c)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	return decodeJSON(body, &struct{}{})
}

func decodeJSON(body []byte, v any) error {
	if !utf8.Valid(body) {
		return fault("charset")
	}
	if err := checkJSON(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrongType):
		return fault("wrong_type", wrongType.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault("unknown_field", strings.Trim(name, `"`))
	}
	return fault("bad_json")
}

// checkJSON looks for what encoding/json lets pass: depth, keys that stand twice,
// keys that match a field only by letter case, anything behind the object.
func checkJSON(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []*level
	for {
		token, err := d.Token()
		if err != nil {
			return fault("bad_json")
		}
		if len(open) == 0 && token != json.Delim('{') {
			return fault("bad_json")
		}
		if len(open) > 0 {
			if err := open[len(open)-1].take(token); err != nil {
				return err
			}
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(open) == maxDepth {
				return fault("too_deep", maxDepth)
			}
			open = append(open, &level{object: token == json.Delim('{')})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			if len(bytes.TrimSpace(body[d.InputOffset():])) > 0 {
				return fault("bad_json")
			}
			return nil
		}
	}
}

// level is an open object or array of checkJSON.
type level struct {
	object bool
	value  bool // the next token is a key's value
	keys   map[string]bool
}

func (l *level) take(token json.Token) error {
	if !l.object || token == json.Delim('}') || token == json.Delim(']') {
		return nil
	}
	if l.value {
		l.value = false
		return nil
	}
	key, ok := token.(string)
	if !ok {
		return fault("bad_json")
	}
	if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return fault("unknown_field", key)
	}
	if l.keys[key] {
		return fault("duplicate_key", key)
	}
	if l.keys == nil {
		l.keys = map[string]bool{}
	}
	l.keys[key] = true
	l.value = true
	return nil
}
