package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/segment"
	"yinju/rag"
)

// BenchmarkLexicalSearch measures what the README states: retrieval by words and
// characters, without an embedder, among 100,000 passages of news length, one question
// at a time on one processor. No question comes twice.
//
//	go test ./cmd/yinju -run '^$' -bench LexicalSearch -benchtime 2000x
func BenchmarkLexicalSearch(b *testing.B) {
	const passages = 100_000
	words, err := segment.New(segment.Config{})
	if err != nil {
		b.Fatal(err)
	}
	w := newWriter(b)
	var articles []*corpus.Article
	var asked []string
	splitter := &corpus.Splitter{Words: words.Words}
	for n := 0; n < passages; {
		a := w.article(len(articles))
		articles = append(articles, a)
		n += len(splitter.Split(a))
		asked = append(asked, w.question(), w.question())
	}
	x := &rag.Index{
		Load: func(context.Context, corpus.Known, func(corpus.Step)) (*corpus.Loaded, error) {
			return &corpus.Loaded{Articles: articles}, nil
		},
		Split: splitter.Split, Words: words.Terms, Cut: words.Words, Version: "bench", TestPhrases: -1,
	}
	defer x.Close()
	before, began := heapMB(), time.Now()
	if _, err := x.Reload(b.Context(), false); err != nil {
		b.Fatal(err)
	}
	indexing, memory := time.Since(began).Seconds(), heapMB()-before
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	took := make([]float64, 0, b.N)
	for b.Loop() {
		question := asked[len(took)%len(asked)]
		began := time.Now()
		result, err := x.Retrieve(b.Context(), rag.Query{Text: question})
		took = append(took, time.Since(began).Seconds()*1000)
		if err != nil || len(result.Hits) == 0 {
			b.Fatalf("%s: %v, %v", question, result, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(quantile(took, 0.5), "p50-ms")
	b.ReportMetric(quantile(took, 0.95), "p95-ms")
	b.ReportMetric(quantile(took, 0.99), "p99-ms")
	b.ReportMetric(indexing, "index-s")
	b.ReportMetric(memory, "index-MB")
}

// writer writes Chinese news without sense but with the statistics of terms that count
// here: words as frequent as Jieba's dictionary says, so by Zipf's law, and articles
// that keep to a subject, whose words come again and again.
type writer struct {
	r       *rand.Rand
	words   []string
	upTo    []float64 // sums of the frequencies of words
	subject []string  // of the article written last
}

func newWriter(tb testing.TB) *writer {
	tb.Helper()
	file, err := os.Open("../../corpus/segment/dict/jieba.dict.utf8.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		tb.Fatal(err)
	}
	w := &writer{r: rand.New(rand.NewPCG(7, 11))}
	sum := 0.0
	lines := bufio.NewScanner(unzipped)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		frequency, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			tb.Fatal(err)
		}
		sum += frequency
		w.words, w.upTo = append(w.words, fields[0]), append(w.upTo, sum)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return w
}

// word is any word, the frequent ones more often.
func (w *writer) word() string {
	return w.words[sort.SearchFloat64s(w.upTo, w.r.Float64()*w.upTo[len(w.upTo)-1])]
}

// topic is a word that can be a subject: no function word, and seldom a rare one.
func (w *writer) topic() string {
	for {
		if word := w.word(); utf8.RuneCountInString(word) > 1 {
			return word
		}
	}
}

// article is news of 800 to 2,000 characters.
func (w *writer) article(number int) *corpus.Article {
	w.subject = w.subject[:0]
	for range 40 {
		w.subject = append(w.subject, w.topic())
	}
	text := &strings.Builder{}
	for length := 800 + w.r.IntN(1200); utf8.RuneCountInString(text.String()) < length; {
		for range 2 + w.r.IntN(4) {
			w.sentence(text)
		}
		text.WriteString("\n\n")
	}
	path := fmt.Sprintf("%06d.txt", number)
	return &corpus.Article{
		ID: corpus.ArticleID(path), Path: path, Title: strings.Join(w.subject[:3], ""), Source: "日报",
		Published: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, number%2000),
		Text:      text.String(), Format: "text",
	}
}

func (w *writer) sentence(text *strings.Builder) {
	for n := 8 + w.r.IntN(20); n > 0; n-- {
		switch part := w.r.IntN(50); {
		case part < 10:
			text.WriteString(w.subject[w.r.IntN(len(w.subject))])
		case part == 10:
			fmt.Fprintf(text, "%d年", 1990+w.r.IntN(35))
		case part < 15:
			text.WriteString("，")
		default:
			text.WriteString(w.word())
		}
	}
	text.WriteString("。")
}

// question asks about the article written last, in 10 to 20 characters beside those
// that every question has.
func (w *writer) question() string {
	var about []string
	for length, want := 0, 10+w.r.IntN(8); length < want; {
		word := w.subject[w.r.IntN(len(w.subject))]
		if w.r.IntN(4) == 0 {
			word = w.topic()
		}
		about = append(about, word)
		length += utf8.RuneCountInString(word)
	}
	half := len(about) / 2
	return strings.Join(about[:half], "的") + pick(w.r, askedFor) + strings.Join(about[half:], "和") + "？"
}

var askedFor = strings.Fields("是什么时候 为什么 有多少 在哪里 由谁负责 怎么样 一共花了多少 能不能 有哪些")
