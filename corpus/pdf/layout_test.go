package pdf_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// prose is Chinese text of n characters that say where they stand.
func prose(label string, n int) string {
	const filler = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严龙飞"
	r := []rune(label)
	seed := 0
	for _, c := range r {
		seed = seed*31 + int(c)%1009
	}
	for i := 0; len(r) < n; i++ {
		r = append(r, []rune(filler)[(i*7+seed*13+i*i%97)%440])
	}
	return string(r[:n])
}

// column sets text in lines of width characters and returns the baseline behind it.
func (p *paper) column(x, y float64, width int, text string) float64 {
	for r := []rune(text); len(r) > 0; {
		n := min(width, len(r))
		p.put(x, y, string(r[:n]))
		r = r[n:]
		y -= 16
	}
	return y
}

func paragraphs(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
}

func check(t *testing.T, p *paper, want ...string) {
	t.Helper()
	got := paragraphs(parse(t, p.bytes()).Text)
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("paragraph %d is missing: %q", i, want[i])
		case i >= len(want):
			t.Errorf("paragraph %d is one too many: %q", i, got[i])
		case got[i] != want[i]:
			t.Errorf("paragraph %d is\n%q, want\n%q", i, got[i], want[i])
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	left, right := prose("左栏", 119)+"，", prose("右栏", 107)+"。"
	t.Run("one after the other", func(t *testing.T) {
		t.Parallel()
		p := newPaper().sized(200, 750, 24, "两栏之上的标题")
		p.column(50, 700, 20, left)
		p.column(280, 700, 20, right)
		check(t, p, "# 两栏之上的标题", left+right)
	})
	t.Run("the headline and the foot first", func(t *testing.T) {
		t.Parallel()
		p := newPaper().put(50, 60, "本报地址：临江市解放路一号，邮政编码三一五零零零，欢迎投稿，来信请寄编辑部")
		p.column(50, 700, 20, left)
		p.column(280, 700, 20, right)
		p.sized(200, 750, 24, "最后画的标题")
		check(t, p, "# 最后画的标题", left+right, "本报地址：临江市解放路一号，邮政编码三一五零零零，欢迎投稿，来信请寄编辑部")
	})
	t.Run("line by line across", func(t *testing.T) {
		t.Parallel()
		p := newPaper()
		l, r := []rune(left), []rune(right)
		for y := 700.0; len(l) > 0 || len(r) > 0; y -= 16 {
			for x, text := range map[float64]*[]rune{50: &l} {
				n := min(20, len(*text))
				p.put(x, y, string((*text)[:n]))
				*text = (*text)[n:]
			}
			n := min(20, len(r))
			p.put(280, y, string(r[:n]))
			r = r[n:]
		}
		check(t, p, left+right)
	})
	t.Run("two stories under two headlines", func(t *testing.T) {
		t.Parallel()
		p := newPaper()
		a, b, c, d := prose("甲", 60), prose("乙", 59)+"。", prose("丙", 60), prose("丁", 59)+"。"
		p.sized(50, 740, 18, "第一条新闻的标题")
		p.column(50, 700, 20, a)
		p.column(280, 700, 20, b)
		p.sized(50, 600, 18, "第二条新闻的标题")
		p.column(50, 560, 20, c)
		p.column(280, 560, 20, d)
		check(t, p, "# 第一条新闻的标题", a+b, "# 第二条新闻的标题", c+d)
	})
}

