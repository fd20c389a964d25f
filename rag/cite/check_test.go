package cite

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Sources of the table, written for it.
var sourceTexts = map[string]string{
	"counts": "一份研究报告统计，截至2023年7月底，国内已发布的人工智能大模型达130个，其中今年前7个月问世的有64个。从事大模型研发的公司至少有130家，通用大模型占78款。",
	"wenxin": "8月31日，文心一言面向公众开放。首日24小时内，它回答了超过3342万个问题，平均每分钟2.3万余个。开放后，该应用登上多家应用商店的热门榜首。",
	"spark":  "讯飞星火自2023年9月5日起全面开放，14小时内用户数突破100万。研究院院长周远表示，未来会出现“会用模型的人终将胜出”的局面。",
	"money":  "咨询公司估算，生成式AI每年可为全球经济带来25万亿美元的潜在收益，其中约三成来自软件开发。该公司去年营收12.5亿元，同比增长50%，毛利率提高3.2个百分点。",
	"sense":  "商汤的商量SenseChat已与500多家客户建立合作，覆盖金融、医疗、汽车等行业。其模型参数规模为1800亿，训练数据超过1.6万亿token。",
	"tech":   "GPT-4o在该项评测中得分88.7，Qwen2.5-72B得分86.1。训练使用了2048块H800显卡，耗时约两个半月，成本557.6万美元。上下文长度为128K。",
	"trad":   "騰訊混元大模型於2023年9月7日正式亮相，參數規模超過千億，預訓練語料超過兩萬億個詞元。騰訊集團副總裁蔣杰說，騰訊會把大模型用進每個產品。",
	"en":     "On September 7, 2023, Tencent unveiled its Hunyuan model with more than 100 billion parameters. The company said that revenue grew by 15 percent to $21.6 billion in the third quarter.",
	"far":    "商汤与500多家客户建立合作，覆盖金融、医疗、汽车、零售、教育等行业，并计划在来年进一步扩大服务范围与交付团队的规模。" + strings.Repeat("这一段谈的是天气。", 8) + "候鸟保护区去年记录到320种鸟，比往年更多。",
	"ants":   "蚂蚁集团开源了代码大模型CodeFuse，支持40多种编程语言。在HumanEval上，它的通过率为74.4%，排名全球第二。三分之二的工程师每天使用它。",
}

