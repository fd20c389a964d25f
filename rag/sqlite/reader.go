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
	"sync/atomic"

	"yinju/rag"
)

// ErrNone is what OpenReader returns, in a longer sentence, where there is no cache.
var ErrNone = errors.New("there is no cache")

// Reader is a cache that is only looked at, also while a server has it. As a rag.Cache
// it takes nothing in. All methods are safe for concurrent use.
type Reader struct {
	path    string
	db      *sql.DB
	damaged atomic.Int64
}

// OpenReader opens the cache in a data folder for reading. Nothing is checked yet.
func OpenReader(dir string) (*Reader, error) {
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s; the first start of the server makes it", ErrNone, dir)
	}
	query := url.Values{"mode": {"ro"}, "_txlock": {"deferred"}, "_pragma": {"busy_timeout(5000)", "query_only(1)", "cell_size_check(1)", "trusted_schema(0)"}}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, file{path: path}.explain("opened", err)
	}
	return &Reader{path: path, db: db}, nil
}

// Close gives the file back.
func (r *Reader) Close() error { return r.db.Close() }

// Get implements rag.Cache. A row that does not agree with its checksum is left out and
// counted.
func (r *Reader) Get(ctx context.Context, kind string, keys []string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	for part := range slices.Chunk(keys, batch) {
		args := []any{[]byte(kind)}
		for _, key := range part {
			args = append(args, []byte(key))
		}
		err := scan(ctx, r.db, func(row row) {
			if row.whole() {
				found[string(row.key)] = append([]byte{}, row.data...)
			} else {
				r.damaged.Add(1)
			}
		}, withMarks("SELECT id, sum, kind, key, data FROM blobs WHERE kind = ? AND key IN (?)", len(part)), args...)
		if err != nil {
			return nil, file{path: r.path}.explain("read", err)
		}
	}
	return found, ctx.Err()
}

// Commit implements rag.Cache and stores nothing.
func (*Reader) Commit(ctx context.Context, _ []rag.Blob) error { return ctx.Err() }

// Keep implements rag.Cache and removes nothing.
func (*Reader) Keep(ctx context.Context, _ map[string][]string) error { return ctx.Err() }

// Damaged implements rag.Cache.
func (r *Reader) Damaged() int { return int(r.damaged.Load()) }

// Entries counts the whole entries of one kind, and their bytes.
type Entries struct {
	Count int
	Bytes int64
}

// Check reads all of the file, as it is at one moment: its structure, its format and the
// checksum of every entry. damage says in sentences what is wrong; kinds counts what is
// whole. An error means that it could not be looked at.
func (r *Reader) Check(ctx context.Context) (kinds map[string]Entries, damage []string, err error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return r.judged(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	tables, err := strs(ctx, tx, "SELECT sql FROM sqlite_schema ORDER BY rowid")
	if err != nil {
		return r.judged(err)
	}
	if !slices.Equal(tables, schema) {
		return nil, []string{"it has other tables than this version makes"}, nil
	}
	found, err := strs(ctx, tx, "SELECT format FROM header")
	if err != nil {
		return r.judged(err)
	}
	if !slices.Equal(found, []string{format}) {
		damage = append(damage, fmt.Sprintf("its format is %q and this version makes %q", found, format))
	}
	if found, err = strs(ctx, tx, "PRAGMA integrity_check(10)"); err != nil {
		return r.judged(err)
	}
	if !slices.Equal(found, []string{"ok"}) {
		damage = append(damage, fmt.Sprintf("SQLite finds it damaged: %q", found))
	}
	kinds = make(map[string]Entries)
	bad := make(map[string]int)
	err = scan(ctx, tx, func(row row) {
		if !row.whole() {
			bad[string(row.kind)]++
			return
		}
		e := kinds[string(row.kind)]
		kinds[string(row.kind)] = Entries{e.Count + 1, e.Bytes + int64(len(row.data))}
	}, "SELECT id, sum, kind, key, data FROM blobs NOT INDEXED")
	if err != nil {
		return r.judged(err)
	}
	for kind, n := range bad {
		damage = append(damage, fmt.Sprintf("%d entries of %q don't agree with their checksums", n, kind))
	}
	slices.Sort(damage)
	return kinds, damage, nil
}

// judged tells damage from a file that could not be looked at.
func (r *Reader) judged(err error) (map[string]Entries, []string, error) {
	if malformed(err) {
		return nil, []string{fmt.Sprintf("SQLite finds it damaged: %v", err)}, nil
	}
	return nil, nil, file{path: r.path}.explain("read", err)
}
