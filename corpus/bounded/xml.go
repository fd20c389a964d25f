package bounded

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"

	"yinju/corpus"
)

// XMLLimits bound what is read of an XML document. Zero ones mean the defaults.
type XMLLimits struct {
	Depth  int // elements in each other; default 500
	Tokens int // beginnings and ends of elements, and texts; default 20 million
	Token  int // bytes of one of them, its attributes included; default 1 MiB
}

// XML reads a document of XML one token after the other. Entities of the document's
// own are errors, so that none can be expanded without end.
type XML struct {
	ctx    context.Context
	limits XMLLimits
	dec    *xml.Decoder
	text   string
	at     int // bytes read
	began  int // where the current token began
	depth  int
	tokens int

	tooLong error // a token was
}

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)`)

// NewXML begins to read a document, in whatever encoding it is.
func NewXML(ctx context.Context, data []byte, limits XMLLimits) (*XML, error) {
	limits.Depth = cmp.Or(limits.Depth, 500)
	limits.Tokens = cmp.Or(limits.Tokens, 20_000_000)
	limits.Token = cmp.Or(limits.Token, 1<<20)
	declared := ""
	if m := xmlEncoding.FindSubmatch(data[:min(len(data), 1<<10)]); m != nil {
		declared = string(m[1])
	}
	text, _, err := corpus.Decode(data, declared)
	if err != nil {
		return nil, err
	}
	x := &XML{ctx: ctx, limits: limits, text: text}
	x.dec = xml.NewDecoder(x)
	x.dec.Entity = xml.HTMLEntity
	x.dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	return x, nil
}

// ReadByte implements io.ByteReader for the decoder.
func (x *XML) ReadByte() (byte, error) {
	if x.at >= len(x.text) {
		return 0, io.EOF
	}
	if x.at-x.began > x.limits.Token {
		x.tooLong = fmt.Errorf("a part of its XML has more than %d bytes; save the document in a simpler form", x.limits.Token)
		return 0, x.tooLong
	}
	x.at++
	return x.text[x.at-1], nil
}

// Read implements io.Reader for the decoder, which uses ReadByte.
func (x *XML) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := x.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

// Next returns the next beginning or end of an element or the next text, valid until
// the call after it. The error is a sentence, io.EOF behind the end, or that of the
// context.
func (x *XML) Next() (xml.Token, error) {
	for {
		if x.tokens++; x.tokens > x.limits.Tokens {
			return nil, fmt.Errorf("its XML has more than %d parts; split the document", x.limits.Tokens)
		}
		if x.tokens%1024 == 0 && x.ctx.Err() != nil {
			return nil, x.ctx.Err()
		}
		x.began = x.at
		token, err := x.dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case x.tooLong != nil:
			return nil, x.tooLong
		case err != nil:
			return nil, fmt.Errorf("its XML is damaged (%w); open the document in the program that made it, and save it again", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if x.depth++; x.depth > x.limits.Depth {
				return nil, fmt.Errorf("its XML nests more than %d deep; save the document in a simpler form", x.limits.Depth)
			}
			return t, nil
		case xml.EndElement:
			x.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		}
	}
}

// Skip passes over the rest of an element whose beginning was just returned.
func (x *XML) Skip() error {
	return x.Each(func(xml.StartElement) error { return x.Skip() }, nil)
}

// Each calls element with every element in the one whose beginning was just returned,
// and text, if it is not nil, with the texts between them. Both are called in the order
// of the document; element has to read the element to its end, by Each, Skip or Text.
func (x *XML) Each(element func(xml.StartElement) error, text func([]byte)) error {
	for {
		token, err := x.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("its XML ends too early; copy the file again")
			}
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := element(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			if text != nil {
				text(t)
			}
		}
	}
}

// Text returns all the text in the element whose beginning was just returned.
func (x *XML) Text() (string, error) {
	var b bytes.Buffer
	add := func(s []byte) { b.Write(s) }
	var inner func(xml.StartElement) error
	inner = func(xml.StartElement) error { return x.Each(inner, add) }
	err := x.Each(inner, add)
	return b.String(), err
}

// Root goes to the document's outermost element.
func (x *XML) Root() (xml.StartElement, error) {
	for {
		token, err := x.Next()
		if errors.Is(err, io.EOF) {
			return xml.StartElement{}, errors.New("its XML is empty; copy the file again")
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := token.(xml.StartElement); ok {
			return start, nil
		}
	}
}

// Attr returns an attribute by its local name, whatever its name space; "" if there is
// none. One without a name space comes first.
func Attr(e xml.StartElement, local string) string {
	value := ""
	for _, a := range e.Attr {
		if a.Name.Local == local {
			if a.Name.Space == "" {
				return a.Value
			}
			value = a.Value
		}
	}
	return value
}
