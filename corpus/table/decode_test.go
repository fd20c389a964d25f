package table

import (
	"strings"
	"testing"

	"yinju/corpus"
)

// What was replaced is told once, not with every row.
func TestReplaced(t *testing.T) {
	t.Parallel()
	data := []byte("title,text\n甲,第一篇讲的是湿地里的鸟。\n乙,第二篇讲的是\xff山上的茶。\n")
	for _, replace := range []bool{false, true} {
		csv := Reader{Decoder: corpus.Decoder{Replace: replace}}.Formats()[0]
		rows, err := csv.Rows(t.Context(), data)
		if !replace {
			if err == nil {
				t.Error("a broken file was read")
			}
			continue
		}
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		first, second := rows[0].Parsed, rows[1].Parsed
		if len(first.Warnings) != 1 || !strings.Contains(first.Warnings[0], "at 3:9") || len(first.Decoding.Suspects) != 1 || len(second.Warnings)+len(second.Decoding.Suspects) != 0 {
			t.Errorf("%+v and %+v", first, second)
		}
		if !strings.Contains(second.Text, "讲的是\ufffd山上") || second.Encoding != "UTF-8" || second.Decoding.Proof != corpus.ProofUTF8 {
			t.Errorf("%+v", second)
		}
	}
}
