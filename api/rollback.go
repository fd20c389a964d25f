package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"yinju/rag"
)

// rollback serves an earlier generation and answers with the progress. to is its number,
// or "previous".
func (s *Server) rollback(c *gin.Context, to string) error {
	var n uint64
	if to != "previous" {
		var err error
		if n, err = strconv.ParseUint(to, 10, 64); err != nil || n == 0 {
			return fault("bad_generation", "to")
		}
	}
	if _, err := s.Index.Rollback(n); err != nil {
		return err
	}
	return s.respond(c, http.StatusOK, wholeProgress(s.Index.Progress()))
}

// generationProblem says which generations can be had.
func generationProblem(e *rag.GenerationError) *problem {
	if len(e.Have) == 0 {
		return fault("no_generations")
	}
	p := fault("no_such_generation", e.List())
	if e.Wanted == 0 {
		p = fault("no_generation_before", e.List())
	}
	return p
}

// gateProblem says which question failed first, and what came instead.
func gateProblem(e *rag.GateError) *problem {
	worse := e.Regressions()
	first := worse[0]
	return fault("gate_failed", len(worse), first.Question, someOf(first.Expected), someOf(first.Came))
}

func someOf(paths []string) string {
	if len(paths) == 0 {
		return "—"
	}
	return strings.Join(paths, ", ")
}
