//go:build heavy

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yinju/corpus"
	"yinju/rag"
)

// reader asks in a loop.
type reader struct {
	t      *testing.T
	url    string
	ledger *ledger
	r      *rand.Rand
}

func (r *reader) loop(ctx context.Context) {
	for n := 0; ctx.Err() == nil && !r.t.Failed(); n++ {
		i := r.r.IntN(loose + 14)
		path := articlePath(i)
		question := placeOfPath(path) + "的石桥全长多少米？"
		switch n % 4 {
		case 0:
			r.whole(path, question, i < loose)
		case 1:
			r.streamed(path, question, i < loose)
		case 2:
			r.search(question)
		case 3:
			r.article(path, i < loose)
		}
		r.ledger.mu.Lock()
		r.ledger.answers++
		r.ledger.mu.Unlock()
	}
}

func (r *reader) get(method, path, body string, ok ...int) string {
	request, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return ""
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Error(err)
		return ""
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || !slices.Contains(ok, response.StatusCode) {
		r.t.Errorf("%s %s %s: %d %v %s", method, path, body, response.StatusCode, err, data)
		return ""
	}
	if response.StatusCode != http.StatusOK {
		return ""
	}
	return string(data)
}

func (r *reader) decode(data string, out any) bool {
	if data == "" {
		return false
	}
	if err := json.Unmarshal([]byte(data), out); err != nil {
		r.t.Errorf("%v in %s", err, data)
		return false
	}
	return true
}

func (r *reader) whole(path, question string, must bool) {
	var a rag.Answer
	if r.decode(r.get("POST", "/ask", fmt.Sprintf(`{"question":%q}`, question), http.StatusOK), &a) {
		r.check(path, &a, must)
	}
}

func (r *reader) streamed(path, question string, must bool) {
	stream := r.get("POST", "/ask", fmt.Sprintf(`{"question":%q,"stream":true}`, question), http.StatusOK)
	if stream == "" {
		return
	}
	var a rag.Answer
	var passages []rag.Citation
	event, deltas, done := "", "", false
	lines := bufio.NewScanner(strings.NewReader(stream))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, found := strings.CutPrefix(lines.Text(), "event:"); found {
			event = strings.TrimSpace(name)
		}
		data, found := strings.CutPrefix(lines.Text(), "data:")
		switch {
		case !found:
		case event == "passages":
			var list struct{ Passages []rag.Citation }
			r.decode(data, &list)
			passages = list.Passages
		case event == "delta":
			var piece struct{ Text string }
			r.decode(data, &piece)
			deltas += piece.Text
		case event == "done":
			done = r.decode(data, &a)
		case event == "error":
			r.t.Errorf("%s: %s", question, data)
		}
	}
	if !done || a.Answered && (len(passages) == 0 || deltas != a.Answer) {
		r.t.Errorf("%s: a stream of %d passages and %q:\n%s", question, len(passages), deltas, stream)
		return
	}
	for _, p := range passages {
		r.citation(a.Generation, p)
	}
	r.check(path, &a, must)
}

var mark = regexp.MustCompile(`第(\d+)版`)

func numbers(text string) (list []int) {
	for _, m := range mark.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1]) // digits
		list = append(list, n)
	}
	return list
}

// check holds an answer to its generation: all that it says and cites.
func (r *reader) check(path string, a *rag.Answer, must bool) {
	if !a.Complete && a.Answered || a.Generation == 0 {
		r.t.Errorf("answer %+v", a)
	}
	cited := make(map[int]bool)
	about := false
	for _, c := range append(slices.Clone(a.Citations), a.Closest...) {
		for _, n := range r.citation(a.Generation, c) {
			cited[n] = true
		}
		about = about || c.ArticleID == corpus.ArticleID(path) && strings.Contains(c.Quote, "的石桥全长")
	}
	for _, n := range numbers(a.Answer) {
		if !cited[n] {
			r.t.Errorf("the answer %q has text %d, the citations %v have not", a.Answer, n, cited)
		}
	}
	if must && !(a.Answered && about) {
		r.t.Errorf("%s is always there, and the answer is %+v", path, a)
	}
}

// citation checks that title, quote, offsets and surroundings are of one text.
func (r *reader) citation(generation uint64, c rag.Citation) []int {
	all := append(numbers(c.Title), numbers(c.Quote)...)
	if len(all) == 0 {
		r.t.Errorf("citation %+v tells no text", c)
		return nil
	}
	r.ledger.saw(r.t, generation, c.ArticleID, all...)
	r.span(all[0], c.Start, c.End, c.Quote)
	if text := []rune(r.ledger.text(all[0])); c.Start <= c.End && c.End <= len(text) {
		if !strings.HasSuffix(string(text[:c.Start]), c.Prefix) || !strings.HasPrefix(string(text[c.End:]), c.Suffix) {
			r.t.Errorf("citation %+v has other surroundings", c)
		}
	}
	return all
}

func (r *reader) span(number, start, end int, quote string) {
	text := []rune(r.ledger.text(number))
	if start < 0 || end > len(text) || start >= end || string(text[start:end]) != quote {
		r.t.Errorf("%d to %d of text %d is not %q", start, end, number, quote)
	}
}

func (r *reader) search(question string) {
	var found struct {
		Generation uint64
		Hits       []struct {
			ArticleID  string `json:"article_id"`
			Title      string
			Text       string
			Start, End int
		}
	}
	if !r.decode(r.get("GET", "/search?k=20&q="+url.QueryEscape(question), "", http.StatusOK), &found) {
		return
	}
	for _, h := range found.Hits {
		all := append(numbers(h.Title), numbers(h.Text)...)
		r.ledger.saw(r.t, found.Generation, h.ArticleID, all...)
		r.span(all[0], h.Start, h.End, h.Text)
	}
	if len(found.Hits) == 0 {
		r.t.Errorf("%s finds nothing", question)
	}
}

// article reads one: its text must be one of those written, whole.
func (r *reader) article(path string, must bool) {
	ok := []int{http.StatusOK, http.StatusNotFound}
	if must {
		ok = ok[:1]
	}
	var a struct{ Path, Title, Text string }
	if r.decode(r.get("GET", "/articles/"+corpus.ArticleID(path), "", ok...), &a) {
		if all := numbers(a.Title); len(all) != 1 || a.Path != path || r.ledger.text(all[0]) != a.Text {
			r.t.Errorf("%s is %+v", path, a)
		}
	}
}
