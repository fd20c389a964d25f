// Package docx reads Word documents (Office Open XML, ISO/IEC 29500), those of other
// programs too: their text as light Markdown.
package docx

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// Reader reads Word documents. The zero value has sensible limits.
type Reader struct {
	Limits  bounded.Limits    // of the package
	XML     bounded.XMLLimits // of each part of it
	MaxText int               // bytes of text; a longer document is skipped; default 16 MiB
}

// DOCX is the format of Word documents with the default limits.
func DOCX() corpus.Format { return Reader{}.Format() }

// Format returns the format of .docx, .docm, .dotx and .dotm files. The text of the
// article is what a reader would read in its final form: tracked insertions are taken,
// deletions, hidden text, comments, headers, footers and tables of contents left out.
// Headings are lines with #, automatic numbers are written out, list items begin with
// "- " or their number, cells of a table row stand between " | ". Foot- and endnotes are
// marked [^1], numbered through; a footnote follows its paragraph, endnotes the text.
func (r Reader) Format() corpus.Format {
	return corpus.Format{Name: "docx", Extensions: []string{".docx", ".docm", ".dotx", ".dotm"}, Parse: r.parse}
}

// parser reads one document.
type parser struct {
	Reader
	ctx     context.Context
	archive *bounded.Archive

	styles    map[string]*style
	numbering numbering
	notes     map[noteID]string
	marks     map[noteID]int // the notes referred to so far, by their number
	endnotes  []string

	x         *bounded.XML // the part that is read
	fields    []field      // that are open
	size      int          // bytes of text
	tables    int
	title     string // the paragraph in the style of a title
	changed   bool   // tracked changes were met
	chunks    bool   // parts in other formats were met
	noteLines []string
	inTable   int
}

func (r Reader) parse(ctx context.Context, data []byte) (corpus.Parsed, error) {
	r.MaxText = cmp.Or(r.MaxText, 16<<20)
	if err := notDOCX(data); err != nil {
		return corpus.Parsed{}, err
	}
	archive, err := bounded.Open(data, r.Limits)
	if err != nil {
		return corpus.Parsed{}, err
	}
	p := &parser{Reader: r, ctx: ctx, archive: archive, notes: make(map[noteID]string), marks: make(map[noteID]int)}
	var out corpus.Parsed
	text, err := p.document(&out)
	if err != nil {
		return corpus.Parsed{}, err
	}
	switch {
	case text == "" && p.chunks:
		return out, errors.New("the text of the document is embedded in another format; open it in Word or LibreOffice and save it again as .docx")
	case text == "":
		return out, errors.New("there is no text in the document; if its pages are pictures, it needs a text layer first (OCR)")
	case p.chunks:
		out.Warnings = append(out.Warnings, "a part of the document is embedded in another format and was not read; save it again in Word or LibreOffice")
	}
	if p.changed {
		out.Warnings = append(out.Warnings, "the document has tracked changes; it was read as if they were accepted")
	}
	out.Text = text
	p.properties(&out)
	out.Title = cmp.Or(p.title, out.Title, firstHeading(text))
	return out, ctx.Err()
}

// notDOCX says what a file is that cannot be a Word document; nil if it may be one.
func notDOCX(data []byte) error {
	kind := bounded.Kind(data)
	switch {
	case strings.HasPrefix(kind, "an Office document") && bytes.Contains(data, utf16le("EncryptedPackage")):
		return errors.New("the document is protected with a password; save it without one")
	case strings.HasPrefix(kind, "an Office document"):
		return errors.New("the document is in the old Word format (.doc), whatever its name says; save it as .docx")
	case kind != "" && !strings.HasPrefix(kind, "a ZIP"):
		return fmt.Errorf("the file is %s, whatever its name says; save it as .docx in Word or LibreOffice", kind)
	}
	return nil
}

