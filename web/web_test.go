package web

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// files returns every embedded file by name.
func files(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(FS, name)
		found[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryFileThatIsAskedForIsThere(t *testing.T) {
	t.Parallel()
	all := files(t)
	asset := regexp.MustCompile(`(?:href|src)="/assets/_/([^"]+)"`)
	imported := regexp.MustCompile(`(?m)^import .*?'([^']+)';$`)
	asked := map[string]bool{"index.html": true, "reading.js": true, "zh.js": true, "en.js": true}
	for name := range later {
		asked[name] = true
	}
	for _, m := range asset.FindAllStringSubmatch(all["index.html"], -1) {
		asked[m[1]] = true
	}
	for name, text := range all {
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "./") {
				t.Errorf("%s imports %q, which is no neighbour", name, m[1])
			}
			asked[path.Clean(m[1])] = true
		}
	}
	for name := range asked {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is asked for but not embedded", name)
		}
	}
	for name := range all {
		if !asked[name] {
			t.Errorf("%s is embedded but nothing asks for it", name)
		}
	}
}

// later names what a page loads when it is asked for, not at first.
var later = map[string]bool{"reload.js": true, "upload.js": true, "upload.css": true, "uploadwords.js": true}

func TestScriptsStayReadableAndThePageLight(t *testing.T) {
	t.Parallel()
	all := files(t)
	total := 0
	for name, text := range all {
		if !later[name] {
			total += len(text)
		}
		if n := strings.Count(text, "\n"); strings.HasSuffix(name, ".js") && n >= 300 {
			t.Errorf("%s has %d lines", name, n)
		}
		for file := range later {
			if !later[name] && regexp.MustCompile(`(?m)^import .*?'\./`+regexp.QuoteMeta(file)+`';$`).MatchString(text) {
				t.Errorf("%s loads %s at once", name, file)
			}
		}
	}
	total -= min(len(all["zh.js"]), len(all["en.js"])) // one of them is loaded
	if total > 100<<10 {
		t.Errorf("the page weighs %d bytes, more than 100 KiB", total)
	}
}

// The page runs under default-src 'self': what this test finds, a browser would block.
func TestNothingInlineAndNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	bad := map[string]*regexp.Regexp{
		"an address elsewhere":  regexp.MustCompile(`(?i)(?:src|href|url|import|fetch)\s*[=(]\s*['"]?(?:https?:)?//`),
		"a data address":        regexp.MustCompile(`(?i)['"(]data:`),
		"an inline handler":     regexp.MustCompile(`(?i)<[a-z][^>]*\son[a-z]+\s*=`),
		"an inline style":       regexp.MustCompile(`(?i)<style|<[a-z][^>]*\sstyle\s*=`),
		"an inline script":      regexp.MustCompile(`(?i)<script[^>]*>[^<]`),
		"HTML out of a string":  regexp.MustCompile(`\.(?:innerHTML|outerHTML|insertAdjacentHTML)|document\.write`),
		"code out of a string":  regexp.MustCompile(`\beval\(|new Function\(`),
		"a style by attribute":  regexp.MustCompile(`setAttribute\('style'|\bstyle: ['"]`),
		"a script by attribute": regexp.MustCompile(`javascript:`),
	}
	for name, text := range files(t) {
		for what, pattern := range bad {
			if found := pattern.FindString(text); found != "" {
				t.Errorf("%s has %s: %s", name, what, found)
			}
		}
		if bytes.ContainsRune([]byte(text), '\r') {
			t.Errorf("%s has carriage returns", name)
		}
	}
}

// Both languages say the same things: a key in one is a key in the other.
func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	t.Parallel()
	all := files(t)
	key := regexp.MustCompile(`(?m)^  (\w+):`)
	keys := func(s string) (list []string) {
		for _, m := range key.FindAllStringSubmatch(s, -1) {
			list = append(list, m[1])
		}
		return list
	}
	if zh, en := keys(all["zh.js"]), keys(all["en.js"]); len(zh) < 40 || strings.Join(zh, " ") != strings.Join(en, " ") {
		t.Errorf("keys differ:\nzh %v\nen %v", zh, en)
	}
}
