package corpus

import "sort"

// Page returns the page, from 1, on which byte at of the text stands; 0 if the article
// has no pages.
func (a *Article) Page(at int) int {
	return sort.Search(len(a.Pages), func(i int) bool { return a.Pages[i] > at })
}
