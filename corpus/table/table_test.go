package table

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/corpus"
)

// read reads data as the format of an extension.
func read(t testing.TB, r Reader, ext string, data []byte) ([]corpus.Row, error) {
	t.Helper()
	for _, f := range r.Formats() {
		if slices.Contains(f.Extensions, ext) {
			return f.Rows(t.Context(), data)
		}
	}
	t.Fatalf("no format reads %s", ext)
	return nil, nil
}

// show writes rows one a line: name|title|text, or name|!reason.
func show(rows []corpus.Row) string {
	var b strings.Builder
	for _, r := range rows {
		if r.Err != nil {
			fmt.Fprintf(&b, "%s|!%v\n", r.Name, r.Err)
			continue
		}
		fmt.Fprintf(&b, "%s|%s|%s\n", r.Name, r.Parsed.Title, strings.ReplaceAll(r.Parsed.Text, "\n", "⏎"))
	}
	return b.String()
}

func TestTables(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ext, data, want string
	}{
		"articles":            {".csv", "编号,标题,正文\n7,甲,第一篇。\n8,乙,第二篇。\n", "7|甲|第一篇。\n8|乙|第二篇。\n"},
		"english, CRLF, BOM":  {".csv", "\ufeffID,Headline,Body\r\n7,A,One.\r\n8,B,\"Two,\r\nlines.\"\r\n", "7|A|One.\n8|B|Two,\r⏎lines.\n"},
		"semicolons":          {".csv", "标题;正文\n甲;一，二；三\n乙;四\n", "甲|甲|一，二；三\n乙|乙|四\n"},
		"tabs in csv":         {".csv", "标题\t正文\n甲\t一,二\n", "甲|甲|一,二\n"},
		"Excel's separator":   {".csv", "sep=|\n标题|正文\n甲|一\n", "甲|甲|一\n"},
		"tsv":                 {".tsv", "title\ttext\n甲\t一,\"二\"\n", "甲|甲|一,\"二\"\n"},
		"traditional head":    {".csv", "標題,內容\n甲,一\n", "甲|甲|一\n"},
		"facts":               {".csv", "省份,人口（万）,面积\n广东,12684,17.98\n,1,\n", "广东|广东|省份：广东⏎人口（万）：12684⏎面积：17.98\n人口（万）：1|人口（万）：1|人口（万）：1\n"},
		"facts with a note":   {".csv", "产品,价格,简介\n手机,3999,轻\n", "手机|手机|产品：手机⏎价格：3999⏎简介：轻\n"},
		"only a summary":      {".csv", "标题,摘要\n甲,简单说\n", "甲|甲|简单说\n"},
		"faq":                 {".csv", "question,answer\n几点开门？,九点。\n", "几点开门？|几点开门？|九点。\n"},
		"sheet title above":   {".csv", "2023年统计,,\n,,\n省份,人口,面积\n广东,1,2\n", "广东|广东|省份：广东⏎人口：1⏎面积：2\n"},
		"no head":             {".csv", "张三,25,北京\n李四,31,上海\n", "张三|张三|张三⏎25⏎北京\n李四|李四|李四⏎31⏎上海\n"},
		"short row":           {".csv", "标题,正文,作者\n甲,一\n", "甲|甲|一\n"},
		"long row":            {".csv", "标题,正文\n甲,一,二\n乙,三,,\n", "line 2|!the row has 3 cells, the head 2; put a text that holds the separator into quotes\n乙|乙|三\n"},
		"no text":             {".csv", "标题,正文\n甲,\n乙,一\n", "line 2|!the row has no text in \"正文\"\n乙|乙|一\n"},
		"open quote":          {".csv", "标题,正文\n甲,\"一\n乙,二\n丙,\"三\"\n", "line 2|!a quote in line 2 is never closed; close it\n乙|乙|二\n丙|丙|三\n"},
		"keyed facts":         {".json", `{"北京":{"人口":2184},"上海":{"人口":2475}}`, "北京|北京|人口：2184\n上海|上海|人口：2475\n"},
		"an article of parts": {".json", `{"meta":{"id":1},"article":{"title":"甲","content":"一"}}`, "|甲|一\n"},
		"stray quotes":        {".csv", "标题,正文\n甲,他说\"好\"\n乙,\"他说\"好\"了\"\n", "甲|甲|他说\"好\"\n乙|乙|他说\"好\"了\n"},
		"same key twice":      {".csv", "编号,正文\n1,一\n1,二\n2,三\n", "1-…|一|一\n1-…|二|二\n2|三|三\n"},
		"a slash, a dot":      {".csv", "编号,正文\na/b,一\n../x,二\n", "a_b|一|一\n_x|二|二\n"},
		"same column twice":   {".csv", "名称,值,值\n甲,一,二\n", "甲|甲|名称：甲⏎值：一⏎值 (2)：二\n"},
		"json list":           {".json", `[{"id":"x","title":"甲","content":"一"},{"id":"y","content":"二"}]`, "x|甲|一\ny|二|二\n"},
		"json envelope":       {".json", `{"code":0,"data":{"total":2,"items":[{"标题":"甲","正文":"一"},{"标题":"乙","正文":"二"}]}}`, "甲|甲|一\n乙|乙|二\n"},
		"one json article":    {".json", `{"title":"甲","text":"一","comments":[{"text":"很长很长很长的评论"}]}`, "|甲|一\n"},
		"answer of an API":    {".json", `{"code":0,"data":{"title":"甲","content":"一二三四","comments":[{"content":"好"}]}}`, "|甲|一二三四\n"},
		"keys are names":      {".json", `{"a1":{"title":"甲","text":"一"},"a2":{"title":"乙","text":"二"}}`, "a1|甲|一\na2|乙|二\n"},
		"nested":              {".json", `[{"meta":{"title":"甲","author":{"name":"张三"}},"content":{"rendered":"一"}}]`, "甲|甲|一\n"},
		"paragraphs":          {".json", `[{"title":"甲","content":["第一段写得比较长，超过了三十个字，所以它们不是词，而是自然段。","第二段。"]}]`, "甲|甲|第一段写得比较长，超过了三十个字，所以它们不是词，而是自然段。⏎第二段。\n"},
		"huge numbers":        {".json", `[{"名称":"甲","值":12345678901234567890123.4500}]`, "甲|甲|名称：甲⏎值：12345678901234567890123.4500\n"},
		"exponents":           {".json", `[{"名称":"甲","值":1e999}]`, "甲|甲|名称：甲⏎值：1e999\n"},
		"list of texts":       {".json", `["第一篇。","第二篇。",3]`, "第一篇。|第一篇。|第一篇。\n第二篇。|第二篇。|第二篇。\nrow 3|!this is neither an object nor a text\n"},
		"list of lists":       {".json", `[["标题","正文"],["甲","一"]]`, "甲|甲|一\n"},
		"a row of it is bad":  {".json", `[{"title":"甲","text":"一"},null,{},{"title":"乙"}]`, "甲|甲|一\nrow 2|!this is neither an object nor a text\nrow 3|!the object is empty\nrow 4|!the row has no text in \"text\"\n"},
		"duplicate keys":      {".json", `[{"title":"甲","title":"乙","text":"一"}]`, "乙|乙|一\n"},
		"NUL":                 {".json", `[{"title":"甲","text":"一\u0000二\ud800"}]`, "甲|甲|一二\ufffd\n"},
		"jsonl":               {".jsonl", "{\"id\":1,\"text\":\"一\"}\r\n\r\n{\"id\":2,\"text\":\"二\"}", "1|一|一\n2|二|二\n"},
		"jsonl, bad lines":    {".ndjson", "{\"id\":1,\"text\":\"一\"}\n{oops\n[1]\n{\"id\":2,\"text\":\"\xff\"}\n{\"id\":3,\"text\":\"三\"} x\n{\"id\":4,\"text\":\"四\"}\n{\"id\":5,", "1|一|一\nline 2|!the line is not valid JSON (invalid character 'o'); mend it\nline 3|!this is neither an object nor a text; mend the line\nline 4|!it is not valid UTF-8\nline 5|!there is something behind the end of the JSON; mend the line\n4|四|四\nline 7|!the JSON ends too early; mend the line\n"},
		"jsonl named json":    {".json", "{\"id\":1,\"text\":\"一\"}\n{\"id\":2,\"text\":\"二\"}\n", "1|一|一\n2|二|二\n"},
		"json named jsonl":    {".jsonl", "[\n {\"id\":1,\"text\":\"一\"},\n {\"id\":2,\"text\":\"二\"}\n]\n", "1|一|一\n2|二|二\n"},
		"mongo":               {".jsonl", `{"_id":{"$oid":"5f"},"title":"甲","text":"一"}`, "5f|甲|一\n"},
		"record of JSON":      {".jsonl", `{"城市":"北京","坐标":{"东经":116.4},"别名":["京","燕"],"空":null}`, "北京|北京|城市：北京⏎坐标.东经：116.4⏎别名：京、燕\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := read(t, Reader{}, test.ext, []byte(test.data))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(show(rows), " looking for beginning of object key string", "")
			if strings.Contains(test.want, "-…") {
				got = shortHash(got)
			}
			if got != test.want {
				t.Errorf("got:\n%swant:\n%s", got, test.want)
			}
		})
	}
}

