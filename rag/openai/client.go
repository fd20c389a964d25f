package openai

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/sashabaranov/go-openai"
)

// CheckURL returns an error, a sentence for the operator, if s cannot be the base
// address of a server: an address such as https://host/v1, to which
// /chat/completions and /embeddings are appended.
func CheckURL(s string) error {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case err != nil:
		// The parser's own words would quote the address, and credentials with it.
		return errors.New("the address is not a URL: write it as https://host/v1")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the address must begin with http:// or https://, such as https://host/v1")
	case u.Hostname() == "":
		return errors.New("the address has no host: write it as https://host/v1")
	case u.User != nil:
		return errors.New("the address must not hold a user name or password: give the key as a setting of its own")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("the address must not hold a query (?...) or a fragment (#...): write it as https://host/v1")
	}
	for _, suffix := range []string{"/chat/completions", "/completions", "/embeddings"} {
		if strings.HasSuffix(strings.TrimRight(u.Path, "/"), suffix) {
			return errors.New("the address must stop before " + suffix + ": write it as https://host/v1")
		}
	}
	return nil
}

// endpoint is what Chat, Embeddings and Rerank share of a server.
type endpoint struct {
	baseURL, key string
	http         *http.Client
	names        settings
	extra        string // members of the request's JSON that go-openai doesn't know
}

// settings are the names by which an operator knows what he configured, for hints.
type settings struct{ url, key, model string }

var (
	chatSettings  = settings{url: "-model-url", key: "YINJU_MODEL_KEY", model: "-model"}
	embedSettings = settings{url: "-embed-url", key: "YINJU_EMBED_KEY", model: "-embed-model"}
	rankSettings  = settings{url: "-rerank-url", key: "YINJU_RERANK_KEY", model: "-rerank-model"}
)

var transport = &http.Transport{
	Proxy:                  http.ProxyFromEnvironment,
	DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
	ForceAttemptHTTP2:      true,
	MaxIdleConnsPerHost:    16,
	IdleConnTimeout:        90 * time.Second,
	TLSHandshakeTimeout:    10 * time.Second,
	MaxResponseHeaderBytes: 64 << 10,
	// A compressing proxy holds back the pieces of a stream.
	DisableCompression: true,
}

// client returns go-openai's client with all its traffic passing through accept,
// which sees the answers of status 2xx only.
func (e endpoint) client(accept func(*http.Response) error) (*sdk.Client, error) {
	key, err := e.checked()
	if err != nil {
		return nil, err
	}
	config := sdk.DefaultConfig(key)
	config.BaseURL = strings.TrimSpace(e.baseURL)
	config.EmptyMessagesLimit = math.MaxUint
	config.HTTPClient = doer{endpoint: e, accept: accept}
	return sdk.NewClientWithConfig(config), nil
}

// checked returns the key, once it and the address can serve for a request.
func (e endpoint) checked() (key string, err error) {
	if err := CheckURL(e.baseURL); err != nil {
		return "", e.requestFailure(0, "Mend "+e.names.url+": "+err.Error()+".")
	}
	key = strings.TrimSpace(e.key)
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", e.authFailure(0, "The key in "+e.names.key+" holds a character that no key has: copy it again.")
	}
	return key, nil
}

// doer turns error answers into failures before go-openai reads them.
type doer struct {
	endpoint
	accept func(*http.Response) error
}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	var c http.Client
	if d.http != nil {
		c = *d.http
	}
	c.Transport = cmp.Or[http.RoundTripper](c.Transport, transport)
	c.Timeout = 0 // would cut good streams; the caller's context ends what is too slow
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if err := d.addTo(req); err != nil {
		return nil, err
	}
	resp, err := c.Do(req) //nolint:gosec // the operator chooses the address
	if err != nil {
		return nil, d.connectFailure(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer closeBody(resp)
		return nil, d.statusFailure(resp)
	}
	if err := d.accept(resp); err != nil {
		closeBody(resp)
		return nil, err
	}
	return resp, nil
}

// addTo puts what go-openai doesn't know into a request's JSON object.
func (e endpoint) addTo(req *http.Request) error {
	if e.extra == "" || req.Body == nil {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	body = append(bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")), ","+e.extra+"}"...)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return nil
}

// closeBody has nobody to tell of an error: all that was wanted has been read.
func closeBody(resp *http.Response) { _ = resp.Body.Close() }

// explain chooses which of several things that went wrong at once is the reason:
// the caller's own context first, then a timer of ours, then what was returned.
func (e endpoint) explain(parent, ctx context.Context, err error) error {
	if parent.Err() != nil {
		return parent.Err()
	}
	if f, ok := errors.AsType[*failure](context.Cause(ctx)); ok {
		return f
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	return e.protocolFailure("The server's answer cannot be read: check that " + e.names.url +
		" is the address of an OpenAI-compatible server, usually ending in /v1.")
}
