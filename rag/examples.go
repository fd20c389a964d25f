package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus"
	"yinju/corpus/fold"
)

const (
	exampleCount    = 3   // example questions a reader is offered
	exampleArticles = 200 // articles that are looked at for them, spread over the folder
	examplePassages = 4   // passages of each
	exampleMin      = 8   // characters of a question
	exampleMax      = 28  // of a Chinese one
	exampleMaxLatin = 80  // of an English one
	titleMax        = 40  // characters of a title that is asked about
)

// dateForm is a day, a month or a year.
const dateForm = `(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}年`

// A questioner makes a question out of a sentence of an article, or "".
type questioner func(a *corpus.Article, sentence string) string

// questioners are tried in this order, and each in turn gives a question, so that the
// examples show what can be asked.
var questioners = []questioner{askAmount, askDate, askWho, askDefinition, askEnglishDate, askEnglishDefinition}

// exampleQuestions makes questions that the articles answer, from different articles.
// Only sentences of a few plain forms are used: a question must be grammatical and be
// understood by itself. Where there are too few, articles are asked about by title.
func exampleQuestions(s *snapshot) (byLanguage [2][]string) {
	step := max(1, len(s.articles)/exampleArticles)
	made := make([]map[int]string, len(questioners)) // questioner → article → question
	for k := range made {
		made[k] = make(map[int]string)
	}
	for i := 0; i < len(s.articles); i += step {
		makeQuestions(s, i, made)
	}
	used := make(map[int]bool)
	for range exampleCount {
		for _, questions := range made {
			for i := 0; i < len(s.articles); i += step {
				if question := questions[i]; question != "" && !used[i] && offer(&byLanguage, question) {
					used[i] = true
					break
				}
			}
		}
	}
	for _, again := range []bool{false, true} { // a folder of one article has but that
		for i := 0; i < len(s.articles); i += step {
			if used[i] == again {
				offer(&byLanguage, titleQuestion(s.articles[i]))
			}
		}
	}
	return byLanguage
}

// offer adds a question to those of its language, if there is room.
func offer(byLanguage *[2][]string, question string) bool {
	list := &byLanguage[languageOf(question)]
	if question == "" || len(*list) == exampleCount || slices.Contains(*list, question) {
		return false
	}
	*list = append(*list, question)
	return true
}

// makeQuestions notes the first question that each questioner makes out of an article.
func makeQuestions(s *snapshot, article int, made []map[int]string) {
	a, passages := s.articles[article], s.passagesOf(article)
	for _, p := range passages[:min(examplePassages, len(passages))] {
		for _, span := range corpus.SentencesIn(a.Text, corpus.Span{Start: p.Start, End: p.End}) {
			sentence := strings.ReplaceAll(a.Text[span.Start:span.End], "*", "")
			if strings.ContainsAny(sentence, "|\n`[]") {
				continue
			}
			for k, question := range questioners {
				if made[k][article] == "" {
					made[k][article] = question(a, sentence)
				}
			}
		}
	}
}

// amount is a clause that counts something: subject, verb, number, measure word, rest.
var amount = regexp.MustCompile(`^(\D{2,16}?(?:有|达到?|超过|突破|拥有|建成|覆盖|服务|接入|收录|收到|回复|投入|建立|需要?|耗时?|用了|长|高|为|共|累计|签约|招收|发布)[了过]?)(?:大约|约|近|超过?|至少|共计?|逾)*\d[\d,.]*[万亿]?[多余]?(个|家|款|项|名|位|人|台|篇|种|次|倍|米|公里|小时|分钟|天|张|座|亩|吨|户|件|条)(\p{Han}{0,10})$`)

func askAmount(a *corpus.Article, sentence string) string {
	for _, clause := range clauses(sentence) {
		if m := amount.FindStringSubmatch(clause); m != nil && plain(a, m[1]) && !strings.ContainsAny(m[3], unclear) {
			subject := strings.NewReplacer("至少", "", "目前", "", "现已", "").Replace(m[1])
			return chineseQuestion(subject + "多少" + m[2] + m[3])
		}
	}
	return ""
}

