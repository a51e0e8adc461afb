package errors_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	stderrors "errors"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
)

// The package has every exported name of the standard package, with the same
// type. When a new version of Go adds a name, this test fails until the package
// has it.
func TestNamesOfTheStandardPackage(t *testing.T) {
	t.Parallel()

	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	standard, err := imports.Import("errors")
	require.NoError(t, err)
	own := check(t, fset, imports)

	names := 0
	for _, name := range standard.Scope().Names() {
		if !ast.IsExported(name) {
			continue
		}
		names++
		found := own.Scope().Lookup(name)
		if found == nil {
			t.Errorf("errors.%s of the standard library is missing here", name)
			continue
		}
		want := standard.Scope().Lookup(name)
		require.Equal(t, describe(want), describe(found), "errors.%s", name)
	}
	require.GreaterOrEqual(t, names, 7, "New, Is, As, AsType, Unwrap, Join and ErrUnsupported at least")
}

// check type-checks this package from its source.
func check(t *testing.T, fset *token.FileSet, imports types.Importer) *types.Package {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	config := types.Config{Importer: imports}
	pkg, err := config.Check("github.com/polarkit-go/polarkit/errors", fset, files, nil)
	require.NoError(t, err)
	return pkg
}

// describe says what kind of thing an object is and of which type, without the
// names of parameters and of packages.
func describe(object types.Object) string {
	text := fmt.Sprintf("%T ", object)
	signature, ok := object.Type().(*types.Signature)
	if !ok {
		return text + types.TypeString(object.Type(), nil)
	}
	for parameter := range signature.TypeParams().TypeParams() {
		text += "[" + parameter.Constraint().String() + "]"
	}
	tuple := func(vars *types.Tuple) string {
		all := make([]string, 0, vars.Len())
		for v := range vars.Variables() {
			all = append(all, types.TypeString(v.Type(), nil))
		}
		return "(" + strings.Join(all, ", ") + ")"
	}
	return fmt.Sprint(text, tuple(signature.Params()), tuple(signature.Results()), signature.Variadic())
}

func TestStandardMeaning(t *testing.T) {
	t.Parallel()

	base := errors.New("base")
	wrapped := fmt.Errorf("wrapped: %w", base)
	joined := errors.Join(nil, wrapped, fs.ErrNotExist)
	path := &fs.PathError{Op: "open", Path: "x", Err: base}

	require.EqualError(t, base, "base")
	require.NotSame(t, base, errors.New("base"))
	require.True(t, errors.Is(wrapped, base))
	require.True(t, errors.Is(joined, fs.ErrNotExist))
	require.False(t, errors.Is(base, wrapped))
	require.Equal(t, base, errors.Unwrap(wrapped))
	require.NoError(t, errors.Unwrap(joined))
	require.NoError(t, errors.Join(nil, nil))
	require.Equal(t, stderrors.Join(wrapped, base).Error(), errors.Join(wrapped, base).Error())

	var target *fs.PathError
	require.True(t, errors.As(fmt.Errorf("x: %w", path), &target))
	require.Same(t, path, target)
	found, ok := errors.AsType[*fs.PathError](fmt.Errorf("x: %w", path))
	require.True(t, ok)
	require.Same(t, path, found)
	_, ok = errors.AsType[*fs.PathError](base)
	require.False(t, ok)

	require.ErrorIs(t, errors.ErrUnsupported, stderrors.ErrUnsupported)
}
