package segment

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// commonFrequency is the frequency in Jieba's dictionary from which on a word is so
// common that another word may well stand for it. About 5,500 words have it.
const commonFrequency = 1500

// commonWords are the common words of the embedded dictionary, read once.
var commonWords = sync.OnceValues(func() (map[string]bool, error) {
	data, err := unpack(dictionary)
	if err != nil {
		return nil, err
	}
	words := make(map[string]bool)
	for line := range bytes.Lines(data) {
		word, rest, _ := bytes.Cut(line, []byte(" "))
		frequency, _, _ := bytes.Cut(rest, []byte(" "))
		if n, err := strconv.Atoi(string(frequency)); err == nil && n >= commonFrequency {
			words[string(word)] = true
		}
	}
	return words, nil
})

// tagged is a word with its part of speech, in the tags of ICTCLAS that Jieba uses: nr
// a person, ns a place, nt an organisation, nz another name, n a noun, x none known.
type tagged struct{ word, tag string }

// tags cuts folded text and tags its words. Text between Han runs comes as one word with
// the tag x or eng.
func (s *Segmenter) tags(text string) []tagged {
	var list []tagged
	for run := range fold.Runs(text) {
		switch run.Kind {
		case fold.Han:
			for piece := range pieces(run.Text, maxPiece) {
				list = append(list, s.tagPiece(piece)...)
			}
		case fold.Word:
			list = append(list, tagged{run.Text, "eng"})
		default:
			list = append(list, tagged{text[run.Start:run.End], "w"})
		}
	}
	return list
}

func (s *Segmenter) tagPiece(piece string) []tagged {
	j := s.jieba()
	defer runtime.KeepAlive(j)
	var list []tagged
	for _, both := range j.Tag(piece) {
		if i := strings.LastIndexByte(both, '/'); i > 0 {
			list = append(list, tagged{both[:i], both[i+1:]})
		}
	}
	return list
}

const surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲家封储靳段富巫乌焦巴弓牧隗山谷车侯全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎白怀蒲从鄂索赖卓蔺屠蒙池乔闻党翟谭贡姬申堵冉宰雍桑桂牛寿通边燕冀尚农温别庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖终暨居衡步都耿满弘匡国文寇广东欧利师巩聂晁勾敖融冷辛阚那简饶曾沙养鞠丰关查荆游竺权盖益桓公万俟肖迟覃付代佟涂"

// organisations are the nouns that end the name of one.
var organisations = []string{
	"公司", "有限公司", "股份公司", "集团", "大学", "学院", "医院", "银行", "研究院", "研究所", "委员会", "法院", "检察院", "中学", "小学",
	"博物馆", "图书馆", "美术馆", "出版社", "俱乐部", "协会", "学会", "基金会", "证券", "汽车", "科技", "航空", "电视台", "剧院", "剧场", "体育场", "机场", "车站", "大桥", "街道", "镇", "村", "乡", "县", "区", "市", "省", "队", "湖", "河", "江", "山", "岛", "路", "街", "寺", "宫", "庙", "港", "湾", "峰",
}

// Names returns the names of people, places, organisations and works that text holds,
// folded, in order of appearance: those that the dictionary knows, those that a
// surname begins and the dictionary lacks, and what stands before a word such as 公司.
// It is a guess: a rare noun may be among them, and a name of everyday words is not.
func (s *Segmenter) Names(text string) []string {
	var names []string
	list := s.tags(text)
	for i, w := range list {
		n := utf8.RuneCountInString(w.word)
		dotted := i+1 < len(list) && strings.HasPrefix(list[i+1].word, "·") || i > 0 && strings.HasSuffix(list[i-1].word, "·")
		if w.tag == "w" || w.tag == "eng" || n < 2 && !dotted {
			continue
		}
		behind := i+1 < len(list) && slices.Contains(organisations, list[i+1].word)
		if dotted || s.isName(w, n) || behind && nominal(w.tag) && !s.common[w.word] {
			names = append(names, bare(w, n))
		}
	}
	return names
}

// bare cuts off what the guess of an unknown word took too much: 索萨为.
func bare(w tagged, n int) string {
	_, size := utf8.DecodeLastRuneInString(w.word)
	if w.tag == "x" && n > 2 && strings.Contains("为在和与是的将于对把被等由向从称说", w.word[len(w.word)-size:]) {
		return w.word[:len(w.word)-size]
	}
	return w.word
}

func (s *Segmenter) isName(w tagged, n int) bool {
	if s.common[w.word] && w.tag != "ns" && w.tag != "nt" || strings.ContainsAny(w.word, "您你我他她它们") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(w.word)
	switch w.tag {
	case "ns", "nt", "nrt", "nrfg":
		return !slices.Contains(generic, w.word)
	case "nr", "x":
		return n <= 4 && strings.ContainsRune(surnames, first) && !slices.Contains(generic, w.word)
	}
	return false
}

// generic are words that the dictionary takes for places and that are none.
var generic = []string{"台风", "海外", "内地", "大陆", "本地", "当地", "世界", "全球", "全国", "全省", "全市", "国内", "国外", "境内", "境外", "老家", "故乡", "山区", "城区", "市区", "郊区", "沿海", "内陆", "首都", "省会", "县城", "海洋", "太空", "月球", "地球", "法院", "医院", "学校", "高级中学", "谢谢", "高峰", "成功", "平安", "安康", "白云", "明明", "马路", "黄金", "金子", "温泉", "常年", "全集", "满月", "方正", "万元", "万能", "高端", "高层", "单车", "车祸", "水灾", "时时", "于是", "向来", "应用", "安全", "全面", "关键", "经济"}

// nominal tells the tags of nouns and of what may be part of a name.
func nominal(tag string) bool {
	switch tag {
	case "n", "nr", "ns", "nt", "nz", "nrt", "nrfg", "x", "j", "b", "a", "zg", "s", "t", "vn", "l", "i", "ng":
		return true
	}
	return false
}

// Rare returns the uncommon nouns and names of other things that text holds, folded, in
// order of appearance; of a compound its uncommon parts. Those of Names are not among
// them.
func (s *Segmenter) Rare(text string) []string {
	var rare []string
	for _, w := range s.tags(text) {
		n := utf8.RuneCountInString(w.word)
		if n < 2 || s.isName(w, n) {
			continue
		}
		switch w.tag {
		case "n", "nr", "nz", "ns", "j":
			rare = append(rare, s.uncommon(w.word, n)...)
		case "t": // 唐代, not 先去
			if strings.HasSuffix(w.word, "代") || strings.HasSuffix(w.word, "朝") || strings.HasSuffix(w.word, "节") {
				rare = append(rare, w.word)
			}
		}
	}
	return rare
}

// uncommon is the word, or the uncommon words in it, without those in the common.
func (s *Segmenter) uncommon(word string, n int) (rare []string) {
	if s.common[word] {
		return nil
	}
	if n < 3 {
		return []string{word}
	}
	parts := slices.DeleteFunc(s.cutForSearch(word), func(p string) bool { return p == word })
	for _, p := range parts {
		if !s.common[p] {
			rare = append(rare, p)
		}
	}
	if len(parts) == 0 {
		return []string{word}
	}
	return rare
}
