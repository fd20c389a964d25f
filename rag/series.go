package rag

import (
	"strings"

	"yinju/corpus"
)

const (
	numerals   = "0123456789０１２３４５６７８９零〇一二三四五六七八九十百千万两兩"
	numbered   = "条條章节節编編篇回集期讲講课課卷册冊部"
	seriesJoin = " \t\u3000·:：,，-—_第"
)

// seriesName is the title of the series of which a title names one number: 专利法 of
// 专利法 第三条 and of 专利法第三条之一. It is empty for a title without a number, and for
// one that is nothing else.
func seriesName(title string) string {
	title = strings.TrimSpace(title)
	if rest := strings.TrimRight(title, numerals); rest != title && strings.HasSuffix(rest, "之") {
		title = strings.TrimSuffix(rest, "之")
	}
	rest := strings.TrimRight(title, numbered)
	number := strings.TrimRight(rest, numerals)
	if rest == title || number == rest || !strings.HasSuffix(number, "第") {
		return ""
	}
	return strings.TrimRight(number, seriesJoin)
}

// seriesOf numbers the articles so that those of one series have one number.
func seriesOf(articles []*corpus.Article) []int {
	numbers, first := make([]int, len(articles)), make(map[string]int)
	for i, a := range articles {
		numbers[i] = i
		if name := seriesName(a.Title); name != "" {
			if n, known := first[name]; known {
				numbers[i] = n
			} else {
				first[name] = i
			}
		}
	}
	return numbers
}
