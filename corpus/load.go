package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
)

// Loader reads the articles of a folder. Its zero limits mean the defaults; it may
// be used by several goroutines at once, as long as nobody changes it.
type Loader struct {
	Dir     string
	Formats []Format   // of two with the same extension the first counts
	Paths   []PathRule // what paths say of articles; the first that fits counts

	MaxFileBytes int64         // larger files are skipped; default 16 MiB
	MaxFiles     int           // files beyond it, in the order of their paths, are left out; default 200,000
	MaxDepth     int           // folders nested deeper are skipped; default 32
	MaxNested    int           // archives nested deeper in each other are skipped; default 2
	MaxParts     int           // articles taken from one table or archive; default 100,000
	MaxUnpacked  int64         // bytes unpacked of one archive and those in it; default 256 MiB
	FileTimeout  time.Duration // for reading the structure of one file, or of one in an archive, which may take ten times as long itself; default 1 minute
	Workers      int           // files read at once; default 2
}

// Known tells what became of files when they were last read. Its methods may be called by
// several goroutines at once.
type Known interface {
	File(path string) *File  // nil if nothing is known of it
	Paths() iter.Seq[string] // of all the files that something is known of
}

// Loaded is what a Loader found, each slice ordered by path.
type Loaded struct {
	Files    []*File
	Articles []*Article
	Skipped  []Skipped // what of the files could not be read, and what is no file of a format
	Warnings []string  // about the folder as a whole; those about a file are in its Article
}

// Load reads the whole folder. It never leaves it: symbolic links that do are
// skipped, and so is everything that is neither a file nor a folder. What cannot be
// read as an article is in Skipped with the reason; hidden files and the temporary
// files of editors and browsers are passed over. The error is not nil only if the
// folder itself cannot be read, or ctx is done.
//
// known, if not nil, tells what became of the files earlier. A file whose stamp is the
// same is not read, and one whose hash is the same not parsed again. What can't be read
// for now, a file or a folder, though it was earlier, stays as it was: it is in Warnings.
// progress, if not nil, is told of every step; its calls come one after the other.
func (l *Loader) Load(ctx context.Context, known Known, progress func(Step)) (*Loaded, error) {
	root, err := os.OpenRoot(l.Dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the articles' folder: %w; create it, or name another one", reasonOf(err))
	}
	defer root.Close() //nolint:errcheck // opened for reading only

	s := &scanner{
		ctx: ctx, root: root, formats: l.byExtension(), maxDepth: cmp.Or(l.MaxDepth, 32),
		unread: make(map[string]error), start: time.Now(),
	}
	if err := s.scan(".", 0); err != nil {
		return nil, fmt.Errorf("cannot read the articles' folder: %w", reasonOf(err))
	}
	s.pair()
	s.keepUnread(known)
	out := &Loaded{}
	slices.Sort(s.files)
	if most := cmp.Or(l.MaxFiles, 200_000); len(s.files) > most {
		out.Warnings = append(out.Warnings, fmt.Sprintf("the folder has %d articles, but only the first %d are loaded; raise the limit or move files out", len(s.files), most))
		s.files = s.files[:most]
	}
	var kept []Skipped
	if out.Files, kept, err = l.loadAll(ctx, s, known, progress); err != nil {
		return nil, err
	}
	out.Warnings = append(out.Warnings, keptWarnings(kept, s.unread)...)
	if _, err := os.Stat(l.Dir); err != nil {
		return nil, fmt.Errorf("the articles' folder vanished while it was read: %w", reasonOf(err))
	}
	out.Skipped = s.skipped
	for _, f := range out.Files {
		out.Articles = append(out.Articles, f.Articles...)
		out.Skipped = append(out.Skipped, f.Skipped...)
	}
	slices.SortFunc(out.Articles, func(a, b *Article) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(out.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return out, nil
}

func (l *Loader) byExtension() map[string]*Format {
	m := make(map[string]*Format)
	for i := range l.Formats {
		for _, ext := range l.Formats[i].Extensions {
			if ext = strings.ToLower(ext); m[ext] == nil {
				m[ext] = &l.Formats[i]
			}
		}
	}
	return m
}

// loadAll loads s.files. Results stand in the order of the files, whoever was first.
func (l *Loader) loadAll(ctx context.Context, s *scanner, known Known, progress func(Step)) ([]*File, []Skipped, error) {
	files := make([]*File, len(s.files))
	kept := make([]error, len(s.files))
	done, mu := 0, sync.Mutex{}
	tell := func(name string, o Outcome, why ...Skipped) {
		mu.Lock()
		defer mu.Unlock()
		step := Step{Total: len(s.files), Path: name, Outcome: o}
		switch {
		case o == OutcomeBegun:
			step.Limit = cmp.Or(l.FileTimeout, time.Minute)
		case o != "":
			done++
		}
		if o == OutcomeFailed && len(why) > 0 {
			step.Reason = why[0].Reason
		}
		if step.Done = done; progress != nil {
			progress(step)
		}
	}
	tell("", "")
	var next atomic.Int64
	var workers sync.WaitGroup
	for range cmp.Or(l.Workers, 2) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(s.files) {
					return
				}
				var before *File
				if known != nil {
					before = known.File(s.files[i])
				}
				r := fileReader{Loader: l, ctx: ctx, scanner: s, before: before}
				tell(s.files[i], OutcomeBegun)
				files[i] = r.read(s.files[i])
				kept[i] = r.kept
				tell(s.files[i], r.outcome, files[i].Skipped...)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("loading the articles was stopped: %w", err)
	}
	var list []Skipped
	for i, why := range kept {
		if why != nil {
			list = append(list, Skipped{Path: s.files[i], Reason: why.Error()})
		}
	}
	return files, list, nil
}

// keptNamed is how many files a warning names that could not be read and are kept.
const keptNamed = 20

// keptWarnings tell of files and folders that could not be read and are served as they
// were.
func keptWarnings(files []Skipped, folders map[string]error) []string {
	var warnings []string
	inside := make(map[string]int)
	more := 0
	for _, f := range files {
		dir := path.Dir(f.Path)
		for dir != "." && folders[dir] == nil {
			dir = path.Dir(dir)
		}
		switch {
		case dir != ".":
			inside[dir]++
		case len(warnings) < keptNamed:
			warnings = append(warnings, fmt.Sprintf("%s: %s. Until then it is served as it was", printable(f.Path), f.Reason))
		default:
			more++
		}
	}
	if more > 0 {
		warnings = append(warnings, fmt.Sprintf("%d more files cannot be read for now and are served as they were", more))
	}
	for _, dir := range slices.Sorted(maps.Keys(inside)) {
		warnings = append(warnings, fmt.Sprintf("%s: the folder cannot be read (%v); the %d files that were read of it earlier are served as they were", printable(dir), folders[dir], inside[dir]))
	}
	return warnings
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
