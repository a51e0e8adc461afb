// Package layers checks what the documents say about the module: which package
// imports which, what the module depends on, how decisions are numbered.
package layers

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/polarkit-go/polarkit/"

// confined lists what only some packages may import. A package below kit/internal may import
// what kit may, and what has its own name in the list.
var confined = map[string][]string{
	"net/http":                        {"kit", "kit/request", "kit/reply", "kit/api", "kit/docs", "kit/kittest", "kit/serve", "auth", "auth/authtest"},
	"github.com/go-chi/chi/v5":        {"kit/api"},
	"github.com/jackc/pgx/v5":         {"repository", "repository/localpg", "repository/pgtest", "auth/pgstore", "internal/pglink"},
	"github.com/Masterminds/squirrel": {"repository"},
	"github.com/jackc/puddle/v2":      {"internal/pglink"},
	"golang.org/x/crypto":             {"auth/signin"},
	"golang.org/x/net":                {"kit"},
	"golang.org/x/text":               {"kit"},
	"testing":                         {"auth/authtest", "kit/kittest", "repository/pgtest", "internal/sentence", "kit/internal/recorded"},
	"github.com/stretchr/testify":     {},
}

// belowKit is the folder whose packages have a list of their own in docs/architecture.md.
const belowKit = "kit/internal/"

// The first list in docs/architecture.md is that of the imports: none is missing
// there, and none is too many.
func TestImportsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	found := map[string][]string{}
	for pkg, list := range listImports(t) {
		owner := ownerOf(pkg)
		found[owner] = append([]string{}, found[owner]...)
		for _, imported := range list {
			if own, ours := strings.CutPrefix(imported, module); ours && ownerOf(own) != owner {
				found[owner] = append(found[owner], ownerOf(own))
			}
		}
	}
	list, _ := readLists(t)
	requireSame(t, list, found)
}

// The second list has all imports of the packages below kit/internal, and who
// imports them.
func TestImportsBelowKitAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	found := map[string][]string{}
	for pkg, list := range listImports(t) {
		name, below := strings.CutPrefix(pkg, belowKit)
		imports := []string{}
		for _, imported := range list {
			if own, ours := strings.CutPrefix(imported, module); ours && (below || strings.HasPrefix(own, belowKit)) {
				imports = append(imports, strings.TrimPrefix(own, belowKit))
			}
		}
		if below || len(imports) > 0 {
			require.NotContains(t, found, name, "two packages have the name in the list")
			found[name] = imports
		}
	}
	_, list := readLists(t)
	requireSame(t, list, found)
}

// requireSame compares the imports that were found with those of a list.
func requireSame(t *testing.T, list, found map[string][]string) {
	t.Helper()
	for pkg, imports := range found {
		require.Contains(t, list, pkg, "a package that docs/architecture.md does not have")
		slices.Sort(imports)
		require.Equal(t, slices.Compact(imports), list[pkg], "the imports of %s, and those in docs/architecture.md", pkg)
	}
	require.Len(t, list, len(found), "docs/architecture.md has a package that is not there")
}

func TestImportsAreConfined(t *testing.T) {
	t.Parallel()
	for pkg, list := range listImports(t) {
		for _, imported := range list {
			for path, users := range confined {
				if imported == path || strings.HasPrefix(imported, path+"/") {
					require.True(t, slices.Contains(users, pkg) || slices.Contains(users, ownerOf(pkg)), "%s must not import %s", pkg, imported)
				}
			}
		}
	}
}

// readLists reads the indented lines "package → imports" of docs/architecture.md. What
// follows the line about kit/internal is the second list.
func readLists(t *testing.T) (all, below map[string][]string) {
	t.Helper()
	first, second, found := strings.Cut(read(t, "docs/architecture.md"), "\nBelow `kit/internal`")
	require.True(t, found)
	return readList(t, first), readList(t, second)
}

func readList(t *testing.T, text string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		pkg, imports, ok := strings.Cut(strings.TrimPrefix(line, "    "), "→")
		if !ok || !strings.HasPrefix(line, "    ") {
			continue
		}
		list := []string{}
		if imports = strings.TrimSpace(imports); imports != "nothing" {
			list = strings.Split(imports, ", ")
		}
		slices.Sort(list)
		pkg = strings.TrimSpace(pkg)
		require.NotContains(t, all, pkg, "the list has it twice")
		all[pkg] = list
	}
	require.NotEmpty(t, all)
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile("../../" + path)
	require.NoError(t, err)
	return string(data)
}

// ownerOf is the package itself, or for one below an internal folder the
// package above that folder.
func ownerOf(pkg string) string {
	if above, _, below := strings.Cut(pkg, "/internal/"); below {
		return above
	}
	return pkg
}

func listImports(t *testing.T) map[string][]string {
	t.Helper()

	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)

	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		if pkg == "internal/layers" {
			continue
		}
		imports[pkg] = fields[1:]
	}
	return imports
}
