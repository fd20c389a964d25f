// Package zip reads ZIP archives of articles in place, without unpacking them to disk.
package zip

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// Reader reads archives. The zero value has sensible limits.
type Reader struct {
	Limits bounded.Limits
}

// ZIP is the format of .zip files with the default limits.
func ZIP() corpus.Format { return Reader{}.Format() }

// Format returns the format of .zip files. Names in them may be in UTF-8, GB18030, Big5
// or code page 437. What a system leaves beside the files is passed over: hidden files
// and macOS's __MACOSX.
func (r Reader) Format() corpus.Format {
	return corpus.Format{Name: "zip", Extensions: []string{".zip"}, Unpack: r.unpack}
}

func (r Reader) unpack(ctx context.Context, data []byte, member func(name string, data []byte) error) (skipped []corpus.Skipped, err error) {
	archive, err := bounded.Open(data, r.Limits)
	if err != nil {
		return nil, err
	}
	for _, renamed := range []struct{ part, reason string }{
		{"word/document.xml", "this is a Word document, not an archive; name it .docx"},
		{"META-INF/container.xml", "this is an EPUB book, not an archive; name it .epub"},
	} {
		if archive.Find(renamed.part) != nil {
			return nil, errors.New(renamed.reason)
		}
	}
	if len(archive.Entries) == 0 {
		return nil, errors.New("the archive is empty")
	}
	for _, e := range archive.Entries {
		if hidden(e.Name) {
			continue
		}
		inner, err := archive.Read(ctx, e)
		switch {
		case ctx.Err() != nil:
			return skipped, ctx.Err()
		case bounded.Full(err):
			return skipped, err
		case err != nil:
			skipped = append(skipped, corpus.Skipped{Path: shown(e.Name), Reason: err.Error()})
			continue
		}
		if err := member(e.Name, inner); err != nil {
			return skipped, err
		}
	}
	return skipped, nil
}

// hidden tells what systems leave in archives.
func hidden(name string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == "__MACOSX" || strings.HasPrefix(part, ".") && part != "." && part != ".." {
			return true
		}
	}
	return false
}

// shown makes any name fit for a report: printable and not long.
func shown(name string) string {
	const most = 200 // characters
	if utf8.RuneCountInString(name) > most {
		name = string([]rune(name)[:most-1]) + "…"
	}
	quoted := strconv.Quote(name)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
}
