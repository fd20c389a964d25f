package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"yinju/corpus/sample"
)

func TestDecodingProof(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, declared string
		data           []byte
		encoding       string
		proof          Proof
		least, most    float64
	}{
		{"mark", "", []byte("\ufeff一"), "UTF-8 (BOM)", ProofMark, 1, 1},
		{"UTF-16 with mark", "", encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "一"), "UTF-16LE", ProofMark, 1, 1},
		{"ASCII", "", []byte("abc"), "UTF-8", ProofUTF8, 1, 1},
		{"UTF-8", "", []byte(simplified), "UTF-8", ProofUTF8, 0.999, 0.999},
		{"UTF-8, one character", "", []byte("a 一"), "UTF-8", ProofUTF8, 0.9, 0.999},
		{"GBK", "", encode(t, simplifiedchinese.GBK, simplified), "GB18030", ProofLikeness, 0.99, 0.999},
		{"GBK, declared", "gb2312", encode(t, simplifiedchinese.GBK, simplified), "GB18030", ProofDeclared, 0.99, 0.999},
		{"Big5", "", encode(t, traditionalchinese.Big5, traditional), "Big5", ProofLikeness, 0.99, 0.999},
		{"two characters of GBK that are UTF-8 too", "", encode(t, simplifiedchinese.GBK, "一些"), "GB18030", ProofLikeness, 0.6, 0.9},
		{"Cyrillic stays UTF-8", "", []byte("Привет мир"), "UTF-8", ProofUTF8, 0.99, 0.999},
		{"French stays UTF-8", "", []byte("Çà et là, à côté de l'été"), "UTF-8", ProofUTF8, 0.9, 0.999},
		{"middle dots stay UTF-8", "", []byte("a··b··c"), "UTF-8", ProofUTF8, 0.9, 0.999},
		{"rare characters alone", "", encode(t, simplifiedchinese.GB18030, "总喆镕㛃"), "GB18030", ProofLikeness, 0, 0.7},
		{"Korean, declared", "euc-kr", encode(t, korean.EUCKR, "안녕하세요. 오늘은 날씨가 아주 좋습니다. 함께 산책을 갑시다."), "euc-kr", ProofDeclared, 0.9, 0.9},
		{"Japanese, declared", "shift_jis", encode(t, japanese.ShiftJIS, "これは日本語の文章です。今日はいい天気ですね。"), "shift_jis", ProofDeclared, 0.9, 0.9},
		{"Japanese in EUC, declared", "euc-jp", encode(t, japanese.EUCJP, "これは日本語の文章です。今日はいい天気ですね。"), "euc-jp", ProofDeclared, 0.9, 0.9},
		{"Chinese, declared Korean", "euc-kr", encode(t, simplifiedchinese.GBK, strings.Repeat("今天天气很好，我们去海边看日出。", 3)), "GB18030", ProofLikeness, 0.99, 0.999},
	} {
		d, err := Decoder{}.Decode(tt.data, tt.declared)
		if err != nil || d.Encoding != tt.encoding || d.Decoding.Proof != tt.proof || d.Decoding.Sure < tt.least || d.Decoding.Sure > tt.most {
			t.Errorf("%s: %q, %+v, %v; want %s by %s, sure %v to %v", tt.name, d.Encoding, d.Decoding, err, tt.encoding, tt.proof, tt.least, tt.most)
		}
	}
}

// Names and places have characters that hardly any other text has; no encoding that has
// them may lose them.
func TestDecodeRareCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, want string
		e          encoding.Encoding
	}{
		{"总理朱镕基会见了陶喆。", "GB18030", simplifiedchinese.GBK},
		{"作家㛃琪与𠮷野先生到访，他们谈到了㙍和㵘。", "GB18030", simplifiedchinese.GB18030},
		{"香港深水埗的鰂魚涌與邨民，他們都說粵語：佢哋喺度食嘢。", "Big5", traditionalchinese.Big5},
		{"𠮷田", "UTF-8", encoding.Nop},
	} {
		d, err := Decoder{}.Decode(encode(t, tt.e, tt.text), "")
		if err != nil || d.Text != tt.text || d.Encoding != tt.want {
			t.Errorf("%s came out as %s (%s), %v", tt.text, d.Text, d.Encoding, err)
		}
		if len(d.Decoding.Suspects) > 0 {
			t.Errorf("%s: %+v", tt.text, d.Decoding.Suspects)
		}
	}
}

