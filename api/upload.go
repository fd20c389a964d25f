package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
	"yinju/rag"
)

const uploadPath = "/articles"

// upload takes files into the folder, then reloads. All of the request is read before
// the first file takes its place, so that an upload that is cut leaves nothing.
func (s *Server) upload(c *gin.Context) error {
	if err := s.mayWrite(c); err != nil {
		return err
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return fault("upload_busy")
	}
	q := paramsOf(c)
	wait := q.flag("wait", true)
	form := uploadForm{Placing: corpus.Placing{Folder: q.exact("folder", maxPath), Replace: q.flag("replace", false), Copies: q.flag("copies", false)}}
	if err := q.err(); err != nil {
		return err
	}
	batch, err := s.Writes.Writer.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if err := batch.Close(); err != nil {
			s.Log.Warn("an upload's rest could not be removed", "error", err)
		}
	}()
	if err := s.readUpload(c, batch, &form); err != nil {
		c.Header("Connection", "close") // the rest of the body is not worth reading
		return err
	}
	changed := s.placeAll(c, batch, &form)
	return s.answerUpload(c, form.files, changed, wait)
}

// uploaded is what became of a file of an upload.
type uploaded struct {
	Name      string           `json:"name"` // as it was sent
	Path      string           `json:"path"`
	ID        string           `json:"id"` // of the article, empty if the file holds several
	Articles  int              `json:"articles"`
	Outcome   string           `json:"outcome"` // added, replaced, unchanged, duplicate or refused
	Duplicate string           `json:"duplicate_of,omitempty"`
	Trash     string           `json:"trash,omitempty"` // where the file is that was replaced
	Skipped   []corpus.Skipped `json:"skipped"`
	Warnings  []string         `json:"warnings"`
	Error     *errorWords      `json:"error,omitempty"`

	staged  *corpus.Staged
	problem *problem
}

func (s *Server) refuse(c *gin.Context, u *uploaded, err error) {
	u.problem = s.problemOf(err)
	words := u.problem.body(language(c.Request)).Error
	u.Outcome, u.Error = "refused", &words
	s.logProblem(u.problem, err)
}

// placeAll places what was staged, and tells whether the folder has changed.
func (s *Server) placeAll(c *gin.Context, batch *corpus.Batch, form *uploadForm) (changed bool) {
	taken := make(map[string]bool) // two files of one request never replace each other
	for _, u := range form.files {
		if u.problem != nil {
			continue
		}
		p := form.Placing
		p.Replace = p.Replace && !taken[u.staged.Name]
		taken[u.staged.Name] = true
		placed, err := batch.Place(c.Request.Context(), u.staged, p)
		if err != nil {
			s.refuse(c, u, err)
			continue
		}
		u.Path, u.Outcome = placed.Path, string(placed.Done)
		u.Duplicate, u.Trash = placed.Duplicate, placed.Trash
		if u.staged.Whole {
			u.ID = corpus.ArticleID(cmp.Or(placed.Duplicate, placed.Path))
		}
		if placed.Done == corpus.PlacedAdded || placed.Done == corpus.PlacedReplaced {
			changed = true
			s.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "upload", slog.String("path", u.Path), slog.String("outcome", u.Outcome), slog.String("from", c.RemoteIP()))
		}
	}
	return changed
}

// written is the answer to an upload.
type written struct {
	Error *errorWords `json:"error,omitempty"` // of the first file, if all were refused
	Files []*uploaded `json:"files"`
	reloaded
}

func (s *Server) answerUpload(c *gin.Context, files []*uploaded, changed, wait bool) error {
	out, status, refused := written{Files: files}, http.StatusOK, 0
	for _, u := range files {
		if u.problem != nil {
			refused++
		}
	}
	switch {
	case changed:
		out.reloaded = s.reloadAfter(c, wait, nil)
		if status = http.StatusCreated; !wait {
			status = http.StatusAccepted
		}
	case refused == len(files):
		status, out.Error = files[0].problem.status, files[0].Error
	}
	return s.respond(c, status, out)
}

// reloaded is what the reload behind a change did, as far as it was waited for.
type reloaded struct {
	Report *rag.Report `json:"reload"`
	Failed *errorWords `json:"reload_error,omitempty"`
}

// reloadAfter reloads because the folder was changed. emptied says whether it is right
// that it has no articles any more; nil means no.
func (s *Server) reloadAfter(c *gin.Context, wait bool, emptied func() bool) reloaded {
	ctx, started := c.Request.Context(), func() {}
	if !wait {
		ctx, started = context.WithTimeout(ctx, s.Timeouts.Start)
	}
	defer started()
	report, err := s.Index.Reload(ctx, false)
	if errors.Is(err, rag.ErrEmptied) && emptied != nil && emptied() {
		report, err = s.Index.Reload(ctx, true)
	}
	switch {
	case err == nil && wait:
		return reloaded{Report: wholeReport(report)}
	case err == nil, !wait && ctx.Err() != nil:
		return reloaded{}
	}
	p := s.problemOf(s.reloadProblem(ctx, err))
	words := p.body(language(c.Request)).Error
	return reloaded{Failed: &words}
}

// remove takes an article's file out of the folder, then reloads.
func (s *Server) remove(c *gin.Context) error {
	if err := s.mayWrite(c); err != nil {
		return err
	}
	q := paramsOf(c)
	wait, whole := q.flag("wait", true), q.flag("file", false)
	if err := q.err(); err != nil {
		return err
	}
	if err := s.decodeNothing(c); err != nil {
		return err
	}
	info, err := s.findArticle(c.Param("id"))
	if err != nil {
		return err
	}
	a := info.Article
	if a.File != a.Path && !whole {
		return fault("file_part", a.File)
	}
	trash, err := s.Writes.Writer.Remove(c.Request.Context(), a.File)
	if err != nil {
		return err
	}
	s.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "removal", slog.String("path", a.File), slog.String("trash", trash), slog.String("from", c.RemoteIP()))
	out := struct {
		Path  string `json:"path"`
		Trash string `json:"trash"` // where the file is now
		reloaded
	}{a.File, trash, s.reloadAfter(c, wait, func() bool { return s.Writes.Writer.Holds(trash) })}
	status := http.StatusOK
	if !wait {
		status = http.StatusAccepted
	}
	return s.respond(c, status, out)
}

// writeProblem words what kept a file from being written.
func writeProblem(e *corpus.WriteError) *problem {
	code, known := map[corpus.WriteKind]string{
		corpus.WriteBadName: "file_name", corpus.WriteUnsupported: "file_unsupported", corpus.WriteTooLarge: "file_too_large",
		corpus.WriteUnreadable: "file_unreadable", corpus.WriteExists: "file_exists", corpus.WriteMissing: "file_missing",
		corpus.WriteNoFolder: "no_folder", corpus.WriteNoSpace: "no_space", corpus.WriteNotWritable: "not_writable",
	}[e.Kind]
	if !known {
		code = "write_failed"
	}
	p := fault(code)
	switch e.Kind {
	case corpus.WriteBadName, corpus.WriteUnsupported, corpus.WriteUnreadable:
		p.args, p.hint = []any{shorten(e.Path, 60)}, e.Reason
	case corpus.WriteTooLarge, corpus.WriteExists, corpus.WriteMissing:
		p.args = []any{shorten(e.Path, 60)}
	}
	return p
}
