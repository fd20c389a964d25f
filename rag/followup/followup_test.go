package followup_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"yinju/corpus/segment"
	"yinju/rag/followup"
)

// resolver cuts as the program does; the names stand for what articles are tagged with.
func resolver(t testing.TB) followup.Resolver {
	t.Helper()
	words, err := segment.New(segment.Config{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"商汤": true, "商量": true, "商汤商量": true, "腾讯": true, "腾讯混元": true, "文心一言": true, "讯飞星火": true, "蚂蚁集团": true, "望江塔": true, "听雨桥": true}
	return followup.Resolver{Cut: words.Words, Named: func(word string) bool { return names[word] }}
}

func conversation(said ...string) []followup.Turn {
	var turns []followup.Turn
	for i := 0; i+1 < len(said); i += 2 {
		turns = append(turns, followup.Turn{Question: said[i], Answer: said[i+1]})
	}
	return turns
}

func TestFollowUpsReadLikeQuestions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ turns, want string }{
		// a fragment takes the place of the subject
		{"商汤的商量大模型有多少客户？|500多家。[1]|那腾讯呢？", "腾讯的大模型有多少客户？"},
		{"商汤商量有多少家客户？|500多家。|腾讯混元又如何？", "腾讯混元有多少家客户？"},
		{"騰訊混元是哪一天公開的？|9月7日。|那訊飛星火呢？", "訊飛星火是哪一天公開的？"},
		{"东部集群的PUE不得高于多少？|1.25。|西部集群呢？", "西部集群的PUE不得高于多少？"},
		{"How many customers does SenseTime have?|500.|What about Ant Group?", "How many customers does Ant Group have?"},
		{"What must a provider do for minors?|Steps.|And for pictures?", "What must a provider do for pictures?"},
		{"商汤商量什么时候公布的？|4月。|那客户呢？", "商汤商量的客户呢？"},
		{"望江塔建于哪一年？|1621年。|那听雨桥呢？", "听雨桥建于哪一年？"},
		{"望江塔全长多少米？|38米。|那总投资呢？", "望江塔的总投资呢？"},
		{"听雨桥的春茶哪一天开采？|3月28日。|那收购价呢？", "听雨桥的收购价呢？"},
		{"望江塔几点开放？|八点。|门票多少钱？", "望江塔的门票多少钱？"},
		// another time
		{"国产开源模型2023年有哪些？|很多。|那2025年呢？", "国产开源模型2025年有哪些？"},
		{"美国什么时候出台了限制？|10月。|2023年呢？", "2023年美国什么时候出台了限制？"},
		{"What opened on 31 August 2023?|All.|And on 5 September?", "What opened on 5 September?"},
		{"Who led in 2021?|A.|And in 2022?", "Who led in 2022?"},
		// pronouns
		{"腾讯混元什么时候亮相？|9月。|它的参数规模有多大？", "腾讯混元的参数规模有多大？"},
		{"腾讯混元什么时候亮相？|9月。|其参数规模是多少？", "腾讯混元的参数规模是多少？"},
		{"蚂蚁集团有什么家底？|三样。|该公司的首席技术官是谁？", "蚂蚁集团的首席技术官是谁？"},
		{"《暂行办法》什么时候施行？|8月。|这个办法一共多少条？", "《暂行办法》一共多少条？"},
		{"昇腾平台上有多少家？|26家。|华为给它起了什么名字？", "华为给昇腾平台起了什么名字？"},
		{"商汤集团的首席执行官是谁？|董事长兼首席执行官徐立称这是关键时期。|他怎么看？", "徐立怎么看？"},
		{"谁预测会分三步？|金沙江创投的张予彤。|她还说了什么？", "张予彤还说了什么？"},
		{"When did Tencent present Hunyuan?|September.|How many of its products use it?", "How many of Tencent's products use Hunyuan?"},
		{"讯飞星火是哪天开放的？|9月。|When was it first released?", "When was 讯飞星火 first released?"},
		// what was left out
		{"东数西算是什么意思？|西送。|有几个枢纽节点？", "东数西算有几个枢纽节点？"},
		{"寒武纪是哪一年上市的？|2020年。|在哪儿？", "寒武纪在哪儿上市？"},
		{"《暂行办法》管哪些服务？|文本。|什么时候开始的？", "《暂行办法》什么时候开始的？"},
		{"蚂蚁金融大模型开源了吗？|否。|为什么？", "为什么蚂蚁金融大模型没有开源？"},
		{"商汤商量的客户分布在几个行业？|七个。|为什么？", "为什么商汤商量的客户分布在这几个行业？"},
		// lists and pairs
		{"刘聪列出了哪三个条件？|1. 安全可靠，既管；[1]\n2. **场景驱动**，要用；[1]\n3. 要有专属模型。[1]|第二个有什么要求？", "场景驱动有什么要求？"},
		{"和华为一起发布方案的有哪几家公司？|有四家：面壁智能、智谱AI、科大讯飞和云从科技。|最后一家是做什么的？", "云从科技是做什么的？"},
		{"What should one ask?|1. Does the link open? [1]\n2. Is the speaker right? [1]|What does the second one mean?", "What does “Is the speaker right” mean?"},
		{"What should one ask?|1. The link\n2. The speaker|And the second?", "What is The speaker?"},
		{"What should one ask?|1. The link\n2. The speaker|What happened on the first day of Spark?", ""},
		{"通用大模型和垂直大模型有什么区别？|懂术语。|后者的短处是什么？", "垂直大模型的短处是什么？"},
		{"讯飞星火公布了什么数字？|100万。|和文心一言比呢？", "讯飞星火和文心一言公布了什么数字？"},
		// corrections
		{"讯飞星火是哪天发布的？|5月。|不是，我问的是文心一言", "文心一言是哪天发布的？"},
		{"东数西算有几个集群？|十个。|不是集群，是枢纽", "东数西算有几个枢纽？"},
		// the subject lasts, over small talk and over follow-ups
		{"讯飞星火是哪天开放的？|9月。|谢谢！|不客气。|它有多少用户？", "讯飞星火有多少用户？"},
		{"腾讯混元有多大？|千亿。|它的语料呢？|2万亿。|它是什么时候公开的？", "腾讯混元是什么时候公开的？"},
		// what stands for itself
		{"文心一言是什么时候发布的？|3月。|文心一言有多少用户？", ""},
		{"文心一言是什么时候发布的？|3月。|那商汤商量的客户有多少家？", ""},
		{"文心一言是什么时候发布的？|3月。|寒武纪是哪一年上市的？", ""},
		{"文心一言是什么时候发布的？|3月。|其他公司应该怎样备案？", ""},
		{"文心一言是什么时候发布的？|3月。|文心一言是什么时候发布的？", ""},
		{"文心一言是什么时候发布的？|3月。|谢谢", ""},
		{"文心一言是什么时候发布的？|3月。|检索增强生成这个名称出自哪一年的论文？", ""},
		{"文心一言是什么时候发布的？|3月。|商汤这家公司是谁创办的？", ""},
		{"文心一言是什么时候发布的？|3月。|How many questions did Ernie Bot answer on its first day?", ""},
		{"文心一言是什么时候发布的？|3月。|What is the house rule?", ""},
		{"文心一言是什么时候发布的？|3月。|换个话题：东数西算有几个枢纽？", "东数西算有几个枢纽？"},
	} {
		said := strings.Split(c.turns, "|")
		last := len(said) - 1
		if got := resolver(t).Resolve(said[last], conversation(said[:last]...)).Text; got != c.want {
			t.Errorf("%s\n→ %q, want %q", c.turns, got, c.want)
		}
	}
}

