package rag

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"yinju/corpus"
)

// grouping is the groups of a generation by what is in them, whatever their order.
func grouping(s *snapshot) map[string][]string {
	groups := make(map[string][]string)
	for leader, members := range s.near.members {
		at := func(p int) string { return fmt.Sprintf("%s %d", s.article(p).Path, s.passages[p].Start) }
		for _, m := range members {
			groups[at(int(leader))] = append(groups[at(int(leader))], fmt.Sprint(at(m), s.near.to[m]))
		}
	}
	return groups
}

// manyCopies are articles of which most are copies of others, changed a little, and
// some copies but for a number.
func manyCopies(r *rand.Rand) map[string]string {
	files := make(map[string]string)
	var texts []string
	for i := range 60 {
		text := ""
		switch {
		case len(texts) > 0 && r.IntN(3) > 0:
			text = texts[r.IntN(len(texts))]
			switch r.IntN(5) {
			case 0:
				text = "本报讯　" + text
			case 1:
				text += "\n\n" + nonsense(r, 40)
			case 2:
				text = strings.Replace(text, "3", "5", 1)
			case 3:
				text = strings.ReplaceAll(text, "，", "；")
			}
		default:
			for range 1 + r.IntN(4) {
				text += nonsense(r, 150) + fmt.Sprintf("共有%d人。\n\n", 3+r.IntN(900))
			}
		}
		texts = append(texts, text)
		files[fmt.Sprintf("%02d.md", i)] = fmt.Sprintf("题目|%s", text)
	}
	return files
}

// nonsense is Chinese sentences of about n characters.
func nonsense(r *rand.Rand, n int) string {
	var sb strings.Builder
	for length := 0; length < n; {
		for k := 6 + r.IntN(12); k > 0; k-- {
			sb.WriteRune(rune(0x4E00 + r.IntN(3000)*6))
			length++
		}
		sb.WriteString([]string{"，", "。"}[r.IntN(2)])
	}
	return strings.TrimRight(sb.String(), "，。") + "。"
}

// A generation made of another one has the same groups as one made anew, and what is
// added or taken away elsewhere changes no group.
func TestGroupsDoNotDependOnTheWay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		files := manyCopies(r)
		want := folderOf(files)
		if len(want.near.members) == 0 {
			t.Fatal("there are no copies")
		}
		some := maps.Clone(files)
		for path := range files {
			if r.IntN(3) == 0 {
				delete(some, path)
			}
		}
		old := folderOf(some)
		for i, a := range old.articles { // as a reload does
			if at, found := want.byID[a.ID]; found {
				want.articles[at] = old.articles[i]
			}
		}
		again := *want
		again.near = again.nearAfter(old.near.read)
		if got := grouping(&again); !reflect.DeepEqual(got, grouping(want)) {
			t.Fatalf("seed %d: from another generation %v, anew %v", seed, got, grouping(want))
		}
		for range 3 {
			files["other"+nonsense(r, 5)] = nonsense(r, 200)
		}
		if got := grouping(folderOf(files)); !reflect.DeepEqual(got, grouping(want)) {
			t.Fatalf("seed %d: with more articles %v, without %v", seed, got, grouping(want))
		}
	}
}

// Whatever stands for a passage says all its sentences, in itself or beside it.
func TestNothingIsLostInAGroup(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		s := folderOf(manyCopies(rand.New(rand.NewPCG(seed, 2))))
		for _, members := range s.near.members {
			for _, a := range members {
				for _, b := range members {
					if !s.near.covers(a, b) {
						continue
					}
					text := wordingOf(withoutCredits(s.article(a).Text)).text
					p := withoutCredits(s.passages[b].Text)
					for _, span := range corpus.Sentences(p) {
						if sentence := wordingOf(p[span.Start:span.End]).text; !strings.Contains(text, sentence) {
							t.Fatalf("seed %d: %q of %s is not in %s", seed, sentence, s.article(b).Path, s.article(a).Path)
						}
					}
				}
			}
		}
	}
}

// A reader that holds each passage against each would find hardly more copies. It finds
// some, for in a group only the leader is held against the others.
func TestBandsMissNoCopy(t *testing.T) {
	t.Parallel()
	found, missed := 0, 0
	for seed := range uint64(6) {
		s := folderOf(manyCopies(rand.New(rand.NewPCG(seed, 3))))
		r := newReader(s)
		for b := range s.passages {
			for a := range b {
				if s.near.hashes[a].alike(&s.near.hashes[b]) < leastAlike || s.owner[a] == s.owner[b] || s.near.leader[a] == s.near.leader[b] {
					continue
				}
				if k := r.kinship(b, a); k.covers && k.covered && !k.partCovers && !k.partCovered {
					missed++
				}
			}
			if int(s.near.leader[b]) != b {
				found++
			}
		}
	}
	if found == 0 || missed*50 > found {
		t.Errorf("%d copies are found, %d missed", found, missed)
	}
}

func TestSentencesStandInATextOnlyAsAWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, sentence string
		want           bool
	}{
		{"他来了。五人同意。散会。", "五人同意", true},
		{"他来了。五人同意", "他来了。", true},
		{"十五人同意。", "五人同意", false},
		{"五人同意撤回。", "五人同意", false},
		{"不同意。同意。", "同意", true},
		{"it was 12% less. The end", "The end.", true},
		{"it was 112% less", "12% less", false},
		{"共 3,342 人", "共3342人", true},
		{"共 3,34 人", "共334人", false},
		{"共1, 2, 3项", "共123项", false},
		{"气温-5度", "气温5度", false},
		{"比分3:1", "比分31", false},
		{"涨了3.5%", "涨了3.5", false},
		{"２０２３年", "2023年", true},
		{"", "", true},
	} {
		w := wordingOf(c.text)
		if got := w.holds(wordingOf(c.sentence).text); got != c.want {
			t.Errorf("%q in %q: %v", c.sentence, c.text, got)
		}
	}
}

func FuzzWording(f *testing.F) {
	for _, s := range []string{tanks, ferry, report, "1,2，３.4%－5", "的的的", "\xff\x00新华社电", "（记者\n"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		w := wordingOf(text)
		if !slices.IsSorted(w.cut) || w.cut[0] != 0 || w.cut[len(w.cut)-1] != len(w.text) {
			t.Errorf("cuts %v of %q", w.cut, w.text)
		}
		if !w.holds(w.text) {
			t.Errorf("%q does not hold itself", w.text)
		}
		if withoutCredits(text); at >= 0 && at < len(text) {
			minHashOf(text[at:])
		}
	})
}

// BenchmarkNear measures what near-duplicates cost a first load and a reload: 1,000
// articles of four passages, of which a fifth are copies and a fifth of one form.
func BenchmarkNear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	files := make(map[string]string)
	var texts []string
	for i := range 1000 {
		text := ""
		switch {
		case i%5 == 1:
			text = "本报讯　" + texts[r.IntN(len(texts))]
		case i%5 == 2:
			for day := range 12 {
				text += weather(day+1, r.IntN(1000)) + "\n\n"
			}
		default:
			for range 4 {
				text += nonsense(r, 280) + "\n\n"
			}
		}
		texts = append(texts, text)
		files[fmt.Sprintf("%05d.md", i)] = text
	}
	s := folderOf(files)
	for name, known := range map[string]map[kin]kinship{"first": nil, "again": s.near.read} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.nearAfter(known)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(files)), "µs/article")
			b.ReportMetric(float64(len(s.near.members)), "groups")
			b.ReportMetric(float64(len(s.near.read)), "pairs-read")
		})
	}
}
