package corpus

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Loader reads the articles of a folder. Its zero limits mean the defaults; it may
// be used by several goroutines at once, as long as nobody changes it.
type Loader struct {
	Dir     string
	Formats []Format

	MaxFileBytes int64         // larger files are skipped; default 16 MiB
	MaxFiles     int           // files beyond it, in the order of their paths, are left out; default 200,000
	MaxDepth     int           // folders nested deeper are skipped; default 32
	FileTimeout  time.Duration // for reading the structure of one file; default 1 minute
	Workers      int           // files read at once; default 2
}

// Loaded is what a Loader found, each slice ordered by path.
type Loaded struct {
	Articles []*Article
	Skipped  []Skipped
	Warnings []string // about the folder as a whole; those about a file are in its Article
}

// Load reads the whole folder. It never leaves it: symbolic links that do are
// skipped, and so is everything that is neither a file nor a folder. What cannot be
// read as an article is in Skipped with the reason; hidden files and the temporary
// files of editors and browsers are passed over. The error is not nil only if the
// folder itself cannot be read, or ctx is done.
//
// known, if not nil, returns the article loaded earlier from the same path with the
// same SHA-256, or nil; such a file isn't parsed again. It is called by several
// goroutines at once. progress, if not nil, is told how many of the files are done;
// its calls come one after the other.
func (l *Loader) Load(ctx context.Context, known func(path string, hash [32]byte) *Article, progress func(done, total int)) (*Loaded, error) {
	root, err := os.OpenRoot(l.Dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the articles' folder %q: %w; create it, or name another one", l.Dir, reasonOf(err))
	}
	defer root.Close() //nolint:errcheck // opened for reading only

	s := &scanner{ctx: ctx, root: root, formats: l.byExtension(), maxDepth: cmp.Or(l.MaxDepth, 32)}
	if err := s.scan(".", 0); err != nil {
		return nil, fmt.Errorf("cannot read the articles' folder %q: %w", l.Dir, err)
	}
	out := &Loaded{}
	slices.Sort(s.files)
	if most := cmp.Or(l.MaxFiles, 200_000); len(s.files) > most {
		out.Warnings = append(out.Warnings, fmt.Sprintf("the folder has %d articles, but only the first %d are loaded; raise the limit or move files out", len(s.files), most))
		s.files = s.files[:most]
	}
	articles, skipped, err := l.loadAll(ctx, s, known, progress)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(l.Dir); err != nil {
		return nil, fmt.Errorf("the articles' folder %q vanished while it was read: %w", l.Dir, reasonOf(err))
	}
	out.Articles = articles
	out.Skipped = append(s.skipped, skipped...)
	slices.SortFunc(out.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return out, nil
}

func (l *Loader) byExtension() map[string]*Format {
	m := make(map[string]*Format)
	for i := range l.Formats {
		for _, ext := range l.Formats[i].Extensions {
			m[strings.ToLower(ext)] = &l.Formats[i]
		}
	}
	return m
}

// loadAll loads s.files. Results stand in the order of the files, whoever was first.
func (l *Loader) loadAll(ctx context.Context, s *scanner, known func(string, [32]byte) *Article, progress func(done, total int)) ([]*Article, []Skipped, error) {
	results := make([]*Article, len(s.files))
	reasons := make([]error, len(s.files))
	done, mu := 0, sync.Mutex{}
	report := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if done += n; progress != nil {
			progress(done, len(s.files))
		}
	}
	report(0)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range cmp.Or(l.Workers, 2) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(s.files) {
					return
				}
				name := s.files[i]
				results[i], reasons[i] = l.loadFile(ctx, s.root, name, s.formats[extension(name)], known)
				report(1)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("loading the articles was stopped: %w", err)
	}
	var skipped []Skipped
	for i, err := range reasons {
		if err != nil {
			skipped = append(skipped, Skipped{Path: s.files[i], Reason: err.Error()})
		}
	}
	return slices.DeleteFunc(results, func(a *Article) bool { return a == nil }), skipped, nil
}

// loadFile reads one file as an article; an error is the reason to skip it.
func (l *Loader) loadFile(ctx context.Context, root *os.Root, name string, format *Format, known func(string, [32]byte) *Article) (*Article, error) {
	data, err := readSteady(ctx, root, name, cmp.Or(l.MaxFileBytes, 16<<20))
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(data)
	if known != nil {
		if a := known(name, hash); a != nil {
			return a, nil
		}
	}
	if len(data) == 0 {
		return nil, errors.New("the file is empty")
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(l.FileTimeout, time.Minute))
	defer cancel()
	p, err := parse(ctx, format, data)
	if err != nil {
		return nil, err
	}
	a := &Article{
		ID: ArticleID(name), Path: name, Title: oneLine(p.Title), Source: oneLine(p.Source), URL: p.URL,
		Published: p.Published, Tags: p.Tags, Text: p.Text, Body: p.Body, Hash: hash,
		Format: format.Name, Encoding: p.Encoding, Bytes: int64(len(data)), Warnings: p.Warnings,
	}
	a.Title = cmp.Or(a.Title, oneLine(strings.TrimSuffix(path.Base(name), path.Ext(name))), name)
	return a, nil
}

// parse calls the format and checks what it promises. A format reads files from
// anywhere with other people's libraries; a panic in one costs that file only.
func parse(ctx context.Context, format *Format, data []byte) (p Parsed, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the %s reader failed on this file (%v); it may be damaged", format.Name, r)
		}
	}()
	if p, err = format.Parse(ctx, data); err != nil {
		return p, err
	}
	switch {
	case !utf8.ValidString(p.Text) || strings.Contains(p.Text, "\x00"):
		return p, fmt.Errorf("the %s reader found text that is not valid; save the file as UTF-8", format.Name)
	case p.Body < 0 || p.Body > len(p.Text):
		return p, fmt.Errorf("the %s reader lost the beginning of the text", format.Name)
	case strings.IndexFunc(p.Text[p.Body:], visible) < 0:
		return p, errors.New("there is no text in the file")
	}
	return p, nil
}

func visible(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !unicode.IsControl(r)
}

// oneLine makes s fit for a list: valid, on one line, without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// reasonOf strips the operation and the path off an error of package os.
func reasonOf(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
