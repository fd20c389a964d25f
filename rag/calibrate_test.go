package rag

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// bridges are articles about one bridge each, of four lines.
func bridges(n int) [][2]string {
	rng := rand.New(rand.NewPCG(1, 1))
	pick := func(list string) string {
		words := strings.Fields(list)
		return words[rng.IntN(len(words))]
	}
	var texts [][2]string
	for i := range n {
		name := fmt.Sprintf("%s%s%s大桥", pick("南 北 东 西 新 古 金 银"), pick("浦 山 江 湖 岭 泉 沙 石"), pick("一 二 三 四 五 六 七 八"))
		texts = append(texts, [2]string{name, fmt.Sprintf(
			"%s横跨%s，全长%d米，由%s设计院承担设计任务。\n桥塔高%d米，外形好像%s，两侧安装了%s颜色的路灯。\n每天大约有%d辆汽车经过这里，%s时最为拥挤。\n附近的%s公园里可以看见%s，市民常到那里%s。",
			name, pick("黄河 长江 珠江 淮河 湘江"), 300+i, pick("市政 铁道 公路 水利"), 50+rng.IntN(200),
			pick("竖琴 帆船 宝剑 月亮"), pick("红 黄 蓝 白"), 1000+rng.IntN(9000), pick("清晨 傍晚 正午 周末"),
			pick("滨江 人民 儿童 湿地"), pick("白鹭 野鸭 鸽子 天鹅"), pick("散步 钓鱼 拍照 跳舞"))})
	}
	return texts
}

// laidOut makes a generation of articles, as a reload does.
func laidOut(texts [][2]string) (*Index, *snapshot) {
	return written(texts...)
}

func calibrated(t *testing.T, rate float64, texts [][2]string) (*Index, *snapshot) {
	t.Helper()
	x, s := laidOut(texts)
	x.FalseRefusals = rate
	if err := x.calibrate(t.Context(), nil, s); err != nil {
		t.Fatal(err)
	}
	return x, s
}

// Of the questions made out of the articles no more are refused than the rate says;
// of the questions about other things most are.
func TestCalibrationKeepsTheRate(t *testing.T) {
	t.Parallel()
	texts := bridges(60)
	last := 0.0
	for _, rate := range []float64{0.005, 0.02, 0.05, 0.2} {
		x, s := calibrated(t, rate, texts)
		refused := func(questions []string) float64 {
			coverage, strange, err := x.probe(t.Context(), s, questions)
			if err != nil || len(questions) == 0 {
				t.Fatal(questions, err)
			}
			n := 0
			for i, q := range questions {
				if coverage[i] < s.refusal.threshold(languageOf(q), strange[i]) {
					n++
				}
			}
			return float64(n) / float64(len(questions))
		}
		foreign := foreignQuestions()
		_, own := x.paraphrased(s, foreign)
		if got := refused(own); got > rate {
			t.Errorf("rate %v: %v of the own questions are refused", rate, got)
		}
		if got := refused(foreign[chinese]); rate == 0.05 && got < 0.8 {
			t.Errorf("rate %v: %v of the foreign questions are refused", rate, got)
		}
		if s.refusal.Chinese <= last || s.refusal.Rate != rate {
			t.Errorf("rate %v: %+v, the threshold before %v", rate, s.refusal, last)
		}
		last = s.refusal.Chinese
	}
}

func TestCalibrationIsTheSameForTheSameArticles(t *testing.T) {
	t.Parallel()
	_, a := calibrated(t, 0.05, bridges(30))
	_, b := calibrated(t, 0.05, bridges(30))
	if a.refusal != b.refusal || a.refusal.Questions < 100 || a.refusal.Questions > 200 {
		t.Errorf("%+v, then %+v", a.refusal, b.refusal)
	}
}

func TestNothingToCalibrateBy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rate  float64
		texts [][2]string
	}{"turned off": {-1, bridges(3)}, "no articles": {0.05, nil}} {
		if _, s := calibrated(t, test.rate, test.texts); s.refusal.Chinese != 0 || s.refusal.English != 0 {
			t.Errorf("%s: %+v", name, s.refusal)
		}
	}
	for _, texts := range [][][2]string{{{"空", "。"}}, {{"a", "1"}}, {{"一篇", "只有一句话的文章。"}}} {
		_, s := calibrated(t, 0.05, texts)
		if got := s.refusal; !(got.Chinese >= chanceLeast && got.Chinese < 0.4 && got.Narrow >= 0 && got.Narrow <= 1) {
			t.Errorf("%q: %+v", texts, got)
		}
	}
}

func TestCalibrationIsCarriedOver(t *testing.T) {
	t.Parallel()
	texts := bridges(50)
	x, s := calibrated(t, 0.05, texts)
	first := s.refusal
	anew := 0
	for n := 48; n >= 26; n -= 2 { // two articles of four lines go at a time
		_, next := laidOut(texts[:n])
		if err := x.calibrate(t.Context(), s, next); err != nil {
			t.Fatal(err)
		}
		if next.refusal.changed == 0 {
			anew++
		} else if next.refusal.Chinese != s.refusal.Chinese {
			t.Errorf("with %d articles the threshold is %v, before %v", n, next.refusal.Chinese, s.refusal.Chinese)
		}
		s = next
	}
	if anew != 2 { // when 11 of 50 are gone, and 8 or more of those 38
		t.Errorf("calibrated %d times anew, from %+v to %+v", anew, first, s.refusal)
	}
}

func TestCalibrationIsCancelled(t *testing.T) {
	t.Parallel()
	x, s := laidOut(bridges(5))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.calibrate(ctx, nil, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Only about one field are words that are less strange forgiven, and by degrees.
func TestThresholdOfAQuestion(t *testing.T) {
	t.Parallel()
	c := Calibration{Chinese: 0.3, English: 0.2, Narrow: 1, strange: [2]float64{0.9, 0.8}}
	var got []float64
	for _, strangeness := range []float64{1.1, 0.81, 0.7, 0.6, 0.1} {
		got = append(got, c.threshold(chinese, strangeness))
	}
	want := []float64{0.3, 0.3, 0.2, 0.1, 0.1}
	if !slices.EqualFunc(got, want, func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := c.threshold(english, 0.8); got != 0.2 {
		t.Errorf("in English %v", got)
	}
	c.Narrow = 0
	if got := c.threshold(chinese, 0.1); got != 0.3 {
		t.Errorf("not narrow: %v", got)
	}
}

func TestStrictness(t *testing.T) {
	t.Parallel()
	last := -1.0
	for rate := 0.0; rate <= 1; rate += 0.01 {
		if got := strictnessOf(rate); got < last {
			t.Errorf("%v: %v, before %v", rate, got, last)
		} else {
			last = got
		}
	}
	if strictnessOf(0.05) != 1 || strictnessOf(0) != 0 {
		t.Errorf("%v, %v", strictnessOf(0.05), strictnessOf(0))
	}
}

func TestForeignQuestions(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for lang, questions := range foreignQuestions() {
		if len(questions) < 50 {
			t.Errorf("%d questions", len(questions))
		}
		for _, q := range questions {
			if languageOf(q) != language(lang) || seen[q] || strings.TrimSpace(q) != q {
				t.Errorf("%q", q)
			}
			seen[q] = true
		}
	}
}
