package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFull is what methods return, in a longer sentence, when the disk is full. What is
// in the cache a Reader can still read.
var ErrFull = errors.New("the disk is full")

// Options says where the cache is.
type Options struct {
	// Dir is the data folder; empty means the current one. It is made, for its
	// owner only, if it is not there.
	Dir string
	// KeepDamaged is how many files that were set aside stay for inspection,
	// newest first; 0 means 2, below 0 none.
	KeepDamaged int
	// Warn is told, in sentences, what was found damaged. May be nil.
	Warn func(message string)
}

// Open opens the cache in the data folder and checks all of it: structure, format
// and the checksum of every row. In any doubt the file is set aside, counted by
// Damaged and replaced by an empty one; that is no error. An error means that
// there can be no cache in this folder: another process has it (ErrLocked), it
// cannot be written, or the disk is full.
func Open(ctx context.Context, o Options) (*Cache, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("the data folder %q cannot be found: %w; name it by its whole path", o.Dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be made: %w; choose a folder that can be written", dir, err)
	}
	release, err := lock(dir)
	if err != nil {
		return nil, err
	}
	f := file{path: filepath.Join(dir, fileName), keep: o.KeepDamaged, tell: o.Warn}
	c := &Cache{file: f, release: release, turn: make(chan struct{}, 1)}
	if c.db, err = c.open(ctx); err != nil {
		release()
		return nil, err
	}
	return c, nil
}

// open opens the file that is there, or else an empty one.
func (c *Cache) open(ctx context.Context) (*sql.DB, error) {
	// First, so that a folder that cannot be written, or a full disk, is not
	// taken for damage of the file.
	if err := c.file.probe(); err != nil {
		return nil, err
	}
	switch found, err := c.file.exists(); {
	case err != nil:
		return nil, c.file.explain("opened", err)
	case !found:
		return c.file.create(ctx)
	}
	db, err := c.file.openChecked(ctx)
	switch {
	case err == nil:
		return db, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case code(err) == sqlite3.SQLITE_BUSY || code(err) == sqlite3.SQLITE_LOCKED || code(err) == sqlite3.SQLITE_FULL:
		return nil, c.file.explain("opened", err)
	}
	c.damaged.Add(1)
	return c.file.startAnew(ctx, err)
}

const (
	fileName = "cache.db"
	// format is the version of the tables and checksums below. Another one is a
	// reason to start anew, never to convert.
	format = "yinju cache 1"
)

// schema is compared with what the file holds, word by word.
var schema = []string{
	"CREATE TABLE header(format TEXT NOT NULL)",
	"CREATE TABLE blobs(id INTEGER PRIMARY KEY, sum INTEGER NOT NULL, kind BLOB NOT NULL, key BLOB NOT NULL, data BLOB NOT NULL)",
	"CREATE UNIQUE INDEX blobs_by_key ON blobs(kind, key)",
}

// file is the cache's file on disk, with the -wal and -shm that SQLite puts beside it.
type file struct {
	path string
	keep int
	tell func(string)
}

func (f file) warn(text string, args ...any) {
	if f.tell != nil {
		f.tell(fmt.Sprintf(text, args...))
	}
}

// connect opens the file with every pragma in the DSN, so that each connection of
// the pool has them. page_size and auto_vacuum count for a new file only, and
// there only before journal_mode.
func (f file) connect() (*sql.DB, error) {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)",
		"page_size(16384)", // a vector of 1024 dimensions takes a quarter of it
		"auto_vacuum(incremental)",
		"journal_mode(wal)",
		"journal_size_limit(16777216)",
		"synchronous(normal)", // with WAL: whole after a power cut, at worst without the last commits
		"cache_size(-16384)",
		"cell_size_check(1)",
		"trusted_schema(0)",
	}}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(f.path), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err == nil {
		db.SetMaxOpenConns(4)
		db.SetConnMaxIdleTime(time.Minute)
	}
	return db, err
}

// create makes a new file under another name and then gives it its own, so that
// no half-made one is ever found. The caller has seen that there is none.
func (f file) create(ctx context.Context) (*sql.DB, error) {
	half := file{path: f.path + ".new"}
	err := errors.Join(os.RemoveAll(half.path), half.removeCompanions(), half.fill(ctx))
	if err == nil {
		err = os.Rename(half.path, f.path)
	}
	if err != nil {
		return nil, f.explain("made", err)
	}
	db, err := f.connect()
	if err != nil {
		return nil, f.explain("opened", err)
	}
	return db, nil
}

