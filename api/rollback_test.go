package api

import (
	"net/http"
	"strings"
	"testing"

	"yinju/rag"
)

func TestGenerationProblems(t *testing.T) {
	t.Parallel()
	s := &Server{}
	worse := &rag.GateError{GateReport: rag.GateReport{Questions: 3, Failed: []rag.GateFailure{
		{Question: "问", Expected: []string{"a.md"}, Came: []string{"b.md", "c.md"}, Regression: true}, {Question: "旧"},
	}}}
	for _, test := range []struct {
		err    error
		status int
		code   string
		says   string
	}{
		{&rag.GenerationError{Wanted: 9, Have: []uint64{2, 3}}, http.StatusNotFound, "no_such_generation", "2, 3"},
		{&rag.GenerationError{Have: []uint64{3}}, http.StatusNotFound, "no_generation_before", "3"},
		{&rag.GenerationError{}, http.StatusNotFound, "no_generations", ""},
		{rag.ErrPinned, http.StatusConflict, "pinned", ""},
		{worse, http.StatusConflict, "gate_failed", `1 个答不出了。例如 "问"：应找到 a.md，找到的是 b.md, c.md`},
	} {
		p := s.problemOf(test.err)
		if body := p.body("zh"); p.status != test.status || p.code != test.code || !strings.Contains(body.Error.Message, test.says) || strings.Contains(body.Error.Message, "%!") {
			t.Errorf("%v: %d %+v", test.err, p.status, body)
		}
	}
}
