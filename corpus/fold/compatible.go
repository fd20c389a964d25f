package fold

import "golang.org/x/text/unicode/norm"

// Compatible is the character that r stands for where r exists for the sake of older
// character sets only, in Unicode's form NFKC: 人 for the radical ⼈, fi for the
// ligature ﬁ; r itself where there is none.
func Compatible(r rune) string { return norm.NFKC.String(string(r)) }
