// Package guard keeps what stands in articles from being taken for instructions when it
// is shown to a chat model. Articles themselves are never changed.
package guard

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens by which chat templates part the turns of a conversation, of the families that
// are in use: ChatML (Qwen, Yi), Llama 2 and 3, Mistral, Gemma, DeepSeek, GLM, Baichuan,
// InternLM, MiniCPM, and the tags of our own prompt. Angle brackets may be full-width.
var tokens = regexp.MustCompile(`(?i)` +
	`[<＜]\s*/?\s*[|｜][^<>＜＞|｜\n]{0,40}[|｜]\s*[>＞]` + // <|im_start|>, <|begin_of_text|>, <｜User｜>
	`|[<＜]{2}\s*/?\s*SYS\s*[>＞]{2}` +
	`|[<＜]\s*/?\s*(?:s|bos|eos|pad|unk|sop|eop|eoh|eoa|eot|start_of_turn|end_of_turn|reserved_\d+|_(?:user|bot|system|end)|tool_(?:call|response|result)s?|think(?:ing)?|system|assistant|user|human|用户|ai|passages?|documents?|context|statements?|instructions?)(?:[^\p{L}\d_<>＜＞\n-][^<>＜＞\n]{0,80})?[>＞]` +
	`|\[\s*/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK|sMASK|MASK)\s*\]` +
	`|[|｜]\s*(?:im_start|im_end|endoftext|eot_id)\s*[|｜]`)

// roles begin a line that pretends to be another speaker.
var roles = regexp.MustCompile(`(?im)^([ \t>#*]*(?:system|assistant|developer|user|human|ai|系统|系統|助手|助理|用户|用戶)[ \t]*(?:prompt|message|提示词|提示詞|消息|指令)?[ \t*]*)[:：]`)

var disarming = strings.NewReplacer("<", "‹", "＜", "‹", ">", "›", "＞", "›", "[", "(", "]", ")", "|", "¦", "｜", "¦")

// Neutral is text as a model may see it inside a quotation: control characters and
// characters that show nothing or turn the direction are left out, and what looks like
// a token of a chat template, a tag of ours or the label of a speaker reads the same to
// a person but is none. What is left is valid UTF-8 without NUL.
func Neutral(text string) string {
	text = tokens.ReplaceAllStringFunc(visible(text), disarming.Replace)
	return roles.ReplaceAllString(text, "$1∶")
}

// visible leaves out what cannot be seen.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError, unicode.IsControl(r), invisible(r):
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// invisible are zero-width characters, marks and overrides of direction, and tags.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x61C, r == 0x180E, r == 0xFEFF,
		0x200B <= r && r <= 0x200F, 0x2028 <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		0xFFF9 <= r && r <= 0xFFFB, 0xE0000 <= r && r <= 0xE007F:
		return true
	}
	return false
}

// needles are what any text has that instructs: a cheap look before the patterns.
var needles = []string{"<|", "<｜", "＜|", "＜｜", "<<sys", "[inst", "[/inst", "_of_turn", "忽略", "忽视", "忽視", "无视", "無視", "忘记", "忘記", "不要理会", "不要理會", "ignore", "disregard", "forget", "system prompt", "系统提示", "系統提示", "system:", "developer:", "你现在是", "你現在是", "现在起你是", "現在起你是", "you are now", "new instructions", "新的指令"}

// orders are sentences that tell a model to do other than it was told.
var orders = regexp.MustCompile(`(?i)` +
	`(?:忽略|忽视|忽視|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|抛开)(?:掉|你)?(?:以上|上面|上述|之前|先前|前面|此前|所有|全部|一切|你的|原有)[^。！？\n]{0,12}(?:指令|指示|命令|提示|规则|規則|要求|设定|設定|内容|內容|说明|對話|对话)` +
	`|(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|everything\s+)?(?:of\s+)?(?:the\s+|your\s+|my\s+|these\s+|those\s+)?(?:previous|prior|above|earlier|preceding|foregoing|system|original|existing)\b[^.!?\n]{0,40}(?:instructions?|prompts?|rules?|messages?|directions?|context|guidelines?)` +
	`|(?:ignore|disregard|forget)\s+(?:everything|all)\s+(?:above|before|previously)` +
	`|(?:你现在是|你現在是|从现在起你是|從現在起你是|you are now|from now on,? you are)[^。.!！?？\n]{0,30}(?:模式|助手|角色|DAN|mode|unrestricted|assistant|jailbroken)` +
	`|(?:输出|輸出|泄露|说出|打印|重复|reveal|print|repeat|output|show)[^。.!！?？\n]{0,12}(?:系统提示|系統提示|你的提示词|(?:your|the) system prompt)` +
	`|(?m:^[ \t]*(?:system|developer)[ \t]*[:：][ \t]*\S)`)

// opening quotation marks and what closes them: who writes about such sentences quotes
// them.
var quotes = map[rune]rune{'“': '”', '「': '」', '『': '』', '‘': '’', '"': '"', '`': '`', '《': '》'}

// Instructs tells whether a text holds what speaks to a model rather than to a reader:
// tokens of chat templates, or orders to disregard instructions. What stands in
// quotation marks is spoken about, not said, unless it is a token that would work there
// too.
func Instructs(text string) bool {
	lower := strings.ToLower(visible(text))
	found := false
	for _, n := range needles {
		if strings.Contains(lower, n) {
			found = true
			break
		}
	}
	if !found {
		return false
	}
	for _, p := range []*regexp.Regexp{orders, strong} {
		for _, m := range p.FindAllStringIndex(lower, -1) {
			if !quoted(lower, m[0]) {
				return true
			}
		}
	}
	return false
}

// strong are the tokens that no text has by chance.
var strong = regexp.MustCompile(`(?i)[<＜]\s*[|｜][^<>＜＞|｜\n]{1,40}[|｜]\s*[>＞]|<<\s*/?\s*sys\s*>>|\[\s*/?\s*inst\s*\]|<(?:start|end)_of_turn>`)

// longestQuote is how far before a place, in bytes, the mark that opens its quotation is
// sought.
const longestQuote = 240

// quoted tells whether a quotation is open at a place: in its line, a mark that is not
// closed before it.
func quoted(text string, at int) bool {
	from := max(0, at-longestQuote)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from++
	}
	if line := strings.LastIndexByte(text[from:at], '\n'); line >= 0 {
		from += line + 1
	}
	open := rune(0)
	for _, r := range text[from:at] {
		switch {
		case open != 0 && r == quotes[open]:
			open = 0
		case open == 0 && quotes[r] != 0:
			open = r
		}
	}
	return open != 0
}
