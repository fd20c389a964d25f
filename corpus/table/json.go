package table

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is one of JSON. Numbers are as they are written, so that none is rounded.
type value struct {
	kind  byte   // '{', '[', '"', or 's' for a number, true, false and null
	name  string // in the object around it
	text  string // of a scalar; "" for null
	items []value
	twice bool // an object with the same key more than once
}

// lines reads JSON Lines, or JSON under their name.
func (r Reader) lines(ctx context.Context, text string) ([]record, error) {
	records, err := r.jsonl(ctx, text)
	if err == nil && records[0].err == nil || ctx.Err() != nil {
		return records, err
	}
	p := r.parser(ctx, text)
	if root, wrong := p.value(0); wrong == nil && !p.goesOn() && (root.kind == '[' || root.kind == '{') {
		return r.json(ctx, text)
	}
	return records, err
}

// json reads a file that is a list of articles, an object that holds one, or an article.
func (r Reader) json(ctx context.Context, text string) ([]record, error) {
	p := r.parser(ctx, text)
	root, err := p.value(0)
	if err != nil {
		return nil, p.problem(err)
	}
	if p.goesOn() {
		if records, err := r.jsonl(ctx, text); err == nil { // JSON Lines under another name
			return records, nil
		}
		return nil, fmt.Errorf("there is something behind the end of the JSON at line %d; remove it", p.line())
	}
	switch root.kind {
	case '[':
		return listed(root.items), nil
	case '{':
		return r.object(root), nil
	}
	return nil, errors.New("the file holds one value and no article; write a list of objects")
}

// jsonl reads one value a line. A bad line costs that line only.
func (r Reader) jsonl(ctx context.Context, text string) ([]record, error) {
	var records []record
	bad := 0
	for number := 1; text != ""; number++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" {
			continue
		}
		if len(records) > cmp.Or(r.MaxRows, 100_000) {
			break
		}
		v, err := r.jsonLine(ctx, line)
		rec := flat(v)
		if rec.place = fmt.Sprintf("line %d", number); err != nil {
			rec.err = err
			bad++
		}
		records = append(records, rec)
	}
	if bad == len(records) {
		if bad > 0 {
			return nil, fmt.Errorf("no line of the file is right; the first: %w", records[0].err)
		}
		return nil, errors.New("the file has no lines")
	}
	return records, nil
}

func (r Reader) jsonLine(ctx context.Context, line string) (value, error) {
	if !utf8.ValidString(line) || strings.Contains(line, "\x00") {
		return value{}, errors.New("it is not valid UTF-8")
	}
	p := r.parser(ctx, line)
	v, err := p.value(0)
	if err == nil && p.goesOn() {
		err = errors.New("there is something behind the end of the JSON; mend the line")
	}
	var wrong *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		err = fmt.Errorf("the line is not valid JSON (%w); mend it", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the JSON ends too early; mend the line")
	case err == nil && v.kind != '{' && v.kind != '"':
		err = errors.New("this is neither an object nor a text; mend the line")
	}
	return v, err
}

// jsonParser builds values under limits.
type jsonParser struct {
	*json.Decoder
	ctx       context.Context
	text      string
	left      int // values that may still come
	mostDepth int
}

func (r Reader) parser(ctx context.Context, text string) *jsonParser {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return &jsonParser{Decoder: d, ctx: ctx, text: text, left: cmp.Or(r.MaxValues, 2_000_000), mostDepth: cmp.Or(r.MaxDepth, 32)}
}

// goesOn says whether there is something behind the value that was read.
func (p *jsonParser) goesOn() bool {
	_, err := p.Token()
	return !errors.Is(err, io.EOF)
}

func (p *jsonParser) line() int {
	return 1 + strings.Count(p.text[:min(int(p.InputOffset()), len(p.text))], "\n")
}

// problem says where the JSON is wrong.
func (p *jsonParser) problem(err error) error {
	switch {
	case p.ctx.Err() != nil:
		return p.ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early; the file may be cut off")
	}
	return fmt.Errorf("the JSON is wrong at line %d: %w", p.line(), err)
}

func (p *jsonParser) value(depth int) (v value, err error) {
	t, err := p.Token()
	if err != nil {
		return v, err
	}
	if p.left--; p.left < 0 {
		return v, errors.New("the file holds more values than the limit; split it")
	}
	switch t := t.(type) {
	case json.Delim:
		if depth >= p.mostDepth {
			return v, fmt.Errorf("the values are nested more than %d deep", p.mostDepth)
		}
		return p.items(byte(t), depth)
	case string:
		return value{kind: '"', text: strings.ReplaceAll(t, "\x00", "")}, nil
	case json.Number:
		return value{kind: 's', text: t.String()}, nil
	case bool:
		return value{kind: 's', text: strconv.FormatBool(t)}, nil
	}
	return value{kind: 's'}, nil
}