func TestWhatLeansIsTold(t *testing.T) {
	t.Parallel()
	before := conversation("文心一言是什么时候发布的？", "3月。")
	for question, want := range map[string]bool{"它呢？": true, "那腾讯呢？": true, "为什么？": true, "寒武纪哪年上市？": false, "谢谢": false} {
		if got := resolver(t).Resolve(question, before).Leans; got != want {
			t.Errorf("%s: leans %v", question, got)
		}
		if got := resolver(t).Resolve(question, nil); got.Leans || got.Text != "" {
			t.Errorf("%s as a first question: %+v", question, got)
		}
	}
}

// Where a question has several readings the articles decide, and a likely one must be
// answered no worse than the bare question.
func TestTheArticlesDecide(t *testing.T) {
	t.Parallel()
	r := resolver(t)
	before := conversation("通用大模型和垂直大模型有什么区别？", "懂术语。")
	r.Score = func(q string) float64 {
		if strings.HasPrefix(q, "垂直大模型一共") {
			return 0.9
		}
		return 0.2
	}
	if got := r.Resolve("一共多少种？", before).Text; got != "垂直大模型一共多少种？" {
		t.Errorf("read as %q", got)
	}
	likely := "什么叫数据污染？"
	for score, text := range map[float64]string{0.5: "", 0.3: "通用大模型什么叫数据污染？", 0.1: ""} {
		r.Score = func(q string) float64 {
			if q == likely {
				return score
			}
			return 0.3
		}
		if got := r.Resolve(likely, before); got.Text != text || got.Leans {
			t.Errorf("answered with %v: read as %+v, want %q", score, got, text)
		}
	}
}

// However long a conversation is, only so much of it is read.
func TestLongConversationsAreReadInPart(t *testing.T) {
	t.Parallel()
	r := resolver(t)
	cut, read := r.Cut, 0
	r.Cut = func(text string) []string {
		read += len(text)
		return cut(text)
	}
	var turns []followup.Turn
	for range 50 {
		turns = append(turns, followup.Turn{Question: "讯飞星火" + strings.Repeat("好用吗", 3000), Answer: strings.Repeat("它很好，", 3000)})
	}
	if got := r.Resolve("它有多少用户？", turns).Text; got != "讯飞星火好用有多少用户？" && got != "讯飞星火有多少用户？" {
		t.Errorf("read as %q", got)
	}
	if read > 200_000 {
		t.Errorf("%d bytes were cut", read)
	}
	if got := r.Resolve(strings.Repeat("它", 201), conversation("讯飞星火好用吗？", "好。")); got.Text != "" || got.Leans {
		t.Errorf("%+v", got)
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("商汤的商量大模型有多少客户？", "1. 甲\n2. 乙", "第二个呢？")
	f.Add("What about it?", "", "其他它他们 this 《》")
	f.Add("《暂行办法", "有：甲、乙和丙", "那2022年呢")
	f.Add("İ是什么\xff", "\x00先a，再b，最后c", "该公司ﬁ呢？")
	f.Fuzz(func(t *testing.T, question, answer, next string) {
		got := resolver(t).Resolve(next, conversation(question, answer, "谢谢", ""))
		if n := utf8.RuneCountInString(got.Text); n > 300 {
			t.Errorf("%d characters", n)
		}
		if utf8.ValidString(question+answer+next) && !utf8.ValidString(got.Text) {
			t.Errorf("%q %q %q → %q", question, answer, next, got.Text)
		}
	})
}