var hashes = regexp.MustCompile(`-[0-9a-f]{10}`)

// shortHash replaces the hashes in names by an ellipsis.
func shortHash(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		name, rest, _ := strings.Cut(l, "|")
		if at := strings.LastIndexByte(name, '-'); at > 0 {
			lines[i] = name[:at] + "-…|" + rest
		}
	}
	return strings.Join(lines, "\n")
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	rows, err := read(t, Reader{}, ".json", []byte(`[{"headline":"甲","body":"一","source":"某报","author":{"name":"张三"},
		"pub_time":1694044800,"url":"https://example.com/a","keywords":["算力","大模型","算力"]},
		{"headline":"乙","body":"二","pub_time":"前天","url":"javascript:x","keywords":"一，二;三"}]`))
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	p := rows[0].Parsed
	if p.Source != "某报" || p.Author != "张三" || !p.Published.Equal(time.Date(2023, 9, 7, 0, 0, 0, 0, time.UTC)) ||
		p.URL != "https://example.com/a" || !slices.Equal(p.Tags, []string{"算力", "大模型"}) || p.Encoding != "UTF-8" || p.Warnings != nil {
		t.Errorf("%+v", p)
	}
	p = rows[1].Parsed
	if p.URL != "" || len(p.Tags) != 3 || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], `"前天" is not understood`) {
		t.Errorf("%+v", p)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2023-09-07": "2023-09-07T00:00:00Z", "1694044800": "2023-09-07T00:00:00Z", "1694044800123": "2023-09-07T00:00:00Z",
		"45176": "2023-09-07T00:00:00Z", "45176.5": "2023-09-07T12:00:00Z", "20230907": "2023-09-07T00:00:00Z",
		"3": "", "2023": "", "99999999999999": "", "NaN": "", "Inf": "", "": "",
	} {
		got, ok := parseDate(in)
		if s := got.Format(time.RFC3339); ok != (want != "") || ok && s != want {
			t.Errorf("parseDate(%q) = %s, %v; want %q", in, s, ok, want)
		}
	}
}

