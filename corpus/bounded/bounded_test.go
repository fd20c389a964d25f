package bounded

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// texts reads a document to its end: the names of its elements and its texts.
func texts(ctx context.Context, t testing.TB, data string, limits XMLLimits) (string, error) {
	t.Helper()
	x, err := NewXML(ctx, []byte(data), limits)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for {
		token, err := x.Next()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch e := token.(type) {
		case xml.StartElement:
			b.WriteString("<" + e.Name.Local + ">")
		case xml.EndElement:
			b.WriteString("</>")
		case xml.CharData:
			b.Write(e)
		}
	}
}

func TestXML(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<a>甲<b/><!-- x --><?y?>乙&amp;&nbsp;&#x4e19;<![CDATA[<丁>]]></a>":                      "<a>甲<b></>乙&\u00a0丙<丁></>",
		"<?xml version='1.0' encoding='GBK'?><a>\xc4\xe3\xba\xc3\xa3\xac\xbb\xb6\xd3\xad</a>": "<a>你好，欢迎</>",
		"\xff\xfe<\x00a\x00/\x00>\x00": "<a></>",
		"\ufeff<a/>":                   "<a></>",
	} {
		if got, err := texts(t.Context(), t, in, XMLLimits{}); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestXMLLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
		limits         XMLLimits
	}{
		{"damaged", "<a><b></a>", "damaged", XMLLimits{}},
		{"entity", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "damaged", XMLLimits{}},
		{"depth", "<a><b><c/></b></a>", "more than 2 deep", XMLLimits{Depth: 2}},
		{"tokens", "<a><b/><b/><b/></a>", "more than 4 parts", XMLLimits{Tokens: 4}},
		{"token", "<a>" + strings.Repeat("字", 20) + "</a>", "more than 30 bytes", XMLLimits{Token: 30}},
		{"attribute", "<a b='" + strings.Repeat(">", 50) + "'/>", "more than 30 bytes", XMLLimits{Token: 30}},
		{"binary", "\x00\x01\x02\xff", "not text", XMLLimits{}},
	} {
		if _, err := texts(t.Context(), t, tt.in, tt.limits); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := texts(ctx, t, "<a>"+strings.Repeat("<b/>", 2000)+"</a>", XMLLimits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"Word/Document.xml", "a.txt"} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := Open(b.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a.txt": true, "/a.txt": true, "x/../a.txt": true, "../../a.txt": true, "word/document.xml": true, "b.txt": false, "": false} {
		if found := a.Find(name) != nil; found != want {
			t.Errorf("%q: %v", name, found)
		}
	}
}

// No document panics, and what it says is no longer than itself, but for entities.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"<a>x</a>", "<a b='c'>&amp;</a>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<?xml version='1.0' encoding='utf-16'?><a/>", "<a><![CDATA[x]]></a>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, _ := texts(t.Context(), t, in, XMLLimits{Depth: 50})
		if len(got) > 8*len(in)+100 {
			t.Fatalf("%q: %d bytes", in, len(got))
		}
	})
}
