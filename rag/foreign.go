package rag

import "strings"

// foreignQuestions are questions about this and that, by language of the question. Few
// of them are answered by any one folder, so what most of them reach in it is what a
// question reaches there by chance. They are ours, and of all fields, lengths and forms.
func foreignQuestions() [2][]string {
	var lists [2][]string
	lists[chinese] = strings.Split(strings.TrimSpace(foreignChinese), "\n")
	lists[english] = strings.Split(strings.TrimSpace(foreignEnglish), "\n")
	return lists
}

const foreignChinese = `
都江堰是在谁的主持下修建的？
大熊猫一天要吃多少公斤竹子？
贝多芬在哪一年完成了第九交响曲？
青藏铁路全线通车是什么时候？
番茄炒蛋要先放番茄还是先放鸡蛋？
梅西在世界杯决赛中进了几个球？
《红楼梦》里林黛玉住在哪个院子？
高血压病人早餐应该避免吃什么？
珠穆朗玛峰北坡的登山大本营海拔多少米？
房贷提前还款需要支付违约金吗？
唐太宗即位后改用了什么年号？
哪位导演拍摄了电影《霸王别姬》？
火星的两颗卫星叫什么名字？
小米手机的第一代产品售价是多少元？
被蜜蜂蜇伤后怎样处理伤口？
京剧的四大行当是哪四个？
南京长江大桥全长多少米？
孕妇可以接种流感疫苗吗？
苏轼被贬到黄州担任什么官职？
离婚后孩子的抚养费由谁承担？
上海迪士尼乐园的门票多少钱？
蓝鲸属于哪一目哪一科的动物？
第一次鸦片战争后签订了哪个条约？
怎样用手机号码查询快递的物流？
周杰伦的第一张专辑叫什么？
撒哈拉沙漠横跨了哪些国家？
电动汽车冬天续航为什么会变短？
武汉大学的校训是什么？
曹操在赤壁之战中损失了多少兵力？
光合作用的暗反应发生在叶绿体的什么部位？
租房合同到期后押金不退怎么办？
日本战国时代的织田信长死于哪场事变？
蒸馒头时面团要发酵多长时间？
巴黎圣母院的火灾发生在哪一天？
护照过期了在国外怎么补办？
姚明在休斯敦火箭队穿几号球衣？
台风是根据什么划分等级的？
敦煌莫高窟最早开凿于哪个朝代？
水稻在抽穗期需要防治哪些病虫害？
二手车过户要带哪些证件？
牛顿的第二运动定律说了什么？
韩国首尔的地铁一共有多少条线路？
孔子周游列国时到过哪些地方？
这部动画片的主题曲由谁演唱？
长征五号火箭的起飞质量是多少吨？
公司拖欠工资可以向哪个部门投诉？
亚马孙河的流域面积有多大？
鲁迅的原名叫什么，他是哪里人？
第三十届夏季奥运会在哪座城市举行？
糖尿病患者每天应该走多少步？
游戏中的主角为什么离开了村庄？
香港回归后的第一任行政长官是谁？
丝瓜和什么一起炒比较好吃？
清朝的军机处是哪位皇帝设立的？
信用卡逾期三个月会有什么后果？
杭州西湖十景里有没有雷峰夕照？
恐龙灭绝的主要原因是什么？
该车站的站台采用什么形式？
柴可夫斯基创作的芭蕾舞剧有哪些？
婴儿几个月可以开始添加辅食？
哥伦布第一次航行时带了几艘船？
国家助学贷款的利息由谁来支付？
这种鱼主要分布在哪些海域？
黄河在哪个省注入大海？
梅兰芳于何时何地去世？
阳台上的多肉植物多久浇一次水？
美国南北战争中葛底斯堡战役持续了几天？
驾驶证被扣满十二分怎么处理？
小说的女主人公最后嫁给了谁？
铝的熔点大约是多少摄氏度？
北京故宫的太和殿面阔几间？
足球比赛里什么情况下判点球？
安徒生的童话《海的女儿》结局如何？
头孢类药物和酒一起服用有什么危险？
羽毛球双打的发球顺序是怎样的？
印度洋上的马尔代夫由多少个岛屿组成？
这支球队在哪个赛季夺得了联赛冠军？
他大学毕业以后在哪家医院工作？
普洱茶的生茶和熟茶有什么不同？
乐队的鼓手是什么时候退出的？
`

const foreignEnglish = `
Who painted the ceiling of the Sistine Chapel?
How many chambers does the human heart have?
When did the Titanic sink on its first voyage?
What is the capital city of Mongolia?
Which river flows through Budapest and Vienna?
How long should eggs be boiled to be hard?
Who won the tennis tournament at Wimbledon in 1980?
What causes the northern lights to appear?
In what year was the Berlin Wall torn down?
Which band recorded the album Abbey Road?
How tall is the highest waterfall in Venezuela?
What do koalas mostly eat in the wild?
Who wrote the novel about a whale hunted by a captain?
How do I renew an expired driving licence?
What was the name of the ship that carried Darwin?
Why do leaves change their colour in autumn?
Which king signed the Magna Carta?
How much does a ticket to the museum cost?
What is the boiling point of nitrogen?
Who discovered penicillin by accident in his laboratory?
When was the first transatlantic telephone cable laid?
What are the symptoms of iron deficiency?
How many players are on a volleyball team?
Which country has the longest coastline in the world?
What did the detective find in the library?
How often should a houseplant cactus be watered?
Who was the first woman to fly alone across the Atlantic?
What kind of engine powered the locomotive?
Where did the potato originally come from?
How many strings does a standard violin have?
Which treaty ended the Thirty Years' War?
What is the best way to remove red wine stains?
When did the singer leave the group?
Who directed the film about the shark attacks?
What percentage of the ocean floor has been mapped?
How do bees communicate the location of flowers?
Which mountain range separates France from Spain?
What is the maximum penalty for shoplifting?
How fast can a peregrine falcon dive?
Why was the bridge closed to heavy traffic?
Who composed the opera The Magic Flute?
What vitamins are found in carrots and spinach?
When does the marathon start and where does it finish?
Which football club plays its home games in Turin?
How many moons does the planet Neptune have?
What language is spoken in the Faroe Islands?
What was the population of the village in 1901?
Who succeeded Tutankhamun on the throne of Egypt?
How is Parmesan cheese made and how long does it age?
What did the committee recommend about school lunches?
Where are the headquarters of the shoe company?
Which metal is liquid at room temperature?
How many episodes are in the second season?
What is the exchange rate between the krone and the pound?
Who founded the monastery on the island?
Why do cats purr when they are stroked?
`
