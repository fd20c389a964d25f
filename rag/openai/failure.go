package openai

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinju/rag"
)

// failure is a ModelError that knows whether trying again may help.
type failure struct {
	*rag.ModelError
	retry bool
	after time.Duration // what the server asked us to wait; 0 if it didn't
}

func (f *failure) Unwrap() error { return f.ModelError }

func fail(kind rag.ErrorKind, status int, hint string) *failure {
	return &failure{ModelError: &rag.ModelError{Kind: kind, Status: status, Hint: hint}}
}

func (e endpoint) authFailure(status int, hint string) *failure {
	return fail(rag.ErrorAuth, status, hint)
}

func (e endpoint) requestFailure(status int, hint string) *failure {
	return fail(rag.ErrorRequest, status, hint)
}

func (e endpoint) protocolFailure(hint string) *failure {
	return fail(rag.ErrorProtocol, http.StatusOK, hint)
}

func timeoutFailure(hint string) *failure { return fail(rag.ErrorTimeout, 0, hint) }

// connectFailure sorts the errors of net/http, whose text holds the address.
func (e endpoint) connectFailure(err error) *failure {
	f := fail(rag.ErrorUnavailable, 0, e.connectHint(err))
	f.retry = true
	return f
}

func (e endpoint) connectHint(err error) string {
	address := "check " + e.names.url
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		if d.IsNotFound {
			return "The host name is not known: " + address + "."
		}
		return "The host name could not be looked up: check this machine's network and DNS."
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return "The proxy does not answer: check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY."
	}
	if c, ok := errors.AsType[x509.CertificateInvalidError](err); ok && c.Reason == x509.Expired {
		return "The server's certificate has expired or is not yet valid: check this machine's clock, which says " +
			time.Now().UTC().Format("2006-01-02 15:04") + " UTC."
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "The server's certificate is for another host name: " + address + "."
	}
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok || unknown {
		return "The server's certificate is not trusted: " + address + " and this machine's certificates."
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "The server does not speak TLS: write http:// in " + e.names.url + "."
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return "Nothing answers there in time: " + address + ", the network and its firewalls."
	}
	return "Nothing answers there: check that the server runs and that " + e.names.url + " is right."
}

// maxErrorBody is how much of an error answer is looked at.
const maxErrorBody = 64 << 10

func (e endpoint) statusFailure(resp *http.Response) *failure {
	// An error body that breaks off says as much as one that doesn't.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	f := e.classify(resp.StatusCode, body)
	if f.retry {
		f.after = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	}
	return f
}

// classify sorts an error answer by its status and by what its body betrays.
func (e endpoint) classify(status int, body []byte) *failure {
	names := e.names
	if f := e.between(status, body); f != nil {
		return f
	}
	switch {
	case status == http.StatusPaymentRequired || status != http.StatusUnauthorized && usedUp(body):
		return fail(rag.ErrorRateLimited, status, "The account's quota is used up: see to it with the provider.")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return e.authFailure(status, "The server refuses the key: check "+names.key+".")
	case status == http.StatusTooManyRequests:
		f := fail(rag.ErrorRateLimited, status, "The server takes no more requests for now: wait a little and try again.")
		f.retry = true
		return f
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || mentions(body, "model_not_found"):
		return e.requestFailure(status, "The server does not know the model or the address: check "+names.model+
			" and "+names.url+" (which usually ends in /v1).")
	case status == http.StatusRequestEntityTooLarge || status < 500 && tooLong(body):
		return e.requestFailure(status, "The text is longer than the model can read: "+
			"use fewer or shorter passages, or a model with a longer context.")
	case status >= 300 && status < 400:
		return e.requestFailure(status, "The address redirects elsewhere: write the final address in "+names.url+".")
	case status == http.StatusRequestTimeout || status >= 500 && status != http.StatusNotImplemented:
		f := fail(rag.ErrorUnavailable, status, "The server failed at its end: try again, or look at its log.")
		f.retry = true
		return f
	}
	return e.requestFailure(status, "The server does not accept the request: check "+names.model+
		" and that the server supports what is set.")
}