func TestTables(t *testing.T) {
	t.Parallel()
	p := newPaper()
	for i, row := range [][]string{{"地区", "产量", "增速"}, {"华东", "1200", "3.5%"}, {"西南", "87", "12.4%"}, {"东北", "460", "-1.2%"}} {
		for j, cell := range row {
			p.put(50+150*float64(j), 700-20*float64(i), cell)
		}
	}
	check(t, p, "地区\t产量\t增速", "华东\t1200\t3.5%", "西南\t87\t12.4%", "东北\t460\t-1.2%")
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	one, two := prose("一", 75)+"。", prose("二", 83)+"。"
	t.Run("by their indents", func(t *testing.T) {
		t.Parallel()
		p := newPaper()
		indented := func(y float64, text string) float64 {
			r := []rune(text)
			p.put(70, y, string(r[:28]))
			return p.column(50, y-16, 30, string(r[28:]))
		}
		indented(indented(700, one), two)
		check(t, p, one, two)
	})
	t.Run("by the gaps between them", func(t *testing.T) {
		t.Parallel()
		p := newPaper()
		p.column(50, p.column(50, 700, 30, one+prose("三", 14))-12, 30, two)
		check(t, p, one+prose("三", 14), two)
	})
	t.Run("across pages", func(t *testing.T) {
		t.Parallel()
		p := newPaper()
		p.column(50, 700, 30, two[:len(two)-len("。")]+prose("续", 7))
		p.next().column(50, 700, 30, one)
		parsed := parse(t, p.bytes())
		if want := two[:len(two)-len("。")] + prose("续", 7) + one + "\n"; parsed.Text != want {
			t.Errorf("got %q, want %q", parsed.Text, want)
		}
		if len(parsed.Pages) != 2 || !strings.HasPrefix(parsed.Text[parsed.Pages[1]:], one) {
			t.Errorf("pages begin at %v", parsed.Pages)
		}
	})
}

func TestLatinLines(t *testing.T) {
	t.Parallel()
	p := newPaper()
	for i, line := range []string{
		"The committee published its infor-", "mation in a well-known and state-of-",
		"the-art report; the years 2019-", "2021 are covered by an in-depth", "annex, and information is free to",
		"everyone at https://example.org/", "reports who asks for it in time.",
	} {
		p.put(50, 700-14*float64(i), line)
	}
	check(t, p, "The committee published its information in a well-known and state-of-the-art report; the years 2019-2021 are covered by an in-depth annex, and information is free to everyone at https://example.org/reports who asks for it in time.")
}

func TestRunningHeads(t *testing.T) {
	t.Parallel()
	p := newPaper()
	for i := range 5 {
		if i > 0 {
			p.next()
		}
		p.put(50, 770, "临江晚报 2026年3月1日")
		p.column(50, 700, 30, prose(fmt.Sprint("正文", i), 95)+"。")
		p.put([]float64{50, 500}[i%2], 30, fmt.Sprintf("— %d —", i+7))
	}
	var want []string
	for i := range 5 {
		want = append(want, prose(fmt.Sprint("正文", i), 95)+"。")
	}
	check(t, p, want...)
}

// Numbers at the top of pages that don't count them are text, and so is a line that
// stands on one page.
func TestNumbersAreNotPageNumbers(t *testing.T) {
	t.Parallel()
	p := newPaper()
	for i, year := range []string{"1998", "2003", "2016"} {
		if i > 0 {
			p.next()
		}
		p.put(50, 770, year)
		p.column(50, 700, 30, prose(year, 65)+"。")
	}
	check(t, p, "1998", prose("1998", 65)+"。", "2003", prose("2003", 65)+"。", "2016", prose("2016", 65)+"。")
}

func TestPageNumberOfASinglePage(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.column(50, 700, 30, prose("正文", 95)+"。")
	check(t, p.put(290, 30, "第 1 页 共 1 页"), prose("正文", 95)+"。")
}

func TestFootnotes(t *testing.T) {
	t.Parallel()
	first, second := prose("上页", 90), prose("下页", 75)+"。"
	p := newPaper()
	p.column(50, 700, 30, prose("前段", 70)+"。")
	p.column(50, 640, 30, first)
	p.sized(50, 60, 8, "① 这条脚注说明数据的来源。")
	p.next().column(50, 700, 30, second)
	check(t, p, prose("前段", 70)+"。", "① 这条脚注说明数据的来源。", first+second)
}

// PDFium sees turned text only where the font is in the file.
func TestTurnedText(t *testing.T) {
	t.Parallel()
	const text = "竖排的一段文字从右往左读，每一行从上往下，标点“引号”和（括号）也立着，共有三行多一点。2026年的English词横卧在行里。后面还有一句话，让这一段再长一些，好看出行与行的先后。"
	for name, want := range map[string]string{
		"vertical.pdf": text + "\n\n第二段在左边。\n",
		"turned.pdf":   strings.Replace(text, "竖排", "横放", 1) + "\n\n第二段在下边。\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, read(t, name)).Text; strings.ReplaceAll(got, " ", "") != want {
				t.Errorf("got\n%q, want\n%q", got, want)
			}
		})
	}
}

func TestCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"radicals of Kangxi", "⼈⼯智能⽤⽔", "人工智能用水"},
		{"other radicals", "⻓⻔⻢⻋", "长门马车"},
		{"compatibility ideographs", "樂聞", "樂聞"},
		{"ligatures", "ﬁ", "fi"},
		{"beyond the basic plane", "𠮷野家开张", "𠮷野家开张"},
		{"wide punctuation stays", "“好”，！（一）～…", "“好”，！（一）～…"},
		{"private use", "甲乙丙丁戊己", "甲乙丙丁戊己"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check(t, newPaper().put(50, 700, test.text), test.want)
		})
	}
}

func TestBoldByPrintingTwice(t *testing.T) {
	t.Parallel()
	check(t, newPaper().put(50, 700, "加粗的一行字").put(50.3, 700, "加粗的一行字"), "加粗的一行字")
}

func TestWatermarks(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.column(50, 700, 30, prose("正文", 95)+"。")
	p.matrix("0.7 0.7 -0.7 0.7 100 200", 60, "内部资料")
	check(t, p, prose("正文", 95)+"。")
}

// Some programs write all Chinese characters of a page first, then all Latin ones.
func TestLinesWrittenFontByFont(t *testing.T) {
	t.Parallel()
	p := newPaper().put(50, 700, "我们在").put(103, 700, "年发布了新的报告和").put(204, 700, "的数据。")
	p.put(82, 700, "2023").put(194, 700, "AI")
	check(t, p, "我们在2023年发布了新的报告和AI的数据。")
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ info, want string }{
		{"/Title(A study of rivers)", "A study of rivers"},
		{"/Title(Microsoft Word - draft 3.doc)", "页上的标题"},
		{"/Title(untitled)", "页上的标题"},
		{"/Title(document1)", "页上的标题"},
		{"/Title<FEFF65E068079898>", "页上的标题"},
		{"/Title(report_final.docx)", "页上的标题"},
		{"/Title(https://example.org/a)", "页上的标题"},
		{"/Title(12345)", "页上的标题"},
		{"/Title( )", "页上的标题"},
		{"", "页上的标题"},
	} {
		t.Run(test.info, func(t *testing.T) {
			t.Parallel()
			p := newPaper().sized(200, 750, 20, "页上的标题")
			p.info = test.info
			p.column(50, 700, 30, prose("正文", 95)+"。")
			if got := parse(t, p.bytes()).Title; got != test.want {
				t.Errorf("title %q, want %q", got, test.want)
			}
		})
	}
}

// A ligature is one glyph that stands for several letters.
func TestLigatures(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ligatures.pdf", "ligatures-shared.pdf", "browser.pdf"} { // by Chromium, WeasyPrint, and Chromium with its heads
		p := parse(t, read(t, name))
		if want := "Official findings on efficient filing: no difference, a fluffy waffle.\n"; p.Text != want {
			t.Errorf("%s: got %q, want %q", name, p.Text, want)
		}
	}
}

// A file may hold its lines in any order at all.
func TestLinesInNoOrder(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 5))
	type piece struct {
		x, y float64
		text string
	}
	left, right := prose("左栏", 600)+"", prose("右栏", 587)+"。"
	var all []piece
	for x, text := range map[float64]string{50: left, 280: right} {
		for i, r := 0, []rune(text); len(r) > 0; i++ {
			n := min(20, len(r))
			all = append(all, piece{x, 700 - 16*float64(i), string(r[:n])})
			r = r[n:]
		}
	}
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	p := newPaper()
	for _, l := range all {
		p.put(l.x, l.y, l.text)
	}
	check(t, p.sized(200, 750, 24, "两栏之上的标题"), "# 两栏之上的标题", left+right)
}

// The dashes between figures come from a font whose boxes are those of the ink. PDFium
// takes text that a page shows upside down for text that runs to the left.
func TestFlatDashesAndPagesOnTheirHeads(t *testing.T) {
	t.Parallel()
	want := "团队采用BIM 5D与GNSS定位，规划（2021—2035年）一共九座，偏差在±8 mm以内，每年维护费用约70万—90万元，由基金列支；江豚监测点从3处增至11处。\n"
	for _, name := range []string{"dash.pdf", "head.pdf"} { // by Chromium; the same with /Rotate 180
		if p := parse(t, read(t, name)); p.Text != want {
			t.Errorf("%s: got %q, want %q", name, p.Text, want)
		}
	}
}
