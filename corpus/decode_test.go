package corpus

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

var (
	utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	utf16BE = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
)

func encode(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatalf("cannot encode %.30q: %v", s, err)
	}
	return b
}

const (
	simplified  = "今天天气很好，我们去海边看日出。\r\n气象台说，明天有小雨，气温18℃到25℃！\n"
	traditional = "今天天氣很好，我們去海邊看日出。\r\n氣象臺說，明天有小雨，氣溫18℃到25℃！\n"
)

func TestDecodeEncodings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, want string
		e                encoding.Encoding
	}{
		{"UTF-8", simplified, "UTF-8", encoding.Nop},
		{"UTF-8 with mark", simplified, "UTF-8 (BOM)", unicode.UTF8BOM},
		{"GBK", simplified, "GB18030", simplifiedchinese.GBK},
		{"GB18030", simplified, "GB18030", simplifiedchinese.GB18030},
		{"GBK Traditional", traditional, "GB18030", simplifiedchinese.GBK},
		{"Big5", traditional, "Big5", traditionalchinese.Big5},
		{"UTF-16LE with mark", simplified, "UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16BE with mark", simplified, "UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"UTF-16LE", simplified, "UTF-16LE", utf16LE},
		{"UTF-16BE", traditional, "UTF-16BE", utf16BE},
		{"UTF-32LE with mark", simplified, "UTF-32LE", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"UTF-32BE with mark", simplified, "UTF-32BE", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{"one sentence in GBK", "朱镕基总理出席了会议。", "GB18030", simplifiedchinese.GBK},
		{"one sentence in Big5", "總統府前的廣場", "Big5", traditionalchinese.Big5},
		{"one sentence in UTF-16LE without NUL", "上海的夏天很热，冬天很冷。", "UTF-16LE", utf16LE},
		{"four-byte characters", "𠮷野家的“𪚥”字怎么读？", "GB18030", simplifiedchinese.GB18030},
		{"a genuine replacement character", "原文里就有一个�字，照旧保留。", "GB18030", simplifiedchinese.GB18030},
		{"mostly ASCII, Chinese at the end", strings.Repeat("plain ASCII line 1234567890\n", 20000) + "最后一行是中文。", "GB18030", simplifiedchinese.GBK},
		{"long", strings.Repeat(traditional, 3000), "Big5", traditionalchinese.Big5},
		{"four characters in UTF-16LE, all bytes ASCII", "你好世界", "UTF-16LE", utf16LE},
		{"four characters in UTF-16BE, all bytes ASCII", "你好世界", "UTF-16BE", utf16BE},
		{"a bell in English", "Ring the \a bell of the house.\n", "UTF-8", encoding.Nop},
		{"UTF-16 beyond the BMP", "𠮷 and 𪚥\n", "UTF-16LE", utf16LE},
		{"French", "L'été dernier, nous étions à la plage avec des amis.", "windows-1252", charmap.Windows1252},
		{"ASCII", "hello\r\n", "UTF-8", encoding.Nop},
		{"empty", "", "UTF-8", encoding.Nop},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, enc, err := Decode(encode(t, tt.e, tt.text), "")
			if err != nil || enc != tt.want || text != tt.text {
				t.Errorf("Decode = %.60q, %q, %v; want %.60q, %q", text, enc, err, tt.text, tt.want)
			}
		})
	}
}

// Every character of both standards must survive, in a file of nothing else.
func TestDecodeWholeRepertoire(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		e        encoding.Encoding
		from, to int
	}{
		"GB18030": {simplifiedchinese.GB18030, 0x81, 0xfe},
		"Big5":    {traditionalchinese.Big5, 0xa4, 0xf9},
	} {
		var text strings.Builder
		for lead := tt.from; lead <= tt.to; lead++ {
			for trail := 0x40; trail <= 0xfe; trail++ {
				out, _ := tt.e.NewDecoder().Bytes([]byte{byte(lead), byte(trail)})
				if r, n := utf8.DecodeRune(out); r >= 0x4e00 && r <= 0x9fff && n == len(out) {
					text.WriteRune(r)
				}
			}
			text.WriteByte('\n')
		}
		got, enc, err := Decode(encode(t, tt.e, text.String()), "")
		if err != nil || enc != name || got != text.String() {
			t.Errorf("%s: read as %q, error %v, equal %v", name, enc, err, got == text.String())
		}
	}
}

