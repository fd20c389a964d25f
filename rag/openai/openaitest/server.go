// Package openaitest is a fake OpenAI-compatible server for tests: faithful in its wire
// format, strict about what it accepts, and as faulty as real servers when told to be.
package openaitest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the fake. Set the exported fields before its first request; the methods are
// safe for concurrent use. It is an http.Handler for
//
//	POST /v1/chat/completions   streamed and whole
//	POST /v1/embeddings
//	POST /v1/rerank             in Jina's manner
//	POST /v2/rerank             in Cohere's, which refuses unknown fields
//	POST /rerank                as /v1/rerank, or in the manner of Hugging Face's TEI
//	GET  /v1/models
//
// and, for tests in other languages, POST /script with a JSON array of Faults, and GET
// /requests, which lists the Requests so far. The zero value is ready for use.
type Server struct {
	Key         string        // demanded as bearer token, if not empty
	Model       string        // the chat model's name; empty accepts any
	EmbedModel  string        // the embedding model's name; empty accepts any
	RerankModel string        // the reranking model's name; empty accepts any
	TEI         bool          // rerank in TEI's manner, and at /rerank only
	Dimensions  int           // of the vectors; 0 means 64
	MaxBatch    int           // inputs in one embedding request; 0 means 2048, and 32 for TEI's texts
	MaxChars    int           // code points of one input or document, or of all messages; 0 means any
	PieceDelay  time.Duration // between the pieces of an answer
	Models      []string      // listed at /models besides the above
	Date        string        // header of /models, to be wrong with; empty means the right one

	// Reply writes the answer, in the pieces in which it is streamed. nil means Quote.
	Reply func(Request) []string
	// Embed makes the vector of a text. nil means Characters.
	Embed func(text string, dimensions int) []float32
	// Score judges a document. nil means Likeness.
	Score func(query, text string) float64

	mu       sync.Mutex
	script   []Fault
	requests []Request
	gone     chan int
}

// Message is one of a chat request's messages.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Request is what a client asked. Fields of the other kind of request are empty.
type Request struct {
	Path           string    `json:"path"`
	Body           string    `json:"body"` // as it came
	Model          string    `json:"model"`
	Stream         bool      `json:"stream"`
	Messages       []Message `json:"messages"`
	Input          []string  `json:"input"`
	Dimensions     int       `json:"dimensions"`
	Query          string    `json:"query"`
	Documents      []string  `json:"documents"`
	TopN           int       `json:"top_n"`
	WholeDocuments bool      `json:"whole_documents"` // asked for the documents back, or left it open
	Truncate       bool      `json:"truncate"`
	Status         int       `json:"status"`       // what was answered; 0 until then
	Disconnected   bool      `json:"disconnected"` // the client left before the end
}

// Start serves s on a loopback port and returns the base URL, ending in /v1, and what
// ends it.
func (s *Server) Start() (baseURL string, stop func()) {
	server := httptest.NewServer(s)
	return server.URL + "/v1", func() {
		// A stalled answer would hold Close back for ever.
		server.CloseClientConnections()
		server.Close()
	}
}

// Requests returns the requests to path ("chat", "embeddings", "rerank", or "" for all) so far.
func (s *Server) Requests(path string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Request{}
	for _, r := range s.requests {
		if strings.Contains(r.Path, path) {
			found = append(found, r)
		}
	}
	return found
}

// Embedded counts the texts for which vectors were sent.
func (s *Server) Embedded() int {
	n := 0
	for _, r := range s.Requests("embeddings") {
		if r.Status == http.StatusOK {
			n += len(r.Input)
		}
	}
	return n
}

// Gone yields the number of each request (from 0, in the order of Requests("")) whose
// client left before the end of the answer.
func (s *Server) Gone() <-chan int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.goneLocked()
}

func (s *Server) goneLocked() chan int {
	if s.gone == nil {
		s.gone = make(chan int, 1024)
	}
	return s.gone
}

// Script appends faults: each is used up by the next request that it fits.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, faults...)
}

// Reset forgets the script and the requests.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.requests = nil, nil
}

func (s *Server) next(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.script {
		f := s.script[i]
		if !f.fits(path) {
			continue
		}
		if s.script[i].Times--; s.script[i].Times <= 0 {
			s.script = slices.Delete(s.script, i, i+1)
		}
		return f
	}
	return Fault{}
}

func (s *Server) record(r Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	return len(s.requests) - 1
}

// ended notes how request n went.
func (s *Server) ended(n, status int, left bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n >= len(s.requests) { // forgotten by Reset
		return
	}
	s.requests[n].Status, s.requests[n].Disconnected = status, left
	if left {
		select {
		case s.goneLocked() <- n:
		default: // nobody listens
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /v1/chat/completions", "POST /v1/embeddings":
		s.model(w, r)
	case "POST /v1/rerank", "POST /v2/rerank", "POST /rerank":
		if s.TEI && r.URL.Path != "/rerank" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		s.model(w, r)
	case "GET /v1/models":
		if s.Date != "" {
			w.Header().Set("Date", s.Date)
		}
		if s.authorized(w, r) {
			writeJSON(w, http.StatusOK, s.models())
		}
	case "POST /script":
		var faults []Fault
		if err := json.NewDecoder(r.Body).Decode(&faults); err != nil {
			writeError(w, http.StatusBadRequest, "invalid_request_error", "", "The script is not a list of faults.")
			return
		}
		s.Script(faults...)
		w.WriteHeader(http.StatusNoContent)
	case "GET /requests":
		writeJSON(w, http.StatusOK, s.Requests(""))
	default:
		writeError(w, http.StatusNotFound, "invalid_request_error", "", "Unknown request URL: "+r.Method+" "+r.URL.Path+".")
	}
}

func (s *Server) authorized(w http.ResponseWriter, r *http.Request) bool {
	got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.Key == "" || subtle.ConstantTimeCompare([]byte(got), []byte(s.Key)) == 1 {
		return true
	}
	// As real servers do, the error quotes the key.
	writeError(w, http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: "+got+".")
	return false
}

// model answers a request for an answer, for vectors or for a ranking.
func (s *Server) model(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	if err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request_error", "", "The body cannot be read.")
		return
	}
	watched := &recorder{ResponseWriter: w}
	ranking := strings.HasSuffix(r.URL.Path, "/rerank")
	read := parse
	if ranking {
		read = s.parseRerank
	}
	request, refusal := read(r.URL.Path, body)
	n := s.record(request)
	defer func() { s.ended(n, watched.status, r.Context().Err() != nil) }()

	fault := s.next(r.URL.Path)
	switch {
	case !s.authorized(watched, r):
	case fault.answers(watched, r):
	case ranking && refusal != "":
		s.refuseRerank(watched, r.URL.Path, refusal)
	case ranking && s.refusesRerank(watched, request):
	case ranking:
		s.rerank(watched, request, fault)
	case refusal != "":
		writeError(watched, http.StatusBadRequest, "invalid_request_error", "", refusal)
	case s.refuses(watched, request):
	case strings.HasSuffix(r.URL.Path, "/embeddings"):
		s.embeddings(watched, request, fault)
	default:
		s.chat(watched, r, request, fault)
	}
}

// recorder remembers the status, and passes on Flush.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
