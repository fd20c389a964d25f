// Package table reads files that hold one article a row: CSV, TSV, JSON and JSON Lines.
//
// A row's columns are found by their names, in Chinese or English, or by a setting. A row
// without a column of text, such as one of a sheet of facts, is a record: its text is
// a line "column：value" for each of its cells.
package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"yinju/corpus"
)

// Reader reads tables. Its zero value has sensible limits and finds the columns by
// their names. It may be used by several goroutines at once.
type Reader struct {
	Fields  Fields
	Decoder corpus.Decoder
	// HTML renders a text that plainly is HTML, as content systems export it; nil leaves
	// the tags in. It takes the whole of a text and looks for no main part of it.
	HTML func(ctx context.Context, data []byte) (corpus.Parsed, error)

	MaxRows       int // rows beyond it are left out; default 100,000
	MaxFieldBytes int // rows with a longer value are skipped; default 4 MiB
	MaxColumns    int // rows with more cells are skipped; default 1,000
	MaxDepth      int // JSON nested deeper is skipped; default 32
	MaxValues     int // JSON with more values in one file, or line of JSON Lines, is skipped; default 2,000,000
}

// Formats are those of .csv, .tsv, .json, and .jsonl or .ndjson files.
//
// The name of a row is its ID if it has one, else its title, or the value that stands for
// one; rows that share it, and rows without either, are named by their content. So a
// row keeps its name, and the links to it hold, when others are put in front of it. A JSON
// file that is a single article has no rows: the article bears the name of the file.
func (r Reader) Formats() []corpus.Format {
	format := func(name string, read func(context.Context, string) ([]record, error), extensions ...string) corpus.Format {
		return corpus.Format{Name: name, Extensions: extensions, Rows: func(ctx context.Context, data []byte) ([]corpus.Row, error) {
			decoded, err := r.Decoder.Decode(data, "")
			if err != nil && name == "jsonl" {
				decoded, err = corpus.Decoded{Text: string(data), Encoding: "UTF-8"}, nil // its lines stand each for itself
			}
			if err != nil {
				return nil, err
			}
			records, err := read(ctx, decoded.Text)
			if err != nil {
				return nil, err
			}
			return r.rows(ctx, records, decoded)
		}}
	}
	return []corpus.Format{
		format("csv", r.csv, ".csv"),
		format("tsv", r.tsv, ".tsv", ".tab"),
		format("json", r.json, ".json"),
		format("jsonl", r.lines, ".jsonl", ".ndjson"),
	}
}

// record is one row as it stands in the file.
type record struct {
	place  string // where it stands, if it has no name: "line 17"
	name   string // its name in the file, or ""
	whole  bool   // the file is this record and no more
	cells  []cell
	warned []string
	err    error
}

// cell is a named value; nested ones of JSON have dotted names.
type cell struct {
	name, value string
	list        []string // the values of a list of scalars
}

func (r Reader) rows(ctx context.Context, records []record, file corpus.Decoded) ([]corpus.Row, error) {
	most := cmp.Or(r.MaxRows, 100_000)
	over := len(records) > most
	records = records[:min(len(records), most)]
	columns := r.Fields.columns(records)
	rows := make([]corpus.Row, 0, len(records)+1)
	keys := make([]string, 0, len(records))
	for _, rec := range records {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row, key := corpus.Row{Err: rec.err}, ""
		if rec.err == nil {
			row.Parsed, key, row.Err = r.article(ctx, rec, columns)
			row.Parsed.Encoding, row.Parsed.Decoding = file.Encoding, file.Decoding
			row.Parsed.Warnings = append(row.Parsed.Warnings, file.Warnings...)
			file.Warnings, file.Decoding.Suspects = nil, nil // those of the file are told once
		}
		if row.Err != nil {
			row.Name = rec.place
		}
		rows, keys = append(rows, row), append(keys, key)
	}
	if len(rows) == 1 && records[0].whole {
		return rows, rows[0].Err
	}
	nameRows(rows, keys)
	if over {
		rows = append(rows, corpus.Row{Name: fmt.Sprintf("row %d", most+1), Err: fmt.Errorf("the file holds more than %d rows; this and those behind it are left out: split the file", most)})
	}
	if len(rows) == 0 {
		return nil, errors.New("the table has no rows")
	}
	return rows, nil
}

// article makes one of a record; key is what may name it.
func (r Reader) article(ctx context.Context, rec record, columns columns) (p corpus.Parsed, key string, err error) {
	for _, c := range rec.cells {
		if most := cmp.Or(r.MaxFieldBytes, 4<<20); len(c.value) > most {
			return p, "", fmt.Errorf("the value of %q has %d bytes, more than the limit of %d; split it", short(c.name), len(c.value), most)
		}
	}
	p.Warnings = rec.warned
	get := func(f field) string { return strings.TrimSpace(rec.first(columns.of(f)).value) }
	p.Title, p.Source, p.Author = get(fieldTitle), get(fieldSource), get(fieldAuthor)
	p.URL, _ = corpus.ParseURL(get(fieldURL))
	if tags := rec.first(columns.of(fieldTags)); tags.list != nil {
		p.Tags = corpus.ParseTags(tags.list...)
	} else {
		p.Tags = corpus.ParseTags(tags.value)
	}
	if date := get(fieldDate); date != "" {
		var ok bool
		if p.Published, ok = parseDate(date); !ok {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the date %q is not understood; write it as 2023-09-07", short(date)))
		}
	}
	if p.Text, err = r.text(ctx, rec, columns); err != nil {
		return p, "", err
	}
	if p.Text == "" {
		if p.Text = rec.lines(); p.Text == "" {
			return p, "", errors.New("the row is empty")
		}
		p.Title = cmp.Or(p.Title, oneLine(rec.name), rec.heading())
	}
	p.Title = cmp.Or(p.Title, opening(p.Text))
	return p, cmp.Or(rec.name, get(fieldID), p.Title), nil
}

// text is that of the columns with text; "" means that the row is a record.
func (r Reader) text(ctx context.Context, rec record, columns columns) (string, error) {
	if columns.record {
		return "", nil
	}
	var parts []string
	for _, name := range columns.of(fieldText) {
		value := strings.TrimSpace(rec.first([]string{name}).value)
		if value == "" {
			continue
		}
		if r.HTML != nil && isHTML(value) {
			p, err := r.HTML(ctx, []byte(value))
			if err != nil {
				return "", fmt.Errorf("the HTML in %q can't be read: %w", name, err)
			}
			value = strings.TrimSpace(p.Text)
		}
		parts = append(parts, value)
		if !columns.join {
			break
		}
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("the row has no text in %q", strings.Join(columns.of(fieldText), ", "))
	}
	return strings.Join(parts, "\n\n"), nil
}
