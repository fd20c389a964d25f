package rag

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
)

const (
	maxGolden     = 10_000
	maxGoldenLine = 1 << 20 // bytes
	maxGoldenK    = 100
)

// ReadGolden reads questions as JSON Lines; blank lines are ignored. Its errors name the
// line.
func ReadGolden(r io.Reader) ([]Golden, error) {
	var list []Golden
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxGoldenLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		g, err := readGolden(line)
		if err == nil && len(list) == maxGolden {
			err = fmt.Errorf("there are more than %d questions", maxGolden)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, g)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: it is longer than %d bytes", n+1, maxGoldenLine)
	} else if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New(`there is no question in it; write lines such as {"question": "…", "articles": ["a.md"]}`)
	}
	return list, nil
}

func readGolden(line []byte) (g Golden, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil {
		return g, fmt.Errorf(`it is not as in {"question": "…", "articles": ["a.md"]}: %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return g, errors.New("there is something behind the object; write one on each line")
	}
	for i, a := range g.Articles {
		g.Articles[i] = path.Clean(strings.TrimSpace(a))
	}
	switch {
	case strings.TrimSpace(g.Question) == "":
		return g, errors.New("the question is missing")
	case g.Unanswerable == (len(g.Articles) > 0):
		return g, errors.New(`give either articles or "unanswerable": true`)
	case slices.Contains(g.Articles, "."):
		return g, errors.New("the path of an article is empty")
	case g.K < 0 || g.K > maxGoldenK:
		return g, fmt.Errorf("k is %d; give a number from 1 to %d", g.K, maxGoldenK)
	}
	return g, nil
}

// goldenVectors are those of the golden questions in the newest space: to ask them again
// costs an embedding server nothing.
type goldenVectors struct {
	mu    sync.Mutex
	space *space
	known map[string][]float32
}

// within forgets what belongs to another space.
func (v *goldenVectors) within(in *space) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.space == nil || v.space.store != in.store || len(v.known) > 2*maxGolden {
		v.space, v.known = in, make(map[string][]float32)
	}
}

func (v *goldenVectors) get(in *space, text string) (vector []float32, found bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.space == nil || v.space.store != in.store {
		return nil, false
	}
	vector, found = v.known[text]
	return vector, found
}

// of returns the vector of a question, from memory if it is there.
func (v *goldenVectors) of(ctx context.Context, in *space, text string) ([]float32, error) {
	if vector, found := v.get(in, text); found {
		return vector, nil
	}
	ctx, cancel := context.WithTimeout(ctx, embedQueryTimeout)
	defer cancel()
	vector, err := in.embedder.EmbedQuery(ctx, text)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.space != nil && v.space.store == in.store {
		v.known[text] = vector
	}
	return vector, nil
}

// embedGolden gets the vectors of the questions, a few at a time. If the embedder fails,
// they are asked by words only, as readers' questions are then.
func (x *Index) embedGolden(ctx context.Context, s *snapshot, golden []Golden, report *Report) (lexical bool) {
	if !s.dense {
		return false
	}
	x.golden.within(s.space)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	questions := make(chan string)
	var working sync.WaitGroup
	for range x.EmbedParallel {
		working.Go(func() {
			for q := range questions {
				if ctx.Err() != nil {
					continue
				}
				if _, err := x.golden.of(ctx, s.space, q); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, g := range golden {
		questions <- g.Question
	}
	close(questions)
	working.Wait()
	if ctx.Err() == nil {
		return false
	}
	report.Warnings = append(report.Warnings, "Gate: the questions were asked by words only, for the embedder failed: "+context.Cause(ctx).Error())
	return true
}
