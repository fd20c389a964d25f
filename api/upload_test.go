package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
)

const testToken = "token-of-the-test-1234"

// folder is a server that may write, and its folder.
type folder struct {
	*harness
	dir     string
	mu      sync.Mutex
	reloads []bool // force
}

func serveWrites(t *testing.T, set func(*Server, *folder)) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir()}
	text := corpus.Format{Name: "text", Extensions: []string{".txt", ".md"}, Parse: func(_ context.Context, data []byte) (corpus.Parsed, error) {
		if bytes.Contains(data, []byte("broken")) {
			return corpus.Parsed{}, errors.New("it is broken; mend it")
		}
		return corpus.Parsed{Text: strings.ToValidUTF8(strings.ReplaceAll(string(data), "\x00", ""), "")}, nil
	}}
	rows := corpus.Format{Name: "table", Extensions: []string{".csv"}, Rows: func(_ context.Context, data []byte) (rows []corpus.Row, _ error) {
		for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			rows = append(rows, corpus.Row{Name: fmt.Sprint(i + 1), Parsed: corpus.Parsed{Text: line}})
		}
		return rows, nil
	}}
	writer := &corpus.Writer{Loader: &corpus.Loader{Dir: f.dir, Formats: []corpus.Format{text, rows}, MaxFileBytes: 100_000}}
	f.harness = serve(t, func(s *Server, x *fakeIndex) {
		s.Writes = &Writes{Writer: writer, Token: testToken}
		x.reload = func(_ context.Context, force bool) (*rag.Report, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.reloads = append(f.reloads, force)
			return &rag.Report{Generation: 8}, nil
		}
		if set != nil {
			set(s, f)
		}
	})
	return f
}

// field is a part of a form; a file if it has a name.
type field struct{ field, name, content string }

// formOf writes parts with their names as they are.
func formOf(parts ...field) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		disposition := `form-data; name="` + p.field + `"`
		switch {
		case strings.Contains(p.name, "filename"):
			disposition += "; " + p.name
		case p.name != "":
			disposition += `; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.name) + `"`
		}
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}})
		_, _ = io.WriteString(part, p.content)
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func (f *folder) post(t *testing.T, query string, parts ...field) *http.Response {
	t.Helper()
	body, contentType := formOf(parts...)
	return f.do(t, "POST", "/articles"+query, body, "Content-Type: "+contentType, "Authorization: Bearer "+testToken)
}

