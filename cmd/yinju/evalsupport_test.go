package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"yinju/corpus/segment"
	"yinju/rag/cite"
)

func TestSupportReport(t *testing.T) {
	t.Parallel()
	words, err := segment.New(segment.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := checkSupport(checker(words))
	if err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]float64{"support_cases": 240, "support_recognised": 95, "support_flagged": 95, "support_not_accused": 97, "support_left_alone": 95} {
		if v, ok := r.Metrics.get(name); !ok || v < least {
			t.Errorf("%s is %.1f, want %.0f", name, v, least)
		}
	}
	sum := 0
	for _, x := range r.Confusion {
		sum += x.Supported + x.Partial + x.Unsupported + x.None
	}
	if cases, _ := r.Metrics.get("support_cases"); float64(sum) != cases {
		t.Errorf("%d verdicts on %.0f cases", sum, cases)
	}
	// A checker that finds everything supported must not look good.
	blind, err := checkSupport(cite.Checker{})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := blind.Metrics.get("support_recognised"); v > 90 {
		t.Errorf("without names %.1f %% are recognised: the cases test no names", v)
	}
	data, err := json.Marshal(report{Support: r})
	if err != nil || !strings.Contains(string(data), `"support":{"metrics":{"support_cases"`) {
		t.Errorf("%s, %v", data, err)
	}
	var table, page bytes.Buffer
	full := &report{Support: r}
	if err := full.table(&table); err != nil || !strings.Contains(table.String(), "a changed digit") || !strings.Contains(table.String(), "should be") {
		t.Errorf("%s, %v", table.String(), err)
	}
	if err := full.page(&page, 3); err != nil || !strings.Contains(page.String(), "a changed digit") {
		t.Errorf("the page lacks the report: %v", err)
	}
}