func TestFieldsBySetting(t *testing.T) {
	t.Parallel()
	f, err := ParseFields([]string{"text=导语", " TEXT = 稿件.主体 ", "title=栏目", "id=号", "date=meta.day"})
	if err != nil {
		t.Fatal(err)
	}
	r := Reader{Fields: f}
	data := `[{"导语":"先说。","稿件":{"主体":"再说。"},"栏目":"要闻","号":9,"标题":"不用","正文":"不用","meta":{"day":"2023-09-07"}}]`
	rows, err := read(t, r, ".json", []byte(data))
	if err != nil || show(rows) != "9|要闻|先说。⏎⏎再说。\n" || rows[0].Parsed.Published.Year() != 2023 {
		t.Errorf("%s, %v", show(rows), err)
	}
	// A file without the columns is read as if nothing had been set.
	if rows, err := read(t, r, ".csv", []byte("标题,正文\n甲,一\n")); err != nil || show(rows) != "甲|甲|一\n" {
		t.Errorf("%s, %v", show(rows), err)
	}
	for _, bad := range []string{"text", "text=", "body=x", "title=a,title=b"} {
		if _, err := ParseFields(strings.Split(bad, ",")); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if other, _ := ParseFields([]string{"text=b"}); f.String() == other.String() || (Fields{}).String() == f.String() {
		t.Error("two mappings have one name")
	}
}

// Rows put in front or taken out, and an edited text, rename no other row.
func TestNamesStay(t *testing.T) {
	t.Parallel()
	names := func(data string) []string {
		rows, err := read(t, Reader{}, ".csv", []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range rows {
			names = append(names, r.Name)
		}
		return names
	}
	for head, lines := range map[string][]string{
		"编号,标题,正文\n": {"1,甲,一\n", "2,乙,二\n", "3,甲,三\n"},
		"标题,正文\n":    {"甲,一\n", "乙,二\n", "丙,三\n"},
		"正文,阅读量\n":   {"第一篇没有题目的文章。,1\n", "第二篇没有题目的文章。,2\n", "第一篇没有题目的文章。,3\n"},
	} {
		before := names(head + strings.Join(lines, ""))
		if after := names(head + "9,新,新\n"[6*strings.Count(head[:len(head)-1], "标题,正文"):] + strings.Join(lines, "")); !slices.Equal(after[len(after)-3:], before) {
			t.Errorf("a row in front: %q became %q", before, after)
		}
		if after := names(head + lines[1] + lines[2]); after[0] != before[1] {
			t.Errorf("a row less: %q became %q", before, after)
		}
		if len(slices.Compact(slices.Sorted(slices.Values(before)))) != 3 {
			t.Errorf("names: %q", before)
		}
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	// 标题,正文 and a row, in GBK.
	const gbk = "\xb1\xea\xcc\xe2,\xd5\xfd\xce\xc4\n\xca\xa1\xc0\xef\xb5\xc4\xbb\xe1\xd2\xe9,\xbb\xe1\xd2\xe9\xcc\xd6\xc2\xdb\xc1\xcb\xbd\xf1\xc4\xea\xb5\xc4\xbe\xad\xbc\xc3\xb9\xa4\xd7\xf7\xba\xcd\xc3\xf7\xc4\xea\xb5\xc4\xb0\xb2\xc5\xc5\xa1\xa3\n"
	rows, err := read(t, Reader{}, ".csv", []byte(gbk))
	if err != nil || len(rows) != 1 || rows[0].Parsed.Encoding != "GB18030" || rows[0].Parsed.Title != "省里的会议" {
		t.Errorf("%s, %v", show(rows), err)
	}
	for ext, data := range map[string]string{".csv": "标题,正文\n甲,一\x00二\n", ".json": "\x89PNG\r\n\x1a\n\x00\x00"} {
		if rows, err := read(t, Reader{}, ext, []byte(data)); err == nil {
			t.Errorf("%s of %q: %s", ext, data, show(rows))
		}
	}
}

func TestFilesWithoutArticles(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"标题,正文\n": "no rows", "\n\n": "no rows",
	} {
		if rows, err := read(t, Reader{}, ".csv", []byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", data, show(rows), err)
		}
	}
	for data, want := range map[string]string{
		`3`: "no article", `[]`: "no rows", `{}`: "empty", `[{"text":"一"}`: "ends too early", `[{"text":"一",}]`: "wrong at line 1",
		"[\n\n{a}]": "wrong at line 3", `[{"text":"一"}] x`: "behind the end", `null`: "no article", `{"text":}`: "wrong at line 1",
	} {
		if rows, err := read(t, Reader{}, ".json", []byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", data, show(rows), err)
		}
	}
	for data, want := range map[string]string{"\n\n": "no lines", "x\ny\n": "no line of the file is right"} {
		if rows, err := read(t, Reader{}, ".jsonl", []byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", data, show(rows), err)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r := Reader{MaxRows: 2, MaxFieldBytes: 9, MaxColumns: 3, MaxDepth: 3, MaxValues: 10}
	for name, test := range map[string]struct{ ext, data, want string }{
		"rows":          {".csv", "标题,正文\na,b\nc,d\ne,f\ng,h\n", "a|a|b\nc|c|d\nrow 3|!the file holds more than 2 rows; this and those behind it are left out: split the file\n"},
		"rows of lines": {".jsonl", strings.Repeat(`{"text":"b"}`+"\n", 4), "b-…|b|b\nb-…-2|b|b\nrow 3|!the file holds more than 2 rows; this and those behind it are left out: split the file\n"},
		"bytes":         {".csv", "标题,正文\na,一二三四\nc,d\n", "line 2|!a cell has 12 bytes, more than the limit of 9; split it\nc|c|d\n"},
		"bytes in JSON": {".json", `[{"text":"一二三四"},{"text":"d"}]`, "row 1|!the value of \"text\" has 12 bytes, more than the limit of 9; split it\nd|d|d\n"},
		"columns":       {".csv", "标题,正文\na,b,,,\nc,d\n", "line 2|!the row has more than 3 cells\nc|c|d\n"},
		"depth":         {".jsonl", `{"a":{"b":{"c":{}}}}` + "\n" + `{"text":"b"}`, "line 1|!the values are nested more than 3 deep\nb|b|b\n"},
		"values":        {".jsonl", `{"a":[1,2,3,4,5,6,7,8,9]}` + "\n" + `{"text":"b"}`, "line 1|!the file holds more values than the limit; split it\nb|b|b\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := read(t, r, test.ext, []byte(test.data))
			got := show(rows)
			if strings.Contains(test.want, "…") {
				got = hashes.ReplaceAllString(got, "-…")
			}
			if err != nil || got != test.want {
				t.Errorf("got %v:\n%swant:\n%s", err, got, test.want)
			}
		})
	}
}

// A hostile file costs time in proportion to its size.
func TestHostileTablesAreLinear(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"quotes open":  strings.Repeat("a,\"b\n", 400_000),
		"quotes twice": strings.Repeat("\"\"", 1_000_000),
		"separators":   strings.Repeat(",", 2_000_000),
		"lines":        strings.Repeat("a\n", 1_000_000),
		"one field":    "标题,正文\na,\"" + strings.Repeat("x", 8<<20) + "\"\nb,c\n",
		"line quotes":  strings.Repeat("\"b\n", 400_000) + "a,\"x",
	} {
		start := time.Now()
		rows, err := read(t, Reader{MaxRows: 20_000}, ".csv", []byte(data))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v (%d rows, %v)", name, took, len(rows), err)
		}
	}
	for name, data := range map[string]string{
		"deep":   strings.Repeat("[", 1_000_000),
		"values": "[" + strings.Repeat("1,", 3_000_000) + "1]",
		"keys":   `{"a":` + strings.Repeat(`{"a":`, 100_000),
	} {
		if rows, err := read(t, Reader{}, ".json", []byte(data)); err == nil {
			t.Errorf("%s: %d rows", name, len(rows))
		}
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range (Reader{}).Formats() {
		if _, err := f.Rows(ctx, []byte("{\"text\":\"一\"}\n{\"text\":\"二\"}\n")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestHTMLInTexts(t *testing.T) {
	t.Parallel()
	r := Reader{HTML: func(_ context.Context, data []byte) (corpus.Parsed, error) {
		if strings.Contains(string(data), "坏") {
			return corpus.Parsed{}, errors.New("bad")
		}
		return corpus.Parsed{Text: "rendered\n"}, nil
	}}
	for text, want := range map[string]bool{
		`<p>第一段。</p><p>第二段。</p>`: true, `<div class="a">一</div>`: true, `第一段。<br/>第二段。<br>`: true,
		"<!-- x --><p>一</p>": true, `前<b>言</b>和<i>后</i>语`: true,
		`在 HTML 里，<p> 表示段落。`: false, `a < b 且 c > d`: false, `List<String> 与 Map<K,V>`: false, "用 `<br>` 换行": false, `没有`: false, `<未完>`: false,
	} {
		rows, err := read(t, r, ".json", fmt.Appendf(nil, `[{"text":%q}]`, text))
		if err != nil || (rows[0].Parsed.Text == "rendered") != want {
			t.Errorf("%s: %s, %v", text, show(rows), err)
		}
	}
	if rows, err := read(t, r, ".json", []byte(`[{"text":"<p>坏</p>"}]`)); err != nil || rows[0].Err == nil {
		t.Errorf("%s, %v", show(rows), err)
	}
}

// Whatever a file holds, its rows keep the promises of corpus.Row.
func fuzz(f *testing.F, ext string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	r := Reader{MaxRows: 50, MaxFieldBytes: 1000, MaxColumns: 20, MaxDepth: 8, MaxValues: 1000}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := read(t, r, ext, data)
		if err != nil {
			return
		}
		if len(rows) == 0 || len(rows) > 51 {
			t.Fatalf("%d rows and no error", len(rows))
		}
		seen := make(map[string]bool)
		for _, row := range rows {
			switch {
			case row.Err != nil:
			case row.Name == "" && len(rows) > 1, seen[row.Name], strings.Contains(row.Name, "/"), len(row.Name) > 120, !utf8.ValidString(row.Name):
				t.Errorf("bad name %q", row.Name)
			case strings.TrimSpace(row.Parsed.Text) == "", !utf8.ValidString(row.Parsed.Text), strings.Contains(row.Parsed.Text, "\x00"):
				t.Errorf("bad text %q", row.Parsed.Text)
			}
			seen[row.Name] = seen[row.Name] || row.Err == nil
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzz(f, ".csv", "标题,正文\n甲,一\n", "a;b\n\"c\"\"\n;d\"", "sep=|\na|b\n", "a,b\r\n\r\n,,,\n\"", "省份,人口\n广东,1\n广东,1\n")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, ".json", `[{"title":"甲","text":"一"}]`, `{"data":{"items":[{"a":1},{"b":[2,[3]]}]}}`, `{"a":{"text":"x"},"b":{}}`, `[["a","b"],[1,2]]`, "{}\n{}", `{"$a":{"$b":"\ud800"}}`)
}

func FuzzJSONLines(f *testing.F) {
	fuzz(f, ".jsonl", "{\"text\":\"一\"}\n\nx\n\"文\"\n", "[\n1]", "{\"a\":\"\xff\"}\n{\"id\":1e9}")
}
