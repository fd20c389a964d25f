package corpus

import (
	"strings"
	"testing"
	"time"
)

// Files made to be hard to mend, or to look at, take no longer than others: the work grows
// with their size.
func TestDecodeHostile(t *testing.T) {
	t.Parallel()
	const size = 32 << 10
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, data := range map[string]string{
		"every line broken": fill("\xff\n"), "every character broken": fill("\xff"), "half a pair each": "\xff\xfe" + fill("\x00\xd8"),
		"read as GBK": fill("浜烘皯鐨勭敓娲绘，"), "fillers": fill("锟斤拷"), "encoded twice": fill("Ã©"), "replaced": fill("\ufffd"),
		"line ends": fill("\r") + "\xff", "datelines": fill("新华社北京9月8日电 \n"), "dates": fill("2023年9月8日\n"),
	} {
		began := time.Now()
		d, err := Decoder{Replace: true}.Decode([]byte(data), "")
		if err == nil {
			readDateline(d.Text)
			for _, s := range d.Decoding.Suspects {
				if len(s.Places) > suspectPlaces {
					t.Errorf("%s: %d places of %s", name, len(s.Places), s.Kind)
				}
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: %v for %d bytes", name, took, size)
		}
	}
}
