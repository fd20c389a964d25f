package followup

import "strings"

func wordSet(text string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// The lists are folded: Simplified, lower case.
var (
	// asking are the words that ask.
	asking = wordSet(`什么 甚么 啥 谁 哪 哪个 哪些 哪种 哪里 哪儿 哪家 哪位 哪一 哪一个 哪一年 哪一天 哪年 哪月 哪天 何 何时 何地 何处 何人 几 几个 几家 几次 几年 几天 几点 几位 几项 几条 几种 几类
第几 多少 多大 多久 多长 多高 多远 多快 怎么 怎样 怎么样 如何 为什么 为何 因何 是否 能否 可否 有没有 是不是 能不能 会不会 吗 么 嘛`)

	// breaking are words that a noun phrase does not run across, besides those that ask.
	breaking = wordSet(`是 有 在 和 与 跟 同 或 及 被 把 将 从 到 对 对于 向 由 由于 因 因为 为 为了 以 按 按照 根据 关于 其 该 此 这 这个 这些 那 那个 那些 它 它们 他 他们 她 她们 我 我们 你 你们 您 请 问 请问
也 都 就 还 又 才 很 更 最 不 没 没有 会 能 可以 能够 应该 应 要 需 需要 必须 不得 不能 得 了 着 过 呢 吧 啊 呀 啦 所 者 等 让 使 给 靠 用 比 里 上 下
发布 发表 上线 开放 推出 成立 创立 创办 施行 实施 生效 公布 公开 提出 认为 觉得 相信 指出 强调 表示 说 称 介绍 包含 包括 涵盖 采用 使用 支持 达到 超过 突破 低于 高于 等于 回复 回答 接入 建立 获得 拥有
收购 上市 批准 批复 印发 起诉 举行 召开 举办 列出 列举 演示 展示 宣布 建成 建 设立 开设 估计 预计 预测 占 排 叫 叫做 叫作 称为 涉及 分布 分成 分为 规定 要求 满足 开始 结束 完成 问世 亮相 出现 产生 量产 制造 研发 开发 训练 开源 编制 制定 起草 担任 来自 出自 属于 位于 适用
带来 导致 解决 提高 增加 减少 下降 上升 增长 累计 一共 总共 共 平均 首次 已经 已 曾经 曾 正式 目前 现在 最早 最终 最后 主要 具体 分别 大概 大约 至少 截至 自 起 做 写 卖 花 看 定 指 意味着 参与 参加 加入 签署 发起 主办 承办 谈过 谈 谈到 讨论 提到 回应 透露 关注 面临 遇到 受到 得到 进行 成为 出台 收紧 强调 提醒 希望 反对 负责 帮助 选择 运行 部署 升级 购买 出售 销售 分 批准过 开源过 则 还有 除了 一次 有关 相关 一起 一道 联合 打算 计划 准备 内部 对外`)

	// loose may stand in a question before its subject.
	loose = wordSet(`请问 请 问 那 那么 关于 对于 在 到 截至 自 从 年 月 日 号 底 年底 月底 年初 年前 个 目前 现在 如今 首先 其实 另外 还有 再 当时 后来 之后 此后`)

	// aspects are nouns that belong to something: 客户 are somebody's customers.
	aspects = wordSet(`数量 总数 规模 参数 参数量 总参数 客户 客户数 用户 用户数 业务 行业 时间 日期 价格 售价 费用 成本 收入 营收 利润 原因 理由 目的 意义 作用 影响 特点 特征 优点 缺点 优势 劣势 好处 坏处 条件 要求 标准 规则 原则 流程 步骤 方法 方式 措施 范围 对象 内容 结构 组成 部分 种类 类型 类别 名称 名字 全称 简称 英文名 中文名
作者 编者 负责人 董事长 首席执行官 执行官 技术官 官 ceo cto 创始人 总裁 副总裁 院长 校长 部门 机构 单位 地点 地址 位置 版本 许可证 协议 语料 训练语料 词元 数据 算力 速度 精度 性能 效果 结果 成绩 排名 分数 题目 题数 学科 主题 难度 比例 占比 份额 增速 人数 次数 字数 条数 期限 年份 口径 来源 出处 依据 定义 含义 意思 区别 关系 差别 差距 联系 背景 历史 现状 前景 问题 难点 难处 风险 挑战 责任 义务 处罚 罚款 用途 用处 场景 功能 产品 芯片 平台 工具 伙伴 合作伙伴 员工 团队 总部 股价 市值 预算 面积 人口 长度 高度 重量 温度 家 个 道 条 题 员 工艺 架构 权重 代码 标题 标识 备案 评估`)

	// kinds are nouns that stand for a thing spoken of: 这家公司.
	kinds = wordSet(`公司 企业 集团 机构 组织 部门 单位 学校 大学 研究院 工作组 模型 大模型 语言模型 产品 系统 平台 软件 应用 工具 框架 芯片 办法 规定 法律 法规 文件 政策 行动计划 方案 解决方案 工程 项目 报告 研究 论文 文章 会 会上 大会 会议 活动 事 事情 事件 人 专家 教授 国家 城市 地方 服务 技术 概念 名称 术语 词 说法 公式 集群 考卷 规范 倡议 计划 助手 程序`)

	// trailing are dropped from the end of a phrase: they say where or when, not what.
	trailing = wordSet(`内部 内 中 里 上 下 方面 首日 当天 当时 当年 首批 一个 一种 的 之 头 对外 全部 最近 近来`)

	// empty are phrases that are about nothing.
	empty = wordSet(`首批 一个 一种 一些 时候 哪里 地方 钱 次 事 东西 人 年 月 日 天 个 家 条 道 种 类 项 小时 分钟 中国 全国 国内 我国 别人 大家 人们`)
)
