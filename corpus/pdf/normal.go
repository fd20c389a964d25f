package pdf

import (
	"strings"
	"unicode"

	"yinju/corpus/fold"
)

const softHyphen = '\u00ad'

// standard is how a character is usually written. A font that draws two characters
// alike lets a PDF name either: 人 may come as the radical ⼈.
func standard(r rune) string {
	switch {
	case r == '\u0002': // PDFium's hyphen at the end of a line
		return "-"
	case r < 0x2e80:
		if r < ' ' {
			return ""
		}
		return string(r)
	case r <= 0x2eff:
		if i := strings.IndexRune(radicals, r); i >= 0 {
			for _, han := range radicals[i+len("⺀"):] {
				return string(han)
			}
		}
		return fold.Compatible(r)
	case r <= 0x2fdf, // radicals of Kangxi
		r >= 0xf900 && r <= 0xfb06,   // compatibility ideographs, ligatures
		r >= 0xfe10 && r <= 0xfe19,   // forms of punctuation for vertical lines
		r >= 0xfe30 && r <= 0xfe48,   // more of them
		r >= 0x2f800 && r <= 0x2fa1f: // compatibility ideographs
		return vertical.Replace(fold.Compatible(r))
	case unusable(r):
		return ""
	}
	return string(r)
}

// vertical mends what NFKC makes of punctuation in vertical lines: ASCII, where
// Chinese text has wide marks.
var vertical = strings.NewReplacer(",", "，", ":", "：", ";", "；", "!", "！", "?", "？", "(", "（", ")", "）", "..", "…", "...", "…", "{", "｛", "}", "｝", "_", "＿")

// unusable says whether a character means something within one font only, or nothing.
func unusable(r rune) bool {
	return unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar || r == 0xfeff || r&0xfffe == 0xfffe
}

// radicals are pairs of a radical and the character that it is drawn like, where
// Unicode has no decomposition (U+2E80 to U+2EF3).
const radicals = "⺁厂⺄乙⺅亻⺆冂⺇几⺈⺈⺉刂⺋㔾⺌⺌⺍⺍⺎兀⺏尣⺐尢⺑尣⺒巳⺓幺⺔彑⺕彐⺖忄⺗⺗⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺨犭⺩王⺪⺪⺫罒⺬示⺭礻⺮⺮⺰纟⺱罓⺲罒⺳⺳⺴⺴⺶羊⺷羊⺸羋⺹耂⺺聿⺻聿⺼月⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阝⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
