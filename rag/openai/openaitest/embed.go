package openaitest

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// Characters is a deterministic vector of unit length, the hashed bag of the text's
// characters without case: texts that share characters lie near each other.
func Characters(text string, dimensions int) []float32 {
	counts := make([]float64, dimensions)
	for _, r := range text {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(unicode.ToLower(r)))) // a hash takes all bytes
		counts[h.Sum32()%uint32(dimensions)]++
	}
	norm := 0.0
	for _, c := range counts {
		norm += c * c
	}
	v := make([]float32, dimensions)
	for i, c := range counts {
		v[i] = float32(c / math.Sqrt(norm))
	}
	return v
}

func (s *Server) embeddings(w http.ResponseWriter, request Request, fault Fault) {
	embed, dimensions := s.Embed, s.Dimensions
	if embed == nil {
		embed = Characters
	}
	if request.Dimensions > 0 {
		dimensions = request.Dimensions
	}
	if dimensions == 0 {
		dimensions = 64
	}
	list := embeddingList{Object: "list", Model: request.Model}
	for i, text := range request.Input {
		index := i
		list.Data = append(list.Data, embedding{Object: "embedding", Index: &index, Embedding: embed(text, dimensions)})
		list.Usage.PromptTokens += len(text)/4 + 1
	}
	list.Usage.TotalTokens = list.Usage.PromptTokens
	list.Data = fault.spoil(list.Data)
	body := string(encode(list))
	if fault.Kind == NaN || fault.Kind == Huge || fault.Kind == Base64 {
		body = fault.spoilText(body)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = fmt.Fprint(w, body) // a client that has left gets no vectors
}

// spoil makes the vectors wrong in the way of the fault.
func (f Fault) spoil(data []embedding) []embedding {
	last := len(data) - 1
	switch f.Kind {
	case Fewer, Empty:
		return data[:last]
	case Dimension:
		data[last].Embedding = slices.Repeat([]float32{0.5}, f.N)
	case Zero:
		clear(data[last].Embedding)
	case Shuffled:
		slices.Reverse(data)
	case NoIndex:
		for i := range data {
			data[i].Index = nil
		}
	case Twice:
		data[0].Index = data[last].Index
	case Longer:
		for _, d := range data {
			for i := range d.Embedding {
				d.Embedding[i] *= float32(f.N)
			}
		}
	}
	return data
}

// spoilText writes what no encoder would.
func (f Fault) spoilText(body string) string {
	start := strings.LastIndex(body, `"embedding":[`) + len(`"embedding":[`)
	end := start + strings.IndexAny(body[start:], ",]")
	switch f.Kind {
	case NaN:
		return body[:start] + "NaN" + body[end:]
	case Huge:
		return body[:start] + "1e39" + body[end:]
	}
	closing := start + strings.IndexByte(body[start:], ']')
	return body[:start-1] + `"` + base64.StdEncoding.EncodeToString(make([]byte, 256)) + `"` + body[closing+1:]
}
