//go:build heavy

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yinju/corpus"
	"yinju/rag"
)

// TestEveryAnswerIsOfOneGeneration lets clients ask while an editor changes the folder
// 200 times. Every text that the editor writes carries a number of its own in its title
// and in every sentence, so what a client reads tells which text it came from; the
// ledger tells which texts a generation may hold.
func TestEveryAnswerIsOfOneGeneration(t *testing.T) {
	t.Parallel()
	e := &editor{dir: t.TempDir(), ledger: newLedger(), broken: make(map[string]bool), r: rand.New(rand.NewPCG(1, 2))}
	for i := range loose + 14 {
		e.write(t, articlePath(i), i < loose)
	}
	e.server = start(t, nil, "-articles", e.dir)
	e.reload(t)

	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for i := range 8 {
		r := &reader{t: t, url: e.server.url, ledger: e.ledger, r: rand.New(rand.NewPCG(uint64(i), 3))}
		clients.Go(func() { r.loop(ctx) })
	}
	for step := range 200 {
		if t.Failed() {
			break
		}
		if step%10 == 9 {
			e.letWatcherSee(t)
			continue
		}
		for range 1 + e.r.IntN(3) {
			e.edit(t)
		}
		e.reload(t)
	}
	stop()
	clients.Wait()
	e.ledger.settle(t)
}

// The first articles are always there and always whole, so that a question about them
// must be answered. The others come, go and break.
const loose = 6

func articlePath(i int) string { return fmt.Sprintf("%c/%02d.md", 'a'+i%3, i) }

// editor changes the folder.
type editor struct {
	dir    string
	server *server
	ledger *ledger
	broken map[string]bool
	r      *rand.Rand
}

// write puts a new text in the place of the file, by way of a rename if asked to.
func (e *editor) write(t *testing.T, path string, byRename bool) {
	number, text := e.ledger.next(path)
	delete(e.broken, path)
	if !byRename {
		write(t, e.dir, path, text)
	} else if err := os.Rename(write(t, e.dir, fmt.Sprintf("new-%d.tmp", number), text), filepath.Join(e.dir, mkdir(t, e.dir, path))); err != nil {
		t.Fatal(err)
	}
	e.ledger.now(path, number)
}

func mkdir(t *testing.T, dir, path string) string {
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// edit adds, changes, removes or breaks an article.
func (e *editor) edit(t *testing.T) {
	i := e.r.IntN(loose + 14)
	path := articlePath(i)
	if i < loose {
		e.write(t, path, true)
		return
	}
	switch e.r.IntN(7) {
	case 0:
		if err := os.Remove(filepath.Join(e.dir, path)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		delete(e.broken, path)
		e.ledger.now(path, 0)
	case 1, 2:
		_, text := e.ledger.next(path)
		switch half := len(text) / 2; e.r.IntN(4) {
		case 0: // bytes of no encoding
			text = text[:half] + "\xff\xfe\xff\x80" + text[half:]
		case 1: // cut within a character
			for text[half]&0xc0 != 0x80 {
				half++
			}
			text = text[:half]
		case 2:
			text = text[:half] + "\x00" + text[half:]
		case 3:
			text = ""
		}
		write(t, e.dir, path, text)
		e.broken[path] = true
		e.ledger.now(path, 0)
	default:
		e.write(t, path, e.r.IntN(2) == 0)
	}
}

// reload checks the report against the folder and enters the generation in the ledger.
func (e *editor) reload(t *testing.T) {
	r := e.server.reload()
	files := 0
	for i := range loose + 14 {
		if _, err := os.Stat(filepath.Join(e.dir, articlePath(i))); err == nil {
			files++
		}
	}
	var skipped []string
	for _, s := range r.Skipped {
		skipped = append(skipped, s.Path)
		if s.Reason == "" {
			t.Errorf("%s was skipped for no reason", s.Path)
		}
	}
	if n := len(r.Added) + len(r.Changed) + r.Unchanged + len(r.Skipped); n != files {
		t.Errorf("%d added, %d changed, %d unchanged and %d skipped are not the %d files: %+v", len(r.Added), len(r.Changed), r.Unchanged, len(r.Skipped), files, r)
	}
	if want := slices.Sorted(maps.Keys(e.broken)); !slices.Equal(skipped, want) {
		t.Errorf("skipped %+v, broken are %q", r.Skipped, want)
	}
	e.ledger.reported(t, r.Generation)
}

// letWatcherSee changes an article and waits until that serves without being asked to.
func (e *editor) letWatcherSee(t *testing.T) {
	before := e.progress().Generation
	e.write(t, articlePath(0), true)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if p := e.progress(); p.Generation > before && p.Phase == rag.PhaseIdle {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the watcher has seen nothing; log:\n%s", e.server.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
	e.reload(t)
}

func (e *editor) progress() (p rag.Progress) {
	e.server.call("GET", "/reload", "", &p)
	return p
}

// ledger knows every text by its number, and what each generation may hold.
type ledger struct {
	mu        sync.Mutex
	texts     []textOf                  // by number
	state     map[string]int            // path → number of the text now in the folder
	known     map[uint64]known          // generations that a reload has reported
	seen      map[uint64]map[string]int // generation → path → number that a client has read
	answers   int
	articleID map[string]string // → path
}

type textOf struct{ path, text string }

// known is a generation whose articles are certain: nothing was written from the start
// of the reload until it was reported.
type known struct {
	state map[string]int
	last  int // number of the last text written by then
}

func newLedger() *ledger {
	l := &ledger{
		texts: make([]textOf, 1), state: make(map[string]int), known: make(map[uint64]known),
		seen: make(map[uint64]map[string]int), articleID: make(map[string]string),
	}
	for i := range loose + 14 {
		l.articleID[corpus.ArticleID(articlePath(i))] = articlePath(i)
	}
	return l
}

// next makes up the next text of an article.
func (l *ledger) next(path string) (number int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	number = len(l.texts)
	place := placeOfPath(path)
	mark := fmt.Sprintf("（第%d版）。", number)
	r := rand.New(rand.NewPCG(uint64(number), 5))
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s见闻第%d版\n---\n", place, number)
	for n := range 12 {
		b.WriteString(strings.TrimSuffix(sentence(r, place), "。") + mark)
		if n == number%12 {
			fmt.Fprintf(&b, "%s的石桥全长%d米%s", place, 10_000+number, mark)
		}
		if n%3 == 2 {
			b.WriteString("\n\n")
		}
	}
	l.texts = append(l.texts, textOf{path, b.String()})
	return number, b.String()
}

func placeOfPath(path string) string {
	n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), ".md")) // all are numbers
	return placeName(n * 41)
}

