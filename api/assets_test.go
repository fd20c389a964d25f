package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"testing"
)

func TestAssetsArePacked(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	page := read(t, h.do(t, "GET", "/", "", "Accept-Encoding: identity"))
	for _, test := range []struct {
		encoding string
		packed   bool
	}{{"gzip", true}, {"br, gzip;q=0.5", true}, {"gzip;q=0", false}, {"identity", false}, {"br", false}} {
		res := h.do(t, "GET", "/", "", "Accept-Encoding: "+test.encoding)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != test.packed || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", test.encoding, res.Header)
		}
		var body io.Reader = res.Body
		if test.packed {
			var err error
			if body, err = gzip.NewReader(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != page {
			t.Errorf("%s: %q, %v", test.encoding, got, err)
		}
		again := h.do(t, "GET", "/", "", "Accept-Encoding: "+test.encoding, "If-None-Match: "+res.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || again.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d for what the client has", test.encoding, again.StatusCode)
		}
	}
}
