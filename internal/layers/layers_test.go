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

// confined lists what only some packages may import.
var confined = map[string][]string{
	"net/http":                        {"kit", "kit/request", "kit/reply", "kit/api", "kit/docs", "kit/kittest", "kit/serve", "auth", "auth/authtest"},
	"github.com/go-chi/chi/v5":        {"kit/api"},
	"github.com/jackc/pgx/v5":         {"repository", "repository/localpg", "repository/pgtest", "auth/pgstore", "internal/pglink"},
	"github.com/Masterminds/squirrel": {"repository"},
	"github.com/jackc/puddle/v2":      {"internal/pglink"},
	"golang.org/x/crypto":             {"auth/signin"},
	"golang.org/x/net":                {"kit"},
	"golang.org/x/text":               {"kit"},
	"testing":                         {"auth/authtest", "kit/kittest", "repository/pgtest", "internal/sentence"},
	"github.com/stretchr/testify":     {},
}

// The diagram in docs/architecture.md is the list of imports: none is missing
// there, and none is too many.
func TestImportsAreThoseOfTheDiagram(t *testing.T) {
	t.Parallel()
	diagram := readDiagram(t)
	found := map[string][]string{}
	for pkg, list := range listImports(t) {
		owner := ownerOf(pkg)
		if found[owner] == nil {
			found[owner] = []string{}
		}
		for _, imported := range list {
			if own, ours := strings.CutPrefix(imported, module); ours && ownerOf(own) != owner && !slices.Contains(found[owner], ownerOf(own)) {
				found[owner] = append(found[owner], ownerOf(own))
			}
		}
	}
	for pkg := range found {
		slices.Sort(found[pkg])
		require.Contains(t, diagram, pkg, "a package that docs/architecture.md does not have")
		require.Equal(t, found[pkg], diagram[pkg], "the imports of %s, and those in docs/architecture.md", pkg)
	}
	require.Len(t, diagram, len(found), "docs/architecture.md has a package that is not there")
}

func TestImportsAreConfined(t *testing.T) {
	t.Parallel()
	for pkg, list := range listImports(t) {
		for _, imported := range list {
			for path, users := range confined {
				if imported == path || strings.HasPrefix(imported, path+"/") {
					require.Contains(t, users, ownerOf(pkg), "%s must not import %s", pkg, imported)
				}
			}
		}
	}
}

// readDiagram reads the indented lines "package → imports" of docs/architecture.md.
func readDiagram(t *testing.T) map[string][]string {
	t.Helper()
	diagram := map[string][]string{}
	for line := range strings.Lines(read(t, "docs/architecture.md")) {
		pkg, imports, ok := strings.Cut(strings.TrimPrefix(line, "    "), "→")
		if !ok || !strings.HasPrefix(line, "    ") {
			continue
		}
		list := []string{}
		if imports = strings.TrimSpace(imports); imports != "nothing" {
			list = strings.Split(imports, ", ")
		}
		slices.Sort(list)
		diagram[strings.TrimSpace(pkg)] = list
	}
	return diagram
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