func utf16le(s string) []byte {
	var b []byte
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// document reads all parts and returns the text.
func (p *parser) document(out *corpus.Parsed) (string, error) {
	root, err := p.relations("")
	if err != nil {
		return "", err
	}
	name := cmp.Or(root["officeDocument"], "word/document.xml")
	parts, err := p.relations(name)
	if err != nil {
		return "", err
	}
	part := func(kind string) string { return cmp.Or(parts[kind], path.Join(path.Dir(name), kind+".xml")) }
	for _, aside := range []struct {
		what string
		name string
		read func(xml.StartElement) error
	}{
		{"styles", part("styles"), p.readStyles},
		{"list numbers", part("numbering"), p.readNumbering},
		{"footnotes", part("footnotes"), p.readNotes},
		{"endnotes", part("endnotes"), p.readNotes},
	} {
		if err := p.open(aside.name, aside.read); err != nil && !errors.Is(err, errNoPart) {
			if p.ctx.Err() != nil || errors.Is(err, errTooLong) {
				return "", err
			}
			out.Warnings = append(out.Warnings, fmt.Sprintf("the document's %s cannot be read: %v", aside.what, err))
		}
	}
	p.numbering.link(p.styles)
	var text string
	err = p.open(name, func(root xml.StartElement) error {
		if tag(root.Name) != "w:document" {
			return notWord(root.Name.Local)
		}
		body := &flow{}
		if err := p.flowing(body, p.blocks); err != nil {
			return err
		}
		for _, note := range p.endnotes {
			body.add(block{text: note})
		}
		text = body.String()
		return nil
	})
	if errors.Is(err, errNoPart) {
		return "", notWord("")
	}
	return text, err
}

func notWord(root string) error {
	switch root {
	case "workbook":
		return errors.New("this is an Excel workbook, whatever its name says; save it as .csv")
	case "presentation":
		return errors.New("this is a PowerPoint presentation, whatever its name says; save it as .pdf")
	}
	return errors.New("this is not a Word document: it has no text part; open it in the program that made it and save it as .docx")
}

var (
	errNoPart  = errors.New("the part is missing")
	errTooLong = errors.New("the document has more text than the limit")
)

// open reads a part of the package with the parser's x at its outermost element.
func (p *parser) open(name string, read func(root xml.StartElement) error) error {
	entry := p.archive.Find(name)
	if entry == nil {
		return errNoPart
	}
	data, err := p.archive.Read(p.ctx, entry)
	if err != nil {
		return err
	}
	if p.x, err = bounded.NewXML(p.ctx, data, p.XML); err != nil {
		return err
	}
	p.fields = nil
	root, err := p.x.Root()
	if err != nil {
		return err
	}
	return read(root)
}

// relations returns the parts that a part refers to, by kind: "styles", "footnotes"
// and so on. Those of the package itself are under the name "".
func (p *parser) relations(part string) (map[string]string, error) {
	dir, base := path.Split(part)
	found := make(map[string]string)
	err := p.open(dir+"_rels/"+base+".rels", func(xml.StartElement) error {
		return p.x.Each(func(e xml.StartElement) error {
			kind, target := path.Base(bounded.Attr(e, "Type")), bounded.Attr(e, "Target")
			if found[kind] == "" && bounded.Attr(e, "TargetMode") != "External" && target != "" {
				if !strings.HasPrefix(target, "/") {
					target = path.Join("/", dir, target)
				}
				found[kind] = strings.TrimPrefix(path.Clean(target), "/")
			}
			return p.x.Skip()
		}, nil)
	})
	if errors.Is(err, errNoPart) {
		err = nil
	}
	return found, err
}

// spaces are the name spaces that matter, by parts of their addresses in the
// transitional and in the strict form.
var spaces = []struct{ part, prefix string }{
	{"wordprocessingml/2006/main", "w:"},
	{"wordprocessingml/main", "w:"},
	{"markup-compatibility/", "mc:"},
	{"officeDocument/math", "m:"},
	{"officeDocument/2006/math", "m:"},
}

// tag is the name of an element with its usual prefix, or the bare local name of one
// from another name space.
func tag(name xml.Name) string {
	for _, s := range spaces {
		if strings.Contains(name.Space, s.part) {
			return s.prefix + name.Local
		}
	}
	return name.Local
}

// on reads a switch, which is on unless its value says otherwise.
func on(e xml.StartElement) bool {
	switch bounded.Attr(e, "val") {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

// chapter begins a heading that is one of several rather than the document's title.
var chapter = regexp.MustCompile(`(?i)^(?:第.{1,4}[章节節篇部编編]|[一二三四五六七八九十]+[、.．]|[\d.]+[、.．\s]|[（(]|chapter\s|part\s|摘要|前言|序言|引言|abstract|introduction|preface)`)

// firstHeading is the heading with which a document begins, if that may be its title.
func firstHeading(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	if title, ok := strings.CutPrefix(first, "# "); ok && (!strings.Contains(text[len(first):], "\n# ") || !chapter.MatchString(title)) {
		return title
	}
	return ""
}
