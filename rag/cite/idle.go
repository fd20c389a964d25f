package cite

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences that say that something is not said, wherever the words stand.
var silences = []string{
	"没有提到", "未提到", "没有提及", "未提及", "并未提", "没有相关", "无相关", "未包含", "没有包含", "没有说明", "未说明", "没有给出", "未给出",
	"没有找到", "未找到", "无法回答", "无法确定", "无法得知", "无法判断", "没有涉及", "未涉及", "资料不足", "没有足够",
	"do not mention", "does not mention", "don't mention", "doesn't mention", "not mentioned", "no information", "could not find", "couldn't find",
	"cannot answer", "can't answer", "not enough information", "do not contain", "does not contain", "does not say", "do not say", "do not provide",
}

// subjects are what those sentences speak of.
var subjects = []string{"资料", "来源", "文章", "文档", "材料", "原文", "片段", "我无法", "我没有", "我未", "提供", "文中", "passage", "source", "article", "document", "text", "i could", "i can", "i do", "information", "provided"}

// Beginnings of sentences that only greet or lead over.
var transitions = []string{
	"您好", "你好", "很高兴", "很荣幸", "好的", "当然", "希望", "如需", "如果您", "如果你", "如有", "以下", "下面", "如下", "综上", "总之", "总的来说", "总体来看", "总体而言",
	"根据资料", "根据以上", "根据提供", "根据上述", "根据您", "根据所", "具体如下", "具体来说", "主要包括", "接下来", "谢谢", "感谢", "答案如下", "简而言之", "请注意", "请参", "请告诉", "请随时", "祝您", "祝你", "以上", "让我们", "具体而言",
	"hello", "hi", "sure", "certainly", "here is", "here are", "here's", "in summary", "to summarize", "in short", "overall", "the following", "below",
	"based on the", "according to the passages", "according to the sources", "i hope", "let me", "as follows",
}

// longestTransition is how long, in characters, a sentence without facts may be and
// still be taken for a mere transition.
const longestTransition = 30

// idle tells sentences that claim nothing, whatever they hold: questions, and those
// that say that the sources are silent.
func idle(t script) bool {
	s := strings.TrimRightFunc(string(t.folded), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("”’」』\")*", r) })
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, "？") {
		return true
	}
	return containsAny(s, silences) && containsAny(s, subjects)
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// trivial tells a text with next to no words: a rule, a label, an emoji.
func trivial(t script) bool {
	return len(letters(t.folded)) < 4
}

// transition tells a sentence without facts that only leads to the next one.
func transition(t script) bool {
	s := strings.TrimSpace(string(t.folded))
	length := len(letters(t.folded))
	if !t.han {
		length /= 3
	}
	if length > longestTransition {
		return false
	}
	for _, w := range transitions {
		rest, ok := strings.CutPrefix(s, w)
		next, _ := utf8.DecodeRuneInString(rest)
		inWord := latin(next) || slices.Contains([]string{"好的", "当然"}, w) && unicode.IsLetter(next)
		if ok && !inWord { // Hinton is no greeting, and 好的模型 none either
			end := strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
			short := len(letters([]rune(rest))) <= 14 && t.han || !t.han && length <= 20
			return end || short
		}
	}
	return strings.HasSuffix(s, ":") && length <= 16
}