func TestSuspects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{simplified + traditional, ""},
		{"他说：“十年”——‘好’…… 3×4÷5±1 °C · é à ü ñ Ö ß «oui» „ja“ Привет", ""},
		{"螃蟹捕捞、霹雳舞、魑魅魍魉、饕餮盛宴、踟蹰徘徊、氢氦锂铍硼、缱绻旖旎", ""},
		{"濕地裡的鸕鶿與鷺鷥、鴛鴦、鸚鵡、鵪鶉", ""},
		{"第一行\n有一个\ufffd字\ufffd", "replaced 2 2:4=\ufffd 2:6=\ufffd"},
		{"第一行\r\n甲锟斤拷锟斤拷乙", "garbled 2 2:2=锟斤拷 2:5=锟斤拷"},
		{"烫烫烫烫烫烫\r屯屯屯", "garbled 3 1:1=烫烫烫 1:4=烫烫烫 2:1=屯屯屯"},
		{"正文 caf\u00c3\u00a9 和 it\u00e2\u20ac\u2122s", "twice 2 1:7=Ã© 1:14=â€™"},
		{"x\u0091y\a", "control 2 1:2=\u0091 1:4=\a"},
		{"甲\ue001乙", "private 1 1:2=\ue001"},
		{"甲\n乙\n丙\ufffd丁\ue001\ufeff", "replaced 1 3:2=\ufffd; control 1 3:5=\ufeff; private 1 3:4=\ue001"},
	} {
		var all []string
		for _, s := range suspects(tt.text) {
			line := fmt.Sprintf("%s %d", s.Kind, s.Count)
			for _, p := range s.Places {
				line += fmt.Sprintf(" %d:%d=%s", p.Line, p.Column, p.Text)
			}
			all = append(all, line)
		}
		if got := strings.Join(all, "; "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// UTF-8 that somebody once opened as GBK is found, however the bytes fall.
func TestSuspectsReadAsGBK(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"中文数据", "气象台预报明天有雨", "北京大学图书馆", "人民的生活水平提高了"} {
		raw, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		damaged := "前面是正文。" + string(raw) + "后面也是。"
		if found := suspects(damaged); len(found) == 0 || !strings.ContainsAny(string(found[0].Kind), "gr") {
			t.Errorf("%s, as %s, is not found: %+v", text, damaged, found)
		}
	}
}

func TestDecodeMixed(t *testing.T) {
	t.Parallel()
	lines := []string{"第一段是用新的编辑器写的，编码是统一码。\n", "第二段是从旧文件里粘贴过来的，编码不同。\n", "第三段又是统一码，讲的是湿地里的鸟。\n"}
	gbk := string(encode(t, simplifiedchinese.GBK, lines[1]))
	data := []byte(lines[0] + gbk + lines[2])
	if _, err := (Decoder{}).Decode(data, ""); err == nil || !strings.Contains(err.Error(), "GB18030 on line 2") {
		t.Errorf("not told where the file changes its encoding: %v", err)
	}
	d, err := Decoder{Replace: true}.Decode(data, "")
	if err != nil || d.Text != strings.Join(lines, "") || len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], "GB18030 on line 2") {
		t.Errorf("%q, %q, %v", d.Text, d.Warnings, err)
	}
	old := []byte(strings.Repeat(gbk, 3) + lines[0] + strings.Repeat(gbk, 3))
	if _, err := (Decoder{}).Decode(old, ""); err == nil || !strings.Contains(err.Error(), "UTF-8 on line 4") {
		t.Errorf("not told where the old file changes its encoding: %v", err)
	}
	if d, err = (Decoder{Replace: true}).Decode(old, ""); err != nil || !strings.Contains(d.Text, lines[0]) || strings.Count(d.Text, lines[1]) != 6 {
		t.Errorf("%q, %q, %v", d.Text, d.Warnings, err)
	}
}