// items reads an object or a list behind its opening bracket.
func (p *jsonParser) items(kind byte, depth int) (v value, err error) {
	v.kind = kind
	at := make(map[string]int)
	for p.More() {
		if err := p.ctx.Err(); err != nil {
			return v, err
		}
		name := ""
		if kind == '{' {
			t, err := p.Token()
			if err != nil {
				return v, err
			}
			name, _ = t.(string) // nothing else is a key
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		item.name = strings.ReplaceAll(name, "\x00", "")
		if i, again := at[item.name]; again && kind == '{' {
			v.items[i], v.twice = item, true // the last one counts, as everywhere
			continue
		}
		if kind == '{' {
			at[item.name] = len(v.items)
		}
		v.items = append(v.items, item)
	}
	_, err = p.Token()
	return v, err
}

// listed makes records of a list: of objects, of texts, or of lists whose first names
// the columns.
func listed(items []value) []record {
	var records []record
	if len(items) > 1 && !slices.ContainsFunc(items, func(v value) bool { return v.kind != '[' }) {
		lines := make([]tableLine, len(items))
		for i, row := range items {
			lines[i].number = i + 1
			for _, c := range row.items {
				lines[i].cells = append(lines[i].cells, c.text)
			}
		}
		return table(lines)
	}
	for i, v := range items {
		rec := flat(v)
		rec.place = fmt.Sprintf("row %d", i+1)
		records = append(records, rec)
	}
	return records
}

// object makes records of what an object holds: of itself if it has a text, of the
// articles under its keys, or of its list.
func (r Reader) object(root value) []record {
	self := flat(root)
	self.whole = true
	own, direct := r.textOf(self)
	if keyed := r.keyed(root); keyed != nil && !direct {
		return keyed
	}
	var listing []record
	if list := longest(root, 0); list != nil {
		listing = listed(list)
	}
	longer := func(rec record) bool {
		text, _ := r.textOf(rec)
		return len(text) > len(own)
	}
	switch {
	case direct, own != "" && !slices.ContainsFunc(listing, longer):
		return []record{self}
	case listing != nil:
		return listing
	}
	return []record{self}
}

// keyed makes records of an object whose values are articles under their names: all have
// a text, or are facts. Otherwise it is nil.
func (r Reader) keyed(root value) []record {
	if len(root.items) < 2 {
		return nil
	}
	var records []record
	texts, lists := 0, 0
	for _, v := range root.items {
		if v.kind != '{' {
			return nil
		}
		rec := flat(v)
		rec.name, rec.place = v.name, oneLine(v.name)
		if _, direct := r.textOf(rec); direct {
			texts++
		}
		if longest(v, 0) != nil {
			lists++
		}
		records = append(records, rec)
	}
	if texts == len(records) || texts+lists == 0 {
		return records
	}
	return nil
}

// textOf is the text of a record, and whether it stands in it directly rather than in
// a part of it.
func (r Reader) textOf(rec record) (text string, direct bool) {
	c := r.Fields.columns([]record{rec})
	found := rec.first(c.of(fieldText))
	return found.value, found.value != "" && (c.join || !strings.Contains(bare(found.name), "."))
}

// longest is the list with the most objects in an object, however deep in others; nil
// if there is none.
func longest(v value, depth int) (best []value) {
	for _, item := range v.items {
		list := item.items
		switch {
		case item.kind == '{' && depth < 5:
			list = longest(item, depth+1)
		case item.kind != '[' || !slices.ContainsFunc(list, func(v value) bool { return v.kind == '{' }):
			list = nil
		}
		if len(list) > len(best) {
			best = list
		}
	}
	return best
}

// flat makes a record of an object, its nested values under dotted names.
func flat(v value) (rec record) {
	switch v.kind {
	case '{':
		rec.flatten("", v)
		if len(rec.cells) == 0 {
			rec.err = errors.New("the object is empty")
		}
	case '"':
		rec.cells = []cell{{name: "text", value: v.text}}
	default:
		rec.err = errors.New("this is neither an object nor a text")
	}
	return rec
}

func (rec *record) flatten(prefix string, v value) {
	if v.twice && len(rec.warned) == 0 {
		rec.warned = []string{"an object has the same key twice; the last one counts"}
	}
	// The wrapping that databases put around a date or an ID: {"$date": …}.
	if v.kind == '{' && len(v.items) == 1 && strings.HasPrefix(v.items[0].name, "$") {
		v.items[0].name = ""
	}
	if v.kind == '[' && !slices.ContainsFunc(v.items, func(v value) bool { return v.kind == '{' || v.kind == '[' }) {
		var list []string
		for _, item := range v.items {
			if item.text != "" {
				list = append(list, item.text)
			}
		}
		rec.cells = append(rec.cells, cell{name: prefix, value: join(list), list: list})
		return
	}
	if v.kind != '{' && v.kind != '[' {
		rec.cells = append(rec.cells, cell{name: prefix, value: v.text})
		return
	}
	for i, item := range v.items {
		name := item.name
		if v.kind == '[' {
			name = strconv.Itoa(i + 1)
		}
		if prefix != "" && name != "" {
			name = prefix + "." + name
		}
		rec.flatten(cmp.Or(name, prefix), item)
	}
}

// join writes a list in one value: paragraphs below each other, words in a row.
func join(list []string) string {
	for _, s := range list {
		if utf8.RuneCountInString(s) > maxHeading/2 {
			return strings.Join(list, "\n")
		}
	}
	return strings.Join(list, "、")
}
