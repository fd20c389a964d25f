package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestDoctorTellsEncodings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.md", "# 桥\n\n望江大桥长三百米。")
	write(t, dir, "一个名字很长的文件.md", "望江大桥长三百米，锟斤拷锟斤拷。\n第二行有\ufffd和\ue001。")
	write(t, dir, "d.txt", "caf\u00c3\u00a9 的正文讲的是桥。")
	for i := range 60 {
		write(t, dir, fmt.Sprintf("n%02d.md", i), fmt.Sprintf("第%d座桥长三百米。", i))
	}
	findings, err := examine(t, nil, "-articles", dir)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, findings, "ok", "articles", "63 articles; encodings: UTF-8 63")
	expect(t, findings, "warn", "encodings", "2 articles have characters")
	lines := strings.Split(findings, "\n")
	head := -1
	for i, l := range lines {
		if strings.Contains(l, "suspect characters (line:column)") {
			head = i
		}
	}
	if head < 0 {
		t.Fatalf("no table:\n%s", findings)
	}
	table := lines[head : head+14]
	if !strings.Contains(table[1], "一个名字很长的文件.md") || !strings.Contains(table[1], "replaced 1 (2:5 U+FFFD); garbled 2 (1:10 锟斤拷, 1:13 锟斤拷); private 1 (2:7 U+E001)") {
		t.Errorf("the worst stands not first:\n%s", strings.Join(table, "\n"))
	}
	if !strings.Contains(table[2], "d.txt") || !strings.Contains(table[2], "twice 1 (1:4 Ã©)") || !strings.Contains(table[3], "none") {
		t.Errorf("not what is suspect:\n%s", strings.Join(table, "\n"))
	}
	for _, l := range table[1:13] {
		for _, column := range []string{"UTF-8", "99.9 % by utf-8"} {
			at := strings.Index(l, column)
			if at < 0 || columns(l[:at]) != columns(table[1][:strings.Index(table[1], column)]) {
				t.Errorf("the columns are not straight:\n%s", strings.Join(table, "\n"))
			}
		}
	}
	if !strings.Contains(table[13], "And 51 more") {
		t.Errorf("the table is not bounded:\n%s", strings.Join(table, "\n"))
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "桥abc": 5, "「桥」": 6, "e\u0301": 1, "ｱ": 1, "Ａ": 2, "𠮷": 2, "é": 1} {
		if got := columns(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
	for s, want := range map[string]string{"a/桥.md": "a/桥.md", "很长的名字/桥梁.md": "…字/桥梁.md", "0123456789abc": "…3456789abc"} {
		if got := cutLeft(s, 11); got != want || columns(got) > 11 {
			t.Errorf("%q is cut to %q, want %q", s, got, want)
		}
	}
}