func TestDecodeReplace(t *testing.T) {
	t.Parallel()
	at := func(e encoding.Encoding, text, bad string) []byte {
		before, after, _ := strings.Cut(text, "|")
		return append(append(encode(t, e, before), bad...), encode(t, e, after)...)
	}
	const prose = "今天天气很好，我们去海边看日出。\n气象台说，|明天有小雨。"
	want := strings.ReplaceAll(prose, "|", "\ufffd")
	for _, tt := range []struct {
		name    string
		data    []byte
		want    string
		warning string
	}{
		{"UTF-8", at(encoding.Nop, prose, "\xff"), want, "as UTF-8: 1 characters, at 2:6 (line:column)"},
		{"UTF-8, cut", []byte("今天天气很好，我们去海边。" + "雨"[:2]), "今天天气很好，我们去海边。\ufffd", "at 1:14 "},
		{"UTF-8 with mark", at(encoding.Nop, "\ufeff"+prose, "\xe4\xbd"), want, "at 2:6 "},
		{"GBK", at(simplifiedchinese.GBK, prose, "\xff"), want, "as GB18030"},
		{"GBK, cut", append(encode(t, simplifiedchinese.GBK, "今天天气很好，我们去海边。"), 0xd3), "今天天气很好，我们去海边。\ufffd", "at 1:14 "},
		{"Big5", at(traditionalchinese.Big5, "今天天氣很好，我們去海邊看日出。\n氣象臺說，|明天有小雨。", "\xff"), "今天天氣很好，我們去海邊看日出。\n氣象臺說，\ufffd明天有小雨。", "as Big5"},
		{"UTF-16, odd", append(encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "今天天气很好"), 'x'), "今天天气很好\ufffd", "at 1:7 "},
	} {
		if _, err := (Decoder{}).Decode(tt.data, ""); err == nil {
			t.Errorf("%s: read without replacing", tt.name)
		}
		d, err := Decoder{Replace: true}.Decode(tt.data, "")
		if err != nil || d.Text != tt.want || len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], tt.warning) {
			t.Errorf("%s: %q, %q, %v; want %q", tt.name, d.Text, d.Warnings, err, tt.want)
		}
		if len(d.Decoding.Suspects) != 1 || d.Decoding.Suspects[0].Kind != SuspectReplaced || d.Decoding.Sure > 0.99 {
			t.Errorf("%s: %+v", tt.name, d.Decoding)
		}
	}
	for name, data := range map[string]string{
		"noise": "\xfd\xfe\xff\xf8\x81 \x90\xff", "image": "\x89PNG\r\n\x1a\n\xff\xff", "NUL": "今天\x00天气\xff",
		"ISO-2022": "\x1b$B\x46|K\\\x1b(B\xff", "more lost than found": strings.Repeat("\xff好", 30),
	} {
		if d, err := (Decoder{Replace: true}).Decode([]byte(data), ""); err == nil {
			t.Errorf("%s was read as %q (%s)", name, d.Text, d.Encoding)
		}
	}
}

func TestDecodeUnsupported(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ data, declared, want string }{
		{"\x1b$)A\x0e=qLl\x0f", "", "ISO-2022-CN"},
		{"\x1b$BF|K\\8l\x1b(B", "iso-2022-jp", "ISO-2022-JP"},
		{"~{<:Ky2;S{#,NpJ)l6HK!#~}", "", "HZ"},
		{"\xc4\xe3\xba\xc3\xff", "euc-tw", "EUC-TW"},
	} {
		if d, err := (Decoder{}).Decode([]byte(tt.data), tt.declared); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%q: %q, %v", tt.data, d.Text, err)
		}
	}
	for _, text := range []string{"cd ~{a,b}; ls ~}", "~{~}", "a ~{ b"} {
		if d, err := (Decoder{}).Decode([]byte(text), ""); err != nil || d.Text != text {
			t.Errorf("%q: %q, %v", text, d.Text, err)
		}
	}
}

// Decoding with replacement never does worse than without, and its places are right.
func FuzzDecodeReplace(f *testing.F) {
	f.Add([]byte(simplified+"\xff"), "")
	f.Add([]byte("\xff\xfeA"), "big5")
	f.Add([]byte("今天\xc4\xe3\xba\xc3\n\xc4\xe3\xba\xc3\xb5\xc4\r\xca\xc0"), "gbk")
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		strict, failed := Decoder{}.Decode(data, declared)
		d, err := Decoder{Replace: true}.Decode(data, declared)
		if failed == nil && (err != nil || d.Text != strict.Text || len(d.Warnings) > 0) {
			t.Fatalf("%q: %q, %q, %v instead of %q", data, d.Text, d.Warnings, err, strict.Text)
		}
		if err != nil {
			return
		}
		if !utf8.ValidString(d.Text) || strings.Contains(d.Text, "\x00") || failed != nil && len(d.Warnings) == 0 {
			t.Fatalf("%q: %q, %q", data, d.Text, d.Warnings)
		}
		if d.Decoding.Sure < 0 || d.Decoding.Sure > 1 || d.Decoding.Proof == "" {
			t.Fatalf("%q: %+v", data, d.Decoding)
		}
		lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(d.Text, "\r\n", "\n"), "\r", "\n"), "\n")
		for _, s := range d.Decoding.Suspects {
			for _, p := range s.Places {
				if p.Line > len(lines) || !strings.HasPrefix(string([]rune(lines[p.Line-1])[p.Column-1:]), p.Text) {
					t.Fatalf("%q: %s is not at %d:%d", d.Text, p.Text, p.Line, p.Column)
				}
			}
		}
	})
}

