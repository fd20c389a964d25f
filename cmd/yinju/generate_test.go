package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// generated is an article made from lists of words, about a place that no other
// article knows. Version changes its facts and all its text, but not its subject.
type generated struct {
	Name     string // of the file
	Text     string
	Question string
	Fact     string // the sentence that answers the question
	Answer   string // what of it is asked for
}

// generate makes article number of about so many characters. Equal arguments give
// equal articles.
func generate(number, version, characters int) generated {
	r := rand.New(rand.NewPCG(uint64(number), uint64(version)))
	place := placeName(number)
	length := 1000 + (number*37+version*7919)%90_000
	g := generated{
		Name:     fmt.Sprintf("%02d/%04d.md", number%20, number),
		Question: place + "的石桥全长多少米？",
		Fact:     fmt.Sprintf("%s的石桥始建于%d年，全长%d米，桥上有%d座石狮。", place, 1500+r.IntN(400), length, 20+r.IntN(400)),
		Answer:   fmt.Sprintf("全长%d米", length),
	}
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s见闻\nsource: %s\ndate: %d-%02d-%02d\n---\n", place, pick(r, papers), 2015+r.IntN(9), 1+r.IntN(12), 1+r.IntN(28))
	at := r.IntN(max(1, characters*3/4))
	told := false
	for n := 0; utf8.RuneCountInString(b.String()) < characters || !told; n++ {
		if n%4 == 0 {
			fmt.Fprintf(&b, "\n## %s的%s\n", place, pick(r, things))
		}
		b.WriteString("\n")
		for range 3 + r.IntN(4) {
			b.WriteString(sentence(r, place))
		}
		if !told && utf8.RuneCountInString(b.String()) >= at {
			b.WriteString(g.Fact)
			told = true
		}
		b.WriteString("\n")
	}
	g.Text = b.String()
	return g
}

// placeName gives each number a name of its own: three characters and what it is.
func placeName(number int) string {
	n := len(syllables)
	first, second := number%n, number/n%n
	third := (number/n/n*7 + first + 3*second) % n
	return string([]rune{syllables[first], syllables[second], syllables[third]}) + pick(rand.New(rand.NewPCG(uint64(number), 0)), kinds)
}

func sentence(r *rand.Rand, place string) string {
	n := 2 + r.IntN(980)
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("%s，%s%s在%s%s%s，%s。", pick(r, times), pick(r, places), pick(r, people), pick(r, places), pick(r, verbs), pick(r, things), pick(r, ends))
	case 1:
		return fmt.Sprintf("据%s记载，%s当年有%d%s%s，%s。", pick(r, papers), pick(r, places), n, pick(r, units), pick(r, things), pick(r, ends))
	case 2:
		return fmt.Sprintf("%s的%s说：“%s的%s要%s，不然%s。”", place, pick(r, people), pick(r, places), pick(r, things), pick(r, verbs), pick(r, ends))
	case 3:
		return fmt.Sprintf("从%s到%s，%s增加了%d%%，其中%s占了将近一半。", pick(r, times), pick(r, times), pick(r, things), 1+r.IntN(90), pick(r, things))
	case 4:
		return fmt.Sprintf("%s们%s%s，又%s了%s，%s。", pick(r, people), pick(r, times), pick(r, verbs), pick(r, verbs), pick(r, things), pick(r, ends))
	default:
		return fmt.Sprintf("在%s，%s和%s之间隔着%d里路，%s。", pick(r, places), pick(r, things), pick(r, things), n, pick(r, ends))
	}
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

var (
	syllables = []rune("青岚渡松鹤溪云岭霜枫竹渊墨湾桐芦雁澜砚棠榆浦屿柳荷梅茶盐铁铜银锦绣玉泉龙虎凤麟鹿鱼鸣")
	kinds     = strings.Fields("镇 村 寨 堡 屯 驿 坪 营")
	papers    = strings.Fields("县志 水利年鉴 商会旧账 乡土调查 航运周报 农事通讯 驿路杂记 校史馆藏 茶业月刊 气象简报")
	times     = strings.Fields("清晨 入冬以后 雨季到来之前 去年秋天 解放初期 三十年代 汛期 农闲时节 集市当天 年关将近 开春 战乱平息后 通车那年 丰收的季节 半夜 近十年 新世纪之初 改革开放以来 连续三年 最热的七月")
	places    = strings.Fields("码头 祠堂 供销社 河滩 梯田 茶园 盐场 粮仓 学堂 戏台 磨坊 渡口 山坳 集市 果园 卫生所 车站 水库 窑厂 老街 城隍庙 造船厂 气象站 图书室 养蜂场 林场 采石场 邮局 打谷场 鱼塘")
	people    = strings.Fields("船工 教书先生 掌柜 石匠 护林员 会计 摆渡人 赤脚医生 木匠 邮递员 果农 渔民 铁匠 放映员 水文员 染坊师傅 药农 挑夫 接生婆 账房 纺织女工 拖拉机手 退伍军人 说书人 茶商 养蜂人 测绘队员 值班员 技术员 老支书")
	verbs     = strings.Fields("修补 清点 运走 登记 晾晒 种下 收购 丈量 翻新 看守 搬运 试验 分发 挖出 拍卖 封存 打捞 嫁接 调查 展出 改造 抄写 加固 疏通 测量 交换 借用 归还 焚毁 捐赠")
	things    = strings.Fields("木船 稻谷 石碑 账本 茶叶 铁锅 丝绸 药材 蜂蜜 渔网 水车 门楼 族谱 瓷器 灯笼 桐油 井水 橘子 牛羊 地契 课本 胶片 雨量 河堤 老槐树 棉布 竹器 铜钟 雕版 风车 种子 煤炭 盐引 渡船 油画 马帮 收音机 发电机 水泵 缝纫机")
	ends      = strings.Fields("价钱翻了一番 谁也说不清缘由 邻近几个乡都来看热闹 后来写进了碑文 一直用到今天 总算没有误了农时 为此还开过两次会 剩下的分给了各家各户 县里专门派人来核对 年轻人大多没有见过 至今还有人提起 夜里也点着灯 连着下了几天雨 收成比往年要好 老人们记得很清楚 第二年就停了 从此再没有断过 路也因此改了道 省城的报纸登了消息 数目始终对不上")
	units     = strings.Fields("条 艘 担 户 亩 箱 匹 座 件 车")
)

func TestGeneratedArticles(t *testing.T) {
	t.Parallel()
	names, answers := make(map[string]bool), make(map[string]bool)
	for i := range 1000 {
		g := generate(i, 1, 3000)
		if n := utf8.RuneCountInString(g.Text); n < 3000 || n > 3500 || !strings.Contains(g.Text, g.Fact) || !strings.Contains(g.Fact, g.Answer) {
			t.Fatalf("article %d has %d characters:\n%s", i, n, g.Text)
		}
		names[placeName(i)], answers[g.Answer] = true, true
	}
	if len(names) != 1000 || len(answers) != 1000 {
		t.Errorf("%d places and %d answers in 1000 articles", len(names), len(answers))
	}
	if again := generate(7, 1, 3000); again != generate(7, 1, 3000) || generate(7, 1, 3000).Text == generate(7, 2, 3000).Text {
		t.Error("equal arguments must give equal articles, and other versions others")
	}
}
