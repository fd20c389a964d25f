// Package cases holds sentences about sources with the verdict that a support check
// should come to. All texts are invented: see support.jsonl.
package cases

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
)

// Case is a sentence with the sources it cites.
type Case struct {
	// Half is a for those that the checker was tuned on, b and c for those that were
	// written before and tried once before anything was changed for them.
	Half     string
	Class    string // what was done to the sentence: see Classes
	Verdict  string // the true one, as in package cite
	Sentence string
	Sources  []string
	Missing  []string // of what is wrong in the sentence, if it can be named
}

// Classes are the kinds of cases.
var Classes = []Class{
	{"para", "true, in other words", True},
	{"digit", "a changed digit", False},
	{"magnitude", "a changed order of magnitude", False},
	{"unit", "a changed unit", False},
	{"percent", "percent or points, or another share", False},
	{"date", "a changed date", False},
	{"year", "a changed year, or one of another fact", False},
	{"name", "a changed name", False},
	{"quote", "changed words in quotation marks", False},
	{"term", "a changed rare word", False},
	{"trend", "rise for fall", False},
	{"bound", "more for less", False},
	{"wrong", "true, with the wrong citation", False},
	{"none", "nothing to check", Nothing},
	{"negation", "a negation", Beyond},
	{"swap", "subject and object changed places", Beyond},
}

// Class is a kind of cases.
type Class struct {
	Name, Text string
	Truth      Truth
}

// Truth says what is to be shown with the cases of a Class.
type Truth int

// The truths.
const (
	True    Truth = iota // must not be called unsupported
	False                // must be recognised
	Nothing              // must be left alone
	Beyond               // false, in a way that lexical checks do not see
)

// Right tells whether a verdict is as it should be. What is false must have the verdict
// it deserves; what is true must only not be called unsupported; what is beyond lexical
// checks must only not be called supported.
func (t Truth) Right(want, got string) bool {
	switch t {
	case True:
		return got != "unsupported"
	case Beyond:
		return got != "supported"
	}
	return got == want
}

func (t Truth) String() string {
	return [...]string{"true", "false", "nothing to check", "beyond lexical checks"}[t]
}

//go:embed support.jsonl
var lines []byte

// line is a source or a case.
type line struct {
	Source, Text string
	Case
}

// All returns the cases in their order.
func All() ([]Case, error) {
	dec := json.NewDecoder(bytes.NewReader(lines))
	dec.DisallowUnknownFields()
	texts := map[string]string{}
	var named []Case
	for {
		var l line
		err := dec.Decode(&l)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("support.jsonl: %w", err)
		}
		if l.Source != "" {
			texts[l.Source] = l.Text
			continue
		}
		named = append(named, l.Case)
	}
	for i, c := range named {
		texts, err := lookup(texts, c)
		if err != nil {
			return nil, err
		}
		named[i].Sources = texts
	}
	return named, nil
}

func lookup(texts map[string]string, c Case) ([]string, error) {
	var list []string
	for _, key := range c.Sources {
		text, ok := texts[key]
		if !ok {
			return nil, fmt.Errorf("support.jsonl: %q cites %q, which is no source", c.Sentence, key)
		}
		list = append(list, text)
	}
	return list, nil
}
