package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"github.com/gin-gonic/gin"
)

// placeholder stands in the page where the hash of its files belongs.
const placeholder = "/assets/_/"

// assets are the page's files, in memory. All stand under one hash of them all, so
// that a module's relative imports lead to files of the same version, and every
// address can be cached for ever.
type assets struct {
	hash  string
	index file
	files map[string]file
}

// file is a file, and the same packed by gzip.
type file struct{ plain, packed []byte }

func pack(data []byte) (file, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return file{}, err
	}
	if _, err := w.Write(data); err != nil {
		return file{}, err
	}
	if err := w.Close(); err != nil {
		return file{}, err
	}
	return file{data, b.Bytes()}, nil
}

// loadAssets reads the page; nil gives nil, a server without a page.
func loadAssets(fsys fs.FS) (*assets, error) {
	if fsys == nil {
		return nil, nil
	}
	a := &assets{files: map[string]file{}}
	sum := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error { // in lexical order
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		sum.Write(fmt.Appendf(nil, "%s\x00%d\x00", name, len(data)))
		sum.Write(data)
		a.files[name], err = pack(data)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("api: the page's files cannot be read: %w", err)
	}
	index, ok := a.files["index.html"]
	if !ok {
		return nil, errors.New("api: the page's files lack index.html")
	}
	delete(a.files, "index.html")
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	a.index, err = pack(bytes.ReplaceAll(index.plain, []byte(placeholder), []byte(a.base())))
	return a, err
}

// base is the address under which the files stand, "" without a page.
func (a *assets) base() string {
	if a == nil {
		return ""
	}
	return "/assets/" + a.hash + "/"
}

// page sends the chat page.
func (s *Server) page(c *gin.Context) error {
	if s.assets == nil {
		return fault("no_such_route")
	}
	c.Header("Cache-Control", "no-cache")
	s.sendFile(c, "text/html; charset=utf-8", s.assets.index)
	return nil
}

// sendFile sends a file of the page, packed if the client takes that, unless it has it.
func (s *Server) sendFile(c *gin.Context, contentType string, f file) {
	data, tag := f.plain, `"`+s.assets.hash+`"`
	c.Header("Vary", "Accept-Encoding")
	if takesGzip(c.Request) {
		data, tag = f.packed, `"`+s.assets.hash+`-gzip"`
		c.Header("Content-Encoding", "gzip")
	}
	c.Header("ETag", tag)
	if c.GetHeader("If-None-Match") == tag {
		c.Writer.Header().Del("Content-Encoding")
		c.Status(http.StatusNotModified)
		return
	}
	s.send(c, http.StatusOK, contentType, data)
}

// asset sends a file of the page. Files are looked up by name in memory: no path
// leads out.
func (s *Server) asset(c *gin.Context) error {
	if s.assets == nil || c.Param("hash") != s.assets.hash {
		return fault("no_such_route")
	}
	f, ok := s.assets.files[c.Param("name")[1:]]
	if !ok {
		return fault("no_such_route")
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	s.sendFile(c, contentType(c.Param("name"), f.plain), f)
	return nil
}

// contentType does not ask the machine's tables: they differ.
func contentType(name string, data []byte) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".webmanifest":
		return "application/json; charset=utf-8"
	}
	return http.DetectContentType(data)
}
