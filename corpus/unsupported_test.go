package corpus

import "testing"

func TestUnsupported(t *testing.T) {
	t.Parallel()
	formats := map[string]*Format{".docx": {}, ".zip": {}}
	const supported = "; supported: .docx, .zip"
	for ext, want := range map[string]string{
		".doc":  "unsupported format .doc" + supported + "; save it as .docx in Word, WPS or LibreOffice",
		".7z":   "unsupported format .7z" + supported + "; unpack it, or pack it as .zip",
		".xlsx": "unsupported format .xlsx" + supported, // nothing reads .csv here
		".do":   "unsupported format .do" + supported,
		"":      "the name has no extension that tells its format" + supported,
	} {
		if got := (&scanner{formats: formats}).unsupported(ext); got != want {
			t.Errorf("%q: %q, want %q", ext, got, want)
		}
	}
}
