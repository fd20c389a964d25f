package hashed

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"yinju/rag/ragtest"
)

func TestEmbedder(t *testing.T) {
	t.Parallel()
	for _, e := range []Embedder{{}, {Terms: strings.Fields}, {Dim: 7}} {
		t.Run(fmt.Sprintf("%s,%t", e.Model(), e.Terms != nil), func(t *testing.T) {
			t.Parallel()
			ragtest.TestEmbedder(t, e)
		})
	}
}

// The sums are of the vectors' bits: kept vectors are compared with new ones, so a
// change of any bit needs a new name.
func TestVectorsNeverChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		e     Embedder
		model string
		sum   uint32
	}{
		{Embedder{}, "hashed-256-v1", 0xeeca8c79},
		{Embedder{Dim: 100}, "hashed-100-v1", 0xca33bad1},
		{Embedder{Dim: -1, Terms: strings.Fields, Version: "x"}, "hashed-256-v1-x", 0xc6e19a99},
	} {
		sum := crc32.NewIEEE()
		for _, text := range []string{"", "通义千问是阿里云的大模型, 2023年4月发布", strings.Repeat("a b b c 的 的 的 ", 50)} {
			v, err := test.e.EmbedQuery(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range v {
				_, _ = sum.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x))) // never fails
			}
		}
		if got := sum.Sum32(); got != test.sum || test.e.Model() != test.model {
			t.Errorf("%s: %#x, want %s: %#x", test.e.Model(), got, test.model, test.sum)
		}
	}
}

func TestSimilarity(t *testing.T) {
	t.Parallel()
	e := Embedder{Terms: strings.Fields}
	similarity := func(a, b string) float64 {
		t.Helper()
		v, err := e.EmbedPassages(t.Context(), []string{a, b})
		if err != nil {
			t.Fatal(err)
		}
		return dot(v[0], v[1])
	}
	for _, test := range []struct {
		a, b     string
		low, top float64
	}{
		{"a b c", "c b a", 0.999999, 1.000001},
		{"a b c d", "a b c e", 0.7, 0.8}, // three of four
		{"a", "b", -0.01, 0.01},
		{"", "a", -0.1, 0.1},
		{"", " ", 0.999999, 1.000001},
		{"a a a a b", "a b b b b", 0.79, 0.81}, // (2·1+1·2)/5, by roots of the counts
	} {
		if got := similarity(test.a, test.b); got < test.low || got > test.top {
			t.Errorf("%q and %q: %v, want %v to %v", test.a, test.b, got, test.low, test.top)
		}
	}
}

// Weinberger et al.: hashing leaves the expected dot product as it is.
func TestHashingIsUnbiased(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	e := Embedder{Terms: strings.Fields}
	const pairs, terms = 300, 60
	var mean float64
	for range pairs {
		var a, b []string
		for i := range terms {
			word := fmt.Sprint("w", r.Uint64())
			a = append(a, word)
			if i%2 == 0 {
				word = fmt.Sprint("w", r.Uint64())
			}
			b = append(b, word)
		}
		v, err := e.EmbedPassages(t.Context(), []string{strings.Join(a, " "), strings.Join(b, " ")})
		if err != nil {
			t.Fatal(err)
		}
		mean += dot(v[0], v[1]) / pairs
	}
	if math.Abs(mean-0.5) > 0.02 {
		t.Errorf("half of the terms are shared, the mean similarity is %v", mean)
	}
}

func TestTermsThatCancel(t *testing.T) {
	t.Parallel()
	e := Embedder{Dim: 1, Terms: strings.Fields}
	plus, minus := "", ""
	for i := 0; plus == "" || minus == ""; i++ {
		if term := fmt.Sprint(i); hash(term)>>63 == 0 {
			plus = term
		} else {
			minus = term
		}
	}
	if v, err := e.EmbedQuery(t.Context(), plus+" "+minus); err != nil || v[0] != 1 {
		t.Errorf("got %v, %v; want the vector of no terms", v, err)
	}
}

func FuzzEmbed(f *testing.F) {
	for _, seed := range []string{"", "a", "\xff", "的的的", strings.Repeat("x", 1000)} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, dim int) {
		v, err := Embedder{Dim: dim % 1000}.EmbedQuery(t.Context(), text)
		if err != nil || !(math.Abs(dot(v, v)-1) < 1e-5) {
			t.Errorf("%q: squared length %v, %v", text, dot(v, v), err)
		}
	})
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func BenchmarkEmbed(b *testing.B) {
	text := strings.Repeat("通义千问是阿里云的大模型，参数规模七百二十亿。", 13)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Embedder{}).EmbedQuery(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
}
