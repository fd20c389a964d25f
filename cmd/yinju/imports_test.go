package main

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which packages of ours a package may import. The first row whose
// pattern fits is the package's row; "x/..." fits x and everything below it. A new
// package that fits no row, or that needs an arrow, is a decision: it is written here.
var arrows = []struct {
	from string
	to   []string
}{
	{"cmd/...", []string{"..."}}, // the only place where all parts meet

	{"api", []string{"api/...", "rag", "corpus"}},
	{"api/...", nil},

	{"corpus/quantity", nil},
	{"corpus/fold", []string{"corpus/quantity"}},
	{"corpus/segment", []string{"corpus/fold"}}, // cgo: reaches the others as function values
	{"corpus/sample", nil},
	{"corpus/frontmatter", nil},
	{"corpus", []string{"corpus/fold", "corpus/frontmatter"}},
	{"corpus/bounded", []string{"corpus"}},
	{"corpus/epub", []string{"corpus", "corpus/bounded", "corpus/html"}},                      // a book's chapters are web pages
	{"corpus/...", []string{"corpus", "corpus/fold", "corpus/frontmatter", "corpus/bounded"}}, // an adapter a format

	{"rag/bm25", []string{"corpus/fold"}},
	{"rag/cite", []string{"corpus", "corpus/fold", "corpus/quantity"}},
	{"rag/hint", []string{"corpus/fold"}},
	{"rag/form", nil},
	{"rag/followup", []string{"corpus", "corpus/fold"}},
	{"rag/guard", nil},
	{"rag", []string{"corpus", "corpus/fold", "rag/bm25", "rag/cite", "rag/followup", "rag/form", "rag/guard", "rag/hint"}},
	{"rag/openai/preset", []string{"rag", "rag/openai"}},                                 // data about its servers
	{"rag/openai/openaitest/...", []string{"rag/openai/openaitest"}},                     // a fake server, itself without ours
	{"rag/extractive", []string{"rag", "rag/bm25", "rag/form", "corpus", "corpus/fold"}}, // reads the question's terms
	{"rag/...", []string{"rag", "rag/cite", "corpus", "corpus/fold"}},                    // adapters

	{"web/...", nil},
}

// Tests may import these as well, and their own package.
var testArrows = []string{"corpus/sample", "corpus/segment", "rag/openai/openaitest", "rag/ragtest"}

// homes fixes where a dependency lives whose absence elsewhere is worth something:
// a build without cgo, a core of the standard library alone, an API that can change
// its router. Every other dependency may choose one home.
var homes = map[string]string{
	"github.com/alecthomas/kong":          "cmd/yinju",
	"github.com/gin-gonic/gin":            "api",
	"github.com/philippgille/chromem-go":  "rag/chromem",
	"github.com/sashabaranov/go-openai":   "rag/openai",
	"github.com/yanyiwu/gojieba":          "corpus/segment",
	"go.yaml.in/yaml/v3":                  "corpus/frontmatter",
	"gonum.org/v1/gonum":                  "rag/lsa",
	"modernc.org/sqlite":                  "rag/sqlite",
	"codeberg.org/readeck/go-readability": "corpus/html",
}

// standardOnly names the packages that import the standard library and ours alone.
var standardOnly = []string{"rag", "rag/bm25", "rag/cite", "rag/followup", "rag/form", "rag/guard", "rag/hint", "web"}

// testOnly names the modules that any test may import, and nothing but tests.
var testOnly = []string{"go.uber.org/goleak"}

// topLevel is all that the repository's first level holds, beside dot-files and the
// built binary, which git ignores.
var topLevel = []string{"LICENSE", "README.md", "api", "cmd", "corpus", "go.mod", "go.sum", "rag", "web", "yinju"}

// noNames are directories that say nothing about what they hold.
var noNames = []string{"common", "helpers", "internal", "manager", "pkg", "service", "types", "util", "utils"}

// use is one import declaration.
type use struct {
	from string // directory of the importing package, slash-separated: "rag/bm25"
	path string // what it imports
	test bool   // in a test file
}

func TestArrows(t *testing.T) {
	t.Parallel()
	uses := readUses(t, root)
	if len(uses) < 50 {
		t.Fatalf("only %d imports found: the walk misses the tree", len(uses))
	}
	for _, problem := range checkArrows(uses) {
		t.Error(problem)
	}
}

