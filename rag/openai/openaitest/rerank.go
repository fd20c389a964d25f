package openaitest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// The parameters of /v1/rerank as Jina, SiliconFlow, vLLM and Xinference have them.
type rerankRequest struct {
	Model           string   `json:"model"`
	Query           string   `json:"query"`
	Documents       []string `json:"documents"`
	TopN            int      `json:"top_n"`
	ReturnDocuments *bool    `json:"return_documents"`
}

// TEI's parameters. It ignores what it doesn't know.
type textsRequest struct {
	Query    string    `json:"query"`
	Texts    *[]string `json:"texts"`
	Truncate bool      `json:"truncate"`
}

// ranked is one document's score, under the name that the manner has for it.
type ranked struct {
	Index          *int      `json:"index,omitempty"`
	RelevanceScore *float64  `json:"relevance_score,omitempty"`
	Score          *float64  `json:"score,omitempty"`
	Document       *document `json:"document,omitempty"`
}

type document struct {
	Text string `json:"text"`
}

type rankedList struct {
	ID      string   `json:"id"`
	Model   string   `json:"model,omitempty"`
	Results []ranked `json:"results"`
}

// teiError is how TEI reports an error.
type teiError struct {
	Error string `json:"error"`
	Type  string `json:"error_type"`
}

// cohereError is how Cohere does.
type cohereError struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// Likeness scores a document by the characters that it shares with the query, in [0, 1].
func Likeness(query, text string) float64 {
	sum := 0.0
	q, t := Characters(query, 256), Characters(text, 256)
	for i := range q {
		sum += float64(q[i]) * float64(t[i])
	}
	return min(max(sum, 0), 1)
}

// parseRerank reads a request in the manner of its path's server.
func (s *Server) parseRerank(path string, body []byte) (request Request, refusal string) {
	request = Request{Path: path, Body: string(body)}
	if s.TEI {
		var t textsRequest
		if err := json.Unmarshal(body, &t); err != nil || t.Texts == nil {
			return request, "Failed to deserialize the JSON body into the target type: missing field `texts`"
		}
		request.Query, request.Documents, request.Truncate = t.Query, *t.Texts, t.Truncate
		if len(request.Documents) == 0 {
			return request, "`texts` cannot be empty"
		}
		return request, ""
	}
	var r rerankRequest
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return request, "unknown field: " + err.Error()
	}
	request.Model, request.Query, request.Documents, request.TopN = r.Model, r.Query, r.Documents, r.TopN
	switch {
	case strings.HasPrefix(path, "/v2/") && r.ReturnDocuments != nil:
		return request, "unknown field: parameter 'return_documents' is not a valid field."
	case r.Query == "" || len(r.Documents) == 0:
		return request, "'query' and 'documents' must not be empty."
	case r.TopN < 0 || r.TopN > len(r.Documents):
		return request, "'top_n' must not be more than the documents."
	}
	request.WholeDocuments = r.ReturnDocuments == nil || *r.ReturnDocuments
	return request, ""
}

// refuseRerank answers that a request cannot be understood.
func (s *Server) refuseRerank(w http.ResponseWriter, path, refusal string) {
	switch {
	case s.TEI:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = fmt.Fprint(w, refusal)
	case strings.HasPrefix(path, "/v2/"):
		writeJSON(w, http.StatusUnprocessableEntity, cohereError{ID: "fake", Message: refusal})
	default:
		writeError(w, http.StatusBadRequest, "invalid_request_error", "", refusal)
	}
}

// refusesRerank answers what a real server refuses for its content.
func (s *Server) refusesRerank(w http.ResponseWriter, r Request) bool {
	longest := 0
	for _, d := range r.Documents {
		longest = max(longest, utf8.RuneCountInString(d))
	}
	tooLong := s.MaxChars > 0 && longest > s.MaxChars
	switch {
	case s.TEI && len(r.Documents) > cmp.Or(s.MaxBatch, 32):
		writeJSON(w, http.StatusRequestEntityTooLarge, teiError{fmt.Sprintf("batch size %d > maximum allowed batch size %d",
			len(r.Documents), cmp.Or(s.MaxBatch, 32)), "Validation"})
	case s.TEI && tooLong && !r.Truncate:
		writeJSON(w, http.StatusRequestEntityTooLarge, teiError{"`inputs` must have less tokens", "Validation"})
	case s.TEI:
		return false
	case r.Model == "" || s.RerankModel != "" && r.Model != s.RerankModel:
		writeError(w, http.StatusNotFound, "invalid_request_error", "model_not_found", "The model '"+r.Model+"' does not exist.")
	case tooLong:
		writeError(w, http.StatusBadRequest, "invalid_request_error", "", "This model's maximum context length is exceeded.")
	default:
		return false
	}
	return true
}

// rerank answers with the documents' scores, best first.
func (s *Server) rerank(w http.ResponseWriter, request Request, fault Fault) {
	score := s.Score
	if score == nil {
		score = Likeness
	}
	var list []ranked
	for i, text := range request.Documents {
		value := score(request.Query, text)
		r := ranked{Index: &i}
		if s.TEI {
			r.Score = &value
		} else {
			r.RelevanceScore = &value
		}
		if request.WholeDocuments && strings.HasPrefix(request.Path, "/v1/") {
			r.Document = &document{text}
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.value(), a.value()) })
	if request.TopN > 0 {
		list = list[:request.TopN]
	}
	list = fault.spoilRanks(list)
	text := string(encode(list))
	if !s.TEI {
		text = string(encode(rankedList{ID: "rerank-fake", Model: request.Model, Results: list}))
	}
	if fault.Kind == NaN || fault.Kind == Huge {
		text = fault.spoilScore(text)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = fmt.Fprint(w, text) // a client that has left gets no scores
}

func (r ranked) value() float64 {
	if r.Score != nil {
		return *r.Score
	}
	return *r.RelevanceScore
}

// spoilRanks makes the ranking wrong in the way of the fault.
func (f Fault) spoilRanks(list []ranked) []ranked {
	last := len(list) - 1
	switch f.Kind {
	case Fewer:
		return list[:last]
	case Empty:
		return []ranked{}
	case Shuffled:
		slices.Reverse(list)
	case NoIndex:
		list[last].Index = nil
	case NoScore:
		list[last].Score, list[last].RelevanceScore = nil, nil
	case WrongIndex:
		list[last].Index = &f.N
	case Twice:
		list[0].Index = list[last].Index
	}
	return list
}

// spoilScore writes what no encoder would.
func (f Fault) spoilScore(body string) string {
	start := strings.LastIndex(body, `score":`) + len(`score":`)
	end := start + strings.IndexAny(body[start:], ",}")
	if f.Kind == NaN {
		return body[:start] + "NaN" + body[end:]
	}
	return body[:start] + "1e999" + body[end:]
}
