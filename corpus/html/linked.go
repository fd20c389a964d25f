package html

import (
	"encoding/json"
	"slices"
	"strings"

	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxLinked bounds a block of linked data, in bytes.
const maxLinked = 256 << 10

// linked is what JSON-LD says of an article, in the terms of schema.org.
type linked struct {
	Type          words    `json:"@type"`
	Graph         []linked `json:"@graph"`
	Headline      words    `json:"headline"`
	DatePublished words    `json:"datePublished"`
	Author        parties  `json:"author"`
	Publisher     parties  `json:"publisher"`
	URL           words    `json:"url"`
}

// words is a string, or the first of a list of them; what else is written there is "".
type words string

func (w *words) UnmarshalJSON(data []byte) error {
	var one string
	var many []string
	switch {
	case json.Unmarshal(data, &one) == nil:
		*w = words(one)
	case json.Unmarshal(data, &many) == nil && len(many) > 0:
		*w = words(many[0])
	}
	return nil
}

// parties are the names of persons or houses, however they are written.
type parties []string

func (p *parties) UnmarshalJSON(data []byte) error {
	var many []json.RawMessage
	if json.Unmarshal(data, &many) != nil {
		many = []json.RawMessage{data}
	}
	for _, one := range many[:min(len(many), 20)] {
		var name string
		var named struct {
			Name words `json:"name"`
		}
		switch {
		case json.Unmarshal(one, &name) == nil:
			*p = append(*p, name)
		case json.Unmarshal(one, &named) == nil && named.Name != "":
			*p = append(*p, string(named.Name))
		}
	}
	return nil
}

// articleTypes are the types of schema.org that are an article.
var articleTypes = []string{"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "AnalysisNewsArticle", "OpinionNewsArticle", "TechArticle", "ScholarlyArticle", "Report"}

// readLinked returns the first article in a script of JSON-LD; ok is false if there is
// none.
func readLinked(script *dom.Node) (found linked, ok bool) {
	if script.FirstChild == nil || len(script.FirstChild.Data) > maxLinked {
		return linked{}, false
	}
	text := []byte(strings.TrimSpace(script.FirstChild.Data))
	var many []linked
	if json.Unmarshal(text, &many) != nil {
		var one linked
		if json.Unmarshal(text, &one) != nil {
			return linked{}, false
		}
		many = []linked{one}
	}
	for _, l := range many {
		for _, l := range append([]linked{l}, l.Graph...) {
			if slices.Contains(articleTypes, string(l.Type)) {
				return l, true
			}
		}
	}
	return linked{}, false
}

// isLinked reports whether an element is a script of JSON-LD.
func isLinked(n *dom.Node) bool {
	return n.DataAtom == atom.Script && strings.EqualFold(strings.TrimSpace(attr(n, "type")), "application/ld+json")
}
