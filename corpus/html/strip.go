package html

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// share is what an element holds, in characters but for white space.
type share struct {
	text, linked int
	links        int
	title        bool // the first heading is in it
	paragraph    bool // running text is in it
}

// Shares of links that tell a menu from prose, and what counts as prose.
const (
	menuShare = 0.6
	menuLinks = 3
	proseText = 30 // characters outside of links
)

// menu reports whether an element is little but links, and has no running text.
func (s share) menu() bool {
	return s.links >= menuLinks && float64(s.linked) >= menuShare*float64(s.text) && !s.paragraph
}

func (s share) prose() bool {
	return s.text-s.linked >= proseText && float64(s.linked) < 0.3*float64(s.text)
}

// strip takes out of a page what surrounds its article: menus, paths, lists of other
// articles, buttons and the small print. What holds most of the page's text stays, and so
// do links to places on the page, such as a table of contents.
func strip(doc *dom.Node) { stripWith(doc, false) }

// stripSmall takes only the small print and headed lists of other articles out of what was
// found to be the article.
func stripSmall(main *dom.Node) { stripWith(main, true) }

func stripWith(doc *dom.Node, small bool) {
	s := stripper{shares: make(map[*dom.Node]share), onlySmall: small}
	s.all = s.measure(doc)
	s.walk(doc)
	for _, n := range s.gone {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

type stripper struct {
	shares map[*dom.Node]share
	all    share
	prose  bool // some has been met
	gone   []*dom.Node

	onlySmall bool
}

// measure fills in shares. Its recursion is bounded by Reader.MaxDepth.
func (s *stripper) measure(n *dom.Node) share {
	var sum share
	switch {
	case n.Type == dom.TextNode:
		for _, r := range n.Data {
			if !unicode.IsSpace(r) {
				sum.text++
			}
		}
		sum.paragraph = sum.text >= proseText
		return sum
	case n.Type == dom.ElementNode && (unread[n.DataAtom] || n.Namespace == "svg"):
		return sum
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		child := s.measure(c)
		sum.text, sum.linked, sum.links = sum.text+child.text, sum.linked+child.linked, sum.links+child.links
		sum.title, sum.paragraph = sum.title || child.title, sum.paragraph || child.paragraph
	}
	sum.title = sum.title || n.DataAtom == atom.H1
	if n.DataAtom == atom.A && !strings.HasPrefix(attr(n, "href"), "#") && attr(n, "href") != "" {
		sum.linked, sum.links, sum.paragraph = sum.text, 1, false
	}
	sum.paragraph = sum.paragraph || n.DataAtom == atom.P && sum.prose()
	if n.Type == dom.ElementNode {
		s.shares[n] = sum
	}
	return sum
}

// walk marks what goes, in the order of the page.
func (s *stripper) walk(n *dom.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == dom.TextNode {
			s.prose = s.prose || utf8.RuneCountInString(strings.TrimSpace(c.Data)) >= proseText && n.DataAtom != atom.A
			continue
		}
		if c.Type != dom.ElementNode || unread[c.DataAtom] {
			continue
		}
		if s.surrounds(c) {
			s.gone = append(s.gone, c)
			continue
		}
		s.walk(c)
	}
}

// surrounds reports whether an element surrounds the article.
func (s *stripper) surrounds(n *dom.Node) bool {
	own := s.shares[n]
	if own.text == 0 || 2*own.text > s.all.text && !s.small(n) || n.DataAtom == atom.Body || n.DataAtom == atom.Main || n.DataAtom == atom.Article {
		return false
	}
	switch {
	case !s.onlySmall && (surroundings[n.DataAtom] || roles[strings.ToLower(attr(n, "role"))]):
		return !own.title
	case !structural(n):
		return false
	case s.smallPrint(n):
		return true
	case s.onlySmall:
		return s.headed(n, own)
	case s.named(n, own):
		return true
	}
	return s.headed(n, own) || s.menu(n, own)
}

// small reports whether an element is small print for sure, however little there is beside
// it.
func (s *stripper) small(n *dom.Node) bool {
	return s.shares[n].menu() || s.smallPrint(n)
}

// smallPrint reports whether an element is nothing but small print. Within a text, words
// like those of buttons are words: of items it takes links to tell, and headings are none.
func (s *stripper) smallPrint(n *dom.Node) bool {
	own := s.shares[n]
	switch n.DataAtom {
	case atom.H2, atom.H3, atom.H4, atom.H5:
		return false
	case atom.Span:
		return s.says(n, fontSize)
	case atom.Li:
		return own.links > 0 && s.says(n, smallPrint)
	}
	return s.says(n, smallPrint) || s.says(n, fontSize) || own.links >= 2 && s.says(n, pageNumbers)
}

// says reports whether the text of an element is short, and of this form.
func (s *stripper) says(n *dom.Node, form *regexp.Regexp) bool {
	return s.shares[n].text <= maxSmall && form.MatchString(squeeze(textOf(n)))
}

// structural tells the elements that a page is built of from those within its text.
func structural(n *dom.Node) bool {
	return blocks[n.DataAtom] || n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Tr || n.DataAtom == atom.Li || n.DataAtom == atom.Span ||
		n.DataAtom == atom.H2 || n.DataAtom == atom.H3 || n.DataAtom == atom.H4 || n.DataAtom == atom.H5
}

// roles are those of what is not the article.
var roles = map[string]bool{"navigation": true, "banner": true, "contentinfo": true, "complementary": true, "search": true, "menu": true, "menubar": true}

// names are words in the class or the id of what surrounds an article. The weak ones are
// believed only of an element with links, or without prose.
var names = map[string]bool{
	"nav": true, "navbar": true, "navigation": true, "menu": true, "menus": true, "breadcrumb": true, "breadcrumbs": true, "crumb": true, "crumbs": true,
	"footer": true, "foot": true, "copyright": true, "copyrights": true, "share": true, "shares": true, "sharebar": true, "bdshare": true, "bdsharebuttonbox": true,
	"pagination": true, "pager": true, "friendlink": true, "friendlinks": true, "sitemap": true, "topnav": true, "toolbar": true, "weizhi": true, "dqwz": true, "mianbao": true,
	"related": false, "relate": false, "recommend": false, "recommended": false, "hot": false, "rank": false, "ranking": false, "sidebar": false, "side": false,
	"aside": false, "header": false, "head": false, "top": false, "topbar": false, "position": false, "location": false, "path": false, "comment": false, "comments": false,
	"ad": false, "ads": false, "advert": false, "banner": false, "links": false, "link": false, "more": false, "login": false, "search": false, "logo": false, "channel": false,
	"bottom": false, "tags": false, "tag": false, "tools": false, "tool": false, "editor": false, "qrcode": false, "code": false, "prev": false, "next": false, "prevnext": false, "fontsize": false, "social": false, "statement": false,
}

// named reports whether the name of an element says that it surrounds the article.
func (s *stripper) named(n *dom.Node, own share) bool {
	for word := range strings.FieldsFuncSeq(splitCamel(attr(n, "class")+" "+attr(n, "id")), func(r rune) bool { return !unicode.IsLetter(r) }) {
		sure, known := names[strings.ToLower(word)]
		switch {
		case !known || own.title:
		case sure && !own.prose():
			return true
		case own.menu() || own.links > 0 && own.text-own.linked < proseText:
			return true
		}
	}
	return false
}

// splitCamel sets the words of leftMenu apart.
func splitCamel(s string) string {
	var b strings.Builder
	last := ' '
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// headed reports whether an element heads a list of other articles, or is one.
func (s *stripper) headed(n *dom.Node, own share) bool {
	if s.says(n, label) {
		next := nextElement(n)
		return next != nil && s.shares[next].menu()
	}
	before := previousElement(n)
	return own.menu() && before != nil && s.says(before, label)
}

// menu reports whether an element is a menu. A list of links in the middle of prose is part
// of it.
func (s *stripper) menu(n *dom.Node, own share) bool {
	if !own.menu() || n.DataAtom == atom.Li || n.DataAtom == atom.Span || n.DataAtom == atom.Tr && n.Parent != nil && !s.shares[n.Parent].menu() {
		return false
	}
	return !s.prose || !s.besideProse(n)
}

// besideProse reports whether a paragraph stands directly before an element, or behind
// it and some before that.
func (s *stripper) besideProse(n *dom.Node) bool {
	for c := n.PrevSibling; c != nil; c = c.PrevSibling {
		if c.Type == dom.TextNode && utf8.RuneCountInString(strings.TrimSpace(c.Data)) >= proseText || c.DataAtom == atom.P && s.shares[c].text-s.shares[c].linked >= proseText/2 {
			return true
		}
	}
	return false
}

func nextElement(n *dom.Node) *dom.Node {
	for n = n.NextSibling; n != nil && n.Type != dom.ElementNode; n = n.NextSibling {
	}
	return n
}

func previousElement(n *dom.Node) *dom.Node {
	for n = n.PrevSibling; n != nil && n.Type != dom.ElementNode; n = n.PrevSibling {
	}
	return n
}

// maxSmall bounds the small print, in characters.
const maxSmall = 80

var (
	// label heads a list of other articles.
	label       = regexp.MustCompile(`^[【\[]?(?:相关|推荐|延伸|扩展|更多|热门|热点|最新|精彩|猜你喜欢|大家都在看|为您推荐|点击排行|阅读排行|友情链接|上一篇|下一篇)[\p{Han}]{0,6}[】\]]?[:：>»]*$`)
	fontSize    = regexp.MustCompile(`^【?(?:字体|字号)(?:大小)?[:：]?[大中小+＋－|-]*】?$`)
	pageNumbers = regexp.MustCompile(`^(?:上一页|下一页|首页|尾页|末页|\d|[\[\]«»<>.…])+$`)
	// smallPrint is what stands around articles in words of its own.
	smallPrint = regexp.MustCompile(`^(?:` + strings.Join([]string{
		`(?:您|你)?(?:现在|当前)?(?:的)?(?:所在)?位置(?:是)?[:：].*`,
		`首页(?:>|»|›|/|-|→|\||·|>>).*`,
		`(?:一键)?分享(?:到|至)?[:：]?(?:(?:微信|朋友圈|新浪|微博|QQ|空间|腾讯|豆瓣|人人网?|好友)[、|]?)*`,
		`(?:【?(?:打印(?:本页|本文|此页)?|关闭(?:窗口|本页|此页)?|收藏(?:本文|本页)?|纠错|我要纠错|我要评论|返回(?:顶部|首页|列表|上页)|TOP|举报|投诉|点赞)】?[|｜]?)+`,
		`(?:上一篇|下一篇|上一条|下一条)[:：].*`,
		`[\[(（【]?(?:(?:责任|本文|本期)?编辑|责编)[:：][^。]{1,30}[\])）】]?`,
		`(?:点击|浏览|阅读|访问)(?:数|量|次数)?[:：]?\d*次?`,
		`(?:版权所有|Copyright|©|\(C\)|.{0,20}(?:ICP备|ICP证|公网安备|新闻信息服务许可证)).*`,
		`.{0,20}(?:版权所有|Allrightsreserved\.?).{0,20}`,
		`(?:扫一扫|扫码|微信扫).{0,30}`,
		`(?:免责声明|特别声明|声明)[:：].{0,70}`,
	}, "|") + `)$`)
)

// squeeze drops white space and what is like it.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
}

// sourceHolders are the ids by which Chinese sites mark up source, author and date.
var sourceHolders = []string{"source_baidu", "author_baidu", "pubtime_baidu"}

// held reports which of them an element has, "" if none.
func held(n *dom.Node) string {
	if id := attr(n, "id"); slices.Contains(sourceHolders, id) {
		return id
	}
	return ""
}
