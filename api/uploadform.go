package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
)

// uploadForm is the form of an upload.
type uploadForm struct {
	corpus.Placing
	files []*uploaded
	given map[string]bool // fields that have come
}

// readUpload stages the files of a request's form, one after the other as they come.
func (s *Server) readUpload(c *gin.Context, batch *corpus.Batch, form *uploadForm) error {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return fault("upload_type")
	}
	if params["boundary"] == "" {
		return fault("upload_form")
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.Timeouts.Upload)
	defer cancel()
	body := &patientReader{c.Request.Body, http.NewResponseController(c.Writer), s.Timeouts.Read, time.Now().Add(s.Timeouts.Upload)}
	parts := multipart.NewReader(body, params["boundary"])
	form.given = make(map[string]bool)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF { // a wrapped one is an end too early
			break
		}
		if err != nil {
			return uploadProblem(ctx, err)
		}
		if err := s.readPart(c, ctx, batch, form, part); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return uploadProblem(ctx, err)
	}
	liftReadDeadline(c)
	if len(form.files) == 0 {
		return fault("missing", "file")
	}
	return nil
}

// maxField bounds a field of the form that is no file, in bytes.
const maxField = maxPath

func (s *Server) readPart(c *gin.Context, ctx context.Context, batch *corpus.Batch, form *uploadForm, part *multipart.Part) error { //nolint:revive // c answers, ctx ends the reading
	switch name := part.FormName(); name {
	case "file", "files":
		return s.readFile(c, ctx, batch, form, part)
	case "folder", "replace", "copies":
		if form.given[name] {
			return fault("repeated", name)
		}
		form.given[name] = true
		data, err := io.ReadAll(io.LimitReader(part, maxField+1))
		switch {
		case err != nil:
			return uploadProblem(ctx, err)
		case len(data) > maxField:
			return fault("too_long", name, maxField)
		case !utf8.Valid(data):
			return fault("charset")
		}
		return form.set(name, string(data))
	default:
		return fault("unknown_field", name)
	}
}

func (f *uploadForm) set(name, value string) error {
	if name == "folder" {
		f.Folder = value
		return nil
	}
	if value != "true" && value != "false" {
		return fault("bad_flag", name)
	}
	if name == "replace" {
		f.Replace = value == "true"
	} else {
		f.Copies = value == "true"
	}
	return nil
}

func (s *Server) readFile(c *gin.Context, ctx context.Context, batch *corpus.Batch, form *uploadForm, part *multipart.Part) error { //nolint:revive // as above
	if len(form.files) == s.Limits.UploadFiles {
		return fault("too_many", "file", s.Limits.UploadFiles)
	}
	name := fileName(part.Header.Get("Content-Disposition"))
	if name == "" {
		return fault("missing", "filename")
	}
	u := &uploaded{Name: shorten(name, 300), Skipped: []corpus.Skipped{}, Warnings: []string{}}
	form.files = append(form.files, u)
	staged, err := batch.Stage(ctx, name, part)
	var refused *corpus.WriteError
	switch {
	case errors.As(err, &refused):
		// Where one file finds no room, the next one will not.
		if refused.Kind == corpus.WriteNoSpace || refused.Kind == corpus.WriteNotWritable || refused.Kind == corpus.WriteNoFolder || refused.Kind == corpus.WriteFailed {
			return err
		}
		s.refuse(c, u, err)
		return nil
	case err != nil:
		return uploadProblem(ctx, err)
	}
	u.staged, u.Articles = staged, staged.Articles
	u.Skipped, u.Warnings = list(staged.Skipped), list(staged.Warnings)
	return nil
}

// uploadProblem words what ended the reading of an upload.
func uploadProblem(ctx context.Context, err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fault("upload_too_large", tooLarge.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fault("upload_slow")
	}
	return fault("upload_form")
}

// patientReader gives a client time for each stretch of a body, and for all of it.
type patientReader struct {
	io.Reader
	control *http.ResponseController
	idle    time.Duration
	until   time.Time
}

func (r *patientReader) Read(p []byte) (int, error) {
	deadline := time.Now().Add(r.idle)
	if r.until.Before(deadline) {
		deadline = r.until
	}
	_ = r.control.SetReadDeadline(deadline) // only a test's recorder has none
	return r.Reader.Read(p)
}

// otherCharset finds a file name in a charset that package mime does not know
// (RFC 5987: GBK”%CE%C4.md).
var otherCharset = regexp.MustCompile(`(?i)filename\*\s*=\s*"?[\w-]+'[^']*'([^;"\s]+)`)

// fileName is the name in a Content-Disposition, in whatever encoding it came.
func fileName(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	name := params["filename"]
	if found := otherCharset.FindStringSubmatch(disposition); name == "" && found != nil {
		name, err = url.PathUnescape(found[1])
	}
	if err != nil {
		return ""
	}
	if strings.HasPrefix(name, "=?") { // as mail programs write it (RFC 2047)
		if word, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = word
		}
	}
	return name
}
