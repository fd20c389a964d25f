package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// respond sends v as JSON. It returns an error, before anything is sent, if v has
// no JSON form (a NaN, say).
func (s *Server) respond(c *gin.Context, status int, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	s.send(c, status, "application/json; charset=utf-8", data)
	return nil
}

// send writes a whole response. The time for it starts now, however long the work took.
func (s *Server) send(c *gin.Context, status int, contentType string, data []byte) {
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(s.Timeouts.Write))
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	c.Status(status)
	c.Writer.WriteHeaderNow()
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(data) // fails only if the client has gone
	}
}

// encode returns v as one line of JSON with its newline.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// list makes nil an empty JSON array.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// date is a day as YYYY-MM-DD, empty for none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
