package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"yinju/rag"
)

const tank = "山坡下的雨水收集池今年春天全部完工，一共十二座。每座可储水三百立方米，旱季够全村用四十天。管护由村里的老人轮流负责，每人每月领取补贴600元。"

// tankArticles are one report in three papers, the report of another village with
// another number, and others.
func tankArticles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	front := func(title, source, day string) string {
		return fmt.Sprintf("---\ntitle: %s\nsource: %s\ndate: %s\n---\n\n", title, source, day)
	}
	write(t, dir, "a.md", front("蓄水池完工", "山村日报", "2025-03-01")+tank)
	write(t, dir, "b.md", front("蓄水池完工", "县报", "2025-03-03")+"本报讯　"+strings.ReplaceAll(tank, "，", "、")+"\n\n（责任编辑：李某）\n")
	write(t, dir, "c.md", front("村里不再缺水", "晚报", "2025-03-02")+tank)
	write(t, dir, "d.md", front("蓄水池完工", "邻县报", "2025-03-05")+strings.ReplaceAll(tank, "十二座", "十五座"))
	write(t, dir, "e.md", front("果园", "县报", "2025-02-01")+"果园今年种了苹果和梨，收成很好。雨水也够。")
	return dir
}

type foundHit struct {
	Source, Text string
	AlsoIn       []rag.Copy `json:"also_in"`
	AlsoInCount  int        `json:"also_in_count"`
}

type foundCopies struct{ Hits []foundHit }

func (s *server) searchCopies(query string) (found foundCopies) {
	s.t.Helper()
	status, text := s.call("GET", "/search?"+query, "", nil)
	if err := json.Unmarshal([]byte(text), &found); status != 200 || err != nil {
		s.t.Fatalf("%d %s", status, text)
	}
	return found
}

func TestOneOfNearDuplicatesIsShown(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "-articles", tankArticles(t))
	const question = "雨水收集池一共多少座？"
	for filter, want := range map[string]string{ // of the three papers the one shown, and the others
		"": "县报 [晚报 山村日报]", // the newest of equals
		"&sources=" + url.QueryEscape("山村日报"):                                       "山村日报 []",
		"&sources=" + url.QueryEscape("山村日报") + "&sources=" + url.QueryEscape("县报"): "县报 [山村日报]",
	} {
		var got []string
		for _, h := range s.searchCopies("q=" + url.QueryEscape(question) + filter).Hits {
			also := []string{}
			for _, c := range h.AlsoIn {
				also = append(also, c.Source)
			}
			if strings.Contains(h.Text, "十二座") {
				got = append(got, fmt.Sprint(h.Source, " ", also))
			}
			if h.AlsoInCount != len(h.AlsoIn) || strings.Contains(h.Text, "十五座") && h.AlsoInCount > 0 {
				t.Errorf("%q: %+v", filter, h)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, want %s", filter, got, want)
		}
	}
	phrase := s.searchCopies("q=" + url.QueryEscape("「每座可储水三百立方米」"))
	if len(phrase.Hits) < 4 {
		t.Errorf("a phrase that four articles hold brings %+v", phrase.Hits)
	}
	a := s.ask("今年春天完工的是不是十二座雨水收集池？")
	if strings.Count(a.Answer, "十二座") != 1 {
		t.Errorf("it is not said once: %s", a.Answer)
	}
	i := slices.IndexFunc(a.Citations, func(c rag.Citation) bool { return strings.Contains(c.Quote, "十二座") })
	if i < 0 || a.Citations[i].AlsoInCount != 2 {
		t.Fatalf("citations %+v", a.Citations)
	}
	for _, c := range a.Citations[i].AlsoIn {
		status, text := s.call("GET", "/articles/"+c.ArticleID, "", nil)
		var article struct{ Text string }
		if err := json.Unmarshal([]byte(text), &article); status != 200 || err != nil {
			t.Fatalf("%d %s", status, text)
		}
		if got := string([]rune(article.Text)[c.Start:c.End]); c.Quote != "" && got != c.Quote || !strings.Contains(got, "十二座") {
			t.Errorf("%s: %q at %d to %d, quoted as %q", c.Source, got, c.Start, c.End, c.Quote)
		}
	}
	status, text := s.call("POST", "/reload", "", nil)
	if status != 200 || !strings.Contains(text, `"duplicates":1`) {
		t.Errorf("reload: %d %s", status, text)
	}
}

// Copies without end leave room for what else there is.
func TestCopiesDoNotFillThePlaces(t *testing.T) {
	t.Parallel()
	dir := tankArticles(t)
	for i := range 300 {
		write(t, dir, fmt.Sprintf("copy%03d.md", i), "# 蓄水池完工\n\n"+tank)
	}
	found := start(t, nil, "-articles", dir).searchCopies("k=5&q=" + url.QueryEscape("雨水收集池"))
	seen := make(map[string]bool)
	for _, h := range found.Hits {
		seen[h.Text] = true
	}
	if len(found.Hits) < 3 || len(seen) != len(found.Hits) {
		t.Errorf("%d hits, %d texts", len(found.Hits), len(seen))
	}
	with := slices.IndexFunc(found.Hits, func(h foundHit) bool { return h.AlsoInCount > 0 })
	if with < 0 || len(found.Hits[with].AlsoIn) != 10 || found.Hits[with].AlsoInCount != 302 {
		t.Errorf("named or counted wrongly: %+v", found.Hits)
	}
}

func TestAskNamesTheCopies(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), system{
		Args: []string{"ask", "今年春天完工的是不是十二座雨水收集池？", "-articles", tankArticles(t)},
		Env:  environment(map[string]string{"YINJU_DATA": t.TempDir()}), Stdout: &out, Stderr: new(lockedBuffer),
	})
	if err != nil || !strings.Contains(out.String(), "also in: ") || !strings.Contains(out.String(), "山村日报 · 2025-03-01") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
