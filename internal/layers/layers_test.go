// Package layers holds the module to docs/architecture.md: which package may
// import which.
package layers

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/polarkit-go/polarkit/"

// allowed lists, for each package, the packages of this module that it may
// import. Packages below an internal folder belong to the package above it.
var allowed = map[string][]string{
	"errors":           {},
	"kit/openapi":      {},
	"internal/jsonnum": {},
	"internal/reach":   {"errors"},
	"kit":              {"errors", "kit/openapi", "internal/jsonnum"},
	"pagination":       {"kit", "kit/openapi", "errors"},
	"sorting":          {"kit", "kit/openapi", "errors"},
	"internal/budget":  {},
	"auth":             {"kit", "kit/openapi", "errors", "internal/reach", "internal/budget"},
	"auth/signin":      {"errors", "internal/budget"},
	"repository":       {"pagination", "sorting", "kit", "errors", "internal/reach", "internal/jsonnum"},
	"kit/api":          {"kit", "kit/openapi", "pagination", "sorting", "errors"},
	"auth/pgstore":     {"auth", "errors"},
	"auth/authtest":    {"auth", "errors", "kit/openapi", "internal/reach", "internal/testrequest"},
	"kit/docs":         {"kit/api", "kit"},
	"kit/serve":        {"kit", "errors"},
	// A command.
	"kit/openapi/breaking": {"kit/openapi"},
	"kit/kittest":          {"kit/api", "kit", "kit/openapi", "errors", "internal/testrequest"},
	"internal/testrequest": {},
	"repository/localpg":   {},
	"repository/pgtest":    {"repository/localpg", "repository"},
}

// confined lists what only some packages may import.
var confined = map[string][]string{
	"net/http":                        {"kit", "kit/api", "kit/docs", "kit/kittest", "kit/serve", "auth", "auth/authtest", "internal/testrequest"},
	"github.com/go-chi/chi/v5":        {"kit/api"},
	"github.com/jackc/pgx/v5":         {"repository", "repository/localpg", "repository/pgtest", "auth/pgstore"},
	"github.com/Masterminds/squirrel": {"repository"},
	"golang.org/x/net":                {"kit"},
	"golang.org/x/text":               {"kit"},
	"testing":                         {"auth/authtest", "kit/kittest", "repository/pgtest"},
	"github.com/stretchr/testify":     {},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()

	imports := listImports(t)
	require.NotEmpty(t, imports)
	for pkg, list := range imports {
		owner := ownerOf(pkg)
		may, known := allowed[owner]
		require.True(t, known, "%s stands in no layer: add it to docs/architecture.md and to this test", pkg)
		for _, imported := range list {
			if own, ours := strings.CutPrefix(imported, module); ours {
				to := ownerOf(own)
				require.True(t, to == owner || slices.Contains(may, to), "%s must not import %s", pkg, own)
				continue
			}
			for path, users := range confined {
				if imported == path || strings.HasPrefix(imported, path+"/") {
					require.Contains(t, users, owner, "%s must not import %s", pkg, imported)
				}
			}
		}
	}
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
