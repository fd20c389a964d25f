package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// drawing is an SVG made of few kinds of things. Series number the colours of the page.
type drawing struct {
	Title         string
	Width, Height float64
	Rects         []rect
	Lines         []line
	Dots          []dot
	Texts         []words
	Legend        []key
}

type rect struct {
	X, Y, W, H float64
	Series     int
	Tip        string
}

type line struct {
	Points string
	Class  string // "s0" to "s7" of the series, "grid", "axis", "mark"
	Dashed bool
	Tip    string
}

type dot struct {
	X, Y   float64
	Series int
	Tip    string
}

type words struct {
	X, Y   float64
	Anchor string // "start", "middle", "end"
	Class  string
	Text   string
}

type key struct {
	Series int
	Dashed bool
	Text   string
}

const (
	plotWidth = 760
	rowLabel  = 170 // width of what stands left of bars
	seriesMax = 8   // colours of the page
)

// bars draws a group of bars for each row, from 0 to 100 %. NaN draws no bar.
func bars(title string, rows []string, names []string, values [][]float64) drawing {
	const thick, gap, top = 15.0, 14.0, 8.0
	d := drawing{Title: title, Width: plotWidth}
	scale := (plotWidth - rowLabel - 50.0) / 100
	y := top
	for i, row := range rows {
		group := float64(len(names)) * thick
		d.Texts = append(d.Texts, words{rowLabel - 10, y + group/2 + 5, "end", "row", shorten(row, 22)})
		for j, v := range values[i] {
			if !math.IsNaN(v) {
				d.Rects = append(d.Rects, rect{rowLabel, y + 1, v * scale, thick - 2, j, fmt.Sprintf("%s · %s: %.1f %%", row, names[j], v)})
				d.Texts = append(d.Texts, words{rowLabel + v*scale + 5, y + thick - 3, "start", "value", fmt.Sprintf("%.1f", v)})
			}
			y += thick
		}
		y += gap
	}
	for x := 0.0; x <= 100; x += 25 {
		at := rowLabel + x*scale
		d.Lines = append(d.Lines, straight(at, top-4, at, y-gap+4, "grid"))
		d.Texts = append(d.Texts, words{at, y + 6, "middle", "tick", fmt.Sprintf("%.0f", x)})
	}
	d.Height = y + 12
	for j, name := range names {
		d.Legend = append(d.Legend, key{Series: j, Text: name})
	}
	return d
}

// axes maps values to places in a drawing with room for labels.
type axes struct {
	lowX, highX, lowY, highY float64
	d                        *drawing
}

const (
	plotHeight = 300.0
	marginLeft = 56.0
	marginTop  = 14.0
	marginEnd  = 20.0
	marginFoot = 44.0
)

func (a axes) x(v float64) float64 {
	return marginLeft + (v-a.lowX)/(a.highX-a.lowX)*(plotWidth-marginLeft-marginEnd)
}

func (a axes) y(v float64) float64 {
	return marginTop + (a.highY-v)/(a.highY-a.lowY)*(plotHeight-marginTop-marginFoot)
}

// newAxes draws the ticks: where they stand, and what is written there.
func newAxes(d *drawing, a axes, ticksX []float64, labelX func(float64) string, ticksY []float64, nameX, nameY string) axes {
	d.Width, d.Height, a.d = plotWidth, plotHeight, d
	for _, t := range ticksY {
		d.Lines = append(d.Lines, straight(marginLeft, a.y(t), plotWidth-marginEnd, a.y(t), "grid"))
		d.Texts = append(d.Texts, words{marginLeft - 8, a.y(t) + 4, "end", "tick", fmt.Sprintf("%.4g", t)})
	}
	for _, t := range ticksX {
		d.Lines = append(d.Lines, straight(a.x(t), a.y(a.lowY), a.x(t), a.y(a.lowY)+5, "axis"))
		d.Texts = append(d.Texts, words{a.x(t), a.y(a.lowY) + 19, "middle", "tick", labelX(t)})
	}
	d.Lines = append(d.Lines, straight(marginLeft, a.y(a.lowY), plotWidth-marginEnd, a.y(a.lowY), "axis"))
	d.Texts = append(d.Texts, words{plotWidth - marginEnd, plotHeight - 6, "end", "name", nameX}, words{8, plotHeight - 6, "start", "name", nameY})
	return a
}