// files lists what the folder holds, without the trash.
func (f *folder) files(t *testing.T) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(f.dir, func(file string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == corpus.Trash {
			return fs.SkipDir
		}
		if err == nil && file != f.dir {
			name, _ := filepath.Rel(f.dir, file)
			data, _ := os.ReadFile(file)
			all = append(all, name+"="+string(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestWritesAreOff(t *testing.T) {
	t.Parallel()
	h := serve(t, nil)
	body, contentType := formOf(field{"file", "x.md", strings.Repeat("x", 300<<10)})
	for _, res := range []*http.Response{
		h.do(t, "POST", "/articles", body, "Content-Type: "+contentType, "Authorization: Bearer "+testToken),
		h.do(t, "DELETE", "/articles/0123456789abcdef", ""),
	} {
		if e := problemIn(t, res, 403, "writes_off"); e.Hint == "" {
			t.Error("no hint")
		}
	}
	if got := read(t, h.do(t, "GET", "/healthz", "")); !strings.Contains(got, `"writes":false`) {
		t.Error(got)
	}
	if _, err := (Server{Answerer: fakeAnswerer(answering), Index: h.index, Writes: &Writes{}}).Handler(); err == nil {
		t.Error("writes without a token")
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, nil)
	body, contentType := formOf(field{"file", "x.md", "文"})
	send := func(authorization string) *http.Response {
		return f.do(t, "POST", "/articles", body, "Content-Type: "+contentType, "Authorization: "+authorization)
	}
	for range 3 {
		res := send("")
		if problemIn(t, res, 401, "token"); !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Error("no WWW-Authenticate")
		}
	}
	problemIn(t, f.do(t, "DELETE", "/articles/0123456789abcdef", ""), 401, "token")
	for range freeAttempts {
		problemIn(t, send("Bearer "+testToken+"x"), 401, "token")
	}
	res := send("Bearer " + testToken)
	if problemIn(t, res, 429, "token_attempts"); res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if got := f.files(t); got != "" {
		t.Errorf("written: %s", got)
	}
	if log := f.log.String(); strings.Contains(log, testToken) {
		t.Error("the token is in the log")
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	a, now := newAttempts(), time.Now()
	for i := range freeAttempts {
		if wait := a.wait("a", now); wait > 0 {
			t.Errorf("attempt %d waits %v", i, wait)
		}
		a.failed("a", now)
	}
	if wait := a.wait("a", now); wait != attemptEvery {
		t.Errorf("waits %v", wait)
	}
	if a.wait("b", now) > 0 || a.wait("a", now.Add(attemptEvery)) > 0 {
		t.Error("others wait, or too long")
	}
	for i := range 2 * maxAttempters {
		a.failed(fmt.Sprint(i), now)
	}
	if len(a.by) > maxAttempters {
		t.Errorf("%d clients are remembered", len(a.by))
	}
	for ip, want := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "?": "?"} {
		if got := origin(ip); got != want {
			t.Errorf("%s: %s", ip, got)
		}
	}
}

type uploadAnswer struct {
	Error *errorWords `json:"error"`
	Files []uploaded  `json:"files"`
	reloaded
}

func TestUpload(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, nil)
	res := f.post(t, "", field{"folder", "", "甲/乙"}, field{"file", "新.md", "一"}, field{"files", "broken.md", "broken"}, field{"file", "t.csv", "a\nb"},
		field{"file", "新.md", "二"}, field{"file", "新.md", "一"}, field{"file", "copy.md", "一"}, field{"file", "x.exe", "MZ"})
	got := into[uploadAnswer](t, res, 201)
	if got.Report == nil || got.Report.Generation != 8 || got.Failed != nil || len(f.reloads) != 1 {
		t.Errorf("reload: %+v, %v", got.reloaded, f.reloads)
	}
	for i, want := range []string{
		"added 甲/乙/新.md " + corpus.ArticleID("甲/乙/新.md") + " 1", "refused   0 file_unreadable", "added 甲/乙/t.csv  2",
		"refused   1 file_exists", "unchanged 甲/乙/新.md " + corpus.ArticleID("甲/乙/新.md") + " 1",
		"duplicate 甲/乙/copy.md " + corpus.ArticleID("甲/乙/新.md") + " 1 甲/乙/新.md", "refused   0 file_unsupported",
	} {
		u := got.Files[i]
		line := strings.TrimSpace(fmt.Sprintf("%s %s %s %d %s", u.Outcome, u.Path, u.ID, u.Articles, u.Duplicate))
		if u.Error != nil {
			line += " " + u.Error.Code
		}
		if line != want {
			t.Errorf("%d: %q, want %q", i, line, want)
		}
	}
	if got := f.files(t); got != "甲= 甲/乙= 甲/乙/t.csv=a\nb 甲/乙/新.md=一" {
		t.Errorf("the folder: %q", got)
	}

	if got := into[uploadAnswer](t, f.post(t, "?replace=true&folder=甲/乙&wait=false", field{"file", "新.md", "三"}), 202); got.Report != nil || got.Files[0].Outcome != "replaced" || got.Files[0].Trash == "" {
		t.Errorf("replaced: %+v", got)
	}
	if got := into[uploadAnswer](t, f.post(t, "?folder=甲/乙", field{"file", "新.md", "三"}), 200); got.Report != nil || got.Files[0].Outcome != "unchanged" || len(f.reloads) != 2 {
		t.Errorf("unchanged: %+v", got)
	}
	if got := into[uploadAnswer](t, f.post(t, "?folder=甲/乙", field{"file", "新.md", "四"}), 409); got.Error == nil || got.Error.Code != "file_exists" {
		t.Errorf("exists: %+v", got)
	}
	if got := into[uploadAnswer](t, f.post(t, "?copies=true", field{"file", "copy.md", "三"}), 201); got.Files[0].Outcome != "added" {
		t.Errorf("copies: %+v", got)
	}
}

// Whatever name a file comes with, it lies in the folder under a safe one.
func TestUploadNames(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, nil)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(f.dir, "out")); err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		folder, name string
		status       int
		path         string
	}{
		{"", "../../a.md", 201, "a.md"},
		{"", "b/../../b.md", 201, "b.md"},
		{"", `C:\x\c.md`, 201, "c.md"},
		{"", "CON.md", 201, "_CON.md"},
		{"", "\xce\xc4\xd5\xc2.txt", 201, "文章.txt"},
		{"", `filename="?.md"; filename*=UTF-8''%E7%94%B2.md`, 201, "甲.md"},
		{"", "filename*=GBK''%B1%FB.md", 201, "丙.md"},
		{"", "=?utf-8?B?5LiBLm1k?=", 201, "丁.md"},
		{"", strings.Repeat("长", 1700) + ".md", 201, strings.Repeat("长", 84) + ".md"},
		{"", ".md", 415, ""},
		{"", "..", 400, ""},
		{"", "e.exe", 415, ""},
		{"out", "f.md", 400, ""},
		{"../x", "f.md", 400, ""},
		{"/etc", "f.md", 400, ""},
		{corpus.Trash, "f.md", 400, ""},
		{"b.md", "f.md", 400, ""},
	} {
		content := fmt.Sprint("text ", i)
		res := f.post(t, "", field{"folder", "", test.folder}, field{"file", test.name, content})
		got := into[uploadAnswer](t, res, test.status)
		if got.Files[0].Path != test.path || test.status > 201 && (got.Error == nil || got.Error.Hint == "") {
			t.Errorf("%.40q in %q: %+v", test.name, test.folder, got)
		}
		if test.path != "" {
			if data, err := os.ReadFile(filepath.Join(f.dir, test.path)); err != nil || string(data) != content {
				t.Errorf("%.40q: %q, %v", test.name, data, err)
			}
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

func TestHostileForms(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, func(s *Server, _ *folder) { s.Limits.Upload, s.Limits.UploadFiles = 1<<20, 50 })
	auth := "Authorization: Bearer " + testToken
	tiny := make([]field, 10_000)
	for i := range tiny {
		tiny[i] = field{"file", fmt.Sprint(i, ".md"), fmt.Sprint(i)}
	}
	unknown := make([]field, 1000)
	for i := range unknown {
		unknown[i] = field{"x", "", ""}
	}
	good, contentType := formOf(field{"file", "x.md", "文"})
	for name, test := range map[string]struct {
		parts  []field
		status int
		code   string
	}{
		"no file":          {[]field{{"folder", "", "a"}}, 400, "missing"},
		"no parts":         {nil, 400, "missing"},
		"NUL":              {[]field{{"file", "d.md\x00.txt", "文"}}, 400, "upload_form"},
		"too many":         {tiny[:60], 400, "too_many"},
		"10,000":           {tiny, 413, "upload_too_large"},
		"unknown":          {unknown, 400, "unknown_field"},
		"a file elsewhere": {[]field{{"upload", "x.md", "文"}}, 400, "unknown_field"},
		"no filename":      {[]field{{"file", "", "文"}}, 400, "missing"},
		"twice":            {[]field{{"folder", "", "a"}, {"folder", "", "b"}}, 400, "repeated"},
		"flag":             {[]field{{"replace", "", "yes"}}, 400, "bad_flag"},
		"long folder":      {[]field{{"folder", "", strings.Repeat("a", 5000)}}, 400, "too_long"},
		"charset":          {[]field{{"folder", "", "\xff"}}, 400, "charset"},
		"too large":        {[]field{{"file", "x.md", strings.Repeat("x", 2<<20)}}, 413, "upload_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			problemIn(t, f.post(t, "", test.parts...), test.status, test.code)
		})
	}
	inner, innerType := formOf(field{"file", "deep.md", "文"})
	for name, test := range map[string]struct {
		body, contentType string
		status            int
		code              string
	}{
		"json":         {`{"file":"x"}`, "application/json", 415, "upload_type"},
		"no type":      {good, "", 415, "upload_type"},
		"urlencoded":   {"file=x", "application/x-www-form-urlencoded", 415, "upload_type"},
		"no boundary":  {good, "multipart/form-data", 400, "upload_form"},
		"other":        {good, "multipart/form-data; boundary=other", 400, "upload_form"},
		"mixed":        {good, strings.Replace(contentType, "form-data", "mixed", 1), 415, "upload_type"},
		"cut":          {good[:len(good)-20], contentType, 400, "upload_form"},
		"huge header":  {strings.Replace(good, "Content-Disposition", "X: "+strings.Repeat("y", 900_000)+"\r\nContent-Disposition", 1), contentType, 201, ""},
		"one line":     {strings.Repeat("-", 900_000), contentType, 400, "upload_form"},
		"many headers": {strings.Replace(good, "Content-Disposition", strings.Repeat("X: y\r\n", 100_000)+"Content-Disposition", 1), contentType, 400, "upload_form"},
	} {
		t.Run(name, func(t *testing.T) {
			res := f.do(t, "POST", "/articles", test.body, "Content-Type: "+test.contentType, auth)
			if test.code == "" {
				into[uploadAnswer](t, res, test.status)
				return
			}
			problemIn(t, res, test.status, test.code)
		})
	}
	t.Run("nested", func(t *testing.T) {
		body, outer := formOf(field{"file", "nested.md", "Content-Type: " + innerType + "\r\n\r\n" + inner})
		res := f.do(t, "POST", "/articles", body, "Content-Type: "+outer, auth)
		if got := into[uploadAnswer](t, res, 201); len(got.Files) != 1 || got.Files[0].Path != "nested.md" {
			t.Errorf("%+v", got)
		}
	})
	for _, query := range []string{"?wait=1", "?nosuch=1", "?folder=a&folder=b", "?folder=%ff"} {
		if res := f.post(t, query, field{"file", "q.md", "问"}); res.StatusCode != 400 {
			t.Errorf("%s: %d", query, res.StatusCode)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		if res := f.do(t, method, "/articles", good, auth); res.StatusCode != 405 {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
	if res := f.do(t, "HEAD", "/articles", ""); res.StatusCode != 200 {
		t.Errorf("HEAD: %d", res.StatusCode)
	}
	problemIn(t, f.do(t, "POST", "/articles", good, "Content-Type: "+contentType, auth, "Origin: https://evil.example"), 403, "cross_origin")
	problemIn(t, f.do(t, "DELETE", "/articles/0123456789abcdef", "", auth, "Sec-Fetch-Site: cross-site"), 403, "cross_origin")
	if got := f.files(t); strings.Contains(got, ".yinju-upload") || strings.Contains(got, "0.md") {
		t.Errorf("left behind: %s", got)
	}
}

// An upload that ends early or hardly moves leaves nothing.
func TestCutAndSlowUploads(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, func(s *Server, _ *folder) { s.Timeouts.Read, s.Timeouts.ReadHeader = 100*time.Millisecond, time.Second })
	body, contentType := formOf(field{"file", "a.md", "文"}, field{"file", "b.md", strings.Repeat("x", 50_000)})
	start := func() net.Conn {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err = fmt.Fprintf(conn, "POST /articles HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", testToken, contentType, len(body), body[:len(body)/2])
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	slow := start()
	defer slow.Close()
	answer, err := io.ReadAll(slow)
	if err != nil || !strings.Contains(string(answer), "upload_slow") {
		t.Errorf("%v: %s", err, answer)
	}
	start().Close()
	for end := time.Now().Add(5 * time.Second); strings.Count(f.log.String(), "msg=request") < 2 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := f.files(t); got != "" || len(f.reloads) > 0 {
		t.Errorf("left behind: %s; reloads %v", got, f.reloads)
	}
}

func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, func(s *Server, _ *folder) { s.Limits.Uploads = 1 })
	r, w := io.Pipe()
	_, contentType := formOf()
	req, err := http.NewRequestWithContext(t.Context(), "POST", f.URL+"/articles", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+testToken)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := f.Client().Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	for begun := false; !begun; { // until the first one has its folder
		_, _ = w.Write([]byte("-"))
		begun = strings.Contains(f.files(t), ".yinju-upload")
	}
	problemIn(t, f.post(t, "", field{"file", "x.md", "文"}), 503, "upload_busy")
	_ = w.Close()
	<-done
}

func TestRemove(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, func(s *Server, f *folder) {
		s.Index.(*fakeIndex).reload = func(_ context.Context, force bool) (*rag.Report, error) {
			f.reloads = append(f.reloads, force)
			if !force {
				return nil, rag.ErrEmptied
			}
			return &rag.Report{Generation: 9}, nil
		}
	})
	a := *testArticles[1]
	a.File = a.Path
	part := *testArticles[0]
	part.File = "甲"
	f.index.article = func(id string) (rag.ArticleInfo, bool) {
		for _, a := range []*corpus.Article{&a, &part} {
			if a.ID == id {
				return rag.ArticleInfo{Article: a}, true
			}
		}
		return rag.ArticleInfo{}, false
	}
	if err := os.WriteFile(filepath.Join(f.dir, "b.txt"), []byte("b"), 0o600); err != nil {
		t.Fatal(err)
	}
	auth := "Authorization: Bearer " + testToken
	problemIn(t, f.do(t, "DELETE", "/articles/"+part.ID, "", auth), 409, "file_part")
	problemIn(t, f.do(t, "DELETE", "/articles/1111111111111111", "", auth), 404, "article_not_found")
	problemIn(t, f.do(t, "DELETE", "/articles/..%2fb.txt", "", auth), 404, "no_such_route")
	problemIn(t, f.do(t, "DELETE", "/articles/"+part.ID+"?file=true", "", auth), 404, "file_missing")
	type answer struct {
		Path, Trash string
		Reload      *rag.Report
	}
	got := into[answer](t, f.do(t, "DELETE", "/articles/"+a.ID, "", auth), 200)
	if got.Path != "b.txt" || !strings.HasPrefix(got.Trash, corpus.Trash) || got.Reload == nil || got.Reload.Generation != 9 || f.files(t) != "" {
		t.Errorf("%+v, %v, %s", got, f.reloads, f.files(t))
	}
	problemIn(t, f.do(t, "DELETE", "/articles/"+a.ID, "", auth), 404, "file_missing")
}

// What became of the reload is told beside what became of the files.
func TestUploadWhoseReloadFails(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, func(s *Server, _ *folder) {
		s.Index.(*fakeIndex).reload = func(context.Context, bool) (*rag.Report, error) { return nil, errors.New("no") }
	})
	got := into[uploadAnswer](t, f.post(t, "", field{"file", "x.md", "文"}), 201)
	if got.Failed == nil || got.Failed.Code != "reload_failed" || got.Files[0].Outcome != "added" {
		t.Errorf("%+v", got)
	}
}

func TestUploadIntoAFolderThatIsGone(t *testing.T) {
	t.Parallel()
	f := serveWrites(t, nil)
	if err := os.RemoveAll(f.dir); err != nil {
		t.Fatal(err)
	}
	problemIn(t, f.post(t, "", field{"file", "x.md", "文"}), 503, "no_folder")
	for kind, status := range map[corpus.WriteKind]int{corpus.WriteNoSpace: 507, corpus.WriteNotWritable: 500, corpus.WriteFailed: 500, "?": 500} {
		if p := writeProblem(&corpus.WriteError{Kind: kind, Path: "x"}); p.status != status || strings.Contains(p.message("zh")+p.message("en"), "%!") {
			t.Errorf("%s: %+v", kind, p)
		}
	}
}
