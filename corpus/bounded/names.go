package bounded

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
)

// decodeNames returns the names in an archive as UTF-8. One that says so is; the
// others are decoded together, since programs write all names of an archive alike and
// a single name is too short to tell: UTF-8, GB18030, Big5, or the code page 437 that
// the ZIP specification asks for.
func decodeNames(files []*zip.File) []string {
	names := make([]string, len(files))
	var old []int
	var together []byte
	for i, f := range files {
		switch name := unicodePath(f); {
		case name != "":
			names[i] = name
		case !f.NonUTF8, f.Flags&0x800 != 0 && utf8.ValidString(f.Name):
			names[i] = f.Name
		case wideUTF8(f.Name):
			names[i] = f.Name // no flag, but hardly anything else
		default:
			old = append(old, i)
			together = append(append(together, strings.ReplaceAll(f.Name, "\n", "\x01")...), '\n')
		}
	}
	if len(old) == 0 {
		return names
	}
	text, encoding, err := corpus.Decode(together, "gb18030")
	lines := strings.Split(text, "\n")
	if err != nil || encoding == "windows-1252" || encoding == "GB18030" && accented(together) || len(lines) != len(old)+1 {
		lines = nil
	}
	for k, i := range old {
		if lines != nil {
			names[i] = lines[k]
		} else {
			names[i] = decode437(files[i].Name)
		}
	}
	return names
}

// wideUTF8 reports whether a name is valid UTF-8 with Chinese characters in it, whose
// three bytes are hardly ever two of another encoding.
func wideUTF8(name string) bool {
	return utf8.ValidString(name) && strings.IndexFunc(name, func(r rune) bool { return r >= 0x800 }) >= 0
}

// accented reports whether most bytes beyond ASCII stand alone, as accented letters do
// and characters of GB18030 hardly ever.
func accented(names []byte) bool {
	alone, high := 0, 0
	for i, c := range names {
		if c < utf8.RuneSelf {
			continue
		}
		high++
		if (i == 0 || names[i-1] < utf8.RuneSelf) && names[i+1] < utf8.RuneSelf {
			alone++
		}
	}
	return 2*alone > high
}

// unicodePath is the name in the extra field 0x7075 of Info-ZIP, or "".
func unicodePath(f *zip.File) string {
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-4 {
			return ""
		}
		field := extra[4 : 4+size]
		if id == 0x7075 && size > 5 && field[0] == 1 && binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(field[5:]) {
			return string(field[5:])
		}
		extra = extra[4+size:]
	}
	return ""
}

// upper437 are the characters 0x80 to 0xff of code page 437.
const upper437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"

func decode437(name string) string {
	upper := []rune(upper437)
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			b.WriteRune(upper[c-utf8.RuneSelf])
		}
	}
	return b.String()
}

// cleanName returns a name as a path below the archive, or why it is none.
func (l Limits) cleanName(name string) (string, error) {
	slashed := strings.ReplaceAll(name, `\`, "/") // as some programs for Windows write it
	switch {
	case name == "":
		return "", errors.New("the file has no name; pack it again")
	case len(name) > l.Name:
		return "", fmt.Errorf("the name has %d bytes, more than the limit of %d; make it shorter", len(name), l.Name)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable):
		return "", errors.New("the name has characters that cannot be shown; rename the file")
	case strings.HasPrefix(slashed, "/"), len(name) > 1 && name[1] == ':' && unicode.IsLetter(rune(name[0])):
		return "", errors.New("the name is a place on somebody's disk, not one in the archive; pack it with relative names")
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if part == ".." {
			return "", errors.New("the name leads out of the archive (..); pack it again")
		}
	}
	return path.Clean(slashed), nil
}

// unprintable characters could pass one name off as another.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029'
}

const kindZip = "a ZIP archive"

// Kind says what a file is by its first bytes, as "a RAR archive"; "" if they tell
// nothing.
func Kind(data []byte) string {
	for _, k := range []struct{ magic, kind string }{
		{"PK\x03\x04", kindZip},
		{"PK\x05\x06", kindZip},
		{"Rar!\x1a\x07", "a RAR archive"},
		{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
		{"\x1f\x8b", "a gzip archive"},
		{"\xfd7zXZ", "an xz archive"},
		{"BZh", "a bzip2 archive"},
		{"%PDF-", "a PDF document"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document of before 2007"},
		{"{\\rtf", "an RTF document"},
		{"\x89PNG", "a PNG image"},
		{"\xff\xd8\xff", "a JPEG image"},
	} {
		if strings.HasPrefix(string(data[:min(len(data), 16)]), k.magic) {
			return k.kind
		}
	}
	if len(data) >= 68 && string(data[60:68]) == "BOOKMOBI" {
		return "a Kindle book"
	}
	head := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(data[:min(len(data), 1<<10)]), "\ufeff")))
	switch {
	case strings.HasPrefix(head, "<?xml") && strings.Contains(head, "word.document"):
		return "a Word document as XML"
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"), strings.HasPrefix(head, "<?xml") && strings.Contains(head, "<html"):
		return "a web page"
	}
	return ""
}
