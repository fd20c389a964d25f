package lsa

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"yinju/rag/ragtest"
)

var words = Fitter{Terms: strings.Fields, Version: "words"}

// topics writes passages of 20 words. Passage i is about topic i mod count; each topic has
// 40 words of its own, and all share 100.
func topics(passages, count int, seed uint64) []string {
	random := rand.New(rand.NewPCG(seed, 1))
	texts := make([]string, passages)
	for i := range texts {
		var b strings.Builder
		for range 14 {
			fmt.Fprintf(&b, "t%d-%d ", i%count, random.IntN(40))
		}
		for range 6 {
			fmt.Fprintf(&b, "all-%d ", random.IntN(100))
		}
		texts[i] = b.String()
	}
	return texts
}

func fit(t testing.TB, f Fitter, texts []string) *Model {
	t.Helper()
	m, err := f.Fit(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func embed(t testing.TB, m *Model, texts ...string) [][]float32 {
	t.Helper()
	vectors, err := m.EmbedPassages(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return vectors
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestEmbedder(t *testing.T) {
	t.Parallel()
	chinese := slices.Repeat([]string{
		"通义千问是阿里云的大模型。", "The model has 72 billion parameters.", "城市的地铁在早上六点开始运行，票价三元起。",
		"一年级的学生每天读书两小时。", "", "Railways carry people and goods.",
	}, 4)
	for name, m := range map[string]*Model{
		"letters": fit(t, Fitter{}, chinese),
		"topics":  fit(t, Fitter{Dim: 20}, append(topics(200, 5, 1), chinese...)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ragtest.TestEmbedder(t, m)
		})
	}
}

// What the method is for: terms that never meet are near if they keep the same company.
func TestTextsWithoutACommonWord(t *testing.T) {
	t.Parallel()
	const count = 6
	f := words
	f.Dim = 32 // far below the rank, which these few words make 340
	m := fit(t, f, topics(600, count, 1))
	text := func(topic, half int) string { // of the even or the odd words
		var b strings.Builder
		for i := range 20 {
			fmt.Fprintf(&b, "t%d-%d ", topic, 2*i+half)
		}
		return b.String()
	}
	for a := range count {
		query, err := m.EmbedQuery(t.Context(), text(a, 0))
		if err != nil {
			t.Fatal(err)
		}
		same := dot(query, embed(t, m, text(a, 1))[0])
		for b := range count {
			if other := dot(query, embed(t, m, text(b, 1))[0]); a != b && other > same-0.3 {
				t.Errorf("topic %d: similarity %.2f with its other words, %.2f with those of topic %d", a, same, other, b)
			}
		}
	}
}

func TestUnknownTermsAreNearNothing(t *testing.T) {
	t.Parallel()
	texts := topics(100, 4, 1)
	m := fit(t, words, texts)
	unknown := embed(t, m, "", "never seen", " ")
	if dot(unknown[0], unknown[1]) != 1 || dot(unknown[0], unknown[2]) != 1 {
		t.Error("texts without a known term differ")
	}
	for i, v := range embed(t, m, texts...) {
		if dot(v, unknown[0]) != 0 {
			t.Fatalf("passage %d has the similarity %v with no known term", i, dot(v, unknown[0]))
		}
	}
}

// Not parallel: GOMAXPROCS is everybody's.
func TestFitIsDeterministic(t *testing.T) {
	texts := topics(700, 7, 3)
	f := words
	f.Dim, f.Sample = 100, 500
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	one := fit(t, f, texts)
	for _, n := range []int{2, 3} {
		runtime.GOMAXPROCS(n)
		if m := fit(t, f, texts); !bytes.Equal(m.Marshal(), one.Marshal()) || m.Model() != one.Model() {
			t.Fatalf("%d processors fit another model than one: %s, %s", n, m.Model(), one.Model())
		}
	}
	f.Seed++
	if fit(t, f, texts).Model() == one.Model() {
		t.Error("the seed changes nothing")
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	texts := topics(300, 5, 1)
	fresh := fit(t, words, texts)
	data := fresh.Marshal()
	restored, err := words.Restore(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data) // the model must not live in its caller's memory
	if restored.Model() != fresh.Model() || restored.Fitted() != 300 || !bytes.Equal(restored.Marshal(), fresh.Marshal()) {
		t.Errorf("restored %s of %d passages, want %s of 300", restored.Model(), restored.Fitted(), fresh.Model())
	}
	texts = append(texts, "", "unknown", "t1-1 t2-2 t2-2 unknown")
	before, after := embed(t, fresh, texts...), embed(t, restored, texts...)
	for i := range texts {
		if !slices.Equal(before[i], after[i]) {
			t.Fatalf("%q: the restored model embeds otherwise", texts[i])
		}
	}
}

func TestRestoreOfOthers(t *testing.T) {
	t.Parallel()
	data := fit(t, words, topics(50, 2, 1)).Marshal()
	for i := range data {
		damaged := bytes.Clone(data)
		damaged[i] ^= 1 << (i % 8)
		if _, err := words.Restore(damaged); err == nil {
			t.Fatalf("a flipped bit in byte %d of %d went unseen", i, len(data))
		}
	}
	for name, other := range map[string]Fitter{
		"version": {Terms: strings.Fields, Version: "others"},
		"dim":     {Terms: strings.Fields, Version: "words", Dim: 255},
		"sample":  {Terms: strings.Fields, Version: "words", Sample: 100},
		"seed":    {Terms: strings.Fields, Version: "words", Seed: 1},
	} {
		if _, err := other.Restore(data); err == nil || !strings.Contains(err.Error(), "fitted again") {
			t.Errorf("another %s: error %v, want what to do", name, err)
		}
	}
	for _, foreign := range [][]byte{nil, {}, []byte("lsa"), data[:len(data)-1], data[1:], append(bytes.Clone(data), 0)} {
		if _, err := words.Restore(foreign); err == nil {
			t.Errorf("%d foreign bytes are a model", len(foreign))
		}
	}
}

// Whatever is signed either is an error or embeds: the checksum is no defence against
// a former version's mistakes.
func FuzzRestore(f *testing.F) {
	for _, texts := range [][]string{nil, {"a"}, topics(40, 2, 1)} {
		m, err := words.Fit(f.Context(), texts)
		if err != nil {
			f.Fatal(err)
		}
		data := m.Marshal()
		f.Add(data[:len(data)-sha256.Size])
	}
	head := appendString([]byte(magic), words.Rules())
	f.Add([]byte{})
	f.Add(head)
	f.Add(append(bytes.Clone(head), 1, 2, 255, 255, 255, 255, 15))                       // terms that are not there
	f.Add(append(bytes.Clone(head), 1, 2, 1, 1, 'a', 0, 0, 0xc0, 0x7f, 1))               // scale NaN
	f.Add(append(bytes.Clone(head), 1, 0, 0))                                            // no dimension
	f.Add(append(bytes.Clone(head), 1, 2, 2, 1, 'a', 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 1)) // a term twice
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		data := append(bytes.Clone(body), sum[:]...)
		m, err := words.Restore(data)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Marshal(), data) {
			t.Error("a restored model is another one")
		}
		texts := []string{"", "a a", "t0-1 t1-1"}
		for term := range m.terms {
			texts = append(texts, term)
		}
		for _, v := range embed(t, m, texts...) {
			if len(v) != m.dim || !(math.Abs(dot(v, v)-1) < 1e-4) {
				t.Errorf("%d dimensions of %d, squared length %v", len(v), m.dim, dot(v, v))
			}
		}
	})
}

func TestSmallCorpora(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]string{
		"none":                          nil,
		"one":                           {"a b c"},
		"one without terms":             {""},
		"two":                           {"a b", "c d"},
		"five":                          {"a b", "b c", "c d", "d e", "e f"},
		"seven without a repeated term": {"a", "b", "c", "d", "e", "f", "g"},
		"forty without a repeated term": strings.Fields(strings.Repeat("x", 40) + " a b c d e f g h i j k l m n o p q r s t u v w x y z"),
		"the same":                      slices.Repeat([]string{"a b c"}, 100),
		"empty":                         slices.Repeat([]string{""}, 100),
		"one among empty":               append(make([]string, 99), "a b"),
		"invalid":                       {"\xff", "\x00", "\xff \xfe a"},
		"one word, repeated":            {strings.Repeat("a ", 10_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fit(t, words, texts)
			if m.Fitted() != len(texts) {
				t.Errorf("fitted on %d, want %d", m.Fitted(), len(texts))
			}
			all := append(slices.Clone(texts), "", "unknown", "a", "a b unknown")
			for i, v := range embed(t, m, all...) {
				if len(v) < 1 || len(v) > len(texts)+1 || !(math.Abs(dot(v, v)-1) < 1e-4) {
					t.Errorf("%q: %d dimensions, squared length %v", all[i], len(v), dot(v, v))
				}
			}
			if _, err := words.Restore(m.Marshal()); err != nil {
				t.Error(err)
			}
		})
	}
}

