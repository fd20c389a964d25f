package corpus

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// conversions say what to make of files whose format is not supported.
var conversions = []struct {
	extensions string // each with a space behind it
	into       string // the format to convert them to
	advice     string
}{
	{".doc .dot .wps .wpt .rtf .odt .fodt .pages ", ".docx", "save it as .docx in Word, WPS or LibreOffice"},
	{".xls .xlsx .xlsm .xlsb .et .ods .numbers ", ".csv", "save it as .csv (in UTF-8)"},
	{".ppt .pptx .pptm .pps .ppsx .dps .odp .key ", ".pdf", "save it as .pdf"},
	{".mobi .azw .azw3 .kfx .fb2 .prc ", ".epub", "convert it to .epub, with Calibre for instance"},
	{".caj .kdh .nh .djvu .ofd .ps .xps ", ".pdf", "save it as .pdf"},
	{".mht .mhtml .webarchive .maff ", ".html", "save the page as .html"},
	{".rar .7z .tar .gz .tgz .bz2 .xz .zst ", ".zip", "unpack it, or pack it as .zip"},
	{".png .jpg .jpeg .gif .bmp .tif .tiff .webp .heic ", ".pdf", "a picture has no text: make a .pdf with a text layer of it (OCR)"},
}

// unsupported says why a file with an extension is not read, and what to do about it.
func (s *scanner) unsupported(ext string) string {
	if ext == "" {
		return "the name has no extension that tells its format; supported: " + s.supported()
	}
	reason := fmt.Sprintf("unsupported format %s; supported: %s", ext, s.supported())
	for _, c := range conversions {
		if strings.Contains(c.extensions, ext+" ") && s.formats[c.into] != nil {
			return reason + "; " + c.advice
		}
	}
	return reason
}

func (s *scanner) supported() string {
	return strings.Join(slices.Sorted(maps.Keys(s.formats)), ", ")
}