// Prose of our own, for stretches in Big5.
const traditionalProse = "清晨的濕地還籠罩在薄霧裡，候鳥已經三三兩兩地飛起來了。這片濕地位於城市的東邊，面積約有三百公頃，過去曾經是荒廢的鹽田。" +
	"十年前，市政府決定把它恢復成自然保護區，並且邀請了許多學者參與規劃。負責計畫的工程師說，他們首先疏通了水道，讓潮水能夠重新流進來；" +
	"接著種植了適合本地環境的植物，等待動物自己回來。「我們沒有放養任何東西，」她說，「牠們是自己找到這裡的。」如今，每年冬天有超過兩萬隻水鳥在此過冬，" +
	"其中包括幾種瀕臨絕種的鳥類。附近的居民起初擔心保護區會影響生活，後來發現遊客帶來了收入，孩子們也多了一間戶外教室。" +
	"不過，氣候變遷帶來新的挑戰：海平面逐年上升，颱風也愈來愈強。研究人員正在測量土壤的厚度，希望瞭解濕地能不能跟上海水的腳步。"

// Random stretches of prose come back as they were. The figures are those of the stretches
// of 10 to 100 bytes, and of longer ones; -v prints them.
func TestDecodeAccuracy(t *testing.T) {
	t.Parallel()
	proses := map[string][]rune{"simplified": nil, "traditional": []rune(traditionalProse)}
	entries, err := sample.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := sample.FS.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		proses["simplified"] = append(proses["simplified"], []rune(string(data))...)
	}
	for _, tt := range []struct {
		name, prose string
		e           encoding.Encoding
		short, long float64 // least shares
	}{
		{"UTF-8", "simplified", encoding.Nop, 1, 1},
		{"GB18030", "simplified", simplifiedchinese.GB18030, 0.98, 1},
		{"Big5", "traditional", traditionalchinese.Big5, 0.98, 1},
		{"UTF-16LE", "simplified", utf16LE, 0.95, 1},
		{"UTF-16BE", "simplified", utf16BE, 0.95, 1},
	} {
		short, shortSure := accuracy(t, tt.e, proses[tt.prose], 10, 100)
		long, longSure := accuracy(t, tt.e, proses[tt.prose], 400, 20_000)
		t.Logf("%s: right in %.1f %% of short files (said to be sure: %.1f %%), %.1f %% of long ones (%.1f %%)", tt.name, 100*short, 100*shortSure, 100*long, 100*longSure)
		if short < tt.short || long < tt.long {
			t.Errorf("%s: right in %.3f of short files and %.3f of long ones, want %v and %v", tt.name, short, long, tt.short, tt.long)
		}
		if shortSure > short+0.02 || shortSure < short-0.2 {
			t.Errorf("%s: says it is sure by %.3f on average, and is right in %.3f", tt.name, shortSure, short)
		}
	}
}

// accuracy decodes random stretches of so many bytes, and returns the share of those that
// came out right and the mean of how sure it was said to be.
func accuracy(t *testing.T, e encoding.Encoding, prose []rune, least, most int) (right, sure float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, uint64(least)))
	const tries = 250
	for range tries {
		n := min((least+r.IntN(most-least+1))/2, len(prose))
		start := r.IntN(len(prose) - n + 1)
		text := string(prose[start : start+n])
		data, err := e.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatalf("%.40q: %v", text, err)
		}
		if d, err := (Decoder{}).Decode(data, ""); err == nil && d.Text == text {
			right++
			sure += d.Decoding.Sure
		} else if err == nil {
			sure += d.Decoding.Sure
		}
	}
	return right / tries, sure / tries
}