func straight(x1, y1, x2, y2 float64, class string) line {
	return line{Points: points([]float64{x1, y1, x2, y2}), Class: class}
}

// points writes x, y, x, y, ... as SVG does.
func points(coordinates []float64) string {
	var sb strings.Builder
	for i, v := range coordinates {
		if i > 0 {
			sb.WriteByte(" ,"[i%2])
		}
		fmt.Fprintf(&sb, "%.1f", v)
	}
	return sb.String()
}

// recallCurve draws the share of right documents among the first k, a line a set.
func recallCurve(title string, sets []*setResult) drawing {
	d := drawing{Title: title}
	low, series := 100.0, make([][]float64, len(sets))
	for i, s := range sets {
		for _, k := range ranksKept {
			if v, ok := s.Metrics.get(fmt.Sprintf("recall%d", k)); ok {
				series[i] = append(series[i], v)
				low = min(low, v)
			}
		}
	}
	step := 20.0
	if low > 75 {
		step = 5
	}
	low = max(0, math.Floor((low-1)/step)*step)
	var ticksX, ticksY []float64
	for _, k := range ranksKept {
		ticksX = append(ticksX, math.Log(float64(k)))
	}
	for t := low; t <= 100; t += step {
		ticksY = append(ticksY, t)
	}
	a := newAxes(&d, axes{lowX: 0, highX: math.Log(50) + 0.1, lowY: low, highY: 100}, ticksX,
		func(x float64) string { return fmt.Sprintf("%.0f", math.Exp(x)) }, ticksY, "前 k 篇 · first k documents", "%")
	for i, values := range series {
		if len(values) == 0 {
			continue
		}
		var at []float64
		for j, v := range values {
			at = append(at, a.x(ticksX[j]), a.y(v))
			d.Dots = append(d.Dots, dot{a.x(ticksX[j]), a.y(v), i % seriesMax, fmt.Sprintf("%s, k = %d: %.1f %%", sets[i].Name, ranksKept[j], v)})
		}
		d.addSeries(i, at, false, sets[i].Name)
	}
	return d
}

func (d *drawing) addSeries(i int, at []float64, dashed bool, name string) {
	// Beyond the colours the lines repeat them, dashed.
	dashed = dashed || i >= seriesMax
	d.Lines = append(d.Lines, line{Points: points(at), Class: fmt.Sprintf("s%d", i%seriesMax), Dashed: dashed, Tip: name})
	d.Legend = append(d.Legend, key{i % seriesMax, dashed, name})
}

