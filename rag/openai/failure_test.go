package openai

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestWhyNothingAnswers(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"host name is not known":    &net.DNSError{IsNotFound: true, Name: "host.example"},
		"network and DNS":           &net.DNSError{IsTimeout: true, Name: "host.example"},
		"HTTPS_PROXY":               &net.OpError{Op: "proxyconnect", Err: errors.New("refused")},
		"clock":                     x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired},
		"another host name":         x509.HostnameError{Certificate: &x509.Certificate{}, Host: "host.example"},
		"not trusted":               x509.UnknownAuthorityError{},
		"in time":                   &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded},
		"check that the server run": errors.New("connection refused"),
	} {
		f := endpoint{names: chatSettings}.connectFailure(&url.Error{Op: "Post", URL: "https://host.example/v1", Err: err})
		if !strings.Contains(f.Hint, want) || strings.Contains(f.Hint, "host.example") || !strings.HasSuffix(f.Hint, ".") || !f.retry {
			t.Errorf("%v: %q, want %q and no address", err, f.Hint, want)
		}
	}
}

func TestOtherBases(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://h.example": "https://h.example/v1", "https://h.example/v1/v1/": "https://h.example/v1",
		"https://h.example/api": "https://h.example/api/v1", "https://h.example/api/paas": "https://h.example/api/paas/v4",
	} {
		found := false
		for _, other := range otherBases(base) {
			found = found || other == want
			if !strings.HasPrefix(other, "https://h.example") || other == strings.TrimRight(base, "/") {
				t.Errorf("%s: %s is no other base", base, other)
			}
		}
		if !found {
			t.Errorf("%s: %v lacks %s", base, otherBases(base), want)
		}
	}
}

func TestAdviceNeedsAReason(t *testing.T) {
	t.Parallel()
	c := Chat{BaseURL: "http://127.0.0.1:1/v1", Name: "m"}
	for _, err := range []error{nil, context.Canceled, fail("auth", 401, "h."), fail("request", 0, "h."), fail("request", 404, "h.")} {
		if got := c.Advise(t.Context(), err); got != "" {
			t.Errorf("%v: %q", err, got)
		}
	}
}
