package main

import (
	"errors"
	"strings"
	"unicode"

	"yinju/api"
	"yinju/corpus"
)

// shortToken is the length below which a token can be guessed.
const shortToken = 16

// checkWrites refuses to let clients write without a token, or into the samples.
func (s *settings) checkWrites() error {
	switch {
	case !s.AllowWrites:
		return nil
	case s.Articles == "":
		return errors.New("-allow-writes needs a folder of your own, as the bundled articles are restored at every start; give it by -articles")
	case s.writeToken == "":
		return errors.New("-allow-writes needs a token that those who write must send; set YINJU_WRITE_TOKEN, or YINJU_WRITE_TOKEN_FILE to a file that holds it (openssl rand -hex 16 makes one)")
	case strings.ContainsFunc(s.writeToken, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' || r == 0x7f }):
		return errors.New("the token in YINJU_WRITE_TOKEN can't be sent in a header; make it of ASCII letters, digits and signs without spaces")
	}
	return nil
}

// writes is nil unless clients may write.
func (s *service) writes(set *settings) *api.Writes {
	if !set.AllowWrites {
		return nil
	}
	if len(set.writeToken) < shortToken {
		s.Log.Warn("the token in YINJU_WRITE_TOKEN is short enough to be guessed; make it longer", "characters", len(set.writeToken))
	}
	writer := &corpus.Writer{Loader: s.Loader, Served: s.Index.FileLike}
	if err := writer.CleanUp(); err != nil {
		s.Log.Warn("what cut uploads left in the folder could not be removed", "error", err)
	}
	return &api.Writes{Writer: writer, Token: set.writeToken}
}
