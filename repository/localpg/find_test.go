//go:build unix

package localpg_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

// install makes a folder with programs that say they are of that version.
func install(t *testing.T, dir, version string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for _, name := range []string{"initdb", "postgres"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s'\n", name, version)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	return dir
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	places := []string{filepath.Join(root, "lib/*/bin"), filepath.Join(root, "opt/*/bin")}
	install(t, filepath.Join(root, "lib/9/bin"), "9.6.24")
	install(t, filepath.Join(root, "lib/14/bin"), "14.19 (Debian 14.19-1)")
	install(t, filepath.Join(root, "lib/18/bin"), "18beta2")
	install(t, filepath.Join(root, "opt/17/bin"), "17.1")
	install(t, filepath.Join(root, "lib/broken/bin"), "eleven")
	inPath := install(t, filepath.Join(root, "path"), "15.2")
	half := filepath.Join(root, "client")
	require.NoError(t, os.MkdirAll(half, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "postgres"), nil, 0o600))

	path := half + string(filepath.ListSeparator) + inPath + string(filepath.ListSeparator) + filepath.Join(root, "lib/14/bin")
	found, err := localpg.FindIn(t.Context(), "", path, places)
	require.NoError(t, err)
	var majors []int
	for _, b := range found {
		majors = append(majors, b.Major)
	}
	require.Equal(t, []int{15, 14, 18, 17}, majors, "PATH first, in its order, then the newest")

	found, err = localpg.FindIn(t.Context(), filepath.Join(root, "opt/17/bin"), path, places)
	require.NoError(t, err)
	require.Equal(t, []localpg.Binaries{{Dir: filepath.Join(root, "opt/17/bin"), Major: 17}}, found)

	for dir, want := range map[string]string{
		filepath.Join(root, "nowhere"):        "no such file",
		filepath.Join(root, "lib/9/bin"):      "PostgreSQL 9 is too old, it must be 14 or newer",
		filepath.Join(root, "lib/broken/bin"): `said "postgres (PostgreSQL) eleven"`,
	} {
		_, err = localpg.FindIn(t.Context(), dir, path, places)
		require.ErrorContains(t, err, "POLARKIT_POSTGRES_BIN is")
		require.ErrorContains(t, err, want)
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	_, err := localpg.FindIn(t.Context(), "", "relative:"+t.TempDir(), []string{"/nowhere/*/bin"})
	require.ErrorIs(t, err, localpg.ErrNoBinaries)
	sentence.Equal(t, "no programs", err, localpg.HowToInstall(runtime.GOOS), "HOW TO INSTALL")

	require.Contains(t, localpg.HowToInstall("linux"), "apt-get install postgresql")
	require.Contains(t, localpg.HowToInstall("linux"), "dnf install postgresql-server")
	require.Contains(t, localpg.HowToInstall("darwin"), "brew install postgresql")
	require.Contains(t, localpg.HowToInstall("plan9"), "https://www.postgresql.org/download/")
}

func TestUsualPlacesArePatterns(t *testing.T) {
	t.Parallel()
	for _, pattern := range localpg.UsualPlaces() {
		_, err := filepath.Match(pattern, "/")
		require.NoError(t, err, pattern)
		require.True(t, filepath.IsAbs(pattern), pattern)
	}
}

// The programs that are installed here are found without any variable.
func TestFindHere(t *testing.T) {
	t.Parallel()
	found, err := localpg.Find(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, b := range found {
		require.GreaterOrEqual(t, b.Major, 14)
		require.FileExists(t, filepath.Join(b.Dir, "initdb"))
	}
}
