package segment

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/yanyiwu/gojieba"

	"yinju/corpus/fold"
)

// The dictionaries of cppjieba, under the licence in dict/LICENSE-jieba.
var (
	//go:embed dict/jieba.dict.utf8.gz
	dictionary []byte
	//go:embed dict/hmm_model.utf8.gz
	model []byte
)

// Jieba reads these two at the start but cutting does not use them.
const (
	idfStub  = "的 1.0\n"
	stopStub = "的\n"
)

// load unpacks the dictionaries into a folder of their own, as Jieba reads files only,
// and deletes it when they are read: that goes on in the background, and the result waits
// for its end.
func load(tempDir string, user []byte) (j func() *gojieba.Jieba, err error) {
	if tempDir == "" {
		tempDir = os.TempDir()
	}
	if strings.ContainsAny(tempDir, "|;\x00") {
		return nil, fmt.Errorf("the folder for temporary files %q has a | or ; in its name, which Jieba takes for two paths: set TMPDIR to another folder", tempDir)
	}
	dir, err := os.MkdirTemp(tempDir, "yinju-jieba-")
	if err != nil {
		return nil, fmt.Errorf("the dictionaries cannot be unpacked: %w; set TMPDIR to a folder that can be written", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()

	words, err := foldedDict()
	if err != nil {
		return nil, err
	}
	hmm, err := unpack(model)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range []struct {
		name string
		data []byte
	}{{"dict", words}, {"hmm", hmm}, {"user", user}, {"idf", []byte(idfStub)}, {"stop", []byte(stopStub)}} {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			return nil, fmt.Errorf("the dictionaries cannot be unpacked: %w; they need 6 MB in %s, or set TMPDIR to another folder", err, tempDir)
		}
		paths = append(paths, path)
	}
	j = sync.OnceValue(func() *gojieba.Jieba {
		defer os.RemoveAll(dir) //nolint:errcheck // what stays takes a little room
		// All five, as gojieba looks in the module cache for each that is missing.
		return gojieba.NewJieba(paths...)
	})
	go j()
	return j, nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("the embedded dictionary is damaged: %w", err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the embedded dictionary is damaged: %w", err)
	}
	return data, nil
}

// foldedDict is the dictionary with the folded form of each word added where that is
// no word of it yet: what is cut is folded, so 乾隆 would not be found, 干隆 is.
func foldedDict() ([]byte, error) {
	data, err := unpack(dictionary)
	if err != nil {
		return nil, err
	}
	type entry struct{ word, rest string }
	var added []entry
	missing := make(map[string]bool)
	for line := range bytes.Lines(data) {
		word, rest, _ := strings.Cut(string(line), " ")
		if folded := fold.String(word); folded != word && !missing[folded] {
			missing[folded] = true
			added = append(added, entry{folded, rest})
		}
	}
	for line := range bytes.Lines(data) {
		word, _, _ := bytes.Cut(line, []byte(" "))
		delete(missing, string(word))
	}
	for _, e := range added {
		if missing[e.word] {
			data = append(data, e.word+" "+strings.TrimRight(e.rest, "\n")+"\n"...)
		}
	}
	return data, nil
}

const (
	defaultMaxUserDict = 16 << 20
	maxUserWord        = 64 // runes
	// defaultFrequency outweighs every cut of the same characters into two words.
	defaultFrequency = 1_000_000
	maxFrequency     = 10_000_000
)

// readUserDict checks the user dictionary and returns a clean one: Jieba never matches
// words of a file with CRLF, and a bad line can end the process.
func readUserDict(c Config) ([]byte, error) {
	if c.UserDict == "" {
		return nil, nil
	}
	limit := c.MaxUserDict
	if limit <= 0 {
		limit = defaultMaxUserDict
	}
	f, err := os.Open(c.UserDict)
	if err != nil {
		return nil, fmt.Errorf("the user dictionary cannot be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("the user dictionary cannot be read: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the user dictionary %s is larger than %d bytes: split it or raise the limit", c.UserDict, limit)
	}
	return cleanDict(c.UserDict, data)
}

func cleanDict(name string, data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var clean bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	lines.Split(scanLines)
	for n := 1; lines.Scan(); n++ {
		entry, err := parseLine(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("the user dictionary %s is wrong in line %d: %w", name, n, err)
		}
		clean.WriteString(entry)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the user dictionary %s cannot be read: %w", name, err)
	}
	return clean.Bytes(), nil
}

// scanLines is bufio.ScanLines that ends a line at a lone CR as well.
func scanLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 && atEOF && len(data) > 0:
		return len(data), data, nil
	case i < 0 || data[i] == '\r' && i+1 == len(data) && !atEOF:
		return 0, nil, nil
	case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	}
	return i + 1, data[:i], nil
}
