package rag

import "strings"

// The words of a question that ask, join or soften, and say nothing of its subject.
// Folded: Simplified, lower case.
var stopWords = stopSet(`
什么 甚么 啥 谁 哪 哪个 哪些 哪种 哪里 哪儿 哪家 哪位 哪一 哪一个 哪一年 哪年 哪天 何 何时 何地 何处 何人 何种 何事
几 几个 几家 几次 几年 几天 几点 几位 几名 多少 多大 多久 多长 多高 多远 多少个 多少家 多少年
怎么 怎样 怎么样 怎么办 如何 为什么 为何 因何 是否 能否 可否 有没有 是不是 能不能 会不会 可不可以 要不要
吗 呢 吧 啊 呀 么 嘛 啦 哦 的 地 得 了 着 过 之 所 者 是 在 有 和 与 及 或 或者 以及 并 并且 而 而且 但 但是 也 都 就 还 又 才 很 更 最 被 把 将 从 到 对 对于 于 由 由于 因 因为 为 为了 以 按 按照 根据 关于 其 其中 该 此 这 这个 这些 那 那个 那些 它 它们 他 他们 她 她们 我 我们 你 你们 您 自己 一个 一种 一些 个 中 里 上 下 内 外 后 前 时 时候 请 请问 请教 告诉 告诉我 介绍 介绍一下 说说 谈谈 解释 简述 列举 列出 一下 想知道 想问 问 分别 具体 属于 叫 叫做 叫作 称为 指 指的是 意思 可以 能 能够 会 要 应 应该 需要 让 使 使得 给 向 往 比 等 等等 如 如果 若 则 当 只 不 没 没有 曾 曾经 已 已经 第几
a an the of in on at to for from by with as and or but not is are was were be been being do does did done has have had can could will would shall should may might must
what which who whom whose when where why how many much that this these those there it its they them their he she his her him i you we my your our me us if then than so such about into over after before during between any some no nor please tell
`)

func stopSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// isStopWord is given a folded word. White space and punctuation are none: they part
// terms by themselves.
func isStopWord(word string) bool { return stopWords[word] }
