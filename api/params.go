package api

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/rag"
)

// params reads an address's parameters. Its methods keep the first error; err
// returns it, or says which parameter nobody asked for.
type params struct {
	values url.Values
	known  map[string]bool
	first  error
}

func paramsOf(c *gin.Context) *params {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	p := &params{values: values, known: map[string]bool{}}
	if err != nil {
		p.fail(fault("bad_query"))
	}
	for name, list := range values {
		for _, value := range list {
			if !utf8.ValidString(value) || !utf8.ValidString(name) {
				p.fail(fault("charset"))
			}
		}
	}
	return p
}

func (p *params) fail(err error) {
	if p.first == nil && err != nil {
		p.first = err
	}
}

func (p *params) err() error {
	if p.first != nil {
		return p.first
	}
	for name := range p.values {
		if !p.known[name] {
			return fault("unknown_param", name)
		}
	}
	return nil
}

// raw is a parameter that may stand once.
func (p *params) raw(name string) (value string, given bool) {
	p.known[name] = true
	switch list := p.values[name]; len(list) {
	case 0:
		return "", false
	case 1:
		return list[0], true
	}
	p.fail(fault("repeated", name))
	return "", false
}

// text is a parameter of at most limit characters, without control characters.
func (p *params) text(name string, limit int) string {
	value, _ := p.raw(name)
	p.fail(checkText(name, value, limit))
	return value
}

// exact is a parameter of at most limit characters of any kind.
func (p *params) exact(name string, limit int) string {
	value, _ := p.raw(name)
	if utf8.RuneCountInString(value) > limit {
		p.fail(fault("too_long", name, limit))
	}
	return value
}

// number is a whole number within [low, high], otherwise if it is not given.
func (p *params) number(name string, low, high, otherwise int) int {
	value, given := p.raw(name)
	if !given {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < low || n > high {
		p.fail(fault("bad_number", name, low, high))
	}
	return n
}

func (p *params) flag(name string, otherwise bool) bool {
	value, given := p.raw(name)
	switch {
	case !given:
		return otherwise
	case value != "true" && value != "false":
		p.fail(fault("bad_flag", name))
	}
	return value == "true"
}

func (p *params) filter(limits Limits) rag.Filter {
	all := func(name string) []string {
		p.known[name] = true
		return p.values[name]
	}
	since, _ := p.raw("since")
	until, _ := p.raw("until")
	f := filterRequest{all("articles"), all("sources"), all("authors"), all("tags"), since, until}
	filter, err := f.filter(limits)
	p.fail(err)
	return filter
}

// filterRequest is a rag.Filter as clients write it.
type filterRequest struct {
	Articles []string `json:"articles"`
	Sources  []string `json:"sources"`
	Authors  []string `json:"authors"`
	Tags     []string `json:"tags"`
	Since    string   `json:"since"`
	Until    string   `json:"until"`
}

// filterValue bounds the characters of one value of a filter.
const filterValue = 200

func (f filterRequest) filter(limits Limits) (rag.Filter, error) {
	for _, field := range []struct {
		name   string
		values []string
	}{{"articles", f.Articles}, {"sources", f.Sources}, {"authors", f.Authors}, {"tags", f.Tags}} {
		if err := checkValues(field.name, field.values, limits); err != nil {
			return rag.Filter{}, err
		}
	}
	since, err := day("since", f.Since)
	if err != nil {
		return rag.Filter{}, err
	}
	until, err := day("until", f.Until)
	if err != nil {
		return rag.Filter{}, err
	}
	if !since.IsZero() && !until.IsZero() && since.After(until) {
		return rag.Filter{}, fault("bad_range", "since", "until")
	}
	return rag.Filter{Articles: f.Articles, Sources: f.Sources, Authors: f.Authors, Tags: f.Tags, Since: since, Until: until}, nil
}

// checkValues bounds the values of one field of a filter.
func checkValues(name string, values []string, limits Limits) error {
	if len(values) > limits.Filters {
		return fault("too_many", name, limits.Filters)
	}
	for _, value := range values {
		if err := checkText(name, value, filterValue); err != nil {
			return err
		}
	}
	return nil
}

// day reads YYYY-MM-DD as midnight UTC; empty means none.
func day(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, value)
	if err != nil || t.IsZero() {
		return time.Time{}, fault("bad_date", name)
	}
	return t, nil
}

// question trims a question or search and checks it.
func (l Limits) question(name, value string) (string, error) {
	value = strings.TrimFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' })
	if value == "" {
		return "", fault("missing", name)
	}
	return value, checkText(name, value, l.Question)
}

// checkText bounds a value's characters and refuses control characters other than
// tabs and line ends.
func checkText(name, value string, limit int) error {
	if utf8.RuneCountInString(value) > limit {
		return fault("too_long", name, limit)
	}
	if strings.ContainsFunc(value, isControl) {
		return fault("control", name)
	}
	return nil
}

func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}