// fill makes the file with its tables.
func (f file) fill(ctx context.Context) error {
	// SQLite would make it readable by everybody; -wal and -shm follow it.
	handle, err := os.OpenFile(f.path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	closeQuietly(handle)
	db, err := f.connect()
	if err != nil {
		return err
	}
	return errors.Join(initialise(ctx, db), db.Close())
}

func initialise(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, statement := range schema {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO header(format) VALUES(?)", format); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

// openChecked opens the file that is there and checks all of it.
func (f file) openChecked(ctx context.Context) (*sql.DB, error) {
	info, err := os.Lstat(f.path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	db, err := f.connect()
	if err != nil {
		return nil, err
	}
	if err := check(ctx, db); err != nil {
		closeQuietly(db)
		return nil, err
	}
	return db, nil
}

// check reads everything once. integrity_check rather than quick_check, since a
// lost entry of the index would let a row come back that was replaced.
func check(ctx context.Context, db *sql.DB) error {
	found, err := strs(ctx, db, "SELECT sql FROM sqlite_schema ORDER BY rowid")
	if err != nil {
		return err
	}
	if !slices.Equal(found, schema) {
		return errors.New("it has other tables than this version makes")
	}
	if found, err = strs(ctx, db, "SELECT format FROM header"); err != nil {
		return err
	}
	if !slices.Equal(found, []string{format}) {
		return fmt.Errorf("its format is %q and this version makes %q", found, format)
	}
	if found, err = strs(ctx, db, "PRAGMA integrity_check(1)"); err != nil {
		return err
	}
	if !slices.Equal(found, []string{"ok"}) {
		return fmt.Errorf("SQLite finds it damaged: %q", found)
	}
	bad := 0
	if err := scan(ctx, db, func(r row) {
		if !r.whole() {
			bad++
		}
	}, "SELECT id, sum, kind, key, data FROM blobs NOT INDEXED"); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d entries don't agree with their checksums", bad)
	}
	// A file that can be read but not written is of no use either.
	_, err = db.ExecContext(ctx, "UPDATE header SET format = format")
	return err
}

func strs(ctx context.Context, db querier, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err has told what failed
	var all []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s.String)
	}
	return all, rows.Err()
}

// exists reports whether anything stands at the file's path. A -wal without its
// file would be taken for that of the next one, so it goes.
func (f file) exists() (bool, error) {
	_, err := os.Lstat(f.path)
	if !errors.Is(err, fs.ErrNotExist) {
		return true, err
	}
	return false, f.removeCompanions()
}

// companions are what SQLite puts beside a file.
var companions = []string{"-wal", "-shm", "-journal"}

func (f file) removeCompanions() error {
	var errs []error
	for _, suffix := range companions {
		errs = append(errs, os.RemoveAll(f.path+suffix))
	}
	return errors.Join(errs...)
}

// startAnew sets the file aside, because of why, and makes an empty one.
func (f file) startAnew(ctx context.Context, why error) (*sql.DB, error) {
	aside := f.path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000000000")
	for _, suffix := range append([]string{""}, companions...) {
		if err := os.Rename(f.path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, f.explain("set aside", err)
		}
	}
	f.warn("the cache %s cannot be trusted (%v); it was set aside as %s and is filled again from the articles", f.path, why, filepath.Base(aside))
	f.prune()
	return f.create(ctx)
}

// prune removes all but the newest files that were set aside.
func (f file) prune() {
	keep := f.keep
	if keep == 0 {
		keep = 2
	}
	entries, err := os.ReadDir(filepath.Dir(f.path))
	if err != nil {
		return // what stays costs room only
	}
	var old []file
	for _, e := range entries { // sorted by name, so by time
		path := filepath.Join(filepath.Dir(f.path), e.Name())
		isCompanion := slices.ContainsFunc(companions, func(suffix string) bool { return strings.HasSuffix(path, suffix) })
		if strings.HasPrefix(path, f.path+".damaged-") && !isCompanion {
			old = append(old, file{path: path})
		}
	}
	for _, o := range old[:max(0, len(old)-max(0, keep))] {
		if err := errors.Join(os.RemoveAll(o.path), o.removeCompanions()); err != nil {
			f.warn("%s could not be removed: %v", o.path, err)
		}
	}
}

// probe writes a little into the folder and takes it away again.
func (f file) probe() error {
	path := f.path + ".probe"
	handle, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = handle.Write(make([]byte, 64<<10))
		err = errors.Join(err, handle.Close(), os.Remove(path))
	}
	if err != nil {
		return f.explain("written", err)
	}
	return nil
}

// code is the primary result code of an error of SQLite, 0 of any other.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// malformed reports whether SQLite has found the file damaged.
func malformed(err error) bool {
	return code(err) == sqlite3.SQLITE_CORRUPT || code(err) == sqlite3.SQLITE_NOTADB
}

// explain says what could not be done with the cache, why, and what to do.
func (f file) explain(done string, err error) error {
	advice := "the service goes on without it, and computes again at the next start what is not in it"
	switch code(err) {
	case sqlite3.SQLITE_FULL:
		advice = "free some room on its disk"
	case sqlite3.SQLITE_IOERR:
		advice = "see whether its disk is full or failing"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		advice = "let this user write there, or choose another data folder"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		advice = "another program has it open: close that"
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		advice = "free some room on its disk"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		advice = "let this user write there, or choose another data folder"
	}
	if code(err) == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("the cache %s could not be %s: %w; %s", f.path, done, err, advice)
}
