package api

import (
	"net/http"
	"strings"
)

// accepts reports whether the client names a media type in Accept, and wants it
// no less than JSON. A wildcard names nothing: who takes anything gets JSON.
func accepts(r *http.Request, mediaType string) bool {
	wanted, other := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		switch value, q := weighted(part); value {
		case mediaType:
			wanted = max(wanted, q)
		case "application/json":
			other = max(other, q)
		}
	}
	return wanted > 0 && wanted >= other
}

// takesGzip reports whether the client takes what is packed by gzip.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		if value, q := weighted(part); value == "gzip" {
			return q > 0
		}
	}
	return false
}
