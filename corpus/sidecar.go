package corpus

import (
	"path"
	"slices"
	"strings"
)

// maxSidecar bounds a file with metadata, in bytes.
const maxSidecar = 256 << 10

// isSidecar tells the files with metadata beside an article.
func isSidecar(name string) bool {
	ext := extension(name)
	return ext == ".yaml" || ext == ".yml"
}

// pair finds the article of each file with metadata: x.pdf.yaml is that of x.pdf, and
// x.yaml that of the files x of any format that have none of their own.
func (s *scanner) pair() {
	s.sidecars = make(map[string]string, len(s.sides))
	named := make(map[string][]string) // by path, with and without extension
	for _, f := range s.files {
		named[f] = []string{f}
		stem := strings.TrimSuffix(f, path.Ext(f))
		named[stem] = append(named[stem], f)
	}
	slices.Sort(s.sides)
	for _, side := range s.sides {
		stem := strings.TrimSuffix(side, path.Ext(side))
		taken := false
		for _, f := range named[stem] {
			other := s.sidecars[f]
			if other == "" || f == stem && strings.TrimSuffix(other, path.Ext(other)) != stem {
				s.sidecars[f] = side
			}
			taken = taken || s.sidecars[f] == side
		}
		switch {
		case len(named[stem]) == 0:
			s.skip(side, "there is no article beside it that its metadata could be of; name it as the article, with .yaml behind: report.pdf.yaml for report.pdf")
		case !taken:
			s.skip(side, "the article has another file with metadata, %s; join the two", path.Base(s.sidecars[named[stem][0]]))
		}
	}
}

// parseSidecar reads a file with metadata.
func parseSidecar(name string, data []byte) Metadata {
	text, _, err := Decode(data, "")
	if err != nil {
		m := Metadata{}
		m.warn("%s cannot be read: %v", path.Base(name), err)
		return m
	}
	if block, ok := strings.CutPrefix(strings.TrimLeft(text, " \t\r\n"), "---"); ok {
		text = strings.TrimSuffix(strings.TrimRight(block, " \t\r\n"), "---")
	}
	return ParseMetadata(path.Base(name), text)
}
