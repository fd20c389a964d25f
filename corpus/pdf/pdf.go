// Package pdf reads the text of PDF files: columns in the order in which they are read,
// paragraphs whole across lines, columns and pages, without running heads and page
// numbers. PDFium does the reading, compiled to WebAssembly: a hostile file can neither
// harm the process nor read anything else.
package pdf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"yinju/corpus"
)

// Reader reads PDF files. The zero value works. It is safe for concurrent use as long
// as nobody changes it; it must not be copied.
type Reader struct {
	// Cache is a folder for the compiled PDFium, of about 25 MB: without one the first
	// file of a process waits some seconds for the compiler. Nobody else may be able to
	// write to it.
	Cache string
	// Idle is for how long PDFium is kept when it is not used; 0 means a minute.
	Idle time.Duration

	MaxPages  int           // pages behind it are left out, with a warning; 0 means 2,000
	MaxChars  int           // of a file; 0 means 5 million
	MaxMemory int64         // bytes PDFium may use for one file; 0 means 192 MiB
	Timeout   time.Duration // for one file; 0 means as long as the Loader allows
	// PageTimeout is how long opening the file or reading a page of it may take, so that a
	// hostile page does not hold up a folder for as long as a thick book may; 0 means 20 s.
	PageTimeout time.Duration
	Workers     int // files read at once; 0 means 2

	engine engine
}

// Format is the format of .pdf files, read by r.
func (r *Reader) Format() corpus.Format {
	return corpus.Format{Name: "pdf", Extensions: []string{".pdf"}, Parse: r.parse}
}

var (
	errPassword = errors.New("the PDF needs a password; save it without one")
	errDamaged  = errors.New("the PDF is damaged or not a PDF; open it in a PDF program and save it anew")
	errScan     = errors.New("the PDF has no text layer: its pages are pictures, perhaps scans; run text recognition over it (for example: ocrmypdf -l chi_sim in.pdf out.pdf)")
	errUnmapped = errors.New("the PDF has no usable text: its fonts don't say which characters they show; save it anew from the program it was written in, or run text recognition over it (for example: ocrmypdf --force-ocr -l chi_sim in.pdf out.pdf)")
	errStalled  = errors.New("a page takes too long")
	errTooLong  = errors.New("the PDF has more text than is allowed; split it")
)

func (r *Reader) parse(ctx context.Context, data []byte) (corpus.Parsed, error) {
	if r.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Timeout)
		defer cancel()
	}
	if !bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
		return corpus.Parsed{}, errDamaged // PDFium need not be started to say so
	}
	var d document
	paging, stall := context.WithCancelCause(ctx)
	defer stall(nil)
	err := r.with(paging, func(in pdfium.Pdfium) error {
		limit := cmp.Or(r.PageTimeout, 20*time.Second)
		watch := time.AfterFunc(limit, func() { stall(errStalled) })
		defer watch.Stop()
		return r.read(paging, in, data, &d, func() { watch.Reset(limit) })
	})
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return corpus.Parsed{}, late(ctx, &d)
	case errors.Is(context.Cause(paging), errStalled):
		return corpus.Parsed{}, fmt.Errorf("page %d of the PDF takes too long to read; it may be damaged: save it anew, or without that page", len(d.sheets)+1)
	case errors.Is(err, errPassword), errors.Is(err, errDamaged), errors.Is(err, errTooLong):
		return corpus.Parsed{}, err
	default:
		return corpus.Parsed{}, fmt.Errorf("the PDF can't be read (%s); it may be damaged, or need more memory than is allowed: save it anew or split it", firstLine(err))
	}
	p, err := d.parsed(ctx)
	if ctx.Err() != nil {
		return corpus.Parsed{}, late(ctx, &d)
	}
	return p, err
}

// late says why reading ended before its time.
func late(ctx context.Context, d *document) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("reading the PDF took too long (%d of its %d pages were read); split it, or save it anew if it is damaged", len(d.sheets), d.pages)
	}
	return fmt.Errorf("reading the PDF was stopped: %w", ctx.Err())
}

// firstLine keeps the stack of a failed WebAssembly program out of a message.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// document is what is read of a file.
type document struct {
	title, author string
	pages         int // in the file
	sheets        []sheet
}

// read takes in the pages, and calls turned before each of them.
func (r *Reader) read(ctx context.Context, in pdfium.Pdfium, data []byte, d *document, turned func()) error {
	doc, err := in.OpenDocument(&requests.OpenDocument{File: &data})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return errPassword
	case errors.Is(err, pdfiumerrors.ErrFormat), errors.Is(err, pdfiumerrors.ErrFile), errors.Is(err, pdfiumerrors.ErrUnknown):
		return errDamaged
	case err != nil:
		return err
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return err
	}
	d.pages = count.PageCount
	d.title, d.author = metadata(in, doc.Document, "Title"), metadata(in, doc.Document, "Author")
	left := cmp.Or(r.MaxChars, 5_000_000)
	for i := range min(d.pages, cmp.Or(r.MaxPages, 2000)) {
		turned()
		s, err := readPage(ctx, in, doc.Document, i, left)
		if err != nil && (errors.Is(err, errTooLong) || ctx.Err() != nil || !alive(in, doc.Document)) {
			return err
		}
		s.failed = err != nil // one bad page does not cost the others
		left -= len(s.glyphs)
		d.sheets = append(d.sheets, s)
	}
	return ctx.Err()
}

// alive says whether PDFium still answers: after a trap it may not be trusted.
func alive(in pdfium.Pdfium, doc references.FPDF_DOCUMENT) bool {
	_, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	return err == nil
}

// metadata reads an entry of the file's information dictionary.
func metadata(in pdfium.Pdfium, doc references.FPDF_DOCUMENT, tag string) string {
	value, err := in.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc, Tag: tag})
	if err != nil {
		return ""
	}
	return clean(value.Value)
}
