// Package sqlite is the rag.Cache on disk: one SQLite file (WAL) in the data
// folder, every row with a checksum.
//
// The articles are the truth and this is a cache, so nothing is ever repaired:
// a file in doubt is set aside and an empty one takes its place, and whatever is
// missing is computed again.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"yinju/rag"
)

// Cache implements rag.Cache. All methods are safe for concurrent use.
type Cache struct {
	file    file
	release func() // gives the data folder back
	damaged atomic.Int64

	mu   sync.RWMutex  // held for reading while db is in use, for writing while it is exchanged
	db   *sql.DB       // nil once closed
	turn chan struct{} // holds one token while somebody writes
}

const (
	// batch is how many values one statement takes, below SQLite's 32,766.
	batch = 1000
	// scanShare: reading all rows in the file's order costs about as much as
	// looking up one row in scanShare of them by key.
	scanShare = 4
)

// Get implements rag.Cache. A row that no longer agrees with its checksum is
// left out, counted and removed.
func (c *Cache) Get(ctx context.Context, kind string, keys []string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	var bad []int64
	err := c.use(ctx, "read", func(db *sql.DB) error {
		clear(found)
		bad = nil
		all, err := c.bestReadWhole(ctx, db, len(keys))
		if err != nil {
			return err
		}
		take := func(r row) {
			if r.whole() {
				found[string(r.key)] = append([]byte{}, r.data...)
			} else {
				bad = append(bad, r.id)
			}
		}
		if all {
			wanted := make(map[string]struct{}, len(keys))
			for _, key := range keys {
				wanted[key] = struct{}{}
			}
			return scan(ctx, db, func(r row) {
				if _, ok := wanted[string(r.key)]; ok && string(r.kind) == kind {
					take(r)
				}
			}, "SELECT id, sum, kind, key, data FROM blobs NOT INDEXED")
		}
		for part := range slices.Chunk(keys, batch) {
			args := []any{[]byte(kind)}
			for _, key := range part {
				args = append(args, []byte(key))
			}
			query := withMarks("SELECT id, sum, kind, key, data FROM blobs WHERE kind = ? AND key IN (?)", len(part))
			if err := scan(ctx, db, take, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.discard(ctx, bad); err != nil {
		// What was found is good all the same; the next Get tries again.
		c.file.warn("%d damaged entries could not be removed: %v", len(bad), err)
	}
	return found, ctx.Err()
}

// bestReadWhole reports whether so many keys are found faster by reading all rows.
func (c *Cache) bestReadWhole(ctx context.Context, db *sql.DB, keys int) (bool, error) {
	if keys <= batch {
		return false, nil // not worth the counting
	}
	var rows int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM blobs").Scan(&rows)
	return keys > rows/scanShare, err
}

// Commit implements rag.Cache: all blobs or none, and all that is reported stored
// survives the end of the process. Of several blobs under one key the last one counts.
func (c *Cache) Commit(ctx context.Context, blobs []rag.Blob) error {
	return c.write(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO blobs(kind, key, sum, data) VALUES(?, ?, ?, ?)
			ON CONFLICT(kind, key) DO UPDATE SET sum = excluded.sum, data = excluded.data`)
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }() // the transaction tells what failed
		each := context.WithoutCancel(ctx)    // the transaction heeds ctx, and without a goroutine a row
		for _, b := range blobs {
			kind, key, data := []byte(b.Kind), []byte(b.Key), append([]byte{}, b.Data...)
			if _, err := insert.ExecContext(each, kind, key, checksum(kind, key, data), data); err != nil {
				return err
			}
		}
		return nil
	})
}

// Keep implements rag.Cache, and gives the room back to the disk.
func (c *Cache) Keep(ctx context.Context, live map[string][]string) error {
	wanted := make(map[string]map[string]struct{}, len(live))
	for kind, keys := range live {
		set := make(map[string]struct{}, len(keys))
		for _, key := range keys {
			set[key] = struct{}{}
		}
		wanted[kind] = set
	}
	removed := false
	err := c.write(ctx, func(tx *sql.Tx) error {
		// The keys are compared here and not by a join with a temporary table:
		// most rows stay, and reading them costs less than inserting as many.
		var gone []int64
		err := scan(ctx, tx, func(r row) {
			if _, ok := wanted[string(r.kind)][string(r.key)]; !ok {
				gone = append(gone, r.id)
			}
		}, "SELECT id, 0, kind, key, x'' FROM blobs")
		removed = len(gone) > 0
		if err != nil {
			return err
		}
		for part := range slices.Chunk(gone, batch) {
			args := make([]any, len(part))
			for i, id := range part {
				args[i] = id
			}
			if _, err := tx.ExecContext(ctx, withMarks("DELETE FROM blobs WHERE id IN (?)", len(part)), args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !removed {
		return err
	}
	return c.alone(ctx, func(db *sql.DB) error {
		if _, err := db.ExecContext(ctx, "PRAGMA incremental_vacuum"); err != nil {
			return err
		}
		// Only now does the file shrink. A reader in the way is no error: a
		// later checkpoint will do it.
		_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		return err
	})
}

// Damaged implements rag.Cache. A file set aside counts as one.
func (c *Cache) Damaged() int { return int(c.damaged.Load()) }

// Close brings everything into the one file and gives the data folder back. A
// second Close does nothing.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.db == nil {
		return nil
	}
	_, err := c.db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	err = errors.Join(err, c.db.Close())
	c.db = nil
	c.release()
	if err != nil {
		return c.file.explain("closed", err)
	}
	return nil
}

// discard removes the rows that are still damaged, and counts them.
func (c *Cache) discard(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	removed := 0
	err := c.write(ctx, func(tx *sql.Tx) error {
		removed = 0
		for _, id := range ids {
			bad := false // another Get may have been here, or a Commit
			err := scan(ctx, tx, func(r row) { bad = !r.whole() }, "SELECT id, sum, kind, key, data FROM blobs WHERE id = ?", id)
			if err != nil {
				return err
			}
			if bad {
				removed++
				if _, err := tx.ExecContext(ctx, "DELETE FROM blobs WHERE id = ?", id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil && removed > 0 {
		c.damaged.Add(int64(removed))
		c.file.warn("%d damaged entries of the cache %s were removed; they are computed again", removed, c.file.path)
	}
	return err
}

// write runs change in one transaction, alone.
func (c *Cache) write(ctx context.Context, change func(*sql.Tx) error) error {
	return c.alone(ctx, func(db *sql.DB) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return errors.Join(err, ignoreDone(tx.Rollback()))
		}
		return tx.Commit()
	})
}

// alone runs op while nobody else writes. Writers wait here and not in SQLite,
// which polls and gives up.
func (c *Cache) alone(ctx context.Context, op func(*sql.DB) error) error {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.turn }()
	return c.use(ctx, "written", op)
}

// use runs op on the database. If SQLite finds the file damaged, an empty one
// takes its place and op runs once more. done says what could not be done.
func (c *Cache) use(ctx context.Context, done string, op func(*sql.DB) error) error {
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.mu.RLock()
		db := c.db
		var err error
		if db != nil {
			err = op(db)
		}
		c.mu.RUnlock()
		switch {
		case db == nil:
			return fmt.Errorf("the cache %s is closed", c.file.path)
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case attempt > 0 || !malformed(err):
			return c.file.explain(done, err)
		}
		if err := c.replace(ctx, db, err); err != nil {
			return err
		}
	}
}

// replace puts an empty file in the place of the one that bad is open on.
func (c *Cache) replace(ctx context.Context, bad *sql.DB, why error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.db != bad {
		return nil // somebody else did, or closed the cache
	}
	closeQuietly(bad)
	c.damaged.Add(1)
	db, err := c.file.startAnew(context.WithoutCancel(ctx), why)
	if err != nil {
		return err
	}
	c.db = db
	return nil
}

// row is a blob as it is stored. Its slices live until the next row is read.
type row struct {
	id, sum         int64
	kind, key, data sql.RawBytes
}

// whole reports whether the row is as it was written.
func (r row) whole() bool { return checksum(r.kind, r.key, r.data) == r.sum }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is the CRC-32C of kind, key and data, with their borders.
func checksum(kind, key, data []byte) int64 {
	sum := crc32.Checksum(fmt.Appendf(nil, "%d %d ", len(kind), len(key)), castagnoli)
	for _, part := range [][]byte{kind, key, data} {
		sum = crc32.Update(sum, castagnoli, part)
	}
	return int64(sum)
}

// querier is what *sql.DB and *sql.Tx have in common here.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// scan calls each with every row of a query for id, sum, kind, key and data.
func scan(ctx context.Context, q querier, each func(row), query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err has told what failed
	var r row
	for rows.Next() {
		if err := rows.Scan(&r.id, &r.sum, &r.kind, &r.key, &r.data); err != nil {
			return err
		}
		each(r)
	}
	return rows.Err()
}

// withMarks makes the "(?)" of a query one for n values.
func withMarks(query string, n int) string {
	return strings.Replace(query, "(?)", "("+strings.Repeat("?,", n-1)+"?)", 1)
}

// ignoreDone drops the error of rolling back what the context has rolled back.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// closeQuietly is for what was only read from, or has already failed.
func closeQuietly(c interface{ Close() error }) { _ = c.Close() }
