package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that uses the nouns alone links no server, no validator and no tables of
// domain names.
func TestNounsLinkNoEngine(t *testing.T) {
	t.Parallel()
	for _, pkg := range []string{"errors", "kit", "pagination", "sorting"} {
		command := exec.CommandContext(t.Context(), "go", "list", "-deps", module+pkg)
		command.Dir = "../.."
		out, err := command.Output()
		require.NoError(t, err)
		linked := strings.Fields(string(out))
		require.Contains(t, linked, module+pkg)
		for _, path := range linked {
			for _, engine := range []string{
				"net/http", "crypto/tls", "html/template", "github.com/go-playground/", "golang.org/x/",
				module + "kit/internal/plan", module + "kit/internal/encode", module + "kit/internal/response",
			} {
				require.NotEqual(t, engine, path, "%s links it", pkg)
				require.False(t, strings.HasSuffix(engine, "/") && strings.HasPrefix(path, engine), "%s links %s", pkg, path)
			}
		}
	}
}

// No package recognizes a type by the text of an import path, so that a fork and a later
// major version work as this one does.
func TestTypesAreNotRecognizedByText(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	seen := 0
	for _, top := range []string{"errors", "kit", "pagination", "sorting", "repository", "auth", "internal"} {
		require.NoError(t, fs.WalkDir(os.DirFS("../.."), top, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
				return err
			}
			file, err := parser.ParseFile(files, "../../"+path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			seen++
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ImportSpec:
					return false
				case *ast.BasicLit:
					require.NotContains(t, n.Value, strings.TrimSuffix(module, "/"), files.Position(n.Pos()))
				case *ast.SelectorExpr:
					if n.Sel.Name == "PkgPath" {
						require.True(t, isTypeFor(n.X), "%s: compare types; the path of any type is a text", files.Position(n.Pos()))
					}
				}
				return true
			})
			return nil
		}))
	}
	require.Greater(t, seen, 150)
}

// isTypeFor reports whether an expression is reflect.TypeFor[T](), a type that the
// package itself names.
func isTypeFor(expression ast.Expr) bool {
	call, ok := expression.(*ast.CallExpr)
	if !ok {
		return false
	}
	instance, ok := call.Fun.(*ast.IndexExpr)
	if !ok {
		return false
	}
	function, ok := instance.X.(*ast.SelectorExpr)
	return ok && function.Sel.Name == "TypeFor"
}