func (l *ledger) now(path string, number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state[path] = number; number == 0 {
		delete(l.state, path)
	}
}

func (l *ledger) reported(t *testing.T, generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k, again := l.known[generation]; again && !maps.Equal(k.state, l.state) {
		t.Errorf("generation %d was reported for two states of the folder", generation)
	}
	l.known[generation] = known{maps.Clone(l.state), len(l.texts) - 1}
}

// saw enters what a client has read in a generation.
func (l *ledger) saw(t *testing.T, generation uint64, articleID string, numbers ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := l.articleID[articleID]
	if l.seen[generation] == nil {
		l.seen[generation] = make(map[string]int)
	}
	for _, n := range numbers {
		if n <= 0 || n >= len(l.texts) || l.texts[n].path != path {
			t.Errorf("generation %d has text %d as %q", generation, n, path)
		} else if before, found := l.seen[generation][path]; found && before != n {
			t.Errorf("generation %d has texts %d and %d of %s", generation, before, n, path)
		}
		l.seen[generation][path] = n
	}
}

func (l *ledger) text(number int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number <= 0 || number >= len(l.texts) {
		return ""
	}
	return l.texts[number].text
}

// settle compares what was read in each generation with what it held, or, if the
// watcher made it while the editor wrote, with what it may have held.
func (l *ledger) settle(t *testing.T) {
	generations := slices.Sorted(maps.Keys(l.known))
	certain := 0
	for g, articles := range l.seen {
		i, exact := slices.BinarySearch(generations, g)
		if exact {
			certain++
		}
		for path, n := range articles {
			switch {
			case exact && l.known[g].state[path] != n:
				t.Errorf("generation %d holds text %d of %s, a client has read %d", g, l.known[g].state[path], path, n)
			case !exact && i > 0 && n < l.known[generations[i-1]].state[path]:
				t.Errorf("generation %d has text %d of %s, older than the one before it", g, n, path)
			case !exact && i < len(generations) && n > l.known[generations[i]].last:
				t.Errorf("generation %d has text %d of %s, newer than the one behind it", g, n, path)
			}
		}
	}
	t.Logf("%d answers in %d generations, %d of them certain", l.answers, len(l.seen), certain)
	if certain < 100 || l.answers < 1000 {
		t.Errorf("only %d answers in %d certain generations: the test proves little", l.answers, certain)
	}
}

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
