package docx

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"

	"yinju/corpus"
	"yinju/corpus/bounded"
)

// noteID names a note: of the foot of a page or the end of the document, by its number
// in the file, which is not the one that readers see.
type noteID struct {
	end bool
	id  string
}

var noteMark = regexp.MustCompile(`\[\^\d+\]`)

// readNotes reads the part with the footnotes or the endnotes, each as a line.
func (p *parser) readNotes(root xml.StartElement) error {
	return p.x.Each(func(e xml.StartElement) error {
		name := tag(e.Name)
		if name != "w:footnote" && name != "w:endnote" {
			return p.x.Skip()
		}
		inner := &flow{cell: true}
		if err := p.flowing(inner, p.blocks); err != nil {
			return err
		}
		p.notes[noteID{name == "w:endnote", bounded.Attr(e, "id")}] = inner.line()
		return nil
	}, nil)
}

// refer writes the mark of a note, and keeps the note for behind the paragraph or the
// end.
func (p *parser) refer(one *paragraph, l *look, e xml.StartElement) error {
	id := noteID{tag(e.Name) == "w:endnoteReference", bounded.Attr(e, "id")}
	if text := p.notes[id]; text != "" && !l.hidden {
		number, again := p.marks[id]
		if !again {
			number = len(p.marks) + 1
			p.marks[id] = number
			line := fmt.Sprintf("[^%d]: %s", number, text)
			if id.end {
				p.endnotes = append(p.endnotes, line)
			} else {
				one.notes = append(one.notes, line)
			}
		}
		if err := p.write(one, &look{}, fmt.Sprintf("[^%d]", number)); err != nil {
			return err
		}
	}
	return p.x.Skip()
}

// properties reads what the package says about the document. When it was created says
// nothing about when it was published: most are made from older ones.
func (p *parser) properties(out *corpus.Parsed) {
	relations, err := p.relations("")
	if err != nil {
		return
	}
	name := relations["core-properties"]
	if name == "" {
		name = "docProps/core.xml"
	}
	// Whatever is wrong with it, the text is what matters.
	_ = p.open(name, func(xml.StartElement) error {
		return p.x.Each(func(e xml.StartElement) error {
			text, err := p.x.Text()
			text = strings.Join(strings.Fields(text), " ")
			switch e.Name.Local {
			case "title":
				out.Title = goodTitle(text)
			case "creator":
				out.Author = goodAuthor(text)
			case "keywords":
				if !strings.ContainsAny(text, ",，、;；|") && strings.ContainsFunc(text, wide) {
					text = strings.ReplaceAll(text, " ", ",") // only English words have spaces in them
				}
				out.Tags = corpus.ParseTags(text)
			}
			return err
		}, nil)
	})
}

var (
	titlePrefix = regexp.MustCompile(`(?i)^microsoft (?:office )?word\s*[-–]\s*`)
	titleSuffix = regexp.MustCompile(`(?i)\.(?:docx?|docm|dotx?|dotm|wps|odt|rtf|txt|html?|pdf)$`)
	noTitle     = regexp.MustCompile(`(?i)^(?:untitled|无标题|無標題|未命名|新建.{0,20}文档|(?:word |microsoft word )?(?:document|文档|文檔|文件)\s*\d*|(?:powerpoint|word|演示文稿|文档)?\s*(?:presentation|template|模板|范本|标题|標題|title)|normal|[\d\s_.-]*|.{201,})$`)
	noAuthor    = regexp.MustCompile(`(?i)^(?:admin(?:istrator)?s?|users?|owner|unknown|un-named|author|guest|root|pc|test|default|microsoft(?: office)?(?: user)?|windows ?(?:用户|user)|微软用户|微軟使用者|用户|使用者|未知|匿名|hp|dell|lenovo|asus|acer|thinkpad|huawei|mac(?:book)?|python-docx|apache poi|openpyxl|docx4j|wps(?:_\d+| office)?|office|[a-z]+[-_]?pc|desktop-\w+|雨林木风|番茄花园|深度技术|系统之家|\d+)$`)
)

// goodTitle is what a document calls itself, "" if its program did.
func goodTitle(s string) string {
	s = strings.TrimSpace(titleSuffix.ReplaceAllString(titlePrefix.ReplaceAllString(s, ""), ""))
	if noTitle.MatchString(s) {
		return ""
	}
	return s
}

// goodAuthor is a person's or an office's name, "" if it is that of a machine.
func goodAuthor(s string) string {
	if noAuthor.MatchString(s) || len([]rune(s)) > 100 {
		return ""
	}
	return s
}