// isPage tells HTML from anything that an API says.
func isPage(body []byte) bool {
	body = bytes.TrimPrefix(bytes.TrimSpace(body), utf8BOM)
	start := bytes.ToLower(body[:min(len(body), 64)])
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func (e endpoint) webPage(status int) *failure {
	return fail(rag.ErrorProtocol, status, "A web page answered instead of the model server: check "+e.names.url+
		", which usually ends in /v1, and whether a proxy or a login page stands between (HTTPS_PROXY).")
}

// between recognises that something else than the server answered, or is nil. A page may
// also be a server's own way to say that it failed or knows no such address.
func (e endpoint) between(status int, body []byte) *failure {
	switch {
	case status == http.StatusProxyAuthRequired:
		return e.requestFailure(status, "The proxy wants a user name and password: put them into HTTPS_PROXY, or name the host in NO_PROXY.")
	case status < 500 && status != http.StatusNotFound && isPage(body):
		return e.webPage(status)
	}
	return nil
}

// usedUp recognises that an account has nothing left; some say so with 403 or 429.
func usedUp(body []byte) bool {
	return mentions(body, "insufficient_quota", "insufficient balance", "insufficient account balance", "balance is insufficient", "欠费", "余额不足")
}

// tooLong recognises how OpenAI, vLLM, llama.cpp, DashScope and others say so.
func tooLong(body []byte) bool {
	return mentions(body, "context_length_exceeded", "context length", "context window", "exceed_context_size",
		"context size", "too long", "too many tokens", "maximum input length", "range of input length", "max_seq_len")
}

func mentions(body []byte, phrases ...string) bool {
	lower := bytes.ToLower(body)
	return slices.ContainsFunc(phrases, func(p string) bool { return bytes.Contains(lower, []byte(p)) })
}

// errorIn returns the failure that a body or an event of status 200 holds, or nil: an
// object with an error, as OpenAI has it; with a code and a message of its own, as Spark
// has beside every answer, 0 for success; or with MiniMax's base_resp.
func (e endpoint) errorIn(data []byte) *failure {
	if !mentions(data, `error`, `"code"`, `"base_resp"`) {
		return nil
	}
	var object struct {
		Error    json.RawMessage `json:"error"`
		Object   json.RawMessage `json:"object"`
		Code     json.RawMessage `json:"code"`
		Message  json.RawMessage `json:"message"`
		Choices  json.RawMessage `json:"choices"`
		Data     json.RawMessage `json:"data"`
		BaseResp struct {
			Code int `json:"status_code"`
		} `json:"base_resp"`
	}
	if json.Unmarshal(data, &object) != nil {
		return nil //nolint:nilerr // what is no object holds no error object; go-openai will stumble over it
	}
	switch string(object.Error) {
	case "", "null", "false", `""`, "{}":
	default:
		var inner struct {
			Code   json.RawMessage `json:"code"`
			Status json.RawMessage `json:"status"`
		}
		// An error that is a plain string has no code; then the body decides.
		_ = json.Unmarshal(object.Error, &inner)
		return e.reported(data, inner.Code, inner.Status, object.Code)
	}
	switch {
	case string(object.Object) == `"error"`:
		return e.reported(data, object.Code)
	case object.BaseResp.Code != 0:
		return e.reported(data, json.RawMessage(strconv.Itoa(object.BaseResp.Code)))
	case !failedCode(object.Code) || absent(object.Message):
		return nil
	case absent(object.Choices) && absent(object.Data) || sparkFailed(object.Code):
		return e.reported(data, object.Code)
	}
	return nil
}

// absent tells a field that is missing or holds nothing.
func absent(field json.RawMessage) bool {
	return len(field) == 0 || string(field) == "null" || string(field) == "[]"
}

// failedCode tells a code that does not stand for success.
func failedCode(code json.RawMessage) bool {
	switch strings.Trim(string(code), `"`) {
	case "", "0", "200", "null":
		return false
	}
	return true
}

// sparkFailed tells the codes of Spark's errors: five digits, 10000 to 11999. They come
// with an empty choice now and then.
func sparkFailed(code json.RawMessage) bool {
	n, err := strconv.Atoi(strings.Trim(string(code), `"`))
	return err == nil && n >= 10000 && n < 12000
}

// ownCodes are errors that providers number by themselves, as the statuses they mean:
// Spark (API error codes), MiniMax (status_code), GLM (business error codes).
var ownCodes = map[string]int{
	"10907": http.StatusRequestEntityTooLarge, "10910": http.StatusRequestEntityTooLarge,
	"11200": http.StatusUnauthorized, "11201": http.StatusTooManyRequests, "11202": http.StatusTooManyRequests,
	"11203": http.StatusTooManyRequests, "10007": http.StatusTooManyRequests, "10404": http.StatusNotFound,
	"1002": http.StatusTooManyRequests, "1004": http.StatusUnauthorized, "2049": http.StatusUnauthorized,
	"1008": http.StatusPaymentRequired, "1039": http.StatusRequestEntityTooLarge,
	"1000": http.StatusUnauthorized, "1001": http.StatusUnauthorized, "1003": http.StatusUnauthorized,
	"1113": http.StatusPaymentRequired, "1211": http.StatusNotFound, "1261": http.StatusRequestEntityTooLarge,
	"1301": http.StatusBadRequest, "1302": http.StatusTooManyRequests, "1303": http.StatusTooManyRequests,
	"1305": http.StatusTooManyRequests,
}

// reported classifies an error that came with status 200, by the first of codes
// that is an HTTP status.
func (e endpoint) reported(data []byte, codes ...json.RawMessage) *failure {
	for _, code := range codes {
		if status, err := strconv.Atoi(strings.Trim(string(code), `"`)); err == nil && status >= 400 && status <= 599 {
			return e.classify(status, data)
		}
	}
	for _, code := range codes {
		if status := ownCodes[strings.Trim(string(code), `"`)]; status != 0 {
			return e.classify(status, data)
		}
	}
	switch {
	case tooLong(data), mentions(data, "model_not_found", "insufficient_quota"):
		return e.classify(http.StatusBadRequest, data)
	case mentions(data, "invalid_api_key", "authentication_error"):
		return e.classify(http.StatusUnauthorized, data)
	case mentions(data, "rate_limit", "too many requests"):
		return e.classify(http.StatusTooManyRequests, data)
	}
	f := fail(rag.ErrorUnavailable, http.StatusOK, "The server broke off with an error: try again, or look at its log.")
	f.retry = true
	return f
}

// retryAfter reads the header of RFC 9110 section 10.2.3: seconds (fractions are
// seen in the wild) or a date. What cannot be read is 0.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if s, err := strconv.ParseFloat(header, 64); err == nil && s > 0 {
		if s > math.MaxInt32 {
			s = math.MaxInt32
		}
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// readAll reads at most limit bytes, and fails where there are more.
func (e endpoint) readAll(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, e.brokenFailure()
	}
	if len(data) > limit {
		return nil, e.protocolFailure(fmt.Sprintf("The server's answer is longer than %d bytes.", limit))
	}
	return data, nil
}

func (e endpoint) brokenFailure() *failure {
	f := e.protocolFailure("The connection broke off in the middle of the answer: try again.")
	f.retry = true
	return f
}
