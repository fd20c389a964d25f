package api

import (
	"context"
	"testing"

	"yinju/rag"
)

// Dates and sources in a question narrow the search unless that is switched off.
func TestAutoIsSwitchedOff(t *testing.T) {
	t.Parallel()
	asked, searched := make(chan bool, 1), make(chan bool, 1)
	filters := []rag.SearchedFilter{{Kind: "published", Mode: rag.ModeFilter, Words: "去年", Label: "2023", Since: "2023-01-01", Until: "2023-12-31"}}
	h := serve(t, func(s *Server, x *fakeIndex) {
		s.Answerer = fakeAnswerer(func(_ context.Context, q rag.Question, _ func(rag.Event) error) (*rag.Answer, error) {
			asked <- q.Literal
			if q.Literal {
				return &rag.Answer{}, nil
			}
			return &rag.Answer{SearchedFilters: filters}, nil
		})
		x.retrieve = func(_ context.Context, q rag.Query) (*rag.Result, error) {
			searched <- q.Literal
			if q.Literal {
				return &rag.Result{}, nil
			}
			return &rag.Result{SearchedFilters: filters}, nil
		}
	})
	type result struct {
		Filters []rag.SearchedFilter `json:"searched_filters"`
	}
	for _, test := range []struct {
		body, query string
		literal     bool
	}{
		{`{"question":"去年的报道"}`, "/search?q=a", false},
		{`{"question":"去年的报道","auto":null}`, "/search?q=a&auto=true", false},
		{`{"question":"去年的报道","auto":true}`, "/search?auto=true&q=a", false},
		{`{"question":"去年的报道","auto":false}`, "/search?q=a&auto=false", true},
	} {
		answer := into[result](t, h.do(t, "POST", "/ask", test.body), 200)
		found := into[result](t, h.do(t, "GET", test.query, ""), 200)
		if <-asked != test.literal || <-searched != test.literal {
			t.Errorf("%s, %s: literal is not %v", test.body, test.query, test.literal)
		}
		want := 1
		if test.literal {
			want = 0
		}
		if answer.Filters == nil || len(answer.Filters) != want || found.Filters == nil || len(found.Filters) != want {
			t.Errorf("%s, %s: %+v, %+v", test.body, test.query, answer.Filters, found.Filters)
		}
	}
	problemIn(t, h.do(t, "POST", "/ask", `{"question":"a","auto":"false"}`), 400, "wrong_type")
	problemIn(t, h.do(t, "GET", "/search?q=a&auto=0", ""), 400, "bad_flag")
}
