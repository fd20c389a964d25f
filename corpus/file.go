package corpus

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// fileReader reads one file of the folder.
type fileReader struct {
	*Loader
	ctx     context.Context
	scanner *scanner
	path    string
	before  *File // what became of the file earlier, or nil

	modified time.Time
	outcome  Outcome
	kept     error // why the file is as it was though it could not be read
	parts    int
	names    map[string]bool // of the parts
	unpacked int64           // bytes of the files in archives

	// A format that does not come back in time may add to the file later; see finish.
	mu      sync.Mutex
	file    *File
	skipped int
	retry   error // why it is read again at the next load
}

// maxSlow is how often in a row a file may take too long until that counts as final.
const maxSlow = 3

// read returns what became of a file.
func (r *fileReader) read(name string) *File {
	r.path, r.file, r.outcome = name, &File{Path: name}, OutcomeFailed
	if r.scanner.lost[name] && r.before != nil {
		return r.keep(errors.New("its folder cannot be read"))
	}
	now := time.Now() // before the file is looked at
	stamp, sidecar := r.stamps(name)
	if b := r.before; b != nil && b.Stamp != (Stamp{}) && b.Stamp == stamp && b.Sidecar == sidecar {
		r.outcome = OutcomeKept
		return b
	}
	whole, err := r.whole(name)
	var passes passing
	switch {
	case errors.As(err, &passes) && r.before != nil && len(r.before.Articles) > 0:
		return r.keep(err)
	case err != nil:
		r.skip(name, err)
		return r.finish()
	}
	r.file.Hash = whole.hash
	// A file that was written between the two was perhaps read as it is not any more.
	if s, side := r.stamps(name); s == stamp && side == sidecar && r.skipped == 0 {
		r.file.Sidecar = sidecar
		if sidecar == (Stamp{}) || sidecar.settled(now) != (Stamp{}) {
			r.file.Stamp = stamp.settled(now)
		}
	}
	if b := r.before; b != nil && b.Hash == whole.hash && (b.Slow == 0 || b.Slow >= maxSlow) {
		kept := *b
		kept.Stamp, kept.Sidecar = r.file.Stamp, r.file.Sidecar
		r.outcome = OutcomeKept
		return &kept
	}
	return r.parse(whole)
}

// parse returns the file with its articles.
func (r *fileReader) parse(whole part) *File {
	ctx, cancel := context.WithTimeout(r.ctx, 10*cmp.Or(r.FileTimeout, time.Minute))
	defer cancel()
	if err := r.take(ctx, whole); err != nil {
		r.skip(whole.name, err)
	}
	f := r.finish()
	if b := r.before; r.retry != nil && b != nil && b.Hash == f.Hash && len(b.Articles) > len(f.Articles) {
		f.Articles, f.Skipped = b.Articles, b.Skipped // there was more time then
	}
	if len(f.Articles) > 0 {
		r.outcome = OutcomeRead
	}
	if r.ctx.Err() != nil || r.retry != nil {
		r.retryLater(f)
	}
	return f
}

// retryLater lets a file be read again at the next load: it may do better when there is
// less to do beside it.
func (r *fileReader) retryLater(f *File) {
	f.Slow = 1
	if b := r.before; b != nil && b.Hash == f.Hash {
		f.Slow = b.Slow + 1
	}
	if r.ctx.Err() != nil || errors.Is(r.retry, errBusy) {
		f.Slow = max(1, f.Slow-1) // that was not its fault
	}
	if f.Slow < maxSlow {
		f.Stamp = Stamp{}
	}
}

// stamps returns those of a file and of the one with its metadata.
func (r *fileReader) stamps(name string) (file, sidecar Stamp) {
	file, r.modified = r.scanner.stamp(name)
	sidecar, _ = r.scanner.stamp(r.scanner.sidecars[name])
	return file, sidecar
}

