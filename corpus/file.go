package corpus

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// fileReader reads one file of the folder.
type fileReader struct {
	*Loader
	ctx     context.Context
	scanner *scanner
	before  *File // what became of the file earlier, or nil

	file     *File
	modified time.Time
	outcome  Outcome
	parts    int
	unpacked int64 // bytes of the files in archives
}

// read returns what became of a file.
func (r *fileReader) read(name string) *File {
	most := cmp.Or(r.MaxFileBytes, 16<<20)
	r.file, r.outcome = &File{Path: name}, OutcomeFailed
	now := time.Now()
	stamp, sidecar := r.scanner.stamp(name), r.scanner.stamp(r.scanner.sidecars[name])
	r.modified = time.Unix(0, stamp.Modified)
	if b := r.before; b != nil && b.Stamp != (Stamp{}) && b.Stamp == stamp && b.Sidecar == sidecar {
		r.outcome = OutcomeKept
		return b
	}
	data, err := readSteady(r.ctx, r.scanner.root, name, most)
	if err != nil {
		r.skip(name, err)
		return r.file
	}
	hash := sha256.New()
	hash.Write(data)
	var meta Metadata
	var said []byte
	if side := r.scanner.sidecars[name]; side != "" {
		if said, err = readSteady(r.ctx, r.scanner.root, side, maxSidecar); err != nil {
			r.skip(side, err)
		} else {
			meta = parseSidecar(side, said)
		}
		hash.Write(said)
	}
	hash.Sum(r.file.Hash[:0])
	// A file that was written between the two was perhaps read as it is not any more.
	if stamp == r.scanner.stamp(name) && sidecar == r.scanner.stamp(r.scanner.sidecars[name]) && err == nil {
		r.file.Stamp, r.file.Sidecar = stamp.settled(now), sidecar
		if sidecar != (Stamp{}) && sidecar.settled(now) == (Stamp{}) {
			r.file.Stamp = Stamp{}
		}
	}
	if b := r.before; b != nil && b.Hash == r.file.Hash {
		kept := *b
		kept.Stamp, kept.Sidecar = r.file.Stamp, r.file.Sidecar
		r.outcome = OutcomeKept
		return &kept
	}
	ctx, cancel := context.WithTimeout(r.ctx, cmp.Or(r.FileTimeout, time.Minute))
	defer cancel()
	part := part{name: name, format: r.scanner.formats[extension(name)], data: data, hash: r.file.Hash, side: meta, said: said, place: name}
	if err := r.take(ctx, part); err != nil {
		r.skip(name, err)
	}
	if len(r.file.Articles) > 0 {
		r.outcome = OutcomeRead
	}
	if r.ctx.Err() != nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		r.file.Stamp = Stamp{} // it may do better when there is less to do beside it
		r.file.Hash = [32]byte{}
	}
	return r.file
}

func (r *fileReader) skip(name string, reason error) {
	r.file.Skipped = append(r.file.Skipped, Skipped{Path: strings.ToValidUTF8(name, "\ufffd"), Reason: reason.Error()})
}

// part is a file, or what stands for one in an archive.
type part struct {
	name   string
	format *Format
	data   []byte
	hash   [32]byte
	side   Metadata // of the file beside it
	said   []byte   // what that file holds
	place  string   // the path that says something of it
	row    bool     // one of several
	depth  int      // archives around it
}

// take adds the articles of a part to those of the file. An error is the reason to
// skip all of it.
func (r *fileReader) take(ctx context.Context, p part) error {
	switch {
	case len(p.data) == 0:
		return errors.New("the file is empty")
	case p.format.Unpack != nil:
		return r.unpack(ctx, p)
	case p.format.Rows != nil:
		return r.rows(ctx, p)
	}
	parsed, err := guarded(p.format, func() (Parsed, error) { return p.format.Parse(ctx, p.data) })
	if err != nil {
		return err
	}
	return r.add(p, parsed)
}

func (r *fileReader) rows(ctx context.Context, p part) error {
	rows, err := guarded(p.format, func() ([]Row, error) { return p.format.Rows(ctx, p.data) })
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		one := p
		one.name, one.row = p.name+"/"+row.Name, true
		if seen[row.Name] {
			r.skip(one.name, errors.New("another row has the same name; make them different"))
			continue
		}
		seen[row.Name] = true
		if row.Err != nil {
			r.skip(one.name, row.Err)
			continue
		}
		record, err := json.Marshal(row.Parsed)
		if err != nil {
			r.skip(one.name, errors.New("the row has a date that no calendar knows; mend it"))
			continue
		}
		one.data, one.hash = record, sha256.Sum256(append(record, p.said...))
		if err := r.add(one, row.Parsed); err != nil {
			r.skip(one.name, err)
		}
	}
	return ctx.Err()
}

