package api

import (
	"bytes"
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
	index []byte
	files map[string][]byte
}

// loadAssets reads the page; nil gives nil, a server without a page.
func loadAssets(fsys fs.FS) (*assets, error) {
	if fsys == nil {
		return nil, nil
	}
	a := &assets{files: map[string][]byte{}}
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
		a.files[name] = data
		return nil
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
	a.index = bytes.ReplaceAll(index, []byte(placeholder), []byte(a.base()))
	return a, nil
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
	tag := `"` + s.assets.hash + `"`
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", tag)
	if c.GetHeader("If-None-Match") == tag {
		c.Status(http.StatusNotModified)
		return nil
	}
	s.send(c, http.StatusOK, "text/html; charset=utf-8", s.assets.index)
	return nil
}

// asset sends a file of the page. Files are looked up by name in memory: no path
// leads out.
func (s *Server) asset(c *gin.Context) error {
	if s.assets == nil || c.Param("hash") != s.assets.hash {
		return fault("no_such_route")
	}
	data, ok := s.assets.files[c.Param("name")[1:]]
	if !ok {
		return fault("no_such_route")
	}
	tag := `"` + s.assets.hash + `"`
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Header("ETag", tag)
	if c.GetHeader("If-None-Match") == tag {
		c.Status(http.StatusNotModified)
		return nil
	}
	s.send(c, http.StatusOK, contentType(c.Param("name"), data), data)
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