var supportTests = []struct {
	sources, sentence, verdict string
	missing                    string // joined by |
}{
	// what the sources say, in their words and in others
	{"counts", "截至2023年7月底，国内已发布130个大模型。", Supported, ""},
	{"counts", "截至2023年7月末，国内的大模型已有130款。", Supported, ""},
	{"counts", "到2023年7月，我国累计发布一百三十个人工智能大模型。", Supported, ""},
	{"counts", "今年前7个月问世的大模型有64个。", Supported, ""},
	{"counts", "至少有130家公司在研发大模型，其中通用大模型78个。", Supported, ""},
	{"wenxin", "文心一言8月31日向公众开放，首日回答问题超3342万个。", Supported, ""},
	{"wenxin", "文心一言开放首日回复了33,420,000个问题。", Supported, ""},
	{"wenxin", "文心一言首日回答了三千三百四十二万个问题。", Supported, ""},
	{"wenxin", "首日24小时内平均每分钟回答23000多个问题。", Supported, ""},
	{"wenxin", "开放后该应用登上应用商店热门榜。", Supported, ""},
	{"spark", "讯飞星火上线14小时用户突破100万。", Supported, ""},
	{"spark", "讯飞星火开放14小时，用户数超过一百万人。", Supported, ""},
	{"spark", "2023-09-05，讯飞星火全面开放。", Supported, ""},
	{"spark", "周远认为会出现“会用模型的人终将胜出”的局面。", Supported, ""},
	{"money", "生成式AI每年可为全球经济带来25万亿美元收益。", Supported, ""},
	{"money", "该公司去年营收12.5亿元，同比增长百分之五十。", Supported, ""},
	{"money", "去年公司营收1,250,000,000元。", Supported, ""},
	{"money", "约30%的潜在收益来自软件开发。", Supported, ""},
	{"money", "毛利率提高了3.2个百分点。", Supported, ""},
	{"sense", "商量SenseChat与500多家客户建立了合作。", Supported, ""},
	{"sense", "商汤的客户超过500家，涉及金融、医疗和汽车行业。", Supported, ""},
	{"sense", "模型参数为180B，训练数据超过1.6万亿token。", Supported, ""},
	{"sense", "商量的客户覆盖金融、医疗、汽车等多个行业。", Supported, ""},
	{"tech", "GPT-4o得分88.7，高于Qwen2.5-72B的86.1。", Supported, ""},
	{"tech", "GPT 4o 得分为88.7。", Supported, ""},
	{"tech", "训练用了2048块H800，成本为5.576 million美元。", Supported, ""},
	{"tech", "训练耗时约2.5个月。", Supported, ""},
	{"tech", "上下文长度为128K。", Supported, ""},
	{"trad", "腾讯混元大模型于2023年9月7日亮相，参数规模超千亿。", Supported, ""},
	{"trad", "腾讯副总裁蒋杰说，腾讯会把大模型用进每个产品。", Supported, ""},
	{"trad", "混元的预训练语料超过2万亿词元。", Supported, ""},
	{"trad", "混元模型9月7日亮相。", Supported, ""},
	{"en", "Tencent unveiled the Hunyuan model on 7 September 2023.", Supported, ""},
	{"en", "Revenue grew 15% to 21.6 billion dollars.", Supported, ""},
	{"en", "混元于2023年9月7日发布，参数超过1000亿。", Supported, ""},
	{"trad", "Hunyuan appeared on September 7, 2023 with over 100 billion parameters.", Supported, ""},
	{"wenxin", "It answered more than 33.42 million questions within 24 hours.", Supported, ""},
	{"ants", "CodeFuse支持40多种编程语言。", Supported, ""},
	{"ants", "CodeFuse在HumanEval上的通过率达到74.4％，全球排名第二。", Supported, ""},
	{"ants", "有三分之二的工程师每天使用CodeFuse。", Supported, ""},
	{"counts spark", "国内有130个大模型，其中讯飞星火用户突破100万。", Supported, ""},
	{"counts", "2023年，国内大模型数量达到130个。", Supported, ""},
	// a changed digit
	{"counts", "截至2023年7月底，国内已发布131个大模型。", Partial, "131个"},
	{"counts", "国内已发布的大模型达180个。", Unsupported, "180个"},
	{"counts", "今年前7个月问世的大模型有46个。", Partial, "46个"},
	{"wenxin", "文心一言首日回答了3324万个问题。", Unsupported, "3324万个"},
	{"wenxin", "平均每分钟回答2.6万个问题。", Unsupported, "2.6万个"},
	{"money", "该公司去年营收12.6亿元，同比增长50%。", Partial, "12.6亿元"},
	{"money", "毛利率提高2.3个百分点。", Unsupported, "2.3个百分点"},
	{"tech", "GPT-4o得分87.8。", Partial, "87.8"},
	{"sense", "商量与600多家客户建立合作。", Unsupported, "600多家"},
	{"ants", "通过率为74.7%。", Unsupported, "74.7%"},
	{"ants", "四分之三的工程师每天使用它。", Unsupported, "四分之三"},
	{"ants", "它排名全球第一。", Unsupported, "第一"},
	// a changed magnitude
	{"wenxin", "文心一言首日回答了3342亿个问题。", Unsupported, "3342亿个"},
	{"wenxin", "文心一言首日回答了3.342万个问题。", Unsupported, "3.342万个"},
	{"spark", "讯飞星火14小时用户突破1000万。", Partial, "1000万"},
	{"money", "潜在收益达25亿美元。", Unsupported, "25亿美元"},
	{"wenxin", "It answered 334.2 million questions in 24 hours.", Partial, "334.2 million"},
	{"trad", "混元参数规模超万亿。", Unsupported, "万亿"},
	{"sense", "模型参数规模为18B。", Unsupported, "18B"},
	// a changed unit
	{"spark", "讯飞星火14小时收入突破100万元。", Partial, "100万元"},
	{"money", "潜在收益达25万亿元。", Unsupported, "25万亿元"},
	{"money", "该公司营收12.5亿美元。", Unsupported, "12.5亿美元"},
	{"money", "毛利率提高3.2%。", Unsupported, "3.2%"},
	{"spark", "讯飞星火14天内用户突破100万。", Partial, "14天"},
	{"money", "该公司营收增长50倍。", Unsupported, "50倍"},
	{"tech", "训练耗时约2.5小时。", Unsupported, "2.5小时"},
	// a changed date
	{"wenxin", "8月30日，文心一言面向公众开放。", Unsupported, "8月30日"},
	{"spark", "讯飞星火于2022年9月5日全面开放。", Unsupported, "2022年9月5日"},
	{"wenxin", "文心一言于2023年8月31日面向公众开放。", Unsupported, "2023年8月31日"},
	{"counts", "截至2023年7月初，国内已有130个大模型。", Partial, "2023年7月初"},
	{"en", "Tencent unveiled Hunyuan on September 9, 2023.", Partial, "September 9, 2023"},
	{"trad", "混元于2023年10月7日亮相。", Unsupported, "2023年10月7日"},
	// a changed name
	{"tech", "GPT-4得分88.7。", Partial, "GPT-4"},
	{"tech", "Qwen2.5-7B得分86.1。", Partial, "Qwen2.5-7B"},
	{"ants", "CodeGeeX支持40多种编程语言。", Partial, "CodeGeeX"},
	{"spark", "周强表示，未来会出现“会用模型的人终将胜出”的局面。", Partial, "周强"},
	{"spark", "周远认为“应用为王”。", Partial, "应用为王"},
	{"trad", "腾讯集团副总裁汤道生说，腾讯会把大模型用进每个产品。", Unsupported, "汤道生"},
	{"en", "Tencent unveiled its model Hunyuan with Microsoft on September 7, 2023.", Partial, "Microsoft"},
	{"spark", "《大模型白皮书》说用户突破100万。", Partial, "大模型白皮书"},
	// true elsewhere, cited wrongly; not said at all
	{"sense", "讯飞星火上线14小时用户突破100万。", Unsupported, "14小时|100万"},
	{"money", "国内已发布130个大模型。", Unsupported, "130个"},
	{"counts", "深圳地铁每天早上六点半开始运营。", Unsupported, ""},
	{"wenxin", "监管部门要求算法必须登记备案。", Unsupported, ""},
	{"tech", "量子计算机即将取代传统芯片。", Unsupported, ""},
	{"", "国内已发布130个大模型。", Unsupported, ""},
	{"", "大模型正在改变各行各业的生产方式。", Unsupported, ""},
	{"far", "商汤的客户有320家。", Unsupported, "320家"},
	{"far", "候鸟保护区记录到320种鸟。", Supported, ""},
	// nothing to check
	{"counts", "以下是资料中的主要内容：", None, ""},
	{"counts", "您好！", None, ""},
	{"counts", "根据提供的资料，情况如下：", None, ""},
	{"counts", "资料中没有提到2024年的数据。", None, ""},
	{"counts", "The passages do not mention 2024.", None, ""},
	{"counts", "您还想了解哪些方面？", None, ""},
	{"", "希望以上信息对您有帮助。", None, ""},
	{"", "Here is a summary:", None, ""},
	{"", "---", None, ""},
	{"counts", "抱歉，我无法回答这个问题。", None, ""},
	{"counts", "我国没有相关法律。", Unsupported, ""},
	{"counts", "Hinton left the firm.", Partial, ""},
	{"counts", "好的模型需要高质量语料。", Unsupported, ""},
	{"counts", "具体如下：", None, ""},
	// what is longer than any name is none
	{"ants", "CodeFuse支持40多种编程语言" + strings.Repeat("x1", 50) + "。", Supported, ""},
	// everyday numerals are no facts
	{"sense", "商汤的商量是一个覆盖金融、医疗等行业的模型。", Supported, ""},
	{"sense", "商量主要覆盖三个行业：金融、医疗和汽车。", Supported, ""},
	{"counts", "1. 国内已发布130个大模型。", Supported, ""},
}

