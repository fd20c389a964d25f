//go:build heavy

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
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
)

const (
	stormKills = 50
	stormEdits = 8 // before a reload that is checked, and again before one that is killed
	stormPaths = 24
)

// TestStorm adds, changes, removes, renames and truncates articles 500 times at random
// beside 8 clients, and kills the binary 50 times while it takes that in. After every
// reload and every start what is served is the folder, and the report adds up; every
// answer is of one generation.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := &storm{t: t, dir: t.TempDir(), state: make(map[string]int), at: [][]string{nil}, seen: make(map[string]int), r: rand.New(rand.NewPCG(7, 7))}
	for i := range stormPaths {
		s.write(s.path(i))
	}
	binary, data := buildBinary(t), t.TempDir()
	boot := func() {
		c := launch(t, binary, "-articles", s.dir, "-data", data, "-no-watch", "-log-level", "warn")
		s.mu.Lock()
		defer s.mu.Unlock()
		s.child, s.epoch, s.dying = c, s.epoch+1, false
	}
	boot()
	s.child.untilReady()
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() { s.ask(ctx, rand.New(rand.NewPCG(uint64(i), 8))) })
	}
	for round := 0; s.kills < stormKills && !t.Failed(); round++ {
		for range stormEdits {
			s.edit()
		}
		s.check()
		for range stormEdits {
			s.edit()
		}
		if round%2 == 0 { // within a first load
			s.die()
			boot()
			time.Sleep(time.Duration(s.r.IntN(300)) * time.Millisecond) // the random moment
		} else {
			begin(s.child)
			time.Sleep(time.Duration(s.r.IntN(40)) * time.Millisecond)
		}
		s.die()
		boot()
		s.child.untilReady()
		s.check()
	}
	stop()
	clients.Wait()
	t.Logf("%d edits, %d kills, %d answers", s.edits, s.kills, s.answers)
	if s.answers < 200 || s.edits < 500 {
		t.Errorf("only %d answers and %d edits: the test proves little", s.answers, s.edits)
	}
}

// storm is a folder in disorder, and the server of the moment.
type storm struct {
	t     *testing.T
	dir   string
	state map[string]int // path → number of its text; 0: there is a file without text
	r     *rand.Rand
	kills int
	edits int

	mu      sync.Mutex
	child   *child
	epoch   int            // how often it was started
	dying   bool           // it is being killed, or dead
	at      [][]string     // number of a text → where it has stood
	seen    map[string]int // epoch, generation and path → number of the text that was read there
	answers int
}

func (s *storm) path(i int) string { return fmt.Sprintf("%c/%02d.md", 'a'+i%4, i) }