// histogram draws how many questions took how long, ten bars to each power of ten: times
// spread so widely that equal steps would show one bar and a tail.
func histogram(title string, sorted []float64) drawing {
	d := drawing{Title: title}
	place := func(ms float64) float64 { return 10 * math.Log10(max(ms, 0.01)) }
	low, high := math.Floor(place(quantile(sorted, 0))), math.Floor(place(quantile(sorted, 1)))+1
	low, high = math.Floor(low/5)*5, math.Ceil(high/5)*5
	counts := make([]float64, int(high-low)+1)
	for _, ms := range sorted {
		counts[int(place(ms)-low)]++
	}
	top := math.Max(4, math.Ceil(slices.Max(counts)/4)*4)
	var ticksX []float64
	for power := math.Floor(low / 10); power <= high/10; power++ {
		for _, f := range []float64{1, 2, 5} {
			if t := place(f * math.Pow(10, power)); t >= low-1e-9 && t <= high+1e-9 {
				ticksX = append(ticksX, t)
			}
		}
	}
	a := newAxes(&d, axes{lowX: low, highX: high, lowY: 0, highY: top}, ticksX,
		func(x float64) string { return fmt.Sprintf("%g", math.Round(math.Pow(10, x/10)*1000)/1000) }, []float64{0, top / 4, top / 2, top * 3 / 4, top}, "毫秒 · milliseconds", "问题 · questions")
	for i, n := range counts {
		if n > 0 {
			from := low + float64(i)
			tip := fmt.Sprintf("%.3g – %.3g ms: %.0f", math.Pow(10, from/10), math.Pow(10, (from+1)/10), n)
			d.Rects = append(d.Rects, rect{a.x(from) + 0.5, a.y(n), a.x(from+1) - a.x(from) - 1, a.y(0) - a.y(n), 0, tip})
		}
	}
	for i, q := range []float64{0.5, 0.95, 0.99} {
		ms := quantile(sorted, q)
		at, anchor := a.x(place(ms)), "start"
		d.Lines = append(d.Lines, straight(at, marginTop, at, a.y(0), "mark"))
		shift := 4.0
		if at > 0.85*plotWidth {
			anchor, shift = "end", -4
		}
		d.Texts = append(d.Texts, words{at + shift, marginTop + 12 + float64(i)*16, anchor, "value", fmt.Sprintf("p%.0f %.1f ms", q*100, ms)})
	}
	return d
}

// refusalCurve draws what share of the unanswerable is refused for each share of false
// refusals: the ROC curve, up to a fifth of false refusals.
func refusalCurve(title string, sets []*setResult) drawing {
	const highest = 20.0
	d := drawing{Title: title}
	percents := []float64{0, 20, 40, 60, 80, 100}
	a := newAxes(&d, axes{lowX: 0, highX: highest, lowY: 0, highY: 100}, []float64{0, 5, 10, 15, 20},
		func(x float64) string { return fmt.Sprintf("%.0f %%", x) }, percents, "误拒 · falsely refused", "%")
	d.Lines = append(d.Lines, straight(a.x(5), marginTop, a.x(5), a.y(0), "mark"))
	for i, s := range sets {
		for _, kind := range []struct {
			of               func(outcome) []score
			refused, caption string
			dashed           bool
		}{
			{outcome.absence, "refused", s.Name, false},
			{outcome.nearness, "near_refused", s.Name + "：近似题 · near misses", true},
		} {
			curve := rocCurve(scoresOf(s.Questions, kind.of), highest)
			if curve == nil {
				continue
			}
			for j := 0; j < len(curve); j += 2 {
				curve[j], curve[j+1] = a.x(curve[j]), a.y(curve[j+1])
			}
			d.addSeries(i, curve, kind.dashed, kind.caption)
			wrong, _ := s.Metrics.get("false_refused")
			if right, ok := s.Metrics.get(kind.refused); ok && wrong <= highest {
				d.Dots = append(d.Dots, dot{a.x(wrong), a.y(right), i % seriesMax, fmt.Sprintf("%s: %.1f %% / %.1f %%", kind.caption, right, wrong)})
			}
		}
	}
	return d
}

// rocCurve gives x, y, x, y, ... in percent as the threshold rises, until x passes
// highest; nil if one side is empty.
func rocCurve(sorted []score, highest float64) []float64 {
	answer, refuse := sides(sorted, nil)
	if answer == 0 || refuse == 0 {
		return nil
	}
	curve := []float64{0, 0}
	x, y := 0.0, 0.0
	for i := 0; i < len(sorted); {
		lastX, lastY := x, y
		for value := sorted[i].value; i < len(sorted) && sorted[i].value == value; i++ {
			if sorted[i].refuse {
				y += 100 / refuse
			} else {
				x += 100 / answer
			}
		}
		if x > highest {
			return append(curve, highest, lastY+(y-lastY)*(highest-lastX)/(x-lastX))
		}
		curve = append(curve, x, y)
	}
	return curve
}

// shorten keeps the beginning.
func shorten(s string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}