func TestDecodeDeclared(t *testing.T) {
	t.Parallel()
	japaneseText := "これは日本語の文章です。今日はいい天気ですね。"
	for _, tt := range []struct {
		declared, text, want string
		e                    encoding.Encoding
	}{
		{"GB2312", "国务院總理朱镕基", "GB18030", simplifiedchinese.GBK},
		{"gbk", "𠮷", "GB18030", simplifiedchinese.GB18030},
		{"big5", "台北", "Big5", traditionalchinese.Big5},
		{"utf-8", simplified, "GB18030", simplifiedchinese.GBK},      // false
		{"gb2312", simplified, "UTF-8", encoding.Nop},                // false
		{"big5", simplified, "GB18030", simplifiedchinese.GBK},       // false
		{"iso-8859-1", simplified, "GB18030", simplifiedchinese.GBK}, // what servers say by default
		{"no such thing", simplified, "GB18030", simplifiedchinese.GBK},
		{"shift_jis", japaneseText, "shift_jis", japanese.ShiftJIS},
	} {
		text, enc, err := Decode(encode(t, tt.e, tt.text), tt.declared)
		if err != nil || enc != tt.want || text != tt.text {
			t.Errorf("declared %s: Decode = %.40q, %q, %v; want %q", tt.declared, text, enc, err, tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	gbk := encode(t, simplifiedchinese.GBK, simplified)
	broken := append([]byte(nil), gbk...)
	broken[8] = 0xff
	euro := append([]byte(nil), gbk...)
	euro[8] = 0x80
	big5 := encode(t, traditionalchinese.Big5, traditional)
	withNUL := append(append([]byte(nil), gbk...), 0, 'x', 'y')
	for _, tt := range []struct {
		name, data, want string
	}{
		{"GBK with a broken byte", string(broken), "GB18030 (broken at byte 8)"},
		{"GBK with a euro within a character", string(euro), "GB18030 (broken at byte 8)"},
		{"GBK cut in a character", string(gbk[:13]), "GB18030 (broken at byte 12)"},
		{"Big5 cut in a character", string(big5[:13]), "Big5 (broken at byte 12)"},
		{"UTF-8 with a broken byte", "今天天气\xff很好。", "broken at byte 12"},
		{"UTF-8 cut in a character", "今天天气很好"[:17], "broken at byte 15"},
		{"marked UTF-8, broken", "\xef\xbb\xbf今天\xff很好。", "broken at byte 9"},
		{"UTF-16 of odd length", "\xff\xfeA\x00B", "broken at byte 4"},
		{"UTF-16 with half a pair", "\xff\xfeA\x00\x00\xd8B\x00", "broken at byte 4"},
		{"UTF-32 beyond Unicode", "\xff\xfe\x00\x00A\x00\x00\x00\x00\x00\x11\x00", "broken at byte 8"},
		{"NUL in UTF-8", "今天\x00天气", "NUL byte at byte 6"},
		{"NUL in GBK", string(withNUL), "NUL byte at byte"},
		{"NUL in UTF-16", "\xff\xfeA\x00\x00\x00B\x00", "NUL character at character 1"},
		{"PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", "a PNG image"},
		{"ZIP", "PK\x03\x04\x14\x00\x08\x00\x08\x00\xff\xff", "a ZIP archive"},
		{"control characters", strings.Repeat("\x01\x02\x03", 9), "27 control characters"},
		{"noise", "\xfd\xfe\xff\xf8\x81 \x90\xff", "broken at byte 2"},
	} {
		text, enc, err := Decode([]byte(tt.data), "")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Decode = %q, %q, %v; want an error with %q", tt.name, text, enc, err, tt.want)
		}
	}
}

func TestDecodeEuroOfCodePage936(t *testing.T) {
	t.Parallel()
	data := append(encode(t, simplifiedchinese.GBK, "这本书的价格是"), "\x80100 "...)
	if text, _, err := Decode(data, ""); err != nil || text != "这本书的价格是€100 " {
		t.Errorf("Decode = %q, %v", text, err)
	}
}

// Whatever comes in, text comes out or an error; valid UTF-8 is itself; and Chinese
// survives the way through each encoding that has its characters.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{simplified, traditional, "abc", "\x00", "\xff\xfe", "联通", "\x80", "a\xa3\x30", "é"} {
		f.Add([]byte(s))
		if b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); err == nil {
			f.Add(b)
		}
		if b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(s)); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, enc, err := Decode(data, "")
		if err == nil && (!utf8.ValidString(text) || strings.Contains(text, "\x00") || enc == "") {
			t.Fatalf("Decode(%q) = %q, %q", data, text, enc)
		}
		if err == nil && strings.HasPrefix(enc, "UTF-8") && strings.TrimPrefix(string(data), "\ufeff") != text {
			t.Fatalf("valid UTF-8 %q came out as %q", data, text)
		}
		if err == nil && enc == "GB18030" && strings.Count(text, "\ufffd") > strings.Count(string(data), replacement) {
			t.Fatalf("%q came out with a replaced character: %q", data, text)
		}
		if !utf8.Valid(data) || strings.ContainsFunc(string(data), func(r rune) bool { return r < ' ' || r == '\ufeff' || r == 0x7f }) {
			return
		}
		for name, e := range map[string]encoding.Encoding{"GB18030": simplifiedchinese.GB18030, "Big5": traditionalchinese.Big5} {
			sentence := simplified
			if name == "Big5" {
				sentence = traditional
			}
			want := strings.Repeat(sentence, 1+len(data)/20) + string(data)
			b, err := e.NewEncoder().Bytes([]byte(want))
			if err != nil {
				continue
			}
			if back, err := e.NewDecoder().Bytes(b); err != nil || string(back) != want {
				continue // the standard has two codes for one of these characters
			}
			if got, enc, err := Decode(b, ""); err != nil || got != want {
				t.Fatalf("%s: %q came out as %q (%s), %v", name, want, got, enc, err)
			}
		}
	})
}