func sourcesOf(names string) (sources []string) {
	for _, name := range strings.Fields(names) {
		sources = append(sources, sourceTexts[name])
	}
	return sources
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if len(supportTests) < 80 {
		t.Fatalf("only %d cases", len(supportTests))
	}
	for _, test := range supportTests {
		got := Check(test.sentence, sourcesOf(test.sources))
		if got.Verdict != test.verdict || strings.Join(got.Missing, "|") != test.missing {
			t.Errorf("%s\n got %s %q\nwant %s %q", test.sentence, got.Verdict, got.Missing, test.verdict, test.missing)
		}
	}
}

func TestCheckNames(t *testing.T) {
	t.Parallel()
	c := Checker{Names: func(s string) []string { return []string{"华为", "不在句中", "字"} }}
	got := c.Check("華為的混元大模型正式亮相。", sourcesOf("trad"))
	if want := (Support{Unsupported, []string{"華為"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// FuzzCheck: a verdict is one of four and repeatable, what is missing stands in the
// sentence, and a sentence without numbers, dates and names of its own supports itself.
func FuzzCheck(f *testing.F) {
	for _, test := range supportTests {
		f.Add(test.sentence, sourceTexts[strings.Fields(test.sources + " counts")[0]])
	}
	f.Fuzz(func(t *testing.T, sentence, source string) {
		got := Check(sentence, []string{source})
		if again := Check(sentence, []string{source}); !reflect.DeepEqual(got, again) {
			t.Fatalf("%q: %v, then %v", sentence, got, again)
		}
		if !slices.Contains([]string{Supported, Partial, Unsupported, None}, got.Verdict) {
			t.Fatalf("%q: %v", sentence, got)
		}
		for _, m := range got.Missing {
			if !strings.Contains(string([]rune(sentence)), m) {
				t.Fatalf("%q does not hold %q", sentence, m)
			}
		}
		if self := Check(sentence, []string{sentence}); len(self.Missing) > 0 {
			t.Fatalf("%q lacks %q of itself", sentence, self.Missing)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	var sources []string
	for _, text := range sourceTexts {
		r := []rune(strings.Repeat(text, 5))
		sources = append(sources, string(r[:300]))
	}
	sources = sources[:8]
	for b.Loop() {
		Check("截至2023年7月底，国内已发布130个大模型，周远认为GPT-4o得分88.7，讯飞星火14小时用户突破100万。", sources)
	}
}