func TestDependenciesHaveOneHome(t *testing.T) {
	t.Parallel()
	for _, problem := range checkHomes(readUses(t, root), readModules(t)) {
		t.Error(problem)
	}
}

func TestTreeIsTheArchitecture(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") && !slices.Contains(topLevel, entry.Name()) {
			t.Errorf("%s does not belong on the first level; it holds only %s", entry.Name(), strings.Join(topLevel, ", "))
		}
	}
	for _, u := range readUses(t, root) {
		if name := path.Base(u.from); slices.Contains(noNames, name) {
			t.Errorf("%s: %q says nothing about what the package holds", u.from, name)
		}
	}
}

// checkArrows names each import of ours that has no arrow.
func checkArrows(uses []use) (problems []string) {
	for _, u := range uses {
		to, ours := strings.CutPrefix(u.path, "yinju/")
		row := slices.IndexFunc(arrows, func(a struct {
			from string
			to   []string
		},
		) bool {
			return fits(a.from, u.from)
		})
		if row < 0 {
			problems = append(problems, fmt.Sprintf("%s stands in no row of the arrows: say what it may import", u.from))
			continue
		}
		allowed := arrows[row].to
		if u.test {
			allowed = slices.Concat(allowed, testArrows, []string{u.from})
		}
		if ours && !slices.ContainsFunc(allowed, func(pattern string) bool { return fits(pattern, to) }) {
			problems = append(problems, fmt.Sprintf("%s must not import %s", u.from, to))
		}
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

// checkHomes names each third-party dependency that has no home, two, or the wrong
// one. A dependency is a module; of golang.org/x, whose modules are shelves of
// unrelated packages, it is the package.
func checkHomes(uses []use, modules []string) (problems []string) {
	importers := map[string][]string{}
	for _, u := range uses {
		if !thirdParty(u.path) {
			continue
		}
		if slices.Contains(standardOnly, u.from) && !u.test {
			problems = append(problems, fmt.Sprintf("%s must not import %s: it stands on the standard library", u.from, u.path))
		}
		name := dependency(u.path, modules)
		switch {
		case name == "":
			problems = append(problems, fmt.Sprintf("%s imports %s, which go.mod does not require directly", u.from, u.path))
		case slices.Contains(testOnly, name):
			if !u.test {
				problems = append(problems, fmt.Sprintf("%s must import %s in tests only", u.from, name))
			}
		case !slices.Contains(importers[name], u.from):
			importers[name] = append(importers[name], u.from)
		}
	}
	for name, from := range importers {
		slices.Sort(from)
		if len(from) > 1 {
			problems = append(problems, fmt.Sprintf("%s has %d homes, not one: %s", name, len(from), strings.Join(from, ", ")))
		}
		for fixed, home := range homes {
			if under(fixed, name) && !slices.Equal(from, []string{home}) {
				problems = append(problems, fmt.Sprintf("%s lives in %s, not in %s", name, home, strings.Join(from, ", ")))
			}
		}
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

// fits reports whether a package stands under a pattern of the arrows.
func fits(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return under(parent, pkg)
	}
	return pattern == pkg
}

func under(parent, name string) bool {
	return name == parent || strings.HasPrefix(name, parent+"/")
}

// thirdParty reports whether an import path starts with a host name; "C", the
// standard library and our own packages do not.
func thirdParty(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// dependency is the module an import path belongs to, or "".
func dependency(importPath string, modules []string) string {
	longest := ""
	for _, module := range modules {
		if under(module, importPath) && len(module) > len(longest) {
			longest = module
		}
	}
	if longest != "" && strings.HasPrefix(importPath, "golang.org/x/") {
		return importPath
	}
	return longest
}

const root = "../.."

// readUses parses the import declarations of every Go file below dir, whatever its
// build tags.
func readUses(t *testing.T, dir string) (uses []use) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if base == "node_modules" || base == "testdata" || name != dir && strings.ContainsAny(base[:1], "._") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" || strings.ContainsAny(base[:1], "._") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, filepath.Dir(name))
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			uses = append(uses, use{filepath.ToSlash(relative), importPath, strings.HasSuffix(base, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses
}

// readModules lists what go.mod requires directly.
func readModules(t *testing.T) (modules []string) {
	t.Helper()
	file, err := os.Open(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(strings.TrimPrefix(lines.Text(), "require "))
		if len(fields) == 2 && thirdParty(fields[0]) { // an indirect one has a comment behind it
			modules = append(modules, fields[0])
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(modules) == 0 {
		t.Fatal("go.mod requires nothing: it was not understood")
	}
	return modules
}

// The checks themselves must be able to fail.
func TestArrowsAreKept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, to string
		test     bool
		ok       bool
	}{
		{"cmd/yinju", "yinju/corpus/segment", false, true},
		{"api", "yinju/rag", false, true},
		{"api", "yinju/api/markdown", false, true},
		{"api", "yinju/web", false, false},
		{"api", "yinju/rag/openai", false, false},
		{"api", "yinju/cmd/yinju", false, false},
		{"api/markdown", "yinju/rag", false, false},
		{"rag", "yinju/corpus", false, true},
		{"rag", "yinju/corpus/segment", false, false},
		{"rag", "yinju/rag/chromem", false, false},
		{"rag", "yinju/rag/sqlite", true, false},
		{"rag", "yinju/rag/ragtest", false, false},
		{"rag", "yinju/rag/ragtest", true, true},
		{"rag", "yinju/api", false, false},
		{"rag/bm25", "yinju/rag", false, false},
		{"rag/sqlite", "yinju/rag", false, true},
		{"rag/sqlite", "yinju/rag/chromem", false, false},
		{"rag/sqlite", "yinju/rag/sqlite", true, true},
		{"rag/openai", "yinju/rag/openai/openaitest", true, true},
		{"rag/openai", "yinju/rag/openai/openaitest", false, false},
		{"rag/openai/openaitest", "yinju/rag", false, false},
		{"corpus", "yinju/rag", false, false},
		{"corpus", "yinju/corpus/markdown", false, false},
		{"corpus/markdown", "yinju/corpus", false, true},
		{"corpus/segment", "yinju/corpus", false, false},
		{"web", "yinju/corpus", false, false},
		{"web", "net/http", false, true},
		{"server", "net/http", false, false},
		{"ragged", "yinju/corpus", false, false},
	} {
		problems := checkArrows([]use{{test.from, test.to, test.test}})
		if ok := len(problems) == 0; ok != test.ok {
			t.Errorf("%s imports %s (test file %v): allowed %v, want %v", test.from, test.to, test.test, ok, test.ok)
		}
	}
}

func TestHomesAreKept(t *testing.T) {
	t.Parallel()
	modules := []string{
		"example.com/lib", "example.com/lib/v2", "github.com/gin-gonic/gin", "github.com/yanyiwu/gojieba",
		"go.uber.org/goleak", "golang.org/x/text",
	}
	for _, test := range []struct {
		name string
		uses []use
		want int
	}{
		{"one home", []use{{"corpus", "example.com/lib", false}, {"corpus", "example.com/lib/part", true}}, 0},
		{"two homes", []use{{"corpus", "example.com/lib", false}, {"api", "example.com/lib/part", false}}, 1},
		{"second home in a test", []use{{"corpus", "example.com/lib", false}, {"api", "example.com/lib", true}}, 1},
		{"two major versions are two modules", []use{{"corpus", "example.com/lib", false}, {"api", "example.com/lib/v2", false}}, 0},
		{"packages of golang.org/x", []use{{"corpus", "golang.org/x/text/width", false}, {"api", "golang.org/x/text/language", false}}, 0},
		{"one package of golang.org/x twice", []use{{"corpus", "golang.org/x/text/width", false}, {"api", "golang.org/x/text/width", false}}, 1},
		{"not required", []use{{"corpus", "example.com/library", false}}, 1},
		{"test library in two tests", []use{{"corpus", "go.uber.org/goleak", true}, {"api", "go.uber.org/goleak", true}}, 0},
		{"test library in the product", []use{{"corpus", "go.uber.org/goleak", false}}, 1},
		{"gin in its home", []use{{"api", "github.com/gin-gonic/gin", false}}, 0},
		{"gin elsewhere", []use{{"web/e2e", "github.com/gin-gonic/gin", false}}, 1},
		{"gojieba elsewhere", []use{{"rag/bm25", "github.com/yanyiwu/gojieba", true}}, 1},
		{"third party in the core", []use{{"rag", "example.com/lib", false}}, 1},
		{"standard library and ours", []use{{"rag", "net/http", false}, {"rag", "yinju/corpus", false}}, 0},
	} {
		if problems := checkHomes(test.uses, modules); len(problems) != test.want {
			t.Errorf("%s: %q, want %d problems", test.name, problems, test.want)
		}
	}
}
