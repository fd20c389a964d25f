package followup

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// lead is what a question opens with, before it asks.
type lead struct {
	back       bool // 那…, and…: it goes on from what was said
	correction bool // 不是，我问的是…
	newTopic   bool // 换个话题：…
}

var (
	smallTalk = regexp.MustCompile(`^(?:(?:非常|太|很)?(?:谢谢|多谢|感谢)(?:你|您|了|啦)?|好的?|好吧|明白了?|知道了|了解了?|懂了|收到|嗯+|哦+|噢+|行|可以了?|不错|太好了|真棒|厉害|有意思|哈+(?:[,，！! ]*真[^？?]{1,4})?|呵呵|真[^？?]{1,4}|太[^？?]{1,5}了|好[^？?]{1,3}啊|你好|您好|早上好|再见|原来如此|辛苦了|没问题|没事了?|ok(?:ay)?|thanks?(?: you)?(?: so much| very much| a lot)?|great|good|nice|cool|i see|got it|hello|hi|bye|wow|sure|yes|no)` +
		`(?:[\s,，。.!！~～、]+(?:谢谢|多谢|感谢|好的?|明白了?|知道了|了解了?|懂了|嗯|哦|你|您|thanks?|thank you|great|ok|good|got it|i see|very helpful))*[\s,，。.!！~～]*$`)

	politeness = regexp.MustCompile(`^(?:(?:谢谢|多谢|好的|好|嗯+|哦|明白了?|知道了|了解了?|ok(?:ay)?|thanks?(?: you)?|great|i see|got it|sorry|抱歉|对不起|请问一下|请问|我想问一下|我想问|我想知道|想问一下|想问|再问一下|再问|顺便问一下|顺便问|顺便|对了|麻烦问一下|问一下|那我问你)[\s,，。.!！、:：]*)`)

	topicChange = regexp.MustCompile(`^(?:(?:我们)?换(?:一)?个(?:话题|问题)|(?:另外)?(?:再)?问(?:一)?个别的(?:问题)?|另一个(?:话题|问题)|(?:说|问|聊)点别的|另外一件事|不说这个了|(?:on )?(?:a |an )?(?:different|another|new|unrelated) (?:topic|question|subject)|change (?:of|the) (?:topic|subject)|by the way|btw)(?:吧|了|是)?[\s,，。.!！:：;；—-]*`)

	goingOn = regexp.MustCompile(`^(?:那么|那(?:[^个家款些位里儿边时年天次种样一两几就年月]|$)|还有|然后|另外|再说说|再看看|再|接着|以及|and |so |then |also )`)
	goLead  = regexp.MustCompile(`^(?:那么|那|还有|然后|另外|再说说|再看看|接着|以及|and|so|then|also)[\s,，、]*`)

	correcting = regexp.MustCompile(`^我(?:不是|没)(?:想)?(?:在)?问[^,，、。；;]{1,20}[,，、。；;]\s*(?:而是)?(?:我(?:想)?问的是|我是(?:想)?问|是)?[\s,，:：]*|^(?:(?:不是|不对|不|错了|你理解错了|你搞错了|你弄错了|答错了|弄错了|搞错了|no|nope|wrong|not that)[\s,，。.!！;；、的这个]*)?(?:我(?:想)?问的(?:其实)?(?:不是.{1,20}?[,，、](?:而)?)?是|我(?:其实)?(?:是)?(?:想)?问(?:的是)?|我说的是|我是说|我指的是|我的意思是|i(?: was| am|'m)? (?:mean|meant|asked about|asking about|talking about)|my question (?:is|was)(?: about)?)[\s,，:：]*`)
	plainNo    = regexp.MustCompile(`^(?:不是|不对|错了|你理解错了|你搞错了|弄错了|搞错了|no|nope|wrong)[\s,，。.!！;；、]+`)
)

func isSmallTalk(text string) bool {
	t := strings.TrimSpace(text)
	return t == "" || len(locate(smallTalk, t)) > 0
}

// opening parts a question from what it opens with.
func opening(text string) (rest string, l lead) {
	rest = strings.TrimSpace(text)
	drop := func(p *regexp.Regexp) bool {
		m := locate(p, rest)
		if len(m) == 0 || m[0][1] == 0 || m[0][1] >= len(rest) {
			return false
		}
		rest = strings.TrimSpace(rest[m[0][1]:])
		return true
	}
	for range 3 {
		if !drop(politeness) {
			break
		}
	}
	if drop(topicChange) {
		l.newTopic = utf8.RuneCountInString(rest) > 2
		for range 3 {
			if !drop(politeness) {
				break
			}
		}
		return rest, l
	}
	if drop(correcting) || drop(plainNo) {
		l.correction = true
	}
	if len(locate(goingOn, rest)) > 0 && drop(goLead) {
		l.back = true
	}
	for range 2 {
		if !drop(politeness) {
			break
		}
	}
	return rest, l
}
