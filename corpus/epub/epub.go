// Package epub reads books in EPUB (versions 2 and 3): the text of their chapters as
// light Markdown.
package epub

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"yinju/corpus"
	"yinju/corpus/bounded"
	"yinju/corpus/html"
)

// Reader reads books. The zero value has sensible limits.
type Reader struct {
	Limits  bounded.Limits    // of the package; of one chapter by default 16 MiB
	XML     bounded.XMLLimits // of the lists in it
	Chapter html.Reader       // reads the chapters
	MaxText int               // bytes of text; a longer book is skipped; default 16 MiB
}

// EPUB is the format of .epub files with the default limits.
func EPUB() corpus.Format { return Reader{}.Format() }

// Format returns the format of .epub files. A book is one article: its chapters follow
// each other in the order of reading, each under its heading, which is taken from the
// table of contents if the chapter has none. Cover, title page and table of contents are
// left out. The rest is as in package html.
func (r Reader) Format() corpus.Format {
	return corpus.Format{Name: "epub", Extensions: []string{".epub"}, Parse: r.parse}
}

// book is what is known of one book.
type book struct {
	Reader
	ctx     context.Context
	archive *bounded.Archive
	dir     string // of the package document

	items  map[string]item // by id
	spine  []string        // ids in the order of reading
	asides map[string]bool // files that are no chapters, by the guide
	toc    string          // id of the table of contents in EPUB 2
	titles map[string]string
	meta   metadata
	notes  int // the greatest number of one so far
}

// item is a file of the book.
type item struct{ href, kind, properties string }

func (r Reader) parse(ctx context.Context, data []byte) (corpus.Parsed, error) {
	r.Limits.Member = cmp.Or(r.Limits.Member, 16<<20)
	r.MaxText = cmp.Or(r.MaxText, 16<<20)
	archive, err := bounded.Open(data, r.Limits)
	if err != nil {
		return corpus.Parsed{}, err
	}
	b := &book{Reader: r, ctx: ctx, archive: archive, items: make(map[string]item), asides: make(map[string]bool), titles: make(map[string]string)}
	if err := b.readPackage(); err != nil {
		return corpus.Parsed{}, err
	}
	if b.protected() {
		return corpus.Parsed{}, errors.New("the book is protected against copying (DRM); ask the publisher for a copy without protection")
	}
	b.readTitles()
	p := b.meta.parsed()
	if p.Text, p.Warnings, err = b.text(); err != nil {
		return corpus.Parsed{}, err
	}
	return p, ctx.Err()
}

// read opens a part of the book as XML and goes to its outermost element.
func (b *book) read(name string) (*bounded.XML, error) {
	entry := b.archive.Find(name)
	if entry == nil {
		return nil, fmt.Errorf("%s is missing", name)
	}
	data, err := b.archive.Read(b.ctx, entry)
	if err != nil {
		return nil, err
	}
	x, err := bounded.NewXML(b.ctx, data, b.XML)
	if err != nil {
		return nil, err
	}
	_, err = x.Root()
	return x, err
}

// readPackage finds the package document and reads it.
func (b *book) readPackage() error {
	root := ""
	if x, err := b.read("META-INF/container.xml"); err == nil {
		var each func(e xml.StartElement) error
		each = func(e xml.StartElement) error {
			if e.Name.Local == "rootfile" && root == "" {
				root = bounded.Attr(e, "full-path")
			}
			return x.Each(each, nil)
		}
		if err := x.Each(each, nil); err != nil {
			return fmt.Errorf("the book's container: %w", err)
		}
	}
	for _, e := range b.archive.Entries { // many readers take what there is
		if root == "" && strings.EqualFold(path.Ext(e.Name), ".opf") {
			root = e.Name
		}
	}
	if root == "" {
		return errors.New("this is not an EPUB book: it has no list of its parts (OPF); make it again in the program that made it")
	}
	b.dir = path.Dir(path.Clean("/" + root))
	x, err := b.read(root)
	if err == nil {
		err = b.readOPF(x)
	}
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("the book's list of parts (OPF): %w", err)
	}
	return nil
}

// resolve returns the file that an address in a file of some folder refers to, within
// the archive.
func resolve(dir, href string) string {
	href, _, _ = strings.Cut(href, "#")
	if plain, err := url.PathUnescape(href); err == nil {
		href = plain
	}
	if href == "" {
		return ""
	}
	return strings.TrimPrefix(path.Join("/", dir, href), "/")
}

func (b *book) readOPF(x *bounded.XML) error {
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "metadata":
			return b.meta.read(x)
		case "item":
			b.items[bounded.Attr(e, "id")] = item{
				href: resolve(b.dir, bounded.Attr(e, "href")), kind: strings.ToLower(bounded.Attr(e, "media-type")), properties: bounded.Attr(e, "properties"),
			}
		case "spine":
			b.toc = bounded.Attr(e, "toc")
		case "itemref":
			b.spine = append(b.spine, bounded.Attr(e, "idref"))
		case "reference":
			switch strings.ToLower(bounded.Attr(e, "type")) {
			case "cover", "toc", "title-page", "titlepage":
				b.asides[resolve(b.dir, bounded.Attr(e, "href"))] = true
			}
		}
		return x.Each(each, nil)
	}
	return x.Each(each, nil)
}

// obfuscations only disguise fonts.
var obfuscations = regexp.MustCompile(`^http://(?:www\.idpf\.org/2008/embedding|ns\.adobe\.com/pdf/enc#RC)$`)

// protected reports whether chapters of the book are encrypted.
func (b *book) protected() bool {
	x, err := b.read("META-INF/encryption.xml")
	if err != nil {
		return false
	}
	chapters := make(map[string]bool)
	for _, id := range b.spine {
		chapters[b.items[id].href] = true
	}
	found, algorithm := false, ""
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "EncryptedData":
			algorithm = ""
		case "EncryptionMethod":
			if algorithm == "" {
				algorithm = bounded.Attr(e, "Algorithm")
			}
		case "CipherReference":
			file := resolve("", bounded.Attr(e, "URI"))
			found = found || chapters[file] && !obfuscations.MatchString(algorithm)
		}
		return x.Each(each, nil)
	}
	_ = x.Each(each, nil) // what is damaged protects nothing
	return found
}

// readTitles reads the tables of contents: the first title of each file.
func (b *book) readTitles() {
	for id, it := range b.items {
		switch {
		case strings.Contains(" "+it.properties+" ", " nav "), id == b.toc:
			b.readContents(it.href)
		}
	}
}

func (b *book) readContents(name string) {
	x, err := b.read(name)
	if err != nil {
		return
	}
	label := ""
	add := func(href, title string) {
		file := resolve(path.Dir(name), href)
		if title = strings.Join(strings.Fields(title), " "); title != "" && b.titles[file] == "" && len([]rune(title)) <= 100 {
			b.titles[file] = title
		}
	}
	var each func(e xml.StartElement) error
	each = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "a":
			text, err := x.Text()
			add(bounded.Attr(e, "href"), text)
			return err
		case "navLabel":
			var err error
			label, err = x.Text()
			return err
		case "content":
			add(bounded.Attr(e, "src"), label)
		}
		return x.Each(each, nil)
	}
	_ = x.Each(each, nil) // titles are a help, no more
}
