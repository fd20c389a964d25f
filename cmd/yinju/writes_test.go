package main

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinju/corpus"
)

const writeToken = "a-token-for-tests-0123"

// request sends what a client that may write sends, and decodes the answer.
func request(t *testing.T, method, url, name, content string, into any) int {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, content)
	}
	_ = form.Close()
	if name == "" {
		body.Reset()
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+writeToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// An article that is uploaded answers, its copy is recognised, and without it the
// service is empty.
func TestUploadAndRemove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".yinju-upload-LEFT"), 0o755); err != nil {
		t.Fatal(err)
	}
	url := start(t, map[string]string{"YINJU_WRITE_TOKEN": writeToken}, "-articles", dir, "-data", t.TempDir(), "-allow-writes", "-no-watch").url
	const text = "# 渡口\n\n青石渡口的摆渡船每天早上六点半开出第一班，船票两元。\n"
	type answer struct {
		Files []struct {
			ID, Outcome string
			Duplicate   string `json:"duplicate_of"`
		}
		Reload *struct{ Added, Removed []string }
		Trash  string
	}
	var added, copied, replaced, removed answer
	if status := request(t, "POST", url+"/articles", "渡口.md", text, &added); status != 201 || len(added.Reload.Added) != 1 {
		t.Fatalf("%d %+v", status, added)
	}
	var found struct {
		Hits []struct {
			ID string `json:"article_id"`
		}
	}
	if request(t, "GET", url+"/search?q=摆渡船第一班几点", "", "", &found); len(found.Hits) == 0 || found.Hits[0].ID != added.Files[0].ID {
		t.Errorf("not found: %+v", found)
	}
	if status := request(t, "POST", url+"/articles", "copy.md", text, &copied); status != 200 || copied.Files[0].Duplicate != "渡口.md" {
		t.Errorf("%d %+v", status, copied)
	}
	if status := request(t, "POST", url+"/articles?replace=true", "渡口.md", text+"冬天七点。\n", &replaced); status != 201 || replaced.Files[0].Outcome != "replaced" {
		t.Errorf("%d %+v", status, replaced)
	}
	if status := request(t, "DELETE", url+"/articles/"+added.Files[0].ID, "", "", &removed); status != 200 || removed.Reload == nil || len(removed.Reload.Removed) != 1 {
		t.Errorf("%d %+v", status, removed)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != corpus.Trash {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestWhatWritesNeed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"no token": {nil, []string{"-articles", t.TempDir()}, "YINJU_WRITE_TOKEN"},
		"samples":  {map[string]string{"YINJU_WRITE_TOKEN": writeToken}, nil, "-articles"},
		"spaces":   {map[string]string{"YINJU_WRITE_TOKEN": "两 字"}, []string{"-articles", t.TempDir()}, "ASCII"},
		"a flag":   {nil, []string{"-articles", t.TempDir(), "-write-token=x"}, "YINJU_WRITE_TOKEN_FILE"},
	} {
		var out bytes.Buffer
		err := run(t.Context(), system{
			Args: append(test.args, "-allow-writes", "-data", t.TempDir(), "-listen", "127.0.0.1:0"),
			Env:  func(name string) string { return test.env[name] }, Stdout: &out, Stderr: &out,
		})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