// dated are clauses that tell when something happened: subject 于 date verb, or date
// and, behind a comma, subject and verb.
var (
	datedWithin = regexp.MustCompile(`^([\p{Han}\w.+-]{2,14})[于在](?:` + dateForm + `)(\p{Han}{2,12})$`)
	datedBefore = regexp.MustCompile(`^(?:` + dateForm + `)[，,]([^，,。；：“”「」《》（）()\d]{6,18})[，,。]`)
)

// halves are clauses that say when something happened by another event, or whose date
// is part of a longer word (1990年代, 7月底).
var (
	halfBefore = regexp.MustCompile(`(?:[后前时间中上里初末底起际]|以来|不久|期间)$`)
	halfWithin = regexp.MustCompile(`^(?:[代度间初末底起前后的至到时于在春夏秋冬上下中]|以)`)
	notSubject = regexp.MustCompile(`\d[年月日]|[由被于在]|(?:首先|最初|不幸|正式|已经|最后|直到|曾)$`)
)

func askDate(a *corpus.Article, sentence string) string {
	if m := datedBefore.FindStringSubmatch(sentence); m != nil && plain(a, m[1]) && !halfBefore.MatchString(m[1]) {
		return chineseQuestion(m[1] + "是什么时候")
	}
	for _, clause := range clauses(sentence) {
		m := datedWithin.FindStringSubmatch(clause)
		if m != nil && plain(a, m[1]) && !notSubject.MatchString(m[1]) && !halfWithin.MatchString(m[2]) && !halfBefore.MatchString(m[2]) && !strings.ContainsAny(m[2], unclear) {
			return chineseQuestion(m[1] + "什么时候" + m[2])
		}
	}
	return ""
}

// said is a sentence that tells who thinks something.
var said = regexp.MustCompile(`^\p{Han}{2,10}(认为|指出|预测|建议)[，,：]?([^，,。；：“”「」《》（）()\d]{8,20})。$`)

func askWho(a *corpus.Article, sentence string) string {
	if m := said.FindStringSubmatch(sentence); m != nil && plain(a, m[2]) {
		return chineseQuestion("谁" + m[1] + m[2])
	}
	return ""
}

// person tells by its first clause that a definition is of a person; thing, that it may be.
var (
	person = regexp.MustCompile(`^是[^，。；]*(?:[球职官演议党委]员|运动员|歌手|艺人|[作画]家|科学家|艺术家|企业家|政治家|导演|教练|将领|学者|教授|记者|诗人|皇帝|国王|总统|人物|声优|名将)`)
	thing  = regexp.MustCompile(`^是[^，。；]*?[^人员手者帝师将生家][，。；]`)
)

// askDefinition asks what or who the title is, where a sentence begins by saying so.
func askDefinition(a *corpus.Article, sentence string) string {
	title := strings.TrimSpace(a.Title)
	rest, ok := strings.CutPrefix(sentence, title)
	if n := utf8.RuneCountInString(title); !ok || languageOf(title) != chinese || n < 2 || n > 14 || strings.ContainsAny(title, unclear+clauseEnds) {
		return ""
	}
	if end := strings.Index(rest, "）"); strings.HasPrefix(rest, "（") && end > 0 {
		rest = rest[end+len("）"):]
	}
	rest = strings.TrimPrefix(rest, "，")
	switch {
	case person.MatchString(rest):
		return title + "是谁？"
	case thing.MatchString(rest) && !strings.Contains(title, "·"):
		return title + "是什么？"
	}
	return ""
}

var (
	englishDate       = regexp.MustCompile(`^((?:The )?[A-Z][\w-]*(?: [\w-]+){0,5}) was ([a-z]+ed|built|founded|made) (?:in|on) (?:\d|January|February|March|April|May|June|July|August|September|October|November|December)`)
	notEnglishSubject = regexp.MustCompile(`^(?:When|After|Before|While|As|If|Although|In|On|At|By|It|This|That|He|She|There)\b`)
	englishDefinition = regexp.MustCompile(`^((?:An? |The )?[A-Z]?[\w-]+(?: [\w-]+){0,3}) is (?:an?|the) `)
)