// whole reads a file and the one with its metadata.
func (r *fileReader) whole(name string) (p part, err error) {
	p = part{name: name, format: r.scanner.formats[extension(name)], place: name}
	if p.data, err = readSteady(r.ctx, r.scanner.root, name, cmp.Or(r.MaxFileBytes, 16<<20), r.scanner.start); err != nil {
		return p, err
	}
	hash := sha256.New()
	hash.Write(p.data)
	if side := r.scanner.sidecars[name]; side != "" {
		p.said, err = readSteady(r.ctx, r.scanner.root, side, maxSidecar, r.scanner.start)
		var passes passing
		switch {
		case errors.As(err, &passes) && r.before != nil:
			return p, err
		case err != nil:
			r.skip(side, err)
		default:
			p.side = parseSidecar(side, p.said)
		}
		// The length keeps bytes that go from one to the other from being the same.
		hash.Write(p.said)
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p.said))))
	}
	hash.Sum(p.hash[:0])
	return p, nil
}

// keep returns a file as it was earlier.
func (r *fileReader) keep(why error) *File {
	r.outcome, r.kept = OutcomeKept, why
	kept := *r.before
	kept.Stamp = Stamp{}
	return &kept
}

// maxNamed bounds the skipped parts of one file that are named.
const maxNamed = 100

func (r *fileReader) skip(name string, reason error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.skipped++; r.skipped <= maxNamed {
		r.file.Skipped = append(r.file.Skipped, Skipped{Path: printable(name), Reason: reason.Error()})
	}
}

// again has the file read at the next load too.
func (r *fileReader) again(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.retry = cmp.Or(r.retry, why)
}

// finish returns the file. What a format that was left behind still finds is lost.
func (r *fileReader) finish() *File {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.file
	r.file = &File{Path: f.Path}
	if more := r.skipped - maxNamed; more > 0 {
		f.Skipped = append(f.Skipped, Skipped{Path: printable(f.Path), Reason: fmt.Sprintf("%d more of its parts are skipped, which are not named", more)})
	}
	return f
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
	parsed, err := limited(ctx, r, p, func(ctx context.Context, _ *stopwatch) (Parsed, error) { return p.format.Parse(ctx, p.data) })
	if err != nil {
		return err
	}
	return r.add(p, parsed)
}

func (r *fileReader) rows(ctx context.Context, p part) error {
	rows, err := limited(ctx, r, p, func(ctx context.Context, _ *stopwatch) ([]Row, error) { return p.format.Rows(ctx, p.data) })
	if err != nil {
		return err
	}
	for _, row := range rows {
		one := p
		if row.Name != "" {
			one.name, one.row = p.name+"/"+row.Name, true
		}
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
		if err := r.add(one, row.Parsed); errors.Is(err, errTooMany) {
			return err
		} else if err != nil {
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
	skipped, err := limited(ctx, r, p, func(ctx context.Context, watch *stopwatch) ([]Skipped, error) {
		return p.format.Unpack(ctx, p.data, func(name string, data []byte) error {
			watch.stop()
			defer watch.start()
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
	name = strings.TrimPrefix(path.Clean("/"+strings.ToValidUTF8(name, "\ufffd")), "/")
	if unwatched(name) || ctx.Err() != nil {
		return ctx.Err()
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
		r.skip(one.name, errors.New(r.scanner.unsupported(extension(name))))
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
	if r.names[p.name] {
		return errors.New("another part of the file has the same name; make them different")
	}
	if r.parts++; r.parts > cmp.Or(r.MaxParts, 100_000) {
		return errTooMany
	}
	if r.names == nil {
		r.names = make(map[string]bool)
	}
	r.names[p.name] = true
	p.describe(&parsed, r.Paths)
	a := &Article{
		ID: ArticleID(p.name), Path: p.name, File: r.path,
		Title: oneLine(parsed.Title), Source: oneLine(parsed.Source), Author: oneLine(parsed.Author), URL: parsed.URL,
		Published: parsed.Published, Tags: parsed.Tags, Text: parsed.Text, Body: parsed.Body, Pages: parsed.Pages, Hash: p.hash,
		Format: p.format.Name, Encoding: parsed.Encoding, Decoding: parsed.Decoding, Bytes: int64(len(p.data)), Warnings: parsed.Warnings,
		Modified: r.modified,
	}
	a.Title = cmp.Or(a.Title, oneLine(strings.TrimSuffix(path.Base(p.name), path.Ext(p.name))), p.name)
	a.Source = cmp.Or(a.Source, a.Author)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.file.Articles = append(r.file.Articles, a)
	return nil
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