// edit does something to a file. The first one is always there.
func (s *storm) edit() {
	s.edits++
	path := s.path(1 + s.r.IntN(stormPaths-1))
	_, there := s.state[path]
	full := filepath.Join(s.dir, path)
	var err error
	switch kind := s.r.IntN(8); {
	case !there || kind < 3:
		s.write(path)
	case kind == 3:
		s.write(s.path(0))
	case kind == 4:
		err = os.Remove(full)
		delete(s.state, path)
	case kind == 5:
		err = os.Truncate(full, 0)
		s.state[path] = 0
	default:
		to := s.path(1 + s.r.IntN(stormPaths-1))
		if err = os.Rename(full, filepath.Join(s.dir, to)); to != path {
			s.state[to] = s.state[path]
			delete(s.state, path)
			s.stands(s.state[to], to)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *storm) stands(number int, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at[number] = append(s.at[number], path)
}

// write makes up a text. Its number is in every sentence.
func (s *storm) write(path string) {
	s.mu.Lock()
	number := len(s.at)
	s.at = append(s.at, nil)
	s.mu.Unlock()
	s.stands(number, path)
	r := rand.New(rand.NewPCG(uint64(number), 6))
	place := placeName(number % 5 * 41)
	var b strings.Builder
	for n := range 8 {
		if n == number%8 {
			fmt.Fprintf(&b, "%s的石桥全长%d米（第%d版）。", place, 10_000+number, number)
		}
		fmt.Fprintf(&b, "%s（第%d版）。\n\n", strings.TrimSuffix(sentence(r, place), "。"), number)
	}
	write(s.t, s.dir, "new.tmp", b.String())
	if err := os.Rename(filepath.Join(s.dir, "new.tmp"), filepath.Join(s.dir, mkdir(s.t, s.dir, path))); err != nil {
		s.t.Fatal(err)
	}
	s.state[path] = number
}

func (s *storm) die() {
	s.mu.Lock()
	s.dying = true
	s.mu.Unlock()
	s.child.kill()
	s.kills++
}

var edition = regexp.MustCompile(`第(\d+)版`)

// check reloads, and compares report and articles with the folder.
func (s *storm) check() {
	s.t.Helper()
	report := s.child.reload()
	var broken, skipped, whole, served []string
	for _, path := range slices.Sorted(maps.Keys(s.state)) {
		if s.state[path] == 0 {
			broken = append(broken, path)
		} else {
			whole = append(whole, path)
		}
	}
	for _, f := range report.Skipped {
		if skipped = append(skipped, f.Path); f.Reason == "" {
			s.t.Errorf("%s was skipped for no reason", f.Path)
		}
	}
	if n := len(report.Added) + len(report.Changed) + report.Unchanged; n != len(whole) || !slices.Equal(skipped, broken) {
		s.t.Errorf("%d added, %d changed, %d unchanged of %d; skipped %v, broken are %v", len(report.Added), len(report.Changed), report.Unchanged, len(whole), skipped, broken)
	}
	var list struct{ Articles []struct{ ID, Path string } }
	s.child.call("GET", "/articles?limit=1000", "", &list)
	for _, a := range list.Articles {
		served = append(served, a.Path)
		var article struct{ Text string }
		s.child.call("GET", "/articles/"+a.ID, "", &article)
		for _, n := range edition.FindAllStringSubmatch(article.Text, -1) {
			if n[1] != strconv.Itoa(s.state[a.Path]) {
				s.t.Fatalf("%s is served as text %s, it is %d", a.Path, n[1], s.state[a.Path])
			}
		}
	}
	if !slices.Equal(served, whole) {
		s.t.Errorf("served are %v, there are %v", served, whole)
	}
}

// ask asks until ctx is done. A server that is killed meanwhile owes no answer.
func (s *storm) ask(ctx context.Context, r *rand.Rand) {
	ids := make(map[string]string)
	for i := range stormPaths {
		ids[corpus.ArticleID(s.path(i))] = s.path(i)
	}
	for ctx.Err() == nil {
		s.mu.Lock()
		url, epoch := s.child.url, s.epoch
		s.mu.Unlock()
		var answer struct {
			Generation uint64
			Citations  []struct {
				ID    string `json:"article_id"`
				Quote string
			}
		}
		question := placeName(r.IntN(5)*41) + "的石桥全长多少米？"
		status, err := post(ctx, url+"/ask", fmt.Sprintf(`{"question":%q}`, question), &answer)
		s.mu.Lock()
		switch excused := s.dying || s.epoch != epoch || ctx.Err() != nil; {
		case status == http.StatusServiceUnavailable || err != nil && excused:
		case err != nil || status != http.StatusOK:
			s.t.Errorf("%s: %d, %v", question, status, err)
		default:
			s.answers++
			for _, c := range answer.Citations {
				for _, n := range edition.FindAllStringSubmatch(c.Quote, -1) {
					number, _ := strconv.Atoi(n[1]) // the expression finds numbers only
					s.read(epoch, answer.Generation, ids[c.ID], number)
				}
			}
		}
		s.mu.Unlock()
		time.Sleep(time.Duration(r.IntN(60)) * time.Millisecond) // 8 clients, two cores
	}
}

// read notes what a client has read. It must be called with the lock held.
func (s *storm) read(epoch int, generation uint64, path string, number int) {
	key := fmt.Sprintf("start %d, generation %d, %s", epoch, generation, path)
	if before, found := s.seen[key]; found && before != number {
		s.t.Errorf("%s: texts %d and %d", key, before, number)
	}
	s.seen[key] = number
	if number >= len(s.at) || !slices.Contains(s.at[number], path) {
		s.t.Errorf("%s: text %d has never been there", key, number)
	}
}

func post(ctx context.Context, url, body string, out any) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, json.NewDecoder(response.Body).Decode(out)
}