func askEnglishDate(a *corpus.Article, sentence string) string {
	m := englishDate.FindStringSubmatch(sentence)
	if m == nil || notEnglishSubject.MatchString(m[1]) || !namesTitle(a, m[1]) {
		return ""
	}
	return englishQuestion("When was " + inSentence(m[1]) + " " + m[2])
}

func askEnglishDefinition(a *corpus.Article, sentence string) string {
	m := englishDefinition.FindStringSubmatch(sentence)
	if m == nil || !strings.EqualFold(bare(m[1]), bare(a.Title)) {
		return ""
	}
	return englishQuestion("What is " + inSentence(m[1]))
}

// bare is a subject without its article.
func bare(subject string) string { return leadingArticle.ReplaceAllString(subject, "") }

// leadingArticle begins an English subject.
var leadingArticle = regexp.MustCompile(`^(?:The|An?|the|an?) `)

// inSentence writes an article that began a sentence small.
func inSentence(subject string) string {
	return leadingArticle.ReplaceAllStringFunc(subject, strings.ToLower)
}

// clauseEnds part a sentence where a question can begin and end.
const clauseEnds = "。！？；：，,;!?…—"

func clauses(sentence string) []string {
	if strings.ContainsAny(sentence, "“”「」\"《》（）()") {
		return nil
	}
	return strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune(clauseEnds, r) })
}

// unclear are the characters of words that speak of something said elsewhere, or that
// tie a clause to another. starts are those with which no subject begins.
const (
	unclear = "它他她其该此这那本我你您咱者另还但而则也又就却都再才仍便故且均只由甚所"
	starts  = "有与在从对将把被让使由为是和及并至到按据随经以用可能会要不没每约共后前当次同上下去今近首若如因虽获"
)

// plain tells whether the words a question begins with are understood by themselves:
// they name something of the title.
func plain(a *corpus.Article, subject string) bool {
	first, _ := utf8.DecodeRuneInString(subject)
	return !strings.ContainsRune(starts, first) && !unicode.IsDigit(first) &&
		!strings.ContainsAny(subject, unclear+"、 ") && namesTitle(a, subject)
}

// namesTitle tells whether a text shares a pair of characters or a word with the title.
func namesTitle(a *corpus.Article, text string) bool {
	title := fold.Grams(a.Title)
	return slices.ContainsFunc(fold.Grams(text), func(t string) bool {
		return utf8.RuneCountInString(t) >= 2 && !isStopWord(t) && slices.Contains(title, t)
	})
}

func chineseQuestion(text string) string {
	if n := utf8.RuneCountInString(text); n < exampleMin || n > exampleMax {
		return ""
	}
	return text + "？"
}

func englishQuestion(text string) string {
	if len(text) > exampleMaxLatin {
		return ""
	}
	return text + "?"
}

func titleQuestion(a *corpus.Article) string {
	title := strings.TrimSpace(a.Title)
	inEnglish := languageOf(title) == english && mostlyLatin(a.Text)
	n := utf8.RuneCountInString(title)
	switch {
	case n == 0 || n > titleMax && !inEnglish || n > 2*titleMax:
		return ""
	case strings.HasSuffix(title, "？") || strings.HasSuffix(title, "?"):
		return title
	case inEnglish:
		return "What does “" + title + "” say?"
	case strings.ContainsAny(title, "《》"):
		return "“" + title + "”讲了什么？"
	}
	return "《" + title + "》讲了什么？"
}

// mostlyLatin tells whether a text begins in a language written with letters.
func mostlyLatin(text string) bool {
	letters, chinese := 0, 0
	for i, r := range text {
		switch {
		case i > 1000:
			return letters > 5*chinese
		case unicode.Is(unicode.Han, r):
			chinese++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 5*chinese
}

// Examples returns up to three questions that the articles answer, those in the
// reader's language ("zh", "en") first.
func (x *Index) Examples(lang string) []string {
	s := x.current.Load()
	if s == nil {
		return nil
	}
	questions := s.examples()
	first, second := questions[chinese], questions[english]
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		first, second = second, first
	}
	all := slices.Concat(first, second)
	return all[:min(exampleCount, len(all))]
}