// errTooMany ends the unpacking of an archive.
var errTooMany = errors.New("it holds more articles than the limit; the rest is left out")

func (r *fileReader) unpack(ctx context.Context, p part) error {
	if p.depth >= cmp.Or(r.MaxNested, 2) {
		return fmt.Errorf("the archive is nested more than %d deep in others; unpack it", cmp.Or(r.MaxNested, 2))
	}
	skipped, err := guarded(p.format, func() ([]Skipped, error) {
		return p.format.Unpack(ctx, p.data, func(name string, data []byte) error {
			return r.member(ctx, p, name, data)
		})
	})
	for _, s := range skipped {
		r.skip(p.name+"/"+s.Path, errors.New(s.Reason))
	}
	return err
}

// member takes one file of an archive; only too many of them are an error.
func (r *fileReader) member(ctx context.Context, p part, name string, data []byte) error {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || temporary(base) || r.scanner.ctx.Err() != nil {
		return r.scanner.ctx.Err()
	}
	one := part{
		name: p.name + "/" + name, format: r.scanner.formats[extension(name)],
		data: data, hash: sha256.Sum256(slices.Concat(data, p.said)), depth: p.depth + 1,
		side: p.side, said: p.said, place: p.name + "/" + name, row: true,
	}
	r.unpacked += int64(len(data))
	switch most := cmp.Or(r.MaxUnpacked, 256<<20); {
	case r.parts >= cmp.Or(r.MaxParts, 100_000):
		return errTooMany
	case r.unpacked > most:
		return fmt.Errorf("unpacked, it has more than %d bytes, the limit; the rest is left out: split it or raise the limit", most)
	case int64(len(data)) > cmp.Or(r.MaxFileBytes, 16<<20):
		r.skip(one.name, fmt.Errorf("the file has %d bytes, more than the limit of %d; split it or raise the limit", len(data), cmp.Or(r.MaxFileBytes, 16<<20)))
	case one.format == nil:
		r.skip(one.name, fmt.Errorf("unsupported format %s; supported: %s", extension(name), r.scanner.supported()))
	default:
		if err := r.take(ctx, one); err != nil {
			r.skip(one.name, err)
		}
	}
	return ctx.Err()
}

// add checks what the format promises and adds the article.
func (r *fileReader) add(p part, parsed Parsed) error {
	if err := checkParsed(p.format, parsed); err != nil {
		return err
	}
	if r.parts++; r.parts > cmp.Or(r.MaxParts, 100_000) {
		return fmt.Errorf("the file holds more than %d articles; split it or raise the limit", cmp.Or(r.MaxParts, 100_000))
	}
	p.describe(&parsed, r.Paths)
	a := &Article{
		ID: ArticleID(p.name), Path: p.name, File: r.file.Path,
		Title: oneLine(parsed.Title), Source: oneLine(parsed.Source), Author: oneLine(parsed.Author), URL: parsed.URL,
		Published: parsed.Published, Tags: parsed.Tags, Text: parsed.Text, Body: parsed.Body, Pages: parsed.Pages, Hash: p.hash,
		Format: p.format.Name, Encoding: parsed.Encoding, Decoding: parsed.Decoding, Bytes: int64(len(p.data)), Warnings: parsed.Warnings,
		Modified: r.modified,
	}
	a.Title = cmp.Or(a.Title, oneLine(strings.TrimSuffix(path.Base(p.name), path.Ext(p.name))), p.name)
	a.Source = cmp.Or(a.Source, a.Author)
	r.file.Articles = append(r.file.Articles, a)
	return nil
}

// guarded calls a format. It reads files from anywhere with other people's libraries; a
// panic in one costs that file only.
func guarded[T any](format *Format, read func() (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the %s reader failed on this file (%v); it may be damaged", format.Name, r)
		}
	}()
	return read()
}

// checkParsed holds a format to its promises.
func checkParsed(format *Format, p Parsed) error {
	switch {
	case !utf8.ValidString(p.Text) || strings.Contains(p.Text, "\x00"):
		return fmt.Errorf("the %s reader found text that is not valid; save the file as UTF-8", format.Name)
	case p.Body < 0 || p.Body > len(p.Text):
		return fmt.Errorf("the %s reader lost the beginning of the text", format.Name)
	case strings.IndexFunc(p.Text[p.Body:], visible) < 0:
		return errors.New("there is no text in the file")
	}
	for i, at := range p.Pages {
		if at < 0 || at > len(p.Text) || i > 0 && at < p.Pages[i-1] {
			return fmt.Errorf("the %s reader lost the beginnings of the pages", format.Name)
		}
	}
	return nil
}
