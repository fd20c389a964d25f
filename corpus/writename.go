package corpus

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yinju/corpus/fold"
)

// Bounds of names, in bytes: what the usual file systems take.
const (
	maxName = 255
	maxPath = 1024
)

// reserved are the names that Windows gives to devices, whatever the extension.
var reserved = func() map[string]bool {
	names := map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "CONIN$": true, "CONOUT$": true}
	for _, n := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"} {
		names["COM"+n], names["LPT"+n] = true, true
	}
	return names
}()

// SafeName makes of a name that somebody gave a file one that can stand in any folder
// of any system: without a path, hidden or control characters, signs that Windows
// refuses, or a device's name, composed (NFC), and at most 255 bytes long with its
// extension kept. given is in UTF-8 or GB18030. Errors are *WriteError.
func SafeName(given string) (string, error) {
	if !utf8.ValidString(given) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().String(given)
		if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
			return "", badName(given, "the file name is in an unknown encoding; send it in UTF-8")
		}
		given = decoded
	}
	base := given[strings.LastIndexAny(given, `/\`)+1:]
	if temporary(base) {
		return "", badName(given, "this is the name of a temporary file; rename the file")
	}
	name := safeSegment(base)
	if name == "" {
		return "", badName(given, "the file has no name that can be used; give it one")
	}
	return name, nil
}

// safeSegment makes one name of a path safe; empty if nothing is left of it.
func safeSegment(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !visible(r) || r == utf8.RuneError:
			return -1
		case strings.ContainsRune(`<>:"|?*/\`, r):
			return '_'
		}
		return r
	}, fold.Composed(name))
	name = strings.Join(strings.Fields(name), " ")
	name = strings.TrimRight(strings.TrimLeft(name, ".-~ "), ". ")
	stem, _, _ := strings.Cut(name, ".")
	if reserved[strings.ToUpper(strings.TrimSpace(stem))] {
		name = "_" + name
	}
	return shortened(name, maxName)
}

// shortened cuts a name to most bytes before its extension.
func shortened(name string, most int) string {
	if len(name) <= most {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > most/2 {
		ext = ""
	}
	stem := name[:most-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, ". ") + ext
}

// SafeFolder checks the path of a folder within that of the articles: "" or "." is
// that folder itself, and "2026/十一月" lies in it. Nothing is made safe here: a path
// was chosen, and another one would surprise. Errors are *WriteError.
func SafeFolder(given string) (string, error) {
	if given == "" || given == "." {
		return ".", nil
	}
	folder := fold.Composed(strings.TrimSuffix(given, "/"))
	if !utf8.ValidString(given) || len(folder) > maxPath {
		return "", badName(given, "the folder's path is too long, or not in UTF-8")
	}
	for name := range strings.SplitSeq(folder, "/") {
		switch safe := safeSegment(name); {
		case name == "":
			return "", badName(given, "the folder's path must be relative to that of the articles, with single slashes, as in 2026/November")
		case safe == "" || temporary(safe):
			return "", badName(given, "a folder must not be named %q; choose another name", printable(name))
		case safe != name:
			return "", badName(given, "a folder must not be named %q; %q would do", printable(name), safe)
		}
	}
	return folder, nil
}

func badName(given, reason string, args ...any) error {
	return &WriteError{Kind: WriteBadName, Path: printable(shortened(strings.ToValidUTF8(given, "\ufffd"), maxName)), Reason: fmt.Sprintf(reason, args...)}
}