// The few passages of a small corpus find themselves.
func TestSmallCorpusTellsPassagesApart(t *testing.T) {
	t.Parallel()
	texts := []string{"apple pear plum", "road bridge river", "tax court law", "apple tree", "law of the river"}
	vectors := embed(t, fit(t, words, texts), texts...)
	for i, a := range vectors {
		for j, b := range vectors {
			if i != j && dot(a, b) > 0.9 {
				t.Errorf("%q and %q have the similarity %.2f", texts[i], texts[j], dot(a, b))
			}
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	texts := topics(400, 10, 1)
	for _, test := range []struct {
		f          Fitter
		rules      string
		dim, terms int
	}{
		{Fitter{}, "lsa-v1-256-words", 134, 500},
		{Fitter{Dim: 1}, "lsa-v1-256-words", 134, 500},
		{Fitter{Dim: 2}, "lsa-v1-2-words", 2, 500},
		{Fitter{Dim: 64}, "lsa-v1-64-words", 64, 500},
		{Fitter{Dim: 1 << 30}, "lsa-v1-1024-words", 134, 500},
		{Fitter{Vocabulary: 50}, "lsa-v1-256-words-6000-50-0", 51, 50},
		{Fitter{Sample: 30}, "lsa-v1-256-words-30-50000-0", 11, 500},
		{Fitter{Sample: 1}, "lsa-v1-256-words-1-50000-0", 2, 20},
		{Fitter{Dim: -1, Sample: -1, Vocabulary: -1, Seed: 255}, "lsa-v1-256-words-6000-50000-ff", 134, 500},
	} {
		test.f.Terms, test.f.Version = strings.Fields, "words"
		m := fit(t, test.f, texts)
		if m.fitted != len(texts) || m.dim > test.dim || m.dim < test.dim-2 || len(m.terms) > test.terms {
			t.Errorf("%s: %d dimensions, %d terms; want %d, at most %d", test.rules, m.dim, len(m.terms), test.dim, test.terms)
		}
		if got := test.f.Rules(); got != test.rules {
			t.Errorf("Rules() = %q, want %q", got, test.rules)
		}
		if want := fmt.Sprintf("lsa-%d-", m.dim); !strings.HasPrefix(m.Model(), want) || len(m.Model()) != len(want)+8 {
			t.Errorf("Model() = %q, want %s and 8 digits", m.Model(), want)
		}
	}
}

// The model's name follows from its content.
func TestModelNames(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for seed := range uint64(5) {
		names[fit(t, words, topics(60, 3, seed)).Model()] = true
	}
	if len(names) != 5 {
		t.Errorf("5 corpora, %d names", len(names))
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	texts := topics(3000, 10, 1)
	for _, calls := range []int{0, 1, 1000} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if calls == 0 {
			cancel()
		}
		cut := make(chan struct{}, len(texts))
		f := Fitter{Terms: func(text string) []string {
			if cut <- struct{}{}; len(cut) == calls {
				cancel()
			}
			return strings.Fields(text)
		}}
		if m, err := f.Fit(ctx, texts); m != nil || err != context.Canceled { //nolint:errorlint // not wrapped
			t.Errorf("cancelled after %d texts: %v, %v", calls, m, err)
		}
		if len(cut) > calls+16*runtime.GOMAXPROCS(0) {
			t.Errorf("cancelled after %d texts, %d were cut", calls, len(cut))
		}
	}
}

// While it computes, too, it ends soon.
func TestDeadline(t *testing.T) {
	t.Parallel()
	texts := topics(4000, 50, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if m, err := words.Fit(ctx, texts); err == nil {
		t.Logf("fitted %s in %v, before the deadline", m.Model(), time.Since(start))
	} else if over := time.Since(start); over > 5*time.Second {
		t.Errorf("%v after %v", err, over)
	}
}

func FuzzFit(f *testing.F) {
	f.Add("a b\nb c\nc", 3)
	f.Add("", 0)
	f.Add(strings.Join(topics(30, 2, 1), "\n"), 9)
	f.Fuzz(func(t *testing.T, text string, dim int) {
		texts := strings.Split(text, "\n")
		if len(texts) > 200 {
			return
		}
		m := fit(t, Fitter{Dim: dim % 50}, texts)
		for _, v := range embed(t, m, texts...) {
			if !(math.Abs(dot(v, v)-1) < 1e-4) {
				t.Errorf("squared length %v", dot(v, v))
			}
		}
	})
}

func BenchmarkFit(b *testing.B) {
	for _, passages := range []int{1000, 10_000} {
		texts := natural(passages)
		b.Run(fmt.Sprint(passages), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fit(b, words, texts)
			}
		})
	}
}

// natural writes passages of 250 words whose frequencies fall as those of a language do
// (Zipf's law).
func natural(passages int) []string {
	random := rand.New(rand.NewPCG(1, 1))
	zipf := rand.NewZipf(random, 1.1, 20, 200_000)
	texts := make([]string, passages)
	for i := range texts {
		var b strings.Builder
		for range 250 {
			fmt.Fprintf(&b, "w%d ", zipf.Uint64())
		}
		texts[i] = b.String()
	}
	return texts
}

func BenchmarkEmbedQuery(b *testing.B) {
	texts := natural(1000)
	m := fit(b, words, texts)
	for name, text := range map[string]string{"question": texts[0][:60], "passage": texts[0]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.EmbedQuery(b.Context(), text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
