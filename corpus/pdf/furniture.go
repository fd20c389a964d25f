package pdf

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"yinju/corpus/fold"
)

// page is a page whose lines are in order.
type page struct {
	blocks []block
	height float64
	top    float64
}

// edgeLine is a line near the top or the foot of its page.
type edgeLine struct {
	page, block, line int
	text              string  // with 0 for each number
	numbers           []int   // in it
	y                 float64 // as a share of the page's height
}

const (
	edgeLines = 3    // rows at the top and at the foot of a page may be running
	edgeShare = 0.2  // of a page's height in which they are
	samePlace = 0.01 // shares of a page's height by which they may move
)

// dropFurniture removes running heads and feet and page numbers: what stands near the
// edge of several pages in the same place and says the same, or counts them.
func dropFurniture(pages []page) {
	var all []edgeLine
	for i := range pages {
		all = append(all, edges(pages[i], i)...)
	}
	kinds := make(map[string][]int)
	for i, e := range all {
		kinds[e.text] = append(kinds[e.text], i)
	}
	drop := make([]bool, len(all))
	browser := len(pages) == 1 && slices.ContainsFunc(all, func(e edgeLine) bool { return addressed.MatchString(e.text) })
	for _, same := range kinds {
		for _, i := range same {
			drop[i] = running(all, same, i, len(pages)) || len(pages) == 1 && numbered(all[i], 1) ||
				browser && (addressed.MatchString(all[i].text) || dated.MatchString(all[i].text))
		}
	}
	byPage := make([][]edgeLine, len(pages))
	for i, e := range all {
		if drop[i] {
			byPage[e.page] = append(byPage[e.page], e)
		}
	}
	for i := range pages {
		pages[i].remove(byPage[i])
	}
}

// running says whether line i stands on other pages too.
func running(all []edgeLine, same []int, i, pages int) bool {
	e := all[i]
	alike, counting := map[int]bool{}, map[int]bool{}
	for _, j := range same {
		o := all[j]
		if math.Abs(o.y-e.y) > samePlace {
			continue
		}
		if slices.Equal(o.numbers, e.numbers) {
			alike[o.page] = true
		}
		for k, n := range o.numbers {
			if n-e.numbers[k] == o.page-e.page {
				counting[o.page] = true
			}
		}
	}
	enough := 2 // of few pages; of many, a third, or the even or the odd ones of a part
	if pages > 6 {
		enough = min(pages/3, 5)
	}
	// Numbers alone are a page number only if they count the pages.
	if len(e.numbers) > 0 && strings.Trim(e.text, "0 /-|·—–\t") == "" {
		return len(counting) >= enough
	}
	return len(alike) >= enough || len(counting) >= enough
}

// What a browser prints on a page: its address and number below, date and title above.
// A single page has no other that would tell.
var (
	addressed = regexp.MustCompile(`^(?:https?|file|about|data):\S* 0/0$`)
	dated     = regexp.MustCompile(`^0[/.-]0[/.-]0,? \D{0,3}0:0`)
)

// counted are lines that say the number of the page, and its own words for it.
var counted = regexp.MustCompile(`^(?i:第? ?0 ?页[，, ]*([/／共]? ?共? ?0 ?页?)?|[-—–·|]* ?0 ?[-—–·|]*|0 ?[/／] ?0|(page|p\.) ?0( of 0)?)$`)

// numbered says whether a line is the number of the page and nothing more.
func numbered(e edgeLine, page int) bool {
	return len(e.numbers) > 0 && e.numbers[0] == page && counted.MatchString(e.text)
}

var number = regexp.MustCompile(`[0-9]+|[〇零一二三四五六七八九十百]+页`)

// edges are the lines near the top and the foot of a page.
func edges(p page, index int) []edgeLine {
	type place struct {
		block, line int
		y           float64
	}
	var places []place
	for b := range p.blocks {
		for l, line := range p.blocks[b].lines {
			places = append(places, place{b, l, line.y})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmpFloat(a.y, b.y) })
	var found []edgeLine
	add := func(from []place, share func(y float64) float64) {
		rows, last := 0, math.Inf(-1)
		for _, at := range from {
			l := p.blocks[at.block].lines[at.line]
			if math.Abs(at.y-last) > l.size/2 {
				rows++
			}
			last = at.y
			if rows > edgeLines || share(at.y) > edgeShare {
				return
			}
			found = append(found, newEdgeLine(l, index, at.block, at.line, (at.y-p.top)/p.height))
		}
	}
	add(places, func(y float64) float64 { return (y - p.top) / p.height })
	slices.Reverse(places)
	add(places, func(y float64) float64 { return 1 - (y-p.top)/p.height })
	return found
}

func newEdgeLine(l line, page, block, at int, y float64) edgeLine {
	e := edgeLine{page: page, block: block, line: at, y: y}
	text := strings.Join(strings.Fields(narrow(l.text())), " ")
	e.text = number.ReplaceAllStringFunc(text, func(s string) string {
		chinese, isChinese := strings.CutSuffix(s, "页")
		if isChinese {
			e.numbers = append(e.numbers, chineseNumber(chinese))
			return "0页"
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			n = -1 // longer than any page number
		}
		e.numbers = append(e.numbers, n)
		return "0"
	})
	return e
}

// narrow writes full-width digits and signs as ASCII.
func narrow(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(fold.Compatible(r))
	}
	return b.String()
}

// chineseNumber reads 十二, 一〇三 and 一百二十; it is wrong about other words.
func chineseNumber(s string) int {
	total, digit := 0, 0
	for _, r := range s {
		switch n := strings.Index("〇一二三四五六七八九", string(r)); {
		case r == '十':
			total, digit = total+max(digit, 1)*10, 0
		case r == '百':
			total, digit = total+max(digit, 1)*100, 0
		case r == '零':
		case n >= 0:
			digit = digit*10 + n/len("〇")
		}
	}
	return total + digit
}

// remove takes lines out of the page.
func (p *page) remove(lines []edgeLine) {
	gone := make(map[[2]int]bool, len(lines))
	for _, e := range lines {
		gone[[2]int{e.block, e.line}] = true
	}
	var kept []block
	for b := range p.blocks {
		left := block{cell: p.blocks[b].cell}
		for l, line := range p.blocks[b].lines {
			if !gone[[2]int{b, l}] {
				left.add(line)
			}
		}
		if len(left.lines) > 0 {
			kept = append(kept, left)
		}
	}
	p.blocks = kept
}
